/* A sliding window over one plane, as Conv and the pooling operators have it.
 * Reference: Dumoulin & Visin 2016.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/graph.h"

G_BEGIN_DECLS

typedef struct
{
  gsize h_in, w_in, h_out, w_out, k_h, k_w;
  gssize stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left;
} MienWindow;

/* From the attributes of @node; @x and @y are [n, c, h, w]. @kernel: two sizes. Windows of one
 * dimension or three are MIEN_ERROR_UNSUPPORTED. */
gboolean mien_window_from_node (const MienNode *node,
                                const MienTensor *x,
                                const gint64 *kernel,
                                const MienTensor *y,
                                MienWindow *out,
                                GError **error);

/* Index in the input plane that place @ky, @kx of the window at @oy, @ox looks at; -1 in the
 * padding. */
static inline gssize
mien_window_find (const MienWindow *self, gsize oy, gsize ox, gsize ky, gsize kx)
{
  gssize y = (gssize) oy * self->stride_h + (gssize) ky * self->dilation_h - self->pad_top;
  gssize x = (gssize) ox * self->stride_w + (gssize) kx * self->dilation_w - self->pad_left;

  if (y < 0 || x < 0 || y >= (gssize) self->h_in || x >= (gssize) self->w_in)
    return -1;
  return y * (gssize) self->w_in + x;
}

/* Adds @dy [h_out, w_out] where place @ky, @kx of the window looks in @dx [h_in, w_in]. */
void mien_window_add (const MienWindow *self, gsize ky, gsize kx, const float *dy, float *dx);

/* Adds the derivatives of one plane's correlation with one kernel [k_h, k_w]: @dx [h_in, w_in] and
 * @dw [k_h, k_w], either may be NULL; @dy [h_out, w_out]. */
void mien_window_correlate (const MienWindow *self,
                            const float *kernel,
                            const float *x,
                            const float *dy,
                            float *dx,
                            float *dw);

G_END_DECLS
