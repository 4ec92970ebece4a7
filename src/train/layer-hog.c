/* Histograms of oriented gradients: a first layer that learns nothing.
 *
 * Directions are ten rays over half a turn, 20 degrees apart; a gradient is split among the two
 * rays it lies between as a parallelogram is among its sides, which needs no arc tangent and
 * changes steadily. Cells overlap: a triangle two cells wide weighs the pixels. Blocks of 2 x 2
 * cells are brought to unit length, clipped and brought to unit length again. Reference: Dalal &
 * Triggs 2005.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/hog.h"

#include <math.h>
#include <string.h>

#include "train/network-private.h"

#define BINS MIEN_HOG_BINS

/* No axis and no diagonal lies on a ray: gradients of steps along them are on neither side. */
#define FIRST_RAY 8.0
#define STEP 20.0

void
mien_hog_get_rays (float *cosines, float *sines)
{
  for (int i = 0; i <= BINS; i++)
    {
      cosines[i] = (float) cos ((FIRST_RAY + STEP * i) * G_PI / 180);
      sines[i] = (float) sin ((FIRST_RAY + STEP * i) * G_PI / 180);
    }
}

float
mien_hog_get_weight (int cell, int i)
{
  /* Sums to one over the 2 x cell pixels. */
  float distance = fabsf ((float) i + 0.5f - (float) cell) / (float) cell;

  return (1 - distance) / (float) cell;
}

/* Adds what the gradient (@gx, @gy) says, times @weight, to the bins of its two rays. */
static void
vote (const float *cosines, const float *sines, float gx, float gy, float weight, float *bins)
{
  float before = gy * cosines[0] - gx * sines[0];

  for (int i = 0; i < BINS; i++)
    {
      float after = gy * cosines[i + 1] - gx * sines[i + 1];

      if (before * after < 0)
        {
          bins[i] += weight * fabsf (after);
          bins[(i + 1) % BINS] += weight * fabsf (before);
        }
      before = after;
    }
}

/* @cells: [rows, columns, BINS] of the picture @x, [h, w] with @step values a pixel. */
static void
fill_cells (const float *x, int step, int h, int w, int cell, int rows, int columns, float *cells)
{
  float cosines[BINS + 1], sines[BINS + 1];

  mien_hog_get_rays (cosines, sines);
  memset (cells, 0, (gsize) (rows * columns) * BINS * sizeof *cells);
  for (int j = 0; j < h; j++)
    for (int i = 0; i < w; i++)
      {
        const float *row = x + (gsize) j * (gsize) w * (gsize) step;
        float gx = row[MIN (i + 1, w - 1) * step] - row[MAX (i - 1, 0) * step];
        float gy = x[((gsize) MIN (j + 1, h - 1) * (gsize) w + (gsize) i) * (gsize) step]
                   - x[((gsize) MAX (j - 1, 0) * (gsize) w + (gsize) i) * (gsize) step];
        float bins[BINS] = { 0 };

        vote (cosines, sines, gx, gy, 1, bins);
        /* The two rows and columns of cells whose triangles reach this pixel. */
        for (int r = (j + cell / 2) / cell - 1; r <= (j + cell / 2) / cell; r++)
          for (int c = (i + cell / 2) / cell - 1; c <= (i + cell / 2) / cell; c++)
            {
              int dy = j - r * cell + cell / 2, dx = i - c * cell + cell / 2;
              float weight;

              if (r < 0 || c < 0 || r >= rows || c >= columns || dy < 0 || dx < 0 || dy >= 2 * cell
                  || dx >= 2 * cell)
                continue;
              weight = mien_hog_get_weight (cell, dy) * mien_hog_get_weight (cell, dx);
              for (int b = 0; b < BINS; b++)
                cells[(r * columns + c) * BINS + b] += weight * bins[b];
            }
      }
}

static void
normalise (float *block, gboolean clip)
{
  float length = 0;

  for (int i = 0; i < MIEN_HOG_CHANNELS; i++)
    length += block[i] * block[i];
  length = sqrtf (length) + MIEN_HOG_EPSILON;
  for (int i = 0; i < MIEN_HOG_CHANNELS; i++)
    block[i] = clip ? MIN (block[i] / length, MIEN_HOG_CLIP) : block[i] / length;
}

typedef struct
{
  MienNetwork *self;
  Layer *layer, *in;
} Job;

static void
hog_part (gpointer data, guint part, guint worker)
{
  const Job *job = data;
  const Layer *layer = job->layer, *in = job->in;
  int cell = layer->stride, rows = layer->h + 1, columns = layer->w + 1;
  float *x = (float *) (gpointer) job->self->scratch[worker];
  float *cells = x + layer_size (in);
  char *out = picture_at (job->self, layer, layer->out, part);

  job->self->kernels->load (x, picture_at (job->self, in, in->out, part), layer_size (in));
  fill_cells (x, in->cp, in->h, in->w, cell, rows, columns, cells);
  for (int r = 0; r < layer->h; r++)
    for (int c = 0; c < layer->w; c++)
      {
        float block[MIEN_HOG_CHANNELS];

        for (int k = 0; k < 4; k++)
          memcpy (block + k * BINS, cells + ((r + k / 2) * columns + c + k % 2) * BINS,
                  BINS * sizeof *block);
        normalise (block, TRUE);
        normalise (block, FALSE);
        job->self->kernels->store (
            out + (gsize) ((r * layer->w + c) * layer->cp) * job->self->kernels->element, block,
            MIEN_HOG_CHANNELS);
      }
}

gsize
mien_layer_hog_scratch (const Layer *layer, const Layer *in)
{
  return (layer_size (in) + (gsize) ((layer->h + 1) * (layer->w + 1)) * BINS) * sizeof (float);
}

void
mien_layer_hog_forward (MienNetwork *self, Layer *layer)
{
  Job job = { self, layer, layer_at (self, layer->x) };

  mien_parallel_for (self->parallel, self->n, hog_part, &job);
}
