/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "driver.h"

#include <glib/gstdio.h>
#include <string.h>

#include "../find-child.h"
#include "widgets/settings.h"
#include "widgets/transport.h"

#define WAIT_US (500 * G_USEC_PER_SEC)
#define LONG_US (15 * G_USEC_PER_SEC)

static char *folder;

/* The test's own session has no service that shows notifications; GIO says so when an analysis ends
 * while another window is in front. Everything else that warns still ends the test. */
static gboolean
is_fatal (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  return strstr (message, "org.freedesktop.Notifications") == NULL;
}

static void
gio_log_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  if (is_fatal (domain, level, message, data))
    g_log_default_handler (domain, level, message, data);
}

MienApplication *
driver_start (void)
{
  MienApplication *app;
  g_autoptr (GError) error = NULL;

  g_test_log_set_fatal_handler (is_fatal, NULL);
  g_log_set_handler ("GLib-GIO", G_LOG_LEVEL_WARNING | G_LOG_FLAG_FATAL | G_LOG_FLAG_RECURSION,
                     gio_log_cb, NULL);
  g_settings_set_boolean (mien_settings_get_default (), MIEN_SETTINGS_NOTICE_ACCEPTED, TRUE);
  g_settings_set_boolean (mien_settings_get_default (), MIEN_SETTINGS_KEEP, FALSE);
  app = mien_application_new ();
  g_application_register (G_APPLICATION (app), NULL, &error);
  g_assert_no_error (error);
  return app;
}

static gboolean
tick_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

void
driver_wait (DriverFunc done, gpointer data, const char *what)
{
  gint64 begin = g_get_monotonic_time (), end = begin + WAIT_US;
  /* Wakes the loop when what is waited for makes no event of its own. */
  guint tick = g_timeout_add_full (G_PRIORITY_LOW, 20, tick_cb, NULL, NULL);

  while (!done (data))
    {
      if (g_get_monotonic_time () > end)
        g_error ("waited too long for: %s", what);
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (tick);
  if (g_get_monotonic_time () - begin > LONG_US)
    g_test_message ("%.1f s for: %s", (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC,
                    what);
}

void
driver_settle (void)
{
  for (int i = 0; i < 1000 && g_main_context_pending (NULL); i++)
    g_main_context_iteration (NULL, FALSE);
}

static gboolean
is_drawn (gpointer data)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (data);

  return clock != NULL && gtk_widget_get_mapped (data)
         && gdk_frame_clock_get_frame_counter (clock) >= 1;
}

MienWindow *
driver_new_window (MienApplication *app)
{
  MienWindow *window = mien_window_new (GTK_APPLICATION (app));

  gtk_window_present (GTK_WINDOW (window));
  driver_wait (is_drawn, window, "a drawn window");
  return window;
}

typedef struct
{
  MienWindow *window;
  MienWindowState state;
} StateWait;

static gboolean
is_in_state (gpointer data)
{
  StateWait *wait = data;

  return mien_window_get_state (wait->window) == wait->state;
}

void
driver_open (MienWindow *window, const char *path, MienWindowState state)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  StateWait wait = { window, state };

  mien_window_open (window, file);
  driver_wait (is_in_state, &wait, path);
}

static gboolean
is_idle (gpointer data)
{
  return !mien_window_is_analysing (data);
}

gboolean
driver_is_standing (gpointer window)
{
  GtkWidget *transport = find_child (window, MIEN_TYPE_TRANSPORT);
  GtkWidget *button = gtk_widget_get_first_child (transport);

  while (button != NULL
         && g_strcmp0 (gtk_buildable_get_buildable_id (GTK_BUILDABLE (button)), "play_button") != 0)
    button = gtk_widget_get_next_sibling (button);
  g_assert_nonnull (button);
  return g_str_equal (gtk_button_get_icon_name (GTK_BUTTON (button)),
                      "media-playback-start-symbolic");
}

void
driver_wait_analysed (MienWindow *window)
{
  driver_wait (is_idle, window, "the end of the analysis");
  driver_settle ();
}

static gboolean
is_null (gpointer data)
{
  return *(gpointer *) data == NULL;
}

void
driver_close (MienWindow *window)
{
  gpointer weak = window;

  g_object_add_weak_pointer (G_OBJECT (window), &weak);
  gtk_window_close (GTK_WINDOW (window));
  driver_wait (is_null, &weak, "a closed window to go");
}

void
driver_close_others (MienWindow *window)
{
  GList *toplevels = gtk_window_list_toplevels ();

  /* Closed before its first frame, a window may be drawn when the server has it no more. */
  for (gint64 end = g_get_monotonic_time () + 50000; g_get_monotonic_time () < end;)
    {
      driver_settle ();
      g_usleep (2000);
    }
  for (GList *l = toplevels; l != NULL; l = l->next)
    if (GTK_IS_DIALOG (l->data))
      /* That of a file chooser belongs to it and must not go under it. */
      gtk_dialog_response (l->data, GTK_RESPONSE_CANCEL);
    else if (l->data != window)
      gtk_window_destroy (l->data);
  g_list_free (toplevels);
  driver_settle ();
}

const char *
driver_get_demo (void)
{
  static char *path;

  if (path == NULL)
    path = g_build_filename (g_getenv ("MIEN_SOURCE_ROOT"), "data", "demo", "cap12.mp4", NULL);
  return path;
}

const char *
driver_get_folder (void)
{
  g_autoptr (GError) error = NULL;

  if (folder == NULL)
    folder = g_dir_make_tmp ("mien-ui-XXXXXX", &error);
  g_assert_no_error (error);
  return folder;
}

const char *
driver_get_clip (void)
{
  static char *path;
  g_autofree char *frames = g_strdup_printf ("%d", DRIVER_CLIP_FRAMES);

  if (path != NULL)
    return path;
  if (g_find_program_in_path ("ffmpeg") == NULL)
    return NULL;
  path = g_build_filename (driver_get_folder (), "clip.mp4", NULL);
  g_assert_cmpint (
      driver_run ((const char *[]){ "ffmpeg", "-v", "error", "-y", "-i", driver_get_demo (),
                                    "-frames:v", frames, "-an", path, NULL }),
      ==, 0);
  return path;
}

char *
driver_write_file (const char *name, const char *content)
{
  char *path = g_build_filename (driver_get_folder (), name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, content, -1, &error);
  g_assert_no_error (error);
  return path;
}

static void
exited_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_subprocess_wait_finish (G_SUBPROCESS (object), result, &error);
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

int
driver_run (const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process =
      g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error);
  gboolean exited = FALSE;

  g_assert_no_error (error);
  g_subprocess_wait_async (process, NULL, exited_cb, &exited);
  driver_wait (is_true, &exited, argv[0]);
  return g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1;
}
