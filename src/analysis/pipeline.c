/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/pipeline.h"

#include <string.h>
#include <time.h>

#include "analysis/gap.h"
#include "analysis/resume.h"

/* Slots on either side of the tracker: one for each worker, and these so that none waits. */
#define SPARE_SLOTS 2
/* Memory that pictures held back for the tracker may take. */
#define MAX_HELD_BYTES (256 << 20)
/* As many frames may lie between two that are looked at, however large they are. */
#define MIN_STEP_ROOM 4
/* How often a state to resume from is taken. */
#define STATE_INTERVAL_US (G_USEC_PER_SEC / 2)

typedef enum
{
  SLOT_NEW,
  SLOT_DETECTED,
  SLOT_TRACKING,
  SLOT_READING,
  SLOT_READ,
} SlotStage;

typedef struct
{
  SlotStage stage;  /* guarded by the mutex */
  MienFrame *frame; /* dropped as soon as nobody needs the picture */
  gint64 index, pts_ns;
  gboolean is_known;    /* handed out by an earlier run */
  gboolean is_pushed;   /* the resumed tracker has seen it */
  gboolean is_detected; /* a detector looks at it */
  gboolean is_key;      /* it does anyhow, and what lies before it depends on what it finds */
  gboolean is_filled;   /* none does: its faces lie between those of two others */
  gboolean is_due;      /* known faces may be looked at more closely */
  gboolean has_cut;     /* is_cut is known */
  gboolean is_cut;
  GArray *faces;    /* of MienFaceBox, that the detector found */
  float *looks;     /* of them */
  guint8 *wanted;   /* nullable: which of them the tracker needs features of */
  float *features;  /* nullable: of them */
  float *witnessed; /* with features */
  MienCutSignature signature;
  MienTrackedFace *tracked;
  guint n_tracked;
  MienSample *samples;
  guint n_samples;
  float *points;     /* that the samples' landmarks are in; nullable */
  float *embeddings; /* that the samples' embeddings are in */
  GBytes *shapes;    /* what motion is measured on; NULL without --flow or without faces */
  GBytes *before;    /* of the frame before; nullable */
  gboolean is_moved; /* its turn to be compared with that has come */
  GBytes *state;
} Slot;

struct _MienPipeline
{
  MienModels *models;
  MienAnalysisSettings *settings;
  MienFrameSource *source;
  GCancellable *stop;
  gulong stop_handler;

  /* Of a resumed run, fixed before the threads start; -1: none. */
  gint64 known_frame;  /* frames up to it were handed out by an earlier run */
  gint64 pushed_frame; /* frames up to it are known to the resumed tracker */
  guint step;          /* a detector looks at every one of so many frames at least */
  guint due_step;      /* who faces are is asked in every one of so many */

  GThread *feeder;
  GThread **workers;
  guint n_workers;

  GMutex mutex;
  GCond feed;  /* there is room for a frame */
  GCond work;  /* there is a task */
  GCond ready; /* a slot went on, the source ended, or something failed */

  /* Guarded by the mutex. Each slot's fields belong to the thread whose stage it is in. */
  GQueue slots;        /* of Slot, all, in order of presentation */
  GQueue detect_tasks; /* of Slot */
  GQueue read_tasks;   /* of Slot; come first: what is older is done sooner */
  guint n_untracked;   /* slots before the tracker */
  guint n_reading;     /* slots behind the tracker */
  gboolean at_end;     /* the feeder has stopped */
  GError *source_error;
  GError *worker_error;
  gboolean quit;
  MienEvaluatorCounts counts;
  gint64 track_ns;

  /* Of the thread that calls mien_pipeline_next(). */
  MienTracker *tracker;
  MienCutDetector *cuts;
  GBytes *shapes; /* of the last frame that was read, in order; nullable */
  MienGapMemory memory;
  GArray *key_faces; /* of MienFaceBox, of the last key frame that the tracker was given */
  guint n_tracking;
  gboolean is_finished; /* the tracker knows that the stream has ended */
  gint64 tracked_frame; /* the last one that the tracker was given */
  gint64 settled_frame; /* the last one that the tracker gave back */
  gint64 state_us;      /* when a state was taken last */
  GBytes *late_state;   /* one whose frame is already gone */
  Slot *given;          /* the one that the caller reads */
  MienPipelineFrame given_frame;
};

