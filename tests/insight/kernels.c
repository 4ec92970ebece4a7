/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "insight/kernels.h"

static MienTensor *
make_weights (void)
{
  /* Three filters of one 2x2 slice: small, large, dead. */
  static const float values[] = { 1, 0, 0, 0, 3, 4, 0, 0, 0, 0, 0, 0 };

  return mien_tensor_new_copy (MIEN_DTYPE_F32, 4, (const gint64[]){ 3, 1, 2, 2 }, values);
}

static void
test_stats (void)
{
  g_autoptr (MienTensor) weights = make_weights ();
  g_autoptr (GArray) stats = mien_kernels_list_stats (weights, MIEN_KERNEL_ORDER_NORM, NULL);
  const MienKernelStats *s = &g_array_index (stats, MienKernelStats, 0);

  g_assert_cmpuint (stats->len, ==, 3);
  g_assert_cmpuint (s[0].channel, ==, 1);
  g_assert_cmpfloat_with_epsilon (s[0].norm, 5, 1e-9);
  g_assert_cmpfloat_with_epsilon (s[0].mean, 1.75, 1e-9);
  g_assert_cmpfloat_with_epsilon (s[0].sparsity, 0.5, 1e-9);
  g_assert_false (s[0].is_dead);
  g_assert_cmpuint (s[1].channel, ==, 0);
  g_assert_cmpuint (s[2].channel, ==, 2);
  g_assert_true (s[2].is_dead);
}

static void
test_selectivity_order (void)
{
  g_autoptr (MienTensor) weights = make_weights ();
  const double selectivity[] = { 0.1, 0.2, 0.9 };
  g_autoptr (GArray) stats =
      mien_kernels_list_stats (weights, MIEN_KERNEL_ORDER_SELECTIVITY, selectivity);

  g_assert_cmpuint (g_array_index (stats, MienKernelStats, 0).channel, ==, 2);
  g_assert_cmpuint (g_array_index (stats, MienKernelStats, 2).channel, ==, 0);
}

/* One pixel has a flat spectrum; 3, 4 side by side is 7 at frequency zero and 1 at the highest. */
static void
test_spectrum (void)
{
  g_autoptr (MienTensor) weights = make_weights ();
  double out[16];

  mien_kernels_get_spectrum (weights, 0, 0, 4, out);
  for (int i = 0; i < 16; i++)
    g_assert_cmpfloat_with_epsilon (out[i], 1, 1e-9);
  mien_kernels_get_spectrum (weights, 1, 0, 4, out);
  g_assert_cmpfloat_with_epsilon (out[2 * 4 + 2], 7, 1e-9);
  g_assert_cmpfloat_with_epsilon (out[2 * 4 + 0], 1, 1e-9);
  g_assert_cmpfloat_with_epsilon (out[0 * 4 + 2], 7, 1e-9);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/insight/kernels/stats", test_stats);
  g_test_add_func ("/insight/kernels/selectivity-order", test_selectivity_order);
  g_test_add_func ("/insight/kernels/spectrum", test_spectrum);
  return g_test_run ();
}
