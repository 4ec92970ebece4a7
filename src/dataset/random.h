/* Random numbers that belong to a place, not to a thread: the same (seed, a, b) gives the same
 * stream on any machine and with any number of threads.
 * Reference: Steele, Lea, Flood 2014 (SplitMix64); Box & Muller 1958.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <math.h>

G_BEGIN_DECLS

typedef struct
{
  guint64 state;
} MienRandom;

static inline guint64
mien_random_next (MienRandom *self)
{
  guint64 z = (self->state += 0x9e3779b97f4a7c15u);

  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* The stream of place (@a, @b) under @seed. */
static inline MienRandom
mien_random_at (guint64 seed, guint64 a, guint64 b)
{
  MienRandom self = { seed };

  self.state = mien_random_next (&self) ^ (a * 0xd1342543de82ef95u);
  self.state = mien_random_next (&self) ^ (b * 0xaf251af3b0f025b5u);
  mien_random_next (&self);
  return self;
}

/* 0 <= x < 1, a multiple of 2^-24 (exact in float32). */
static inline float
mien_random_float (MienRandom *self)
{
  return (float) (mien_random_next (self) >> 40) * (1.0f / 16777216.0f);
}

static inline float
mien_random_range (MienRandom *self, float low, float high)
{
  return low + (high - low) * mien_random_float (self);
}

/* 0 <= x < @n, @n > 0. */
static inline guint32
mien_random_below (MienRandom *self, guint32 n)
{
  return (guint32) (((mien_random_next (self) >> 32) * n) >> 32);
}

/* Normal, mean 0, deviation 1. */
static inline float
mien_random_normal (MienRandom *self)
{
  float u = 1.0f - mien_random_float (self), v = mien_random_float (self);

  return sqrtf (-2.0f * logf (u)) * cosf (6.2831853f * v);
}

G_END_DECLS
