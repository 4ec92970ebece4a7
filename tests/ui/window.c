/* The main job in a real window: open, analyse, look, export; and everything that can go wrong.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "../find-child.h"
#include "driver.h"
#include "widgets/analysis-bar.h"
#include "widgets/job-bar.h"
#include "widgets/lane-faces.h"
#include "widgets/settings.h"
#include "widgets/side-panel.h"
#include "widgets/timeline-pane.h"
#include "widgets/transport.h"

#define SKIP_WITHOUT_CLIP()                                                                        \
  if (driver_get_clip () == NULL)                                                                  \
    {                                                                                              \
      g_test_skip ("ffmpeg is not installed");                                                     \
      return;                                                                                      \
    }

static MienApplication *app;

static gboolean
is_enabled (MienWindow *window, const char *action)
{
  return g_action_group_get_action_enabled (G_ACTION_GROUP (window), action);
}

static void
activate (MienWindow *window, const char *action)
{
  g_action_group_activate_action (G_ACTION_GROUP (window), action, NULL);
}

static void
set_auto (gboolean automatic)
{
  g_settings_set_boolean (mien_settings_get_default (), MIEN_SETTINGS_ANALYSE_ON_OPEN, automatic);
}

/* --- windows ---------------------------------------------------------------------------------- */

/* How many windows of @type there are. All that there are are shown: GTK 4.8 cannot tell a screen
 * reader of one that never was, and crashes. */
static guint
count_windows (GType type)
{
  GListModel *all = gtk_window_get_toplevels ();
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (all); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (all, i);

      g_test_message ("%s", G_OBJECT_TYPE_NAME (window));
      g_assert_true (gtk_widget_get_realized (window));
      n += g_type_is_a (G_OBJECT_TYPE (window), type);
    }
  return n;
}

static gboolean
has_no_keys (gpointer unused)
{
  return count_windows (GTK_TYPE_SHORTCUTS_WINDOW) == 0;
}

static void
test_keys_window (void)
{
  MienWindow *window = driver_new_window (app);

  g_assert_cmpuint (count_windows (MIEN_TYPE_WINDOW), ==, 1);
  g_assert_cmpuint (count_windows (GTK_TYPE_SHORTCUTS_WINDOW), ==, 0);
  for (guint i = 0; i < 2; i++)
    {
      g_action_group_activate_action (G_ACTION_GROUP (app), "help-keys", NULL);
      driver_settle ();
      g_assert_cmpuint (count_windows (GTK_TYPE_SHORTCUTS_WINDOW), ==, 1);
    }
  driver_close_others (window);
  driver_wait (has_no_keys, NULL, "the keys to go");
  driver_close (window);
}

/* --- empty and errors ------------------------------------------------------------------------- */

static void
test_welcome (void)
{
  MienWindow *window = driver_new_window (app);

  g_assert_cmpint ((int) mien_window_get_state (window), ==, MIEN_WINDOW_WELCOME);
  g_assert_true (mien_window_is_vacant (window));
  g_assert_true (is_enabled (window, "open"));
  g_assert_true (is_enabled (window, "demo"));
  g_assert_false (is_enabled (window, "play"));
  g_assert_false (is_enabled (window, "export"));
  g_assert_false (is_enabled (window, "analyse"));
  g_assert_false (is_enabled (window, "undo"));
  driver_close (window);
}

static void
assert_refused (MienWindow *window, const char *path)
{
  g_autofree char *base = g_path_get_basename (path);

  driver_open (window, path, MIEN_WINDOW_ERROR);
  g_assert_nonnull (strstr (mien_window_get_error_text (window), base));
  g_assert_false (is_enabled (window, "play"));
  g_assert_false (is_enabled (window, "export"));
  g_assert_true (mien_window_is_vacant (window));
}

static void
test_errors (void)
{
  MienWindow *window = driver_new_window (app);
  g_autofree char *text = driver_write_file ("letter.mp4", "Dear reader,\n");
  g_autofree char *document = driver_write_file ("broken.mien", "no database\n");
  g_autofree char *missing = g_build_filename (driver_get_folder (), "missing.mp4", NULL);
  g_autoptr (GFile) far_away = g_file_new_for_uri ("https://example.org/film.mp4");

  assert_refused (window, text);
  assert_refused (window, missing);
  assert_refused (window, document);
  mien_window_open (window, far_away);
  g_assert_cmpint ((int) mien_window_get_state (window), ==, MIEN_WINDOW_ERROR);
  g_assert_nonnull (strstr (mien_window_get_error_text (window), "example.org"));
  /* Trying again ends the same way, and the window still works. */
  driver_open (window, text, MIEN_WINDOW_ERROR);
  activate (window, "retry");
  driver_settle ();
  driver_close (window);
}

