/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/live.h"

#include "analysis/evaluator.h"

/* A result on its way to the main context. */
typedef struct
{
  MienLiveResult result;
  MienSample *samples;
  float *points; /* that the samples' landmarks are in; nullable */
  guint generation;
} Answer;

struct _MienLive
{
  GObject parent_instance;

  MienModels *models;
  MienAnalysisSettings *settings;
  GMainContext *context;
  GThread *thread;

  /* Set before the first push, read by the worker. */
  MienLiveFunc recorder;
  gpointer recorder_data;

  /* Main context only. */
  MienLiveFunc func;
  gpointer func_data;
  GError *reported; /* the main context's copy of error */

  GMutex mutex;
  GCond wake;
  /* Guarded by the mutex. */
  MienFrame *waiting; /* the newest frame, nullable */
  gint64 waiting_us;
  guint64 waiting_serial;
  guint64 serial; /* of the last push */
  guint64 dropped;
  guint generation;   /* raised by a reset */
  Answer *answer;     /* the newest result that was not delivered, nullable */
  gboolean answering; /* an idle is on its way */
  GError *error;
  gboolean quit;
};

G_DEFINE_FINAL_TYPE (MienLive, mien_live, G_TYPE_OBJECT)

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  if (answer == NULL)
    return;
  g_free (answer->samples);
  g_free (answer->points);
  g_free (answer);
}

/* -- delivery -- */

static gboolean
answer_cb (gpointer data)
{
  MienLive *self = data;
  g_autoptr (GError) error = NULL;
  Answer *answer;
  gboolean is_current;

  g_mutex_lock (&self->mutex);
  answer = g_steal_pointer (&self->answer);
  self->answering = FALSE;
  is_current = answer != NULL && answer->generation == self->generation && !self->quit;
  if (self->error != NULL && self->reported == NULL)
    self->reported = g_error_copy (self->error);
  g_mutex_unlock (&self->mutex);
  if (is_current && self->func != NULL)
    self->func (self, &answer->result, self->func_data);
  answer_free (answer);
  return G_SOURCE_REMOVE;
}

/* Called with the mutex locked. The idle holds a reference, so the object outlives it. */
static void
schedule (MienLive *self)
{
  g_autoptr (GSource) source = NULL;

  if (self->answering)
    return;
  self->answering = TRUE;
  source = g_idle_source_new ();
  /* What a person sees on the picture comes with the picture, before background work. */
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, answer_cb, g_object_ref (self), g_object_unref);
  g_source_set_static_name (source, "mien-live answer");
  g_source_attach (source, self->context);
}

/* -- worker -- */

typedef struct
{
  MienFrame *frame;
  gint64 pushed_us;
  guint64 serial, dropped;
  guint generation;
} Job;

static gboolean
wait_for_job (MienLive *self, Job *job)
{
  g_mutex_lock (&self->mutex);
  while (!self->quit && self->waiting == NULL)
    g_cond_wait (&self->wake, &self->mutex);
  job->frame = g_steal_pointer (&self->waiting);
  job->pushed_us = self->waiting_us;
  job->serial = self->waiting_serial;
  job->dropped = self->dropped;
  job->generation = self->generation;
  if (self->quit)
    g_clear_pointer (&job->frame, mien_frame_unref);
  g_mutex_unlock (&self->mutex);
  return job->frame != NULL;
}

/* The faces of one frame with their tracks; NULL with an error. */
static Answer *
evaluate (MienEvaluator *evaluator,
          MienTracker *tracker,
          MienCutDetector *cuts,
          GArray *faces,
          const Job *job,
          GError **error)
{
  Answer *answer = g_new0 (Answer, 1);
  MienCutSignature signature;
  const MienImage *image = &job->frame->image;
  MienTrackerInput input = { .frame = (gint64) job->serial - 1,
                             .pts_ns = job->frame->pts_ns,
                             .is_detected = TRUE };
  const MienTrackedFrame *settled;
  guint n_points = mien_evaluator_count_points (evaluator);

  answer->generation = job->generation;
  answer->result.started_us = g_get_monotonic_time ();
  if (!mien_evaluator_detect (evaluator, image, faces, &signature, NULL, error))
    return answer_free (answer), NULL;
  input.is_cut = mien_cut_detector_push (cuts, &signature);
  input.faces = (const MienFaceBox *) (gpointer) faces->data;
  input.n_faces = faces->len;
  mien_tracker_push (tracker, &input);
  settled = mien_tracker_pop (tracker);
  if (settled != NULL && settled->n_faces > 0)
    {
      answer->samples = g_new (MienSample, settled->n_faces);
      if (n_points > 0)
        answer->points = g_new (float, (gsize) settled->n_faces * 2 * n_points);
      if (!mien_evaluator_read (evaluator, image, input.frame, input.pts_ns, settled->faces,
                                settled->n_faces, answer->samples, answer->points, NULL, NULL,
                                error))
        return answer_free (answer), NULL;
      answer->result.n_samples = settled->n_faces;
    }
  answer->result.serial = job->serial;
  answer->result.pts_ns = job->frame->pts_ns;
  answer->result.capture_ns = job->frame->capture_ns;
  answer->result.width = image->width;
  answer->result.height = image->height;
  answer->result.samples = answer->samples;
  answer->result.pushed_us = job->pushed_us;
  answer->result.finished_us = g_get_monotonic_time ();
  answer->result.dropped = job->dropped;
  return answer;
}

