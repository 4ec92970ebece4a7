/* Winograd's tile transforms on sixteen channels at a time.
 * F(4x4, 3x3) and F(2x2, 5x5) share the points 0, 1, -1, 2, -2, infinity, hence B; F(2x2, 3x3) uses
 * 0, 1, -1, infinity.
 * Reference: Winograd 1980; Lavin & Gray 2016, section 4.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/simd-activate.h"

/* o = B^T i for six points. */
INLINE void
input_6 (const vf *i, vf *o)
{
  vf a = v_fma (v_set1 (-4.0f), i[2], i[4]);
  vf b = v_fma (v_set1 (-4.0f), i[1], i[3]);
  vf c = i[4] - i[2];
  vf d = (i[3] - i[1]) * v_set1 (2.0f);

  o[0] = v_fma (v_set1 (4.0f), i[0], v_fma (v_set1 (-5.0f), i[2], i[4]));
  o[1] = a + b;
  o[2] = a - b;
  o[3] = c + d;
  o[4] = c - d;
  o[5] = v_fma (v_set1 (4.0f), i[1], v_fma (v_set1 (-5.0f), i[3], i[5]));
}

INLINE void
input_4 (const vf *i, vf *o)
{
  o[0] = i[0] - i[2];
  o[1] = i[1] + i[2];
  o[2] = i[2] - i[1];
  o[3] = i[1] - i[3];
}

/* o = A^T i. */
INLINE void
output_6_4 (const vf *i, vf *o)
{
  vf a = i[1] + i[2], b = i[1] - i[2];
  vf c = i[3] + i[4], d = i[3] - i[4];

  o[0] = (i[0] + a) + c;
  o[1] = v_fma (v_set1 (2.0f), d, b);
  o[2] = v_fma (v_set1 (4.0f), c, a);
  o[3] = v_fma (v_set1 (8.0f), d, b) + i[5];
}

INLINE void
output_6_2 (const vf *i, vf *o)
{
  o[0] = (i[0] + (i[1] + i[2])) + (i[3] + i[4]);
  o[1] = v_fma (v_set1 (2.0f), i[3] - i[4], i[1] - i[2]) + i[5];
}

INLINE void
output_4_2 (const vf *i, vf *o)
{
  o[0] = (i[0] + i[1]) + i[2];
  o[1] = (i[1] - i[2]) - i[3];
}

/* @d: alpha x alpha pixels, rows @row floats apart. One vector of lanes. */
INLINE void
transform_in (const float *d, gsize row, float *v, gsize plane, const int alpha)
{
  vf t[6][6];

  UNROLL for (int c = 0; c < alpha; c++)
  {
    vf i[6], o[6];

    UNROLL for (int r = 0; r < alpha; r++) i[r] = v_load (d + r * row + c * 16);
    if (alpha == 6)
      input_6 (i, o);
    else
      input_4 (i, o);
    UNROLL for (int r = 0; r < alpha; r++) t[r][c] = o[r];
  }
  UNROLL for (int r = 0; r < alpha; r++)
  {
    vf o[6];

    if (alpha == 6)
      input_6 (t[r], o);
    else
      input_4 (t[r], o);
    UNROLL for (int c = 0; c < alpha; c++) v_store (v + (r * alpha + c) * plane, o[c]);
  }
}

INLINE void
winograd_in_alpha (const MienWinogradIn *s, const int alpha)
{
  float copy[6 * 6 * 16] __attribute__ ((aligned (64)));
  const float *d = s->x;
  gsize row = s->x_row;

  if (s->y0 > 0 || s->x0 > 0 || s->y1 < alpha || s->x1 < alpha)
    {
      memset (copy, 0, sizeof copy);
      for (int y = s->y0; y < s->y1; y++)
        if (s->x1 > s->x0)
          memcpy (copy + (y * alpha + s->x0) * 16,
                  s->x + (gssize) (y * (gssize) s->x_row + s->x0 * 16),
                  (gsize) (s->x1 - s->x0) * 16 * sizeof *copy);
      d = copy;
      row = (gsize) alpha * 16;
    }
  for (int i = 0; i < NV; i++)
    transform_in (d + i * VL, row, s->v + i * VL, s->v_plane, alpha);
}