static void
test_sound_only (void)
{
  MienWindow *window;
  g_autofree char *path = g_build_filename (driver_get_folder (), "sound.mp4", NULL);

  SKIP_WITHOUT_CLIP ();
  g_assert_cmpint (driver_run ((const char *[]){ "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i",
                                                 "sine=duration=1", path, NULL }),
                   ==, 0);
  window = driver_new_window (app);
  assert_refused (window, path);
  driver_close (window);
}

/* --- the main job ----------------------------------------------------------------------------- */

static void
exported_cb (MienWindow *window, gboolean ok, int *result)
{
  *result = ok ? 1 : -1;
}

static gboolean
is_set (gpointer data)
{
  return *(int *) data != 0;
}

static gboolean export(MienWindow *window, const char *output, const char *path)
{
  int result = 0;
  gulong handler = g_signal_connect (window, "exported", G_CALLBACK (exported_cb), &result);

  mien_window_export (window, output, path);
  driver_wait (is_set, &result, "an export");
  g_signal_handler_disconnect (window, handler);
  return result > 0;
}

static MienJobBar *
find_job_bar (GtkWidget *widget)
{
  MienJobBar *found = MIEN_IS_JOB_BAR (widget) ? MIEN_JOB_BAR (widget) : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_job_bar (child);
  return found;
}

static void
assert_same_file (const char *path, const char *expected_path)
{
  g_autofree char *content = NULL, *expected = NULL;
  gsize size, expected_size;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &content, &size, &error);
  g_assert_no_error (error);
  g_file_get_contents (expected_path, &expected, &expected_size, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (content, size, expected, expected_size);
}

/* The window's files are the command line's, byte for byte. */
static void
test_analyse (void)
{
  MienWindow *window;
  MienDocument *document;
  g_autofree char *cli = g_build_filename (g_getenv ("MIEN_BUILD_ROOT"), "src", "mien-cli", NULL);
  g_autofree char *ours = g_build_filename (driver_get_folder (), "window.csv", NULL);
  g_autofree char *theirs = g_build_filename (driver_get_folder (), "cli.csv", NULL);
  g_autofree char *our_states = g_build_filename (driver_get_folder (), "window-s.csv", NULL);
  g_autofree char *their_states = g_build_filename (driver_get_folder (), "cli-s.csv", NULL);

  SKIP_WITHOUT_CLIP ();
  set_auto (TRUE);
  window = driver_new_window (app);
  driver_open (window, driver_get_clip (), MIEN_WINDOW_FILM);
  g_assert_true (mien_window_is_analysing (window));
  g_assert_false (is_enabled (window, "analyse"));
  g_assert_true (is_enabled (window, "cancel"));
  driver_wait_analysed (window);
  document = mien_session_get_document (mien_window_get_session (window));
  if (!mien_document_is_complete (document))
    g_test_message ("toast: %s", mien_window_get_toast_text (window));
  g_assert_true (mien_document_is_complete (document));
  g_assert_cmpuint (mien_document_get_n_frames (document), ==, DRIVER_CLIP_FRAMES);
  g_assert_nonnull (mien_session_get_person (mien_window_get_session (window)));
  g_assert_true (is_enabled (window, "analyse"));
  g_assert_false (is_enabled (window, "cancel"));
  g_assert_true (export(window, "csv", ours));
  g_assert_true (export(window, "states", our_states));
  g_assert_cmpint (driver_run ((const char *[]){ cli, "analyze", driver_get_clip (), "-q", "--csv",
                                                 theirs, "--states", their_states, NULL }),
                   ==, 0);
  assert_same_file (ours, theirs);
  assert_same_file (our_states, their_states);
  g_assert_false (export(window, "csv", "/nowhere/at/all.csv"));
  /* Why stands in the window until it is closed. */
  g_assert_true (mien_job_bar_has_failed (find_job_bar (GTK_WIDGET (window))));
  g_assert_nonnull (
      strstr (mien_job_bar_get_text (find_job_bar (GTK_WIDGET (window))), "/nowhere/at"));
  driver_close (window);
}

