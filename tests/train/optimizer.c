/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/optimizer.h"

#include <string.h>

static void
test_schedules (void)
{
  g_assert_cmpfloat (mien_schedule_get_rate (MIEN_SCHEDULE_STEP, 1, 49, 100, 0), ==, 1);
  g_assert_cmpfloat_with_epsilon (mien_schedule_get_rate (MIEN_SCHEDULE_STEP, 1, 50, 100, 0), 0.1,
                                  1e-12);
  g_assert_cmpfloat (mien_schedule_get_rate (MIEN_SCHEDULE_COSINE, 1, 0, 100, 0), ==, 1);
  g_assert_cmpfloat_with_epsilon (mien_schedule_get_rate (MIEN_SCHEDULE_COSINE, 1, 50, 100, 0),
                                  0.501, 1e-12);
  g_assert_cmpfloat_with_epsilon (mien_schedule_get_rate (MIEN_SCHEDULE_COSINE, 1, 100, 100, 0),
                                  0.002, 1e-12);
  g_assert_cmpfloat (mien_schedule_get_rate (MIEN_SCHEDULE_STEP, 1, 0, 100, 10), ==, 0.1);
  g_assert_cmpfloat (mien_schedule_get_rate (MIEN_SCHEDULE_STEP, 1, 9, 100, 10), ==, 1);
}

static MienNetwork *
make (void)
{
  MienNetwork *network = mien_network_new (mien_train_kernels_find (MIEN_PRECISION_F32), 1, 1, 16);

  mien_network_add_output (network, "out", mien_network_linear (network, "l", 0, 2, TRUE));
  mien_network_prepare (network, 1, NULL);
  return network;
}

/* Two steps by hand: weight 1, gradient 0.5, rate 0.1, momentum 0.9, decay 0.2. */
static void
check (gboolean nesterov, float first, float second)
{
  g_autoptr (MienNetwork) network = make ();
  gsize n = mien_network_get_n_params (network);
  g_autofree float *velocity = g_new0 (float, n), *average = g_new0 (float, n);
  float *params = mien_network_get_params (network), *grads = mien_network_get_grads (network);
  MienSgdStep step = { 0.1f, 0.9f, 0.2f, nesterov, 0.75f };
  gsize bias = n - 32;

  params[0] = params[bias] = 1;
  grads[0] = grads[bias] = 0.5f;
  mien_sgd_step (network, &step, velocity, average, NULL);
  g_assert_cmpfloat_with_epsilon (params[0], first, 1e-6);
  g_assert_cmpfloat_with_epsilon (average[0], first * 0.25f, 1e-6);
  mien_sgd_step (network, &step, velocity, average, NULL);
  g_assert_cmpfloat_with_epsilon (params[0], second, 1e-6);
  /* No decay on biases: the first step moved it by the gradient alone. */
  g_assert_cmpfloat_with_epsilon (velocity[bias], 0.95f, 1e-6);
}

static void
test_momentum (void)
{
  /* g = 0.7, v = 0.7, w = 0.93; g = 0.686, v = 1.316, w = 0.7984 */
  check (FALSE, 0.93f, 0.7984f);
}

static void
test_nesterov (void)
{
  /* g = 0.7, v = 0.7, w = 1 - 0.1 (0.7 + 0.63) = 0.867;
   * g = 0.6734, v = 1.3034, w = 0.867 - 0.1 (0.6734 + 1.17306) = 0.682354 */
  check (TRUE, 0.867f, 0.682354f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/optimizer/schedules", test_schedules);
  g_test_add_func ("/optimizer/momentum", test_momentum);
  g_test_add_func ("/optimizer/nesterov", test_nesterov);
  return g_test_run ();
}
