/* Depthwise convolution on blocked channels: one filter a channel, sixteen channels a vector.
 * Bound by memory, so nothing is copied: the edges of the picture are computed with checks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/conv-private.h"

#include <string.h>

#define PARTS 16

static gboolean
depthwise_can_do (const MienConvShape *s)
{
  return s->groups == s->c_in && s->groups == s->c_out && (gint64) s->h_in * s->w_in < G_MAXINT / 64
         && (gint64) s->k_w * s->dilation_w + s->pad_left + s->pad_right < 1 << 20
         && (gint64) s->k_h * s->dilation_h + s->pad_top + s->pad_bottom < 1 << 20;
}

static void
depthwise_plan (MienConvPlan *plan)
{
  const MienConvShape *s = &plan->shape;

  plan->packed_floats = (gsize) mien_blocks (s->c_out) * 16 * s->k_h * s->k_w;
  /* Two rows, before they are pooled. */
  plan->worker_floats = s->pool ? (gsize) s->w_out * 32 : 0;
}

static void
depthwise_pack (MienConvPlan *plan, const float *weight)
{
  const MienConvShape *s = &plan->shape;
  const int k = s->k_h * s->k_w;

  memset (plan->packed, 0, plan->packed_floats * sizeof (float));
  for (int c = 0; c < s->c_out; c++)
    for (int t = 0; t < k; t++)
      plan->packed[((gsize) (c / 16) * k + t) * 16 + c % 16] = weight[(gsize) c * k + t];
}

int
mien_conv_depthwise_count_rows (const MienConvShape *s)
{
  return s->pool ? s->h_out / 2 : s->h_out;
}

/* Bands of rows of each block, for pictures with fewer blocks than parts. */
static int
count_bands (const MienConvShape *s)
{
  return CLAMP (PARTS / (s->n * mien_blocks (s->c_out)), 1, mien_conv_depthwise_count_rows (s));
}

/* Rows @from to @to of the pooled result, each from two rows that stay in the cache. */
static void
pool_rows (
    const MienConvPlan *plan, MienDepthwiseRows rows, int from, int to, float *y, float *pair)
{
  const MienConvShape *s = &plan->shape;
  const int w = s->w_out / 2, y_in = rows.y_in;
  MienPoolRow row = {
    .x = pair,
    .h_in = 2,
    .w_in = s->w_out,
    .k_h = 2,
    .k_w = 2,
    .stride_w = 2,
    .y = y + (gsize) from * w * 16,
    .w_out = w,
    .is_max = TRUE,
  };

  rows.y = pair;
  rows.n_rows = 2;
  for (int oy = from; oy < to; oy++, row.y += (gsize) w * 16)
    {
      rows.y_in = y_in + 2 * (oy - from) * s->stride_h;
      plan->kernels->depthwise_rows (&rows);
      plan->kernels->pool_row (&row);
    }
}

void
mien_conv_depthwise_rows (const MienConvPlan *plan,
                          int block,
                          const MienConvStrip *x,
                          const float *residual,
                          float *y,
                          int from,
                          int to,
                          float *pair)
{
  const MienConvShape *s = &plan->shape;
  const gsize at = (gsize) from * s->w_out * 16;
  const MienDepthwiseRows rows = {
    .x = x->rows,
    .h_in = x->n,
    .w_in = s->w_in,
    .y_in = from * (s->pool ? 2 : 1) * s->stride_h - s->pad_top - x->first,
    .pad_left = s->pad_left,
    .k_h = s->k_h,
    .k_w = s->k_w,
    .stride_h = s->stride_h,
    .stride_w = s->stride_w,
    .dilation_h = s->dilation_h,
    .dilation_w = s->dilation_w,
    .w = plan->packed + (gsize) block * s->k_h * s->k_w * 16,
    .bias = plan->bias + block * 16,
    .residual = residual != NULL ? residual + at : NULL,
    .y = y + at,
    .n_rows = to - from,
    .w_out = s->w_out,
    .epilogue = &plan->epilogue,
    .block = (guint) block,
    .valid = (guint) MIN (16, s->c_out - block * 16),
  };

  if (s->pool)
    pool_rows (plan, rows, from, to, y, pair);
  else
    plan->kernels->depthwise_rows (&rows);
}

static void
depthwise_part (gpointer data, guint part, guint worker)
{
  const MienConvRun *run = data;
  const MienConvPlan *plan = run->plan;
  const MienConvShape *s = &plan->shape;
  const int bands = count_bands (s), band = (int) part % bands, block = (int) part / bands;
  const int n_rows = mien_conv_depthwise_count_rows (s);
  const int from = (int) ((gint64) n_rows * band / bands);
  const int to = (int) ((gint64) n_rows * (band + 1) / bands);
  const gsize plane = (gsize) n_rows * (s->pool ? s->w_out / 2 : s->w_out) * 16;
  const MienConvStrip x = { run->x + (gsize) block * s->h_in * s->w_in * 16, 0, s->h_in };

  mien_conv_depthwise_rows (plan, block % mien_blocks (s->c_out), &x,
                            run->residual != NULL ? run->residual + block * plane : NULL,
                            run->y + block * plane, from, to,
                            run->worker + worker * ((plan->worker_floats + 15) & ~(gsize) 15));
}

static void
depthwise_run (const MienConvRun *run, MienParallel *parallel)
{
  const MienConvShape *s = &run->plan->shape;

  mien_parallel_for (parallel, (guint) (s->n * mien_blocks (s->c_out) * count_bands (s)),
                     depthwise_part, (gpointer) run);
}

const MienConvKind mien_conv_depthwise = {
  .name = "depthwise",
  .in = MIEN_LAYOUT_NC16HW,
  .out = MIEN_LAYOUT_NC16HW,
  .can_do = depthwise_can_do,
  .plan = depthwise_plan,
  .pack = depthwise_pack,
  .run = depthwise_run,
};
