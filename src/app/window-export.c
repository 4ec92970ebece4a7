/* Export and import: the same functions as the command line, in a thread where they can be.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/window-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "report/outputs.h"
#include "timeline/import-marks.h"

/* File name endings that are offered, the first by default. */
static const struct
{
  MienOutput output;
  const char *suffix;
} suffixes[] = {
  { MIEN_OUTPUT_CSV, "-frames.csv" },
  { MIEN_OUTPUT_WIDE, "-wide.csv" },
  { MIEN_OUTPUT_STATES, "-states.csv" },
  { MIEN_OUTPUT_MARKS, "-marks.csv" },
  { MIEN_OUTPUT_SUMMARY, "-summary.json" },
  { MIEN_OUTPUT_PLOT, "-timeline.png" },
  { MIEN_OUTPUT_EAF, ".eaf" },
  { MIEN_OUTPUT_TEXTGRID, ".TextGrid" },
  { MIEN_OUTPUT_VTT, ".vtt" },
  { MIEN_OUTPUT_SRT, ".srt" },
  { MIEN_OUTPUT_ANNOTATED, "-annotated.mp4" },
  { MIEN_OUTPUT_REPORT, "-report.html" },
};

static gboolean
find_output (const char *name, MienOutput *output)
{
  for (guint i = 0; i < MIEN_N_OUTPUTS; i++)
    if (g_strcmp0 (mien_output_get_name ((MienOutput) i), name) == 0)
      {
        *output = (MienOutput) i;
        return TRUE;
      }
  return FALSE;
}

#define TELL_USEC (100 * 1000) /* between two reports of progress */

/* --- writing ---------------------------------------------------------------------------------- */

typedef struct
{
  MienOutput output;
  char *path;
  char *film;         /* nullable */
  char *document;     /* file of the document, NULL when it is in memory */
  MienDocument *copy; /* then what was in memory, the thread's own */
  MienJobBar *bar;    /* main thread */
  gint64 told_us;     /* when progress was told last, the thread's */
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_free (job->path);
  g_free (job->film);
  g_free (job->document);
  g_clear_object (&job->copy);
  g_clear_object (&job->bar);
  g_free (job);
}

typedef struct
{
  MienJobBar *bar;
  double done;
} News;

static gboolean
tell_cb (gpointer data)
{
  News *news = data;

  /* A bar that was taken away needs no news. */
  if (gtk_widget_get_parent (GTK_WIDGET (news->bar)) != NULL)
    mien_job_bar_set_progress (news->bar, news->done);
  return G_SOURCE_REMOVE;
}

static void
news_free (gpointer data)
{
  g_object_unref (((News *) data)->bar);
  g_free (data);
}

/* From the thread that writes; the bar is only carried there. */
static void
progress_cb (double done, gpointer data)
{
  Job *job = data;
  gint64 now = g_get_monotonic_time ();
  News *news;

  if (now - job->told_us < TELL_USEC)
    return;
  job->told_us = now;
  news = g_new (News, 1);
  *news = (News){ g_object_ref (job->bar), done };
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT_IDLE, tell_cb, news, news_free);
}

static void
write_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;
  g_autoptr (MienDocument) document = job->copy != NULL
                                          ? g_steal_pointer (&job->copy)
                                          : mien_document_open_read_only (job->document, &error);

  if (document == NULL
      || !mien_output_write (document, job->output, job->path, job->film, cancellable, progress_cb,
                             job, &error))
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
written_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MienWindow) self = user_data;
  Job *job = g_task_get_task_data (G_TASK (result));
  g_autoptr (MienJobBar) bar = g_steal_pointer (&job->bar);
  g_autoptr (GError) error = NULL;
  gboolean ok = g_task_propagate_boolean (G_TASK (result), &error);

  mien_window_end_job (self, bar, error);
  if (self->session == NULL)
    return;
  if (ok)
    {
      g_autofree char *base = g_path_get_basename (job->path);
      g_autofree char *text = g_strdup_printf (_ ("%s written"), base);

      mien_window_toast (self, text);
    }
  mien_window_emit_exported (self, ok);
}

