/* The inner loops of training, once for each instruction set and precision.
 *
 * Layout: pictures are [n, h, w, c], c rounded up to a multiple of 16 (network inputs: of 2), the
 * channels past c being zero. Elements are float32 or bfloat16, accumulation is always float32.
 * Weights of a convolution lie in blocks of 32 output channels:
 * [ceil (c_out / 32), k_h, k_w, c_in, 32].
 * A lane is 32 bits along the axis that is summed over: one float32 or a pair of bfloat16.
 * Every function works on one picture, or one group of pictures, whose results depend on nothing
 * else: that is what makes training independent of the number of threads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Output channels of a block. */
#define MIEN_TRAIN_BLOCK 32

typedef enum
{
  MIEN_PRECISION_F32,
  MIEN_PRECISION_BF16, /* activations and their gradients in bfloat16, weights in float32 */
} MienPrecision;

typedef enum
{
  MIEN_TRAIN_ACT_NONE,
  MIEN_TRAIN_ACT_RELU,
  MIEN_TRAIN_ACT_HARDSWISH,
  MIEN_TRAIN_ACT_SILU,
  MIEN_TRAIN_ACT_SIGMOID,
} MienTrainAct;

/* A sum over kernel rows: @rows x @cols outputs, each of whose @n_seg segments is @seg_lanes lanes
 * long. Strides are bytes. */
typedef struct
{
  int rows, cols;
  int n_seg;
  int seg_lanes;
  gssize x_row, x_col, x_seg; /* from one output's first lane to the next one's */
  gssize y_row, y_col;        /* from one output pixel to the next */
  int y_channels;             /* stored: a multiple of 16 */
  gboolean add;               /* to what y holds, instead of over it */
} MienConvPass;

/* A weight gradient over a group of pictures, stride and padding as in the forward pass. */
typedef struct
{
  int h, w, c;    /* of x, c as stored */
  int rows, cols; /* of dy */
  int channels;   /* of dy, as stored */
  int k, stride, pad;
} MienGradPass;

/* Per channel: y = act (x * scale + shift) over @n_pixels pixels of @channels. */
typedef struct
{
  gsize n_pixels;
  int channels;
  MienTrainAct act;
} MienMapPass;

/* A window slid over a picture. */
typedef struct
{
  int h, w, c, rows, cols;
  int k, stride, pad;
} MienWindowPass;

typedef struct
{
  const char *name;
  MienPrecision precision;
  gsize element; /* bytes */
  guint pack;    /* elements of a lane */

  void (*load) (float *out, const void *in, gsize n);
  void (*store) (void *out, const float *in, gsize n);
  /* out += in */
  void (*add) (void *out, const void *in, gsize n);

  /* Weights as conv() wants them, from the layout above. One block: @k_lanes lanes of 32. */
  void (*pack_forward) (void *out, const float *block, gsize n_k);
  /* @x: the first lane of output (0, 0), padding included. @b: packed blocks, from block
   * @first_block on; @bias: [blocks * 32] from that block on, or NULL. */
  void (*conv) (const MienConvPass *pass,
                const void *x,
                const void *b,
                const float *bias,
                void *y,
                int first_block,
                int end_block);

  /* Weight gradients of blocks first .. end - 1 over @n pictures: partial[block][kh][kw][ci][32],
   * written, from the first block on. @scratch: grad_scratch() bytes. */
  gsize (*grad_scratch) (const MienGradPass *pass, int n, int n_blocks);
  void (*grad) (const MienGradPass *pass,
                int n,
                const void *x,
                const void *dy,
                float *partial,
                void *scratch,
                int first_block,
                int end_block);

  /* sums[0][c] = sum x, sums[1][c] = sum x^2. */
  void (*sums) (const MienMapPass *pass, const void *x, float *sums);
  void (*map) (
      const MienMapPass *pass, const void *x, const float *scale, const float *shift, void *y);
  /* With dz = dy * act' (x * scale + shift): sums[0] = sum dz, sums[1] = sum dz * x. */
  void (*map_back_sums) (const MienMapPass *pass,
                         const void *x,
                         const void *dy,
                         const float *scale,
                         const float *shift,
                         float *sums);
  /* dx (+)= dz * a + x * b + c, each per channel. */
  void (*map_back) (const MienMapPass *pass,
                    const void *x,
                    const void *dy,
                    const float *scale,
                    const float *shift,
                    const float *a,
                    const float *b,
                    const float *c,
                    void *dx,
                    gboolean add);

  /* y = act (a * gate + b); @gate [channels] and @b may be NULL. */
  void (*merge) (const MienMapPass *pass, const void *a, const void *gate, const void *b, void *y);
  /* Gradients of all three; db, dgate NULL where there is none; dgate is written. */
  void (*merge_back) (const MienMapPass *pass,
                      const void *a,
                      const void *gate,
                      const void *b,
                      const void *dy,
                      void *da,
                      gboolean add_a,
                      void *dgate,
                      void *db,
                      gboolean add_b);

  void (*max_pool) (const MienWindowPass *pass, const void *x, void *y);
  void (*max_pool_back) (
      const MienWindowPass *pass, const void *x, const void *y, const void *dy, float *dx);
  /* Means over the part of the window that lies in the picture. */
  void (*mean_pool) (const MienWindowPass *pass, const void *x, void *y);
  void (*mean_pool_back) (const MienWindowPass *pass, const void *dy, float *dx);

  /* One filter [k, k, c] a channel. */
  void (*depthwise) (const MienWindowPass *pass, const void *x, const float *weight, void *y);
  void (*depthwise_back) (const MienWindowPass *pass,
                          const void *x,
                          const void *dy,
                          const float *weight,
                          float *dx, /* added to, NULL: not wanted */
                          float *dweight /* written */);
} MienTrainKernels;

/* The best kernels for this processor, or those that MIEN_CPU (generic, avx2, avx512) names; AMX
 * only when it names none. NULL when the processor, or that choice, cannot do @precision. Static.
 */
const MienTrainKernels *mien_train_kernels_find (MienPrecision precision);

/* One for each file that defines MIEN_TRAIN_KERNELS. */
extern const MienTrainKernels mien_train_kernels_generic;
extern const MienTrainKernels mien_train_kernels_avx2;
extern const MienTrainKernels mien_train_kernels_avx512;
extern const MienTrainKernels mien_train_kernels_bf16;
extern const MienTrainKernels mien_train_kernels_amx;

G_END_DECLS
