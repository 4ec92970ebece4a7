/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/analysis.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "analysis/analysis-document.h"
#include "analysis/batch.h"
#include "analysis/pipeline.h"
#include "analysis/resume.h"
#include "base/error.h"
#include "media/frame-source.h"

/* How often samples are handed over and progress is told. */
#define DELIVER_US (G_USEC_PER_SEC / 10)
/* Samples that may wait for a busy main loop before the analysis waits for it. */
#define MAX_PENDING_SAMPLES 20000
/* Speed is measured over this many deliveries, some seconds. */
#define SPEED_MARKS 32

struct _MienAnalysis
{
  GObject parent_instance;

  /* Fixed once prepared. */
  MienAnalysisSettings *settings;
  MienModels *models;
  MienFrameSource *source;
  char *hash; /* nullable */
  guint64 total;

  GCancellable *stop; /* ends everything the job waits for */
  MienPipeline *pipeline;
  gboolean has_run;

  /* Of the document's thread. */
  MienDocument *document;
  GBytes *state;             /* the newest point to resume from; nullable */
  MienAnalysisTiming before; /* what a resumed document brought along */
  gint64 begin_us;

  /* Of the thread that pumps. */
  MienBatch batch;
  gint64 skip_frame; /* frames up to it are in the document; fixed before the pump starts */

  GMutex mutex;
  GCond room; /* the main loop took what was pending */
  /* Guarded by the mutex. */
  MienAnalysisProgress progress;
  MienAnalysisTiming timing;
  gint64 mark_us[SPEED_MARKS];
  guint64 mark_frames[SPEED_MARKS];
  guint n_marks;
  MienBatch pending;
  guint deliver_id; /* an idle is on its way */
  GError *document_error;

  /* Of an asynchronous run. */
  GTask *task;
  GMainContext *context;
  GThread *thread;
  GError *pump_error; /* handed over with the last idle */
};

G_DEFINE_FINAL_TYPE (MienAnalysis, mien_analysis, G_TYPE_OBJECT)

enum
{
  PROGRESS,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gint64
thread_time_ns (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return (gint64) t.tv_sec * G_GINT64_CONSTANT (1000000000) + t.tv_nsec;
}

static gint64
process_time_ns (void)
{
  struct timespec t;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &t);
  return (gint64) t.tv_sec * G_GINT64_CONSTANT (1000000000) + t.tv_nsec;
}

/* -- preparation -- */

static void
forward_cancel (GCancellable *cancellable, gpointer stop)
{
  g_cancellable_cancel (stop);
}

/* Frames this run will see, as far as the container tells; 0 when it does not. */
static guint64
estimate_total (const MienAnalysisSettings *settings, const MienMediaInfo *info)
{
  double frames = (double) info->n_frames;
  double rate = mien_media_info_get_rate (info);

  if (info->duration_ns > 0 && frames > 0)
    {
      gint64 end =
          settings->end_ns >= 0 ? MIN (settings->end_ns, info->duration_ns) : info->duration_ns;
      gint64 span = MAX (0, end - settings->start_ns);

      frames *= (double) span / (double) info->duration_ns;
    }
  else if (settings->end_ns >= 0 && rate > 0)
    frames = (double) (settings->end_ns - settings->start_ns) / 1e9 * rate;
  if (frames <= 0)
    return 0;
  return (guint64) ceil (frames / settings->every);
}

static gboolean
prepare (MienAnalysis *self, GError **error)
{
  MienFrameSourceOptions options = MIEN_FRAME_SOURCE_OPTIONS_INIT;

  if (self->source != NULL)
    return TRUE;
  if (!mien_analysis_settings_check (self->settings, error))
    return FALSE;
  if (self->models == NULL)
    self->models = mien_models_load (self->settings, error);
  if (self->models == NULL)
    return FALSE;
  options.start_ns = self->settings->start_ns;
  options.end_ns = self->settings->end_ns;
  options.every = self->settings->every;
  options.pixels = MIEN_FRAME_NATIVE;
  self->source = mien_frame_source_open (self->settings->input, &options, self->stop, error);
  if (self->source == NULL)
    return FALSE;
  if (!mien_frame_source_is_live (self->source))
    self->hash = mien_resume_hash_file (mien_frame_source_get_info (self->source)->path);
  self->total = estimate_total (self->settings, mien_frame_source_get_info (self->source));
  return TRUE;
}

