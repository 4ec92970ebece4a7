/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/film-thread.h"

#include "media/frame-source.h"

struct _MienFilmThread
{
  char *path;
  MienFrameSourceOptions options;
  MienCameraFeedFunc func;
  gpointer data;
  GCancellable *cancellable;
  MienFrameSource *source; /* only the thread, once it runs */
  GThread *thread;

  GMutex mutex; /* guards what follows */
  GCond woken;  /* by the end */
  gboolean is_ending;
  GError *failure;
};

/* FALSE when the thread has to end before @due_ns. */
static gboolean
sleep_until (MienFilmThread *self, gint64 due_ns)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  while (!self->is_ending && g_get_monotonic_time () * 1000 < due_ns)
    g_cond_wait_until (&self->woken, &self->mutex, due_ns / 1000);
  return !self->is_ending;
}

/* Plays to the end; *begin_ns becomes the moment the next round begins. */
static gboolean
play_round (MienFilmThread *self, gint64 *begin_ns, GError **error)
{
  gint64 length = 0;
  MienFrame *frame = NULL;

  while (mien_frame_source_next (self->source, &frame, error) && frame != NULL)
    {
      gboolean goes_on = sleep_until (self, *begin_ns + frame->pts_ns);

      frame->capture_ns = *begin_ns + frame->pts_ns;
      length = frame->pts_ns + (frame->duration_ns > 0 ? frame->duration_ns : 40000000);
      if (goes_on)
        self->func (frame, self->data);
      g_clear_pointer (&frame, mien_frame_unref);
      if (!goes_on)
        return FALSE;
    }
  if (*error != NULL || length == 0)
    return FALSE;
  *begin_ns += length;
  g_clear_pointer (&self->source, mien_frame_source_free);
  self->source = mien_frame_source_open (self->path, &self->options, self->cancellable, error);
  return self->source != NULL;
}

static gpointer
run_thread (gpointer data)
{
  MienFilmThread *self = data;
  gint64 begin = g_get_monotonic_time () * 1000;
  GError *error = NULL;

  while (play_round (self, &begin, &error))
    ;
  g_mutex_lock (&self->mutex);
  self->failure = error;
  g_mutex_unlock (&self->mutex);
  return NULL;
}

MienFilmThread *
mien_film_thread_new (const char *path,
                      const MienCameraOptions *options,
                      MienCameraFeedFunc func,
                      gpointer data,
                      GError **error)
{
  MienFrameSourceOptions source_options = MIEN_FRAME_SOURCE_OPTIONS_INIT;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  MienFrameSource *source;
  MienFilmThread *self;

  source_options.pixels = options->pixels;
  source = mien_frame_source_open (path, &source_options, cancellable, error);
  if (source == NULL)
    return NULL;
  self = g_new0 (MienFilmThread, 1);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->woken);
  self->path = g_strdup (path);
  self->options = source_options;
  self->func = func;
  self->data = data;
  self->cancellable = g_steal_pointer (&cancellable);
  self->source = source;
  self->thread = g_thread_new ("mien-film-camera", run_thread, self);
  return self;
}

gboolean
mien_film_thread_check (MienFilmThread *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->failure == NULL)
    return TRUE;
  if (error != NULL)
    *error = g_error_copy (self->failure);
  return FALSE;
}

void
mien_film_thread_free (MienFilmThread *self)
{
  g_cancellable_cancel (self->cancellable);
  g_mutex_lock (&self->mutex);
  self->is_ending = TRUE;
  g_cond_signal (&self->woken);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  g_clear_pointer (&self->source, mien_frame_source_free);
  g_object_unref (self->cancellable);
  g_clear_error (&self->failure);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->woken);
  g_free (self->path);
  g_free (self);
}
