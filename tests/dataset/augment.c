/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dataset/augment.h"

#include <string.h>

#define SIDE 48
#define N (SIDE * SIDE)

static void
fill (guint8 *pixels)
{
  MienRandom random = mien_random_at (7, 0, 0);

  for (guint i = 0; i < N; i++)
    pixels[i] = (guint8) mien_random_below (&random, 256);
}

static void
test_none (void)
{
  MienAugment none;
  guint8 in[N];
  float out[N], scratch[N];

  fill (in);
  g_assert_true (mien_augment_from_name ("none", &none));
  mien_augment_apply (&none, 1, 2, 3, in, SIDE, SIDE, out, scratch);
  for (guint i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (out[i], in[i], 1e-3);
}

static void
test_mirror (void)
{
  MienAugment mirror = { .mirror = 1 };
  guint8 in[N];
  float out[N], scratch[N];

  fill (in);
  mien_augment_apply (&mirror, 1, 2, 3, in, SIDE, SIDE, out, scratch);
  for (guint y = 0; y < SIDE; y++)
    for (guint x = 0; x < SIDE; x++)
      g_assert_cmpfloat_with_epsilon (out[y * SIDE + x], in[y * SIDE + SIDE - 1 - x], 1e-3);
}

/* On a linear ramp any turn about the centre keeps the mean of opposite pixels. */
static void
test_rotation_keeps_centre (void)
{
  MienAugment turn = { .rotation = 20 };
  guint8 in[N];
  float out[N], scratch[N];

  for (guint y = 0; y < SIDE; y++)
    for (guint x = 0; x < SIDE; x++)
      in[y * SIDE + x] = (guint8) (3 * x + y);
  mien_augment_apply (&turn, 5, 0, 1, in, SIDE, SIDE, out, scratch);
  g_assert_cmpfloat_with_epsilon (out[23 * SIDE + 23] + out[24 * SIDE + 24],
                                  (float) in[23 * SIDE + 23] + in[24 * SIDE + 24], 0.1);
}

static void
test_reproducible (void)
{
  MienAugment strong;
  guint8 in[N];
  float a[N], b[N], scratch[N];
  guint differ = 0;

  fill (in);
  g_assert_true (mien_augment_from_name ("strong", &strong));
  for (guint index = 0; index < 20; index++)
    {
      mien_augment_apply (&strong, 11, 4, index, in, SIDE, SIDE, a, scratch);
      mien_augment_apply (&strong, 11, 4, index, in, SIDE, SIDE, b, scratch);
      g_assert_cmpmem (a, sizeof a, b, sizeof b);
      for (guint i = 0; i < N; i++)
        g_assert_true (a[i] >= 0 && a[i] <= 255);
      mien_augment_apply (&strong, 11, 5, index, in, SIDE, SIDE, b, scratch);
      differ += memcmp (a, b, sizeof a) != 0;
      mien_augment_apply (&strong, 12, 4, index, in, SIDE, SIDE, b, scratch);
      differ += memcmp (a, b, sizeof a) != 0;
    }
  g_assert_cmpuint (differ, ==, 40);
  g_assert_false (mien_augment_from_name ("weird", &strong));
}

static void
test_mix (void)
{
  MienAugment augment = { .mixup = 0.5f, .cutmix = 0.5f };
  float a[N], b[N];
  guint blends = 0, patches = 0;

  for (guint index = 0; index < 200; index++)
    {
      MienAugmentMix mix = mien_augment_draw_mix (&augment, 3, 1, index, 10, SIDE, SIDE);
      double sum = 0;

      for (guint i = 0; i < N; i++)
        {
          a[i] = 1;
          b[i] = 0;
        }
      g_assert_cmpuint (mix.partner, <, 10);
      g_assert_true (mix.weight >= 0.49f && mix.weight <= 1);
      mien_augment_mix (&mix, a, b, SIDE, SIDE);
      for (guint i = 0; i < N; i++)
        sum += a[i];
      g_assert_cmpfloat_with_epsilon (sum / N, mix.weight, 1e-4);
      blends += !mix.is_patch;
      patches += mix.is_patch;
    }
  g_assert_cmpuint (blends, >, 60);
  g_assert_cmpuint (patches, >, 60);
}

/* Means of the streams: a biased generator would shift every augmentation one way. */
static void
test_random (void)
{
  double sum = 0, square = 0, uniform = 0;
  guint n = 20000;

  for (guint i = 0; i < n; i++)
    {
      MienRandom random = mien_random_at (1, 2, i);
      double v = mien_random_normal (&random);

      sum += v;
      square += v * v;
      uniform += mien_random_float (&random);
    }
  g_assert_cmpfloat_with_epsilon (sum / n, 0, 0.03);
  g_assert_cmpfloat_with_epsilon (square / n, 1, 0.04);
  g_assert_cmpfloat_with_epsilon (uniform / n, 0.5, 0.01);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/augment/none", test_none);
  g_test_add_func ("/augment/mirror", test_mirror);
  g_test_add_func ("/augment/rotation", test_rotation_keeps_centre);
  g_test_add_func ("/augment/reproducible", test_reproducible);
  g_test_add_func ("/augment/mix", test_mix);
  g_test_add_func ("/augment/random", test_random);
  return g_test_run ();
}
