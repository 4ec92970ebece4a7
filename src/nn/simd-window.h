/* Depthwise convolution and pooling: each lane sees its own channel only, so a row of output pixels
 * is a handful of vectors sliding over the rows of the window.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/simd-activate.h"

#define ROW_TILE 4 /* output pixels kept in registers */

/* The window rows and columns of output column @ox that lie inside the picture. */
INLINE vf
depthwise_edge (const MienDepthwiseRow *s, int ox, int lane)
{
  vf acc = s->bias != NULL ? v_load (s->bias + lane) : v_set1 (0);

  for (int ky = 0; ky < s->k_h; ky++)
    {
      int iy = s->y_in + ky * s->dilation_h;

      if (iy < 0 || iy >= s->h_in)
        continue;
      for (int kx = 0; kx < s->k_w; kx++)
        {
          int ix = ox * s->stride_w - s->pad_left + kx * s->dilation_w;

          if (ix >= 0 && ix < s->w_in)
            acc = v_fma (v_load (s->x + ((gsize) iy * s->w_in + ix) * 16 + lane),
                         v_load (s->w + (ky * s->k_w + kx) * 16 + lane), acc);
        }
    }
  return acc;
}

/* ROW_TILE pixels whose windows lie inside the picture sideways. The order of the sum is that of
 * depthwise_edge(). @k and @stride are constants where the caller passes some. */
INLINE void
depthwise_tile (const MienDepthwiseRow *s, int ox, int lane, const int k, const int stride, vf *acc)
{
  const int k_w = k != 0 ? k : s->k_w;
  const int k_h = k != 0 ? k : s->k_h;
  const int step = stride != 0 ? stride : s->stride_w;
  const int dilation = k != 0 ? 1 : s->dilation_w;
  vf b = s->bias != NULL ? v_load (s->bias + lane) : v_set1 (0);

  UNROLL for (int p = 0; p < ROW_TILE; p++) acc[p] = b;
  for (int ky = 0; ky < k_h; ky++)
    {
      int iy = s->y_in + ky * s->dilation_h;
      const float *x;

      if (iy < 0 || iy >= s->h_in)
        continue;
      x = s->x + ((gsize) iy * s->w_in + (ox * step - s->pad_left)) * 16 + lane;
      if (k != 0)
        {
          vf in[ROW_TILE * 2 + 6];

          UNROLL for (int i = 0; i < (ROW_TILE - 1) * step + k; i++) in[i] = v_load (x + i * 16);
          UNROLL for (int kx = 0; kx < k; kx++)
          {
            vf w = v_load (s->w + (ky * k + kx) * 16 + lane);

            UNROLL for (int p = 0; p < ROW_TILE; p++) acc[p] = v_fma (in[p * step + kx], w, acc[p]);
          }
          continue;
        }
      for (int kx = 0; kx < k_w; kx++)
        {
          vf w = v_load (s->w + (ky * k_w + kx) * 16 + lane);

          UNROLL for (int p = 0; p < ROW_TILE; p++) acc[p] =
              v_fma (v_load (x + (p * step + kx * dilation) * 16), w, acc[p]);
        }
    }
}

INLINE void
depthwise_store (const MienDepthwiseRow *s, int ox, int lane, vf v)
{
  if (s->residual != NULL)
    v += v_load (s->residual + ox * 16 + lane);
  if (is_clamp (s->epilogue))
    v = clamp (s->epilogue, v);
  v_store (s->y + ox * 16 + lane, v);
}

/* Columns @ox on of a row whose window lies inside the picture both ways. 3x3 weights stay in
 * registers; the order of the sum is that of depthwise_edge() again. */
INLINE void
depthwise_inside (
    const float *x, gsize row, const float *w, vf bias, const int k, const int stride, vf *acc)
{
  UNROLL for (int p = 0; p < ROW_TILE; p++) acc[p] = bias;
  UNROLL for (int ky = 0; ky < k; ky++)
  {
    vf in[(ROW_TILE - 1) * 2 + 5];

    UNROLL for (int i = 0; i < (ROW_TILE - 1) * stride + k; i++) in[i] =
        v_load (x + ky * row + i * 16);
    UNROLL for (int kx = 0; kx < k; kx++)
    {
      vf weight = v_load (w + (ky * k + kx) * 16);

      UNROLL for (int p = 0; p < ROW_TILE; p++) acc[p] =
          v_fma (in[p * stride + kx], weight, acc[p]);
    }
  }
}

/* The columns from..to of a row: tiles, the last of which may overlap the one before it. */
INLINE void
depthwise_columns (const MienDepthwiseRow *s,
                   const int lane,
                   const int from,
                   const int to,
                   const int k,
                   const int stride)
{
  const gboolean inside = k != 0 && s->dilation_h == 1 && s->y_in >= 0 && s->y_in + k <= s->h_in;
  const gsize row = (gsize) s->w_in * 16;
  const float *x = s->x + lane, *w = s->w + lane;
  const vf bias = s->bias != NULL ? v_load (s->bias + lane) : v_set1 (0);

  for (int next = from; next < to; next += ROW_TILE)
    {
      const int ox = MIN (next, to - ROW_TILE);
      vf acc[ROW_TILE];

      if (inside)
        depthwise_inside (x + s->y_in * row + (gsize) (ox * stride - s->pad_left) * 16, row, w,
                          bias, k, stride, acc);
      else
        depthwise_tile (s, ox, lane, k, stride, acc);
      UNROLL for (int p = 0; p < ROW_TILE; p++) depthwise_store (s, ox + p, lane, acc[p]);
    }
}

