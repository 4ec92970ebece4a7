/* The source of the loops that lane-rows.h declares, for the instruction set that the file which
 * includes it is compiled for; WIDE pixels at once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <math.h>
#include <string.h>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "plot/lane-rows.h"

/* Pixels as red and blue, then green, in lanes of 16 bits, which every processor multiplies at
 * once. Neither sum below grows past 255 * 256. */
typedef guint16 Lanes __attribute__ ((vector_size (WIDE * 4)));
typedef guint32 Pixels __attribute__ ((vector_size (WIDE * 4)));
typedef gint32 Numbers __attribute__ ((vector_size (WIDE * 4)));
typedef float Floats __attribute__ ((vector_size (WIDE * 4)));

/* What is laid over pixels, times its part, and the part of what lies under. */
typedef struct
{
  Lanes red_blue, green, rest;
} Shade;

/* @parts: how much of 256 in each half of a pixel. */
static inline Shade
make_shade (guint32 over, Lanes parts)
{
  const Pixels all = (Pixels){ 0 } + over;

  return (Shade){
    .red_blue = (Lanes) (all & 0xff00ff) * parts,
    .green = (Lanes) (all >> 8 & 0xff) * parts,
    .rest = 256 - parts,
  };
}

static inline Pixels
mix_pixels (Pixels under, const Shade *shade)
{
  Lanes red_blue = (Lanes) (under & 0xff00ff) * shade->rest + shade->red_blue;
  Lanes green = (Lanes) (under >> 8 & 0xff) * shade->rest + shade->green;

  return (Pixels) (red_blue >> 8) | ((Pixels) green & 0xff00) | 0xff000000u;
}

/* 0 1 2 ... */
static inline Numbers
number (void)
{
  Numbers numbers;

  for (int i = 0; i < WIDE; i++)
    numbers[i] = i;
  return numbers;
}

static void
mix (guint32 *column, int first, int last, guint32 over, guint32 part)
{
  const Lanes parts = (Lanes){ 0 } + (guint16) part;
  Shade shade = make_shade (over, parts);
  Pixels pixels;
  int y = first;

  for (; y + WIDE <= last; y += WIDE)
    {
      memcpy (&pixels, column + y, sizeof pixels);
      pixels = mix_pixels (pixels, &shade);
      memcpy (column + y, &pixels, sizeof pixels);
    }
  if (y < last)
    {
      shade = make_shade (over, parts & (Lanes) (number () < last - y));
      memcpy (&pixels, column + y, sizeof pixels);
      pixels = mix_pixels (pixels, &shade);
      memcpy (column + y, &pixels, sizeof pixels);
    }
}

/* a < b ? a : b of each. */
static inline Floats
smaller (Floats a, Floats b)
{
#if WIDE == 8
  return (Floats) _mm256_min_ps ((__m256) a, (__m256) b);
#elif defined(__SSE2__)
  return (Floats) _mm_min_ps ((__m128) a, (__m128) b);
#else
  for (int i = 0; i < WIDE; i++)
    b[i] = a[i] < b[i] ? a[i] : b[i];
  return b;
#endif
}

/* a > b ? a : b of each. */
static inline Floats
larger (Floats a, Floats b)
{
#if WIDE == 8
  return (Floats) _mm256_max_ps ((__m256) a, (__m256) b);
#elif defined(__SSE2__)
  return (Floats) _mm_max_ps ((__m128) a, (__m128) b);
#else
  for (int i = 0; i < WIDE; i++)
    b[i] = a[i] > b[i] ? a[i] : b[i];
  return b;
#endif
}

static void
cover (guint32 *column,
       int first,
       int last,
       const float top[MIEN_LANE_SLICES],
       const float bottom[MIEN_LANE_SLICES],
       guint32 over,
       float part)
{
  const Floats nothing = { 0 };
  float end = (float) last, share = part / MIEN_LANE_SLICES;
  Floats tops[MIEN_LANE_SLICES], bottoms[MIEN_LANE_SLICES];
  Floats rows = __builtin_convertvector(number () + first, Floats);

  for (int s = 0; s < MIEN_LANE_SLICES; s++)
    {
      tops[s] = nothing + top[s];
      bottoms[s] = nothing + (bottom[s] < end ? bottom[s] : end); /* none in rows from @last on */
    }
  for (int y = first; y < last; y += WIDE, rows += (float) WIDE)
    {
      const Floats next = rows + 1.0f;
      Floats covered = nothing;
      Pixels parts, pixels;
      Shade shade;

      for (int s = 0; s < MIEN_LANE_SLICES; s++)
        covered += larger (smaller (next, bottoms[s]) - larger (rows, tops[s]), nothing);
      parts = (Pixels) __builtin_convertvector(share * covered + 0.5f, Numbers);
      shade = make_shade (over, (Lanes) (parts | parts << 16));
      memcpy (&pixels, column + y, sizeof pixels);
      pixels = mix_pixels (pixels, &shade);
      memcpy (column + y, &pixels, sizeof pixels);
    }
}

static inline Floats
load (const float *from)
{
  Floats values;

  memcpy (&values, from, sizeof values);
  return values;
}

static void
find_stretches (const float *middle, float half, guint n, float *top, float *bottom)
{
  int reach = MIN ((int) (half * MIEN_LANE_SLICES), MIEN_LANE_REACH - 1);
  float rest = MIN (half * MIEN_LANE_SLICES - (float) reach, 1.0f);
  float heights[2 * MIEN_LANE_REACH];

  for (int k = -reach; k <= reach; k++)
    {
      float away = (float) k / MIEN_LANE_SLICES;

      heights[reach + k] = sqrtf (half * half - away * away);
    }
  for (guint i = 0; i < n; i += WIDE)
    {
      const float *left = middle + i - reach, *right = middle + i + reach;
      Floats above = (Floats){ 0 } + INFINITY, below = -above, value;

      /* The very ends of the pen, between two slices. The smaller and the larger of NaN and another
       * are the other. */
      value = load (left) + (load (left - 1) - load (left)) * rest;
      above = smaller (value, above);
      below = larger (value, below);
      value = load (right) + (load (right + 1) - load (right)) * rest;
      above = smaller (value, above);
      below = larger (value, below);
      for (int k = 0; k <= 2 * reach; k++)
        {
          value = load (left + k);
          above = smaller (value - heights[k], above);
          below = larger (value + heights[k], below);
        }
      memcpy (top + i, &above, sizeof above);
      memcpy (bottom + i, &below, sizeof below);
    }
}

const MienLaneRows MIEN_LANE_ROWS = { mix, cover, find_stretches };
