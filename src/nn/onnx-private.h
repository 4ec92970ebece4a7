/* What the ONNX reader and writer share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/graph.h"
#include "nn/onnx.pb-c.h"

G_BEGIN_DECLS

/* NULL with MIEN_ERROR_MODEL or MIEN_ERROR_UNSUPPORTED; the message names the tensor. */
MienTensor *
mien_onnx_tensor_read (const Mien__Onnx__Tensor *message, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A message that shares @tensor's data, for the writer; free with mien_onnx_tensor_free_shared().
 */
Mien__Onnx__Tensor *
mien_onnx_tensor_new_shared (const char *name, const MienTensor *tensor) G_GNUC_WARN_UNUSED_RESULT;
void mien_onnx_tensor_free_shared (Mien__Onnx__Tensor *message);

G_END_DECLS
