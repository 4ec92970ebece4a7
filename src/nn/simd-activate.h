/* Activations and elementwise loops, for nn/simd.h's vector.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/kernels.h"
#include "nn/simd.h"

INLINE vf
clamp (const MienEpilogue *e, vf v)
{
  return v_min (v_set1 (e->hi), v_max (v_set1 (e->lo), v));
}

INLINE gboolean
is_clamp (const MienEpilogue *e)
{
  return e->kind <= MIEN_ACT_CLIP;
}

/* Any kind; @slope is what PRELU multiplies with below zero. */
INLINE vf
apply (const MienEpilogue *e, vf v, vf slope)
{
  switch (e->kind)
    {
    case MIEN_ACT_LEAKY:
      return v_select (v < v_set1 (0.0f), v * v_set1 (e->a), v);
    case MIEN_ACT_PRELU:
      return v_select (v < v_set1 (0.0f), v * slope, v);
    case MIEN_ACT_SIGMOID:
      return v_sigmoid (v);
    case MIEN_ACT_SILU:
      return v * v_sigmoid (v);
    case MIEN_ACT_HARDSWISH:
      return v
             * v_min (v_set1 (1.0f),
                      v_max (v_set1 (0.0f), v * v_set1 (1.0f / 6.0f) + v_set1 (0.5f)));
    case MIEN_ACT_HARDSIGMOID:
      return v_min (v_set1 (1.0f), v_max (v_set1 (0.0f), v * v_set1 (e->a) + v_set1 (e->b)));
    case MIEN_ACT_TANH:
      return v_tanh (v);
    default:
      return clamp (e, v);
    }
}

static void
activate_blocks (const MienEpilogue *e, guint block, float *y, gsize n_pixels)
{
  for (guint i = 0; i < NV; i++)
    {
      vf slope = e->kind == MIEN_ACT_PRELU ? v_load (e->slope + block * 16 + i * VL) : v_set1 (0);

      for (gsize p = 0; p < n_pixels; p++)
        v_store (y + p * 16 + i * VL, apply (e, v_load (y + p * 16 + i * VL), slope));
    }
}

/* Zeroes the lanes past the last channel, which an activation with f (0) != 0 has filled. */
INLINE void
clear_lanes (float *y, gsize n_pixels, guint valid)
{
  for (gsize p = 0; p < n_pixels; p++)
    for (guint i = valid; i < 16; i++)
      y[p * 16 + i] = 0.0f;
}

INLINE void
finish_block (const MienEpilogue *e, guint block, guint valid, float *y, gsize n_pixels)
{
  activate_blocks (e, block, y, n_pixels);
  if (!e->keeps_zero && valid < 16)
    clear_lanes (y, n_pixels, valid);
}

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
