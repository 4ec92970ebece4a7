/* Depthwise convolution: each lane sees its own channel only, so a tile of output pixels is a
 * handful of vectors sliding over the rows of the window. A vector of the picture that is loaded
 * serves every output of the tile that it touches, of two rows where the window moves by one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/simd-activate.h"

#define ROW_TILE 4 /* output pixels of a row kept in registers */

/* Loads the value here and now into a register. GCC would rather load it again for each use. */
#if defined(__x86_64__)
#define KEEP(v) __asm__("" : "+v"(v))
#else
#define KEEP(v) ((void) 0)
#endif

/* What every pixel of some lanes needs. Stores may change anything that is read through a pointer,
 * so the limits are read once. */
typedef struct
{
  const float *x;
  const float *w;
  const float *residual;
  float *y;
  vf bias, lo, hi;
} DepthwiseLanes;

/* Rows of the window that lie inside the picture. */
typedef struct
{
  int y_in;
  int first, end;
} DepthwiseWindow;

/* The first of the taps @at, @at + @dilation, ... that is not below zero. */
INLINE int
first_tap (int at, int dilation)
{
  if (at >= 0)
    return 0;
  return dilation == 1 ? -at : (-at + dilation - 1) / dilation;
}

/* How many of @k taps lie below @limit. */
INLINE int
end_tap (int at, int dilation, int limit, int k)
{
  int n = limit - at;

  if (n > 0 && dilation != 1)
    n = (n - 1) / dilation + 1;
  return CLAMP (n, 0, k);
}

INLINE void
depthwise_put (const DepthwiseLanes *l, gsize at, vf v)
{
  if (l->residual != NULL)
    v += v_load (l->residual + at);
  v_store (l->y + at, v_min (l->hi, v_max (l->lo, v)));
}

/* Output pixel @ox whose window may leave the picture sideways. */
INLINE void
depthwise_pixel (const MienDepthwiseRows *s,
                 const DepthwiseLanes *l,
                 const DepthwiseWindow *window,
                 int ox,
                 gsize out)
{
  const int ix = ox * s->stride_w - s->pad_left;
  const int first = first_tap (ix, s->dilation_w);
  const int end = end_tap (ix, s->dilation_w, s->w_in, s->k_w);
  vf acc = l->bias;

  for (int ky = window->first; ky < window->end; ky++)
    {
      const int iy = window->y_in + ky * s->dilation_h;
      const float *x = l->x + ((gssize) iy * s->w_in + ix) * 16;
      const float *w = l->w + ky * s->k_w * 16;

      for (int kx = first; kx < end; kx++)
        acc = v_fma (v_load (x + kx * s->dilation_w * 16), v_load (w + kx * 16), acc);
    }
  depthwise_put (l, out + (gsize) ox * 16, acc);
}

/* ROW_TILE pixels from column @ox on, whose windows lie inside the picture sideways. The order of
 * the sum is that of depthwise_pixel(). @k and @stride are constants where the caller passes some.
 */
INLINE void
depthwise_tile (const MienDepthwiseRows *s,
                const DepthwiseLanes *l,
                const DepthwiseWindow *window,
                int ox,
                gsize out,
                const int k,
                const int stride)
{
  const int k_w = k != 0 ? k : s->k_w;
  const int step = stride != 0 ? stride : s->stride_w;
  vf acc[ROW_TILE];

  UNROLL for (int p = 0; p < ROW_TILE; p++) acc[p] = l->bias;
  for (int ky = window->first; ky < window->end; ky++)
    {
      const int iy = window->y_in + ky * s->dilation_h;
      const float *x = l->x + ((gssize) iy * s->w_in + (ox * step - s->pad_left)) * 16;
      const float *w = l->w + ky * k_w * 16;

      if (k != 0)
        {
          vf in[(ROW_TILE - 1) * 2 + 5];

          UNROLL for (int i = 0; i < (ROW_TILE - 1) * step + k; i++)
          {
            in[i] = v_load (x + i * 16);
            KEEP (in[i]);
          }
          UNROLL for (int kx = 0; kx < k; kx++)
          {
            const vf weight = v_load (w + kx * 16);

            UNROLL for (int p = 0; p < ROW_TILE; p++) acc[p] =
                v_fma (in[p * step + kx], weight, acc[p]);
          }
          continue;
        }
      for (int kx = 0; kx < k_w; kx++)
        {
          const vf weight = v_load (w + kx * 16);

          UNROLL for (int p = 0; p < ROW_TILE; p++) acc[p] =
              v_fma (v_load (x + (p * step + kx * s->dilation_w) * 16), weight, acc[p]);
        }
    }
  UNROLL for (int p = 0; p < ROW_TILE; p++) depthwise_put (l, out + (gsize) (ox + p) * 16, acc[p]);
}

/* The same columns of two rows whose windows lie inside the picture; both move by one. @weights: of
 * a 3x3 window, held in registers by the caller. */
INLINE void
depthwise_pair (const float *x,
                gsize row,
                const DepthwiseLanes *l,
                const vf *weights,
                gsize out,
                gsize out_row,
                const int k)
{
  vf acc[2][ROW_TILE];

  UNROLL for (int p = 0; p < ROW_TILE; p++) acc[0][p] = acc[1][p] = l->bias;
  UNROLL for (int r = 0; r <= k; r++)
  {
    vf in[ROW_TILE + 4];

    UNROLL for (int i = 0; i < ROW_TILE + k - 1; i++)
    {
      in[i] = v_load (x + r * row + i * 16);
      KEEP (in[i]);
    }
    UNROLL for (int above = 0; above < 2; above++)
    {
      const int ky = r - above;

      if (ky < 0 || ky == k)
        continue;
      UNROLL for (int kx = 0; kx < k; kx++)
      {
        const vf weight = k == 3 ? weights[ky * k + kx] : v_load (l->w + (ky * k + kx) * 16);

        UNROLL for (int p = 0; p < ROW_TILE; p++) acc[above][p] =
            v_fma (in[p + kx], weight, acc[above][p]);
      }
    }
  }
  UNROLL for (int p = 0; p < ROW_TILE; p++)
  {
    depthwise_put (l, out + (gsize) p * 16, acc[0][p]);
    depthwise_put (l, out + out_row + (gsize) p * 16, acc[1][p]);
  }
}

