/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/latency.h"

#include <math.h>

/* Paints that are remembered: five seconds at 30 pictures a second. */
#define REMEMBERED 150

typedef struct
{
  gint64 waiting_ns; /* capture time of what is not painted yet, -1: nothing */
  double ms[REMEMBERED];
  guint n; /* of all paints; the newest is at (n - 1) % REMEMBERED */
} Track;

struct _MienLatency
{
  GObject parent_instance;

  GtkWidget *widget; /* weak */
  GdkFrameClock *clock;
  Track tracks[MIEN_LATENCY_N];
};

G_DEFINE_FINAL_TYPE (MienLatency, mien_latency, G_TYPE_OBJECT)

static guint painted_signal;

static void
painted_cb (GdkFrameClock *clock, MienLatency *self)
{
  gint64 now = g_get_monotonic_time () * 1000;

  for (int kind = 0; kind < MIEN_LATENCY_N; kind++)
    {
      Track *track = &self->tracks[kind];
      gint64 capture = track->waiting_ns;

      if (capture < 0)
        continue;
      track->waiting_ns = -1;
      track->ms[track->n++ % REMEMBERED] = (double) (now - capture) / 1e6;
      g_signal_emit (self, painted_signal, 0, kind, capture, now);
    }
}

static void
leave_clock (MienLatency *self)
{
  if (self->clock != NULL)
    /* A clock whose window is gone has let its handlers go. */
    g_signal_handlers_disconnect_by_data (self->clock, self);
  g_clear_object (&self->clock);
}

/* A widget has its clock only while it is realized, and a new one when it moves to another window.
 */
static void
follow_clock (MienLatency *self)
{
  GdkFrameClock *clock = self->widget != NULL ? gtk_widget_get_frame_clock (self->widget) : NULL;

  if (clock == self->clock)
    return;
  leave_clock (self);
  if (clock == NULL)
    return;
  self->clock = g_object_ref (clock);
  g_signal_connect (clock, "after-paint", G_CALLBACK (painted_cb), self);
}

MienLatency *
mien_latency_new (GtkWidget *widget)
{
  MienLatency *self = g_object_new (MIEN_TYPE_LATENCY, NULL);

  g_return_val_if_fail (GTK_IS_WIDGET (widget), self);
  g_set_weak_pointer (&self->widget, widget);
  return self;
}

void
mien_latency_note (MienLatency *self, MienLatencyKind kind, gint64 capture_ns)
{
  g_return_if_fail (MIEN_IS_LATENCY (self));
  g_return_if_fail (kind < MIEN_LATENCY_N);

  follow_clock (self);
  if (self->clock != NULL && gtk_widget_get_mapped (self->widget))
    self->tracks[kind].waiting_ns = capture_ns;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

double
mien_latency_get_ms (MienLatency *self, MienLatencyKind kind, double part)
{
  double sorted[REMEMBERED];
  guint n;

  g_return_val_if_fail (MIEN_IS_LATENCY (self), NAN);
  g_return_val_if_fail (kind < MIEN_LATENCY_N, NAN);

  n = MIN (self->tracks[kind].n, REMEMBERED);
  if (n == 0)
    return NAN;
  for (guint i = 0; i < n; i++)
    sorted[i] = self->tracks[kind].ms[i];
  qsort (sorted, n, sizeof *sorted, compare_doubles);
  return sorted[(guint) CLAMP (ceil (part * n) - 1, 0, n - 1)];
}

void
mien_latency_reset (MienLatency *self)
{
  g_return_if_fail (MIEN_IS_LATENCY (self));

  for (int kind = 0; kind < MIEN_LATENCY_N; kind++)
    {
      self->tracks[kind].waiting_ns = -1;
      self->tracks[kind].n = 0;
    }
}

static void
mien_latency_dispose (GObject *object)
{
  MienLatency *self = MIEN_LATENCY (object);

  leave_clock (self);
  g_clear_weak_pointer (&self->widget);
  G_OBJECT_CLASS (mien_latency_parent_class)->dispose (object);
}

static void
mien_latency_class_init (MienLatencyClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mien_latency_dispose;
  painted_signal =
      g_signal_new ("painted", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 3, G_TYPE_INT, G_TYPE_INT64, G_TYPE_INT64);
}

static void
mien_latency_init (MienLatency *self)
{
  mien_latency_reset (self);
}
