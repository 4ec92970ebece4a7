/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/samples.h"

#include <math.h>

#include "synthetic.h"

static MienSamplesOptions
plain_options (void)
{
  return (MienSamplesOptions){ .width = 48, .height = 48, .channels = 1, .seed = 5 };
}

/* Without balancing every row is shown once, in another order each epoch. */
static void
test_epoch_shows_all (void)
{
  g_autoptr (MienDataset) data = mien_test_data_new (28, 7);
  MienSamplesOptions options = plain_options ();
  g_autoptr (MienSamples) samples = mien_samples_new (data, &options);
  g_autoptr (MienBatch) a = mien_batch_new (data, &options, 28);
  g_autoptr (MienBatch) b = mien_batch_new (data, &options, 28);
  guint seen[7] = { 0 }, moved = 0;

  g_assert_cmpuint (mien_samples_get_n (samples), ==, 28);
  mien_samples_begin_epoch (samples, 0);
  mien_samples_load (samples, 0, 28, a, NULL);
  mien_samples_begin_epoch (samples, 1);
  mien_samples_load (samples, 0, 28, b, NULL);
  for (guint i = 0; i < 28; i++)
    for (guint c = 0; c < 7; c++)
      {
        seen[c] += a->fer2013[i * 7 + c] == 1;
        moved += a->fer2013[i * 7 + c] != b->fer2013[i * 7 + c];
      }
  for (guint c = 0; c < 7; c++)
    g_assert_cmpuint (seen[c], ==, 4);
  g_assert_cmpuint (moved, >, 0);
}

static void
test_normalised (void)
{
  g_autoptr (MienDataset) data = mien_test_data_new (14, 0);
  MienSamplesOptions options = plain_options ();
  g_autoptr (MienSamples) samples = NULL;
  g_autoptr (MienBatch) batch = NULL;

  options.width = options.height = 64;
  options.channels = 3;
  samples = mien_samples_new (data, &options);
  batch = mien_batch_new (data, &options, 14);
  mien_samples_begin_epoch (samples, 0);
  mien_samples_load (samples, 0, 14, batch, NULL);
  for (guint i = 0; i < 14; i++)
    {
      const float *p = batch->pictures + (gsize) i * 64 * 64 * 3;
      double sum = 0, square = 0;

      for (guint k = 0; k < 64 * 64; k++)
        {
          g_assert_cmpfloat (p[3 * k], ==, p[3 * k + 2]);
          sum += (double) p[3 * k];
          square += (double) (p[3 * k] * p[3 * k]);
        }
      g_assert_cmpfloat_with_epsilon (sum / 4096, 0, 1e-3);
      g_assert_cmpfloat_with_epsilon (square / 4096, 1, 1e-2);
    }
}

/* Mixing and varying give the same batch for any number of threads. */
static void
test_threads (void)
{
  g_autoptr (MienDataset) data = mien_test_data_new (32, 0);
  g_autoptr (MienParallel) parallel = mien_parallel_new (3);
  MienSamplesOptions options = plain_options ();
  g_autoptr (MienSamples) samples = NULL;
  g_autoptr (MienBatch) a = NULL, b = NULL;

  g_assert_true (mien_augment_from_name ("strong", &options.augment));
  options.balance = 0.5f;
  options.smoothing = 0.1f;
  samples = mien_samples_new (data, &options);
  a = mien_batch_new (data, &options, 32);
  b = mien_batch_new (data, &options, 32);
  mien_samples_begin_epoch (samples, 3);
  mien_samples_load (samples, 0, 32, a, NULL);
  mien_samples_load (samples, 0, 32, b, parallel);
  g_assert_cmpmem (a->pictures, 32 * 2304 * sizeof (float), b->pictures,
                   32 * 2304 * sizeof (float));
  g_assert_cmpmem (a->ferplus, 32 * 8 * sizeof (float), b->ferplus, 32 * 8 * sizeof (float));
  for (guint i = 0; i < 32; i++)
    {
      float sum = 0;

      for (guint c = 0; c < 8; c++)
        sum += a->ferplus[i * 8 + c];
      g_assert_cmpfloat_with_epsilon (sum, 1, 1e-5);
    }
}

