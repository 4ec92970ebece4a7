/* Least, largest and mean of many samples at once: buckets of 16 samples, then of 4 buckets each.
 * Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/track.h"

G_BEGIN_DECLS

#define MIEN_PYRAMID_BASE 16 /* samples in a bucket of the lowest level */
#define MIEN_PYRAMID_STEP 4  /* buckets in one of the next level */

typedef struct _MienPyramid MienPyramid;

/* The arrays that a pyramid stands on, all of the same length. Valence and arousal are sums over
 * the classes. */
typedef struct
{
  const float *values[MIEN_SAMPLE_MAX_CLASSES];
  guint n_classes;
  const double *valence, *arousal; /* a weight per class */
  const guint8 *status;            /* samples of another status than OK do not count */
} MienPyramidSource;

MienPyramid *mien_pyramid_new (void) G_GNUC_WARN_UNUSED_RESULT;
void mien_pyramid_free (MienPyramid *self);

/* Builds what is missing up to sample @n. */
void mien_pyramid_extend (MienPyramid *self, const MienPyramidSource *source, gsize n);
/* Forgets everything that stands on samples from @n on. */
void mien_pyramid_truncate (MienPyramid *self, gsize n);

/* Over samples begin..end of @source, for which mien_pyramid_extend() was called with at least
 * @end: all channels whose bit is set in @channels, of @out[MIEN_N_CHANNELS]. */
void mien_pyramid_query (const MienPyramid *self,
                         const MienPyramidSource *source,
                         guint channels,
                         gsize begin,
                         gsize end,
                         MienSummary *out);

G_END_DECLS
