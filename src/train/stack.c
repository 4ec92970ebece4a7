/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/stack.h"

#include <math.h>
#include <string.h>

#define N_FOLDS 10
#define MAX_STEPS 50
#define MAX_HALVINGS 20
#define ENOUGH 1e-10 /* fall of the loss at which a step was the last */
/* Adding the same to every bias changes nothing: this little makes the answer one. */
#define BIAS_RIDGE 1e-6

static const double ridges[] = { 0.001, 0.003, 0.01, 0.03, 0.1 };

/* Rows to fit, in double, each head's logits centred, a 1 at the end for the bias. */
typedef struct
{
  guint n, n_classes, width; /* width: inputs and the 1 */
  guint first;               /* where the head's own logits begin */
  double *x;                 /* [n, width] */
  const float *targets;
} Rows;

static void
clear_rows (Rows *rows)
{
  g_free (rows->x);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rows, clear_rows)

static void
set_rows (
    Rows *rows, const float *logits, const guint *widths, guint n_heads, guint n_inputs, guint n)
{
  rows->width = n_inputs + 1;
  rows->x = g_new (double, (gsize) rows->width *n + 1);
  for (guint i = 0; i < n; i++)
    {
      const float *from = logits + (gsize) i * n_inputs;
      double *x = rows->x + (gsize) i * rows->width;

      for (guint head = 0, at = 0; head < n_heads; at += widths[head++])
        {
          double mean = 0;

          for (guint j = 0; j < widths[head]; j++)
            mean += (double) from[at + j] / widths[head];
          for (guint j = 0; j < widths[head]; j++)
            x[at + j] = (double) from[at + j] - mean;
        }
      x[n_inputs] = 1;
    }
}

/* Probabilities of row @i under @map, [n_classes, width], which is added to the head's own logits.
 * Returns the row's cross entropy. */
static double
predict (const Rows *rows, const double *map, guint i, double *p)
{
  const double *x = rows->x + (gsize) i * rows->width;
  double highest = -INFINITY, sum = 0, loss = 0;

  for (guint c = 0; c < rows->n_classes; c++)
    {
      p[c] = x[rows->first + c];
      for (guint j = 0; j < rows->width; j++)
        p[c] += map[c * rows->width + j] * x[j];
      highest = MAX (highest, p[c]);
    }
  for (guint c = 0; c < rows->n_classes; c++)
    sum += exp (p[c] - highest);
  sum = highest + log (sum);
  for (guint c = 0; c < rows->n_classes; c++)
    {
      loss -= (double) rows->targets[(gsize) i * rows->n_classes + c] * (p[c] - sum);
      p[c] = exp (p[c] - sum);
    }
  return loss;
}

/* @fold: the one left out, or N_FOLDS for none. */
static double
get_penalised_loss (const Rows *rows, guint fold, double ridge, const double *map)
{
  double p[MIEN_STACK_MAX_CLASSES], loss = 0;
  guint n = 0;

  for (guint i = 0; i < rows->n; i++)
    if (i % N_FOLDS != fold)
      {
        loss += predict (rows, map, i, p);
        n++;
      }
  loss /= MAX (1, n);
  for (guint k = 0; k < rows->n_classes * rows->width; k++)
    loss += (k % rows->width == rows->width - 1 ? BIAS_RIDGE : ridge) * map[k] * map[k];
  return loss;
}

/* Gradient and Hessian (its lower half) of the penalised loss at @map. */
static void
differentiate (const Rows *rows,
               guint fold,
               double ridge,
               const double *map,
               double *gradient,
               double *hessian)
{
  guint w = rows->width, size = rows->n_classes * w, n = 0;
  double p[MIEN_STACK_MAX_CLASSES];

  memset (gradient, 0, size * sizeof *gradient);
  memset (hessian, 0, (gsize) size * size * sizeof *hessian);
  for (guint i = 0; i < rows->n; i++)
    {
      const double *x = rows->x + (gsize) i * w;

      if (i % N_FOLDS == fold)
        continue;
      predict (rows, map, i, p);
      n++;
      for (guint c = 0; c < rows->n_classes; c++)
        {
          double miss = p[c] - (double) rows->targets[(gsize) i * rows->n_classes + c];

          for (guint j = 0; j < w; j++)
            gradient[c * w + j] += miss * x[j];
          for (guint d = 0; d <= c; d++)
            {
              double curve = p[c] * ((c == d ? 1 : 0) - p[d]);

              for (guint j = 0; j < w; j++)
                {
                  double *row = hessian + (gsize) (c * w + j) * size + d * w, part = curve * x[j];

                  for (guint k = 0; k < w; k++)
                    row[k] += part * x[k];
                }
            }
        }
    }
  for (guint k = 0; k < size; k++)
    {
      double r = k % w == w - 1 ? BIAS_RIDGE : ridge;

      gradient[k] = gradient[k] / MAX (1, n) + 2 * r * map[k];
      for (guint l = 0; l <= k; l++)
        hessian[(gsize) k * size + l] /= MAX (1, n);
      hessian[(gsize) k * size + k] += 2 * r;
    }
}

/* @a x = @b by Cholesky's factors; the lower half of @a becomes the factor, @b becomes x. */
static void
solve (double *a, double *b, guint size)
{
  for (guint i = 0; i < size; i++)
    for (guint j = 0; j <= i; j++)
      {
        double *row = a + (gsize) i * size, *other = a + (gsize) j * size, sum = row[j];

        for (guint k = 0; k < j; k++)
          sum -= row[k] * other[k];
        /* The ridge keeps it positive but for rounding. */
        row[j] = i == j ? sqrt (MAX (sum, 1e-12)) : sum / other[j];
      }
  for (guint i = 0; i < size; i++)
    {
      for (guint k = 0; k < i; k++)
        b[i] -= a[(gsize) i * size + k] * b[k];
      b[i] /= a[(gsize) i * size + i];
    }
  for (guint i = size; i-- > 0;)
    {
      for (guint k = i + 1; k < size; k++)
        b[i] -= a[(gsize) k * size + i] * b[k];
      b[i] /= a[(gsize) i * size + i];
    }
}

