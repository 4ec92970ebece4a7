/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/identity.h"

#include <math.h>
#include <string.h>

typedef struct
{
  guint n, length;
  float *means;
  double *weights;
  guint8 *apart;
  gboolean *is_gone;
  guint *nearest;    /* of a later index, n when there is none */
  double *distances; /* to it */
} Groups;

double
mien_identity_distance (const float *a, const float *b, guint length)
{
  double sum = 0;

  for (guint i = 0; i < length; i++)
    sum += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
  return sqrt (sum);
}

static void
find_nearest (Groups *self, guint i)
{
  self->nearest[i] = self->n;
  self->distances[i] = INFINITY;
  for (guint j = i + 1; j < self->n; j++)
    {
      double distance;

      if (self->is_gone[j] || self->apart[(gsize) i * self->n + j])
        continue;
      distance = mien_identity_distance (self->means + (gsize) i * self->length,
                                         self->means + (gsize) j * self->length, self->length);
      if (distance < self->distances[i])
        {
          self->distances[i] = distance;
          self->nearest[i] = j;
        }
    }
}

/* @b becomes part of @a, which comes first. */
static void
join (Groups *self, guint a, guint b)
{
  double sum = self->weights[a] + self->weights[b];
  float *mean = self->means + (gsize) a * self->length;
  const float *other = self->means + (gsize) b * self->length;

  for (guint i = 0; i < self->length; i++)
    mean[i] = (float) ((mean[i] * self->weights[a] + other[i] * self->weights[b]) / sum);
  self->weights[a] = sum;
  self->is_gone[b] = TRUE;
  for (guint i = 0; i < self->n; i++)
    {
      guint8 both = self->apart[(gsize) a * self->n + i] | self->apart[(gsize) b * self->n + i];

      self->apart[(gsize) a * self->n + i] = self->apart[(gsize) i * self->n + a] = both;
    }
  /* What lay nearest to either has to look again, and what now lies nearer to the new mean. */
  for (guint i = 0; i <= b; i++)
    if (!self->is_gone[i] && (i == a || i < a || self->nearest[i] == b || self->nearest[i] == a))
      find_nearest (self, i);
}

void
mien_identity_group (const float *means,
                     const guint *weights,
                     const guint8 *apart,
                     guint n,
                     guint length,
                     double limit,
                     guint *group_of)
{
  g_autofree float *own = g_memdup2 (means, (gsize) n * length * sizeof *means);
  g_autofree double *sums = g_new (double, n + 1);
  g_autofree guint8 *pairs = g_memdup2 (apart, (gsize) n * n);
  g_autofree gboolean *is_gone = g_new0 (gboolean, n + 1);
  g_autofree guint *nearest = g_new (guint, n + 1);
  g_autofree double *distances = g_new (double, n + 1);
  Groups self = { n, length, own, sums, pairs, is_gone, nearest, distances };

  for (guint i = 0; i < n; i++)
    {
      group_of[i] = i;
      sums[i] = weights[i];
    }
  for (guint i = 0; i < n; i++)
    find_nearest (&self, i);
  for (;;)
    {
      guint a = n, b;

      for (guint i = 0; i < n; i++)
        if (!is_gone[i] && distances[i] <= limit && (a == n || distances[i] < distances[a]))
          a = i;
      if (a == n)
        return;
      b = nearest[a];
      join (&self, a, b);
      for (guint i = 0; i < n; i++)
        if (group_of[i] == b)
          group_of[i] = a;
    }
}
