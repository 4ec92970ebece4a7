/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/cuts.h"

#include <math.h>
#include <string.h>

#include "vision/sampling.h"

#define GRID 4
#define CELL 16 /* pixels of the thumbnail a side */
#define SIDE (GRID * CELL)
#define BINS (MIEN_CUT_SIGNATURE_SIZE / (GRID * GRID))
/* How many past differences the threshold looks back on. */
#define HISTORY 12
/* Below this no change is a cut, above the other every one is. */
#define MIN_CHANGE 0.28f
#define SURE_CHANGE 0.75f
#define FACTOR 3.5f

struct _MienCutDetector
{
  gboolean has_last;
  MienCutSignature last;
  float changes[HISTORY];
  guint n_changes; /* pushed in all */
};

void
mien_cut_signature_compute (const MienImage *image, MienCutSignature *out)
{
  MienRect whole = { 0, 0, (float) image->width, (float) image->height };
  guint8 pixels[SIDE * SIDE];

  memset (out, 0, sizeof *out);
  mien_image_sample_gray8 (image, &whole, SIDE, SIDE, pixels);
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        int cell = y / CELL * GRID + x / CELL;
        /* Shared by the two nearest bins, so that a little more light moves little. */
        float place = (float) pixels[y * SIDE + x] * BINS / 256 - 0.5f;
        int low = (int) floorf (place);
        float part = place - (float) low;
        float *bins = out->bins + cell * BINS;

        bins[MAX (low, 0)] += (1 - part) / (CELL * CELL);
        bins[MIN (low + 1, BINS - 1)] += part / (CELL * CELL);
      }
}

MienCutDetector *
mien_cut_detector_new (void)
{
  return g_new0 (MienCutDetector, 1);
}

void
mien_cut_detector_free (MienCutDetector *self)
{
  g_free (self);
}

static int
compare_floats (gconstpointer a, gconstpointer b)
{
  const float *x = a, *y = b;

  return *x < *y ? -1 : *x > *y;
}

/* The median over the cells of half the L1 distance, 0 .. 1: a person who walks through changes
 * some cells, a cut most of them. */
static float
measure_change (const MienCutSignature *a, const MienCutSignature *b)
{
  float cells[GRID * GRID];

  for (int c = 0; c < GRID * GRID; c++)
    {
      cells[c] = 0;
      for (int i = c * BINS; i < (c + 1) * BINS; i++)
        cells[c] += fabsf (a->bins[i] - b->bins[i]) / 2;
    }
  qsort (cells, GRID * GRID, sizeof *cells, compare_floats);
  return (cells[GRID * GRID / 2 - 1] + cells[GRID * GRID / 2]) / 2;
}

/* Mean and spread of the recent changes. */
static float
get_threshold (const MienCutDetector *self)
{
  guint n = MIN (self->n_changes, HISTORY);
  float mean = 0, square = 0;

  if (n == 0)
    return MIN_CHANGE;
  for (guint i = 0; i < n; i++)
    {
      mean += self->changes[i] / (float) n;
      square += self->changes[i] * self->changes[i] / (float) n;
    }
  return MAX (MIN_CHANGE, mean + FACTOR * sqrtf (MAX (square - mean * mean, 0)));
}

gboolean
mien_cut_detector_push (MienCutDetector *self, const MienCutSignature *signature)
{
  float change, threshold;
  gboolean is_cut;

  if (!self->has_last)
    {
      self->has_last = TRUE;
      self->last = *signature;
      return FALSE;
    }
  change = measure_change (&self->last, signature);
  threshold = MIN (get_threshold (self), SURE_CHANGE);
  is_cut = change > threshold;
  self->last = *signature;
  if (is_cut)
    self->n_changes = 0;
  else
    self->changes[self->n_changes++ % HISTORY] = change;
  return is_cut;
}
