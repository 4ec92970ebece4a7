/* Labelled pictures, and what is measured over them in the background: what the model answers to,
 * and how far it can be trusted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <adwaita.h>
#include <glib/gi18n.h>

#include "analysis/ranges.h"
#include "base/error.h"
#include "base/parallel.h"
#include "widgets/network-page-private.h"
#include "widgets/settings.h"
#include "widgets/words.h"

#define ABLATED 250
#define ROBUSTNESS_PICTURES 240
/* FER+ votes as they are published; beside a table they are those of its rows. */
#define VOTES_NAME "fer2013new.csv"

/* ---- the pictures ---- */

static void
data_clear (gpointer pointer)
{
  MienNetworkData *data = pointer;

  g_clear_pointer (&data->dataset, mien_dataset_free);
  g_free (data->path);
}

void
mien_network_data_unref (MienNetworkData *self)
{
  g_atomic_rc_box_release_full (self, data_clear);
}

/* Copies of test images mean something only where there is a part to learn from. */
static gboolean
has_parts (const MienNetworkData *data)
{
  return !mien_dataset_has_split (data->dataset, 0, MIEN_SPLIT_TRAINING)
         || !mien_dataset_has_split (data->dataset, 0, MIEN_SPLIT_PRIVATE_TEST);
}

static MienProtocol
get_protocol (MienClassifierModel *classifier)
{
  return mien_classifier_model_get_label_set (classifier) == MIEN_LABELS_FER2013
             ? MIEN_PROTOCOL_FER2013
             : MIEN_PROTOCOL_MAJORITY;
}

static char *
dup_words (const MienNetworkData *data, MienClassifierModel *classifier)
{
  g_autofree char *name = g_path_get_basename (data->path);

  if (!has_parts (data))
    return g_steal_pointer (&name);
  return g_strdup_printf ("%s, protocol %s, without copies",
                          mien_split_get_name (MIEN_SPLIT_PRIVATE_TEST),
                          mien_protocol_get_name (get_protocol (classifier)));
}

/* A document: the ranges of its film that are named after emotions. */
static gboolean
is_document (const char *path)
{
  return g_str_has_suffix (path, ".mien");
}

static MienDataset *
load_dataset (const char *path, MienClassifierModel *classifier, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *votes = g_build_filename (folder, VOTES_NAME, NULL);
  gboolean has_votes =
      !g_file_test (path, G_FILE_TEST_IS_DIR) && g_file_test (votes, G_FILE_TEST_IS_REGULAR);

  if (is_document (path))
    return mien_ranges_load (path, mien_classifier_model_get_crop (classifier), error);
  return mien_dataset_load (path, has_votes ? votes : NULL, error);
}

static MienNetworkData *
load_data (const char *path, MienClassifierModel *classifier, GError **error)
{
  MienDataset *dataset = load_dataset (path, classifier, error);
  MienNetworkData *data;

  if (dataset == NULL)
    return NULL;
  if (mien_dataset_get_n_rows (dataset) == 0)
    {
      mien_dataset_free (dataset);
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, _ ("%s: holds no picture"), path);
      return NULL;
    }
  data = g_atomic_rc_box_new (MienNetworkData);
  *data = (MienNetworkData){ dataset, g_strdup (path) };
  return data;
}

/* ---- one piece of work ---- */

typedef struct
{
  MienNetworkJob kind, next;
  char *path;
  MienNetworkData *data;
  MienClassifierModel *classifier;
  double from, part; /* of the whole that the step under way is; the worker's */
  gint done;         /* thousandths; atomic: the worker writes, the main loop reads */
  char *words;       /* for the person, as are the next; the main loop's */
  gint64 begun_us;
  MienResponse *response;
  GPtrArray *sweeps; /* of MienInfluence */
} Job;

