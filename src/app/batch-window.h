/* The queue: many films, one after the other, results beside each of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef enum
{
  MIEN_BATCH_WAITING,
  MIEN_BATCH_RUNNING,
  MIEN_BATCH_DONE,
  MIEN_BATCH_SKIPPED, /* its document was complete before */
  MIEN_BATCH_FAILED,
  MIEN_BATCH_STOPPED,
} MienBatchState;

#define MIEN_TYPE_BATCH_WINDOW (mien_batch_window_get_type ())
G_DECLARE_FINAL_TYPE (MienBatchWindow, mien_batch_window, MIEN, BATCH_WINDOW, AdwWindow)

MienBatchWindow *mien_batch_window_new (GtkApplication *application) G_GNUC_WARN_UNUSED_RESULT;

/* TRUE when @file is a folder that holds films. */
gboolean mien_batch_window_accepts (GFile *file);

/* Queues a film, or the films of a folder sorted by name, and starts. What is no film and what is
 * queued already is left out. Returns how many were added. For FILM.mp4 the queue writes FILM.mien,
 * FILM-frames.csv, FILM-states.csv, FILM-summary.json and FILM-timeline.png into the same folder.
 */
guint mien_batch_window_add (MienBatchWindow *self, GFile *file);

guint mien_batch_window_get_n_files (MienBatchWindow *self);
MienBatchState mien_batch_window_get_state (MienBatchWindow *self, guint file);
gboolean mien_batch_window_is_running (MienBatchWindow *self);

G_END_DECLS