static gboolean
prepare_cancellable (MienAnalysis *self, GCancellable *cancellable, GError **error)
{
  gulong handler = 0;
  gboolean ok;

  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (forward_cancel), self->stop, NULL);
  ok = prepare (self, error);
  if (cancellable != NULL)
    g_cancellable_disconnect (cancellable, handler);
  return ok;
}

gboolean
mien_analysis_prepare (MienAnalysis *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (MIEN_IS_ANALYSIS (self), FALSE);

  return prepare_cancellable (self, cancellable, error);
}

/* -- progress -- */

/* Called with the mutex locked. */
static void
mark_speed (MienAnalysis *self)
{
  gint64 now = g_get_monotonic_time ();
  guint64 done = self->progress.frames_done;
  guint i = self->n_marks % SPEED_MARKS;
  guint oldest = self->n_marks < SPEED_MARKS ? 0 : (self->n_marks + 1) % SPEED_MARKS;

  self->mark_us[i] = now;
  self->mark_frames[i] = done;
  self->n_marks++;
  if (now - self->mark_us[oldest] < DELIVER_US)
    return;
  self->progress.fps = (double) (done - self->mark_frames[oldest]) * G_USEC_PER_SEC
                       / (double) (now - self->mark_us[oldest]);
  if (self->progress.frames_total > 0 && self->progress.fps > 0)
    self->progress.seconds_left =
        done < self->progress.frames_total
            ? (double) (self->progress.frames_total - done) / self->progress.fps
            : 0;
}

static void
set_phase (MienAnalysis *self, MienAnalysisPhase phase)
{
  g_mutex_lock (&self->mutex);
  self->progress.phase = phase;
  g_mutex_unlock (&self->mutex);
}

static void
update_timing (MienAnalysis *self, gint64 process_begin_ns)
{
  MienEvaluatorCounts counts;
  gint64 track_ns;
  MienAnalysisTiming *t = &self->timing;

  mien_pipeline_get_counts (self->pipeline, &counts, &track_ns);
  g_mutex_lock (&self->mutex);
  t->wall_ns = self->before.wall_ns + (g_get_monotonic_time () - self->begin_us) * 1000;
  t->frames = self->before.frames + self->progress.frames_done;
  t->detections = counts.detections;
  t->detect_ns = self->before.detect_ns + counts.detect_ns;
  t->track_ns = self->before.track_ns + track_ns;
  t->crop_ns = self->before.crop_ns + counts.crop_ns;
  t->classify_ns = self->before.classify_ns + counts.classify_ns;
  t->decode_ns =
      self->before.decode_ns
      + MAX (0, process_time_ns () - process_begin_ns - counts.detect_ns - track_ns - counts.crop_ns
                    - counts.classify_ns - (t->store_ns - self->before.store_ns));
  g_mutex_unlock (&self->mutex);
}

/* -- delivery: from the thread that pumps to the one that owns the document -- */

/* In the document's thread. */
static gboolean
apply (MienAnalysis *self, MienBatch *batch, GError **error)
{
  gint64 begin = thread_time_ns ();
  gboolean ok = TRUE;

  mien_batch_link (batch);
  if (batch->state != NULL)
    {
      g_clear_pointer (&self->state, g_bytes_unref);
      self->state = g_bytes_ref (batch->state);
    }
  /* The state may be of some frames before the last of these; it is always the newest one, so the
   * document has it whenever the power goes. */
  if (batch->samples->len > 0)
    ok = mien_document_append_checkpoint (self->document,
                                          (const MienSample *) (gpointer) batch->samples->data,
                                          batch->samples->len, self->state, error);
  g_mutex_lock (&self->mutex);
  self->timing.store_ns += thread_time_ns () - begin;
  g_mutex_unlock (&self->mutex);
  return ok;
}