/* Columns @from to @to of two rows: tiles, the last of which may overlap the one before it. */
INLINE void
depthwise_two_rows (const MienDepthwiseRows *s,
                    const DepthwiseLanes *l,
                    int y_in,
                    int from,
                    int to,
                    gsize out,
                    const int k)
{
  const gsize row = (gsize) s->w_in * 16, out_row = (gsize) s->w_out * 16;
  const float *x = l->x + ((gssize) y_in * s->w_in - s->pad_left) * 16;
  vf weights[9];

  if (k == 3)
    UNROLL for (int i = 0; i < 9; i++) weights[i] = v_load (l->w + i * 16);
  for (int next = from; next < to; next += ROW_TILE)
    {
      const int ox = MIN (next, to - ROW_TILE);

      depthwise_pair (x + (gsize) ox * 16, row, l, weights, out + (gsize) ox * 16, out_row, k);
    }
}

/* @n_rows (one or two) output rows from row @oy on. */
INLINE void
depthwise_lanes (const MienDepthwiseRows *s,
                 const DepthwiseLanes *l,
                 int oy,
                 int n_rows,
                 int from,
                 int to,
                 const int k,
                 const int stride)
{
  const gsize out_row = (gsize) s->w_out * 16;
  const int y_in = s->y_in + oy * s->stride_h;
  /* A tile that overlaps would read a residual that is being written over. */
  const gboolean tiles =
      to - from >= ROW_TILE && (s->residual == NULL || (to - from) % ROW_TILE == 0);
  const int mid = tiles ? to : from;

  if (n_rows == 2 && tiles)
    depthwise_two_rows (s, l, y_in, from, to, (gsize) oy * out_row, k);
  for (int i = 0; i < n_rows; i++)
    {
      const int at = y_in + i * s->stride_h;
      const DepthwiseWindow window = {
        .y_in = at,
        .first = MIN (first_tap (at, s->dilation_h), s->k_h),
        .end = end_tap (at, s->dilation_h, s->h_in, s->k_h),
      };
      const gsize out = (gsize) (oy + i) * out_row;

      for (int ox = 0; ox < from; ox++)
        depthwise_pixel (s, l, &window, ox, out);
      if (n_rows == 1 && tiles)
        for (int next = from; next < to; next += ROW_TILE)
          depthwise_tile (s, l, &window, MIN (next, to - ROW_TILE), out, k, stride);
      for (int ox = mid; ox < s->w_out; ox++)
        depthwise_pixel (s, l, &window, ox, out);
    }
}

/* Two rows at once where both windows, which move by one, lie inside the picture. */
INLINE int
count_rows_at_once (const MienDepthwiseRows *s, int oy, const int k, const int stride)
{
  const int y_in = s->y_in + oy;

  if (k == 0 || stride != 1 || s->stride_h != 1 || s->dilation_h != 1 || oy + 2 > s->n_rows)
    return 1;
  return y_in >= 0 && y_in + k + 1 <= s->h_in ? 2 : 1;
}

INLINE void
depthwise_block (const MienDepthwiseRows *s, const int k, const int stride)
{
  const int span = (s->k_w - 1) * s->dilation_w + 1;
  const int room = s->w_in + s->pad_left - span;
  /* First column whose window begins inside, and one past the last whose window ends inside. */
  const int from = MIN ((s->pad_left + s->stride_w - 1) / s->stride_w, s->w_out);
  const int to = MIN (room < 0 ? 0 : room / s->stride_w + 1, s->w_out);
  const gboolean limits = is_clamp (s->epilogue);
  int n;

  for (int oy = 0; oy < s->n_rows; oy += n)
    {
      n = count_rows_at_once (s, oy, k, stride);
      for (int i = 0; i < NV; i++)
        {
          const int lane = i * VL;
          const DepthwiseLanes lanes = {
            .x = s->x + lane,
            .w = s->w + lane,
            .residual = s->residual != NULL ? s->residual + lane : NULL,
            .y = s->y + lane,
            .bias = s->bias != NULL ? v_load (s->bias + lane) : v_set1 (0),
            .lo = v_set1 (limits ? s->epilogue->lo : -INFINITY),
            .hi = v_set1 (limits ? s->epilogue->hi : INFINITY),
          };

          depthwise_lanes (s, &lanes, oy, n, from, to, k, stride);
        }
      if (!limits || !s->epilogue->keeps_zero)
        finish_block (s->epilogue, s->block, s->valid, s->y + (gsize) oy * s->w_out * 16,
                      (gsize) n * s->w_out);
    }
}

static void
depthwise_rows (const MienDepthwiseRows *s)
{
  const gboolean square = s->k_h == s->k_w && s->dilation_w == 1;

  if (square && s->k_h == 3 && s->stride_w == 1)
    depthwise_block (s, 3, 1);
  else if (square && s->k_h == 3 && s->stride_w == 2)
    depthwise_block (s, 3, 2);
  else if (square && s->k_h == 5 && s->stride_w == 1)
    depthwise_block (s, 5, 1);
  else if (square && s->k_h == 5 && s->stride_w == 2)
    depthwise_block (s, 5, 2);
  else
    depthwise_block (s, 0, 0);
}
