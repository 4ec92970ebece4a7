/* Any convolution as a product of matrices: columns of the picture gathered for a band of output
 * rows, then OpenBLAS. What no other algorithm can do ends here.
 * Reference: Chellapilla, Puri & Simard 2006.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/conv-private.h"

#include <cblas.h>
#include <string.h>

/* Floats of gathered columns per worker: half of a usual second-level cache. */
#define COLUMN_FLOATS (128 * 1024)

typedef struct
{
  int band;  /* output rows of one part */
  int bands; /* parts of one picture and group */
} GemmExtra;

static gboolean
gemm_can_do (const MienConvShape *shape)
{
  gint64 depth = (gint64) shape->c_in / shape->groups * shape->k_h * shape->k_w;

  return depth <= G_MAXINT && (gint64) shape->h_out * shape->w_out <= G_MAXINT
         && (gint64) shape->h_in * shape->w_in <= G_MAXINT;
}

static int
gemm_depth (const MienConvShape *s)
{
  return s->c_in / s->groups * s->k_h * s->k_w;
}

static void
gemm_plan (MienConvPlan *plan)
{
  const MienConvShape *s = &plan->shape;
  GemmExtra *extra = g_new0 (GemmExtra, 1);
  const gsize row = (gsize) gemm_depth (s) * s->w_out;

  extra->band = (int) CLAMP (COLUMN_FLOATS / row, 1, (gsize) s->h_out);
  extra->bands = (s->h_out + extra->band - 1) / extra->band;
  plan->extra = extra;
  plan->packed_floats = (gsize) s->c_out * gemm_depth (s);
  plan->worker_floats = row * extra->band;
}

static void
gemm_pack (MienConvPlan *plan, const float *weight)
{
  memcpy (plan->packed, weight, plan->packed_floats * sizeof *weight);
}

/* One row of the column matrix for output row @oy: values of input row @iy at tap @kx. */
static void
gather_row (const MienConvShape *s, const float *x, int iy, int kx, float *column)
{
  if (iy < 0 || iy >= s->h_in)
    {
      memset (column, 0, (gsize) s->w_out * sizeof *column);
      return;
    }
  x += (gsize) iy * s->w_in;
  for (int ox = 0; ox < s->w_out; ox++)
    {
      int ix = ox * s->stride_w - s->pad_left + kx * s->dilation_w;

      column[ox] = ix >= 0 && ix < s->w_in ? x[ix] : 0.0f;
    }
}

static void
gather (const MienConvShape *s, const float *x, int oy0, int rows, float *column)
{
  for (int c = 0; c < s->c_in / s->groups; c++, x += (gsize) s->h_in * s->w_in)
    for (int ky = 0; ky < s->k_h; ky++)
      for (int kx = 0; kx < s->k_w; kx++)
        for (int r = 0; r < rows; r++, column += s->w_out)
          gather_row (s, x, (oy0 + r) * s->stride_h - s->pad_top + ky * s->dilation_h, kx, column);
}

static void
gemm_part (gpointer data, guint part, guint worker)
{
  const MienConvRun *run = data;
  const MienConvPlan *plan = run->plan;
  const MienConvShape *s = &plan->shape;
  const GemmExtra *extra = plan->extra;
  const int g = (int) part / extra->bands % s->groups, n = (int) part / extra->bands / s->groups;
  const int oy0 = (int) part % extra->bands * extra->band;
  const int rows = MIN (extra->band, s->h_out - oy0);
  const int depth = gemm_depth (s), c_out = s->c_out / s->groups;
  const gsize plane = (gsize) s->h_out * s->w_out;
  float *column = run->worker + worker * ((plan->worker_floats + 15) & ~(gsize) 15);
  const gsize at = ((gsize) n * s->c_out + (gsize) g * c_out) * plane + (gsize) oy0 * s->w_out;
  const int pixels = rows * s->w_out;

  gather (s, run->x + ((gsize) n * s->c_in + (gsize) g * (s->c_in / s->groups)) * s->h_in * s->w_in,
          oy0, rows, column);
  for (int o = 0; o < c_out; o++)
    for (int p = 0; p < pixels; p++)
      run->y[at + o * plane + p] =
          plan->bias[g * c_out + o]
          + (run->residual != NULL ? run->residual[at + o * plane + p] : 0);
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, c_out, pixels, depth, 1.0f,
               plan->packed + (gsize) g * c_out * depth, depth, column, pixels, 1.0f, run->y + at,
               (int) plane);
  for (int o = 0; o < c_out; o++)
    {
      MienEpilogue e = plan->epilogue;

      if (e.kind == MIEN_ACT_PRELU)
        e.slope = plan->slope + g * c_out + o;
      mien_epilogue_apply_nchw (&e, plan->kernels, 1, (gsize) pixels, run->y + at + o * plane);
    }
}

static void
gemm_run (const MienConvRun *run, MienParallel *parallel)
{
  const GemmExtra *extra = run->plan->extra;

  mien_parallel_for (parallel,
                     (guint) (run->plan->shape.n * run->plan->shape.groups * extra->bands),
                     gemm_part, (gpointer) run);
}

const MienConvKind mien_conv_gemm = {
  .name = "gemm",
  .in = MIEN_LAYOUT_NCHW,
  .out = MIEN_LAYOUT_NCHW,
  .can_do = gemm_can_do,
  .plan = gemm_plan,
  .pack = gemm_pack,
  .run = gemm_run,
};
