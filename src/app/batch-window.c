/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/batch-window.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "analysis/analysis.h"
#include "report/outputs.h"
#include "widgets/access.h"
#include "widgets/settings.h"
#include "widgets/words.h"

typedef struct
{
  char *path;
  MienBatchState state;
  AdwActionRow *row; /* the list keeps it */
  GtkWidget *progress;
  GtkWidget *icon;
  gboolean made_document; /* by this queue: it goes again if there is nothing in it */
} Item;

struct _MienBatchWindow
{
  AdwWindow parent_instance;

  GPtrArray *items;
  GtkStack *stack;
  GtkListBox *list;
  GtkLabel *summary;
  GtkWidget *cancel_button;
  GtkNativeDialog *chooser;

  MienAnalysis *analysis; /* of the item that runs; NULL between two and at rest */
  MienDocument *document;
  GCancellable *cancellable;
  Item *running;
  guint inhibit_cookie;
};

G_DEFINE_TYPE (MienBatchWindow, mien_batch_window, ADW_TYPE_WINDOW)

static void start_next (MienBatchWindow *self);

static void
item_free (gpointer data)
{
  Item *item = data;

  g_free (item->path);
  g_free (item);
}

/* --- which files ------------------------------------------------------------------------------ */

static gboolean
is_film (const char *name)
{
  g_autofree char *type = g_content_type_guess (name, NULL, 0, NULL);

  return name[0] != '.' && g_content_type_is_a (type, "video/*");
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate (*(char *const *) a, *(char *const *) b);
}

/* Films of a folder, sorted; of a file itself alone. */
static GPtrArray *
list_films (const char *path)
{
  GPtrArray *films = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  if (folder == NULL)
    {
      g_autofree char *base = g_path_get_basename (path);

      if (is_film (base))
        g_ptr_array_add (films, g_strdup (path));
      return films;
    }
  while ((name = g_dir_read_name (folder)) != NULL)
    if (is_film (name) && strstr (name, "-annotated.") == NULL)
      g_ptr_array_add (films, g_build_filename (path, name, NULL));
  g_ptr_array_sort (films, compare_names);
  return films;
}

gboolean
mien_batch_window_accepts (GFile *file)
{
  g_autofree char *path = g_file_get_path (file);
  g_autoptr (GPtrArray) films = NULL;

  if (path == NULL || !g_file_test (path, G_FILE_TEST_IS_DIR))
    return FALSE;
  films = list_films (path);
  return films->len > 0;
}

/* FILM + @suffix in the film's folder, without the film's own ending. */
static char *
dup_beside (const char *film, const char *suffix)
{
  g_autofree char *stem = g_strdup (film);
  char *dot = strrchr (stem, '.');

  if (dot != NULL && strchr (dot, '/') == NULL)
    *dot = '\0';
  return g_strconcat (stem, suffix, NULL);
}

/* --- what is seen ----------------------------------------------------------------------------- */

static void
update_summary (MienBatchWindow *self)
{
  guint done = 0, failed = 0, n = self->items->len;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      MienBatchState state = ((Item *) self->items->pdata[i])->state;

      done += state == MIEN_BATCH_DONE || state == MIEN_BATCH_SKIPPED;
      failed += state == MIEN_BATCH_FAILED;
    }
  /* Translators: films that are done, of all films in the queue. */
  g_string_append_printf (text, ngettext ("%u of %u film done", "%u of %u films done", n), done, n);
  if (failed > 0)
    {
      g_string_append (text, "  ·  ");
      g_string_append_printf (text, ngettext ("%u failed", "%u failed", failed), failed);
    }
  gtk_label_set_label (self->summary, text->str);
  gtk_stack_set_visible_child_name (self->stack, n == 0 ? "empty" : "list");
  gtk_widget_set_visible (self->cancel_button, self->running != NULL);
}

static void
set_item (MienBatchWindow *self, Item *item, MienBatchState state, const char *text)
{
  static const char *const icons[] = { "content-loading-symbolic", "media-playback-start-symbolic",
                                       "object-select-symbolic",   "object-select-symbolic",
                                       "dialog-warning-symbolic",  "media-playback-stop-symbolic" };
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  item->state = state;
  adw_action_row_set_subtitle (item->row, escaped);
  gtk_image_set_from_icon_name (GTK_IMAGE (item->icon), icons[state]);
  gtk_widget_set_visible (item->progress, state == MIEN_BATCH_RUNNING);
  update_summary (self);
}