static gboolean
has_provisional_face (gpointer data)
{
  guint n;
  const MienFace *faces = mien_session_get_faces (data, &n);

  return n > 0 && faces[0].is_provisional;
}

static gboolean
are_fetched (gpointer data)
{
  return mien_lane_faces_get_n_wanted (data) == 0;
}

/* Pictures of faces for the lanes: those of the film at that moment, kept, none where nobody is. */
static void
test_faces (void)
{
  const gint64 times[] = { 0, G_GINT64_CONSTANT (1000000000), G_GINT64_CONSTANT (400000000) };
  g_autoptr (MienLaneFaces) faces = NULL;
  MienWindow *window;
  MienSession *session;
  guint8 pixels[MIEN_LANE_FACES_PIXELS * MIEN_LANE_FACES_PIXELS * 4];

  SKIP_WITHOUT_CLIP ();
  window = driver_new_window (app);
  driver_open (window, driver_get_clip (), MIEN_WINDOW_FILM);
  driver_wait_analysed (window);
  session = mien_window_get_session (window);
  g_assert_nonnull (mien_session_get_person (session));
  faces = mien_lane_faces_new (session);
  g_assert_true (mien_lane_faces_has_film (faces));
  mien_lane_faces_want (faces, times, G_N_ELEMENTS (times), TRUE);
  g_assert_cmpuint (mien_lane_faces_get_n_wanted (faces), ==, 3);
  driver_wait (are_fetched, faces, "faces");
  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    {
      GdkTexture *texture =
          mien_lane_faces_find (faces, mien_session_get_person (session), times[i]);
      guint light = 0;

      g_assert_nonnull (texture);
      g_assert_cmpint (gdk_texture_get_width (texture), ==, MIEN_LANE_FACES_PIXELS);
      gdk_texture_download (texture, pixels, MIEN_LANE_FACES_PIXELS * 4);
      for (gsize p = 0; p < sizeof pixels; p += 4)
        light += pixels[p] > 60;
      g_assert_cmpuint (light, >, sizeof pixels / 16);
    }
  g_assert_null (mien_lane_faces_find (faces, mien_session_get_person (session), 123));
  /* What is there is not fetched again; what is not analysed is not fetched at all. */
  mien_lane_faces_want (faces, times, G_N_ELEMENTS (times), TRUE);
  g_assert_cmpuint (mien_lane_faces_get_n_wanted (faces), ==, 0);
  g_clear_object (&faces);
  driver_close (window);
}

/* What is looked at before it is analysed is shown, and never stored. */
static void
test_look_ahead (void)
{
  MienWindow *window;
  MienSession *session;

  SKIP_WITHOUT_CLIP ();
  set_auto (FALSE);
  window = driver_new_window (app);
  driver_open (window, driver_get_clip (), MIEN_WINDOW_FILM);
  g_assert_false (mien_window_is_analysing (window));
  session = mien_window_get_session (window);
  mien_session_seek (session, 500 * G_GINT64_CONSTANT (1000000), TRUE);
  activate (window, "play");
  driver_wait (has_provisional_face, session, "a provisional face");
  g_assert_cmpuint (mien_document_get_n_frames (mien_session_get_document (session)), ==, 0);
  driver_close (window);
}

/* A picture that stands is looked at though no other one follows it: it is there before the models
 * are, and stays when the preferences name others. */
static void
test_look_at_standing (void)
{
  g_autofree char *path = g_build_filename (driver_get_folder (), "standing.png", NULL);
  GSettings *settings = mien_settings_get_default ();
  MienWindow *window;
  MienSession *session;

  SKIP_WITHOUT_CLIP ();
  g_assert_cmpint (
      driver_run ((const char *[]){ "ffmpeg", "-v", "error", "-y", "-i", driver_get_clip (),
                                    "-frames:v", "1", path, NULL }),
      ==, 0);
  set_auto (FALSE);
  window = driver_new_window (app);
  driver_open (window, path, MIEN_WINDOW_FILM);
  session = mien_window_get_session (window);
  driver_wait (has_provisional_face, session, "a provisional face of a picture");
  for (guint i = 0; i < 2; i++)
    {
      g_settings_set_string (settings, MIEN_SETTINGS_LABELS, i == 0 ? "fer2013" : "ferplus");
      g_assert_false (has_provisional_face (session));
      driver_wait (has_provisional_face, session, "a provisional face by other models");
      g_assert_cmpuint (mien_document_get_n_classes (mien_session_get_document (session)), ==,
                        i == 0 ? 7 : 8);
    }
  /* Named again while others are on their way. */
  g_settings_set_string (settings, MIEN_SETTINGS_LABELS, "fer2013");
  g_settings_reset (settings, MIEN_SETTINGS_LABELS);
  driver_wait (has_provisional_face, session, "a provisional face by the models named last");
  g_assert_cmpuint (mien_document_get_n_classes (mien_session_get_document (session)), ==, 8);
  driver_close (window);
}

