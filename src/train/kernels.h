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
/* Values of a tile of F(4x4, 3x3). */
#define MIEN_TRAIN_POINTS 36

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

/* Pictures that tiles of 4x4 outputs cover, numbered along rows, down pictures and over them. */
typedef struct
{
  int h, w, c; /* of a picture, c as stored */
} MienTilePass;

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

  /* Winograd's F(4x4, 3x3); NULL in sets that have it not (bfloat16, and the plain one that it is
   * compared with). Of each of @n tiles from @first on 36 values, @point floats apart. */
  /* out[36][n][c] of a convolution's inputs. */
  void (*tiles_in) (
      const MienTilePass *pass, const float *x, int first, int n, float *out, gsize point);
  /* out[36][block][n][32] of the gradients of outputs, from @first_block on. */
  void (*tiles_grad) (const MienTilePass *pass,
                      const float *dy,
                      int first,
                      int n,
                      int first_block,
                      int end_block,
                      float *out,
                      gsize point);
  /* y, added to or written, from in[36][n][in_channels]. @bias [c] may be NULL. */
  void (*tiles_out) (const MienTilePass *pass,
                     const float *in,
                     gsize point,
                     int in_channels,
                     int first,
                     int n,
                     const float *bias,
                     float *y,
                     gboolean add);
  /* One block: out[36][c][32] from taps[3][3][c][32], and gradients the other way. */
  void (*tiles_weights) (const float *taps, int c, float *out, gsize point);
  void (*tiles_weights_back) (const float *in, gsize point, int c, float *taps);
  /* out[n][n_blocks * 32] = a[n][c] b[n_blocks][c][32]. Two rows past the last of a are read. */
  void (*tiles_product) (const float *a, int n, int c, const float *b, int n_blocks, float *out);
  /* out[c][32] (+)= a[n][c]' b[n][32]. */
  void (*tiles_gram) (const float *a, int n, int c, const float *b, float *out, gboolean add);

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
