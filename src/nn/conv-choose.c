/* Which algorithm a shape gets: an estimate of the time of each in nanoseconds at 100 GFLOP/s, with
 * weights streamed from the last-level cache and transforms at their measured cost. The estimate
 * does not look at the machine, so a model computes the same numbers everywhere on one kernel path.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/conv-private.h"

#define FLOPS_PER_NS 100.0
#define WEIGHT_BYTES_PER_NS 20.0

static double
cost_direct (const MienConvShape *s)
{
  const double depth = (double) s->c_in / s->groups * s->k_h * s->k_w;
  const double pixels = (double) s->n * s->h_out * s->w_out;

  return 2 * depth * pixels * mien_blocks (s->c_out) * 16 / FLOPS_PER_NS
         + depth * s->c_out * 4 / WEIGHT_BYTES_PER_NS;
}

/* @in, @out: nanoseconds to transform one tile of sixteen channels. */
static double
cost_winograd (const MienConvShape *s, int alpha, int m, double in, double out)
{
  const double points = alpha * alpha;
  const double tiles = (double) s->n * ((s->h_out + m - 1) / m) * ((s->w_out + m - 1) / m);
  const double blocks_in = mien_blocks (s->c_in), blocks_out = mien_blocks (s->c_out);

  return 2 * points * tiles * s->c_in * blocks_out * 16 / FLOPS_PER_NS
         + tiles * (blocks_in * in + blocks_out * out)
         + points * s->c_in * blocks_out * 16 * 4 / WEIGHT_BYTES_PER_NS;
}

const MienConvKind *
mien_conv_choose (const MienConvShape *s, MienLayout in)
{
  const MienConvKind *best = &mien_conv_gemm;
  double cost;

  if (mien_conv_depthwise.can_do (s) && s->c_in > 1)
    return &mien_conv_depthwise;
  if (in == MIEN_LAYOUT_NCHW && s->c_in <= 8 && mien_conv_first.can_do (s))
    return &mien_conv_first;
  if (s->c_in >= 32 && mien_conv_bf16.can_do (s))
    return &mien_conv_bf16;
  if (!mien_conv_direct.can_do (s))
    return best;
  best = &mien_conv_direct;
  cost = cost_direct (s);
  if (mien_conv_winograd_4.can_do (s))
    {
      const double two = cost_winograd (s, 4, 2, 30, 20), four = cost_winograd (s, 6, 4, 75, 50);

      if (two < cost)
        {
          best = &mien_conv_winograd_2;
          cost = two;
        }
      if (four < cost)
        best = &mien_conv_winograd_4;
    }
  else if (mien_conv_winograd_2.can_do (s) && cost_winograd (s, 6, 2, 75, 40) < cost)
    best = &mien_conv_winograd_2;
  return best;
}
