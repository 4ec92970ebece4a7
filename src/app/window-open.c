/* Opening and closing: films, documents, the file that keeps what was measured.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/window-private.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "base/paths.h"
#include "widgets/settings.h"

#define DEMO_FILE "demo/cap12.mp4"

/* --- player ----------------------------------------------------------------------------------- */

void
mien_window_remember_recent (MienWindow *self)
{
  g_autofree char *uri = g_file_get_uri (self->file);

  gtk_recent_manager_add_item (gtk_recent_manager_get_default (), uri);
}

/* The first picture is there: the film is open. */
static void
film_is_open (MienWindow *self)
{
  MienDocument *document = mien_session_get_document (self->session);

  mien_session_set_duration (self->session, mien_player_get_duration_ns (self->player));
  mien_window_set_state (self, MIEN_WINDOW_FILM);
  gtk_widget_set_visible (self->missing_box, FALSE);
  mien_window_remember_recent (self);
  if (self->autoplay)
    mien_player_play (self->player);
  self->autoplay = FALSE;
  if (!mien_document_is_complete (document)
      && g_settings_get_boolean (mien_settings_get_default (), MIEN_SETTINGS_ANALYSE_ON_OPEN))
    mien_window_start_analysis (self, TRUE);
  mien_window_update_timeline_state (self);
}

static void
frame_cb (MienPlayer *player, MienWindow *self)
{
  g_autoptr (MienFrame) frame = mien_player_dup_frame (player);

  if (frame == NULL)
    return;
  mien_window_show_frame (self, frame);
  if (!self->seeking)
    mien_session_set_playhead (self->session, frame->pts_ns);
  if (self->state == MIEN_WINDOW_LOADING)
    film_is_open (self);
  mien_window_look_ahead (self, frame);
}

static void
seeked_cb (MienPlayer *player, gint64 pts_ns, MienWindow *self)
{
  self->seeking = FALSE;
  frame_cb (player, self);
}

static void
state_cb (MienPlayer *player, GParamSpec *pspec, MienWindow *self)
{
  mien_window_update_actions (self);
}

static void
duration_cb (MienPlayer *player, GParamSpec *pspec, MienWindow *self)
{
  mien_session_set_duration (self->session, mien_player_get_duration_ns (player));
}

static void
show_missing_film (MienWindow *self, const char *reason)
{
  g_autofree char *text =
      g_strdup_printf (_ ("The film of this document cannot be shown.\n%s"), reason);

  gtk_label_set_label (self->missing_label, text);
  gtk_widget_set_visible (self->missing_box, TRUE);
}

static void
error_cb (MienPlayer *player, const GError *error, MienWindow *self)
{
  MienDocument *document = mien_session_get_document (self->session);

  self->seeking = FALSE;
  if (self->state == MIEN_WINDOW_FILM)
    {
      mien_window_toast (self, error->message);
      return;
    }
  if (document != NULL && mien_document_get_n_frames (document) > 0)
    {
      show_missing_film (self, error->message);
      mien_window_set_state (self, MIEN_WINDOW_FILM);
      mien_window_update_timeline_state (self);
      return;
    }
  mien_window_show_error (self, _ ("This Cannot Be Opened"), error->message);
}

static void
seek_cb (MienSession *session, gint64 time_ns, gboolean exact, MienWindow *self)
{
  if (self->player == NULL)
    return;
  self->seeking = TRUE;
  mien_window_drop_live (self);
  mien_player_seek (self->player, time_ns, exact ? MIEN_SEEK_ACCURATE : MIEN_SEEK_KEY);
}

static void
open_player (MienWindow *self, const char *path)
{
  GSettings *settings = mien_settings_get_default ();

  g_free (self->film_path);
  self->film_path = g_strdup (path);
  self->seeking = FALSE;
  self->player = mien_player_new ();
  if (g_getenv ("MIEN_AUDIO_SINK") != NULL)
    mien_player_set_audio_sink (self->player, g_getenv ("MIEN_AUDIO_SINK"));
  g_signal_connect (self->player, "frame", G_CALLBACK (frame_cb), self);
  g_signal_connect (self->player, "seeked", G_CALLBACK (seeked_cb), self);
  g_signal_connect (self->player, "error", G_CALLBACK (error_cb), self);
  g_signal_connect (self->player, "notify::state", G_CALLBACK (state_cb), self);
  g_signal_connect (self->player, "notify::duration-ns", G_CALLBACK (duration_cb), self);
  g_signal_connect (self->session, "seek", G_CALLBACK (seek_cb), self);
  mien_player_set_volume (self->player, g_settings_get_double (settings, MIEN_SETTINGS_VOLUME));
  mien_transport_set_player (self->transport, self->player);
  mien_transport_set_player (mien_network_page_get_transport (self->network_page), self->player);
  mien_player_open (self->player, path);
}

