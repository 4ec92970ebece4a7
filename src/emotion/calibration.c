/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "emotion/calibration.h"

#include <math.h>

/* A probability of zero has no logarithm; below this nothing can be told apart in float32. */
#define FLOOR 1e-12

/* Writes log (p) / temperature of a row, less its maximum, to @logits. FALSE: the row is useless.
 */
static gboolean
scale_row (const float *row, guint n, double temperature, double *logits)
{
  double sum = 0, best = -G_MAXDOUBLE;

  for (guint i = 0; i < n; i++)
    {
      if (!isfinite (row[i]) || row[i] < 0)
        return FALSE;
      sum += row[i];
    }
  if (!(sum > 0))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      logits[i] = log (MAX (row[i] / sum, FLOOR)) / temperature;
      best = MAX (best, logits[i]);
    }
  for (guint i = 0; i < n; i++)
    logits[i] -= best;
  return TRUE;
}

void
mien_calibration_apply (float *probabilities, guint n, guint n_classes, float temperature)
{
  g_autofree double *logits = NULL;

  g_return_if_fail (temperature > 0);
  logits = g_new (double, n_classes);
  for (guint r = 0; r < n; r++)
    {
      float *row = probabilities + (gsize) r * n_classes;
      double sum = 0;

      if (!scale_row (row, n_classes, temperature, logits))
        {
          for (guint i = 0; i < n_classes; i++)
            row[i] = 1.0f / (float) n_classes;
          continue;
        }
      for (guint i = 0; i < n_classes; i++)
        sum += exp (logits[i]);
      for (guint i = 0; i < n_classes; i++)
        row[i] = (float) (exp (logits[i]) / sum);
    }
}

/* Mean cross entropy of the scaled rows against @targets. */
static double
cross_entropy (const float *probabilities,
               const float *targets,
               guint n,
               guint n_classes,
               double temperature,
               double *logits)
{
  double total = 0;

  for (guint r = 0; r < n; r++)
    {
      const float *target = targets + (gsize) r * n_classes;
      double sum = 0;

      if (!scale_row (probabilities + (gsize) r * n_classes, n_classes, temperature, logits))
        continue;
      for (guint i = 0; i < n_classes; i++)
        sum += exp (logits[i]);
      for (guint i = 0; i < n_classes; i++)
        total += target[i] * (log (sum) - logits[i]);
    }
  return total / n;
}

float
mien_calibration_fit (const float *probabilities, const float *targets, guint n, guint n_classes)
{
  const double golden = (sqrt (5) - 1) / 2;
  double low = log (0.05), high = log (20), x1, x2, f1, f2;
  g_autofree double *logits = NULL;

  g_return_val_if_fail (n > 0 && n_classes > 0, 1);
  logits = g_new (double, n_classes);
  x1 = high - golden * (high - low);
  x2 = low + golden * (high - low);
  f1 = cross_entropy (probabilities, targets, n, n_classes, exp (x1), logits);
  f2 = cross_entropy (probabilities, targets, n, n_classes, exp (x2), logits);
  /* 40 steps shrink the interval of 6 by 4e-9. */
  for (guint i = 0; i < 40; i++)
    {
      if (f1 <= f2)
        {
          high = x2;
          x2 = x1;
          f2 = f1;
          x1 = high - golden * (high - low);
          f1 = cross_entropy (probabilities, targets, n, n_classes, exp (x1), logits);
        }
      else
        {
          low = x1;
          x1 = x2;
          f1 = f2;
          x2 = low + golden * (high - low);
          f2 = cross_entropy (probabilities, targets, n, n_classes, exp (x2), logits);
        }
    }
  return (float) exp ((low + high) / 2);
}

double
mien_calibration_get_error (
    const float *probabilities, const guint8 *classes, guint n, guint n_classes, guint n_bins)
{
  g_autofree double *confidence = NULL, *right = NULL;
  double error = 0;

  g_return_val_if_fail (n > 0 && n_bins > 0, 0);
  confidence = g_new0 (double, n_bins);
  right = g_new0 (double, n_bins);
  for (guint r = 0; r < n; r++)
    {
      const float *row = probabilities + (gsize) r * n_classes;
      guint best = 0, bin;

      for (guint i = 1; i < n_classes; i++)
        if (row[i] > row[best])
          best = i;
      bin = (guint) CLAMP (row[best] * (float) n_bins, 0, (float) (n_bins - 1));
      confidence[bin] += row[best];
      right[bin] += best == classes[r];
    }
  for (guint b = 0; b < n_bins; b++)
    error += fabs (confidence[b] - right[b]);
  return error / n;
}
