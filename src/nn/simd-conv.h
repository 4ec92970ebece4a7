/* The register-tiled inner loop of every dense convolution: P pixels by NB blocks of output
 * channels stay in registers while the sum runs over taps and channels.
 * Reference: Goto & van de Geijn 2008 (the shape of the loop); Georganas et al. 2018 (convolution
 * on blocked channels without copying).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/simd-activate.h"

#if MIEN_SIMD_WIDTH == 16
#define MAX_BLOCKS 2
#define TILE_PIXELS 14
#elif MIEN_SIMD_WIDTH == 8
#define MAX_BLOCKS 1
#define TILE_PIXELS 6
#else
#define MAX_BLOCKS 1
#define TILE_PIXELS 3
#endif

/* acc += x[p][c] * w[c][...] over @n channels. */
#define TILE_STEP(c)                                                                               \
  do                                                                                               \
    {                                                                                              \
      vf wv[MAX_BLOCKS * NV];                                                                      \
      UNROLL for (int q_ = 0; q_ < NB * NV; q_++) wv[q_] = v_load (w + (c) *NB * 16 + q_ * VL);    \
      UNROLL for (int p_ = 0; p_ < P; p_++)                                                        \
      {                                                                                            \
        vf b_ = v_set1 (xt[p_ * x_pixel + (c)]);                                                   \
        UNROLL for (int q_ = 0; q_ < NB * NV; q_++) acc[p_][q_] = v_fma (b_, wv[q_], acc[p_][q_]); \
      }                                                                                            \
    }                                                                                              \
  while (0)

/* @x_pixel is a constant where the caller passes one. */
INLINE void
conv_tile (const MienConvSpan *s,
           const gsize first,
           const gsize x_pixel,
           const guint inner,
           const int P,
           const int NB)
{
  const float *x = s->x + first * x_pixel;
  const float *w = s->w;
  const MienEpilogue *e = s->epilogue;
  float *y = s->y + first * 16;
  vf acc[TILE_PIXELS][MAX_BLOCKS * NV];

  UNROLL for (int q = 0; q < NB * NV; q++)
  {
    vf b = s->bias != NULL ? v_load (s->bias + q * VL) : v_set1 (0);

    UNROLL for (int p = 0; p < P; p++) acc[p][q] = b;
  }
  for (guint t = 0; t < s->n_taps; t++)
    {
      const float *xt = x + s->taps[t];

      if (inner == 16)
        {
          for (int c = 0; c < 16; c += 4)
            {
              TILE_STEP (c);
              TILE_STEP (c + 1);
              TILE_STEP (c + 2);
              TILE_STEP (c + 3);
            }
          w += 16 * NB * 16;
        }
      else
        {
          const guint n = inner == 1 ? 1 : s->inner;

          for (guint c = 0; c < n; c++)
            {
              TILE_STEP (c);
            }
          w += n * NB * 16;
        }
    }
  for (guint t = 0; t < s->n_tail; t++)
    {
      const float *xt = x + s->taps[s->n_taps + t];

      for (guint c = 0; c < s->tail; c++)
        {
          TILE_STEP (c);
        }
      w += s->tail * NB * 16;
    }
  if (s->residual != NULL)
    {
      const float *r = s->residual + first * 16;

      UNROLL for (int p = 0; p < P; p++) UNROLL for (int q = 0; q < NB * NV; q++) acc[p][q] +=
          v_load (r + (q / NV) * s->y_block + p * 16 + (q % NV) * VL);
    }
  if (e != NULL && is_clamp (e))
    UNROLL for (int p = 0; p < P; p++) UNROLL for (int q = 0; q < NB * NV; q++) acc[p][q] =
        clamp (e, acc[p][q]);
  UNROLL for (int p = 0; p < P; p++) UNROLL for (int q = 0; q < NB * NV; q++)
      v_store (y + (q / NV) * s->y_block + p * 16 + (q % NV) * VL, acc[p][q]);
  if (e != NULL && (!is_clamp (e) || !e->keeps_zero))
    for (int b = 0; b < NB; b++)
      finish_block (e, s->block + b, b == NB - 1 ? s->valid : 16, y + b * s->y_block, P);
}

typedef void (*ConvTileFunc) (const MienConvSpan *s, gsize first);

