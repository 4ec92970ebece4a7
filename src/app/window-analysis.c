/* The job that measures a film, and the look ahead at what it has not reached yet.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/window-private.h"

#include <glib/gi18n.h>

#include "base/error.h"
#include "emotion/labels.h"
#include "widgets/settings.h"
#include "widgets/words.h"

gboolean
mien_window_is_analysing (MienWindow *self)
{
  g_return_val_if_fail (MIEN_IS_WINDOW (self), FALSE);
  return self->analysis != NULL;
}

void
mien_window_apply_filters (MienDocument *document)
{
  GSettings *settings = mien_settings_get_default ();
  MienFilters filters;

  mien_filters_init (&filters);
  filters.smoothing.seconds = g_settings_get_double (settings, MIEN_SETTINGS_SMOOTHING);
  filters.smoothing.kind =
      filters.smoothing.seconds > 0 ? MIEN_SMOOTHING_GAUSS : MIEN_SMOOTHING_NONE;
  filters.segment_seconds = g_settings_get_double (settings, MIEN_SETTINGS_SEGMENT);
  filters.threshold = g_settings_get_double (settings, MIEN_SETTINGS_THRESHOLD);
  mien_document_set_filters (document, &filters);
}

/* What stands over lanes that show nothing. */
void
mien_window_update_timeline_state (MienWindow *self)
{
  MienDocument *document = mien_session_get_document (self->session);
  const char *text = NULL;

  if (document != NULL && g_list_model_get_n_items (mien_document_get_people (document)) == 0)
    {
      if (self->state == MIEN_WINDOW_CAMERA)
        text = _ ("Nobody has been seen yet");
      else if (self->analysis != NULL)
        text = _ ("Looking for faces…");
      else if (mien_document_is_complete (document))
        text = _ ("No face was found in this film.\nFaces have to look towards the camera and be "
                  "more than about 20 pixels wide.");
      else
        text = _ ("Not analysed yet");
    }
  mien_timeline_pane_set_state (self->timeline_pane, text);
}

/* --- the job ---------------------------------------------------------------------------------- */

static void
progress_cb (MienAnalysis *analysis, MienWindow *self)
{
  MienAnalysisProgress progress;

  mien_analysis_get_progress (analysis, &progress);
  mien_analysis_bar_set_progress (self->analysis_bar, &progress);
}

static void
release_job (MienWindow *self)
{
  GtkApplication *app = gtk_window_get_application (GTK_WINDOW (self));

  g_signal_handlers_disconnect_by_data (self->analysis, self);
  g_clear_object (&self->analysis);
  g_clear_object (&self->analysis_cancel);
  if (self->inhibit_cookie != 0 && app != NULL)
    gtk_application_uninhibit (app, self->inhibit_cookie);
  self->inhibit_cookie = 0;
  gtk_revealer_set_reveal_child (self->analysis_revealer, FALSE);
  mien_window_update_title (self);
  mien_window_update_actions (self);
  mien_window_update_timeline_state (self);
}

/* Told by the desktop only when the person looks elsewhere. */
static void
notify_done (MienWindow *self)
{
  GApplication *app = G_APPLICATION (gtk_window_get_application (GTK_WINDOW (self)));
  g_autoptr (GNotification) notification = NULL;
  g_autofree char *name = NULL;

  if (app == NULL || self->file == NULL || gtk_window_is_active (GTK_WINDOW (self)))
    return;
  name = g_file_get_basename (self->file);
  notification = g_notification_new (_ ("Analysis finished"));
  g_notification_set_body (notification, name);
  g_application_send_notification (app, "analysis", notification);
}

static void
finished_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MienWindow) self = user_data;
  MienAnalysis *analysis = MIEN_ANALYSIS (object);
  g_autoptr (GError) error = NULL;
  gboolean ok = mien_analysis_run_finish (analysis, result, &error);

  /* Another film may have been opened meanwhile. */
  if (self->analysis != analysis)
    return;
  release_job (self);
  if (ok)
    notify_done (self);
  /* Begun with other preferences: it cannot be gone on with, but begun again. */
  else if (g_error_matches (error, MIEN_ERROR, MIEN_ERROR_USAGE))
    mien_window_toast_with_action (self, error->message, _ ("_Start Anew"), "win.analyse-anew");
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    mien_window_toast (self, error->message);
  else
    mien_window_toast_with_action (self, _ ("Stopped; what was measured is kept"), _ ("Go _On"),
                                   "win.analyse");
}

