/* Sliding windows, shared by convolution and pooling. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/op.h"

G_BEGIN_DECLS

#define MIEN_WINDOW_MAX_AXES 3

typedef struct
{
  int n_axes; /* spatial dimensions */
  int kernel[MIEN_WINDOW_MAX_AXES];
  int stride[MIEN_WINDOW_MAX_AXES];
  int dilation[MIEN_WINDOW_MAX_AXES];
  int pad[2 * MIEN_WINDOW_MAX_AXES]; /* all begins, then all ends */
  enum
  {
    MIEN_PAD_GIVEN,
    MIEN_PAD_SAME_UPPER,
    MIEN_PAD_SAME_LOWER,
    MIEN_PAD_VALID,
  } auto_pad;
} MienWindow;

/* Reads kernel_shape (left alone when absent), strides, dilations, pads and auto_pad. */
gboolean mien_window_read (const MienOpCall *call, int n_axes, MienWindow *window, GError **error);
/* Resolves auto_pad and computes output sizes; @in, @out: spatial sizes. */
gboolean mien_window_fit (const MienOpCall *call,
                          MienWindow *window,
                          const gint64 *in,
                          gboolean ceil_mode,
                          gint64 *out,
                          GError **error);

/* The shape of a convolution in two dimensions after its infer(); NULL for anything else. */
const MienConvShape *mien_op_conv_get_shape (const MienOpCall *call);
/* What prepare() made of it; NULL for anything else, and while its weights are not constant. */
const MienConvPlan *mien_op_conv_get_plan (const MienOpCall *call);
/* The same, which the caller owns from then on; the call must not run any more. */
MienConvPlan *mien_op_conv_steal_plan (MienOpCall *call) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
