/* The parts that player.c (the object), player-open.c, player-seek.c (where it goes) and
 * player-pipeline.c (what GStreamer does) share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "media/player.h"
#include "media/probe.h"
#include "media/reel.h"
#include "media/times.h"

#include <gst/gst.h>

G_BEGIN_DECLS

struct _MienPlayer
{
  GObject parent_instance;

  /* Only the owner's thread. */
  GMainContext *context;
  GCancellable *opening; /* non-NULL while a file is being looked at */
  MienPlayerState state;
  char *audio_sink_name;
  double rate;
  double volume;
  gboolean is_muted;
  gint64 loop_start_ns, loop_end_ns;
  gboolean is_loop;
  gboolean wants_play; /* what the person asked for last */

  GstElement *playbin; /* NULL when nothing is open */
  GSource *bus_source;
  MienMediaInfo *info;
  MienReel *reel;       /* feeds stills and animations, else NULL */
  gboolean is_busy;     /* a seek or a step is under way */
  gboolean is_seeking;  /* the thing under way was asked for and is announced when done */
  gint64 target_ns;     /* where an exact seek goes, -1 when its picture need not be checked */
  gboolean has_pending; /* a seek waits for it */
  gint64 pending_ns;
  MienSeekMode pending_mode;
  int pending_steps;
  gboolean is_ending;  /* the thing under way goes to the last picture, and then it has ended */
  gboolean is_stepped; /* sound stands behind the picture: align before playing on */

  gint64 shift_ns;  /* set before the pipeline runs, then constant */
  MienTimes *times; /* thread-safe; lives as long as the pipeline */

  GMutex mutex; /* guards what follows; pictures come in a thread of GStreamer */
  MienFrame *frame;
  gboolean is_announced; /* an idle that tells about a picture is on its way */

  GMutex tap_mutex; /* held while the tap runs; guards what follows */
  MienPlayerTapFunc tap;
  gpointer tap_data;
};

/* The pipeline for @info, paused; callbacks come to the functions below. */
void mien_player_pipeline_open (MienPlayer *self);
void mien_player_pipeline_close (MienPlayer *self);

/* A flushing seek to @time_ns (our time) with the current rate and loop. @is_begin: it may be the
 * begin of a picture, whose predecessor must not be shown instead. FALSE when refused. */
gboolean
mien_player_pipeline_seek (MienPlayer *self, gint64 time_ns, MienSeekMode mode, gboolean is_begin);
gboolean mien_player_pipeline_step (MienPlayer *self, guint n_frames);
void mien_player_pipeline_set_playing (MienPlayer *self, gboolean playing);
void mien_player_pipeline_apply_volume (MienPlayer *self);
gint64 mien_player_pipeline_get_position_ns (MienPlayer *self); /* -1 when not known */
/* The time of the picture that is shown at @time_ns as far as is known, else @time_ns. */
gint64 mien_player_pipeline_find (MienPlayer *self, gint64 time_ns);
gint64 mien_player_pipeline_find_before (MienPlayer *self, gint64 time_ns, guint n_back);

/* Owner's thread, all of them. */
void mien_player_set_state (MienPlayer *self, MienPlayerState state);
void mien_player_fail (MienPlayer *self, const GError *error); /* closes and tells */
void mien_player_clear (MienPlayer *self);                     /* as if nothing had been opened */
/* Does what was asked for while something else was under way; TRUE when there was something. */
gboolean mien_player_do_pending (MienPlayer *self);
/* Goes to the last picture where another one is shown at the end; TRUE when it does. */
gboolean mien_player_seek_last (MienPlayer *self);
/* Goes on to the picture that a seek was for, where it is another one; TRUE when it does. */
gboolean mien_player_correct_seek (MienPlayer *self);

/* Owner's thread, from the bus. */
void mien_player_note_ready (MienPlayer *self); /* a picture stands */
void mien_player_note_end (MienPlayer *self);   /* the end of the film or of the loop */
void mien_player_note_failure (MienPlayer *self, const GError *reason);
/* Any thread: there is a new picture. */
void mien_player_note_frame (MienPlayer *self);

G_END_DECLS
