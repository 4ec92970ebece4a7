/* Activations, for nn/simd.h's vector.
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
