/* A thread looks at the file that the player is to open.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/frame-source-private.h"
#include "media/player-private.h"

/* What the thread that looks at a file finds out. */
typedef struct
{
  MienMediaInfo *info;
  gint64 shift_ns;
} Opened;

static void
opened_free (Opened *self)
{
  mien_media_info_free (self->info);
  g_free (self);
}

/* The same code that analysis uses says what is wrong with a file, in the same words. */
static void
open_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  g_autoptr (MienFrameSource) source = mien_frame_source_open (data, NULL, cancellable, &error);
  Opened *opened;

  if (source == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  opened = g_new0 (Opened, 1);
  opened->info = mien_media_info_copy (mien_frame_source_get_info (source));
  opened->shift_ns = mien_frame_source_get_shift_ns (source);
  g_task_return_pointer (task, opened, (GDestroyNotify) opened_free);
}

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (MienPlayer) self = data;
  g_autoptr (GError) error = NULL;
  Opened *opened = g_task_propagate_pointer (G_TASK (result), &error);

  /* Another file was opened meanwhile, or this one closed. */
  if (g_task_get_cancellable (G_TASK (result)) != self->opening)
    {
      g_clear_pointer (&opened, opened_free);
      return;
    }
  g_clear_object (&self->opening);
  if (opened == NULL)
    {
      mien_player_fail (self, error);
      return;
    }
  self->info = g_steal_pointer (&opened->info);
  self->shift_ns = opened->shift_ns;
  opened_free (opened);
  mien_player_pipeline_open (self);
  g_object_notify (G_OBJECT (self), "duration-ns");
  g_object_notify (G_OBJECT (self), "has-audio");
  g_object_notify (G_OBJECT (self), "seekable");
}

void
mien_player_clear (MienPlayer *self)
{
  g_cancellable_cancel (self->opening);
  g_clear_object (&self->opening);
  mien_player_pipeline_close (self);
  g_clear_pointer (&self->info, mien_media_info_free);
  self->is_busy = self->is_seeking = self->has_pending = self->is_stepped = FALSE;
  self->pending_steps = 0;
  self->target_ns = -1;
  self->wants_play = FALSE;
  self->is_loop = FALSE;
  g_mutex_lock (&self->mutex);
  g_clear_pointer (&self->frame, mien_frame_unref);
  g_mutex_unlock (&self->mutex);
}

void
mien_player_open (MienPlayer *self, const char *input)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (MIEN_IS_PLAYER (self));
  g_return_if_fail (input != NULL);

  mien_player_clear (self);
  self->opening = g_cancellable_new ();
  /* Not as the source: the thread may be the last to let go of a task, and of that. */
  task = g_task_new (NULL, self->opening, opened_cb, g_object_ref (self));
  g_task_set_task_data (task, g_strdup (input), g_free);
  g_task_set_check_cancellable (task, FALSE);
  mien_player_set_state (self, MIEN_PLAYER_LOADING);
  g_task_run_in_thread (task, open_thread);
}

void
mien_player_close (MienPlayer *self)
{
  g_return_if_fail (MIEN_IS_PLAYER (self));

  mien_player_clear (self);
  mien_player_set_state (self, MIEN_PLAYER_EMPTY);
}
