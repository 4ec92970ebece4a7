/* 1x1 convolution in bfloat16 with float32 sums, where the processor multiplies such pairs. Only
 * for shapes that may be `half` and on the kernel paths "avx512bf16" and "amx", which have to be
 * asked for: results differ from float32 by about 2^-8 of the largest product.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/conv-private.h"

#include <string.h>

/* Values of input that a part rounds and reads. */
#define PART_VALUES (96 * 1024)
#define PARTS 16

typedef struct
{
  int band, bands; /* pixels of a part, parts of a picture */
  int depth;       /* channels of a tap */
  int n_taps;      /* of all input channels */
  gint *taps;      /* behind this struct */
} Bf16Extra;

static gboolean
bf16_can_do (const MienConvShape *s)
{
  return mien_kernels_get_bf16 (s->half) != NULL && mien_conv_direct.can_do (s) && s->groups == 1
         && s->k_h == 1 && s->k_w == 1 && s->stride_h == 1 && s->stride_w == 1
         && s->h_in == s->h_out && s->w_in == s->w_out;
}

static void
bf16_plan (MienConvPlan *plan)
{
  const MienConvShape *s = &plan->shape;
  const int blocks = mien_blocks (s->c_in), pixels = s->h_in * s->w_in;
  const int tile = MAX ((int) plan->kernels->tile_pixels, (int) plan->kernels->bf16_pixels);
  const int round = (int) plan->kernels->bf16_pixels;
  Bf16Extra *e = g_malloc0 (sizeof *e + (gsize) blocks * sizeof (gint));
  const int fair = (pixels * s->n + PARTS - 1) / PARTS;
  int band = MIN (MAX (tile, PART_VALUES / (blocks * 16)), MAX (fair, 1));

  band = MIN (pixels, (band + tile - 1) / tile * tile);
  e->bands = (pixels + band - 1) / band;
  e->band = (pixels + e->bands - 1) / e->bands;
  if (e->bands > 1)
    e->band = (e->band + round - 1) / round * round;
  e->bands = (pixels + e->band - 1) / e->band;
  e->depth = (int) plan->kernels->bf16_depth;
  e->n_taps = (s->c_in + e->depth - 1) / e->depth;
  e->taps = (gint *) (e + 1);
  /* A tile reads whole even where the picture ends. */
  for (int t = 0; t < e->n_taps; t++)
    e->taps[t] = t * ((e->band + round - 1) / round * round) * e->depth;
  plan->extra = e;
  plan->worker_floats = (gsize) e->n_taps * e->depth * ((e->band + round - 1) / round * round) / 2;
  plan->packed_floats = (gsize) e->n_taps * e->depth * mien_blocks (s->c_out) * 16 / 2;
}

static guint16
round_bf16 (float x)
{
  guint32 bits;

  memcpy (&bits, &x, sizeof bits);
  return (guint16) ((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/* [span][pair of c][output channel of the span][two]; channels past the last are zero. */
static void
bf16_pack (MienConvPlan *plan, const float *weight)
{
  const MienConvShape *s = &plan->shape;
  const int wide = (int) plan->kernels->max_blocks * 16, width = mien_blocks (s->c_out) * 16;
  const Bf16Extra *e = plan->extra;
  guint16 *to = (guint16 *) (gpointer) plan->packed;

  for (int o0 = 0; o0 < width; o0 += wide)
    for (int c = 0; c < e->n_taps * e->depth; c += 2)
      for (int o = o0; o < MIN (width, o0 + wide); o++)
        for (int i = c; i < c + 2; i++)
          *to++ = o < s->c_out && i < s->c_in ? round_bf16 (weight[(gsize) o * s->c_in + i]) : 0;
}

static void
bf16_part (gpointer data, guint part, guint worker)
{
  const MienConvRun *run = data;
  const MienConvPlan *plan = run->plan;
  const MienConvShape *s = &plan->shape;
  const Bf16Extra *e = plan->extra;
  const int blocks = mien_blocks (s->c_in), blocks_out = mien_blocks (s->c_out);
  const int n = (int) part / e->bands, first = (int) part % e->bands * e->band;
  const gsize plane = (gsize) s->h_in * s->w_in;
  const int pixels = MIN (e->band, (int) plane - first), wide = (int) plan->kernels->max_blocks;
  const gsize at = ((gsize) n * blocks_out * plane + (gsize) first) * 16;
  guint16 *x =
      (guint16 *) (gpointer) (run->worker + worker * ((plan->worker_floats + 15) & ~(gsize) 15));

  for (int t = 0; t < e->n_taps; t++)
    {
      const int b = t * e->depth / 16;
      const float *from = run->x + (((gsize) n * blocks + b) * plane + first) * 16;

      plan->kernels->to_bf16 (from, b + 1 < blocks ? from + plane * 16 : NULL, x + e->taps[t],
                              (gsize) pixels);
    }
  for (int b = 0; b < blocks_out; b += wide)
    {
      MienConvSpan span = {
        .taps = e->taps,
        .n_taps = (guint) e->n_taps,
        .bias = plan->bias + b * 16,
        .residual = run->residual != NULL ? run->residual + at + b * plane * 16 : NULL,
        .y = run->y + at + b * plane * 16,
        .y_block = plane * 16,
        .n_pixels = (guint) pixels,
        .n_blocks = (guint) MIN (wide, blocks_out - b),
        .epilogue = &plan->epilogue,
        .block = (guint) b,
      };

      span.valid = (guint) MIN (16, s->c_out - (b + (int) span.n_blocks - 1) * 16);
      plan->kernels->conv_span_bf16 (&span, x,
                                     (const guint16 *) (gconstpointer) plan->packed
                                         + (gsize) b * 16 * e->n_taps * e->depth);
    }
}

static void
bf16_run (const MienConvRun *run, MienParallel *parallel)
{
  const Bf16Extra *e = run->plan->extra;

  mien_parallel_for (parallel, (guint) (run->plan->shape.n * e->bands), bf16_part, (gpointer) run);
}

const MienConvKind mien_conv_bf16 = {
  .name = "direct-bf16",
  .in = MIEN_LAYOUT_NC16HW,
  .out = MIEN_LAYOUT_NC16HW,
  .can_do = bf16_can_do,
  .plan = bf16_plan,
  .pack = bf16_pack,
  .run = bf16_run,
};
