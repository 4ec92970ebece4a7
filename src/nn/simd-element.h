/* Elementwise loops over whole arrays, for nn/simd.h's vector.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/simd-activate.h"

static void
activate_flat (const MienEpilogue *e, const float *x, float *y, gsize n)
{
  gsize i = 0;

  for (; i + VL <= n; i += VL)
    v_storeu (y + i, apply (e, v_loadu (x + i), v_set1 (0)));
  if (i < n)
    {
      float rest[VL] __attribute__ ((aligned (64))) = { 0 };

      memcpy (rest, x + i, (n - i) * sizeof *rest);
      v_store (rest, apply (e, v_load (rest), v_set1 (0)));
      memcpy (y + i, rest, (n - i) * sizeof *rest);
    }
}

INLINE void
binary_flat (
    const MienEpilogue *e, const float *a, const float *b, float *y, gsize n, const gboolean is_add)
{
  gsize i = 0;

  for (; i + VL <= n; i += VL)
    {
      vf u = v_loadu (a + i), w = v_loadu (b + i);

      v_storeu (y + i, apply (e, is_add ? u + w : u * w, v_set1 (0)));
    }
  if (i < n)
    {
      float u[VL] __attribute__ ((aligned (64))) = { 0 };
      float w[VL] __attribute__ ((aligned (64))) = { 0 };

      memcpy (u, a + i, (n - i) * sizeof *u);
      memcpy (w, b + i, (n - i) * sizeof *w);
      v_store (u,
               apply (e, is_add ? v_load (u) + v_load (w) : v_load (u) * v_load (w), v_set1 (0)));
      memcpy (y + i, u, (n - i) * sizeof *u);
    }
}

static void
add_flat (const MienEpilogue *e, const float *a, const float *b, float *y, gsize n)
{
  binary_flat (e, a, b, y, n, TRUE);
}

static void
mul_flat (const MienEpilogue *e, const float *a, const float *b, float *y, gsize n)
{
  binary_flat (e, a, b, y, n, FALSE);
}

static void
scale_pixels (const MienEpilogue *e, const float *x, const float *scale, float *y, gsize n_pixels)
{
  for (guint i = 0; i < NV; i++)
    {
      vf s = v_load (scale + i * VL);

      for (gsize p = 0; p < n_pixels; p++)
        v_store (y + p * 16 + i * VL, apply (e, v_load (x + p * 16 + i * VL) * s, v_set1 (0)));
    }
}

static void
sum_pixels (const float *x, gsize n_pixels, float *y)
{
  for (guint i = 0; i < NV; i++)
    {
      /* Four sums, so that additions do not wait for each other. */
      vf s[4] = { v_set1 (0), v_set1 (0), v_set1 (0), v_set1 (0) };
      gsize p = 0;

      for (; p + 4 <= n_pixels; p += 4)
        for (guint j = 0; j < 4; j++)
          s[j] += v_load (x + (p + j) * 16 + i * VL);
      for (; p < n_pixels; p++)
        s[0] += v_load (x + p * 16 + i * VL);
      v_store (y + i * VL, (s[0] + s[1]) + (s[2] + s[3]));
    }
}
