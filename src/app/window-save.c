/* Saving the document, and the bars of what is written in the background.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/window-private.h"

#include <glib/gi18n.h>

/* --- bars ------------------------------------------------------------------------------------- */

MienJobBar *
mien_window_add_job (MienWindow *self, const char *title, GCancellable *cancellable)
{
  GtkWidget *bar = mien_job_bar_new (title, cancellable);

  gtk_box_append (self->jobs_box, bar);
  return MIEN_JOB_BAR (bar);
}

void
mien_window_end_job (MienWindow *self, MienJobBar *bar, const GError *error)
{
  /* The window went meanwhile, and the bar with it. */
  if (self->session == NULL)
    return;
  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    mien_job_bar_fail (bar, error->message);
  else
    mien_job_bar_remove (bar);
}

void
mien_window_cancel_jobs (MienWindow *self)
{
  for (GtkWidget *bar = gtk_widget_get_first_child (GTK_WIDGET (self->jobs_box)); bar != NULL;
       bar = gtk_widget_get_next_sibling (bar))
    if (!mien_job_bar_has_failed (MIEN_JOB_BAR (bar)))
      mien_job_bar_cancel (MIEN_JOB_BAR (bar));
}

/* --- the document ----------------------------------------------------------------------------- */

static void
progress_cb (double done, gpointer user_data)
{
  MienWindow *self = user_data;

  if (self->session != NULL && self->saving != NULL)
    mien_job_bar_set_progress (self->saving, done);
}

static void
saved_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MienWindow) self = user_data;
  g_autoptr (MienJobBar) bar = g_steal_pointer (&self->saving); /* NULL: the window went */
  MienDocument *document = MIEN_DOCUMENT (object);
  g_autoptr (GError) error = NULL;
  gboolean ok = mien_document_save_as_finish (document, result, &error);
  gboolean closes = self->close_when_saved;

  self->close_when_saved = FALSE;
  mien_window_end_job (self, bar, error);
  if (self->session == NULL)
    return;
  /* Another film may have been opened meanwhile. */
  if (ok && mien_session_get_document (self->session) == document)
    {
      g_autoptr (GFile) file = g_file_new_for_path (mien_document_get_path (document));

      g_set_object (&self->file, file);
      mien_window_remember_recent (self);
      mien_window_update_title (self);
      mien_window_toast (self, _ ("Saved"));
    }
  mien_window_emit_saved (self, ok);
  if (ok && closes)
    gtk_window_close (GTK_WINDOW (self));
}

void
mien_window_save_to (MienWindow *self, const char *path)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *base = NULL, *title = NULL;
  MienDocument *document;

  g_return_if_fail (MIEN_IS_WINDOW (self) && path != NULL);
  document = mien_session_get_document (self->session);
  g_return_if_fail (document != NULL);
  if (self->saving != NULL)
    {
      mien_window_toast (self, _ ("The document is being saved already"));
      return;
    }
  base = g_path_get_basename (path);
  /* Translators: %s is the name of a file. */
  title = g_strdup_printf (_ ("Saving %s"), base);
  self->saving = g_object_ref (mien_window_add_job (self, title, cancellable));
  mien_document_save_as_async (document, path, cancellable, progress_cb, self, saved_cb,
                               g_object_ref (self));
}

gboolean
mien_window_is_saving (MienWindow *self)
{
  g_return_val_if_fail (MIEN_IS_WINDOW (self), FALSE);
  return self->saving != NULL;
}

static void
save_response_cb (GtkNativeDialog *dialog, int response, MienWindow *self)
{
  g_autofree char *path = mien_window_end_chooser (self, dialog, response);

  if (path != NULL && mien_session_get_document (self->session) != NULL)
    mien_window_save_to (self, path);
}

void
mien_window_save_as (MienWindow *self)
{
  g_autofree char *base = NULL, *name = NULL;
  GtkFileChooserNative *chooser = mien_window_new_chooser (
      self, _ ("Save the Analysis"), GTK_FILE_CHOOSER_ACTION_SAVE, G_CALLBACK (save_response_cb));

  base = self->film_path == NULL ? g_strdup (_ ("Camera")) : g_path_get_basename (self->film_path);
  name = g_strdup_printf ("%s.mien", base);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), name);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

void
mien_window_save (MienWindow *self)
{
  MienDocument *document = mien_session_get_document (self->session);
  g_autoptr (GError) error = NULL;

  if (document == NULL)
    return;
  /* A film's own place for its measurements is not one that a person chose. */
  if (self->file == NULL || mien_document_get_path (document) == NULL
      || !g_str_has_suffix (g_file_peek_path (self->file), ".mien"))
    {
      mien_window_save_as (self);
      return;
    }
  if (mien_document_flush (document, &error))
    mien_window_toast (self, _ ("Saved"));
  else
    mien_window_toast (self, error->message);
}
