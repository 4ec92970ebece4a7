/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/metrics.h"

#include <math.h>

#include "train/loss.h"

/* Three classes of which the third never occurs; numbers worked out by hand. */
static void
test_by_hand (void)
{
  static const float p[] = {
    0.7f, 0.2f, 0.1f, 0.6f, 0.3f, 0.1f, 0.1f, 0.8f, 0.1f, 0.5f, 0.4f, 0.1f
  };
  static const float t[] = { 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0 };
  static const guint8 classes[] = { 0, 0, 1, 1 };
  MienMetrics m;

  mien_metrics_compute (&m, p, t, classes, 4, 3);
  g_assert_cmpuint (m.n_images, ==, 4);
  g_assert_cmpfloat (m.accuracy, ==, 0.75);
  g_assert_cmpuint (m.confusion[1][0], ==, 1);
  g_assert_cmpuint (m.per_class[0].images, ==, 2);
  g_assert_cmpfloat (m.per_class[0].recall, ==, 1);
  g_assert_cmpfloat_with_epsilon (m.per_class[0].precision, 2.0 / 3, 1e-12);
  g_assert_cmpfloat_with_epsilon (m.per_class[0].f1, 0.8, 1e-12);
  g_assert_cmpfloat (m.per_class[1].recall, ==, 0.5);
  g_assert_cmpfloat_with_epsilon (m.per_class[1].f1, 2.0 / 3, 1e-12);
  g_assert_cmpfloat (m.per_class[2].recall, ==, 0);
  g_assert_cmpfloat (m.mean_class_recall, ==, 0.75);
  g_assert_cmpfloat_with_epsilon (m.macro_f1, (0.8 + 2.0 / 3) / 2, 1e-12);
  g_assert_cmpfloat_with_epsilon (m.l2, (sqrt (0.14) + sqrt (0.26) + sqrt (0.06) + sqrt (0.62)) / 4,
                                  1e-6);
  /* Each face alone in its bin: |1-.7|, |1-.6|, |1-.8|, |0-.5|. */
  g_assert_cmpfloat_with_epsilon (m.ece, (0.3 + 0.4 + 0.2 + 0.5) / 4, 1e-6);
}

static void
test_empty (void)
{
  MienMetrics m;

  mien_metrics_compute (&m, NULL, NULL, NULL, 0, 8);
  g_assert_cmpuint (m.n_images, ==, 0);
  g_assert_cmpfloat (m.accuracy, ==, 0);
}

static double
loss_at (const float *logits, const float *targets, const float *weights)
{
  float grads[6];

  return mien_loss_cross_entropy (logits, targets, weights, 2, 3, 0.5f, grads);
}

static void
test_loss (void)
{
  float logits[] = { 0.3f, -1.2f, 2.0f, 0.1f, 0.2f, -0.4f }, grads[6];
  static const float targets[] = { 0.2f, 0.5f, 0.3f, 0, 1, 0 }, weights[] = { 1, 0.25f };
  double loss = mien_loss_cross_entropy (logits, targets, weights, 2, 3, 0.5f, grads);
  double z = log (exp (0.1) + exp (0.2) + exp (-0.4)) - 0.2;
  double y = log (exp (0.3) + exp (-1.2) + exp (2.0)) - (0.2 * 0.3 - 0.5 * 1.2 + 0.3 * 2.0);

  g_assert_cmpfloat_with_epsilon (loss, 0.5 * (y + 0.25 * z) / 2, 1e-6);
  for (guint i = 0; i < 6; i++)
    {
      float old = logits[i];
      double up, down;

      logits[i] = old + 1e-2f;
      up = loss_at (logits, targets, weights);
      logits[i] = old - 1e-2f;
      down = loss_at (logits, targets, weights);
      logits[i] = old;
      g_assert_cmpfloat_with_epsilon ((double) grads[i], (up - down) / 2e-2, 1e-4);
    }
}

static void
test_softmax (void)
{
  float rows[] = { 1000, 1001, 999, 0, 0, 0 };

  mien_loss_softmax (rows, 2, 3);
  g_assert_cmpfloat_with_epsilon (rows[0] + rows[1] + rows[2], 1, 1e-6);
  g_assert_cmpfloat_with_epsilon (rows[1] / rows[0], exp (1), 1e-4);
  g_assert_cmpfloat_with_epsilon (rows[4], 1.0 / 3, 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/by-hand", test_by_hand);
  g_test_add_func ("/metrics/empty", test_empty);
  g_test_add_func ("/loss/cross-entropy", test_loss);
  g_test_add_func ("/loss/softmax", test_softmax);
  return g_test_run ();
}
