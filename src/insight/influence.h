/* How much position, pose, light and recording change what a classifier says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "dataset/protocol.h"
#include "emotion/classifier.h"
#include "insight/sweep.h"

G_BEGIN_DECLS

/* One step of a sweep. Over one face: probabilities are its own and the bands NAN. Over a set:
 * means over the pictures, with 95 % bands. */
typedef struct
{
  MienSweepStep step;
  float probability[MIEN_LABELS_MAX];                /* mean of each class */
  float low[MIEN_LABELS_MAX], high[MIEN_LABELS_MAX]; /* mean -+ 1.96 standard errors */
  double accuracy;                                   /* NAN over one face */
  double accuracy_low, accuracy_high;                /* Wilson 1927 interval */
  double change; /* mean of half the summed absolute differences to the neutral step, 0..1 */
  double change_low, change_high; /* 95 % band, NAN over one face */
  double same;                    /* share of pictures whose class is that of the neutral step */
} MienInfluenceStep;

typedef struct
{
  MienSweep sweep;
  guint n_steps, n_classes, n_images;
  MienInfluenceStep *steps; /* in the order of mien_sweep_get_steps() */
} MienInfluence;

typedef void (*MienInfluenceProgress) (double done, gpointer user_data);

/* @crop: [channels, height, width] as the classifier takes it. For colour inputs each channel is
 * changed alike. Any thread. Errors: those of the classifier. */
MienInfluence *mien_influence_face (MienClassifierModel *classifier,
                                    const float *crop,
                                    MienSweep sweep,
                                    GCancellable *cancellable,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Over the rows of @split that count; at most @max_rows of them, classes as evenly as there are (0:
 * all). Each step runs on all pictures; pictures are shared among the threads of @parallel. */
MienInfluence *mien_influence_set (MienClassifierModel *classifier,
                                   const MienDataset *dataset,
                                   MienDatasetSplit split,
                                   MienProtocol protocol,
                                   gboolean exclude_copies,
                                   guint max_rows,
                                   MienSweep sweep,
                                   MienParallel *parallel,
                                   MienInfluenceProgress progress,
                                   gpointer user_data,
                                   GCancellable *cancellable,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

void mien_influence_free (MienInfluence *self);

/* The values around the neutral step of @series at which the accuracy stays within @loss of the
 * neutral one's, every step between them too. FALSE over one face, or when there is no such series.
 */
gboolean mien_influence_find_safe (
    const MienInfluence *self, const char *series, double loss, double *low, double *high);

/* sweep,series,value,images,accuracy,accuracy_low,accuracy_high,change,same, then mean, low and
 * high of each class, change_low,change_high. @header: whether to begin with the column names. */
gboolean mien_influence_write_csv (const MienInfluence *self,
                                   const char *const *labels,
                                   gboolean header,
                                   GOutputStream *stream,
                                   GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienInfluence, mien_influence_free)

G_END_DECLS
