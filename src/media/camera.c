/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/camera.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/error.h"
#include "media/camera-feed.h"
#include "media/recorder.h"

/* How long a device may take to its first picture, and between two: while the keeper is there to
 * see it, as a machine that was busy elsewhere, or stopped, says nothing about the device. */
#define FIRST_FRAME_US (8 * G_TIME_SPAN_SECOND)
#define SILENCE_US (3 * G_TIME_SPAN_SECOND)
#define CHECK_US (100 * G_TIME_SPAN_MILLISECOND)
#define RETRY_US (500 * G_TIME_SPAN_MILLISECOND)
/* How often a waiting call looks at its cancellable. */
#define POLL_US (50 * G_TIME_SPAN_MILLISECOND)

struct _MienCamera
{
  GObject parent_instance;

  /* Constant after opening. */
  char *name;
  char *shown_name;
  MienCameraOptions options;
  GMainContext *context;
  GThread *keeper;

  MienCameraFeed *feed; /* these four the opener, then only the keeper */
  gint64 silence_us;    /* that was seen */
  gint64 seen_us;       /* monotonic time of the last look */
  gint64 n_seen;        /* n_frames then */

  GMutex mutex; /* guards what follows, which the feed, the keeper and the callers share */
  GCond changed;
  MienFrame *frame;        /* the newest */
  gint64 first_capture_ns; /* -1 before the first frame */
  gint64 n_frames;
  gint64 n_given; /* n_frames when mien_camera_next() last gave one */
  gint64 n_skipped;
  gboolean is_closing;
  GError *failure; /* lost for good */
  gboolean is_announced;

  GMutex recorder_mutex; /* guards the next one; taken inside no other */
  MienRecorder *recorder;
};

G_DEFINE_FINAL_TYPE (MienCamera, mien_camera, G_TYPE_OBJECT)

enum
{
  SIGNAL_FRAME,
  SIGNAL_LOST,
  SIGNAL_FOUND,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* ---- Signals ---- */

/* One signal on its way to the owner's thread. It keeps no camera alive: where no main loop runs it
 * never arrives. */
typedef struct
{
  GWeakRef camera;
  guint signal;
  GError *error;
} Notice;

static void
notice_free (gpointer data)
{
  Notice *self = data;

  g_weak_ref_clear (&self->camera);
  g_clear_error (&self->error);
  g_free (self);
}

static gboolean
notice_cb (gpointer data)
{
  Notice *self = data;
  g_autoptr (MienCamera) camera = g_weak_ref_get (&self->camera);

  if (camera == NULL)
    return G_SOURCE_REMOVE;
  if (self->signal == SIGNAL_FRAME)
    {
      g_mutex_lock (&camera->mutex);
      camera->is_announced = FALSE;
      g_mutex_unlock (&camera->mutex);
    }
  if (self->signal == SIGNAL_LOST)
    g_signal_emit (camera, signals[SIGNAL_LOST], 0, self->error);
  else
    g_signal_emit (camera, signals[self->signal], 0);
  return G_SOURCE_REMOVE;
}

static void
send_notice (MienCamera *self, guint signal, const GError *error)
{
  Notice *notice = g_new0 (Notice, 1);
  g_autoptr (GSource) idle = g_idle_source_new ();

  g_weak_ref_init (&notice->camera, self);
  notice->signal = signal;
  notice->error = error != NULL ? g_error_copy (error) : NULL;
  g_source_set_priority (idle, G_PRIORITY_DEFAULT);
  g_source_set_callback (idle, notice_cb, notice, notice_free);
  g_source_attach (idle, self->context);
}

/* ---- Frames, in a thread of the feed ---- */

static void
feed_cb (MienFrame *frame, gpointer data)
{
  MienCamera *self = data;
  gboolean is_first;

  g_mutex_lock (&self->mutex);
  if (self->first_capture_ns < 0)
    self->first_capture_ns = frame->capture_ns;
  frame->pts_ns = MAX (frame->capture_ns - self->first_capture_ns, 0);
  /* Capture times that are guessed may come in the wrong order; presentation must not. */
  if (self->frame != NULL && frame->pts_ns <= self->frame->pts_ns)
    frame->pts_ns = self->frame->pts_ns + 1000;
  frame->index = self->n_frames++;
  g_clear_pointer (&self->frame, mien_frame_unref);
  self->frame = mien_frame_ref (frame);
  is_first = !self->is_announced && !self->is_closing;
  self->is_announced |= is_first;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
  g_mutex_lock (&self->recorder_mutex);
  if (self->recorder != NULL)
    mien_recorder_push (self->recorder, frame);
  g_mutex_unlock (&self->recorder_mutex);
  if (is_first)
    send_notice (self, SIGNAL_FRAME, NULL);
}

/* ---- The keeper: watches the device and fetches it back ---- */

/* Sleeps; FALSE when the camera is to close. */
static gboolean
rest (MienCamera *self, gint64 span)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gint64 end = g_get_monotonic_time () + span;