static void
take_answer (MienLive *self, Answer *answer, GError *error)
{
  g_mutex_lock (&self->mutex);
  answer_free (self->answer);
  self->answer = answer;
  if (error != NULL)
    self->error = error;
  schedule (self);
  g_mutex_unlock (&self->mutex);
}

/* Everything the worker follows faces with; made anew after a reset. */
static void
renew (MienTracker **tracker, MienCutDetector **cuts)
{
  MienTrackerOptions options = mien_tracker_options_init (TRUE);

  g_clear_pointer (tracker, mien_tracker_free);
  g_clear_pointer (cuts, mien_cut_detector_free);
  /* A provisional box that is wrong for a moment is better than one that comes late. */
  options.confirm = 1;
  *tracker = mien_tracker_new (&options);
  *cuts = mien_cut_detector_new ();
}

static gpointer
worker_main (gpointer data)
{
  MienLive *self = data;
  g_autoptr (MienParallel) parallel = mien_parallel_new (self->settings->threads);
  g_autoptr (MienEvaluator) evaluator = mien_evaluator_new (self->models, self->settings, parallel);
  g_autoptr (MienTracker) tracker = NULL;
  g_autoptr (MienCutDetector) cuts = NULL;
  g_autoptr (GArray) faces = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));
  guint generation = 0;
  gint64 last_pts = G_MININT64;
  Job job;

  renew (&tracker, &cuts);
  while (wait_for_job (self, &job))
    {
      GError *error = NULL;
      Answer *answer;

      /* Time that steps back is a seek or a loop nobody told about. */
      if (job.generation != generation || job.frame->pts_ns < last_pts)
        renew (&tracker, &cuts);
      generation = job.generation;
      last_pts = job.frame->pts_ns;
      answer = evaluate (evaluator, tracker, cuts, faces, &job, &error);
      mien_frame_unref (job.frame);
      if (answer != NULL && self->recorder != NULL)
        self->recorder (self, &answer->result, self->recorder_data);
      take_answer (self, answer, error);
      if (error != NULL)
        break;
    }
  return NULL;
}

/* -- public -- */

void
mien_live_set_func (MienLive *self, MienLiveFunc func, gpointer user_data)
{
  g_return_if_fail (MIEN_IS_LIVE (self));

  self->func = func;
  self->func_data = user_data;
}

void
mien_live_set_recorder (MienLive *self, MienLiveFunc func, gpointer user_data)
{
  g_return_if_fail (MIEN_IS_LIVE (self));
  g_return_if_fail (self->serial == 0);

  self->recorder = func;
  self->recorder_data = user_data;
}

void
mien_live_push (MienLive *self, MienFrame *frame)
{
  MienFrame *old;

  g_return_if_fail (MIEN_IS_LIVE (self));
  g_return_if_fail (frame != NULL);

  g_mutex_lock (&self->mutex);
  self->serial++;
  if (self->quit || self->error != NULL)
    {
      g_mutex_unlock (&self->mutex);
      return;
    }
  old = self->waiting;
  if (old != NULL)
    self->dropped++;
  self->waiting = mien_frame_ref (frame);
  self->waiting_us = g_get_monotonic_time ();
  self->waiting_serial = self->serial;
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->mutex);
  g_clear_pointer (&old, mien_frame_unref);
}

void
mien_live_reset (MienLive *self)
{
  MienFrame *old;

  g_return_if_fail (MIEN_IS_LIVE (self));

  g_mutex_lock (&self->mutex);
  self->generation++;
  old = g_steal_pointer (&self->waiting);
  g_mutex_unlock (&self->mutex);
  g_clear_pointer (&old, mien_frame_unref);
}

void
mien_live_stop (MienLive *self)
{
  g_return_if_fail (MIEN_IS_LIVE (self));

  g_mutex_lock (&self->mutex);
  self->quit = TRUE;
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->mutex);
  g_clear_pointer (&self->thread, g_thread_join);
}

const GError *
mien_live_get_error (MienLive *self)
{
  g_return_val_if_fail (MIEN_IS_LIVE (self), NULL);

  return self->reported;
}

static void
mien_live_dispose (GObject *object)
{
  mien_live_stop (MIEN_LIVE (object));
  G_OBJECT_CLASS (mien_live_parent_class)->dispose (object);
}

static void
mien_live_finalize (GObject *object)
{
  MienLive *self = MIEN_LIVE (object);

  g_clear_pointer (&self->waiting, mien_frame_unref);
  g_clear_pointer (&self->answer, answer_free);
  g_clear_error (&self->error);
  g_clear_error (&self->reported);
  g_clear_pointer (&self->models, mien_models_unref);
  g_clear_pointer (&self->settings, mien_analysis_settings_free);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->wake);
  G_OBJECT_CLASS (mien_live_parent_class)->finalize (object);
}

static void
mien_live_class_init (MienLiveClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mien_live_dispose;
  G_OBJECT_CLASS (klass)->finalize = mien_live_finalize;
}

static void
mien_live_init (MienLive *self)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->wake);
}

MienLive *
mien_live_new (MienModels *models, const MienAnalysisSettings *settings)
{
  MienLive *self;

  g_return_val_if_fail (models != NULL, NULL);
  g_return_val_if_fail (settings != NULL, NULL);

  self = g_object_new (MIEN_TYPE_LIVE, NULL);
  self->models = mien_models_ref (models);
  self->settings = mien_analysis_settings_copy (settings);
  self->context = g_main_context_ref_thread_default ();
  self->thread = g_thread_new ("mien-live", worker_main, self);
  return self;
}