/* What went wrong; the row has the file's name already. */
static void
fail_item (MienBatchWindow *self, Item *item, const GError *error)
{
  gsize length = strlen (item->path);
  gboolean names_file = g_str_has_prefix (error->message, item->path)
                        && g_str_has_prefix (error->message + length, ": ");
  const char *reason = error->message + (names_file ? length + 2 : 0);
  g_autoptr (GString) text = g_string_new (reason);

  /* It stands alone, as a sentence. */
  if (text->len > 0)
    {
      g_string_truncate (text, 0);
      g_string_append_unichar (text, g_unichar_toupper (g_utf8_get_char (reason)));
      g_string_append (text, g_utf8_next_char (reason));
    }
  set_item (self, item, MIEN_BATCH_FAILED, text->str);
}

static void
progress_cb (MienAnalysis *analysis, MienBatchWindow *self)
{
  MienAnalysisProgress progress;
  g_autofree char *percent = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  double share = 0;

  mien_analysis_get_progress (analysis, &progress);
  if (self->running == NULL || progress.frames_total == 0)
    return;
  share = MIN (1, (double) progress.frames_done / (double) progress.frames_total);
  percent = mien_words_dup_percent (share);
  g_string_append_printf (text, _ ("Analysing %s"), percent);
  if (!isnan (progress.seconds_left))
    {
      g_autofree char *left = mien_words_dup_left (progress.seconds_left);

      g_string_append_printf (text, "  ·  %s", left);
    }
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->running->progress), share);
  adw_action_row_set_subtitle (self->running->row, text->str);
}

/* --- results ---------------------------------------------------------------------------------- */

static void
write_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  static const struct
  {
    MienOutput output;
    const char *suffix;
  } outputs[] = { { MIEN_OUTPUT_CSV, "-frames.csv" },
                  { MIEN_OUTPUT_STATES, "-states.csv" },
                  { MIEN_OUTPUT_SUMMARY, "-summary.json" },
                  { MIEN_OUTPUT_PLOT, "-timeline.png" } };
  const char *film = data;
  g_autofree char *path = dup_beside (film, ".mien");
  GError *error = NULL;
  g_autoptr (MienDocument) document = mien_document_open_read_only (path, &error);
  guint n;

  for (gsize i = 0; i < G_N_ELEMENTS (outputs) && error == NULL; i++)
    {
      g_autofree char *target = dup_beside (film, outputs[i].suffix);

      mien_output_write (document, outputs[i].output, target, film, cancellable, NULL, NULL,
                         &error);
    }
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  n = g_list_model_get_n_items (mien_document_get_people (document));
  g_task_return_int (task, (gssize) n);
}

static void
written_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MienBatchWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  gssize n = g_task_propagate_int (G_TASK (result), &error);
  Item *item = self->running;

  self->running = NULL;
  if (error != NULL)
    fail_item (self, item, error);
  else
    {
      g_autofree char *people =
          g_strdup_printf (ngettext ("%u person", "%u people", (gulong) n), (guint) n);
      /* Translators: how many people; the results lie in the folder of the film. */
      g_autofree char *text = g_strdup_printf (_ ("Done, %s; results beside the film"), people);

      set_item (self, item, MIEN_BATCH_DONE, text);
    }
  start_next (self);
}

static void
analysed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MienBatchWindow) self = user_data;
  g_autoptr (GError) error = NULL, close_error = NULL;
  g_autoptr (GTask) task = NULL;
  Item *item = self->running;
  gboolean ok = mien_analysis_run_finish (MIEN_ANALYSIS (object), result, &error);

  gboolean is_empty = mien_document_get_n_frames (self->document) == 0;

  g_signal_handlers_disconnect_by_data (object, self);
  g_clear_object (&self->analysis);
  if (!mien_document_close (self->document, &close_error) && ok)
    {
      ok = FALSE;
      error = g_steal_pointer (&close_error);
    }
  g_clear_object (&self->document);
  if (!ok && is_empty && item->made_document)
    {
      g_autofree char *path = dup_beside (item->path, ".mien");

      g_unlink (path);
    }
  if (ok)
    {
      adw_action_row_set_subtitle (item->row, _ ("Writing the results…"));
      /* Not as the source: the thread may be the last to let go of a task, and of that. */
      task = g_task_new (NULL, NULL, written_cb, g_object_ref (self));
      g_task_set_task_data (task, g_strdup (item->path), g_free);
      g_task_run_in_thread (task, write_thread);
      return;
    }
  self->running = NULL;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    set_item (self, item, MIEN_BATCH_STOPPED, _ ("Stopped; what was measured is kept"));
  else
    fail_item (self, item, error);
  start_next (self);
}

/* --- the queue -------------------------------------------------------------------------------- */