/* Looks at the picture that stands. No other one may come that would be looked at instead: while
 * the models were loaded the film has stopped, or it never played. */
static void
look_at_standing (MienWindow *self)
{
  g_autoptr (MienFrame) frame = NULL;

  if (self->player == NULL)
    return;
  frame = mien_player_dup_frame (self->player);
  if (frame != NULL)
    mien_window_look_ahead (self, frame);
}

/* A fresh document in place of the one that holds a finished or another analysis. */
static void
renew_document (MienWindow *self)
{
  MienDocument *old = mien_session_get_document (self->session);
  g_autofree char *path = g_strdup (mien_document_get_path (old));
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDocument) document = NULL;

  if (path != NULL)
    {
      mien_document_close (old, NULL);
      document = mien_document_create (path, &error);
      if (document == NULL)
        mien_window_toast (self, error->message);
    }
  if (document == NULL)
    document = mien_document_new ();
  mien_window_apply_filters (document);
  mien_session_set_document (self->session, document);
  mien_session_set_duration (self->session, mien_player_get_duration_ns (self->player));
  mien_session_set_playhead (self->session, mien_player_get_position_ns (self->player));
  /* What it knew of the picture that stands is gone with it. */
  look_at_standing (self);
}

void
mien_window_start_analysis (MienWindow *self, gboolean resume)
{
  GtkApplication *app = gtk_window_get_application (GTK_WINDOW (self));
  g_autoptr (MienAnalysisSettings) settings = NULL;
  MienDocument *document = mien_session_get_document (self->session);

  if (self->analysis != NULL || self->film_path == NULL || self->player == NULL || document == NULL)
    return;
  if (mien_document_get_n_frames (document) == 0)
    resume = FALSE;
  else if (!resume)
    {
      renew_document (self);
      document = mien_session_get_document (self->session);
    }
  settings = mien_settings_new_analysis (self->film_path);
  settings->resume = resume;
  self->analysis = mien_analysis_new (settings, NULL);
  self->analysis_cancel = g_cancellable_new ();
  g_signal_connect (self->analysis, "progress", G_CALLBACK (progress_cb), self);
  progress_cb (self->analysis, self);
  gtk_revealer_set_reveal_child (self->analysis_revealer, TRUE);
  if (app != NULL)
    self->inhibit_cookie = gtk_application_inhibit (
        app, GTK_WINDOW (self), GTK_APPLICATION_INHIBIT_SUSPEND, _ ("A film is being analysed"));
  mien_analysis_run_async (self->analysis, document, self->analysis_cancel, finished_cb,
                           g_object_ref (self));
  mien_window_update_actions (self);
  mien_window_update_timeline_state (self);
}

void
mien_window_stop_analysis (MienWindow *self)
{
  if (self->analysis == NULL)
    return;
  g_cancellable_cancel (self->analysis_cancel);
  release_job (self);
}

/* --- models and the look ahead ---------------------------------------------------------------- */

static void
live_cb (MienLive *live, const MienLiveResult *result, gpointer user_data)
{
  MienWindow *self = user_data;

  if (self->camera != NULL)
    mien_window_camera_result (self, result);
  else
    mien_session_set_live (self->session, result->pts_ns, result->samples, result->n_samples);
}

/* A document that nothing was measured for has no classes, or those of models that the preferences
 * named before; labels need them. */
static void
ensure_classes (MienWindow *self)
{
  MienDocument *document = mien_session_get_document (self->session);
  MienClass classes[MIEN_LABELS_MAX] = { 0 };
  const MienLabelSet set = mien_models_get_label_set (self->models);
  guint n = mien_label_set_get_n (set);

  if (document == NULL || mien_document_get_n_classes (document) == n)
    return;
  if (mien_document_get_n_classes (document) > 0
      && (self->analysis != NULL || mien_document_get_n_frames (document) > 0))
    return;
  for (guint i = 0; i < n; i++)
    {
      classes[i].name = mien_label_set_get_labels (set)[i];
      classes[i].valence = (double) mien_label_set_get_valence_signs (set)[i];
      classes[i].arousal = (double) mien_label_set_get_arousal_weights (set)[i];
    }
  mien_document_set_classes (document, classes, n);
}

/* What a look ahead is measured in: the labels of what was measured already, as it is shown beside
 * it, else those of the preferences. */