static void
job_free (gpointer pointer)
{
  Job *job = pointer;

  g_free (job->path);
  g_free (job->words);
  g_clear_pointer (&job->data, mien_network_data_unref);
  g_clear_pointer (&job->classifier, mien_classifier_model_unref);
  g_clear_pointer (&job->response, mien_response_free);
  g_clear_pointer (&job->sweeps, g_ptr_array_unref);
  g_free (job);
}

static void
progress_cb (double done, gpointer user_data)
{
  Job *job = user_data;

  g_atomic_int_set (&job->done, (int) (1000 * (job->from + job->part * done)));
}

static void
step (Job *job, double from, double part)
{
  job->from = from;
  job->part = part;
  progress_cb (0, job);
}

static gboolean
measure_response (Job *job, MienParallel *parallel, GCancellable *cancellable, GError **error)
{
  MienProtocol protocol = get_protocol (job->classifier);
  gboolean exclude = has_parts (job->data);

  step (job, 0, 0.5);
  job->response =
      mien_response_compute (job->classifier, job->data->dataset, MIEN_SPLIT_PRIVATE_TEST, protocol,
                             exclude, parallel, progress_cb, job, cancellable, error);
  if (job->response == NULL)
    return FALSE;
  g_free (job->response->data);
  job->response->data = dup_words (job->data, job->classifier);
  step (job, 0.5, 0.5);
  return mien_response_ablate (job->response, job->classifier, job->data->dataset,
                               MIEN_SPLIT_PRIVATE_TEST, protocol, exclude, ABLATED, parallel,
                               progress_cb, job, cancellable, error);
}

static gboolean
measure_robustness (Job *job, MienParallel *parallel, GCancellable *cancellable, GError **error)
{
  job->sweeps = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_influence_free);
  for (int sweep = 0; sweep < MIEN_N_SWEEPS; sweep++)
    {
      MienInfluence *influence;

      step (job, (double) sweep / MIEN_N_SWEEPS, 1.0 / MIEN_N_SWEEPS);
      influence = mien_influence_set (job->classifier, job->data->dataset, MIEN_SPLIT_PRIVATE_TEST,
                                      get_protocol (job->classifier), has_parts (job->data),
                                      ROBUSTNESS_PICTURES, (MienSweep) sweep, parallel, progress_cb,
                                      job, cancellable, error);
      if (influence == NULL)
        return FALSE;
      g_ptr_array_add (job->sweeps, influence);
    }
  return TRUE;
}

static void
work (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;
  g_autoptr (MienParallel) parallel = NULL;
  gboolean good;

  if (job->kind == MIEN_NETWORK_JOB_OPEN)
    {
      job->data = load_data (job->path, job->classifier, &error);
      good = job->data != NULL;
    }
  else
    {
      parallel = mien_parallel_new (0);
      good = job->kind == MIEN_NETWORK_JOB_RESPONSE
                 ? measure_response (job, parallel, cancellable, &error)
                 : measure_robustness (job, parallel, cancellable, &error);
    }
  if (good)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* ---- on the main loop ---- */

static void
show_job (MienNetworkPage *self, const char *words)
{
  gtk_widget_set_visible (self->job_box, words != NULL);
  gtk_progress_bar_set_fraction (self->job_bar, 0);
  gtk_progress_bar_set_text (self->job_bar, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->job_bar), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  words != NULL ? words : "", -1);
}

static void
end_job (MienNetworkPage *self)
{
  g_clear_object (&self->job);
  g_clear_handle_id (&self->job_tick, g_source_remove);
  show_job (self, NULL);
}

void
mien_network_page_cancel_job (MienNetworkPage *self)
{
  if (self->job == NULL)
    return;
  g_cancellable_cancel (g_task_get_cancellable (self->job));
  end_job (self);
}

static gboolean
tick_cb (gpointer data)
{
  MienNetworkPage *self = data;
  Job *job = g_task_get_task_data (self->job);
  double done = g_atomic_int_get (&job->done) / 1000.0;
  g_autofree char *left = mien_words_dup_guess (job->begun_us, done);
  g_autofree char *text =
      left == NULL ? g_strdup (job->words) : g_strdup_printf ("%s  ·  %s", job->words, left);

  gtk_progress_bar_set_text (self->job_bar, text);
  if (job->kind == MIEN_NETWORK_JOB_OPEN)
    gtk_progress_bar_pulse (self->job_bar);
  else
    gtk_progress_bar_set_fraction (self->job_bar, done);
  return G_SOURCE_CONTINUE;
}

