/* Golden arrays and pictures for the tests of the vision room. tests/golden/vision/make.py made
 * them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/image.h"
#include "nn/tensor.h"

/* tests/golden/vision/@name.npy. */
static inline MienTensor *
golden_load (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".npy", NULL);
  g_autofree char *path =
      g_build_filename (g_getenv ("G_TEST_SRCDIR"), "golden", "vision", file, NULL);
  g_autoptr (GError) error = NULL;
  MienTensor *tensor = mien_tensor_load_npy (path, &error);

  g_assert_no_error (error);
  return tensor;
}

/* A view of bytes [height, width, 3] or [height, width]. */
static inline MienImage
golden_image (const MienTensor *tensor)
{
  gboolean is_gray = tensor->rank == 2;

  g_assert_cmpint (tensor->dtype, ==, MIEN_DTYPE_U8);
  return (MienImage){ .format = is_gray ? MIEN_PIXEL_GRAY8 : MIEN_PIXEL_RGB24,
                      .width = (int) tensor->dims[1],
                      .height = (int) tensor->dims[0],
                      .planes = { tensor->data },
                      .strides = { (int) tensor->dims[1] * (is_gray ? 1 : 3) } };
}

/* Bytes [height, width, 3] as floats [1, 3, height, width]. */
static inline MienTensor *
golden_planar (const MienTensor *tensor)
{
  gint64 dims[4] = { 1, 3, tensor->dims[0], tensor->dims[1] };
  gsize plane = (gsize) dims[2] * (gsize) dims[3];
  MienTensor *out = mien_tensor_new_f32 (4, dims);
  const guint8 *bytes = tensor->data;

  for (gsize i = 0; i < plane; i++)
    for (gsize c = 0; c < 3; c++)
      mien_tensor_f32 (out)[c * plane + i] = bytes[3 * i + c];
  return out;
}

/* Every pixel of bytes [height, width, 3] as a square of four. */
static inline MienTensor *
golden_double (const MienTensor *tensor)
{
  gint64 dims[3] = { 2 * tensor->dims[0], 2 * tensor->dims[1], 3 };
  g_autofree guint8 *bytes = g_malloc ((gsize) (dims[0] * dims[1] * 3));
  const guint8 *source = tensor->data;

  for (gint64 y = 0; y < dims[0]; y++)
    for (gint64 x = 0; x < dims[1]; x++)
      for (gint64 c = 0; c < 3; c++)
        bytes[(y * dims[1] + x) * 3 + c] = source[(y / 2 * tensor->dims[1] + x / 2) * 3 + c];
  return mien_tensor_new_copy (MIEN_DTYPE_U8, 3, dims, bytes);
}