static MienLabelSet
choose_labels (MienWindow *self, const MienAnalysisSettings *settings)
{
  MienDocument *document = mien_session_get_document (self->session);
  MienLabelSet set = MIEN_LABELS_FERPLUS;

  mien_label_set_from_name (mien_analysis_settings_get_labels (settings), &set);
  if (document == NULL || (self->analysis == NULL && mien_document_get_n_frames (document) == 0))
    return set;
  for (MienLabelSet k = MIEN_LABELS_FERPLUS; k <= MIEN_LABELS_FER2013; k++)
    if (mien_document_get_n_classes (document) == mien_label_set_get_n (k))
      set = k;
  return set;
}

static MienAnalysisSettings *
new_live_settings (MienWindow *self)
{
  MienAnalysisSettings *settings = mien_settings_new_analysis (NULL);
  const char *labels = mien_label_set_get_name (choose_labels (self, settings));

  g_free (settings->labels);
  settings->labels = g_strdup (labels);
  g_free (settings->detector);
  settings->detector = g_strdup ("fast");
  settings->every = 1;
  settings->landmarks = settings->mesh = FALSE; /* they are shown of what is kept only */
  return settings;
}

static void
load_models_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  MienModels *models = mien_models_load (data, &error);

  if (models == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, models, (GDestroyNotify) mien_models_unref);
}

static void
models_loaded_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MienWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MienModels) models = g_task_propagate_pointer (G_TASK (result), &error);

  /* The preferences name others by now. */
  if (g_task_get_cancellable (G_TASK (result)) != self->models_loading)
    return;
  g_clear_object (&self->models_loading);
  /* A failure is told once; without models there are boxes of the analysis only. */
  self->models_failed = models == NULL;
  if (models == NULL)
    {
      mien_window_toast (self, error->message);
      return;
    }
  self->models = g_steal_pointer (&models);
  mien_window_ensure_live (self);
  look_at_standing (self);
}

static void
drop_models (MienWindow *self)
{
  mien_window_drop_live (self);
  if (self->live != NULL)
    mien_live_stop (self->live);
  g_clear_object (&self->live);
  g_clear_pointer (&self->models, mien_models_unref);
  g_clear_object (&self->models_loading);
}

/* Whether the models that are loaded answer in the labels that are wanted now. */
static gboolean
has_fitting_models (MienWindow *self)
{
  g_autoptr (MienAnalysisSettings) settings = mien_settings_new_analysis (NULL);

  return mien_models_get_label_set (self->models) == choose_labels (self, settings);
}

void
mien_window_ensure_live (MienWindow *self)
{
  g_autoptr (MienAnalysisSettings) settings = NULL;
  g_autoptr (GTask) task = NULL;

  if (self->models != NULL && !has_fitting_models (self))
    drop_models (self);
  if (self->live != NULL || self->models_loading != NULL || self->models_failed)
    return;
  if (self->models == NULL)
    {
      self->models_loading = g_cancellable_new ();
      /* Not as the source: the thread may be the last to let go of a task, and of that. */
      task = g_task_new (NULL, self->models_loading, models_loaded_cb, g_object_ref (self));
      g_task_set_task_data (task, new_live_settings (self),
                            (GDestroyNotify) mien_analysis_settings_free);
      g_task_run_in_thread (task, load_models_thread);
      return;
    }
  if (mien_session_get_document (self->session) == NULL)
    return;
  ensure_classes (self);
  settings = new_live_settings (self);
  self->live = mien_live_new (self->models, settings);
  mien_live_set_func (self->live, live_cb, self);
}

void
mien_window_drop_live (MienWindow *self)
{
  mien_session_set_live (self->session, MIEN_SESSION_NO_TIME, NULL, 0);
  if (self->live == NULL)
    return;
  if (mien_session_get_document (self->session) == NULL || self->camera != NULL)
    {
      mien_live_stop (self->live);
      g_clear_object (&self->live);
      return;
    }
  mien_live_reset (self->live);
}

void
mien_window_look_ahead (MienWindow *self, MienFrame *frame)
{
  if (mien_session_is_analysed (self->session, frame->pts_ns) || self->seeking)
    return;
  mien_window_ensure_live (self);
  if (self->live == NULL)
    return;
  ensure_classes (self);
  mien_live_push (self->live, frame);
}

void
mien_window_forget_models (MienWindow *self)
{
  /* A camera goes on with what it began with. */
  if (self->camera != NULL)
    return;
  drop_models (self);
  self->models_failed = FALSE;
  look_at_standing (self);
}
