/* How old a camera's pictures, and the faces drawn on them, are when they are painted: the time
 * from their capture to the end of the frame of the display's clock that shows them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MIEN_TYPE_LATENCY (mien_latency_get_type ())
G_DECLARE_FINAL_TYPE (MienLatency, mien_latency, MIEN, LATENCY, GObject)

typedef enum
{
  MIEN_LATENCY_PICTURE,
  MIEN_LATENCY_FACES,
  MIEN_LATENCY_N,
} MienLatencyKind;

/* @widget: what is painted, referenced weakly. Main thread.
 * Signal painted (int kind, gint64 capture_ns, gint64 painted_ns), on the clock of
 * g_get_monotonic_time() but in nanoseconds: once for each thing that was noted and painted; when
 * several of a kind are noted between two paints, only for the last. */
MienLatency *mien_latency_new (GtkWidget *widget) G_GNUC_WARN_UNUSED_RESULT;

/* What was captured at @capture_ns has been given to the widget, which will be drawn anew. */
void mien_latency_note (MienLatency *self, MienLatencyKind kind, gint64 capture_ns);

/* The age in milliseconds that @part (0 .. 1) of the last some seconds' paints stayed within; NAN
 * before the first. */
double mien_latency_get_ms (MienLatency *self, MienLatencyKind kind, double part);

/* Forgets what was measured and what waits. */
void mien_latency_reset (MienLatency *self);

G_END_DECLS