static gboolean
has_measured_a_second (gpointer document)
{
  return mien_document_get_n_frames (document) > 25;
}

/* A look ahead into a film that is measured in part is in the labels of that part, whatever the
 * preferences name by now. */
static void
test_look_beyond (void)
{
  GSettings *settings = mien_settings_get_default ();
  MienWindow *window;
  MienSession *session;
  const MienFace *faces;
  float sum = 0.0f;
  guint n;

  set_auto (TRUE);
  window = driver_new_window (app);
  driver_open (window, driver_get_demo (), MIEN_WINDOW_FILM);
  session = mien_window_get_session (window);
  driver_wait (has_measured_a_second, mien_session_get_document (session), "a measured second");
  activate (window, "cancel");
  driver_wait_analysed (window);
  g_settings_set_string (settings, MIEN_SETTINGS_LABELS, "fer2013");
  mien_session_seek (session, G_GINT64_CONSTANT (52000000000), TRUE);
  driver_wait (has_provisional_face, session, "a provisional face beyond what is measured");
  g_assert_cmpuint (mien_document_get_n_classes (mien_session_get_document (session)), ==, 8);
  faces = mien_session_get_faces (session, &n);
  for (guint c = 0; c < 8; c++)
    sum += faces[0].sample.values[c];
  g_assert_cmpfloat (faces[0].sample.values[7], >, 0.0f);
  g_assert_cmpfloat_with_epsilon (sum, 1.0f, 1e-3f);
  g_settings_reset (settings, MIEN_SETTINGS_LABELS);
  set_auto (FALSE);
  driver_close (window);
}

/* Closing, or opening another film, in the middle of an analysis. */
static void
test_interrupt (void)
{
  MienWindow *window;

  SKIP_WITHOUT_CLIP ();
  set_auto (TRUE);
  window = driver_new_window (app);
  driver_open (window, driver_get_demo (), MIEN_WINDOW_FILM);
  g_assert_true (mien_window_is_analysing (window));
  driver_open (window, driver_get_clip (), MIEN_WINDOW_FILM);
  activate (window, "cancel");
  driver_wait_analysed (window);
  driver_open (window, driver_get_demo (), MIEN_WINDOW_FILM);
  driver_close (window);
}

/* --- documents -------------------------------------------------------------------------------- */

static void
saved_cb (MienWindow *window, gboolean ok, int *result)
{
  *result = ok ? 1 : 2;
}

static gboolean
save_to (MienWindow *window, const char *path)
{
  int result = 0;
  gulong handler = g_signal_connect (window, "saved", G_CALLBACK (saved_cb), &result);

  mien_window_save_to (window, path);
  g_assert_true (mien_window_is_saving (window));
  driver_wait (is_set, &result, "a saved document");
  g_assert_false (mien_window_is_saving (window));
  g_signal_handler_disconnect (window, handler);
  return result == 1;
}

static void
test_document (void)
{
  MienWindow *window;
  MienDocument *document;
  g_autofree char *path = g_build_filename (driver_get_folder (), "kept.mien", NULL);
  g_autofree char *ours = g_build_filename (driver_get_folder (), "first.csv", NULL);
  g_autofree char *again = g_build_filename (driver_get_folder (), "again.csv", NULL);

  SKIP_WITHOUT_CLIP ();
  set_auto (TRUE);
  window = driver_new_window (app);
  driver_open (window, driver_get_clip (), MIEN_WINDOW_FILM);
  driver_wait_analysed (window);
  document = mien_session_get_document (mien_window_get_session (window));
  g_assert_true (export(window, "csv", ours));
  g_assert_true (save_to (window, path));
  driver_open (window, path, MIEN_WINDOW_FILM);
  g_assert_false (mien_window_is_analysing (window));
  document = mien_session_get_document (mien_window_get_session (window));
  g_assert_cmpuint (mien_document_get_n_frames (document), ==, DRIVER_CLIP_FRAMES);
  /* This one has a file, so a thread writes the table. */
  g_assert_true (export(window, "csv", again));
  assert_same_file (again, ours);
  driver_close (window);
}