/* Newton's method from @map, where the answer is left. The loss is convex. */
static void
minimise (const Rows *rows, guint fold, double ridge, double *map)
{
  guint size = rows->n_classes * rows->width;
  g_autofree double *step = g_new (double, size), *tried = g_new (double, size);
  g_autofree double *hessian = g_new (double, (gsize) size *size);
  double loss = get_penalised_loss (rows, fold, ridge, map);

  for (guint s = 0; s < MAX_STEPS; s++)
    {
      double part = 1, then = loss;

      differentiate (rows, fold, ridge, map, step, hessian);
      solve (hessian, step, size);
      for (guint h = 0; h < MAX_HALVINGS; h++, part /= 2)
        {
          for (guint k = 0; k < size; k++)
            tried[k] = map[k] - part * step[k];
          then = get_penalised_loss (rows, fold, ridge, tried);
          if (then < loss)
            break;
        }
      if (!(then < loss))
        return;
      memcpy (map, tried, size * sizeof *map);
      if (loss - then < ENOUGH)
        return;
      loss = then;
    }
}

/* Mean cross entropy of rows by maps fitted without them; @logits receives what those say. @start:
 * where each fit begins, near its end. */
static double
cross_validate (const Rows *rows, double ridge, const double *start, float *logits)
{
  guint size = rows->n_classes * rows->width;
  g_autofree double *map = g_new (double, size);
  double p[MIEN_STACK_MAX_CLASSES], loss = 0;

  for (guint fold = 0; fold < N_FOLDS; fold++)
    {
      memcpy (map, start, size * sizeof *map);
      minimise (rows, fold, ridge, map);
      for (guint i = fold; i < rows->n; i += N_FOLDS)
        {
          loss += predict (rows, map, i, p);
          for (guint c = 0; c < rows->n_classes; c++)
            logits[(gsize) i * rows->n_classes + c] = (float) log (MAX (p[c], 1e-30));
        }
    }
  return loss / MAX (1, rows->n);
}

/* @map with the head's own logits and the centring in it, so that it reads plain logits. */
static void
compose (MienStack *self, const double *map, const guint *widths, guint n_heads, guint first)
{
  guint w = self->n_inputs + 1;

  for (guint c = 0; c < self->n_classes; c++)
    {
      for (guint head = 0, at = 0; head < n_heads; at += widths[head++])
        {
          double mean = 0;

          for (guint j = 0; j < widths[head]; j++)
            mean += map[c * w + at + j] / widths[head];
          for (guint j = at; j < at + widths[head]; j++)
            self->weights[c * self->n_inputs + j] =
                (float) (map[c * w + j] - mean + (j == first + c ? 1 : 0));
        }
      self->bias[c] = (float) map[c * w + self->n_inputs];
    }
}

void
mien_stack_fit (MienStack *self,
                const float *logits,
                const guint *widths,
                guint n_heads,
                guint first,
                guint n_classes,
                const float *targets,
                guint n,
                float *held_out)
{
  g_auto (Rows) rows = { .n = n, .n_classes = n_classes, .first = first, .targets = targets };
  g_autofree double *map = NULL, *best = NULL;
  g_autofree float *answers = NULL;
  guint n_inputs = 0, size;

  g_return_if_fail (self != NULL && logits != NULL && targets != NULL);
  for (guint head = 0; head < n_heads; head++)
    n_inputs += widths[head];
  g_return_if_fail (n_inputs <= MIEN_STACK_MAX_INPUTS && n_classes <= MIEN_STACK_MAX_CLASSES);
  g_return_if_fail (first + n_classes <= n_inputs);
  set_rows (&rows, logits, widths, n_heads, n_inputs, n);
  size = n_classes * rows.width;
  map = g_new0 (double, size);
  best = g_new0 (double, size);
  answers = g_new (float, (gsize) n *n_classes + 1);
  *self = (MienStack){ .n_inputs = n_inputs, .n_classes = n_classes };
  self->loss = self->loss_before = get_penalised_loss (&rows, N_FOLDS, 0, map);
  for (guint r = 0; n > 0 && r < G_N_ELEMENTS (ridges); r++)
    {
      double loss;

      minimise (&rows, N_FOLDS, ridges[r], map);
      loss = cross_validate (&rows, ridges[r], map, answers);
      if (r > 0 && loss >= self->loss)
        continue;
      self->loss = loss;
      self->ridge = ridges[r];
      memcpy (best, map, size * sizeof *best);
      if (held_out != NULL)
        memcpy (held_out, answers, (gsize) n * n_classes * sizeof *held_out);
    }
  compose (self, best, widths, n_heads, first);
}

void
mien_stack_apply (const MienStack *self, const float *logits, guint n, float *out)
{
  g_return_if_fail (self != NULL);
  for (gsize i = 0; i < n; i++)
    for (guint c = 0; c < self->n_classes; c++)
      {
        float sum = self->bias[c];

        for (guint j = 0; j < self->n_inputs; j++)
          sum += self->weights[c * self->n_inputs + j] * logits[i * self->n_inputs + j];
        out[i * self->n_classes + c] = sum;
      }
}
