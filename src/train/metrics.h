/* How good predictions are: the numbers that mien-train eval reports.
 * Reference: Guo et al. 2017 (expected calibration error, 15 bins).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MIEN_METRICS_MAX_CLASSES 8

typedef struct
{
  guint n_images, n_classes;
  double accuracy, macro_f1, mean_class_recall; /* of the classes that occur */
  double l2;  /* mean Euclidean distance of prediction and target distribution */
  double ece; /* expected calibration error */
  struct
  {
    guint images;
    double recall, precision, f1; /* 0 where undefined */
  } per_class[MIEN_METRICS_MAX_CLASSES];
  guint confusion[MIEN_METRICS_MAX_CLASSES][MIEN_METRICS_MAX_CLASSES]; /* [right][predicted] */
} MienMetrics;

/* @probabilities and @targets: [n, n_classes]; @classes: the right ones, [n]. */
void mien_metrics_compute (MienMetrics *self,
                           const float *probabilities,
                           const float *targets,
                           const guint8 *classes,
                           guint n,
                           guint n_classes);

G_END_DECLS
