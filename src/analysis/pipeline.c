/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/pipeline.h"

#include "analysis/pipeline-private.h"
#include "analysis/resume.h"

/* Memory that pictures held back for the tracker may take. */
#define MAX_HELD_BYTES (256 << 20)
/* As many frames may lie between two that are looked at, however large they are. */
#define MIN_STEP_ROOM 4

void
mien_slot_free (gpointer data)
{
  MienSlot *slot = data;

  if (slot == NULL)
    return;
  g_clear_pointer (&slot->frame, mien_frame_unref);
  g_clear_pointer (&slot->faces, g_array_unref);
  g_free (slot->looks);
  g_free (slot->wanted);
  g_free (slot->features);
  g_free (slot->witnessed);
  g_free (slot->tracked);
  g_free (slot->samples);
  g_free (slot->points);
  g_free (slot->embeddings);
  g_clear_pointer (&slot->shapes, g_bytes_unref);
  g_clear_pointer (&slot->before, g_bytes_unref);
  g_clear_pointer (&slot->state, g_bytes_unref);
  g_free (slot);
}

/* Gives frames whose faces have been read to the workers once more, in order, to be compared with
 * the frame before. */
static void
compare_read (MienPipeline *self)
{
  for (GList *l = self->slots.head; l != NULL && self->settings->flow; l = l->next)
    {
      MienSlot *slot = l->data;

      if (slot->is_moved)
        continue;
      if (slot->stage != MIEN_SLOT_READ)
        return;
      slot->is_moved = TRUE;
      slot->before = g_steal_pointer (&self->shapes);
      if (slot->shapes == NULL)
        continue;
      self->shapes = g_bytes_ref (slot->shapes);
      if (slot->before == NULL)
        continue;
      slot->stage = MIEN_SLOT_READING;
      g_queue_push_tail (&self->read_tasks, slot);
      g_cond_signal (&self->work);
    }
}

static gboolean
give (MienPipeline *self, const MienPipelineFrame **frame)
{
  MienSlot *slot;
  GBytes *shapes;

  compare_read (self);
  slot = g_queue_peek_head (&self->slots);
  if (slot == NULL || slot->stage != MIEN_SLOT_READ)
    return FALSE;
  g_queue_pop_head (&self->slots);
  self->n_reading--;
  self->given = slot;
  /* The frame before this one is the last that a late state knows. */
  shapes = slot->state != NULL ? slot->shapes : slot->before;
  if (slot->state == NULL)
    slot->state = g_steal_pointer (&self->late_state);
  g_clear_pointer (&self->late_state, g_bytes_unref);
  if (slot->state != NULL && shapes != NULL)
    mien_resume_state_add_shapes (&slot->state, shapes);
  self->given_frame.frame = slot->index;
  self->given_frame.pts_ns = slot->pts_ns;
  self->given_frame.samples = slot->samples;
  self->given_frame.n_samples = slot->n_samples;
  self->given_frame.state = slot->state;
  *frame = &self->given_frame;
  return TRUE;
}

static gboolean
next_locked (MienPipeline *self, const MienPipelineFrame **frame, GError **error)
{
  for (;;)
    {
      if (g_cancellable_set_error_if_cancelled (self->stop, error))
        return FALSE;
      if (give (self, frame))
        return TRUE;
      if (self->worker_error != NULL)
        {
          g_propagate_error (error, g_error_copy (self->worker_error));
          return FALSE;
        }
      if (mien_pipeline_track (self))
        continue;
      if (self->is_finished && g_queue_is_empty (&self->slots))
        break;
      g_cond_wait (&self->ready, &self->mutex);
    }
  if (self->source_error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->source_error));
      return FALSE;
    }
  return TRUE;
}

gboolean
mien_pipeline_next (MienPipeline *self, const MienPipelineFrame **frame, GError **error)
{
  gboolean ok;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (frame != NULL, FALSE);

  *frame = NULL;
  g_clear_pointer (&self->given, mien_slot_free);
  g_mutex_lock (&self->mutex);
  ok = next_locked (self, frame, error);
  g_mutex_unlock (&self->mutex);
  return ok;
}

/* -- life -- */

static void
on_stop (GCancellable *stop, gpointer data)
{
  MienPipeline *self = data;

  g_mutex_lock (&self->mutex);
  g_cond_signal (&self->ready);
  g_mutex_unlock (&self->mutex);
}

/* Frames that the memory has room for. */
static gint64
count_room (MienPipeline *self)
{
  const MienMediaInfo *info = mien_frame_source_get_info (self->source);

  return MAX_HELD_BYTES / MAX (1, (gint64) info->width * info->height * 3 / 2);
}

/* What lies between two frames that are looked at waits for the second. Who faces are is asked in
 * the same frames of a run that looks at every frame as of one that chooses, and waited for as
 * long, so that both say the same. */
