/* What the kernels of a convolution look like in numbers.
 * Reference: Zeiler & Fergus 2014.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "insight/layers.h"

G_BEGIN_DECLS

/* Statistics of one output channel (filter) of a layer. */
typedef struct
{
  guint channel;
  double norm; /* Euclidean, over all its weights */
  double mean;
  double sparsity;  /* share of weights below 1 % of the layer's largest absolute weight, 0..1 */
  gboolean is_dead; /* norm below 1e-3 of the layer's median norm */
} MienKernelStats;

typedef enum
{
  MIEN_KERNEL_ORDER_INDEX,
  MIEN_KERNEL_ORDER_NORM,        /* largest first */
  MIEN_KERNEL_ORDER_SELECTIVITY, /* by numbers the caller brings, largest first */
} MienKernelOrder;

/* The weights of @layer as [c_out, c_in, k_h, k_w] float32 (linear layers: k_h = k_w = 1, [out, in]
 * whatever way they are stored). MIEN_ERROR_USAGE when the layer has no kernels. */
MienTensor *mien_kernels_dup_weights (MienModel *model,
                                      const MienLayer *layer,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One entry a filter, in the order asked for; (element-type MienKernelStats). @selectivity:
 * [c_out], only for that order, else NULL. */
GArray *mien_kernels_list_stats (const MienTensor *weights,
                                 MienKernelOrder order,
                                 const double *selectivity) G_GNUC_WARN_UNUSED_RESULT;

/* Magnitude of the discrete Fourier transform of one k_h x k_w slice, zero-padded to @size x @size,
 * zero frequency in the middle. @out: [size, size]. */
void mien_kernels_get_spectrum (
    const MienTensor *weights, guint c_out, guint c_in, guint size, double *out);

G_END_DECLS
