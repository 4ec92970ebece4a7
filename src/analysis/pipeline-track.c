/* Which frames a detector looks at, and their way through the tracker.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/pipeline-private.h"

#include <time.h>

#include "analysis/resume.h"

/* How often a state to resume from is taken. */
#define STATE_INTERVAL_US (G_USEC_PER_SEC / 2)

static gint64
thread_time_ns (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return (gint64) t.tv_sec * G_GINT64_CONSTANT (1000000000) + t.tv_nsec;
}

/* The first slot in @stage. */
static MienSlot *
find_slot (MienPipeline *self, MienSlotStage stage)
{
  for (GList *l = self->slots.head; l != NULL; l = l->next)
    if (((MienSlot *) l->data)->stage == stage)
      return l->data;
  return NULL;
}

/* Has a detector look at @slot after all. */
static void
look_at (MienPipeline *self, MienSlot *slot)
{
  slot->is_detected = TRUE;
  slot->stage = MIEN_SLOT_NEW;
  g_queue_push_head (&self->detect_tasks, slot);
  g_cond_signal (&self->work);
}

/* Looks at a shot's first and last frame whatever their numbers: people come and go with shots. */
static void
look_at_key (MienPipeline *self, MienSlot *slot)
{
  slot->is_key = TRUE;
  look_at (self, slot);
}

static MienTrackerInput
get_input (const MienSlot *slot)
{
  return (MienTrackerInput){
    .frame = slot->index,
    .pts_ns = slot->pts_ns,
    .is_detected = slot->is_detected,
    .is_cut = slot->is_cut,
    .is_due = slot->is_due,
    .faces = (const MienFaceBox *) (gpointer) slot->faces->data,
    .n_faces = slot->faces->len,
    .looks = slot->looks,
    .features = slot->features,
    .witnessed = slot->witnessed,
  };
}

/* Whether what lies between the last frame that the tracker was given and @end, the next one that
 * was looked at, can be told from the two. */
static gboolean
is_calm (MienPipeline *self, const MienSlot *end)
{
  MienTrackerInput input = get_input (end);

  return end->faces->len >= self->memory.n && mien_gap_is_calm (self->key_faces, end->faces)
         && mien_tracker_is_steady (self->tracker, &input);
}

/* What becomes of the frames from @first up to the next key frame, which no detector has looked at:
 * TRUE when their faces can be filled in. Else they have been given to the detector, or that is not
 * known yet. */
static gboolean
close_gap (MienPipeline *self, GList *first)
{
  GList *end = first;

  for (; end != NULL; end = end->next)
    {
      MienSlot *slot = end->data;

      if (!slot->has_cut || (slot->is_detected && slot->stage == MIEN_SLOT_NEW))
        return FALSE;
      if (slot->is_cut || slot->is_detected)
        break;
    }
  if (end == NULL && !self->at_end)
    return FALSE;
  if (end == NULL || ((MienSlot *) end->data)->is_cut)
    {
      look_at_key (self, end == NULL ? g_queue_peek_tail (&self->slots) : end->prev->data);
      return FALSE;
    }
  if (is_calm (self, end->data))
    {
      for (GList *l = first; l != end; l = l->next)
        ((MienSlot *) l->data)->is_filled = TRUE;
      return TRUE;
    }
  for (GList *l = end->prev; l != first->prev; l = l->prev)
    look_at (self, l->data);
  return FALSE;
}

/* Where shots begin among what the workers have seen, in order. */
static void
judge_cuts (MienPipeline *self, GList *first)
{
  for (GList *l = first; l != NULL; l = l->next)
    {
      MienSlot *slot = l->data;

      if (slot->has_cut)
        continue;
      if (slot->stage == MIEN_SLOT_NEW)
        return;
      slot->is_cut = mien_cut_detector_push (self->cuts, &slot->signature);
      slot->has_cut = TRUE;
    }
}

/* The slot whose turn it is to be tracked, NULL while what it needs is not done. */
static MienSlot *
find_trackable (MienPipeline *self)
{
  GList *first = self->slots.head;
  MienSlot *slot;

  while (first != NULL && ((MienSlot *) first->data)->stage > MIEN_SLOT_DETECTED)
    first = first->next;
  if (first == NULL)
    return NULL;
  judge_cuts (self, first);
  slot = first->data;
  if (slot->stage == MIEN_SLOT_NEW)
    return NULL;
  if (slot->is_pushed || slot->is_detected || slot->is_filled)
    return slot;
  if (slot->is_cut)
    look_at_key (self, slot);
  else if (close_gap (self, first))
    return slot;
  return NULL;
}