/* Saving goes on beside everything else; what went wrong stays in the window until it is closed. */
static void
test_save (void)
{
  MienWindow *window;
  MienDocument *document;
  MienJobBar *bar;
  g_autofree char *path = g_build_filename (driver_get_folder (), "saved.mien", NULL);
  g_autofree char *late = g_build_filename (driver_get_folder (), "late.mien", NULL);
  g_autoptr (MienDocument) again = NULL;
  g_autoptr (GError) error = NULL;

  SKIP_WITHOUT_CLIP ();
  set_auto (TRUE);
  window = driver_new_window (app);
  driver_open (window, driver_get_clip (), MIEN_WINDOW_FILM);
  driver_wait_analysed (window);
  document = mien_session_get_document (mien_window_get_session (window));
  g_assert_null (mien_document_get_path (document));
  g_assert_false (save_to (window, "/nowhere/at/all.mien"));
  bar = find_job_bar (GTK_WIDGET (window));
  g_assert_true (mien_job_bar_has_failed (bar));
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (bar)));
  g_assert_nonnull (strstr (mien_job_bar_get_text (bar), "/nowhere/at/all.mien"));
  g_assert_null (mien_document_get_path (document));
  mien_job_bar_remove (bar);
  g_assert_true (save_to (window, path));
  g_assert_null (find_job_bar (GTK_WIDGET (window)));
  g_assert_cmpstr (mien_document_get_path (document), ==, path);
  g_assert_cmpstr (gtk_window_get_title (GTK_WINDOW (window)), ==, "saved.mien – Mien");
  /* A window that is closed meanwhile goes when all is safe. */
  mien_window_save_to (window, late);
  driver_close (window);
  again = mien_document_open_read_only (late, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mien_document_get_n_frames (again), ==, DRIVER_CLIP_FRAMES);
}

static gboolean
has_begun (gpointer folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  return g_dir_read_name (dir) != NULL;
}

/* Saving and exports that are called off while they run: nothing is left of them, and the document
 * is as it was. */
static void
test_call_off (void)
{
  MienWindow *window;
  MienDocument *document;
  g_autofree char *path = g_build_filename (driver_get_folder (), "off", NULL);
  g_autofree char *saved = g_build_filename (path, "off.mien", NULL);
  g_autofree char *film = g_build_filename (path, "off.mkv", NULL);
  g_autofree char *before = g_build_filename (driver_get_folder (), "before.csv", NULL);
  g_autofree char *after = g_build_filename (driver_get_folder (), "after.csv", NULL);
  int result = 0;

  SKIP_WITHOUT_CLIP ();
  set_auto (TRUE);
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  window = driver_new_window (app);
  driver_open (window, driver_get_clip (), MIEN_WINDOW_FILM);
  driver_wait_analysed (window);
  document = mien_session_get_document (mien_window_get_session (window));
  g_assert_true (export(window, "csv", before));
  g_signal_connect (window, "saved", G_CALLBACK (saved_cb), &result);
  mien_window_save_to (window, saved);
  mien_job_bar_cancel (find_job_bar (GTK_WIDGET (window)));
  driver_wait (is_set, &result, "the end of saving");
  g_assert_cmpint (result, ==, 2);
  g_assert_null (mien_document_get_path (document));
  g_assert_null (find_job_bar (GTK_WIDGET (window)));
  result = 0;
  g_signal_connect (window, "exported", G_CALLBACK (exported_cb), &result);
  mien_window_export (window, "annotated", film);
  driver_wait (has_begun, path, "the film's first bytes");
  mien_job_bar_cancel (find_job_bar (GTK_WIDGET (window)));
  driver_wait (is_set, &result, "the end of the export");
  g_assert_cmpint (result, ==, -1);
  g_assert_null (find_job_bar (GTK_WIDGET (window)));
  g_signal_handlers_disconnect_by_data (window, &result);
  g_assert_false (has_begun (path));
  /* All is there, and both work the second time. */
  g_assert_true (export(window, "csv", after));
  assert_same_file (after, before);
  g_assert_true (save_to (window, saved));
  g_assert_cmpstr (mien_document_get_path (document), ==, saved);
  driver_close (window);
}