static void
winograd_in (MienWinogradKind kind, const MienWinogradIn *s)
{
  if (kind == MIEN_WINOGRAD_F2_3)
    winograd_in_alpha (s, 4);
  else
    winograd_in_alpha (s, 6);
}

/* One vector of lanes: y, m x m pixels, rows @y_row floats apart. */
INLINE void
transform_out (const MienWinogradOut *s,
               const float *src,
               const float *bias,
               const float *residual,
               float *y,
               gsize y_row,
               gsize r_row,
               const int alpha,
               const int m)
{
  vf t[4][6], b = bias != NULL ? v_load (bias) : v_set1 (0);

  UNROLL for (int c = 0; c < alpha; c++)
  {
    vf i[6], o[4];

    UNROLL for (int r = 0; r < alpha; r++) i[r] = v_load (src + (r * alpha + c) * s->m_plane);
    if (alpha == 4)
      output_4_2 (i, o);
    else if (m == 4)
      output_6_4 (i, o);
    else
      output_6_2 (i, o);
    UNROLL for (int r = 0; r < m; r++) t[r][c] = o[r];
  }
  UNROLL for (int r = 0; r < m; r++)
  {
    vf o[4];

    if (alpha == 4)
      output_4_2 (t[r], o);
    else if (m == 4)
      output_6_4 (t[r], o);
    else
      output_6_2 (t[r], o);
    UNROLL for (int c = 0; c < m; c++)
    {
      o[c] += b;
      if (residual != NULL)
        o[c] += v_load (residual + r * r_row + c * 16);
      if (is_clamp (s->epilogue))
        o[c] = clamp (s->epilogue, o[c]);
      v_store (y + r * y_row + c * 16, o[c]);
    }
  }
}

INLINE void
winograd_out_size (const MienWinogradOut *s, const int alpha, const int m)
{
  float copy[4 * 4 * 16] __attribute__ ((aligned (64)));
  float rest[4 * 4 * 16] __attribute__ ((aligned (64)));
  const gboolean whole = s->n_rows == m && s->n_cols == m;
  const gboolean direct = whole && is_clamp (s->epilogue) && s->epilogue->keeps_zero;
  const float *residual = s->residual;
  gsize r_row = s->y_row;
  float *y = direct ? s->y : copy;
  gsize y_row = direct ? s->y_row : (gsize) m * 16;

  if (residual != NULL && !whole)
    {
      memset (rest, 0, sizeof rest);
      for (int r = 0; r < s->n_rows; r++)
        memcpy (rest + r * m * 16, residual + r * s->y_row, (gsize) s->n_cols * 16 * sizeof *rest);
      residual = rest;
      r_row = (gsize) m * 16;
    }
  for (int i = 0; i < NV; i++)
    transform_out (s, s->m + i * VL, s->bias != NULL ? s->bias + i * VL : NULL,
                   residual != NULL ? residual + i * VL : NULL, y + i * VL, y_row, r_row, alpha, m);
  if (direct)
    return;
  if (!is_clamp (s->epilogue) || !s->epilogue->keeps_zero)
    finish_block (s->epilogue, s->block, s->valid, copy, (gsize) m * m);
  for (int r = 0; r < s->n_rows; r++)
    memcpy (s->y + r * s->y_row, copy + r * m * 16, (gsize) s->n_cols * 16 * sizeof *copy);
}

static void
winograd_out (MienWinogradKind kind, const MienWinogradOut *s)
{
  if (kind == MIEN_WINOGRAD_F2_3)
    winograd_out_size (s, 4, 2);
  else if (kind == MIEN_WINOGRAD_F4_3)
    winograd_out_size (s, 6, 4);
  else
    winograd_out_size (s, 6, 2);
}