static void
close_player (MienWindow *self)
{
  if (self->player == NULL)
    return;
  g_settings_set_double (mien_settings_get_default (), MIEN_SETTINGS_VOLUME,
                         mien_player_get_volume (self->player));
  g_signal_handlers_disconnect_by_func (self->session, seek_cb, self);
  g_signal_handlers_disconnect_by_data (self->player, self);
  mien_transport_set_player (self->transport, NULL);
  mien_transport_set_player (mien_network_page_get_transport (self->network_page), NULL);
  mien_player_close (self->player);
  g_clear_object (&self->player);
}

void
mien_window_close_film (MienWindow *self)
{
  MienDocument *document = mien_session_get_document (self->session);
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (self->opening);
  g_clear_object (&self->opening);
  if (self->saving != NULL)
    mien_job_bar_cancel (self->saving);
  mien_window_stop_analysis (self);
  mien_window_drop_live (self);
  g_clear_object (&self->live);
  mien_window_close_camera (self);
  close_player (self);
  mien_window_show_frame (self, NULL);
  if (document != NULL && mien_document_get_path (document) != NULL
      && !mien_document_close (document, &error))
    g_message ("%s", error->message);
  mien_session_set_document (self->session, NULL);
}

/* --- where measurements are kept -------------------------------------------------------------- */

/* A file of its own for each film, named after it and its place. */
static char *
dup_kept_path (const char *film)
{
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, film, -1);
  g_autofree char *base = g_path_get_basename (film);
  g_autofree char *name = g_strdup_printf ("%s-%.12s.mien", base, sum);

  return g_build_filename (g_get_user_data_dir (), "mien", "films", name, NULL);
}

/* What was measured before counts only for the very same film. */
static gboolean
is_of_film (MienDocument *document, const char *film)
{
  const MienSource *source = mien_document_get_source (document);
  GStatBuf info;

  return g_stat (film, &info) == 0 && (source->size < 0 || source->size == info.st_size);
}

/* The kept document of @film, or a new one; in memory when nothing is to be kept or can be. */
static MienDocument *
open_kept_document (MienWindow *self, const char *film)
{
  g_autofree char *path = NULL, *folder = NULL;
  g_autoptr (GError) error = NULL;
  MienDocument *document = NULL;

  if (!g_settings_get_boolean (mien_settings_get_default (), MIEN_SETTINGS_KEEP))
    return mien_document_new ();
  path = dup_kept_path (film);
  folder = g_path_get_dirname (path);
  g_mkdir_with_parents (folder, 0700);
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      document = mien_document_open (path, NULL);
      if (document != NULL && is_of_film (document, film))
        return document;
      g_clear_object (&document);
    }
  document = mien_document_create (path, &error);
  if (document != NULL)
    return document;
  mien_window_toast (self, error->message);
  return mien_document_new ();
}

/* --- opening ---------------------------------------------------------------------------------- */

static void
open_film (MienWindow *self, const char *path)
{
  g_autoptr (MienDocument) document = open_kept_document (self, path);

  if (mien_document_get_n_frames (document) == 0)
    mien_window_apply_filters (document);
  mien_session_set_document (self->session, document);
  self->autoplay = TRUE;
  open_player (self, path);
}

static void
open_document (MienWindow *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDocument) document = mien_document_open (path, &error);
  g_autofree char *film = NULL;

  if (document == NULL)
    {
      mien_window_show_error (self, _ ("This Document Cannot Be Opened"), error->message);
      return;
    }
  film = g_strdup (mien_document_get_source (document)->path);
  mien_session_set_document (self->session, document);
  self->autoplay = FALSE;
  if (film != NULL && !g_path_is_absolute (film))
    {
      /* A document moves together with its film. */
      g_autofree char *folder = g_path_get_dirname (path);
      char *beside = g_build_filename (folder, film, NULL);

      g_free (film);
      film = beside;
    }
  if (film != NULL && g_file_test (film, G_FILE_TEST_EXISTS))
    {
      open_player (self, film);
      return;
    }
  show_missing_film (self, film == NULL ? _ ("It has none.") : film);
  mien_window_set_state (self, MIEN_WINDOW_FILM);
  mien_window_remember_recent (self);
  mien_window_update_timeline_state (self);
}

