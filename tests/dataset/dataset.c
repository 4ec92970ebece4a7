/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dataset/dataset.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"

#define VOTES_HEADER                                                                               \
  "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n"

typedef struct
{
  char *dir, *csv, *votes;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = g_dir_make_tmp ("mien-dataset-XXXXXX", NULL);
  f->csv = g_build_filename (f->dir, "fer2013.csv", NULL);
  f->votes = g_build_filename (f->dir, "votes.csv", NULL);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  remove_tree (f->dir);
  g_free (f->dir);
  g_free (f->csv);
  g_free (f->votes);
}

static char *
pixels_of (guint value)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < 64; i++)
    g_string_append_printf (text, i == 0 ? "%u" : " %u", (value + i) % 256);
  return g_string_free (text, FALSE);
}

/* Rows 0 and 3 are the same picture in Training and PrivateTest. */
static char *
good_table (void)
{
  g_autofree char *a = pixels_of (10), *b = pixels_of (20), *c = pixels_of (30);

  return g_strdup_printf ("emotion,pixels,Usage\n3,%s,Training\n0,%s,Training\n"
                          "6,%s,PublicTest\n3,%s,PrivateTest\n",
                          a, b, c, a);
}

static void
write_text (const char *path, const char *text)
{
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
check_good (MienDataset *set)
{
  static const gboolean copies[] = { TRUE, FALSE, FALSE, TRUE };
  static const int labels[] = { 3, 0, 6, 3 };

  g_assert_cmpuint (mien_dataset_get_n_rows (set), ==, 4);
  g_assert_cmpuint (mien_dataset_get_width (set), ==, 8);
  for (guint i = 0; i < 4; i++)
    {
      MienDatasetRow row;

      mien_dataset_get_row (set, i, &row);
      g_assert_cmpint (row.is_copy, ==, copies[i]);
      g_assert_cmpint (row.label, ==, labels[i]);
    }
}

static void
test_csv (Fixture *f, gconstpointer data)
{
  g_autofree char *table = good_table ();
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDataset) set = NULL;
  MienDatasetRow row;

  write_text (f->csv, table);
  set = mien_dataset_load (f->csv, NULL, &error);
  g_assert_no_error (error);
  check_good (set);
  mien_dataset_get_row (set, 1, &row);
  g_assert_cmpuint (row.pixels[5], ==, 25);
  g_assert_false (row.has_votes);
  g_assert_true (mien_dataset_has_split (set, 2, MIEN_SPLIT_PUBLIC_TEST));
  g_assert_false (mien_dataset_has_split (set, 2, MIEN_SPLIT_TRAINING));
}

static void
test_gzip (Fixture *f, gconstpointer data)
{
  g_autofree char *table = good_table (), *path = g_strconcat (f->csv, ".gz", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GConverter) zip =
      G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 6));
  g_autoptr (GError) error = NULL;
  g_autoptr (GOutputStream) out = NULL;
  g_autoptr (MienDataset) set = NULL;
  g_autofree char *packed = NULL;
  gsize size;

  {
    g_autoptr (GFileOutputStream) raw = g_file_replace (file, NULL, FALSE, 0, NULL, &error);

    g_assert_no_error (error);
    out = g_converter_output_stream_new (G_OUTPUT_STREAM (raw), zip);
  }
  g_assert_true (g_output_stream_write_all (out, table, strlen (table), NULL, NULL, &error));
  g_assert_true (g_output_stream_close (out, NULL, &error));
  set = mien_dataset_load (path, NULL, &error);
  g_assert_no_error (error);
  check_good (set);

  /* Cut short: an error, not a shorter set. */
  g_assert_true (g_file_get_contents (path, &packed, &size, NULL));
  g_assert_true (g_file_set_contents (path, packed, (gssize) size - 12, NULL));
  g_assert_null (mien_dataset_load_csv (path, &error));
  g_assert_nonnull (error);
}

