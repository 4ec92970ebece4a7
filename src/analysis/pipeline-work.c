/* The threads of a pipeline: frames in, faces found and read.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/pipeline-private.h"

static MienSlot *
make_slot (MienPipeline *self, MienFrame *frame, guint64 count)
{
  MienSlot *slot = g_new0 (MienSlot, 1);

  slot->frame = frame;
  slot->index = frame->index;
  slot->pts_ns = frame->pts_ns;
  slot->is_known = frame->index <= self->known_frame;
  slot->is_pushed = frame->index <= self->pushed_frame;
  slot->is_detected = slot->is_key = !slot->is_pushed && count % self->step == 0;
  slot->is_due = count % self->due_step == 0;
  slot->faces = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));
  return slot;
}

gpointer
mien_pipeline_feed (gpointer data)
{
  MienPipeline *self = data;
  GError *error = NULL;

  for (guint64 count = 0;; count++)
    {
      MienFrame *frame = NULL;
      MienSlot *slot;

      g_mutex_lock (&self->mutex);
      while (!self->quit && self->n_untracked >= self->n_workers + MIEN_PIPELINE_SPARE + self->step)
        g_cond_wait (&self->feed, &self->mutex);
      if (self->quit)
        {
          g_mutex_unlock (&self->mutex);
          return NULL;
        }
      g_mutex_unlock (&self->mutex);

      if (!mien_frame_source_next (self->source, &frame, &error) || frame == NULL)
        break;
      slot = make_slot (self, frame, count);
      g_mutex_lock (&self->mutex);
      g_queue_push_tail (&self->slots, slot);
      g_queue_push_tail (&self->detect_tasks, slot);
      self->n_untracked++;
      g_cond_signal (&self->work);
      g_mutex_unlock (&self->mutex);
    }
  g_mutex_lock (&self->mutex);
  self->at_end = TRUE;
  self->source_error = error;
  g_cond_signal (&self->ready);
  g_mutex_unlock (&self->mutex);
  return NULL;
}

/* -- workers -- */

/* The features that the tracker asked for. */
static gboolean
tell_slot (MienPipeline *self, MienEvaluator *evaluator, MienSlot *slot, GError **error)
{
  slot->features = g_new (float, (gsize) slot->faces->len *MIEN_EVALUATOR_EMBEDDING);
  slot->witnessed = g_new (float, slot->faces->len + 1);
  return mien_evaluator_tell (evaluator, &slot->frame->image,
                              (const MienFaceBox *) (gpointer) slot->faces->data, slot->faces->len,
                              slot->wanted, slot->features, slot->witnessed, self->stop, error);
}

static gboolean
detect_slot (MienPipeline *self, MienEvaluator *evaluator, MienSlot *slot, GError **error)
{
  if (slot->wanted != NULL)
    return tell_slot (self, evaluator, slot, error);
  if (!mien_evaluator_detect (evaluator, &slot->frame->image,
                              slot->is_detected ? slot->faces : NULL,
                              slot->has_cut ? NULL : &slot->signature, self->stop, error))
    return FALSE;
  slot->looks = g_renew (float, slot->looks, (gsize) slot->faces->len *MIEN_LOOK_N + 1);
  mien_evaluator_look (&slot->frame->image, slot->faces, slot->looks);
  return TRUE;
}

static gboolean
read_slot (MienPipeline *self, MienEvaluator *evaluator, MienSlot *slot, GError **error)
{
  guint n_points;

  if (slot->is_moved)
    {
      mien_evaluator_compare (evaluator, slot->before, slot->shapes, slot->samples,
                              slot->n_samples);
      return TRUE;
    }
  slot->samples = g_new (MienSample, slot->n_tracked);
  slot->n_samples = slot->n_tracked;
  n_points = mien_evaluator_count_points (evaluator);
  if (n_points > 0)
    slot->points = g_new (float, (gsize) slot->n_tracked * 2 * n_points);
  slot->embeddings = g_new (float, (gsize) slot->n_tracked *MIEN_EVALUATOR_EMBEDDING);
  if (!mien_evaluator_read (evaluator, &slot->frame->image, slot->index, slot->pts_ns,
                            slot->tracked, slot->n_tracked, slot->samples, slot->points,
                            slot->embeddings, self->stop, error))
    return FALSE;
  if (self->settings->flow)
    {
      g_autofree guint8 *crops = g_malloc_n (slot->n_tracked, MIEN_SHAPES_CROP);

      mien_evaluator_take_crops (evaluator, &slot->frame->image, slot->n_tracked, crops);
      slot->shapes = mien_shapes_new (slot->pts_ns, slot->tracked, slot->n_tracked, crops);
    }
  g_clear_pointer (&slot->frame, mien_frame_unref);
  return TRUE;
}

gpointer
mien_pipeline_work (gpointer data)
{
  MienPipeline *self = data;
  g_autoptr (MienEvaluator) evaluator = mien_evaluator_new (self->models, self->settings, NULL);

  g_mutex_lock (&self->mutex);
  for (;;)
    {
      gboolean reads = !g_queue_is_empty (&self->read_tasks);
      MienSlot *slot = g_queue_pop_head (reads ? &self->read_tasks : &self->detect_tasks);
      GError *error = NULL;

      if (self->quit || self->worker_error != NULL)
        break;
      if (slot == NULL)
        {
          g_cond_wait (&self->work, &self->mutex);
          continue;
        }
      g_mutex_unlock (&self->mutex);
      if (reads)
        read_slot (self, evaluator, slot, &error);
      else
        detect_slot (self, evaluator, slot, &error);
      g_mutex_lock (&self->mutex);
      mien_evaluator_take_counts (evaluator, &self->counts);
      if (error == NULL)
        slot->stage = reads ? MIEN_SLOT_READ : MIEN_SLOT_DETECTED;
      else if (self->worker_error == NULL)
        self->worker_error = g_steal_pointer (&error);
      g_clear_error (&error);
      g_cond_signal (&self->ready);
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}
