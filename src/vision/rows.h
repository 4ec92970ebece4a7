/* The inner loops of sampling over rows of pixels, once in plain C and once for AVX2; the same
 * source, and no multiplication is fused with an addition, so the same bits. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  /* sum[i] = sum over k < count of weights[k] * source[k * stride + i], i < n. */
  void (*sum_rows) (
      const guint8 *source, gssize stride, const float *weights, int count, int n, float *sum);
  /* out[i] = sum over k < count of weights[k * n + i] * sum[places[i] + k * step], i < n. */
  void (*sum_columns) (const float *sum,
                       const int *places,
                       const float *weights,
                       int count,
                       int step,
                       int n,
                       float *out);
  /* out[i] = clamp (m[0] * a[i] + add + m[1] * b[i] + m[2] * c[i]) * scale + offset, to 0 .. 255;
   * without b and c when they are NULL. */
  void (*mix) (const float *a,
               const float *b,
               const float *c,
               const float *m,
               float add,
               float scale,
               float offset,
               int n,
               float *out);
} MienRowKernels;

/* Those of this machine, or of the set that MIEN_CPU names. */
const MienRowKernels *mien_row_kernels_get (void);

extern const MienRowKernels mien_row_kernels_generic;
#if defined(__x86_64__)
extern const MienRowKernels mien_row_kernels_avx2;
#endif

G_END_DECLS