/* The document beside the film: the one that is there, to be gone on with, or a new one. */
static MienDocument *
open_document (Item *item, gboolean *is_complete, GError **error)
{
  g_autofree char *path = dup_beside (item->path, ".mien");
  gboolean is_there = g_file_test (path, G_FILE_TEST_EXISTS);
  MienDocument *document =
      is_there ? mien_document_open (path, error) : mien_document_create (path, error);

  item->made_document = document != NULL && !is_there;
  *is_complete = document != NULL && mien_document_is_complete (document);
  return document;
}

static void
end_queue (MienBatchWindow *self)
{
  GtkApplication *app = GTK_APPLICATION (g_application_get_default ());
  g_autoptr (GNotification) notification = NULL;

  if (self->inhibit_cookie != 0 && app != NULL)
    gtk_application_uninhibit (app, self->inhibit_cookie);
  self->inhibit_cookie = 0;
  update_summary (self);
  if (app == NULL || gtk_window_is_active (GTK_WINDOW (self)) || self->items->len == 0)
    return;
  notification = g_notification_new (_ ("The queue is finished"));
  g_notification_set_body (notification, gtk_label_get_label (self->summary));
  g_application_send_notification (G_APPLICATION (app), "batch", notification);
}

static Item *
find_waiting (MienBatchWindow *self)
{
  for (guint i = 0; i < self->items->len; i++)
    if (((Item *) self->items->pdata[i])->state == MIEN_BATCH_WAITING)
      return self->items->pdata[i];
  return NULL;
}

static void
run_item (MienBatchWindow *self, Item *item)
{
  g_autoptr (MienAnalysisSettings) settings = mien_settings_new_analysis (item->path);

  settings->resume = mien_document_get_n_frames (self->document) > 0;
  self->running = item;
  self->analysis = mien_analysis_new (settings, NULL);
  g_signal_connect (self->analysis, "progress", G_CALLBACK (progress_cb), self);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (item->progress), 0);
  set_item (self, item, MIEN_BATCH_RUNNING, _ ("Preparing the analysis…"));
  mien_analysis_run_async (self->analysis, self->document, self->cancellable, analysed_cb,
                           g_object_ref (self));
}

static void
start_next (MienBatchWindow *self)
{
  Item *item;

  while ((item = find_waiting (self)) != NULL)
    {
      g_autoptr (GError) error = NULL;
      gboolean is_complete;

      if (g_cancellable_is_cancelled (self->cancellable))
        {
          set_item (self, item, MIEN_BATCH_STOPPED, _ ("Not started"));
          continue;
        }
      self->document = open_document (item, &is_complete, &error);
      if (self->document == NULL)
        fail_item (self, item, error);
      else if (is_complete)
        {
          mien_document_close (self->document, NULL);
          g_clear_object (&self->document);
          set_item (self, item, MIEN_BATCH_SKIPPED, _ ("Already analysed"));
        }
      else
        {
          run_item (self, item);
          return;
        }
    }
  end_queue (self);
}

static gboolean
is_queued (MienBatchWindow *self, const char *path)
{
  for (guint i = 0; i < self->items->len; i++)
    if (g_str_equal (((Item *) self->items->pdata[i])->path, path))
      return TRUE;
  return FALSE;
}

