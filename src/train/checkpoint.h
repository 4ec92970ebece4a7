/* Everything a training run needs to go on as if it had never stopped.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Appended to by the trainer; plain data, written as it is (little endian machines). */
typedef struct
{
  guint64 epoch;      /* epochs finished */
  guint64 step;       /* steps done in the epoch under way */
  guint64 best_epoch; /* 1-based, 0: none yet */
  guint64 n_history;  /* rows of history */
  double best_score;
  double loss, seconds; /* of the epoch under way: sum of losses, time spent */
  double total_seconds;
} MienCheckpointState;

/* One epoch of history. */
typedef struct
{
  double epoch, rate, loss, validation_loss, argmax, majority, mean_class_recall, fer2013,
      images_per_second, seconds;
} MienHistoryRow;

typedef struct
{
  char *fingerprint; /* of the options that must be the same to go on */
  MienCheckpointState state;
  GArray *history; /* of MienHistoryRow */
  gsize n_params, n_state;
  float *params, *velocity, *average, *best; /* [n_params] */
  float *stats, *average_stats, *best_stats; /* [n_state] */
} MienCheckpoint;

/* Arrays of zeros. */
MienCheckpoint *mien_checkpoint_new (const char *fingerprint,
                                     gsize n_params,
                                     gsize n_state) G_GNUC_WARN_UNUSED_RESULT;
void mien_checkpoint_free (MienCheckpoint *self);

/* Written beside @path, then renamed. MIEN_ERROR_OUTPUT. */
gboolean mien_checkpoint_save (const MienCheckpoint *self, const char *path, GError **error);
/* Into @self, whose fingerprint and sizes it must have. MIEN_ERROR_INPUT says what is wrong: cut
 * short, altered, or of another run. */
gboolean mien_checkpoint_load (MienCheckpoint *self, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienCheckpoint, mien_checkpoint_free)

G_END_DECLS
