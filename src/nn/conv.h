/* 2-D convolution, forward: the algorithm is chosen and the weights are packed once, then it runs
 * on any number of pictures of that shape. All other kernels' headers follow this pattern.
 * Reference: Dumoulin & Visin 2016 (arithmetic of shapes); Lavin & Gray 2016 (Winograd).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/parallel.h"
#include "nn/tensor.h"

G_BEGIN_DECLS

/* y[n, c_out, h_out, w_out] = act (bias + conv (x[n, c_in, h_in, w_in]) (+ residual)). */
typedef struct
{
  int n, c_in, h_in, w_in;
  int c_out, h_out, w_out;
  int k_h, k_w;
  int stride_h, stride_w;
  int pad_top, pad_left, pad_bottom, pad_right;
  int dilation_h, dilation_w;
  int groups;
  gboolean pool; /* only the largest of each 2x2 results is kept: mien_conv_can_pool() */
  gboolean half; /* AUTO may round 1x1 layers to bfloat16 where the processor is fast at it */
} MienConvShape;

typedef enum
{
  MIEN_ACT_NONE,
  MIEN_ACT_RELU,
  MIEN_ACT_CLIP,  /* clamped to lo..hi (ReLU6: 0..6) */
  MIEN_ACT_LEAKY, /* lo = slope below zero */
  MIEN_ACT_PRELU, /* slope[c_out] below zero */
  MIEN_ACT_SIGMOID,
  MIEN_ACT_SILU,        /* x * sigmoid (x) */
  MIEN_ACT_HARDSWISH,   /* x * clip (x / 6 + 1/2, 0, 1) */
  MIEN_ACT_HARDSIGMOID, /* clip (lo * x + hi, 0, 1) */
  MIEN_ACT_TANH,
} MienActKind;

typedef struct
{
  MienActKind kind;
  float lo, hi;
  const float *slope; /* PRELU: borrowed at plan time, copied */
} MienActivation;

/* How activations lie in memory between convolutions. */
typedef enum
{
  MIEN_LAYOUT_NCHW,
  MIEN_LAYOUT_NC16HW, /* [n, ceil (c / 16), h, w, 16], channels past c are zero */
} MienLayout;

typedef enum
{
  MIEN_CONV_AUTO,
  MIEN_CONV_PLAIN, /* the reference twin: loops as the definition has them */
  MIEN_CONV_GEMM,  /* im2col and OpenBLAS */
  MIEN_CONV_DIRECT,
  MIEN_CONV_BF16, /* 1x1 in bfloat16: for shapes that may be `half`, and where MIEN_CPU asks for it
                   */
  MIEN_CONV_DEPTHWISE,
  MIEN_CONV_WINOGRAD2, /* F(2x2, kxk) */
  MIEN_CONV_WINOGRAD4, /* F(4x4, 3x3) */
} MienConvAlgorithm;

typedef struct _MienConvPlan MienConvPlan;

/* Floats of an activation of @n pictures of @c channels in NC16HW. */
static inline gsize
mien_blocked_size (gsize n, gsize c, gsize h, gsize w)
{
  return n * ((c + 15) / 16) * 16 * h * w;
}

/* Copies between the layouts; the lanes past the last channel become zero. */
void mien_layout_to_blocked (
    int n, int c, int h, int w, const float *x, float *y, MienParallel *parallel);
void mien_layout_from_blocked (
    int n, int c, int h, int w, const float *x, float *y, MienParallel *parallel);

/* The layouts of x and y that AUTO computes in. @planes: x is there as NCHW, so that layers of few
 * channels can read that. */
void mien_conv_choose_layouts (const MienConvShape *shape,
                               gboolean planes,
                               MienLayout *in,
                               MienLayout *out);

/* TRUE where AUTO computes the shape in blocks of channels by an algorithm that can also take the
 * maximum of 2x2 results, in steps of two, before it writes them. h_out and w_out do not count it.
 */
gboolean mien_conv_can_pool (const MienConvShape *shape);

/* Computes h_out and w_out from the other fields. FALSE when the kernel does not fit. */
gboolean mien_conv_shape_finish (MienConvShape *shape) G_GNUC_WARN_UNUSED_RESULT;

/* @weight: [c_out, c_in / groups, k_h, k_w]; @bias: [c_out] or NULL; both are copied in packed
 * form.
 * @in, @out: layouts of x and of y (and the residual). NULL when @algorithm, if not AUTO, cannot do
 * this shape. The plan is immutable and shared. */
MienConvPlan *mien_conv_plan_new (const MienConvShape *shape,
                                  MienConvAlgorithm algorithm,
                                  MienLayout in,
                                  MienLayout out,
                                  const float *weight,
                                  const float *bias,
                                  const MienActivation *activation) G_GNUC_WARN_UNUSED_RESULT;
void mien_conv_plan_free (MienConvPlan *self);
MienConvAlgorithm mien_conv_plan_get_algorithm (const MienConvPlan *self);
/* "winograd-4x4 avx512", for the profile. */
const char *mien_conv_plan_get_name (const MienConvPlan *self);
gsize mien_conv_plan_get_workspace (const MienConvPlan *self, guint n_threads); /* bytes */
gsize mien_conv_plan_get_packed_bytes (const MienConvPlan *self);

/* Packs new weights and a new bias (NULL for none) into the plan, which no other thread may be
 * using meanwhile: what a trainer does after each step. Costs about as much as copying the weights,
 * for Winograd a few times that. */
void mien_conv_plan_update_weights (MienConvPlan *self, const float *weight, const float *bias);
/* The shape and the weights of the convolution that carries a gradient from y back to x: channels
 * swapped, kernel turned by 180 degrees, padding k - 1 - pad. @shape must have stride 1, dilation 1
 * and one group. @flipped: [c_in, c_out, k_h, k_w], written. Give both to mien_conv_plan_new() or
 * mien_conv_plan_update_weights(). FALSE when the shape does not allow it. */
gboolean
mien_conv_shape_flip (const MienConvShape *shape, MienConvShape *back) G_GNUC_WARN_UNUSED_RESULT;
void mien_conv_flip_weights (const MienConvShape *shape, const float *weight, float *flipped);

/* @residual: shape and layout of y, added before the activation, or NULL; may be y itself.
 * @workspace: 64-byte aligned, of the size asked for with the threads of @parallel. */
void mien_conv_plan_run (const MienConvPlan *self,
                         const float *x,
                         const float *residual,
                         float *y,
                         void *workspace,
                         MienParallel *parallel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienConvPlan, mien_conv_plan_free)

G_END_DECLS
