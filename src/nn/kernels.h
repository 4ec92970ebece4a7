/* The table of inner loops that exist once per instruction set, and how one is chosen. Private to
 * the room: everything here works on activations in NC16HW (nn/conv.h) and takes sizes that its
 * callers have checked.
 *
 * One source serves all sets: the simd-*.h files are written against the vector type of nn/simd.h
 * and compiled by kernels-generic.c, kernels-avx2.c and kernels-avx512.c, each with its own flags.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/conv.h"

G_BEGIN_DECLS

/* Channels of one block of NC16HW. */
#define MIEN_BLOCK 16

/* What happens to a sum before it is stored. NONE, RELU and CLIP are the clamp alone. */
typedef struct
{
  float lo, hi; /* clamp; -inf, inf when there is none */
  MienActKind kind;
  float a, b;          /* the numbers of the other kinds, as in MienActivation */
  const float *slope;  /* PRELU: [blocks, 16] */
  gboolean keeps_zero; /* f (0) = 0, so lanes past the last channel stay zero by themselves */
} MienEpilogue;

/* A row of output pixels of one or two blocks of output channels:
 * y[b][p][16] = act (bias[b] + sum_taps sum_c x[taps[t] + p * x_pixel + c] * w[t][c][b * 16 + o]).
 * The sum runs in the order of the taps whatever the tiling, so a result does not depend on how
 * the pixels are split into spans. */
typedef struct
{
  const float *x;
  gsize x_pixel;         /* floats from one pixel to the next */
  const gint *taps;      /* offsets into x */
  guint n_taps;          /* taps of `inner` channels each */
  guint inner;           /* channels read per tap */
  guint n_tail;          /* taps after those, of `tail` channels each */
  guint tail;            /* < inner */
  const float *w;        /* [taps][channels of the tap][n_blocks * 16] */
  const float *bias;     /* [n_blocks * 16], NULL for zero */
  const float *residual; /* as y, or NULL */
  float *y;
  gsize y_block; /* floats from one block of y to the next */
  guint n_pixels;
  guint n_blocks;               /* 1 .. MienKernels.max_blocks */
  const MienEpilogue *epilogue; /* NULL stores the plain sum */
  guint block;                  /* index of the first block, for PRELU */
  guint valid;                  /* channels of the last block that exist, 16 when all */
} MienConvSpan;

/* One 2-D Winograd input tile: v[i * v_plane + lane] = (B^T d B)[i], i < alpha * alpha.
 * Rows and columns outside y0..y1, x0..x1 of the tile read as zero. */
typedef struct
{
  const float *x; /* upper left pixel of the tile, may lie outside the picture */
  gsize x_row;    /* floats from one row to the next; pixels are 16 apart */
  int y0, y1, x0, x1;
  float *v;
  gsize v_plane;
} MienWinogradIn;

/* y[r][c] = act (bias + (A^T m A)[r][c] + residual), rows < n_rows and columns < n_cols. */
typedef struct
{
  const float *m;
  gsize m_plane;
  const float *bias; /* [16] or NULL */
  const float *residual;
  float *y;
  gsize y_row;
  int n_rows, n_cols;
  const MienEpilogue *epilogue;
  guint block; /* index of the block of channels, for PRELU */
  guint valid; /* channels of the block that exist */
} MienWinogradOut;

typedef enum
{
  MIEN_WINOGRAD_F2_3, /* 4x4 tiles */
  MIEN_WINOGRAD_F4_3, /* 6x6 tiles */
  MIEN_WINOGRAD_F2_5, /* 6x6 tiles */
} MienWinogradKind;

/* Some output rows of one block of channels of a depthwise convolution. */
typedef struct
{
  const float *x; /* the block's picture, [h_in, w_in, 16] */
  int h_in, w_in;
  int y_in; /* first input row of the first window, may be negative */
  int pad_left;
  int k_h, k_w, stride_h, stride_w, dilation_h, dilation_w;
  const float *w;    /* [k_h, k_w, 16] */
  const float *bias; /* [16] or NULL */
  const float *residual;
  float *y; /* [n_rows, w_out, 16] */
  int n_rows, w_out;
  const MienEpilogue *epilogue;
  guint block, valid;
} MienDepthwiseRows;

/* One output row of one block of a pooling. */
typedef struct
{
  const float *x; /* the block's picture, [h_in, w_in, 16] */
  int h_in, w_in;
  int y_in, pad_left;
  int k_h, k_w, stride_w;
  float *y;
  int w_out;
  gboolean is_max;
  gboolean count_pad;   /* averages divide by the whole window */
  int h_limit, w_limit; /* with count_pad: first row and column past the declared padding */
} MienPoolRow;