/* One function for each number of pixels; XP and IN of 0 mean "as the span says". */
#define CONV_TILE(P, NB, XP, IN)                                                                   \
  static void conv_tile_##P##_##NB##_##XP##_##IN (const MienConvSpan *s, gsize first)              \
  {                                                                                                \
    conv_tile (s, first, XP == 0 ? s->x_pixel : XP, IN, P, NB);                                    \
  }
#define CONV_NAME(P, NB, XP, IN) conv_tile_##P##_##NB##_##XP##_##IN,

#if MIEN_SIMD_WIDTH == 16
/* clang-format never comes to rest over this list. */
/* clang-format off */
#define FOR_TILES(DO, NB, XP, IN)                                                                  \
  DO (1, NB, XP, IN)                                                                               \
  DO (2, NB, XP, IN)                                                                               \
  DO (3, NB, XP, IN)                                                                               \
  DO (4, NB, XP, IN)                                                                               \
  DO (5, NB, XP, IN)                                                                               \
  DO (6, NB, XP, IN) DO (7, NB, XP, IN) DO (8, NB, XP, IN) DO (9, NB, XP, IN) DO (10, NB, XP, IN)  \
      DO (11, NB, XP, IN) DO (12, NB, XP, IN) DO (13, NB, XP, IN) DO (14, NB, XP, IN)
/* clang-format on */
#elif MIEN_SIMD_WIDTH == 8
/* clang-format never comes to rest over this list. */
/* clang-format off */
#define FOR_TILES(DO, NB, XP, IN)                                                                  \
  DO (1, NB, XP, IN)                                                                               \
  DO (2, NB, XP, IN) DO (3, NB, XP, IN) DO (4, NB, XP, IN) DO (5, NB, XP, IN) DO (6, NB, XP, IN)
/* clang-format on */
#else
#define FOR_TILES(DO, NB, XP, IN) DO (1, NB, XP, IN) DO (2, NB, XP, IN) DO (3, NB, XP, IN)
#endif

#define CONV_TABLE(NB, XP, IN)                                                                     \
  FOR_TILES (CONV_TILE, NB, XP, IN)                                                                \
  static const ConvTileFunc conv_table_##NB##_##XP##_##IN[] = { FOR_TILES (CONV_NAME, NB, XP, IN) };

CONV_TABLE (1, 16, 16)
CONV_TABLE (1, 32, 16)
CONV_TABLE (1, 0, 0)
CONV_TABLE (1, 1, 1)
CONV_TABLE (1, 2, 1)
#if MAX_BLOCKS == 2
CONV_TABLE (2, 16, 16)
CONV_TABLE (2, 32, 16)
CONV_TABLE (2, 0, 0)
CONV_TABLE (2, 1, 1)
CONV_TABLE (2, 2, 1)
#endif

static const ConvTileFunc *
find_tiles (const MienConvSpan *s)
{
#if MAX_BLOCKS == 2
  if (s->n_blocks == 2)
    {
      if (s->inner == 16 && s->x_pixel == 16)
        return conv_table_2_16_16;
      if (s->inner == 16 && s->x_pixel == 32)
        return conv_table_2_32_16;
      if (s->inner == 1 && s->x_pixel == 1)
        return conv_table_2_1_1;
      if (s->inner == 1 && s->x_pixel == 2)
        return conv_table_2_2_1;
      return conv_table_2_0_0;
    }
#endif
  if (s->inner == 16 && s->x_pixel == 16)
    return conv_table_1_16_16;
  if (s->inner == 16 && s->x_pixel == 32)
    return conv_table_1_32_16;
  if (s->inner == 1 && s->x_pixel == 1)
    return conv_table_1_1_1;
  if (s->inner == 1 && s->x_pixel == 2)
    return conv_table_1_2_1;
  return conv_table_1_0_0;
}

/* Cuts the span into tiles of nearly equal size. */
static void
conv_span (const MienConvSpan *s)
{
  const ConvTileFunc *tiles = find_tiles (s);
  guint left = (s->n_pixels + TILE_PIXELS - 1) / TILE_PIXELS;
  guint first = 0;

  for (; left > 0; left--)
    {
      guint n = (s->n_pixels - first + left - 1) / left;

      tiles[n - 1](s, first);
      first += n;
    }
}