static void
done_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GTask *task = G_TASK (result);
  MienNetworkPage *self = data;
  Job *job = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  gboolean good;

  /* Then the page may be gone. */
  if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    return;
  good = g_task_propagate_boolean (task, &error);
  end_job (self);
  if (!good)
    {
      mien_network_page_tell (self, error->message);
      return;
    }
  if (job->kind == MIEN_NETWORK_JOB_OPEN)
    {
      g_clear_pointer (&self->data, mien_network_data_unref);
      self->data = g_steal_pointer (&job->data);
      g_settings_set_string (mien_settings_get_default (), MIEN_SETTINGS_LABELLED_DATA, job->path);
      mien_network_page_data_changed (self);
      if (job->next != MIEN_NETWORK_JOB_OPEN)
        mien_network_page_start_job (self, job->next, NULL);
    }
  else if (job->kind == MIEN_NETWORK_JOB_RESPONSE)
    mien_network_page_take_response (self, g_steal_pointer (&job->response));
  else
    mien_network_page_take_sweeps (self, g_steal_pointer (&job->sweeps),
                                   dup_words (job->data, job->classifier));
}

static void
start (MienNetworkPage *self, Job *job)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *name = NULL;

  mien_network_page_cancel_job (self);
  job->classifier = mien_classifier_model_ref (mien_scope_get_classifier (self->scope));
  if (job->kind != MIEN_NETWORK_JOB_OPEN)
    job->data = g_atomic_rc_box_acquire (self->data);
  name = g_path_get_basename (job->path != NULL ? job->path : job->data->path);
  if (job->kind == MIEN_NETWORK_JOB_OPEN)
    /* Translators: name of a file. */
    job->words = g_strdup_printf (_ ("Reading %s"), name);
  else
    /* Translators: name of a file with labelled pictures. */
    job->words = g_strdup_printf (_ ("Measuring over %s"), name);
  job->begun_us = g_get_monotonic_time ();
  self->job = g_task_new (NULL, cancellable, done_cb, self);
  g_task_set_task_data (self->job, job, job_free);
  show_job (self, job->words);
  self->job_tick = g_timeout_add (100, tick_cb, self);
  g_task_run_in_thread (self->job, work);
}

void
mien_network_page_open_data (MienNetworkPage *self, const char *path, MienNetworkJob next)
{
  Job *job;

  g_return_if_fail (MIEN_IS_NETWORK_PAGE (self) && self->scope != NULL && path != NULL);
  job = g_new0 (Job, 1);
  job->kind = MIEN_NETWORK_JOB_OPEN;
  job->next = next;
  job->path = g_strdup (path);
  start (self, job);
}

void
mien_network_page_forget_ranges (MienNetworkPage *self)
{
  if (self->data != NULL && is_document (self->data->path))
    g_clear_pointer (&self->data, mien_network_data_unref);
}

/* The pictures of the last time, when they are still there. */
static char *
dup_known_path (void)
{
  g_autofree char *path =
      g_settings_get_string (mien_settings_get_default (), MIEN_SETTINGS_LABELLED_DATA);

  return *path != '\0' && g_file_test (path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&path) : NULL;
}

gboolean
mien_network_page_find_data (MienNetworkPage *self)
{
  g_autofree char *path = NULL;

  if (self->data != NULL)
    return TRUE;
  path = dup_known_path ();
  if (path != NULL && self->job == NULL)
    mien_network_page_open_data (self, path, MIEN_NETWORK_JOB_OPEN);
  return FALSE;
}