/* y[m][n] = alpha * a[m][k] b[k][n], or added to y; rows of each lda, ldb, ldy floats apart. A
 * transposed one lies as [k][m] or [n][k]. The sum of an element runs in the order of k whatever
 * part of y is asked for. */
typedef struct
{
  const float *a, *b;
  float *y;
  int m, n, k;
  gsize lda, ldb, ldy;
  gboolean trans_a, trans_b;
  float alpha;
  gboolean accumulates;
} MienProduct;

typedef struct
{
  const char *name;  /* "generic", "avx2", "avx512", "avx512bf16", "amx" */
  guint max_blocks;  /* of a span */
  guint tile_pixels; /* pixels of the register tile: spans of a multiple of it run best */
  void (*conv_span) (const MienConvSpan *span);
  /* The same on bfloat16, NULL where the set has none: taps and @x count bfloat16 values, every tap
   * and pixel has bf16_depth (16 or 32) channels; @w: [taps][pairs of channels][n_blocks * 16][2].
   * Pixels are read up to the next multiple of bf16_pixels. */
  void (*conv_span_bf16) (const MienConvSpan *span, const guint16 *x, const guint16 *w);
  /* y[p][bf16_depth] from one block, or from two (@x2 NULL: zero) where the depth is 32. */
  void (*to_bf16) (const float *x, const float *x2, guint16 *y, gsize n_pixels);
  guint bf16_depth, bf16_pixels;
  void (*winograd_in) (MienWinogradKind kind, const MienWinogradIn *tile);
  void (*winograd_out) (MienWinogradKind kind, const MienWinogradOut *tile);
  void (*depthwise_rows) (const MienDepthwiseRows *rows);
  void (*pool_row) (const MienPoolRow *row);
  /* y[i] = f (y[i]) over @n_pixels pixels of 16 lanes of one block. */
  void (*activate) (const MienEpilogue *epilogue, guint block, float *y, gsize n_pixels);
  /* The same over a flat array of any length; PRELU is not allowed. */
  void (*activate_flat) (const MienEpilogue *epilogue, const float *x, float *y, gsize n);
  /* y = f (a + b) and y = f (a * b), any of them the same array. */
  void (*add) (const MienEpilogue *epilogue, const float *a, const float *b, float *y, gsize n);
  void (*mul) (const MienEpilogue *epilogue, const float *a, const float *b, float *y, gsize n);
  /* y[p][16] = f (x[p][16] * scale[16]). */
  void (*scale) (
      const MienEpilogue *epilogue, const float *x, const float *scale, float *y, gsize n_pixels);
  /* y[16] = sum of x[p][16]. */
  void (*sum_pixels) (const float *x, gsize n_pixels, float *y);
  /* y[p][16] from c <= 16 planes of x, and back. */
  void (*to_blocks) (const float *x, gsize plane, guint c, float *y, gsize n_pixels);
  void (*from_blocks) (const float *x, float *y, gsize plane, guint c, gsize n_pixels);
  /* For small matrices; takes memory from the stack alone. */
  void (*product) (const MienProduct *product);
} MienKernels;

/* The table of this machine, or the one MIEN_CPU names; chosen at the first call. Any thread.
 * "avx512bf16" and "amx" compute all 1x1 convolutions in bfloat16 and are never chosen unless
 * named. */
const MienKernels *mien_kernels_get (void);
/* The table whose bfloat16 kernels 1x1 convolutions are to use, or NULL for float32: that of a path
 * which MIEN_CPU names, else, where @half allows it, that of a processor known to gain by it. Any
 * thread. */
const MienKernels *mien_kernels_get_bf16 (gboolean half);
/* A table by name; NULL when this machine cannot run it. For tests. */
const MienKernels *mien_kernels_find (const char *name);

/* @activation NULL means none. Its slope is borrowed. */
void mien_epilogue_init (MienEpilogue *self, const MienActivation *activation);

extern const MienKernels mien_kernels_generic;
#if defined(__x86_64__)
extern const MienKernels mien_kernels_avx2;
extern const MienKernels mien_kernels_avx512;
/* What the path "avx512bf16" has besides the avx512 table. */
void mien_conv_span_bf16 (const MienConvSpan *span, const guint16 *x, const guint16 *w);
void mien_to_bf16 (const float *x, const float *x2, guint16 *y, gsize n_pixels);
/* The same of the path "amx". */
void mien_conv_span_amx (const MienConvSpan *span, const guint16 *x, const guint16 *w);
void mien_to_bf16_pairs (const float *x, const float *x2, guint16 *y, gsize n_pixels);
#endif

G_END_DECLS
