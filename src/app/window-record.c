/* Recording the picture of a camera into a file while its faces are read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/window-private.h"

#include <glib/gi18n.h>

static void
show_recording (MienWindow *self)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), "record");

  g_simple_action_set_state (G_SIMPLE_ACTION (action),
                             g_variant_new_boolean (self->recording_path != NULL));
}

void
mien_window_record (MienWindow *self, const char *path)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (MIEN_IS_WINDOW (self));
  g_return_if_fail (path != NULL);

  mien_window_stop_recording (self);
  if (self->camera == NULL)
    return;
  if (mien_camera_start_recording (self->camera, path, &error))
    self->recording_path = g_strdup (path);
  else
    mien_window_toast (self, error->message);
  show_recording (self);
}

void
mien_window_stop_recording (MienWindow *self)
{
  g_autofree char *path = g_steal_pointer (&self->recording_path);
  g_autofree char *base = NULL, *text = NULL;
  g_autoptr (GError) error = NULL;
  gint64 n_left_out = 0;

  g_return_if_fail (MIEN_IS_WINDOW (self));

  if (path == NULL || self->camera == NULL)
    return;
  show_recording (self);
  if (!mien_camera_stop_recording (self->camera, &n_left_out, &error))
    {
      mien_window_toast (self, error->message);
      return;
    }
  base = g_path_get_basename (path);
  if (n_left_out == 0)
    text = g_strdup_printf (_ ("Recorded “%s”"), base);
  else
    text = g_strdup_printf (
        ngettext ("Recorded “%s”; %d picture was left out because the computer was too slow",
                  "Recorded “%s”; %d pictures were left out because the computer was too slow",
                  (gulong) n_left_out),
        base, (int) n_left_out);
  mien_window_toast (self, text);
}

static void
response_cb (GtkNativeDialog *dialog, int response, MienWindow *self)
{
  g_autoptr (GFile) file = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_clear_object (&self->chooser);
  if (file != NULL && g_file_peek_path (file) != NULL)
    mien_window_record (self, g_file_peek_path (file));
  else
    show_recording (self);
}

/* Where films are kept, or else where one is. */
static void
suggest_place (GtkFileChooser *chooser)
{
  const char *videos = g_get_user_special_dir (G_USER_DIRECTORY_VIDEOS);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  /* Translators: name of a recording, made of the date and the time; slashes and colons cannot be
   * in it. */
  g_autofree char *name = g_date_time_format (now, _ ("Camera %Y-%m-%d %H.%M.%S.mkv"));
  g_autoptr (GFile) folder = videos == NULL ? NULL : g_file_new_for_path (videos);

  if (folder != NULL)
    gtk_file_chooser_set_current_folder (chooser, folder, NULL);
  gtk_file_chooser_set_current_name (chooser, name);
}

void
mien_window_set_recording (MienWindow *self, gboolean on)
{
  GtkFileChooserNative *chooser;

  if (!on || self->camera == NULL)
    {
      mien_window_stop_recording (self);
      show_recording (self);
      return;
    }
  chooser = gtk_file_chooser_native_new (_ ("Record the Camera"), GTK_WINDOW (self),
                                         GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Record"), NULL);
  suggest_place (GTK_FILE_CHOOSER (chooser));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect (chooser, "response", G_CALLBACK (response_cb), self);
  g_set_object (&self->chooser, GTK_NATIVE_DIALOG (chooser));
  g_object_unref (chooser);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}
