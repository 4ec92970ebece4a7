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
