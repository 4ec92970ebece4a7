/* What the algorithms of convolution share. Private to conv*.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/conv.h"
#include "nn/kernels.h"

G_BEGIN_DECLS

typedef struct _MienConvKind MienConvKind;

struct _MienConvPlan
{
  MienConvShape shape;
  const MienConvKind *kind;
  MienConvAlgorithm algorithm;
  MienLayout in, out; /* as the caller sees them */
  const MienKernels *kernels;
  MienEpilogue epilogue;
  float *slope;  /* of PRELU, [blocks of c_out, 16] */
  float *bias;   /* [blocks of c_out, 16], zero when there is none */
  float *packed; /* weights as the algorithm wants them */
  gsize packed_floats;
  gsize run_floats;    /* workspace of the algorithm shared by all workers */
  gsize worker_floats; /* and of each worker */
  gpointer extra;      /* the algorithm's own, freed with g_free() */
  char *name;
};

/* One call of mien_conv_plan_run(), in the layouts that the algorithm works in. */
typedef struct
{
  const MienConvPlan *plan;
  const float *x;
  const float *residual;
  float *y;
  float *shared; /* run_floats */
  float *worker; /* worker_floats for each */
} MienConvRun;

struct _MienConvKind
{
  const char *name;
  MienLayout in, out; /* layouts it computes in */
  gboolean (*can_do) (const MienConvShape *shape);
  /* Sets packed_floats, run_floats, worker_floats and extra. */
  void (*plan) (MienConvPlan *plan);
  void (*pack) (MienConvPlan *plan, const float *weight);
  void (*run) (const MienConvRun *run, MienParallel *parallel);
};

extern const MienConvKind mien_conv_plain;
extern const MienConvKind mien_conv_gemm;
extern const MienConvKind mien_conv_direct;
extern const MienConvKind mien_conv_first;
extern const MienConvKind mien_conv_bf16;
extern const MienConvKind mien_conv_depthwise;
extern const MienConvKind mien_conv_winograd_2;
extern const MienConvKind mien_conv_winograd_4;

/* Rows @first to @first + @n of one block of channels of a picture, [n, w_in, 16]. */
typedef struct
{
  const float *rows;
  int first, n;
} MienConvStrip;

/* Rows that a depthwise convolution writes. */
int mien_conv_depthwise_count_rows (const MienConvShape *shape);
/* Rows @from to @to, of those it writes, of channel block @block. @x holds what they need of the
 * picture; @y (and @residual) is the block's whole result. @pair: w_out * 32 floats where the plan
 * pools. */
void mien_conv_depthwise_rows (const MienConvPlan *plan,
                               int block,
                               const MienConvStrip *x,
                               const float *residual,
                               float *y,
                               int from,
                               int to,
                               float *pair);

/* TRUE for plans that take each pixel by itself: 1x1, stride 1, no padding, one group. */
gboolean mien_conv_direct_is_flat (const MienConvPlan *plan);
/* @n pixels of all output channels of such a plan. @x: the first of them in the first block of
 * channels, the other blocks as far apart as in the whole picture; @y: the same with blocks of
 * @y_block floats. */
void mien_conv_direct_pixels (
    const MienConvPlan *plan, const float *x, float *y, gsize y_block, guint n);

/* The algorithm that AUTO stands for. */
const MienConvKind *mien_conv_choose (const MienConvShape *shape, MienLayout in);

/* Applies @self to NCHW values. */
void mien_epilogue_apply_nchw (
    const MienEpilogue *self, const MienKernels *kernels, int c, gsize plane, float *y);

static inline int
mien_blocks (int channels)
{
  return (channels + MIEN_BLOCK - 1) / MIEN_BLOCK;
}

G_END_DECLS