/* A document whose film is gone shows what was measured. */
static void
test_missing_film (void)
{
  MienWindow *window;
  MienDocument *document;
  MienSource source;
  g_autofree char *path = g_build_filename (driver_get_folder (), "lonely.mien", NULL);
  g_autoptr (MienDocument) made = mien_document_create (path, NULL);
  const MienSample sample = { .track = -1, .status = MIEN_STATUS_NO_FACE };

  g_assert_nonnull (made);
  source = *mien_document_get_source (made);
  source.path = "/gone/with/the/wind.mp4";
  mien_document_set_source (made, &source);
  g_assert_true (mien_document_append (made, &sample, 1, NULL));
  g_assert_true (mien_document_close (made, NULL));
  window = driver_new_window (app);
  driver_open (window, path, MIEN_WINDOW_FILM);
  document = mien_session_get_document (mien_window_get_session (window));
  g_assert_cmpuint (mien_document_get_n_frames (document), ==, 1);
  g_assert_false (is_enabled (window, "play"));
  g_assert_true (is_enabled (window, "export"));
  driver_close (window);
}

/* --- narrow screens --------------------------------------------------------------------------- */

static void
report_wide (GtkWidget *widget, int depth)
{
  int min = 0;

  if (!gtk_widget_get_visible (widget))
    return;
  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &min, NULL, NULL, NULL);
  if (min <= 300)
    return;
  g_test_message ("%*s%s needs %d", 2 * depth, "", G_OBJECT_TYPE_NAME (widget), min);
  for (GtkWidget *c = gtk_widget_get_first_child (widget); c != NULL;
       c = gtk_widget_get_next_sibling (c))
    report_wide (c, depth + 1);
}

/* A telephone's width is enough for everything. */
static void
test_narrow (void)
{
  MienWindow *window;
  int min = 0;

  SKIP_WITHOUT_CLIP ();
  set_auto (FALSE);
  g_settings_set_int (mien_settings_get_default (), MIEN_SETTINGS_WINDOW_WIDTH, 360);
  window = driver_new_window (app);
  driver_open (window, driver_get_clip (), MIEN_WINDOW_FILM);
  driver_settle ();
  gtk_widget_measure (GTK_WIDGET (window), GTK_ORIENTATION_HORIZONTAL, -1, &min, NULL, NULL, NULL);
  if (min > 360)
    report_wide (GTK_WIDGET (window), 0);
  g_assert_cmpint (min, <=, 360);
  driver_close (window);
  g_settings_reset (mien_settings_get_default (), MIEN_SETTINGS_WINDOW_WIDTH);
}

static gboolean
has_begun_analysis (gpointer window)
{
  MienDocument *document = mien_session_get_document (mien_window_get_session (window));

  return document != NULL && mien_document_get_n_frames (document) > 25;
}

static void
assert_within (MienWindow *window, GType type)
{
  GtkWidget *widget = find_child (GTK_WIDGET (window), type);
  graphene_rect_t bounds;

  g_assert_nonnull (widget);
  g_assert_true (gtk_widget_compute_bounds (widget, GTK_WIDGET (window), &bounds));
  g_test_message ("%s: x %g, width %g", g_type_name (type), bounds.origin.x, bounds.size.width);
  g_assert_cmpfloat (bounds.origin.x, >=, 0);
  g_assert_cmpfloat (bounds.origin.x + bounds.size.width, <=,
                     gtk_widget_get_width (GTK_WIDGET (window)));
}

/* Where the height is not enough either, one scrolls; nothing grows out of the window's sides. */
static void
test_low (void)
{
  GSettings *settings = mien_settings_get_default ();
  MienWindow *window;

  SKIP_WITHOUT_CLIP ();
  set_auto (TRUE);
  g_settings_set_int (settings, MIEN_SETTINGS_WINDOW_WIDTH, 360);
  g_settings_set_int (settings, MIEN_SETTINGS_WINDOW_HEIGHT, 560);
  window = driver_new_window (app);
  driver_open (window, driver_get_clip (), MIEN_WINDOW_FILM);
  driver_wait (has_begun_analysis, window, "a part of the analysis");
  driver_settle ();
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (window)), <=, 360);
  g_assert_cmpint (gtk_widget_get_height (GTK_WIDGET (window)), <=, 560);
  assert_within (window, MIEN_TYPE_TRANSPORT);
  assert_within (window, MIEN_TYPE_SIDE_PANEL);
  assert_within (window, MIEN_TYPE_TIMELINE_PANE);
  assert_within (window, MIEN_TYPE_ANALYSIS_BAR);
  driver_close (window);
  set_auto (FALSE);
  g_settings_reset (settings, MIEN_SETTINGS_WINDOW_WIDTH);
  g_settings_reset (settings, MIEN_SETTINGS_WINDOW_HEIGHT);
}

