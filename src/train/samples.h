/* From rows of a data set to batches: which rows an epoch shows, how they are varied, what the
 * network should say about them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/parallel.h"
#include "dataset/augment.h"
#include "dataset/dataset.h"

G_BEGIN_DECLS

/* Added to the deviation before dividing by it: a flat crop must not blow up. */
#define MIEN_SAMPLES_EPSILON 1e-3f

typedef enum
{
  MIEN_TARGETS_VOTES,    /* the distribution of the votes, single votes dropped */
  MIEN_TARGETS_MAJORITY, /* its winner; rows without a majority are left out */
  MIEN_TARGETS_DRAW,     /* one class an epoch, drawn from the distribution */
} MienTargets;

typedef struct
{
  guint width, height, channels; /* of the network's input */
  guint64 seed;
  MienTargets targets;
  MienAugment augment;
  float smoothing; /* of labels: this part is spread over all classes */
  float balance;   /* how often rare classes are shown: weight (frequency)^-balance */
  gboolean keep_copies;
} MienSamplesOptions;

typedef struct _MienSamples MienSamples;

/* The Training rows of @data, which is borrowed. */
MienSamples *mien_samples_new (const MienDataset *data,
                               const MienSamplesOptions *options) G_GNUC_WARN_UNUSED_RESULT;
void mien_samples_free (MienSamples *self);

/* Rows that an epoch shows. */
guint mien_samples_get_n (const MienSamples *self);
/* Part of each FER+ class among the rows, as they are and not as they are shown; all zero without
 * votes. */
void mien_samples_get_priors (const MienSamples *self, float priors[MIEN_DATASET_N_FERPLUS]);

/* Decides the rows of @epoch; must precede mien_samples_load() of it. */
void mien_samples_begin_epoch (MienSamples *self, guint epoch);

/* A batch. Weights are 0 where a row says nothing about a head. */
typedef struct
{
  guint n;
  float *pictures; /* [n, height, width, channels], normalised */
  float *raw;      /* [n, height, width] of the data set's size, 0..255, before normalising */
  float *ferplus, *ferplus_weights; /* [n, 8], [n] */
  float *fer2013, *fer2013_weights; /* [n, 7], [n] */
} MienBatch;

MienBatch *mien_batch_new (const MienDataset *data,
                           const MienSamplesOptions *options,
                           guint n) G_GNUC_WARN_UNUSED_RESULT;
void mien_batch_free (MienBatch *batch);

/* Fills @batch with the rows @first .. @first + @n - 1 of the epoch begun last. */
void mien_samples_load (
    const MienSamples *self, guint first, guint n, MienBatch *batch, MienParallel *parallel);

/* @in: [@height, @width] to the first of @channels channels of @out [@to_height, @to_width,
 * @channels], by bilinear sampling with pixel centres at halves. */
void mien_samples_resize (const float *in,
                          guint width,
                          guint height,
                          float *out,
                          guint to_width,
                          guint to_height,
                          guint channels);

/* @in: [@height, @width] in 0..255 to @out [@to_height, @to_width, @channels], resized, zero mean
 * and unit variance. */
void mien_samples_normalise (const float *in,
                             guint width,
                             guint height,
                             float *out,
                             guint to_width,
                             guint to_height,
                             guint channels);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienSamples, mien_samples_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienBatch, mien_batch_free)

G_END_DECLS
