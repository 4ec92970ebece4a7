/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/card.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"
#include "base/paths.h"

/* A copy of a small network without any card in @folder, with @json beside it. */
static char *
put_model (const char *folder, const char *name, const char *json)
{
  g_autofree char *source =
      g_test_build_filename (G_TEST_DIST, "golden", "onnx", "float16-weights", "model.onnx", NULL);
  g_autofree char *file = g_strconcat (name, ".onnx", NULL);
  g_autofree char *companion = g_strdup_printf ("%s/%s.json", folder, name);
  g_autofree char *bytes = NULL;
  char *path = g_build_filename (folder, file, NULL);
  gsize n;

  g_assert_true (g_file_get_contents (source, &bytes, &n, NULL));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n, NULL));
  g_assert_true (g_file_set_contents (companion, json, -1, NULL));
  return path;
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (folder);
}

/* Values of the companion file: texts, numbers, objects; what is missing or of another kind. */
static void
test_values (void)
{
  g_autofree char *folder = g_dir_make_tmp ("mien-card-XXXXXX", NULL);
  g_autofree char *path =
      put_model (folder, "a",
                 "{ \"mien.task\": \"test\", \"note\": \"text\", \"input\": { \"width\": 48, "
                 "\"order\": \"gray\" }, \"labels\": { \"one\": [\"x\", \"y\"] } }");
  g_autoptr (GError) error = NULL;
  g_autoptr (MienCard) card = mien_card_load (path, &error);
  const char *const *labels;

  g_assert_no_error (error);
  g_assert_cmpstr (mien_card_get_name (card), ==, "a");
  g_assert_cmpstr (mien_card_get_path (card), ==, path);
  g_assert_cmpstr (mien_card_find (card, "note"), ==, "text");
  g_assert_null (mien_card_find (card, "absent"));
  g_assert_cmpfloat (mien_card_get_number (card, "input", "width", -1), ==, 48);
  g_assert_cmpfloat (mien_card_get_number (card, "input", "order", -1), ==, -1);
  g_assert_cmpfloat (mien_card_get_number (card, "note", "width", -1), ==, -1);
  g_assert_cmpstr (mien_card_find_text (card, "input", "order"), ==, "gray");
  g_assert_null (mien_card_find_text (card, "input", "width"));
  labels = mien_card_find_labels (card, "one");
  g_assert_cmpuint (g_strv_length ((char **) labels), ==, 2);
  g_assert_cmpstr (labels[1], ==, "y");
  g_assert_null (mien_card_find_labels (card, "two"));
  remove_folder (folder);
}

/* Every way a file or its companion can be wrong is an error that names it. */
static void
test_broken (void)
{
  g_autofree char *folder = g_dir_make_tmp ("mien-card-XXXXXX", NULL);
  static const char *const texts[] = { "{ \"task\": ", "[1]", "" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *path = put_model (folder, "broken", texts[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (mien_card_load (path, &error));
      g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
      g_assert_nonnull (strstr (error->message, "broken.json"));
    }
  remove_folder (folder);
}

/* What the file says of itself wins over its companion. */
static void
test_own (void)
{
  g_autofree char *folder = g_dir_make_tmp ("mien-card-XXXXXX", NULL);
  g_autofree char *source = mien_paths_dup_data_file ("models/occlusion48.onnx");
  g_autofree char *path = put_model (folder, "own", "{ \"task\": \"other\", \"note\": \"kept\" }");
  g_autofree char *bytes = NULL;
  g_autoptr (MienCard) card = NULL;
  gsize n;

  g_assert_true (g_file_get_contents (source, &bytes, &n, NULL));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n, NULL));
  card = mien_card_load (path, NULL);
  g_assert_nonnull (card);
  g_assert_cmpstr (mien_card_find (card, "task"), ==, "occlusion");
  g_assert_cmpstr (mien_card_find (card, "note"), ==, "kept");
  remove_folder (folder);
}

/* By name, as the default of a task, by file; and what is none of them. */
static void
test_open (void)
{
  g_autoptr (GPtrArray) cards = mien_card_list_installed ();
  g_autofree char *path = mien_paths_dup_data_file ("models/mien.onnx");
  g_autoptr (GError) error = NULL;
  g_autoptr (MienCard) by_name = mien_card_open ("classifier", "mien", &error);
  g_autoptr (MienCard) standard = mien_card_open ("classifier", "default", &error);
  g_autoptr (MienCard) by_file = mien_card_open ("landmarks", path, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (cards->len, >=, 9);
  for (guint i = 1; i < cards->len; i++)
    g_assert_cmpint (g_strcmp0 (mien_card_find (cards->pdata[i - 1], "task"),
                                mien_card_find (cards->pdata[i], "task")),
                     <=, 0);
  g_assert_cmpstr (mien_card_get_path (by_name), ==, path);
  g_assert_cmpstr (mien_card_get_path (standard), ==, path);
  g_assert_cmpstr (mien_card_get_path (by_file), ==, path);
  g_assert_null (mien_card_open ("landmarks", "mien", &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, "mien: no model of that name for the task landmarks"));
  g_clear_error (&error);
  g_assert_null (mien_card_open ("classifier", "/nowhere/x.onnx", &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
  g_assert_nonnull (strstr (error->message, "/nowhere/x.onnx"));
}

int
main (int argc, char **argv)
{
  /* Nobody's own models. */
  g_setenv ("XDG_DATA_HOME", "/nonexistent", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/card/values", test_values);
  g_test_add_func ("/nn/card/broken", test_broken);
  g_test_add_func ("/nn/card/own", test_own);
  g_test_add_func ("/nn/card/open", test_open);
  return g_test_run ();
}
