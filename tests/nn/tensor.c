/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <math.h>

#include "base/error.h"
#include "nn/half.h"
#include "nn/tensor.h"

static void
test_half (void)
{
  /* Every float16 comes back; NaN stays NaN. */
  for (guint h = 0; h < 0x10000; h++)
    {
      float f = mien_f16_to_f32 ((guint16) h);

      if (isnan (f))
        g_assert_true (isnan (mien_f16_to_f32 (mien_f32_to_f16 (f))));
      else
        g_assert_cmphex (mien_f32_to_f16 (f), ==, h);
    }
  g_assert_cmphex (mien_f32_to_f16 (65519.0f), ==, 0x7bff);
  g_assert_cmphex (mien_f32_to_f16 (65520.0f), ==, 0x7c00);
  g_assert_cmphex (mien_f32_to_f16 (0x1p-25f), ==, 0); /* a tie goes to even */
  g_assert_cmphex (mien_f32_to_f16 (0x1.000002p-25f), ==, 1);
  g_assert_cmphex (mien_f32_to_f16 (1.0f + 0x1p-11f), ==, 0x3c00);
  g_assert_cmphex (mien_f32_to_f16 (1.0f + 0x3p-11f), ==, 0x3c02);
  g_assert_cmphex (mien_f32_to_bf16 (1.0f + 0x1p-8f), ==, 0x3f80);
  g_assert_cmphex (mien_f32_to_bf16 (1.0f + 0x3p-8f), ==, 0x3f82);
  g_assert_cmphex (mien_f32_to_bf16 (INFINITY), ==, 0x7f80);
}

static void
test_sizes (void)
{
  const gint64 huge[] = { G_GINT64_CONSTANT (1) << 31, G_GINT64_CONSTANT (1) << 31 };
  const gint64 negative[] = { 2, -1 };
  const gint64 empty[] = { 3, 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (MienTensor) tensor = NULL;

  g_assert_null (mien_tensor_new (MIEN_DTYPE_F32, 2, huge, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
  g_clear_error (&error);
  g_assert_null (mien_tensor_new (MIEN_DTYPE_F32, 2, negative, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
  g_clear_error (&error);
  g_assert_null (mien_tensor_new (MIEN_DTYPE_STRING, 1, empty, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_UNSUPPORTED);
  tensor = mien_tensor_new (MIEN_DTYPE_F32, 2, empty, NULL);
  g_assert_nonnull (tensor->data);
  g_assert_cmpuint (tensor->n_elements, ==, 0);
  g_assert_cmpuint ((guintptr) tensor->data % MIEN_TENSOR_ALIGN, ==, 0);
}

static void
test_reshape (void)
{
  const float values[] = { 1, 2, 3, 4, 5, 6 };
  g_autoptr (GError) error = NULL;
  g_autoptr (MienTensor) a = mien_tensor_new_copy (MIEN_DTYPE_F32, 1, (gint64[]){ 6 }, values);
  g_autoptr (MienTensor) b = mien_tensor_reshape (a, 2, (gint64[]){ 2, 3 }, &error);
  g_autofree char *text = NULL;

  g_assert_true (b->data == a->data);
  text = mien_tensor_describe (b);
  g_assert_cmpstr (text, ==, "float32[2,3]");
  g_assert_null (mien_tensor_reshape (a, 1, (gint64[]){ 5 }, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
}

static void
test_cast (void)
{
  const float values[] = { -1.7f, 1.7f, 300.0f, NAN, 0.0f };
  g_autoptr (MienTensor) x = mien_tensor_new_copy (MIEN_DTYPE_F32, 1, (gint64[]){ 5 }, values);
  g_autoptr (MienTensor) i = mien_tensor_cast (x, MIEN_DTYPE_I32, NULL);
  g_autoptr (MienTensor) b = mien_tensor_cast (x, MIEN_DTYPE_BOOL, NULL);

  g_assert_cmpint (((gint32 *) i->data)[0], ==, -1);
  g_assert_cmpint (((gint32 *) i->data)[1], ==, 1);
  g_assert_cmpint (((gint32 *) i->data)[2], ==, 300);
  g_assert_cmpint (((guint8 *) b->data)[3], ==, 1);
  g_assert_cmpint (((guint8 *) b->data)[4], ==, 0);
}

static void
test_npy (void)
{
  g_autofree char *dir = g_dir_make_tmp ("mien-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "a.npy", NULL);
  const gint64 values[] = { 1, -2, G_MAXINT64, 4, 5, 6 };
  g_autoptr (MienTensor) a = mien_tensor_new_copy (MIEN_DTYPE_I64, 2, (gint64[]){ 3, 2 }, values);
  g_autoptr (MienTensor) b = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;
  gsize length;

  g_assert_true (mien_tensor_save_npy (a, path, &error));
  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  g_assert_cmpuint ((length - a->n_bytes) % 64, ==, 0);
  b = mien_tensor_load_npy (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (b->rank, ==, 2);
  g_assert_cmpmem (b->data, b->n_bytes, values, sizeof values);
  /* Cut anywhere, it is refused and not read past its end. */
  for (gsize n = 0; n < length; n++)
    {
      g_assert_true (g_file_set_contents (path, contents, (gssize) n, NULL));
      g_assert_null (mien_tensor_load_npy (path, &error));
      g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
      g_clear_error (&error);
    }
  g_unlink (path);
  g_rmdir (dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/tensor/half", test_half);
  g_test_add_func ("/nn/tensor/sizes", test_sizes);
  g_test_add_func ("/nn/tensor/reshape", test_reshape);
  g_test_add_func ("/nn/tensor/cast", test_cast);
  g_test_add_func ("/nn/tensor/npy", test_npy);
  return g_test_run ();
}