void
mien_window_open (MienWindow *self, GFile *file)
{
  g_autofree char *path = NULL;

  g_return_if_fail (MIEN_IS_WINDOW (self));
  mien_window_close_film (self);
  g_set_object (&self->file, file);
  gtk_widget_set_visible (self->missing_box, FALSE);
  path = g_file_get_path (file);
  if (path == NULL)
    {
      g_autofree char *uri = g_file_get_uri (file);
      g_autofree char *text = g_strdup_printf (
          _ ("%s is not on this computer. Copy it here first; Mien opens nothing from a network."),
          uri);

      mien_window_show_error (self, _ ("This Cannot Be Opened"), text);
      return;
    }
  mien_window_set_state (self, MIEN_WINDOW_LOADING);
  if (g_str_has_suffix (path, ".mien"))
    open_document (self, path);
  else
    open_film (self, path);
}

void
mien_window_open_demo (MienWindow *self)
{
  g_autofree char *path = mien_paths_dup_data_file (DEMO_FILE);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_return_if_fail (MIEN_IS_WINDOW (self));
  mien_window_open (self, file);
}

/* --- choosing files --------------------------------------------------------------------------- */

static void
add_filter (GtkFileChooserNative *chooser, const char *name, const char *const *mime_types)
{
  GtkFileFilter *filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, name);
  for (; *mime_types != NULL; mime_types++)
    gtk_file_filter_add_mime_type (filter, *mime_types);
  if (g_str_equal (mime_types[-1], "application/vnd.mien.document"))
    gtk_file_filter_add_suffix (filter, "mien");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), filter);
  g_object_unref (filter);
}

GtkFileChooserNative *
mien_window_new_chooser (MienWindow *self,
                         const char *title,
                         GtkFileChooserAction action,
                         GCallback response)
{
  GtkFileChooserNative *chooser =
      gtk_file_chooser_native_new (title, GTK_WINDOW (self), action, NULL, NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect (chooser, "response", response, self);
  g_set_object (&self->chooser, GTK_NATIVE_DIALOG (chooser));
  g_object_unref (chooser);
  return chooser;
}

char *
mien_window_end_chooser (MienWindow *self, GtkNativeDialog *dialog, int response)
{
  g_autoptr (GFile) file = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_clear_object (&self->chooser);
  return file == NULL ? NULL : g_file_get_path (file);
}

static void
open_response_cb (GtkNativeDialog *dialog, int response, MienWindow *self)
{
  g_autoptr (GFile) file = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_clear_object (&self->chooser);
  if (file != NULL)
    mien_window_open (self, file);
}

void
mien_window_choose_film (MienWindow *self)
{
  static const char *const all[] = { "video/*", "image/*", "application/vnd.mien.document", NULL };
  static const char *const films[] = { "video/*", NULL };
  GtkFileChooserNative *chooser = mien_window_new_chooser (
      self, _ ("Open a Video"), GTK_FILE_CHOOSER_ACTION_OPEN, G_CALLBACK (open_response_cb));

  add_filter (chooser, _ ("Videos, Images and Documents"), all);
  add_filter (chooser, _ ("Videos"), films);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
locate_response_cb (GtkNativeDialog *dialog, int response, MienWindow *self)
{
  g_autofree char *path = mien_window_end_chooser (self, dialog, response);
  MienSource source;

  if (path == NULL || mien_session_get_document (self->session) == NULL)
    return;
  source = *mien_document_get_source (mien_session_get_document (self->session));
  source.path = path;
  mien_document_set_source (mien_session_get_document (self->session), &source);
  close_player (self);
  open_player (self, path);
}

void
mien_window_locate_film (MienWindow *self)
{
  GtkFileChooserNative *chooser = mien_window_new_chooser (
      self, _ ("Find the Film"), GTK_FILE_CHOOSER_ACTION_OPEN, G_CALLBACK (locate_response_cb));

  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}