static void
test_csv_errors (Fixture *f, gconstpointer data)
{
  g_autofree char *a = pixels_of (10);
  const struct
  {
    char *table;
    const char *line, *reason;
  } cases[] = {
    { g_strdup ("emotion,Usage\n"), "line 1", "header" },
    { g_strdup ("emotion,pixels,Usage\n"), "line 2", "no rows" },
    { g_strdup_printf ("emotion,pixels,Usage\n3,%s,Training\n7,%s,Training\n", a, a), "line 3",
      "0 to 6" },
    { g_strdup_printf ("emotion,pixels,Usage\n3,%s,Training\n3,%s 1,Training\n", a, a), "line 3",
      "number of pixels" },
    { g_strdup_printf ("emotion,pixels,Usage\n3,%s,Testing\n", a), "line 2", "usage" },
    { g_strdup_printf ("emotion,pixels,Usage\n3,256%s,Training\n", a + 2), "line 2", "0 to 255" },
    { g_strdup ("emotion,pixels,Usage\n3,1 2 3,Training\n"), "line 2", "square" },
    { g_strdup ("emotion,pixels,Usage\n3\n"), "line 2", "missing" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      write_text (f->csv, cases[i].table);
      g_assert_null (mien_dataset_load (f->csv, NULL, &error));
      g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
      g_assert_nonnull (strstr (error->message, f->csv));
      g_assert_nonnull (strstr (error->message, cases[i].line));
      g_assert_nonnull (strstr (error->message, cases[i].reason));
      g_free (cases[i].table);
    }
}

static void
test_votes (Fixture *f, gconstpointer data)
{
  g_autofree char *table = good_table ();
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDataset) set = NULL;
  MienDatasetRow row;

  write_text (f->csv, table);
  write_text (f->votes,
              VOTES_HEADER "Training,a,4,0,0,1,3,2,0,0,0,0\nTraining,b,0,10,0,0,0,0,0,0,0,0\n"
                           "PublicTest,c,0,0,0,0,0,0,0,9,1,0\nPrivateTest,,0,0,0,0,0,0,0,0,0,10\n");
  set = mien_dataset_load (f->csv, f->votes, &error);
  g_assert_no_error (error);
  mien_dataset_get_row (set, 2, &row);
  g_assert_true (row.has_votes);
  g_assert_cmpuint (row.votes[7], ==, 9);
  g_assert_cmpuint (row.votes[8], ==, 1);
}

static void
test_votes_errors (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *table, *reason;
  } cases[] = {
    { VOTES_HEADER "Training,a,4,0,0,1,3,2,0,0,0,0\n", "1 rows of votes for 4" },
    { VOTES_HEADER "Training,a,4,0,0,1,3,2,0,0,0,x\n", "line 2" },
    { VOTES_HEADER "PublicTest,a,4,0,0,1,3,2,0,0,0,0\n", "line 2" },
    { "Usage,neutral\n", "line 1" },
  };
  g_autofree char *table = good_table ();

  write_text (f->csv, table);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      write_text (f->votes, cases[i].table);
      g_assert_null (mien_dataset_load (f->csv, f->votes, &error));
      g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
      g_assert_nonnull (strstr (error->message, f->votes));
      g_assert_nonnull (strstr (error->message, cases[i].reason));
    }
}

static void
add_picture (const char *dir, const char *folder, const char *name, guint8 gray)
{
  g_autofree char *path = g_build_filename (dir, folder, NULL);
  g_autofree char *file = g_build_filename (path, name, NULL);
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 96, 96);

  g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
  gdk_pixbuf_fill (pixbuf, ((guint32) gray << 24) | ((guint32) gray << 16) | ((guint32) gray << 8));
  g_assert_true (gdk_pixbuf_save (pixbuf, file, "png", NULL, NULL));
}

static void
test_folder (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDataset) set = NULL;
  MienDatasetRow row;

  add_picture (f->dir, "Training/happy", "b.png", 40);
  add_picture (f->dir, "Training/happy", "a.png", 30);
  add_picture (f->dir, "test/contempt", "c.png", 30);
  set = mien_dataset_load (f->dir, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mien_dataset_get_n_rows (set), ==, 3);
  mien_dataset_get_row (set, 0, &row);
  g_assert_cmpuint (row.pixels[100], ==, 30);
  g_assert_cmpint (row.label, ==, 3);
  g_assert_cmpuint (row.votes[1], ==, 10);
  g_assert_true (row.is_copy);
  mien_dataset_get_row (set, 2, &row);
  g_assert_cmpint (row.label, ==, -1);
  g_assert_cmpuint (row.votes[7], ==, 10);
  g_assert_cmpint ((int) row.split, ==, MIEN_SPLIT_PRIVATE_TEST);
}

static void
test_plain_folder (Fixture *f, gconstpointer data)
{
  g_autofree char *broken = g_build_filename (f->dir, "sad", "broken.png", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDataset) set = NULL;

  g_assert_null (mien_dataset_load (f->dir, NULL, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
  g_clear_error (&error);
  add_picture (f->dir, "sad", "a.png", 30);
  set = mien_dataset_load (f->dir, NULL, &error);
  g_assert_no_error (error);
  for (guint s = 0; s < MIEN_N_SPLITS; s++)
    g_assert_true (mien_dataset_has_split (set, 0, s));
  write_text (broken, "not a picture");
  g_assert_null (mien_dataset_load (f->dir, NULL, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
  g_assert_nonnull (strstr (error->message, "broken.png"));
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/dataset/csv", test_csv);
  ADD ("/dataset/gzip", test_gzip);
  ADD ("/dataset/csv-errors", test_csv_errors);
  ADD ("/dataset/votes", test_votes);
  ADD ("/dataset/votes-errors", test_votes_errors);
  ADD ("/dataset/folder", test_folder);
  ADD ("/dataset/plain-folder", test_plain_folder);
  return g_test_run ();
}
