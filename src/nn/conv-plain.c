/* The reference twin: the definition as loops, in double precision. Slow and plainly right.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/conv-private.h"

#include <math.h>
#include <string.h>

static gboolean
plain_can_do (const MienConvShape *shape)
{
  return TRUE;
}

static void
plain_plan (MienConvPlan *plan)
{
  const MienConvShape *s = &plan->shape;

  plan->packed_floats = (gsize) s->c_out * (s->c_in / s->groups) * s->k_h * s->k_w;
}

static void
plain_pack (MienConvPlan *plan, const float *weight)
{
  memcpy (plan->packed, weight, plan->packed_floats * sizeof *weight);
}

static double
plain_activation (const MienConvPlan *plan, int channel, double v)
{
  const MienEpilogue *e = &plan->epilogue;

  switch (e->kind)
    {
    case MIEN_ACT_RELU:
    case MIEN_ACT_CLIP:
      return v < e->lo ? e->lo : v > e->hi ? e->hi : v;
    case MIEN_ACT_LEAKY:
      return v < 0 ? v * e->a : v;
    case MIEN_ACT_PRELU:
      return v < 0 ? v * plan->slope[channel] : v;
    case MIEN_ACT_SIGMOID:
      return 1 / (1 + exp (-v));
    case MIEN_ACT_SILU:
      return v / (1 + exp (-v));
    case MIEN_ACT_HARDSWISH:
      return v * CLAMP (v / 6 + 0.5, 0, 1);
    case MIEN_ACT_HARDSIGMOID:
      return CLAMP (e->a * v + e->b, 0, 1);
    case MIEN_ACT_TANH:
      return tanh (v);
    default:
      return v;
    }
}

static double
plain_sum (const MienConvRun *run, int n, int o, int oy, int ox)
{
  const MienConvShape *s = &run->plan->shape;
  const int depth = s->c_in / s->groups;
  const int first = o / (s->c_out / s->groups) * depth;
  double sum = run->plan->bias[o];

  for (int c = 0; c < depth; c++)
    for (int ky = 0; ky < s->k_h; ky++)
      for (int kx = 0; kx < s->k_w; kx++)
        {
          int iy = oy * s->stride_h - s->pad_top + ky * s->dilation_h;
          int ix = ox * s->stride_w - s->pad_left + kx * s->dilation_w;

          if (iy < 0 || iy >= s->h_in || ix < 0 || ix >= s->w_in)
            continue;
          sum += (double) run->x[(((gsize) n * s->c_in + first + c) * s->h_in + iy) * s->w_in + ix]
                 * run->plan->packed[(((gsize) o * depth + c) * s->k_h + ky) * s->k_w + kx];
        }
  return sum;
}

static void
plain_part (gpointer data, guint part, guint worker)
{
  const MienConvRun *run = data;
  const MienConvShape *s = &run->plan->shape;
  const int n = (int) part / s->c_out, o = (int) part % s->c_out;
  gsize at = (gsize) part * s->h_out * s->w_out;

  for (int oy = 0; oy < s->h_out; oy++)
    for (int ox = 0; ox < s->w_out; ox++, at++)
      {
        double sum = plain_sum (run, n, o, oy, ox);

        if (run->residual != NULL)
          sum += run->residual[at];
        run->y[at] = (float) plain_activation (run->plan, o, sum);
      }
}

static void
plain_run (const MienConvRun *run, MienParallel *parallel)
{
  mien_parallel_for (parallel, (guint) (run->plan->shape.n * run->plan->shape.c_out), plain_part,
                     (gpointer) run);
}

const MienConvKind mien_conv_plain = {
  .name = "plain",
  .in = MIEN_LAYOUT_NCHW,
  .out = MIEN_LAYOUT_NCHW,
  .can_do = plain_can_do,
  .plan = plain_plan,
  .pack = plain_pack,
  .run = plain_run,
};