static gint64
thread_time_ns (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return (gint64) t.tv_sec * G_GINT64_CONSTANT (1000000000) + t.tv_nsec;
}

static void
slot_free (gpointer data)
{
  Slot *slot = data;

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

/* -- feeder -- */

static Slot *
make_slot (MienPipeline *self, MienFrame *frame, guint64 count)
{
  Slot *slot = g_new0 (Slot, 1);

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

static gpointer
feeder_main (gpointer data)
{
  MienPipeline *self = data;
  GError *error = NULL;

  for (guint64 count = 0;; count++)
    {
      MienFrame *frame = NULL;
      Slot *slot;

      g_mutex_lock (&self->mutex);
      while (!self->quit && self->n_untracked >= self->n_workers + SPARE_SLOTS + self->step)
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
tell_slot (MienPipeline *self, MienEvaluator *evaluator, Slot *slot, GError **error)
{
  slot->features = g_new (float, (gsize) slot->faces->len *MIEN_EVALUATOR_EMBEDDING);
  slot->witnessed = g_new (float, slot->faces->len + 1);
  return mien_evaluator_tell (evaluator, &slot->frame->image,
                              (const MienFaceBox *) (gpointer) slot->faces->data, slot->faces->len,
                              slot->wanted, slot->features, slot->witnessed, self->stop, error);
}

static gboolean
detect_slot (MienPipeline *self, MienEvaluator *evaluator, Slot *slot, GError **error)
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
read_slot (MienPipeline *self, MienEvaluator *evaluator, Slot *slot, GError **error)
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

static gpointer
worker_main (gpointer data)
{
  MienPipeline *self = data;
  g_autoptr (MienEvaluator) evaluator = mien_evaluator_new (self->models, self->settings, NULL);

  g_mutex_lock (&self->mutex);
  for (;;)
    {
      gboolean reads = !g_queue_is_empty (&self->read_tasks);
      Slot *slot = g_queue_pop_head (reads ? &self->read_tasks : &self->detect_tasks);
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
        slot->stage = reads ? SLOT_READ : SLOT_DETECTED;
      else if (self->worker_error == NULL)
        self->worker_error = g_steal_pointer (&error);
      g_clear_error (&error);
      g_cond_signal (&self->ready);
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

/* -- the caller's thread -- */

/* The first slot in @stage. */
static Slot *
find_slot (MienPipeline *self, SlotStage stage)
{
  for (GList *l = self->slots.head; l != NULL; l = l->next)
    if (((Slot *) l->data)->stage == stage)
      return l->data;
  return NULL;
}

/* Has a detector look at @slot after all. */
static void
look_at (MienPipeline *self, Slot *slot)
{
  slot->is_detected = TRUE;
  slot->stage = SLOT_NEW;
  g_queue_push_head (&self->detect_tasks, slot);
  g_cond_signal (&self->work);
}

/* Looks at a shot's first and last frame whatever their numbers: people come and go with shots. */
static void
look_at_key (MienPipeline *self, Slot *slot)
{
  slot->is_key = TRUE;
  look_at (self, slot);
}

static MienTrackerInput
get_input (const Slot *slot)
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
is_calm (MienPipeline *self, const Slot *end)
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
      Slot *slot = end->data;

      if (!slot->has_cut || (slot->is_detected && slot->stage == SLOT_NEW))
        return FALSE;
      if (slot->is_cut || slot->is_detected)
        break;
    }
  if (end == NULL && !self->at_end)
    return FALSE;
  if (end == NULL || ((Slot *) end->data)->is_cut)
    {
      look_at_key (self, end == NULL ? g_queue_peek_tail (&self->slots) : end->prev->data);
      return FALSE;
    }
  if (is_calm (self, end->data))
    {
      for (GList *l = first; l != end; l = l->next)
        ((Slot *) l->data)->is_filled = TRUE;
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
      Slot *slot = l->data;

      if (slot->has_cut)
        continue;
      if (slot->stage == SLOT_NEW)
        return;
      slot->is_cut = mien_cut_detector_push (self->cuts, &slot->signature);
      slot->has_cut = TRUE;
    }
}

/* The slot whose turn it is to be tracked, NULL while what it needs is not done. */
static Slot *
find_trackable (MienPipeline *self)
{
  GList *first = self->slots.head;
  Slot *slot;

  while (first != NULL && ((Slot *) first->data)->stage > SLOT_DETECTED)
    first = first->next;
  if (first == NULL)
    return NULL;
  judge_cuts (self, first);
  slot = first->data;
  if (slot->stage == SLOT_NEW)
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
    if (((Slot *) l->data)->index == self->settled_frame)
      where = &((Slot *) l->data)->state;
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
      Slot *slot;

      take_state (self);
      settled = mien_tracker_pop (self->tracker);
      if (settled == NULL)
        return;
      slot = find_slot (self, SLOT_TRACKING);
      g_assert (slot != NULL && slot->index == settled->frame);
      self->n_tracking--;
      self->n_reading++;
      self->settled_frame = slot->index;
      slot->n_tracked = settled->n_faces;
      slot->tracked = g_memdup2 (settled->faces, settled->n_faces * sizeof *settled->faces);
      if (slot->n_tracked > 0)
        {
          slot->stage = SLOT_READING;
          g_queue_push_tail (&self->read_tasks, slot);
          g_cond_signal (&self->work);
          continue;
        }
      slot->samples = g_new (MienSample, 1);
      slot->n_samples = 1;
      mien_sample_init_no_face (slot->samples, slot->index, slot->pts_ns);
      g_clear_pointer (&slot->frame, mien_frame_unref);
      slot->stage = SLOT_READ;
    }
}

/* Where the tracker is not sure who a face is a worker tells first. */
static gboolean
tell_unsure (MienPipeline *self, Slot *slot)
{
  MienTrackerInput input = get_input (slot);
  g_autofree guint8 *wanted = NULL;

  if (slot->is_pushed || slot->wanted != NULL || slot->faces->len == 0)
    return FALSE;
  wanted = g_new (guint8, slot->faces->len);
  if (mien_tracker_find_unsure (self->tracker, &input, wanted) == 0)
    return FALSE;
  slot->wanted = g_steal_pointer (&wanted);
  slot->stage = SLOT_NEW;
  g_queue_push_head (&self->detect_tasks, slot);
  g_cond_signal (&self->work);
  return TRUE;
}

static void
push_to_tracker (MienPipeline *self, Slot *slot)
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
  slot->stage = SLOT_TRACKING;
  self->n_tracking++;
}

/* Moves what has been detected through the tracker. Called with the mutex locked: this is some
 * microseconds a frame. TRUE when anything moved. */
static gboolean
track (MienPipeline *self)
{
  gboolean moved = FALSE;

  while (self->n_reading < self->n_workers + SPARE_SLOTS)
    {
      Slot *slot = find_trackable (self);

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
          slot_free (slot);
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

static gboolean
track_timed (MienPipeline *self)
{
  gint64 begin = thread_time_ns ();
  gboolean moved = track (self);

  self->track_ns += thread_time_ns () - begin;
  return moved;
}

/* Gives frames whose faces have been read to the workers once more, in order, to be compared with
 * the frame before. */
static void
compare_read (MienPipeline *self)
{
  for (GList *l = self->slots.head; l != NULL && self->settings->flow; l = l->next)
    {
      Slot *slot = l->data;

      if (slot->is_moved)
        continue;
      if (slot->stage != SLOT_READ)
        return;
      slot->is_moved = TRUE;
      slot->before = g_steal_pointer (&self->shapes);
      if (slot->shapes == NULL)
        continue;
      self->shapes = g_bytes_ref (slot->shapes);
      if (slot->before == NULL)
        continue;
      slot->stage = SLOT_READING;
      g_queue_push_tail (&self->read_tasks, slot);
      g_cond_signal (&self->work);
    }
}

static gboolean
give (MienPipeline *self, const MienPipelineFrame **frame)
{
  Slot *slot;
  GBytes *shapes;

  compare_read (self);
  slot = g_queue_peek_head (&self->slots);
  if (slot == NULL || slot->stage != SLOT_READ)
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
      if (track_timed (self))
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
  g_clear_pointer (&self->given, slot_free);
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
    self->workers[i] = g_thread_new ("mien-worker", worker_main, self);
  self->feeder = g_thread_new ("mien-feeder", feeder_main, self);
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
  g_queue_clear_full (&self->slots, slot_free);
  g_queue_clear (&self->detect_tasks);
  g_queue_clear (&self->read_tasks);
  slot_free (self->given);
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
