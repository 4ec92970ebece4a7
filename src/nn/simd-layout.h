/* Between planes and blocks of sixteen channels.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/simd.h"

/* Pixels turned at a time: sixteen lines of a plane's cache line each. */
#define TURN 16

static void
to_blocks (const float *x, gsize plane, guint c, float *y, gsize n_pixels)
{
  if (c < 16)
    memset (y, 0, n_pixels * 16 * sizeof *y);
  for (gsize p = 0; p < n_pixels; p += TURN)
    {
      const gsize n = MIN (TURN, n_pixels - p);

      for (guint i = 0; i < c; i++)
        {
          const float *from = x + i * plane + p;
          float *to = y + p * 16 + i;

          for (gsize j = 0; j < n; j++)
            to[j * 16] = from[j];
        }
    }
}

static void
from_blocks (const float *x, float *y, gsize plane, guint c, gsize n_pixels)
{
  for (gsize p = 0; p < n_pixels; p += TURN)
    {
      const gsize n = MIN (TURN, n_pixels - p);

      for (guint i = 0; i < c; i++)
        {
          const float *from = x + p * 16 + i;
          float *to = y + i * plane + p;

          for (gsize j = 0; j < n; j++)
            to[j] = from[j * 16];
        }
    }
}