void
mien_window_export (MienWindow *self, const char *output, const char *path)
{
  MienDocument *document;
  g_autoptr (GError) error = NULL;
  g_autoptr (GTask) task = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *base = NULL, *title = NULL;
  Job *job;

  g_return_if_fail (MIEN_IS_WINDOW (self));
  document = mien_session_get_document (self->session);
  g_return_if_fail (document != NULL);
  job = g_new0 (Job, 1);
  job->path = g_strdup (path);
  job->film = g_strdup (self->film_path);
  base = g_path_get_basename (path);
  /* Translators: %s is the name of a file. */
  title = g_strdup_printf (_ ("Writing %s"), base);
  job->bar = g_object_ref (mien_window_add_job (self, title, cancellable));
  /* The window is the callback's data, not the task's source, and gets its bar back there: the
   * thread may be the last to let go of a task, and no widget must end in it. */
  task = g_task_new (NULL, cancellable, written_cb, g_object_ref (self));
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, job, job_free);
  if (!find_output (output, &job->output) || !mien_output_check (job->output, path, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (mien_document_get_path (document) != NULL)
    {
      if (!mien_document_flush (document, &error))
        {
          g_task_return_error (task, g_steal_pointer (&error));
          return;
        }
      job->document = g_strdup (mien_document_get_path (document));
    }
  else
    job->copy = mien_document_dup (document);
  g_task_run_in_thread (task, write_thread);
}

/* --- asking ----------------------------------------------------------------------------------- */

static void
export_response_cb (GtkNativeDialog *dialog, int response, MienWindow *self)
{
  const char *output = g_object_get_data (G_OBJECT (dialog), "mien-output");
  g_autofree char *name = g_strdup (output);
  g_autofree char *path = mien_window_end_chooser (self, dialog, response);

  if (path != NULL && mien_session_get_document (self->session) != NULL)
    mien_window_export (self, name, path);
}

static char *
suggest_name (MienWindow *self, MienOutput output)
{
  g_autofree char *base = NULL;
  char *dot;

  base = self->film_path == NULL ? g_strdup (_ ("Camera")) : g_path_get_basename (self->film_path);
  dot = strrchr (base, '.');
  if (dot != NULL && dot != base)
    *dot = '\0';
  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (suffixes[i].output == output)
      return g_strconcat (base, suffixes[i].suffix, NULL);
  return g_steal_pointer (&base);
}

void
mien_window_choose_export (MienWindow *self, const char *output)
{
  g_autoptr (GtkFileChooserNative) chooser = NULL;
  g_autofree char *name = NULL;
  MienOutput which;

  if (mien_session_get_document (self->session) == NULL || !find_output (output, &which))
    return;
  chooser = gtk_file_chooser_native_new (_ ("Export"), GTK_WINDOW (self),
                                         GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);
  name = suggest_name (self, which);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), name);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_object_set_data_full (G_OBJECT (chooser), "mien-output", g_strdup (output), g_free);
  g_signal_connect (chooser, "response", G_CALLBACK (export_response_cb), self);
  g_set_object (&self->chooser, GTK_NATIVE_DIALOG (chooser));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* --- marks ------------------------------------------------------------------------------------ */

static void
marks_response_cb (GtkNativeDialog *dialog, int response, MienWindow *self)
{
  MienDocument *document = mien_session_get_document (self->session);
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL, *text = NULL;
  gssize n;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  g_clear_object (&self->chooser);
  path = file == NULL ? NULL : g_file_get_path (file);
  if (path == NULL || document == NULL)
    return;
  n = mien_import_marks (document, path, &error);
  if (n < 0)
    {
      mien_window_toast (self, error->message);
      return;
    }
  text = g_strdup_printf (ngettext ("%d mark imported", "%d marks imported", (gulong) n), (int) n);
  mien_window_toast_with_action (self, text, _ ("_Undo"), "win.undo");
}

void
mien_window_choose_marks (MienWindow *self)
{
  g_autoptr (GtkFileChooserNative) chooser = gtk_file_chooser_native_new (
      _ ("Import Marks"), GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect (chooser, "response", G_CALLBACK (marks_response_cb), self);
  g_set_object (&self->chooser, GTK_NATIVE_DIALOG (chooser));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}
