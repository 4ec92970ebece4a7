/* Where the player goes: playing, pausing, seeks and steps, also those asked for while another is
 * under way.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/player-private.h"

/* One step back where the times of the pictures are not known. */
#define USUAL_STEP_NS (G_GINT64_CONSTANT (1000000000) / 25)
/* Far enough for the roundings of containers, near enough for 500 pictures a second. */
#define JUST_BEFORE_NS 1100000
/* How much of the end a busy machine may leave out. */
#define MAX_LOST_NS (G_GINT64_CONSTANT (2) * 1000000000)

gboolean
mien_player_do_pending (MienPlayer *self)
{
  int steps = self->pending_steps;

  if (self->has_pending)
    {
      self->has_pending = FALSE;
      mien_player_seek (self, self->pending_ns, self->pending_mode);
      return self->is_busy;
    }
  self->pending_steps = 0;
  if (steps != 0)
    mien_player_step (self, steps);
  return self->is_busy;
}

/* Containers store how long a picture lasts in the order of decoding, so with a variable rate a
 * decoder may skip the very picture that a seek is for. By now the times around it are known: go to
 * the begin of that picture instead. */
gboolean
mien_player_correct_seek (MienPlayer *self)
{
  g_autoptr (MienFrame) frame = mien_player_dup_frame (self);
  gint64 target = self->target_ns;
  gint64 begin;

  self->target_ns = -1;
  if (target < 0 || frame == NULL)
    return FALSE;
  begin = mien_player_pipeline_find (self, target);
  if (begin == frame->pts_ns || begin == target
      || !mien_player_pipeline_seek (self, begin, MIEN_SEEK_ACCURATE, TRUE))
    return FALSE;
  self->target_ns = -1;
  return TRUE;
}

/* A machine that cannot keep up leaves pictures out, the last one too. */
gboolean
mien_player_seek_last (MienPlayer *self)
{
  g_autoptr (MienFrame) frame = mien_player_dup_frame (self);
  gint64 end = self->info->duration_ns > 0 ? self->info->duration_ns : G_MAXINT64 / 2;
  gint64 last = mien_player_pipeline_find (self, end);

  /* Further away is not the end of the film but that of a part of it. */
  if (frame == NULL || self->reel != NULL || last == end || last <= frame->pts_ns
      || last - frame->pts_ns > MAX_LOST_NS)
    return FALSE;
  return mien_player_pipeline_seek (self, last, MIEN_SEEK_ACCURATE, TRUE);
}

void
mien_player_play (MienPlayer *self)
{
  g_return_if_fail (MIEN_IS_PLAYER (self));

  if (self->state == MIEN_PLAYER_EMPTY || self->state == MIEN_PLAYER_FAILED)
    return;
  self->wants_play = TRUE;
  if (self->playbin == NULL || self->is_busy)
    return;
  if (self->state == MIEN_PLAYER_ENDED)
    mien_player_seek (self, self->is_loop ? MAX (self->loop_start_ns, 0) : 0, MIEN_SEEK_ACCURATE);
  else if (self->is_stepped)
    mien_player_seek (self, mien_player_get_position_ns (self), MIEN_SEEK_ACCURATE);
  else
    {
      mien_player_pipeline_set_playing (self, TRUE);
      mien_player_set_state (self, MIEN_PLAYER_PLAYING);
    }
}

void
mien_player_pause (MienPlayer *self)
{
  g_return_if_fail (MIEN_IS_PLAYER (self));

  self->wants_play = FALSE;
  if (self->playbin == NULL || self->state != MIEN_PLAYER_PLAYING)
    return;
  mien_player_pipeline_set_playing (self, FALSE);
  mien_player_set_state (self, MIEN_PLAYER_PAUSED);
}

static void
seek_now (MienPlayer *self, gint64 time_ns, MienSeekMode mode, gboolean is_begin)
{
  self->is_stepped = FALSE;
  self->is_busy = self->is_seeking =
      mien_player_pipeline_seek (self, MAX (time_ns, 0), mode, is_begin);
  if (self->is_busy && self->state == MIEN_PLAYER_ENDED)
    mien_player_set_state (self, self->wants_play ? MIEN_PLAYER_PLAYING : MIEN_PLAYER_PAUSED);
}

void
mien_player_seek (MienPlayer *self, gint64 time_ns, MienSeekMode mode)
{
  g_return_if_fail (MIEN_IS_PLAYER (self));

  if (self->state == MIEN_PLAYER_EMPTY || self->state == MIEN_PLAYER_FAILED)
    return;
  if (self->playbin == NULL || self->is_busy)
    {
      self->has_pending = TRUE;
      self->pending_ns = time_ns;
      self->pending_mode = mode;
      return;
    }
  seek_now (self, time_ns, mode, TRUE);
}

/* Where the pictures before are not known, goes to the moment before this one: that is the picture
 * before, and on the way the times of its neighbours become known. */
static void
step_back (MienPlayer *self, guint n_frames)
{
  gint64 position = mien_player_get_position_ns (self);
  gint64 target = mien_player_pipeline_find_before (self, position, n_frames);

  if (target >= 0 || self->reel != NULL)
    {
      gint64 guess = MAX (position - (gint64) n_frames * USUAL_STEP_NS, 0);

      seek_now (self, target >= 0 ? target : guess, MIEN_SEEK_ACCURATE, TRUE);
      return;
    }
  if (position > 0)
    self->pending_steps -= (int) n_frames - 1;
  seek_now (self, MAX (position - JUST_BEFORE_NS, 0), MIEN_SEEK_ACCURATE, FALSE);
}

void
mien_player_step (MienPlayer *self, int n_frames)
{
  g_return_if_fail (MIEN_IS_PLAYER (self));

  if (self->state == MIEN_PLAYER_EMPTY || self->state == MIEN_PLAYER_FAILED || n_frames == 0)
    return;
  mien_player_pause (self);
  if (self->playbin == NULL || self->is_busy)
    {
      self->pending_steps = CLAMP (self->pending_steps + n_frames, -1000, 1000);
      return;
    }
  if (n_frames < 0)
    {
      step_back (self, (guint) -n_frames);
      return;
    }
  if (self->state == MIEN_PLAYER_ENDED)
    return;
  self->is_busy = self->is_seeking = mien_player_pipeline_step (self, (guint) n_frames);
  self->is_stepped = TRUE;
}
