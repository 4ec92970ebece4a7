/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/taps.h"

#include <math.h>

/* Adds @weight for source pixel @j to result pixel @i. */
static void
add_weight (MienTaps *self, int i, gint64 j, float weight, int n_source, gboolean repeat)
{
  if (!repeat && (j < 0 || j >= n_source))
    return;
  j = CLAMP (j, 0, n_source - 1);
  if (self->counts[i] == 0)
    self->starts[i] = (int) j;
  j -= self->starts[i];
  /* Taps come in rising order, so this one is the last or a new one after it. */
  g_assert (j >= self->counts[i] - 1 && j < self->stride);
  if (j >= self->counts[i])
    self->counts[i] = (int) j + 1;
  self->weights[(gsize) i * (gsize) self->stride + (gsize) j] += weight;
  self->inside[i] += weight;
}

static void
add_area (MienTaps *self, int i, double from, double to, int n_source, gboolean repeat)
{
  double step = to - from;
  /* Past the edges one tap stands for everything: the loop is bounded by the source. */
  double low = CLAMP (floor (from), -1, n_source), high = CLAMP (ceil (to), 0, n_source + 1);

  if (from < -1)
    add_weight (self, i, -1, (float) ((MIN (to, -1) - from) / step), n_source, repeat);
  for (gint64 j = (gint64) low; j < (gint64) high; j++)
    {
      double covered = MIN (to, (double) j + 1) - MAX (from, (double) j);

      if (covered > 0)
        add_weight (self, i, j, (float) (covered / step), n_source, repeat);
    }
  if (to > n_source + 1)
    add_weight (self, i, n_source, (float) ((to - MAX (from, n_source + 1)) / step), n_source,
                repeat);
}

static void
add_linear (MienTaps *self, int i, double centre, int n_source, gboolean repeat)
{
  double place = CLAMP (centre - 0.5, -2, n_source + 1);
  double low = floor (place), part = place - low;

  add_weight (self, i, (gint64) low, (float) (1 - part), n_source, repeat);
  if (part > 0)
    add_weight (self, i, (gint64) low + 1, (float) part, n_source, repeat);
}

void
mien_taps_init (MienTaps *self, double origin, double step, int n, int n_source, gboolean repeat)
{
  *self = (MienTaps){ .n = n, .low = n_source, .high = 0 };
  self->stride = (int) MIN (ceil (MAX (step, 1)) + 2, (double) n_source + 2);
  self->starts = g_new0 (int, n);
  self->counts = g_new0 (int, n);
  self->inside = g_new0 (float, n);
  self->weights = g_new0 (float, (gsize) n *(gsize) self->stride);
  for (int i = 0; i < n; i++)
    {
      double from = origin + i * step, to = origin + (i + 1) * step;

      if (step >= 1)
        add_area (self, i, from, to, n_source, repeat);
      else
        add_linear (self, i, (from + to) / 2, n_source, repeat);
      if (self->counts[i] > 0)
        {
          self->low = MIN (self->low, self->starts[i]);
          self->high = MAX (self->high, self->starts[i] + self->counts[i]);
        }
    }
  if (self->low > self->high)
    self->low = self->high = 0;
  /* A result pixel without taps must still point into low .. high. */
  for (int i = 0; i < n; i++)
    if (self->counts[i] == 0)
      self->starts[i] = self->low;
}

void
mien_taps_clear (MienTaps *self)
{
  g_clear_pointer (&self->starts, g_free);
  g_clear_pointer (&self->counts, g_free);
  g_clear_pointer (&self->inside, g_free);
  g_clear_pointer (&self->weights, g_free);
}