  while (!self->is_closing && g_get_monotonic_time () < end)
    g_cond_wait_until (&self->changed, &self->mutex, end);
  return !self->is_closing;
}

static gint64
count_frames (MienCamera *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->n_frames;
}

/* Adds what passed since the last look to the silence, but not more than a look takes. */
static void
count_silence (MienCamera *self)
{
  gint64 now = g_get_monotonic_time (), n = count_frames (self);

  self->silence_us =
      n != self->n_seen ? 0 : self->silence_us + MIN (now - self->seen_us, 2 * CHECK_US);
  self->seen_us = now;
  self->n_seen = n;
}

static gboolean
is_healthy (MienCamera *self, gint64 allowed, GError **error)
{
  if (!mien_camera_feed_check (self->feed, error))
    return FALSE;
  count_silence (self);
  if (self->silence_us < allowed)
    return TRUE;
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, _ ("camera:%s: it sends no pictures"),
               self->name);
  return FALSE;
}

static gboolean
start_feed (MienCamera *self, int fd, GError **error)
{
  self->seen_us = g_get_monotonic_time ();
  self->silence_us = 0;
  self->feed = mien_camera_feed_new (self->name, fd, &self->options, feed_cb, self, error);
  return self->feed != NULL;
}

/* Starts the feed and waits for its first picture. */
static gboolean
fetch (MienCamera *self, int fd, GCancellable *cancellable, GError **error)
{
  gint64 before = count_frames (self);

  if (!start_feed (self, fd, error))
    return FALSE;
  while (count_frames (self) == before)
    if (g_cancellable_set_error_if_cancelled (cancellable, error)
        || !is_healthy (self, FIRST_FRAME_US, error) || !rest (self, 10 * G_TIME_SPAN_MILLISECOND))
      {
        g_clear_pointer (&self->feed, mien_camera_feed_free);
        return FALSE;
      }
  return TRUE;
}

static gboolean
fetch_back (MienCamera *self)
{
  gint64 end = self->options.wait_for_replug_ns < 0
                   ? G_MAXINT64
                   : g_get_monotonic_time () + self->options.wait_for_replug_ns / 1000;

  while (g_get_monotonic_time () < end && rest (self, RETRY_US))
    if (fetch (self, -1, NULL, NULL))
      {
        send_notice (self, SIGNAL_FOUND, NULL);
        return TRUE;
      }
  return FALSE;
}

static gpointer
keep_thread (gpointer data)
{
  MienCamera *self = data;

  while (rest (self, CHECK_US))
    {
      g_autoptr (GError) error = NULL;

      if (is_healthy (self, SILENCE_US, &error))
        continue;
      g_clear_pointer (&self->feed, mien_camera_feed_free);
      send_notice (self, SIGNAL_LOST, error);
      if (fetch_back (self))
        continue;
      g_mutex_lock (&self->mutex);
      self->failure = g_steal_pointer (&error);
      g_cond_broadcast (&self->changed);
      g_mutex_unlock (&self->mutex);
      break;
    }
  g_clear_pointer (&self->feed, mien_camera_feed_free);
  return NULL;
}

/* ---- Opening and closing ---- */

static MienCamera *
open_camera (const char *name,
             int fd,
             const MienCameraOptions *options,
             GCancellable *cancellable,
             GError **error)
{
  const MienCameraOptions defaults = MIEN_CAMERA_OPTIONS_INIT;
  MienCamera *self = g_object_new (MIEN_TYPE_CAMERA, NULL);

  self->name = g_strdup (name);
  self->options = options != NULL ? *options : defaults;
  if (!fetch (self, fd, cancellable, error))
    {
      g_object_unref (self);
      return NULL;
    }
  self->shown_name = g_strdup (mien_camera_feed_get_name (self->feed));
  self->keeper = g_thread_new ("mien-camera", keep_thread, self);
  return self;
}

MienCamera *
mien_camera_open (const char *id,
                  const MienCameraOptions *options,
                  GCancellable *cancellable,
                  GError **error)
{
  g_return_val_if_fail (id != NULL, NULL);
  g_return_val_if_fail (g_str_has_prefix (id, "camera:"), NULL);

  return open_camera (id + strlen ("camera:"), -1, options, cancellable, error);
}

MienCamera *
mien_camera_open_portal (int fd,
                         const MienCameraOptions *options,
                         GCancellable *cancellable,
                         GError **error)
{
  g_return_val_if_fail (fd >= 0, NULL);

  return open_camera ("Camera", fd, options, cancellable, error);
}