static void
choose_steps (MienPipeline *self)
{
  guint own = mien_gap_choose_step (mien_frame_source_get_info (self->source),
                                    self->settings->every, mien_models_get_detector (self->models));
  guint step = self->settings->detect_every == 0 ? own : self->settings->detect_every;
  gint64 most = MAX (MIN_STEP_ROOM, count_room (self) / 2);

  self->step = (guint) CLAMP ((gint64) step, 1, most);
  self->due_step = self->step > 1 ? self->step : (guint) CLAMP ((gint64) own, 1, most);
}

/* How the tracker works for this input: single pictures have no "next frame" to confirm a face by,
 * and frames that wait for it must not eat the memory. */
static MienTrackerOptions
choose_tracker_options (MienPipeline *self)
{
  const MienMediaInfo *info = mien_frame_source_get_info (self->source);
  MienTrackerOptions options = mien_tracker_options_init (FALSE);
  gint64 room = MAX (options.delay, count_room (self));
  gint64 wish = (gint64) options.delay * self->due_step;

  options.delay = (guint) CLAMP (wish, options.delay, room);
  options.min_score_new =
      mien_detector_model_get_sure_score (mien_models_get_detector (self->models));
  if (mien_models_get_embedder (self->models) != NULL)
    mien_tracker_options_use_features (&options, MIEN_EVALUATOR_EMBEDDING);
  if (info->kind == MIEN_MEDIA_IMAGE || info->kind == MIEN_MEDIA_FOLDER)
    {
      options.confirm = 1;
      options.min_score_new = 0;
    }
  return options;
}

MienPipeline *
mien_pipeline_new (MienModels *models,
                   const MienAnalysisSettings *settings,
                   MienFrameSource *source,
                   GBytes *state,
                   GCancellable *stop)
{
  MienPipeline *self = g_new0 (MienPipeline, 1);
  MienTrackerOptions options;

  self->models = mien_models_ref (models);
  self->settings = mien_analysis_settings_copy (settings);
  self->source = source;
  self->stop = g_object_ref (stop);
  self->n_workers = settings->threads > 0 ? settings->threads : mien_parallel_count_processors ();
  self->known_frame = self->pushed_frame = -1;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->feed);
  g_cond_init (&self->work);
  g_cond_init (&self->ready);
  self->cuts = mien_cut_detector_new ();
  self->key_faces = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));
  choose_steps (self);
  options = choose_tracker_options (self);
  if (state != NULL)
    self->tracker =
        mien_resume_state_restore (state, &options, &self->known_frame, &self->pushed_frame,
                                   self->key_faces, &self->memory, &self->shapes);
  if (self->tracker == NULL)
    self->tracker = mien_tracker_new (&options);
  self->settled_frame = self->known_frame;
  self->tracked_frame = self->pushed_frame;
  self->stop_handler = g_cancellable_connect (stop, G_CALLBACK (on_stop), self, NULL);
  self->workers = g_new0 (GThread *, self->n_workers);
  for (guint i = 0; i < self->n_workers; i++)
    self->workers[i] = g_thread_new ("mien-worker", mien_pipeline_work, self);
  self->feeder = g_thread_new ("mien-feeder", mien_pipeline_feed, self);
  return self;
}

void
mien_pipeline_free (MienPipeline *self)
{
  if (self == NULL)
    return;
  g_cancellable_disconnect (self->stop, self->stop_handler);
  g_cancellable_cancel (self->stop); /* ends a wait inside the source */
  g_mutex_lock (&self->mutex);
  self->quit = TRUE;
  g_cond_broadcast (&self->work);
  g_cond_broadcast (&self->feed);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->feeder);
  for (guint i = 0; i < self->n_workers; i++)
    g_thread_join (self->workers[i]);
  g_free (self->workers);
  g_queue_clear_full (&self->slots, mien_slot_free);
  g_queue_clear (&self->detect_tasks);
  g_queue_clear (&self->read_tasks);
  mien_slot_free (self->given);
  g_clear_pointer (&self->late_state, g_bytes_unref);
  g_clear_error (&self->source_error);
  g_clear_error (&self->worker_error);
  g_clear_pointer (&self->tracker, mien_tracker_free);
  g_clear_pointer (&self->cuts, mien_cut_detector_free);
  g_array_unref (self->key_faces);
  g_clear_pointer (&self->shapes, g_bytes_unref);
  mien_models_unref (self->models);
  mien_analysis_settings_free (self->settings);
  g_object_unref (self->stop);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->feed);
  g_cond_clear (&self->work);
  g_cond_clear (&self->ready);
  g_free (self);
}

void
mien_pipeline_get_counts (MienPipeline *self, MienEvaluatorCounts *counts, gint64 *track_ns)
{
  g_mutex_lock (&self->mutex);
  *counts = self->counts;
  *track_ns = self->track_ns;
  g_mutex_unlock (&self->mutex);
}
