/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dataset/protocol.h"

static const guint8 pixel = 0;

static MienDatasetRow
row_of (int label, const guint8 votes[10])
{
  MienDatasetRow row = { .pixels = &pixel, .label = (gint8) label, .has_votes = TRUE };

  for (guint i = 0; i < 10; i++)
    row.votes[i] = votes[i];
  return row;
}

static void
test_classes (void)
{
  static const struct
  {
    guint8 votes[10];
    int argmax, majority;
  } cases[] = {
    { { 4, 0, 0, 1, 3, 2, 0, 0, 0, 0 }, 0, -1 },  /* 4 of 9 after dropping one: no majority */
    { { 5, 0, 0, 1, 3, 1, 0, 0, 0, 0 }, 0, 0 },   /* 5 of 8 */
    { { 0, 0, 0, 0, 2, 1, 1, 1, 3, 1 }, -1, -1 }, /* unknown wins */
    { { 0, 0, 0, 0, 0, 1, 4, 0, 1, 4 }, 6, -1 },  /* a tie: the first column; no majority */
    { { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }, 0, -1 },  /* only single votes */
    { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, -1, -1 },
    { { 0, 0, 5, 0, 0, 0, 5, 0, 0, 0 }, 2, -1 }, /* half is not a majority */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      MienDatasetRow row = row_of (3, cases[i].votes);

      g_assert_cmpint (mien_protocol_get_class (MIEN_PROTOCOL_ARGMAX, &row), ==, cases[i].argmax);
      g_assert_cmpint (mien_protocol_get_class (MIEN_PROTOCOL_MAJORITY, &row), ==,
                       cases[i].majority);
      g_assert_cmpint (mien_protocol_get_class (MIEN_PROTOCOL_FER2013, &row), ==, 3);
    }
}

static void
test_targets (void)
{
  static const guint8 votes[10] = { 5, 0, 0, 1, 3, 0, 0, 0, 1, 0 };
  MienDatasetRow row = row_of (2, votes);
  float out[8];

  mien_protocol_get_target (MIEN_PROTOCOL_MAJORITY, &row, out);
  g_assert_cmpfloat (out[0], ==, 5.0f / 8.0f);
  g_assert_cmpfloat (out[3], ==, 0);
  g_assert_cmpfloat (out[4], ==, 3.0f / 8.0f);
  mien_protocol_get_target (MIEN_PROTOCOL_ARGMAX, &row, out);
  g_assert_cmpfloat (out[0], ==, 5.0f / 9.0f);
  g_assert_cmpfloat (out[3], ==, 1.0f / 9.0f);
  mien_protocol_get_target (MIEN_PROTOCOL_FER2013, &row, out);
  for (guint i = 0; i < 7; i++)
    g_assert_cmpfloat (out[i], ==, i == 2 ? 1 : 0);
}

static void
test_names (void)
{
  MienProtocol protocol;

  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (mien_protocol_from_name (mien_protocol_get_name (i), &protocol));
      g_assert_cmpint ((int) protocol, ==, (int) i);
    }
  g_assert_false (mien_protocol_from_name ("Majority", &protocol));
}

/* The counts that everybody reports on, when the data is at hand. */
static void
test_counts (void)
{
  static const guint expected[3][2] = { { 3573, 3285 }, { 3546, 3259 }, { 3153, 2894 } };
  const char *shared = g_getenv ("MIEN_SHARED");
  g_autofree char *csv = NULL, *votes = NULL;
  g_autoptr (MienDataset) set = NULL;
  g_autoptr (GError) error = NULL;
  guint counts[3][2] = { { 0 } }, copies[3] = { 0 };

  if (shared == NULL)
    return g_test_skip ("MIEN_SHARED does not say where FER2013 is");
  csv = g_build_filename (shared, "data", "fer2013", "fer2013.csv.gz", NULL);
  votes = g_build_filename (shared, "data", "fer2013", "fer2013new.csv", NULL);
  set = mien_dataset_load (csv, votes, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < mien_dataset_get_n_rows (set); i++)
    {
      MienDatasetRow row;

      mien_dataset_get_row (set, i, &row);
      copies[row.split] += row.is_copy;
      for (guint p = 0; p < 3 && row.split == MIEN_SPLIT_PRIVATE_TEST; p++)
        if (mien_protocol_get_class (p, &row) >= 0)
          {
            counts[p][0]++;
            counts[p][1] += !row.is_copy;
          }
    }
  for (guint p = 0; p < 3; p++)
    for (guint k = 0; k < 2; k++)
      g_assert_cmpuint (counts[p][k], ==, expected[p][k]);
  g_assert_cmpuint (copies[0], ==, 692);
  g_assert_cmpuint (copies[1], ==, 279);
  g_assert_cmpuint (copies[2], ==, 288);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/classes", test_classes);
  g_test_add_func ("/protocol/targets", test_targets);
  g_test_add_func ("/protocol/names", test_names);
  g_test_add_func ("/protocol/counts", test_counts);
  return g_test_run ();
}
