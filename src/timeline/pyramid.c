/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/pyramid.h"

#include <math.h>

#define MAX_LEVELS 16

typedef struct
{
  float min, max, mean;
} Cell;

typedef struct
{
  gsize n, allocated; /* buckets; only full ones are kept */
  Cell *cells;        /* [allocated][MIEN_N_CHANNELS] */
  guint32 *counts;    /* samples that count, of any channel */
} Level;

struct _MienPyramid
{
  Level levels[MAX_LEVELS];
};

/* Sums while walking. */
typedef struct
{
  float min, max;
  double sum;
  guint count;
} Total;

MienPyramid *
mien_pyramid_new (void)
{
  return g_new0 (MienPyramid, 1);
}

void
mien_pyramid_free (MienPyramid *self)
{
  if (self == NULL)
    return;
  for (guint l = 0; l < MAX_LEVELS; l++)
    {
      g_free (self->levels[l].cells);
      g_free (self->levels[l].counts);
    }
  g_free (self);
}

static inline float
value_at (const MienPyramidSource *source, guint channel, gsize i)
{
  const double *weights = channel == MIEN_CHANNEL_VALENCE ? source->valence : source->arousal;
  double sum = 0.0;

  if (channel < MIEN_SAMPLE_MAX_CLASSES)
    return source->values[channel][i];
  for (guint c = 0; c < source->n_classes; c++)
    sum += weights[c] * source->values[c][i];
  return (float) sum;
}

static inline void
total_add (Total *total, float min, float max, double sum, guint count)
{
  total->min = MIN (total->min, min);
  total->max = MAX (total->max, max);
  total->sum += sum;
  total->count += count;
}

static void
add_samples (const MienPyramidSource *source, guint channel, gsize begin, gsize end, Total *total)
{
  for (gsize i = begin; i < end; i++)
    if (source->status[i] == MIEN_STATUS_OK && !isnan (source->values[0][i]))
      {
        float value = value_at (source, channel, i);

        total_add (total, value, value, value, 1);
      }
}

static void
add_buckets (const Level *level, guint channel, gsize begin, gsize end, Total *total)
{
  for (gsize b = begin; b < end; b++)
    if (level->counts[b] > 0)
      {
        const Cell *cell = &level->cells[b * MIEN_N_CHANNELS + channel];

        total_add (total, cell->min, cell->max, (double) cell->mean * level->counts[b],
                   level->counts[b]);
      }
}

static gboolean
has_channel (const MienPyramidSource *source, guint channel)
{
  return channel < source->n_classes || channel >= MIEN_SAMPLE_MAX_CLASSES;
}

static void
add_bucket (MienPyramid *self, guint l, const MienPyramidSource *source)
{
  Level *level = &self->levels[l];
  gsize b = level->n;

  if (b == level->allocated)
    {
      level->allocated = MAX (16, level->allocated + level->allocated / 2);
      level->cells = g_realloc_n (level->cells, level->allocated, MIEN_N_CHANNELS * sizeof (Cell));
      level->counts = g_renew (guint32, level->counts, level->allocated);
    }
  level->counts[b] = 0;
  for (guint c = 0; c < MIEN_N_CHANNELS; c++)
    {
      Cell *cell = &level->cells[b * MIEN_N_CHANNELS + c];
      Total total = { INFINITY, -INFINITY, 0.0, 0 };

      *cell = (Cell){ 0.0f, 0.0f, 0.0f };
      if (!has_channel (source, c))
        continue;
      if (l == 0)
        add_samples (source, c, b * MIEN_PYRAMID_BASE, (b + 1) * MIEN_PYRAMID_BASE, &total);
      else
        add_buckets (&self->levels[l - 1], c, b * MIEN_PYRAMID_STEP, (b + 1) * MIEN_PYRAMID_STEP,
                     &total);
      level->counts[b] = total.count;
      if (total.count > 0)
        *cell = (Cell){ total.min, total.max, (float) (total.sum / total.count) };
    }
  level->n++;
}

void
mien_pyramid_extend (MienPyramid *self, const MienPyramidSource *source, gsize n)
{
  gsize below = n / MIEN_PYRAMID_BASE;

  for (guint l = 0; l < MAX_LEVELS && below > 0; l++)
    {
      while (self->levels[l].n < below)
        add_bucket (self, l, source);
      below = self->levels[l].n / MIEN_PYRAMID_STEP;
    }
}

void
mien_pyramid_truncate (MienPyramid *self, gsize n)
{
  gsize buckets = n / MIEN_PYRAMID_BASE;

  for (guint l = 0; l < MAX_LEVELS; l++)
    {
      self->levels[l].n = MIN (self->levels[l].n, buckets);
      buckets /= MIEN_PYRAMID_STEP;
    }
}

/* Buckets begin..end of level @l: the middle from the level above, the ragged ends from this one.
 */
static void
walk (const MienPyramid *self, guint l, guint channel, gsize begin, gsize end, Total *total)
{
  gsize up_begin = (begin + MIEN_PYRAMID_STEP - 1) / MIEN_PYRAMID_STEP;
  gsize up_end = end / MIEN_PYRAMID_STEP;

  if (l + 1 < MAX_LEVELS)
    up_end = MIN (up_end, self->levels[l + 1].n);
  if (l + 1 >= MAX_LEVELS || up_begin >= up_end)
    {
      add_buckets (&self->levels[l], channel, begin, end, total);
      return;
    }
  add_buckets (&self->levels[l], channel, begin, up_begin * MIEN_PYRAMID_STEP, total);
  walk (self, l + 1, channel, up_begin, up_end, total);
  add_buckets (&self->levels[l], channel, up_end * MIEN_PYRAMID_STEP, end, total);
}

void
mien_pyramid_query (const MienPyramid *self,
                    const MienPyramidSource *source,
                    guint channel,
                    gsize begin,
                    gsize end,
                    MienSummary *out)
{
  Total total = { INFINITY, -INFINITY, 0.0, 0 };
  gsize up_begin = (begin + MIEN_PYRAMID_BASE - 1) / MIEN_PYRAMID_BASE;
  gsize up_end = MIN (end / MIEN_PYRAMID_BASE, self->levels[0].n);

  *out = (MienSummary){ NAN, NAN, NAN, 0 };
  if (!has_channel (source, channel) || begin >= end)
    return;
  if (up_begin >= up_end)
    add_samples (source, channel, begin, end, &total);
  else
    {
      add_samples (source, channel, begin, up_begin * MIEN_PYRAMID_BASE, &total);
      walk (self, 0, channel, up_begin, up_end, &total);
      add_samples (source, channel, up_end * MIEN_PYRAMID_BASE, end, &total);
    }
  if (total.count > 0)
    *out = (MienSummary){ total.min, total.max, (float) (total.sum / total.count), total.count };
}
