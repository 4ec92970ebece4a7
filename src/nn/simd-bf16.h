/* The register tile on pairs of bfloat16: twice the products of a float32 multiply-add, summed in
 * float32. Weights and activations are rounded to eight bits of mantissa.
 * Reference: Intel 64 and IA-32 manual, VDPBF16PS; Kalamkar et al. 2019.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/simd-activate.h"

#define TILE_PIXELS 14
#define MAX_BLOCKS 2

INLINE vf
pair_product (vf acc, gint32 x, const guint16 *w)
{
  return (vf) _mm512_dpbf16_ps ((__m512) acc, (__m512bh) _mm512_set1_epi32 (x),
                                (__m512bh) _mm512_load_si512 (w));
}

INLINE gint32
load_pair (const guint16 *x)
{
  gint32 pair;

  memcpy (&pair, x, sizeof pair);
  return pair;
}

INLINE void
bf16_tile (const MienConvSpan *s,
           const guint16 *x,
           const guint16 *w,
           const gsize first,
           const int P,
           const int NB)
{
  float *y = s->y + first * 16;
  const MienEpilogue *e = s->epilogue;
  vf acc[TILE_PIXELS][MAX_BLOCKS];

  x += first * 16;
  UNROLL for (int q = 0; q < NB; q++) UNROLL for (int p = 0; p < P; p++) acc[p][q] =
      v_load (s->bias + q * 16);
  for (guint t = 0; t < s->n_taps; t++)
    {
      const guint16 *xt = x + s->taps[t];

      for (int c = 0; c < 8; c++, w += NB * 32)
        {
          UNROLL for (int p = 0; p < P; p++)
          {
            const gint32 pair = load_pair (xt + p * 16 + c * 2);

            UNROLL for (int q = 0; q < NB; q++) acc[p][q] =
                pair_product (acc[p][q], pair, w + q * 32);
          }
        }
    }
  UNROLL for (int p = 0; p < P; p++) UNROLL for (int q = 0; q < NB; q++)
  {
    if (s->residual != NULL)
      acc[p][q] += v_load (s->residual + first * 16 + q * s->y_block + p * 16);
    if (is_clamp (e))
      acc[p][q] = clamp (e, acc[p][q]);
    v_store (y + q * s->y_block + p * 16, acc[p][q]);
  }
  if (!is_clamp (e) || !e->keeps_zero)
    for (int b = 0; b < NB; b++)
      finish_block (e, s->block + b, b == NB - 1 ? s->valid : 16, y + b * s->y_block, P);
}

typedef void (*Bf16TileFunc) (const MienConvSpan *s,
                              const guint16 *x,
                              const guint16 *w,
                              gsize first);

/* clang-format never comes to rest over this list. */
/* clang-format off */
#define FOR_TILES(DO, NB)                                                                          \
  DO (1, NB)                                                                                       \
  DO (2, NB)                                                                                       \
  DO (3, NB)                                                                                       \
  DO (4, NB) DO (5, NB) DO (6, NB) DO (7, NB) DO (8, NB) DO (9, NB) DO (10, NB) DO (11, NB)        \
      DO (12, NB) DO (13, NB) DO (14, NB)
/* clang-format on */
#define BF16_TILE(P, NB)                                                                           \
  static void bf16_tile_##P##_##NB (const MienConvSpan *s, const guint16 *x, const guint16 *w,     \
                                    gsize first)                                                   \
  {                                                                                                \
    bf16_tile (s, x, w, first, P, NB);                                                             \
  }
#define BF16_NAME(P, NB) bf16_tile_##P##_##NB,

FOR_TILES (BF16_TILE, 1)
FOR_TILES (BF16_TILE, 2)
static const Bf16TileFunc bf16_tiles[2][TILE_PIXELS] = { { FOR_TILES (BF16_NAME, 1) },
                                                         { FOR_TILES (BF16_NAME, 2) } };

void
mien_conv_span_bf16 (const MienConvSpan *s, const guint16 *x, const guint16 *w)
{
  guint left = (s->n_pixels + TILE_PIXELS - 1) / TILE_PIXELS;
  guint first = 0;

  for (; left > 0; left--)
    {
      guint n = (s->n_pixels - first + left - 1) / left;

      bf16_tiles[s->n_blocks - 1][n - 1](s, x, w, first);
      first += n;
    }
}

/* Rounds to the nearest, ties to even. */
void
mien_to_bf16 (const float *x, const float *x2, guint16 *y, gsize n_pixels)
{
  for (gsize i = 0; i < n_pixels * 16; i += 16)
    _mm256_storeu_si256 ((__m256i *) (gpointer) (y + i),
                         (__m256i) _mm512_cvtneps_pbh ((__m512) v_load (x + i)));
}