/* Takes a resume point now and then. It describes the tracker as it is when @settled_frame was the
 * last one to leave it, so it goes with that frame, which may still be with a worker, or with the
 * next one when that is gone. */
static void
take_state (MienPipeline *self)
{
  gint64 now = g_get_monotonic_time ();
  GBytes **where = &self->late_state;

  if (now - self->state_us < STATE_INTERVAL_US || self->settled_frame <= self->known_frame)
    return;
  for (GList *l = self->slots.head; l != NULL; l = l->next)
    if (((MienSlot *) l->data)->index == self->settled_frame)
      where = &((MienSlot *) l->data)->state;
  g_clear_pointer (where, g_bytes_unref);
  *where = mien_resume_state_save (self->settled_frame, self->tracked_frame, self->key_faces,
                                   &self->memory, self->tracker);
  self->state_us = now;
}

static void
take_settled (MienPipeline *self)
{
  const MienTrackedFrame *settled;

  while (self->n_tracking > 0)
    {
      MienSlot *slot;

      take_state (self);
      settled = mien_tracker_pop (self->tracker);
      if (settled == NULL)
        return;
      slot = find_slot (self, MIEN_SLOT_TRACKING);
      g_assert (slot != NULL && slot->index == settled->frame);
      self->n_tracking--;
      self->n_reading++;
      self->settled_frame = slot->index;
      slot->n_tracked = settled->n_faces;
      slot->tracked = g_memdup2 (settled->faces, settled->n_faces * sizeof *settled->faces);
      if (slot->n_tracked > 0)
        {
          slot->stage = MIEN_SLOT_READING;
          g_queue_push_tail (&self->read_tasks, slot);
          g_cond_signal (&self->work);
          continue;
        }
      slot->samples = g_new (MienSample, 1);
      slot->n_samples = 1;
      mien_sample_init_no_face (slot->samples, slot->index, slot->pts_ns);
      g_clear_pointer (&slot->frame, mien_frame_unref);
      slot->stage = MIEN_SLOT_READ;
    }
}

/* Where the tracker is not sure who a face is a worker tells first. */
static gboolean
tell_unsure (MienPipeline *self, MienSlot *slot)
{
  MienTrackerInput input = get_input (slot);
  g_autofree guint8 *wanted = NULL;

  if (slot->is_pushed || slot->wanted != NULL || slot->faces->len == 0)
    return FALSE;
  wanted = g_new (guint8, slot->faces->len);
  if (mien_tracker_find_unsure (self->tracker, &input, wanted) == 0)
    return FALSE;
  slot->wanted = g_steal_pointer (&wanted);
  slot->stage = MIEN_SLOT_NEW;
  g_queue_push_head (&self->detect_tasks, slot);
  g_cond_signal (&self->work);
  return TRUE;
}

static void
push_to_tracker (MienPipeline *self, MienSlot *slot)
{
  MienTrackerInput input = get_input (slot);

  if (!slot->is_pushed)
    {
      mien_tracker_push (self->tracker, &input);
      self->tracked_frame = slot->index;
      if (slot->is_cut)
        self->memory = (MienGapMemory){ 0 };
      if (slot->is_detected)
        mien_gap_memory_add (&self->memory, slot->faces->len, slot->pts_ns);
      if (slot->is_key)
        {
          g_array_set_size (self->key_faces, 0);
          g_array_append_vals (self->key_faces, slot->faces->data, slot->faces->len);
        }
    }
  slot->stage = MIEN_SLOT_TRACKING;
  self->n_tracking++;
}

/* Moves what has been detected through the tracker. Called with the mutex locked: this is some
 * microseconds a frame. TRUE when anything moved. */
static gboolean
track (MienPipeline *self)
{
  gboolean moved = FALSE;

  while (self->n_reading < self->n_workers + MIEN_PIPELINE_SPARE)
    {
      MienSlot *slot = find_trackable (self);

      if (slot == NULL)
        break;
      if (!slot->is_known && tell_unsure (self, slot))
        break;
      moved = TRUE;
      self->n_untracked--;
      g_cond_signal (&self->feed);
      if (slot->is_known)
        {
          g_queue_remove (&self->slots, slot);
          mien_slot_free (slot);
          continue;
        }
      push_to_tracker (self, slot);
      take_settled (self);
    }
  if (self->at_end && self->n_untracked == 0 && !self->is_finished)
    {
      mien_tracker_finish (self->tracker);
      self->is_finished = moved = TRUE;
      take_settled (self);
    }
  return moved;
}

gboolean
mien_pipeline_track (MienPipeline *self)
{
  gint64 begin = thread_time_ns ();
  gboolean moved = track (self);

  self->track_ns += thread_time_ns () - begin;
  return moved;
}
