/* Measures a model file on rows of a data set, through the engine that users run.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "base/parallel.h"
#include "dataset/protocol.h"
#include "train/metrics.h"

G_BEGIN_DECLS

typedef struct
{
  const char *model; /* installed name, "default", or an .onnx file */
  MienDatasetSplit split;
  MienProtocol protocol; /* chooses the output too: `fer2013` or `ferplus` */
  gboolean mirror;       /* mean of the picture's and its mirror image's probabilities */
  gboolean exclude_copies;
} MienEvaluation;

/* MIEN_ERROR_MODEL when the model has no such output, MIEN_ERROR_INPUT when no row counts. The
 * model's own temperature is applied. */
gboolean mien_evaluation_run (const MienEvaluation *self,
                              const MienDataset *data,
                              MienParallel *parallel,
                              GCancellable *cancellable,
                              MienMetrics *metrics,
                              GError **error);

G_END_DECLS