/* --- dropping --------------------------------------------------------------------------------- */

static void
test_drop (void)
{
  MienWindow *window = driver_new_window (app);
  g_autofree char *text = driver_write_file ("dropped.txt", "no film\n");
  g_autoptr (GFile) file = g_file_new_for_path (text);
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (window));
  GSList files = { file, NULL };
  GValue value = G_VALUE_INIT;
  gboolean taken = FALSE;

  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_set_boxed (&value, &files);
  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GObject) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DROP_TARGET (controller))
        g_signal_emit_by_name (controller, "drop", &value, 10.0, 10.0, &taken);
    }
  g_value_unset (&value);
  g_assert_true (taken);
  driver_open (window, text, MIEN_WINDOW_ERROR);
  driver_close (window);
}

/* --- actions ---------------------------------------------------------------------------------- */

static gboolean
needs_nothing (MienWindow *window, const char *name)
{
  return g_action_group_get_action_parameter_type (G_ACTION_GROUP (window), name) == NULL
         && !g_str_equal (name, "camera") && !g_str_equal (name, "demo");
}

/* Every action, in any order, on a finished analysis: nothing warns, nothing crashes. */
static void
test_actions (void)
{
  MienWindow *window;
  g_auto (GStrv) names = NULL;
  static const char *const app_actions[] = { "about", "preferences", "notice", "help-keys", NULL };
  static const char *const outputs[] = {
    "csv",      "wide", "states", "summary",   "plot",   "eaf",
    "textgrid", "vtt",  "srt",    "annotated", "report", NULL
  };

  SKIP_WITHOUT_CLIP ();
  set_auto (TRUE);
  window = driver_new_window (app);
  driver_open (window, driver_get_clip (), MIEN_WINDOW_FILM);
  driver_wait_analysed (window);
  names = g_action_group_list_actions (G_ACTION_GROUP (window));
  g_assert_cmpuint (g_strv_length (names), >, 30);
  for (guint i = 0; names[i] != NULL; i++)
    if (needs_nothing (window, names[i]))
      {
        g_test_message ("%s", names[i]);
        activate (window, names[i]);
        driver_settle ();
        driver_close_others (window);
      }
  for (guint i = 0; outputs[i] != NULL; i++)
    {
      g_action_group_activate_action (G_ACTION_GROUP (window), "export",
                                      g_variant_new_string (outputs[i]));
      driver_settle ();
      driver_close_others (window);
    }
  for (guint i = 0; app_actions[i] != NULL; i++)
    {
      g_action_group_activate_action (G_ACTION_GROUP (app), app_actions[i], NULL);
      driver_settle ();
      driver_close_others (window);
    }
  g_action_group_activate_action (G_ACTION_GROUP (window), "page",
                                  g_variant_new_string ("statistics"));
  g_action_group_activate_action (G_ACTION_GROUP (window), "speed", g_variant_new_double (2));
  driver_settle ();
  driver_wait_analysed (window);
  mien_document_undo (mien_session_get_document (mien_window_get_session (window)));
  while (mien_document_can_undo (mien_session_get_document (mien_window_get_session (window))))
    mien_document_undo (mien_session_get_document (mien_window_get_session (window)));
  driver_close (window);
}

