/* Pooling on blocked channels.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/simd-activate.h"

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