/* What is pending, to the document. In the main context of an asynchronous run. */
static void
take_pending (MienAnalysis *self)
{
  MienBatch batch;
  g_autoptr (GError) error = NULL;
  gboolean failed;

  g_mutex_lock (&self->mutex);
  batch = self->pending;
  mien_batch_init (&self->pending);
  self->deliver_id = 0;
  failed = self->document_error != NULL;
  g_cond_signal (&self->room);
  g_mutex_unlock (&self->mutex);

  if (!failed && !apply (self, &batch, &error))
    {
      g_mutex_lock (&self->mutex);
      self->document_error = g_steal_pointer (&error);
      g_mutex_unlock (&self->mutex);
      g_cancellable_cancel (self->stop);
    }
  mien_batch_clear (&batch);
}

static gboolean
deliver_cb (gpointer data)
{
  MienAnalysis *self = data;

  if (self->document == NULL)
    return G_SOURCE_REMOVE; /* the end came first and took everything */
  take_pending (self);
  g_signal_emit (self, signals[PROGRESS], 0);
  return G_SOURCE_REMOVE;
}

/* In the thread that pumps: the batch goes on, or is merged with what still waits. */
static void
post_batch (MienAnalysis *self)
{
  g_mutex_lock (&self->mutex);
  while (self->pending.samples->len > MAX_PENDING_SAMPLES
         && !g_cancellable_is_cancelled (self->stop))
    g_cond_wait_until (&self->room, &self->mutex, g_get_monotonic_time () + DELIVER_US);
  mien_batch_move (&self->pending, &self->batch);
  if (self->deliver_id == 0)
    {
      g_autoptr (GSource) source = g_idle_source_new ();

      g_source_set_callback (source, deliver_cb, g_object_ref (self), g_object_unref);
      g_source_set_static_name (source, "mien-analysis deliver");
      self->deliver_id = g_source_attach (source, self->context);
    }
  g_mutex_unlock (&self->mutex);
}

static gboolean
deliver (MienAnalysis *self, GError **error)
{
  gboolean ok = TRUE;

  g_mutex_lock (&self->mutex);
  mark_speed (self);
  g_mutex_unlock (&self->mutex);
  if (self->context != NULL)
    {
      post_batch (self);
      return TRUE;
    }
  ok = apply (self, &self->batch, error);
  mien_batch_empty (&self->batch);
  g_signal_emit (self, signals[PROGRESS], 0);
  return ok;
}

/* -- the pump: everything between the first frame and the last -- */

static void
collect (MienAnalysis *self, const MienPipelineFrame *frame)
{
  if (frame->frame > self->skip_frame)
    {
      mien_batch_append (&self->batch, frame->samples, frame->n_samples);
      g_mutex_lock (&self->mutex);
      self->progress.frames_done++;
      self->progress.position_ns = frame->pts_ns;
      g_mutex_unlock (&self->mutex);
    }
  if (frame->state != NULL)
    mien_batch_set_state (&self->batch, frame->state);
}

/* All frames; what was collected when an error comes is delivered all the same. */
static gboolean
pump (MienAnalysis *self, GBytes *state, GError **error)
{
  gint64 delivered_us = g_get_monotonic_time ();
  gint64 process_begin = process_time_ns ();
  const MienPipelineFrame *frame;
  gboolean ok;

  mien_batch_init (&self->batch);
  self->pipeline =
      mien_pipeline_new (self->models, self->settings, self->source, state, self->stop);
  set_phase (self, MIEN_ANALYSIS_RUNNING);
  while ((ok = mien_pipeline_next (self->pipeline, &frame, error)) && frame != NULL)
    {
      collect (self, frame);
      if (g_get_monotonic_time () - delivered_us < DELIVER_US)
        continue;
      delivered_us = g_get_monotonic_time ();
      ok = deliver (self, error);
      if (!ok)
        break;
    }
  ok = deliver (self, ok ? error : NULL) && ok;
  update_timing (self, process_begin);
  return ok;
}

/* -- the document before and after -- */

