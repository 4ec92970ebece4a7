/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "insight/probe.h"

#include <math.h>
#include <string.h>

#define STEPS 300
#define L2 1e-3

typedef struct
{
  guint n, n_features, n_classes;
  double *x;               /* [n, n_features + 1], standardised, the last column is 1 */
  const guint8 *classes;   /* of all rows: row i of the fit is row 2 i */
  double *w, *look, *grad; /* [n_classes, n_features + 1] */
  double *scores;          /* [n_classes] */
} Fit;

static void
standardise (const float *features, guint n, guint n_features, double *mean, double *scale)
{
  for (guint f = 0; f < n_features; f++)
    {
      double sum = 0, square = 0;
      guint count = 0;

      for (guint i = 0; i < n; i += 2, count++)
        sum += features[(gsize) i * n_features + f];
      mean[f] = sum / count;
      for (guint i = 0; i < n; i += 2)
        {
          double d = features[(gsize) i * n_features + f] - mean[f];

          square += d * d;
        }
      /* A channel that never changes tells nothing. */
      scale[f] = square > 1e-20 ? 1 / sqrt (square / count) : 0;
    }
}

static void
get_scores (const Fit *fit, const double *w, const double *x, double *scores)
{
  guint width = fit->n_features + 1;
  double largest = -G_MAXDOUBLE, sum = 0;

  for (guint c = 0; c < fit->n_classes; c++)
    {
      double s = 0;

      for (guint f = 0; f < width; f++)
        s += w[(gsize) c * width + f] * x[f];
      scores[c] = s;
      largest = MAX (largest, s);
    }
  for (guint c = 0; c < fit->n_classes; c++)
    sum += scores[c] = exp (scores[c] - largest);
  for (guint c = 0; c < fit->n_classes; c++)
    scores[c] /= sum;
}

static void
get_gradient (Fit *fit)
{
  guint width = fit->n_features + 1;
  gsize size = (gsize) fit->n_classes * width;

  for (gsize k = 0; k < size; k++)
    fit->grad[k] = L2 * fit->look[k];
  for (guint i = 0; i < fit->n; i++)
    {
      const double *x = fit->x + (gsize) i * width;

      get_scores (fit, fit->look, x, fit->scores);
      fit->scores[fit->classes[2 * i]] -= 1;
      for (guint c = 0; c < fit->n_classes; c++)
        for (guint f = 0; f < width; f++)
          fit->grad[(gsize) c * width + f] += fit->scores[c] * x[f] / fit->n;
    }
}

/* The largest curvature is at most half the largest eigenvalue of X'X / n, found by power
 * iteration. */
static double
get_step (Fit *fit)
{
  guint width = fit->n_features + 1;
  g_autofree double *v = g_new (double, width);
  g_autofree double *next = g_new (double, width);
  double largest = 1;

  for (guint f = 0; f < width; f++)
    v[f] = 1 / sqrt (width);
  for (guint round = 0; round < 30; round++)
    {
      memset (next, 0, width * sizeof *next);
      for (guint i = 0; i < fit->n; i++)
        {
          const double *x = fit->x + (gsize) i * width;
          double dot = 0;

          for (guint f = 0; f < width; f++)
            dot += x[f] * v[f];
          for (guint f = 0; f < width; f++)
            next[f] += dot * x[f] / fit->n;
        }
      largest = 0;
      for (guint f = 0; f < width; f++)
        largest += next[f] * next[f];
      largest = sqrt (largest);
      for (guint f = 0; f < width; f++)
        v[f] = next[f] / largest;
    }
  return 1 / (0.55 * largest + L2);
}

static void
descend (Fit *fit)
{
  gsize size = (gsize) fit->n_classes * (fit->n_features + 1);
  double step = get_step (fit), t = 1;

  for (guint round = 0; round < STEPS; round++)
    {
      double t_next = (1 + sqrt (1 + 4 * t * t)) / 2;

      get_gradient (fit);
      for (gsize k = 0; k < size; k++)
        {
          double w = fit->look[k] - step * fit->grad[k];

          fit->look[k] = w + (t - 1) / t_next * (w - fit->w[k]);
          fit->w[k] = w;
        }
      t = t_next;
    }
}

double
mien_probe_get_accuracy (
    const float *features, guint n, guint n_features, const guint8 *classes, guint n_classes)
{
  Fit fit = { .n = (n + 1) / 2, .n_features = n_features, .n_classes = n_classes };
  guint width = n_features + 1, right = 0, tested = 0;
  gsize size = (gsize) n_classes * width;
  g_autofree double *mean = g_new (double, n_features);
  g_autofree double *scale = g_new (double, n_features);
  g_autofree double *x = NULL;
  g_autofree double *memory = NULL;

  if (n < 2)
    return NAN;
  standardise (features, n, n_features, mean, scale);
  x = g_new (double, (gsize) n *width);
  for (guint i = 0; i < n; i++)
    {
      double *row = x + (gsize) (i % 2 == 0 ? i / 2 : fit.n + i / 2) * width;

      for (guint f = 0; f < n_features; f++)
        row[f] = (features[(gsize) i * n_features + f] - mean[f]) * scale[f];
      row[n_features] = 1;
    }
  memory = g_new0 (double, 3 * size + n_classes);
  fit.x = x;
  fit.classes = classes;
  fit.w = memory;
  fit.look = memory + size;
  fit.grad = memory + 2 * size;
  fit.scores = memory + 3 * size;
  descend (&fit);
  for (guint i = 1; i < n; i += 2, tested++)
    {
      guint best = 0;

      get_scores (&fit, fit.w, x + (gsize) (fit.n + i / 2) * width, fit.scores);
      for (guint c = 1; c < n_classes; c++)
        if (fit.scores[c] > fit.scores[best])
          best = c;
      right += best == classes[i];
    }
  return (double) right / tested;
}
