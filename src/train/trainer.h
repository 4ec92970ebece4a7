/* A training run: epochs over a data set, judged on PublicTest, saved so that it can go on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "train/archs.h"
#include "train/checkpoint.h"
#include "train/metrics.h"
#include "train/optimizer.h"
#include "train/samples.h"

G_BEGIN_DECLS

typedef struct
{
  const MienArch *arch;
  const char *out_dir; /* made when missing */
  guint epochs, batch;
  double rate;
  MienSchedule schedule;
  guint warm_up; /* steps */
  float momentum;
  gboolean nesterov;
  float l2;
  float dropout; /* negative: the architecture's */
  float smoothing;
  MienTargets targets;
  MienAugment augment;
  float balance;
  float ema;                   /* decay of the moving average, 0: none */
  float fer2013_weight;        /* of the second head's loss */
  const char *const *teachers; /* ONNX files, NULL-terminated, or NULL */
  float teacher_part;          /* of the target that the teachers' mean makes */
  gboolean teacher_mirror;     /* teachers look at the mirrored picture too */
  gboolean stack;    /* `ferplus` reads both heads' logits, by a map fitted on PublicTest */
  double rare_price; /* accuracy on PublicTest that raising rare emotions may cost, 0: not raised */
  /* Part of each FER+ emotion's images of PublicTest to be found by raising its logit, 0: not
   * raised; instead of rare_price. */
  float aims[MIEN_DATASET_N_FERPLUS];
  const char *const *inits; /* ONNX files whose mean makes the first weights, or NULL */
  guint patience;           /* epochs without a better validation, 0: never stop early */
  gboolean keep_copies;
  double minutes; /* 0: no limit */
  guint64 seed;
  guint threads; /* 0: all */
  MienPrecision precision;
  gboolean resume;
  gboolean half; /* weights of the model file in float16 */
} MienTrainOptions;

typedef struct
{
  guint epoch, epochs;   /* from 1 */
  guint64 step, n_steps; /* in the epoch */
  double loss;           /* mean of the epoch so far */
  double rate, images_per_second;
  double seconds_left;            /* of the epoch */
  const MienHistoryRow *finished; /* at the end of an epoch, else NULL */
  gboolean is_best;
} MienTrainProgress;

/* On the calling thread, after each step. */
typedef void (*MienTrainProgressFunc) (const MienTrainProgress *progress, gpointer data);

typedef enum
{
  MIEN_TRAIN_DONE,    /* all epochs */
  MIEN_TRAIN_STOPPED, /* nothing got better for the patience's epochs */
  MIEN_TRAIN_MISSED,  /* ended, but what `aims` asks for cannot be had together: not raised */
  MIEN_TRAIN_OUT_OF_TIME,
} MienTrainResult;

/* Trains, and writes DIR/checkpoint, history.csv, curves.svg, model.onnx and card.json. After
 * cancellation the checkpoint is saved and G_IO_ERROR_CANCELLED comes back. */
gboolean mien_trainer_run (const MienTrainOptions *options,
                           const MienDataset *data,
                           MienTrainProgressFunc func,
                           gpointer func_data,
                           GCancellable *cancellable,
                           MienTrainResult *result,
                           GError **error);

G_END_DECLS
