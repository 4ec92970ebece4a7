/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/metrics.h"

#include <math.h>
#include <string.h>

#include "emotion/calibration.h"

#define BINS 15

static guint
find_top (const float *row, guint n)
{
  guint top = 0;

  for (guint c = 1; c < n; c++)
    if (row[c] > row[top])
      top = c;
  return top;
}

static void
finish_classes (MienMetrics *self)
{
  guint occur = 0, right = 0;

  for (guint c = 0; c < self->n_classes; c++)
    {
      guint hits = self->confusion[c][c], predicted = 0, images = 0;

      for (guint k = 0; k < self->n_classes; k++)
        {
          images += self->confusion[c][k];
          predicted += self->confusion[k][c];
        }
      right += hits;
      self->per_class[c].images = images;
      self->per_class[c].recall = images > 0 ? (double) hits / images : 0;
      self->per_class[c].precision = predicted > 0 ? (double) hits / predicted : 0;
      self->per_class[c].f1 = images + predicted > 0 ? 2.0 * hits / (images + predicted) : 0;
      if (images == 0)
        continue;
      occur++;
      self->macro_f1 += self->per_class[c].f1;
      self->mean_class_recall += self->per_class[c].recall;
    }
  self->accuracy = (double) right / self->n_images;
  self->macro_f1 /= MAX (1, occur);
  self->mean_class_recall /= MAX (1, occur);
}

void
mien_metrics_compute (MienMetrics *self,
                      const float *probabilities,
                      const float *targets,
                      const guint8 *classes,
                      guint n,
                      guint n_classes)
{
  g_return_if_fail (self != NULL && n_classes <= MIEN_METRICS_MAX_CLASSES);
  memset (self, 0, sizeof *self);
  self->n_images = n;
  self->n_classes = n_classes;
  if (n == 0)
    return;
  for (guint i = 0; i < n; i++)
    {
      const float *p = probabilities + i * n_classes, *t = targets + i * n_classes;
      double square = 0;

      g_return_if_fail (classes[i] < n_classes);
      self->confusion[classes[i]][find_top (p, n_classes)]++;
      for (guint c = 0; c < n_classes; c++)
        square += (double) (p[c] - t[c]) * (double) (p[c] - t[c]);
      self->l2 += sqrt (square) / n;
    }
  finish_classes (self);
  self->ece = mien_calibration_get_error (probabilities, classes, n, n_classes, BINS);
}