/* One class in ten is rare; balance 1 shows it as often as the other. */
static void
test_balance (void)
{
  g_autoptr (MienDataset) data = mien_dataset_new (48, 48);
  MienSamplesOptions options = plain_options ();
  g_autoptr (MienSamples) samples = NULL;
  g_autoptr (MienBatch) batch = NULL;
  guint8 pixels[2304] = { 0 };
  float priors[8];
  guint rare = 0;

  for (guint i = 0; i < 400; i++)
    {
      MienDatasetRow row = { .pixels = pixels, .has_votes = TRUE };

      row.votes[i % 10 == 0 ? 5 : 0] = 10;
      mien_dataset_append (data, &row);
    }
  options.balance = 1;
  samples = mien_samples_new (data, &options);
  batch = mien_batch_new (data, &options, 400);
  mien_samples_begin_epoch (samples, 0);
  mien_samples_load (samples, 0, 400, batch, NULL);
  for (guint i = 0; i < 400; i++)
    rare += batch->ferplus[i * 8 + 5] == 1;
  g_assert_cmpuint (rare, >, 160);
  g_assert_cmpuint (rare, <, 240);
  mien_samples_get_priors (samples, priors);
  g_assert_cmpfloat_with_epsilon (priors[5], 0.1, 1e-6);
  g_assert_cmpfloat_with_epsilon (priors[0], 0.9, 1e-6);
}

/* Distribution, majority and drawn classes of the same votes. */
static void
test_targets (void)
{
  static const guint8 split[10] = { 6, 3, 0, 0, 0, 0, 0, 0, 0, 1 }, torn[10] = { 5, 5 };
  g_autoptr (MienDataset) data = mien_dataset_new (48, 48);
  MienSamplesOptions options = plain_options ();
  guint8 pixels[2304] = { 0 };
  guint first = 0;

  for (guint i = 0; i < 300; i++)
    {
      MienDatasetRow row = { .pixels = pixels, .has_votes = TRUE, .label = -1 };

      memcpy (row.votes, i == 0 ? torn : split, 10);
      mien_dataset_append (data, &row);
    }
  for (guint t = MIEN_TARGETS_VOTES; t <= MIEN_TARGETS_DRAW; t++)
    {
      g_autoptr (MienSamples) samples = NULL;
      g_autoptr (MienBatch) batch = mien_batch_new (data, &options, 300);
      guint left_out = 0;

      options.targets = t;
      samples = mien_samples_new (data, &options);
      mien_samples_begin_epoch (samples, 0);
      mien_samples_load (samples, 0, 300, batch, NULL);
      for (guint i = 0; i < 300; i++)
        {
          g_assert_cmpfloat (batch->fer2013_weights[i], ==, 0);
          left_out += batch->ferplus_weights[i] == 0;
          if (t == MIEN_TARGETS_VOTES)
            g_assert_true (fabsf (batch->ferplus[i * 8] - 2.0f / 3) < 1e-6f
                           || batch->ferplus[i * 8] == 0.5f);
          if (t == MIEN_TARGETS_DRAW)
            first += batch->ferplus[i * 8] == 1;
        }
      g_assert_cmpuint (left_out, ==, t == MIEN_TARGETS_MAJORITY ? 1 : 0);
    }
  g_assert_cmpuint (first, >, 170);
  g_assert_cmpuint (first, <, 230);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/samples/epoch-shows-all", test_epoch_shows_all);
  g_test_add_func ("/samples/normalised", test_normalised);
  g_test_add_func ("/samples/threads", test_threads);
  g_test_add_func ("/samples/balance", test_balance);
  g_test_add_func ("/samples/targets", test_targets);
  return g_test_run ();
}
