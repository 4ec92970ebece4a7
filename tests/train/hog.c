/* Histograms of oriented gradients of pictures whose gradients are known.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/hog.h"

#include <math.h>

#include "train/network.h"

#define SIDE 48
#define CELL 6
#define BLOCKS (SIDE / CELL - 1)

static void
compute (const float *picture, float *out)
{
  g_autoptr (MienNetwork) network =
      mien_network_new (mien_train_kernels_find (MIEN_PRECISION_F32), SIDE, SIDE, 1);
  int hog = mien_network_hog (network, "hog", CELL);

  mien_network_add_output (network, "x", mien_network_linear (network, "x", hog, 8, TRUE));
  mien_network_prepare (network, 1, NULL);
  mien_network_forward (network, picture, 1, FALSE, 1, 1);
  mien_network_read_layer (network, hog, out);
}

/* A plane that rises in direction @degrees: every pixel's gradient is that. */
static void
test_direction (void)
{
  g_autofree float *picture = g_new (float, SIDE *SIDE);
  g_autofree float *out = g_new (float, BLOCKS *BLOCKS *MIEN_HOG_CHANNELS);
  float cosines[MIEN_HOG_BINS + 1], sines[MIEN_HOG_BINS + 1];

  mien_hog_get_rays (cosines, sines);
  for (int degrees = 0; degrees < 360; degrees += 11)
    {
      double c = cos (degrees * G_PI / 180), s = sin (degrees * G_PI / 180);
      const float *block = out + (3 * BLOCKS + 3) * MIEN_HOG_CHANNELS;
      float length = 0, x = 0, y = 0;

      for (int j = 0; j < SIDE; j++)
        for (int i = 0; i < SIDE; i++)
          picture[j * SIDE + i] = (float) (0.1 * (c * i + s * j));
      compute (picture, out);
      for (int b = 0; b < MIEN_HOG_CHANNELS; b++)
        {
          g_assert_cmpfloat (block[b], >=, 0);
          length += block[b] * block[b];
        }
      g_assert_cmpfloat_with_epsilon (sqrtf (length), 1, 0.05);
      /* Only two neighbouring rays have votes, and doubled angles of them average to the gradient's
       * within a step of 20 degrees. */
      for (int b = 0, n = 0; b < MIEN_HOG_BINS; b++)
        {
          double cosine = cosines[b], sine = sines[b];

          n += block[b] > 1e-6f;
          g_assert_cmpint (n, <=, 2);
          x += block[b] * (float) (cosine * cosine - sine * sine);
          y += block[b] * (float) (2 * cosine * sine);
        }
      g_assert_cmpfloat (x * (c * c - s * s) + y * 2 * c * s, >, 0.9 * hypotf (x, y));
    }
}

/* Brightness and contrast change nothing; nothing to see gives nothing. */
static void
test_contrast (void)
{
  g_autofree float *picture = g_new (float, SIDE *SIDE);
  g_autofree float *a = g_new (float, BLOCKS *BLOCKS *MIEN_HOG_CHANNELS);
  g_autofree float *b = g_new (float, BLOCKS *BLOCKS *MIEN_HOG_CHANNELS);
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (int i = 0; i < SIDE * SIDE; i++)
    picture[i] = (float) g_rand_double_range (rand, -20, 20);
  compute (picture, a);
  for (int i = 0; i < SIDE * SIDE; i++)
    picture[i] = 3 * picture[i] + 40;
  compute (picture, b);
  for (int i = 0; i < BLOCKS * BLOCKS * MIEN_HOG_CHANNELS; i++)
    g_assert_cmpfloat_with_epsilon (a[i], b[i], 0.01);
  for (int i = 0; i < SIDE * SIDE; i++)
    picture[i] = 7;
  compute (picture, a);
  for (int i = 0; i < BLOCKS * BLOCKS * MIEN_HOG_CHANNELS; i++)
    g_assert_cmpfloat (a[i], ==, 0);
}

/* The pixels of all cells together count each inner pixel once. */
static void
test_window (void)
{
  for (int i = 0; i < CELL; i++)
    g_assert_cmpfloat_with_epsilon (
        (mien_hog_get_weight (CELL, i) + mien_hog_get_weight (CELL, i + CELL)) * CELL, 1, 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hog/direction", test_direction);
  g_test_add_func ("/hog/contrast", test_contrast);
  g_test_add_func ("/hog/window", test_window);
  return g_test_run ();
}
