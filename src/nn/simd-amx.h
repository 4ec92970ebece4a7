/* The span on bfloat16 with its products on AMX tiles: 32 pixels x 32 output channels are four
 * tiles of sums, and one instruction adds the product of 16 pixels x 32 channels and 32 channels x
 * 16 outputs to one of them. Rounds as the vector instruction does, sums in float32. Reference:
 * Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, chapter 18.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/simd-activate.h"

#define TILE 16  /* rows of a tile, and float32 values of one of its rows */
#define DEPTH 32 /* bfloat16 values of a row */

/* What LDTILECFG reads. Tiles 0 to 3 are sums, 4 and 5 pixels, 6 and 7 weights; all are full. */
typedef struct
{
  guint8 palette, start_row, reserved[14];
  guint16 row_bytes[16];
  guint8 rows[16];
} TileConfig;

G_STATIC_ASSERT (sizeof (TileConfig) == 64);

static const TileConfig full_tiles = {
  .palette = 1,
  .row_bytes = { 64, 64, 64, 64, 64, 64, 64, 64 },
  .rows = { TILE, TILE, TILE, TILE, TILE, TILE, TILE, TILE },
};

/* Sums of 32 pixels x NB blocks; @sums: [NB][32][16]. */
INLINE void
multiply (const MienConvSpan *s, const guint16 *x, const guint16 *w, float *sums, const int NB)
{
  _tile_zero (0);
  _tile_zero (1);
  _tile_zero (2);
  _tile_zero (3);
  for (guint t = 0; t < s->n_taps; t++, w += NB * TILE * DEPTH)
    {
      const guint16 *xt = x + s->taps[t];

      _tile_loadd (4, xt, 64);
      _tile_loadd (6, w, NB * 64);
      _tile_dpbf16ps (0, 4, 6);
      _tile_loadd (5, xt + TILE * DEPTH, 64);
      _tile_dpbf16ps (1, 5, 6);
      if (NB == 1)
        continue;
      _tile_loadd (7, w + DEPTH, NB * 64);
      _tile_dpbf16ps (2, 4, 7);
      _tile_dpbf16ps (3, 5, 7);
    }
  _tile_stored (0, sums, 64);
  _tile_stored (1, sums + TILE * 16, 64);
  if (NB == 1)
    return;
  _tile_stored (2, sums + 2 * TILE * 16, 64);
  _tile_stored (3, sums + 3 * TILE * 16, 64);
}

/* Bias, residual and activation of @n pixels of block @b, from @first on. */
static void
finish_sums (const MienConvSpan *s, const float *sums, guint b, gsize first, gsize n)
{
  const MienEpilogue *e = s->epilogue;
  const gsize at = b * s->y_block + first * 16;
  const vf bias = v_load (s->bias + b * 16);
  float *y = s->y + at;

  if (is_clamp (e))
    for (gsize p = 0; p < n; p++)
      {
        vf v = v_load (sums + p * 16) + bias;

        if (s->residual != NULL)
          v += v_load (s->residual + at + p * 16);
        v_store (y + p * 16, clamp (e, v));
      }
  else
    for (gsize p = 0; p < n; p++)
      {
        vf v = v_load (sums + p * 16) + bias;

        if (s->residual != NULL)
          v += v_load (s->residual + at + p * 16);
        v_store (y + p * 16, v);
      }
  if (!is_clamp (e) || !e->keeps_zero)
    finish_block (e, s->block + b, b == s->n_blocks - 1 ? s->valid : 16, y, (int) n);
}

void
mien_conv_span_amx (const MienConvSpan *s, const guint16 *x, const guint16 *w)
{
  float sums[2 * 2 * TILE * 16] __attribute__ ((aligned (64)));

  _tile_loadconfig (&full_tiles);
  for (gsize first = 0; first < s->n_pixels; first += 2 * TILE)
    {
      const gsize n = MIN (2 * TILE, s->n_pixels - first);

      if (s->n_blocks == 2)
        multiply (s, x + first * DEPTH, w, sums, 2);
      else
        multiply (s, x + first * DEPTH, w, sums, 1);
      for (guint b = 0; b < s->n_blocks; b++)
        finish_sums (s, sums + b * 2 * TILE * 16, b, first, n);
    }
  _tile_release ();
}

/* Rounds to the nearest, ties to even; what is below the smallest normal number becomes zero. */
void
mien_to_bf16_pairs (const float *x, const float *x2, guint16 *y, gsize n_pixels)
{
  for (gsize p = 0; p < n_pixels; p++)
    {
      const vf a = v_load (x + p * 16), b = x2 != NULL ? v_load (x2 + p * 16) : v_set1 (0);

      _mm512_store_si512 (y + p * DEPTH, (__m512i) _mm512_cvtne2ps_pbh ((__m512) b, (__m512) a));
    }
}
