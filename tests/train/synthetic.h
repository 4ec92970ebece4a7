/* A tiny data set that a network can learn by heart: a bright square whose place is its class.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <string.h>

#include "dataset/dataset.h"
#include "dataset/random.h"

static inline MienDataset *
mien_test_data_new (guint n_training, guint n_test)
{
  MienDataset *set = mien_dataset_new (48, 48);
  guint8 pixels[48 * 48];

  for (guint i = 0; i < n_training + n_test; i++)
    {
      MienRandom random = mien_random_at (77, 0, i);
      int class = (int) (i % 7);
      /* The same emotion in both label sets: angry -> anger and so on. */
      static const int ferplus[] = { 4, 5, 6, 1, 3, 2, 0 };
      guint x0 = 4 + (guint) (class % 3) * 14, y0 = 4 + (guint) (class / 3) * 14;
      MienDatasetRow row = { .pixels = pixels,
                             .split = i < n_training ? MIEN_SPLIT_TRAINING : MIEN_SPLIT_PUBLIC_TEST,
                             .label = (gint8) class,
                             .has_votes = TRUE };

      for (guint k = 0; k < sizeof pixels; k++)
        pixels[k] = (guint8) (60 + mien_random_below (&random, 40));
      for (guint y = y0; y < y0 + 10; y++)
        memset (pixels + y * 48 + x0, 220, 10);
      row.votes[ferplus[class]] = 9;
      mien_dataset_append (set, &row);
    }
  return set;
}