static void
append_item (MienBatchWindow *self, const char *path)
{
  Item *item = g_new0 (Item, 1);
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *title = g_filename_display_name (base);

  item->path = g_strdup (path);
  item->row = ADW_ACTION_ROW (adw_action_row_new ());
  item->icon = gtk_image_new ();
  item->progress = gtk_progress_bar_new ();
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (item->row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (item->row), title);
  adw_action_row_set_title_lines (item->row, 1);
  adw_action_row_set_subtitle_lines (item->row, 2);
  adw_action_row_add_prefix (item->row, item->icon);
  gtk_widget_set_valign (item->progress, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request (item->progress, 96, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (item->progress), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  title, -1);
  adw_action_row_add_suffix (item->row, item->progress);
  /* The row tells in words what its picture shows. */
  gtk_accessible_update_state (GTK_ACCESSIBLE (item->icon), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  mien_access_complete (GTK_WIDGET (item->row));
  gtk_list_box_append (self->list, GTK_WIDGET (item->row));
  g_ptr_array_add (self->items, item);
  set_item (self, item, MIEN_BATCH_WAITING, _ ("Waiting"));
}

guint
mien_batch_window_add (MienBatchWindow *self, GFile *file)
{
  g_autofree char *path = g_file_get_path (file);
  g_autoptr (GPtrArray) films = NULL;
  GtkApplication *app = GTK_APPLICATION (g_application_get_default ());
  guint added = 0;

  g_return_val_if_fail (MIEN_IS_BATCH_WINDOW (self), 0);
  if (path == NULL)
    return 0;
  films = list_films (path);
  for (guint i = 0; i < films->len; i++)
    if (!is_queued (self, films->pdata[i]))
      {
        append_item (self, films->pdata[i]);
        added++;
      }
  if (added == 0 || self->running != NULL)
    return added;
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  if (app != NULL && self->inhibit_cookie == 0)
    self->inhibit_cookie = gtk_application_inhibit (
        app, GTK_WINDOW (self), GTK_APPLICATION_INHIBIT_SUSPEND, _ ("Films are being analysed"));
  start_next (self);
  return added;
}

guint
mien_batch_window_get_n_files (MienBatchWindow *self)
{
  g_return_val_if_fail (MIEN_IS_BATCH_WINDOW (self), 0);
  return self->items->len;
}

MienBatchState
mien_batch_window_get_state (MienBatchWindow *self, guint file)
{
  g_return_val_if_fail (MIEN_IS_BATCH_WINDOW (self) && file < self->items->len, MIEN_BATCH_FAILED);
  return ((Item *) self->items->pdata[file])->state;
}

gboolean
mien_batch_window_is_running (MienBatchWindow *self)
{
  g_return_val_if_fail (MIEN_IS_BATCH_WINDOW (self), FALSE);
  return self->running != NULL;
}

/* --- buttons and drops ------------------------------------------------------------------------ */

static void
response_cb (GtkNativeDialog *dialog, int response, MienBatchWindow *self)
{
  g_autoptr (GListModel) files = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog));
  for (guint i = 0; files != NULL && i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);

      mien_batch_window_add (self, file);
    }
  g_clear_object (&self->chooser);
}

static void
add_cb (GtkButton *button, MienBatchWindow *self)
{
  GtkFileChooserNative *chooser =
      gtk_file_chooser_native_new (_ ("Choose a Folder of Films"), GTK_WINDOW (self),
                                   GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, NULL, NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (chooser), TRUE);
  g_signal_connect (chooser, "response", G_CALLBACK (response_cb), self);
  g_clear_object (&self->chooser);
  self->chooser = GTK_NATIVE_DIALOG (chooser);
  gtk_native_dialog_show (self->chooser);
}

static void
cancel_cb (GtkButton *button, MienBatchWindow *self)
{
  g_cancellable_cancel (self->cancellable);
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, MienBatchWindow *self)
{
  guint added = 0;

  for (GSList *l = g_value_get_boxed (value); l != NULL; l = l->next)
    added += mien_batch_window_add (self, l->data);
  return added > 0;
}

/* What runs is stopped; what was measured is kept in the document beside the film. */
static gboolean
mien_batch_window_close_request (GtkWindow *window)
{
  MienBatchWindow *self = MIEN_BATCH_WINDOW (window);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  return GTK_WINDOW_CLASS (mien_batch_window_parent_class)->close_request (window);
}

static void
mien_batch_window_dispose (GObject *object)
{
  MienBatchWindow *self = MIEN_BATCH_WINDOW (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->chooser);
  G_OBJECT_CLASS (mien_batch_window_parent_class)->dispose (object);
}

static void
mien_batch_window_finalize (GObject *object)
{
  MienBatchWindow *self = MIEN_BATCH_WINDOW (object);

  g_clear_object (&self->analysis);
  g_clear_object (&self->document);
  g_clear_object (&self->cancellable);
  g_ptr_array_unref (self->items);
  G_OBJECT_CLASS (mien_batch_window_parent_class)->finalize (object);
}

static void
mien_batch_window_class_init (MienBatchWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_batch_window_dispose;
  G_OBJECT_CLASS (klass)->finalize = mien_batch_window_finalize;
  GTK_WINDOW_CLASS (klass)->close_request = mien_batch_window_close_request;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/mien/Mien/batch-window.ui");
  gtk_widget_class_bind_template_child (widget_class, MienBatchWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, MienBatchWindow, list);
  gtk_widget_class_bind_template_child (widget_class, MienBatchWindow, summary);
  gtk_widget_class_bind_template_child (widget_class, MienBatchWindow, cancel_button);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
}

static void
mien_batch_window_init (MienBatchWindow *self)
{
  GtkDropTarget *target;

  self->items = g_ptr_array_new_with_free_func (item_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  mien_access_complete (GTK_WIDGET (self));
  target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
  g_signal_connect (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
  update_summary (self);
}

MienBatchWindow *
mien_batch_window_new (GtkApplication *application)
{
  return g_object_new (MIEN_TYPE_BATCH_WINDOW, "application", application, NULL);
}
