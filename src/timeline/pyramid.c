/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/pyramid.h"

#include <math.h>
#include <string.h>

#define MAX_LEVELS 16

/* All channels of a bucket side by side: whoever reads one mostly reads them all. */
typedef struct
{
  float min[MIEN_N_CHANNELS], max[MIEN_N_CHANNELS], mean[MIEN_N_CHANNELS];
} Cell;

typedef struct
{
  gsize n, allocated; /* buckets; only full ones are kept */
  Cell *cells;        /* [allocated] */
  guint32 *counts;    /* samples that count, of any channel */
} Level;

struct _MienPyramid
{
  Level levels[MAX_LEVELS];
};

/* Sums while walking, of all channels whose bit is set; of the others they may be anything. */
typedef struct
{
  guint channels;
  guint count;
  float min[MIEN_N_CHANNELS], max[MIEN_N_CHANNELS];
  double sum[MIEN_N_CHANNELS];
} Total;

#define CLASSES ((1u << MIEN_SAMPLE_MAX_CLASSES) - 1) /* bits of the classes' channels */

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

static void
total_init (Total *self, guint channels)
{
  self->channels = channels;
  self->count = 0;
  for (guint c = 0; c < MIEN_N_CHANNELS; c++)
    {
      self->min[c] = INFINITY;
      self->max[c] = -INFINITY;
      self->sum[c] = 0.0;
    }
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

#define CHUNK 32 /* samples that are looked through at a time */

/* Which of the samples begin..end, CHUNK at most, count; how many. */
static guint
find_good (const MienPyramidSource *source, gsize begin, gsize end, guint8 *good)
{
  guint n = 0;

  for (gsize i = begin; i < end; i++)
    if (source->status[i] == MIEN_STATUS_OK && !isnan (source->values[0][i]))
      good[n++] = (guint8) (i - begin);
  return n;
}

static void
add_samples (const MienPyramidSource *source, gsize begin, gsize end, Total *total)
{
  for (gsize next; begin < end; begin = next)
    {
      guint8 good[CHUNK];
      guint n;

      next = MIN (begin + CHUNK, end);
      n = find_good (source, begin, next, good);
      total->count += n;
      for (guint c = 0; c < MIEN_N_CHANNELS; c++)
        for (guint k = 0; k < n && (total->channels & (1u << c)) != 0; k++)
          {
            float value = value_at (source, c, begin + good[k]);

            total->min[c] = MIN (total->min[c], value);
            total->max[c] = MAX (total->max[c], value);
            total->sum[c] += value;
          }
    }
}

/* Channels @first to @end, which are known where this is called. */
static inline void
add_cell (const Cell *cell, guint count, guint first, guint end, Total *total)
{
  for (guint c = first; c < end; c++)
    {
      total->min[c] = MIN (total->min[c], cell->min[c]);
      total->max[c] = MAX (total->max[c], cell->max[c]);
      total->sum[c] += (double) cell->mean[c] * count;
    }
}

static void
add_buckets (const Level *level, gsize begin, gsize end, Total *total)
{
  for (gsize b = begin; b < end; b++)
    if (level->counts[b] > 0)
      {
        if ((total->channels & CLASSES) != 0)
          add_cell (&level->cells[b], level->counts[b], 0, MIEN_SAMPLE_MAX_CLASSES, total);
        if ((total->channels & ~CLASSES) != 0)
          add_cell (&level->cells[b], level->counts[b], MIEN_SAMPLE_MAX_CLASSES, MIEN_N_CHANNELS,
                    total);
        total->count += level->counts[b];
      }
}

/* The channels that @source has. */
static guint
get_channels (const MienPyramidSource *source)
{
  return ((1u << source->n_classes) - 1) | ((1u << MIEN_N_CHANNELS) - 1 - CLASSES);
}

static void
add_bucket (MienPyramid *self, guint l, const MienPyramidSource *source)
{
  Level *level = &self->levels[l];
  gsize b = level->n;
  Total total;
  Cell *cell;

  if (b == level->allocated)
    {
      level->allocated = MAX (16, level->allocated + level->allocated / 2);
      level->cells = g_renew (Cell, level->cells, level->allocated);
      level->counts = g_renew (guint32, level->counts, level->allocated);
    }
  total_init (&total, get_channels (source));
  if (l == 0)
    add_samples (source, b * MIEN_PYRAMID_BASE, (b + 1) * MIEN_PYRAMID_BASE, &total);
  else
    add_buckets (&self->levels[l - 1], b * MIEN_PYRAMID_STEP, (b + 1) * MIEN_PYRAMID_STEP, &total);
  cell = &level->cells[b];
  memset (cell, 0, sizeof *cell);
  level->counts[b] = total.count;
  for (guint c = 0; c < MIEN_N_CHANNELS && total.count > 0; c++)
    if ((total.channels & (1u << c)) != 0)
      {
        cell->min[c] = total.min[c];
        cell->max[c] = total.max[c];
        cell->mean[c] = (float) (total.sum[c] / total.count);
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
walk (const MienPyramid *self, guint l, gsize begin, gsize end, Total *total)
{
  gsize up_begin = (begin + MIEN_PYRAMID_STEP - 1) / MIEN_PYRAMID_STEP;
  gsize up_end = end / MIEN_PYRAMID_STEP;

  if (l + 1 < MAX_LEVELS)
    up_end = MIN (up_end, self->levels[l + 1].n);
  if (l + 1 >= MAX_LEVELS || up_begin >= up_end)
    {
      add_buckets (&self->levels[l], begin, end, total);
      return;
    }
  add_buckets (&self->levels[l], begin, up_begin * MIEN_PYRAMID_STEP, total);
  walk (self, l + 1, up_begin, up_end, total);
  add_buckets (&self->levels[l], up_end * MIEN_PYRAMID_STEP, end, total);
}

void
mien_pyramid_query (const MienPyramid *self,
                    const MienPyramidSource *source,
                    guint channels,
                    gsize begin,
                    gsize end,
                    MienSummary *out)
{
  gsize up_begin = (begin + MIEN_PYRAMID_BASE - 1) / MIEN_PYRAMID_BASE;
  gsize up_end = MIN (end / MIEN_PYRAMID_BASE, self->levels[0].n);
  Total total;

  total_init (&total, channels & get_channels (source));
  if (up_begin >= up_end)
    add_samples (source, begin, end, &total);
  else
    {
      add_samples (source, begin, up_begin * MIEN_PYRAMID_BASE, &total);
      walk (self, 0, up_begin, up_end, &total);
      add_samples (source, up_end * MIEN_PYRAMID_BASE, end, &total);
    }
  for (guint c = 0; c < MIEN_N_CHANNELS; c++)
    if (total.count > 0 && (total.channels & (1u << c)) != 0)
      out[c] = (MienSummary){ total.min[c], total.max[c], (float) (total.sum[c] / total.count),
                              total.count };
    else if ((channels & (1u << c)) != 0)
      out[c] = (MienSummary){ NAN, NAN, NAN, 0 };
}
