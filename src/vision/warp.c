/* Turned and scaled crops. SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "vision/sampling.h"

/* An upright piece of the picture as floats, and where it lies. */
typedef struct
{
  MienSampling sampling;
  MienRect rect;
  float *values;
} Piece;

/* What @map touches, with one pixel around it for the interpolation, shrunk so that a result pixel
 * covers at most two of its pixels each way: its area averaging is what keeps a big face from
 * aliasing, and its size depends on the result's alone. */
static Piece
take_piece (const MienImage *image, const MienAffine *map, const MienSampling *sampling)
{
  float w = (float) sampling->width, h = (float) sampling->height;
  MienPoint corners[4] = { { 0, 0 }, { w, 0 }, { 0, h }, { w, h } };
  float left = INFINITY, top = INFINITY, right = -INFINITY, bottom = -INFINITY;
  float scale = sqrtf (fabsf (map->a * map->e - map->b * map->d));
  float shrink = MAX (scale / 2, 1);
  Piece piece;
  float width, height;

  for (int i = 0; i < 4; i++)
    {
      MienPoint p = mien_affine_apply (map, corners[i]);

      left = MIN (left, p.x);
      right = MAX (right, p.x);
      top = MIN (top, p.y);
      bottom = MAX (bottom, p.y);
    }
  /* A map that is no similarity could ask for much more than it can show. */
  shrink = MAX (shrink, MAX (right - left, bottom - top) / (4 * (w + h)));
  left = floorf (left - shrink);
  top = floorf (top - shrink);
  width = ceilf ((right + shrink - left) / shrink);
  height = ceilf ((bottom + shrink - top) / shrink);
  piece.rect = (MienRect){ left, top, width * shrink, height * shrink };
  piece.sampling = *sampling;
  piece.sampling.width = (int) width;
  piece.sampling.height = (int) height;
  piece.sampling.interleaved = FALSE;
  piece.sampling.scale = 1;
  piece.sampling.offset = 0;
  piece.values = g_new (float, mien_sampling_get_size (&piece.sampling));
  mien_image_sample_rect (image, &piece.rect, &piece.sampling, piece.values, NULL);
  return piece;
}

/* One channel of @piece at (@x, @y) in its own pixels, linear between centres. */
static float
interpolate (const Piece *piece, const float *values, float x, float y)
{
  int width = piece->sampling.width, height = piece->sampling.height;
  float px = CLAMP (x - 0.5f, 0, (float) (width - 1));
  float py = CLAMP (y - 0.5f, 0, (float) (height - 1));
  int ix = MIN ((int) px, MAX (width - 2, 0)), iy = MIN ((int) py, MAX (height - 2, 0));
  int next = width > 1 ? 1 : 0, below = height > 1 ? width : 0;
  float fx = px - (float) ix, fy = py - (float) iy;
  const float *v = values + (gsize) iy * (gsize) width + ix;
  float upper = v[0] + fx * (v[next] - v[0]);
  float lower = v[below] + fx * (v[below + next] - v[below]);

  return upper + fy * (lower - upper);
}

/* The mean of @n x @n points inside result pixel (@i, @j). */
static float
take_pixel (const Piece *piece, const float *values, const MienAffine *map, int i, int j, int n)
{
  float sum = 0;

  for (int s = 0; s < n; s++)
    for (int t = 0; t < n; t++)
      {
        MienPoint at = { (float) i + ((float) t + 0.5f) / (float) n,
                         (float) j + ((float) s + 0.5f) / (float) n };
        MienPoint p = mien_affine_apply (map, at);

        sum += interpolate (piece, values, p.x, p.y);
      }
  return sum / (float) (n * n);
}

static gboolean
is_usable (const MienAffine *map)
{
  return isfinite (map->a) && isfinite (map->b) && isfinite (map->c) && isfinite (map->d)
         && isfinite (map->e) && isfinite (map->f);
}

void
mien_image_sample_affine (const MienImage *image,
                          const MienAffine *map,
                          const MienSampling *sampling,
                          float *out)
{
  Piece piece;
  MienAffine inner;
  float shrink_x, shrink_y, scale;
  int n_channels, n;
  gsize plane;

  g_return_if_fail (mien_image_is_valid (image));
  g_return_if_fail (is_usable (map));
  g_return_if_fail (sampling->width > 0 && sampling->height > 0);
  piece = take_piece (image, map, sampling);
  shrink_x = (float) piece.sampling.width / piece.rect.width;
  shrink_y = (float) piece.sampling.height / piece.rect.height;
  inner = (MienAffine){ map->a * shrink_x, map->b * shrink_x, (map->c - piece.rect.x) * shrink_x,
                        map->d * shrink_y, map->e * shrink_y, (map->f - piece.rect.y) * shrink_y };
  scale = sqrtf (fabsf (inner.a * inner.e - inner.b * inner.d));
  n = scale > 1 ? 2 : 1;
  n_channels = sampling->channels == MIEN_CHANNELS_GRAY ? 1 : 3;
  plane = (gsize) piece.sampling.width * (gsize) piece.sampling.height;
  for (int c = 0; c < n_channels; c++)
    for (int j = 0; j < sampling->height; j++)
      for (int i = 0; i < sampling->width; i++)
        {
          gsize pixel = (gsize) j * (gsize) sampling->width + (gsize) i;
          gsize at = sampling->interleaved
                         ? pixel * (gsize) n_channels + (gsize) c
                         : (gsize) c * (gsize) sampling->width * (gsize) sampling->height + pixel;
          float value = take_pixel (&piece, piece.values + c * plane, &inner, i, j, n);

          out[at] = value * sampling->scale + sampling->offset;
        }
  g_free (piece.values);
}
