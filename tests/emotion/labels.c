/* Sets of classes and their projections. SPDX-License-Identifier: GPL-3.0-or-later */
#include "emotion/labels.h"

#include "emotion/calibration.h"

#include <math.h>

static void
test_order (void)
{
  const char *const *labels = mien_label_set_get_labels (MIEN_LABELS_FERPLUS);
  MienLabelSet set = MIEN_LABELS_FERPLUS;

  g_assert_cmpuint (mien_label_set_get_n (MIEN_LABELS_FERPLUS), ==, 8);
  g_assert_cmpuint (mien_label_set_get_n (MIEN_LABELS_FER2013), ==, 7);
  g_assert_cmpstr (labels[0], ==, "neutral");
  g_assert_cmpstr (labels[7], ==, "contempt");
  g_assert_null (labels[8]);
  g_assert_cmpint (mien_label_set_find (MIEN_LABELS_FER2013, "neutral"), ==, 6);
  g_assert_cmpint (mien_label_set_find (MIEN_LABELS_FER2013, "contempt"), ==, -1);
  g_assert_true (mien_label_set_from_name ("fer2013", &set));
  g_assert_cmpint (set, ==, MIEN_LABELS_FER2013);
  g_assert_false (mien_label_set_from_name ("fer", &set));
}

static void
test_circumplex (void)
{
  float p[8] = { 0 };

  p[mien_label_set_find (MIEN_LABELS_FERPLUS, "happiness")] = 0.75f;
  p[mien_label_set_find (MIEN_LABELS_FERPLUS, "anger")] = 0.25f;
  g_assert_cmpfloat_with_epsilon (mien_label_set_get_valence (MIEN_LABELS_FERPLUS, p), 0.5, 1e-6);
  g_assert_cmpfloat_with_epsilon (mien_label_set_get_arousal (MIEN_LABELS_FERPLUS, p),
                                  0.75 * sin (7.8 * G_PI / 180) + 0.25 * sin (99 * G_PI / 180),
                                  1e-4);
  /* Both sets give one class the same weight. */
  for (int i = 0; i < 2; i++)
    {
      static const char *const names[2][2] = { { "sadness", "sad" }, { "fear", "fear" } };
      int a = mien_label_set_find (MIEN_LABELS_FERPLUS, names[i][0]);
      int b = mien_label_set_find (MIEN_LABELS_FER2013, names[i][1]);

      g_assert_cmpfloat (mien_label_set_get_arousal_weights (MIEN_LABELS_FERPLUS)[a], ==,
                         mien_label_set_get_arousal_weights (MIEN_LABELS_FER2013)[b]);
      g_assert_cmpfloat (mien_label_set_get_valence_signs (MIEN_LABELS_FER2013)[b], ==, -1);
    }
}

static void
test_temperature (void)
{
  float rows[2][3] = { { 0.7f, 0.2f, 0.1f }, { NAN, 0, 0 } };

  mien_calibration_apply (&rows[0][0], 2, 3, 2);
  g_assert_cmpfloat_with_epsilon (rows[0][0] / rows[0][1], sqrt (0.7 / 0.2), 1e-4);
  g_assert_cmpfloat_with_epsilon (rows[0][0] + rows[0][1] + rows[0][2], 1, 1e-6);
  g_assert_cmpfloat_with_epsilon (rows[1][2], 1 / 3.0, 1e-6);
}

/* Probabilities that are too sure by a temperature of 2 are found out, and are right after it. */
static void
test_fit (void)
{
  enum
  {
    N = 4000
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  g_autofree float *p = g_new (float, 3 * N);
  g_autofree float *targets = g_new0 (float, 3 * N);
  g_autofree guint8 *classes = g_new (guint8, N);
  double before, after;

  for (int i = 0; i < N; i++)
    {
      double e[3], sum = 0, draw = g_rand_double (rand);
      int c = 0;

      for (int k = 0; k < 3; k++)
        sum += e[k] = exp (g_rand_double_range (rand, 0, 4));
      while (c < 2 && draw > e[c] / sum)
        draw -= e[c++] / sum;
      classes[i] = (guint8) c;
      targets[3 * i + c] = 1;
      for (int k = 0; k < 3; k++)
        p[3 * i + k] = (float) (e[k] * e[k]);
    }
  mien_calibration_apply (p, N, 3, 1);
  before = mien_calibration_get_error (p, classes, N, 3, 10);
  g_assert_cmpfloat_with_epsilon (mien_calibration_fit (p, targets, N, 3), 2, 0.15);
  mien_calibration_apply (p, N, 3, 2);
  after = mien_calibration_get_error (p, classes, N, 3, 10);
  g_assert_cmpfloat (before, >, 0.1);
  g_assert_cmpfloat (after, <, 0.03);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/emotion/labels/order", test_order);
  g_test_add_func ("/emotion/labels/circumplex", test_circumplex);
  g_test_add_func ("/emotion/calibration/temperature", test_temperature);
  g_test_add_func ("/emotion/calibration/fit", test_fit);
  return g_test_run ();
}