void
mien_camera_close (MienCamera *self)
{
  g_return_if_fail (MIEN_IS_CAMERA (self));

  g_mutex_lock (&self->mutex);
  self->is_closing = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
  if (self->keeper != NULL)
    g_thread_join (g_steal_pointer (&self->keeper));
  mien_camera_stop_recording (self, NULL, NULL);
}

const char *
mien_camera_get_name (MienCamera *self)
{
  g_return_val_if_fail (MIEN_IS_CAMERA (self), NULL);

  return self->shown_name;
}

/* ---- Reading ---- */

MienFrame *
mien_camera_dup_frame (MienCamera *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (MIEN_IS_CAMERA (self), NULL);

  locker = g_mutex_locker_new (&self->mutex);
  return self->frame != NULL ? mien_frame_ref (self->frame) : NULL;
}

gboolean
mien_camera_next (MienCamera *self, MienFrame **frame, GCancellable *cancellable, GError **error)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (MIEN_IS_CAMERA (self), FALSE);
  g_return_val_if_fail (frame != NULL, FALSE);

  *frame = NULL;
  locker = g_mutex_locker_new (&self->mutex);
  while (self->n_given == self->n_frames)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (self->failure != NULL)
        {
          g_propagate_error (error, g_error_copy (self->failure));
          return FALSE;
        }
      if (self->is_closing)
        return TRUE;
      g_cond_wait_until (&self->changed, &self->mutex, g_get_monotonic_time () + POLL_US);
    }
  self->n_skipped += self->n_frames - self->n_given - 1;
  self->n_given = self->n_frames;
  *frame = mien_frame_ref (self->frame);
  return TRUE;
}

gint64
mien_camera_get_n_frames (MienCamera *self)
{
  g_return_val_if_fail (MIEN_IS_CAMERA (self), 0);

  return count_frames (self);
}

gint64
mien_camera_get_n_skipped (MienCamera *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (MIEN_IS_CAMERA (self), 0);

  locker = g_mutex_locker_new (&self->mutex);
  return self->n_skipped;
}

/* ---- Recording ---- */

gboolean
mien_camera_start_recording (MienCamera *self, const char *path, GError **error)
{
  g_autoptr (MienFrame) frame = NULL;
  MienRecorder *recorder;

  g_return_val_if_fail (MIEN_IS_CAMERA (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  if (mien_camera_is_recording (self))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, _ ("%s: a recording is under way"), path);
      return FALSE;
    }
  frame = mien_camera_dup_frame (self);
  recorder = mien_recorder_new (path, frame->image.width, frame->image.height, error);
  if (recorder == NULL)
    return FALSE;
  g_mutex_lock (&self->recorder_mutex);
  self->recorder = recorder;
  g_mutex_unlock (&self->recorder_mutex);
  return TRUE;
}

gboolean
mien_camera_stop_recording (MienCamera *self, gint64 *n_left_out, GError **error)
{
  MienRecorder *recorder;

  g_return_val_if_fail (MIEN_IS_CAMERA (self), FALSE);

  g_mutex_lock (&self->recorder_mutex);
  recorder = g_steal_pointer (&self->recorder);
  g_mutex_unlock (&self->recorder_mutex);
  if (n_left_out != NULL)
    *n_left_out = 0;
  return recorder == NULL || mien_recorder_finish (recorder, n_left_out, error);
}

gboolean
mien_camera_is_recording (MienCamera *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (MIEN_IS_CAMERA (self), FALSE);

  locker = g_mutex_locker_new (&self->recorder_mutex);
  return self->recorder != NULL;
}

/* ---- The object ---- */

static void
dispose (GObject *object)
{
  MienCamera *self = MIEN_CAMERA (object);

  mien_camera_close (self);
  g_clear_pointer (&self->feed, mien_camera_feed_free);
  g_clear_pointer (&self->frame, mien_frame_unref);
  G_OBJECT_CLASS (mien_camera_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  MienCamera *self = MIEN_CAMERA (object);

  g_clear_error (&self->failure);
  g_free (self->name);
  g_free (self->shown_name);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->mutex);
  g_mutex_clear (&self->recorder_mutex);
  g_cond_clear (&self->changed);
  G_OBJECT_CLASS (mien_camera_parent_class)->finalize (object);
}

static void
mien_camera_class_init (MienCameraClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = dispose;
  object_class->finalize = finalize;
  signals[SIGNAL_FRAME] =
      g_signal_new ("frame", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_LOST] = g_signal_new ("lost", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_ERROR);
  signals[SIGNAL_FOUND] =
      g_signal_new ("found", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mien_camera_init (MienCamera *self)
{
  g_mutex_init (&self->mutex);
  g_mutex_init (&self->recorder_mutex);
  g_cond_init (&self->changed);
  self->context = g_main_context_ref_thread_default ();
  self->first_capture_ns = -1;
}