/* In the document's thread. *done: nothing is left to do. */
static gboolean
begin_document (MienAnalysis *self, gboolean *done, GError **error)
{
  MienAnalysisStart start = {
    .settings = self->settings,
    .models = self->models,
    .info = mien_frame_source_get_info (self->source),
    .hash = self->hash,
  };

  *done = FALSE;
  self->begin_us = g_get_monotonic_time ();
  if (!mien_analysis_begin_document (self->document, &start, error))
    return FALSE;
  *done = start.is_complete;
  self->state = start.state;
  self->skip_frame = start.last_frame;
  self->before = self->timing = start.timing;
  g_mutex_lock (&self->mutex);
  self->progress.frames_total = self->total - MIN (self->total, start.n_frames);
  mark_speed (self);
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

/* In the document's thread, after the pump. */
static void
end_document (MienAnalysis *self, const GError *reason)
{
  MienAnalysisEnd end = { .reason = reason, .source = self->source, .settings = self->settings };
  gint64 track_ns;

  mien_pipeline_get_counts (self->pipeline, &end.counts, &track_ns);
  mien_analysis_get_timing (self, &end.timing);
  mien_analysis_end_document (self->document, &end);
}

static void
finish_job (MienAnalysis *self)
{
  /* Threads and pictures go now, not with the last reference. */
  g_clear_pointer (&self->pipeline, mien_pipeline_free);
  g_clear_pointer (&self->source, mien_frame_source_free);
  mien_batch_clear (&self->batch);
  g_clear_object (&self->document);
  set_phase (self, MIEN_ANALYSIS_DONE);
  g_signal_emit (self, signals[PROGRESS], 0);
}

/* -- on the calling thread -- */

static gboolean
run (MienAnalysis *self, GError **error)
{
  g_autoptr (GBytes) state = NULL;
  g_autoptr (GError) reason = NULL;
  gboolean done;

  if (!prepare (self, error) || !begin_document (self, &done, error))
    return FALSE;
  if (done)
    return TRUE;
  state = self->state != NULL ? g_bytes_ref (self->state) : NULL;
  pump (self, state, &reason);
  end_document (self, reason);
  if (!mien_document_flush (self->document, reason == NULL ? error : NULL))
    return reason == NULL ? FALSE : (g_propagate_error (error, g_steal_pointer (&reason)), FALSE);
  if (reason == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

gboolean
mien_analysis_run (MienAnalysis *self,
                   MienDocument *document,
                   GCancellable *cancellable,
                   GError **error)
{
  gulong handler = 0;
  gboolean ok;

  g_return_val_if_fail (MIEN_IS_ANALYSIS (self), FALSE);
  g_return_val_if_fail (MIEN_IS_DOCUMENT (document), FALSE);
  g_return_val_if_fail (!self->has_run, FALSE);

  self->has_run = TRUE;
  self->document = g_object_ref (document);
  set_phase (self, MIEN_ANALYSIS_STARTING);
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (forward_cancel), self->stop, NULL);
  ok = run (self, error);
  if (cancellable != NULL)
    g_cancellable_disconnect (cancellable, handler);
  finish_job (self);
  return ok;
}

/* -- from a main loop -- */

static void
return_task (MienAnalysis *self, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  gulong handler = GPOINTER_TO_SIZE (g_task_get_task_data (task));

  if (cancellable != NULL)
    g_cancellable_disconnect (cancellable, handler);
  finish_job (self);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static gboolean
pumped_cb (gpointer data)
{
  MienAnalysis *self = data;
  GError *error;

  g_clear_pointer (&self->thread, g_thread_join);
  take_pending (self);
  error = g_steal_pointer (&self->pump_error);
  if (self->document_error != NULL)
    {
      g_clear_error (&error);
      error = g_steal_pointer (&self->document_error);
    }
  end_document (self, error);
  return_task (self, error);
  return G_SOURCE_REMOVE;
}

typedef struct
{
  MienAnalysis *self;
  GBytes *state; /* nullable */
} PumpData;

static gpointer
pump_main (gpointer data)
{
  g_autofree PumpData *pump_data = data;
  MienAnalysis *self = pump_data->self;
  g_autoptr (GBytes) state = pump_data->state;
  g_autoptr (GSource) source = g_idle_source_new ();

  pump (self, state, &self->pump_error);
  g_source_set_callback (source, pumped_cb, g_object_ref (self), g_object_unref);
  g_source_attach (source, self->context);
  return NULL;
}

static void
prepare_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (prepare (data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
prepared_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienAnalysis) self = data;
  GError *error = NULL;
  gboolean done = FALSE;
  PumpData *pump_data;

  if (!g_task_propagate_boolean (G_TASK (result), &error) || !begin_document (self, &done, &error)
      || done)
    {
      return_task (self, error);
      return;
    }
  pump_data = g_new0 (PumpData, 1);
  pump_data->self = self; /* the job's task holds a reference */
  pump_data->state = self->state != NULL ? g_bytes_ref (self->state) : NULL;
  self->thread = g_thread_new ("mien-analysis", pump_main, pump_data);
}

void
mien_analysis_run_async (MienAnalysis *self,
                         MienDocument *document,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) prepare_task = NULL;

  g_return_if_fail (MIEN_IS_ANALYSIS (self));
  g_return_if_fail (MIEN_IS_DOCUMENT (document));
  g_return_if_fail (!self->has_run);

  self->has_run = TRUE;
  self->document = g_object_ref (document);
  self->context = g_main_context_ref_thread_default ();
  mien_batch_init (&self->pending);
  self->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->task, mien_analysis_run_async);
  /* A cancelled run still stores what it has, so the result is not cut short by the task. */
  g_task_set_check_cancellable (self->task, FALSE);
  set_phase (self, MIEN_ANALYSIS_STARTING);
  if (cancellable != NULL)
    {
      gulong handler = g_cancellable_connect (cancellable, G_CALLBACK (forward_cancel),
                                              g_object_ref (self->stop), g_object_unref);

      g_task_set_task_data (self->task, GSIZE_TO_POINTER (handler), NULL);
    }
  /* Not as the source: the thread may be the last to let go of a task, and of that. */
  prepare_task = g_task_new (NULL, NULL, prepared_cb, g_object_ref (self));
  g_task_set_task_data (prepare_task, self, NULL); /* the callback's reference */
  g_task_run_in_thread (prepare_task, prepare_thread);
}

gboolean
mien_analysis_run_finish (MienAnalysis *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* -- object -- */

void
mien_analysis_get_progress (MienAnalysis *self, MienAnalysisProgress *progress)
{
  g_return_if_fail (MIEN_IS_ANALYSIS (self));

  g_mutex_lock (&self->mutex);
  *progress = self->progress;
  g_mutex_unlock (&self->mutex);
}

void
mien_analysis_get_timing (MienAnalysis *self, MienAnalysisTiming *timing)
{
  g_return_if_fail (MIEN_IS_ANALYSIS (self));

  g_mutex_lock (&self->mutex);
  *timing = self->timing;
  g_mutex_unlock (&self->mutex);
}

const MienAnalysisSettings *
mien_analysis_get_settings (MienAnalysis *self)
{
  g_return_val_if_fail (MIEN_IS_ANALYSIS (self), NULL);

  return self->settings;
}

static void
mien_analysis_finalize (GObject *object)
{
  MienAnalysis *self = MIEN_ANALYSIS (object);

  g_clear_pointer (&self->pipeline, mien_pipeline_free);
  g_clear_pointer (&self->source, mien_frame_source_free);
  g_clear_pointer (&self->models, mien_models_unref);
  g_clear_pointer (&self->settings, mien_analysis_settings_free);
  mien_batch_clear (&self->batch);
  mien_batch_clear (&self->pending);
  g_clear_pointer (&self->state, g_bytes_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_object (&self->document);
  g_clear_object (&self->stop);
  g_clear_error (&self->document_error);
  g_clear_error (&self->pump_error);
  g_free (self->hash);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->room);
  G_OBJECT_CLASS (mien_analysis_parent_class)->finalize (object);
}

static void
mien_analysis_class_init (MienAnalysisClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mien_analysis_finalize;

  signals[PROGRESS] = g_signal_new ("progress", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                    NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mien_analysis_init (MienAnalysis *self)
{
  g_mutex_init (&self->mutex);
  g_cond_init (&self->room);
  self->stop = g_cancellable_new ();
  self->skip_frame = -1;
  self->progress.fps = NAN;
  self->progress.seconds_left = NAN;
}

MienAnalysis *
mien_analysis_new (const MienAnalysisSettings *settings, MienModels *models)
{
  MienAnalysis *self;

  g_return_val_if_fail (settings != NULL, NULL);

  self = g_object_new (MIEN_TYPE_ANALYSIS, NULL);
  self->settings = mien_analysis_settings_copy (settings);
  self->models = models != NULL ? mien_models_ref (models) : NULL;
  return self;
}
