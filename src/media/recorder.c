/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/recorder.h"

#include "media/encoder.h"

/* Half a second of pictures; more would only hide that the encoder is too slow. */
#define MAX_WAITING 15

struct _MienRecorder
{
  MienEncoder *encoder; /* only the thread, until it is joined */
  GThread *thread;
  int width, height;

  GMutex mutex; /* guards what follows */
  GCond changed;
  GQueue waiting; /* MienFrame */
  gboolean is_ending;
  gint64 n_left_out;
  GError *failure;
};

/* The next frame, NULL at the end. */
static MienFrame *
wait_for_frame (MienRecorder *self)
{
  MienFrame *frame;

  g_mutex_lock (&self->mutex);
  while (g_queue_is_empty (&self->waiting) && !self->is_ending)
    g_cond_wait (&self->changed, &self->mutex);
  frame = g_queue_pop_head (&self->waiting);
  g_mutex_unlock (&self->mutex);
  return frame;
}

static gpointer
write_thread (gpointer data)
{
  MienRecorder *self = data;
  GError *error = NULL;
  gint64 begin = -1, last = -1;
  MienFrame *frame;

  while ((frame = wait_for_frame (self)) != NULL)
    {
      if (begin < 0)
        begin = frame->pts_ns;
      if (error == NULL && frame->pts_ns - begin > last)
        {
          last = frame->pts_ns - begin;
          mien_encoder_push (self->encoder, &frame->image, last, NULL, &error);
        }
      mien_frame_unref (frame);
    }
  if (error == NULL)
    mien_encoder_finish (self->encoder, -1, NULL, &error);
  self->failure = error;
  return NULL;
}

MienRecorder *
mien_recorder_new (const char *path, int width, int height, GError **error)
{
  MienEncoderOptions options = { width, height, 0, 1, NULL, 0, -1, TRUE };
  MienEncoder *encoder = mien_encoder_new (path, &options, error);
  MienRecorder *self;

  if (encoder == NULL)
    return NULL;
  self = g_new0 (MienRecorder, 1);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  g_queue_init (&self->waiting);
  self->encoder = encoder;
  self->width = width;
  self->height = height;
  self->thread = g_thread_new ("mien-recorder", write_thread, self);
  return self;
}

void
mien_recorder_push (MienRecorder *self, MienFrame *frame)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (frame->image.width != self->width || frame->image.height != self->height
      || g_queue_get_length (&self->waiting) >= MAX_WAITING)
    {
      self->n_left_out++;
      return;
    }
  g_queue_push_tail (&self->waiting, mien_frame_ref (frame));
  g_cond_signal (&self->changed);
}

gboolean
mien_recorder_finish (MienRecorder *self, gint64 *n_left_out, GError **error)
{
  gboolean ok;

  g_mutex_lock (&self->mutex);
  self->is_ending = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  if (n_left_out != NULL)
    *n_left_out = self->n_left_out;
  ok = self->failure == NULL;
  if (!ok)
    g_propagate_error (error, self->failure);
  mien_encoder_free (self->encoder);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
  g_free (self);
  return ok;
}
