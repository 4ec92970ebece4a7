/* The queue of films: what it takes, what it writes beside them, and what it does with a broken
 * one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "app/batch-window.h"
#include "driver.h"
#include "timeline/document.h"

static MienApplication *app;

static gboolean
is_at_rest (gpointer data)
{
  return !mien_batch_window_is_running (data);
}

static void
assert_written (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    g_error ("%s was not written", path);
}

static void
test_folder (void)
{
  MienBatchWindow *window = mien_batch_window_new (GTK_APPLICATION (app));
  g_autofree char *folder = g_build_filename (driver_get_folder (), "films", NULL);
  g_autofree char *good = g_build_filename (folder, "a clip.mp4", NULL);
  g_autofree char *bad = g_build_filename (folder, "b.mp4", NULL);
  g_autofree char *empty = g_build_filename (folder, "b.mien", NULL);
  g_autofree char *text = g_build_filename (folder, "notes.txt", NULL);
  g_autofree char *kept = g_build_filename (folder, "a clip.mien", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  g_autoptr (MienDocument) document = NULL;
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (folder, 0755);
  g_assert_false (mien_batch_window_accepts (file));
  g_assert_cmpint (driver_run ((const char *[]){ "cp", driver_get_clip (), good, NULL }), ==, 0);
  g_file_set_contents (bad, "no film at all", -1, &error);
  g_assert_no_error (error);
  g_file_set_contents (text, "notes", -1, &error);
  g_assert_no_error (error);
  g_assert_true (mien_batch_window_accepts (file));

  gtk_window_present (GTK_WINDOW (window));
  g_assert_cmpuint (mien_batch_window_add (window, file), ==, 2);
  g_assert_cmpuint (mien_batch_window_add (window, file), ==, 0);
  g_assert_true (mien_batch_window_is_running (window));
  driver_wait (is_at_rest, window, "the end of the queue");
  g_assert_cmpuint (mien_batch_window_get_n_files (window), ==, 2);
  g_assert_cmpint (mien_batch_window_get_state (window, 0), ==, MIEN_BATCH_DONE);
  g_assert_cmpint (mien_batch_window_get_state (window, 1), ==, MIEN_BATCH_FAILED);
  assert_written (folder, "a clip-frames.csv");
  assert_written (folder, "a clip-states.csv");
  assert_written (folder, "a clip-summary.json");
  assert_written (folder, "a clip-timeline.png");
  /* Nothing lies beside a film of which nothing is known. */
  g_assert_false (g_file_test (empty, G_FILE_TEST_EXISTS));
  document = mien_document_open_read_only (kept, &error);
  g_assert_no_error (error);
  g_assert_true (mien_document_is_complete (document));
  g_assert_cmpuint (mien_document_get_n_frames (document), ==, DRIVER_CLIP_FRAMES);
  gtk_window_destroy (GTK_WINDOW (window));
  driver_settle ();
}

/* A second look at the same folder does nothing twice. */
static void
test_again (void)
{
  MienBatchWindow *window = mien_batch_window_new (GTK_APPLICATION (app));
  g_autofree char *path = g_build_filename (driver_get_folder (), "films", "a clip.mp4", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  gtk_window_present (GTK_WINDOW (window));
  g_assert_cmpuint (mien_batch_window_add (window, file), ==, 1);
  driver_wait (is_at_rest, window, "the end of the queue");
  g_assert_cmpint (mien_batch_window_get_state (window, 0), ==, MIEN_BATCH_SKIPPED);
  gtk_window_destroy (GTK_WINDOW (window));
  driver_settle ();
}

/* There is no service that shows the notification at the queue's end. */
static gboolean
is_fatal (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  return strstr (message, "org.freedesktop.Notifications") == NULL;
}

/* One test: GLib forgets between two of them which messages the driver lets pass. */
static void
test_all (void)
{
  g_test_log_set_fatal_handler (is_fatal, NULL);
  test_folder ();
  test_again ();
}

int
main (int argc, char **argv)
{
  int result;

  gtk_test_init (&argc, &argv, NULL);
  app = driver_start ();
  if (driver_get_clip () == NULL)
    {
      g_print ("1..0 # SKIP ffmpeg is needed\n");
      return 0;
    }
  g_test_add_func ("/batch/all", test_all);
  result = g_test_run ();
  g_object_unref (app);
  return result;
}