static void
test_marks_and_ranges (void)
{
  MienWindow *window;
  MienSession *session;
  MienDocument *document;
  gint64 start, end;
  MienFace face;

  SKIP_WITHOUT_CLIP ();
  set_auto (TRUE);
  window = driver_new_window (app);
  driver_open (window, driver_get_clip (), MIEN_WINDOW_FILM);
  driver_wait_analysed (window);
  session = mien_window_get_session (window);
  document = mien_session_get_document (session);
  /* Without a range there is nothing to exclude, and that is said. */
  mien_session_clear_selection (session);
  activate (window, "exclude");
  g_assert_nonnull (strstr (mien_window_get_toast_text (window), "Select a range"));
  mien_session_set_selection (session, 200 * 1000000, 800 * 1000000);
  activate (window, "exclude");
  driver_settle ();
  g_assert_true (mien_session_get_selection (session, &start, &end));
  g_assert_true (
      mien_session_get_face_at (session, mien_session_get_person (session), 500 * 1000000, &face));
  g_assert_cmpint ((int) face.sample.status, ==, MIEN_STATUS_EXCLUDED);
  activate (window, "exclude");
  driver_settle ();
  g_assert_true (
      mien_session_get_face_at (session, mien_session_get_person (session), 500 * 1000000, &face));
  g_assert_cmpint ((int) face.sample.status, !=, MIEN_STATUS_EXCLUDED);
  activate (window, "mark");
  g_assert_cmpuint (g_list_model_get_n_items (mien_document_get_marks (document)), ==, 1);
  mien_session_set_playhead (session, 500 * 1000000);
  activate (window, "remove-mark");
  g_assert_cmpuint (g_list_model_get_n_items (mien_document_get_marks (document)), ==, 0);
  driver_settle ();
  while (mien_document_can_undo (document))
    mien_document_undo (document);
  driver_close (window);
}

/* --- camera ----------------------------------------------------------------------------------- */

static gboolean
has_three_rows (gpointer data)
{
  MienDocument *document = mien_session_get_document (data);

  return document != NULL && mien_document_get_n_frames (document) >= 3;
}

static void
test_camera (void)
{
  MienWindow *window;
  MienSession *session;
  g_autofree char *id = NULL;
  g_autofree char *path = g_build_filename (driver_get_folder (), "camera.csv", NULL);

  SKIP_WITHOUT_CLIP ();
  window = driver_new_window (app);
  id = g_strconcat ("camera:file:", driver_get_clip (), NULL);
  mien_window_open_camera (window, id);
  session = mien_window_get_session (window);
  driver_wait (has_three_rows, session, "three evaluated camera pictures");
  g_assert_cmpint ((int) mien_window_get_state (window), ==, MIEN_WINDOW_CAMERA);
  g_assert_false (is_enabled (window, "play"));
  g_assert_true (export(window, "csv", path));
  mien_session_set_document (session, NULL);
  driver_close (window);
}

static void
test_no_camera (void)
{
  MienWindow *window = driver_new_window (app);

  mien_window_open_camera (window, "camera:there is no such device");
  while (mien_window_get_state (window) == MIEN_WINDOW_LOADING)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint ((int) mien_window_get_state (window), ==, MIEN_WINDOW_ERROR);
  g_assert_cmpint (strlen (mien_window_get_error_text (window)), >, 0);
  driver_close (window);
}

int
main (int argc, char **argv)
{
  int result;

  gtk_test_init (&argc, &argv, NULL);
  app = driver_start ();
  g_test_add_func ("/window/keys-window", test_keys_window);
  g_test_add_func ("/window/welcome", test_welcome);
  g_test_add_func ("/window/errors", test_errors);
  g_test_add_func ("/window/sound-only", test_sound_only);
  g_test_add_func ("/window/analyse", test_analyse);
  g_test_add_func ("/window/faces", test_faces);
  g_test_add_func ("/window/look-ahead", test_look_ahead);
  g_test_add_func ("/window/look-beyond", test_look_beyond);
  g_test_add_func ("/window/look-at-standing", test_look_at_standing);
  g_test_add_func ("/window/interrupt", test_interrupt);
  g_test_add_func ("/window/document", test_document);
  g_test_add_func ("/window/save", test_save);
  g_test_add_func ("/window/call-off", test_call_off);
  g_test_add_func ("/window/missing-film", test_missing_film);
  g_test_add_func ("/window/narrow", test_narrow);
  g_test_add_func ("/window/low", test_low);
  g_test_add_func ("/window/drop", test_drop);
  g_test_add_func ("/window/actions", test_actions);
  g_test_add_func ("/window/marks-and-ranges", test_marks_and_ranges);
  g_test_add_func ("/window/camera", test_camera);
  g_test_add_func ("/window/no-camera", test_no_camera);
  result = g_test_run ();
  g_object_unref (app);
  return result;
}