INLINE void
depthwise_lanes (const MienDepthwiseRow *s, int lane, const int k, const int stride)
{
  const int span = (s->k_w - 1) * s->dilation_w + 1;
  const int room = s->w_in + s->pad_left - span;
  /* First column whose window begins inside, and one past the last whose window ends inside. */
  const int from = MIN ((s->pad_left + s->stride_w - 1) / s->stride_w, s->w_out);
  const int to = MIN (room < 0 ? 0 : room / s->stride_w + 1, s->w_out);
  int ox = 0;

  for (; ox < from; ox++)
    depthwise_store (s, ox, lane, depthwise_edge (s, ox, lane));
  /* A tile that overlaps would read a residual that is being written over. */
  if (to - from >= ROW_TILE && (s->residual == NULL || (to - from) % ROW_TILE == 0))
    {
      depthwise_columns (s, lane, from, to, k, stride);
      ox = to;
    }
  for (; ox < s->w_out; ox++)
    depthwise_store (s, ox, lane, depthwise_edge (s, ox, lane));
}

static void
depthwise_row (const MienDepthwiseRow *s)
{
  const gboolean square = s->k_h == s->k_w && s->dilation_w == 1;

  for (int i = 0; i < NV; i++)
    {
      if (square && s->k_h == 3 && s->stride_w == 1)
        depthwise_lanes (s, i * VL, 3, 1);
      else if (square && s->k_h == 3 && s->stride_w == 2)
        depthwise_lanes (s, i * VL, 3, 2);
      else if (square && s->k_h == 5 && s->stride_w == 1)
        depthwise_lanes (s, i * VL, 5, 1);
      else if (square && s->k_h == 5 && s->stride_w == 2)
        depthwise_lanes (s, i * VL, 5, 2);
      else
        depthwise_lanes (s, i * VL, 0, 0);
    }
  if (!is_clamp (s->epilogue) || !s->epilogue->keeps_zero)
    finish_block (s->epilogue, s->block, s->valid, s->y, (gsize) s->w_out);
}

INLINE vf
pool_pixel (const MienPoolRow *s, int ox, int lane, const gboolean is_max)
{
  const int ix0 = ox * s->stride_w - s->pad_left;
  const int x0 = MAX (0, -ix0), x1 = MIN (s->k_w, s->w_in - ix0);
  const int y0 = MAX (0, -s->y_in), y1 = MIN (s->k_h, s->h_in - s->y_in);
  vf acc = v_set1 (is_max ? -INFINITY : 0.0f);
  int count;

  for (int ky = y0; ky < y1; ky++)
    {
      const float *x = s->x + (((gssize) s->y_in + ky) * s->w_in + ix0) * 16 + lane;

      for (int kx = x0; kx < x1; kx++)
        if (is_max)
          acc = v_max (acc, v_load (x + kx * 16));
        else
          acc += v_load (x + kx * 16);
    }
  if (is_max)
    return acc;
  count = s->count_pad ? (MIN (s->k_h, s->h_limit - s->y_in)) * (MIN (s->k_w, s->w_limit - ix0))
                       : MAX (1, y1 - y0) * MAX (1, x1 - x0);
  return acc / v_set1 ((float) count);
}

static void
pool_row (const MienPoolRow *s)
{
  const gboolean inside = s->y_in >= 0 && s->y_in + 2 <= s->h_in && s->pad_left == 0
                          && (s->w_out - 1) * s->stride_w + 2 <= s->w_in;

  for (int i = 0; i < NV; i++)
    {
      const int lane = i * VL;

      if (s->is_max && s->k_h == 2 && s->k_w == 2 && inside)
        {
          const float *a = s->x + (gsize) s->y_in * s->w_in * 16 + lane;
          const float *b = a + (gsize) s->w_in * 16;

          for (int ox = 0; ox < s->w_out; ox++)
            {
              gsize o = (gsize) ox * s->stride_w * 16;

              v_store (s->y + ox * 16 + lane, v_max (v_max (v_load (a + o), v_load (a + o + 16)),
                                                     v_max (v_load (b + o), v_load (b + o + 16))));
            }
        }
      else if (s->is_max)
        for (int ox = 0; ox < s->w_out; ox++)
          v_store (s->y + ox * 16 + lane, pool_pixel (s, ox, lane, TRUE));
      else
        for (int ox = 0; ox < s->w_out; ox++)
          v_store (s->y + ox * 16 + lane, pool_pixel (s, ox, lane, FALSE));
    }
}