static void
chosen_cb (GtkNativeDialog *dialog, int response, MienNetworkPage *self)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *path = NULL;
  MienNetworkJob next =
      (MienNetworkJob) GPOINTER_TO_INT (g_object_get_data (G_OBJECT (dialog), "next"));

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  path = file == NULL ? NULL : g_file_get_path (file);
  if (path != NULL && self->scope != NULL)
    mien_network_page_open_data (self, path, next);
  g_object_unref (dialog);
}

static void
choose (MienNetworkPage *self, gboolean is_folder, MienNetworkJob next)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      is_folder ? _ ("A Folder for Each Emotion") : _ ("Labelled Pictures"),
      GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
      is_folder ? GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER : GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  if (!is_folder)
    {
      gtk_file_filter_set_name (
          filter, _ ("Tables of FER2013, documents with ranges named after emotions"));
      gtk_file_filter_add_pattern (filter, "*.csv");
      gtk_file_filter_add_pattern (filter, "*.csv.gz");
      gtk_file_filter_add_pattern (filter, "*.mien");
      gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
    }
  g_object_set_data (G_OBJECT (dialog), "next", GINT_TO_POINTER (next));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (chosen_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
mien_network_page_start_job (MienNetworkPage *self, MienNetworkJob kind, const char *path)
{
  g_autofree char *known = NULL;
  Job *job;

  g_return_if_fail (MIEN_IS_NETWORK_PAGE (self));
  if (self->scope == NULL)
    return;
  if (self->data == NULL || (path != NULL && g_strcmp0 (path, self->data->path) != 0))
    {
      known = path != NULL ? g_strdup (path) : dup_known_path ();
      if (known != NULL)
        mien_network_page_open_data (self, known, kind);
      else
        choose (self, FALSE, kind);
      return;
    }
  job = g_new0 (Job, 1);
  job->kind = kind;
  start (self, job);
}

void
mien_network_page_measure (MienNetworkPage *self, const char *what, const char *path)
{
  mien_network_page_start_job (self,
                               g_strcmp0 (what, "robustness") == 0 ? MIEN_NETWORK_JOB_ROBUSTNESS
                                                                   : MIEN_NETWORK_JOB_RESPONSE,
                               path);
}

gboolean
mien_network_page_is_measuring (MienNetworkPage *self)
{
  g_return_val_if_fail (MIEN_IS_NETWORK_PAGE (self), FALSE);
  return self->job != NULL;
}

/* ---- the menu ---- */

static void
open_cb (GSimpleAction *action, GVariant *parameter, gpointer self)
{
  choose (self, FALSE, MIEN_NETWORK_JOB_OPEN);
}

static void
folder_cb (GSimpleAction *action, GVariant *parameter, gpointer self)
{
  choose (self, TRUE, MIEN_NETWORK_JOB_OPEN);
}

static void
response_cb (GSimpleAction *action, GVariant *parameter, gpointer self)
{
  mien_network_page_start_job (self, MIEN_NETWORK_JOB_RESPONSE, NULL);
}

static void
robustness_cb (GSimpleAction *action, GVariant *parameter, gpointer self)
{
  mien_network_page_start_job (self, MIEN_NETWORK_JOB_ROBUSTNESS, NULL);
}

static void
cancel_cb (GtkButton *button, MienNetworkPage *self)
{
  mien_network_page_cancel_job (self);
}

void
mien_network_page_init_data (MienNetworkPage *self)
{
  static const GActionEntry entries[] = {
    { "open", open_cb, NULL, NULL, NULL, { 0 } },
    { "folder", folder_cb, NULL, NULL, NULL, { 0 } },
    { "response", response_cb, NULL, NULL, NULL, { 0 } },
    { "robustness", robustness_cb, NULL, NULL, NULL, { 0 } },
  };
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();

  g_action_map_add_action_entries (G_ACTION_MAP (group), entries, G_N_ELEMENTS (entries), self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "data", G_ACTION_GROUP (group));
  g_signal_connect (self->job_cancel, "clicked", G_CALLBACK (cancel_cb), self);
}
