/* Plays a file with sound and hands the newest picture to whoever paints it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "media/frame.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define MIEN_TYPE_PLAYER (mien_player_get_type ())
G_DECLARE_FINAL_TYPE (MienPlayer, mien_player, MIEN, PLAYER, GObject)

#define MIEN_TYPE_PLAYER_STATE (mien_player_state_get_type ())

typedef enum
{
  MIEN_PLAYER_EMPTY,   /* nothing is open */
  MIEN_PLAYER_LOADING, /* opening; the first picture is not there yet */
  MIEN_PLAYER_PAUSED,
  MIEN_PLAYER_PLAYING,
  MIEN_PLAYER_ENDED,  /* the last picture stands; play starts from the beginning */
  MIEN_PLAYER_FAILED, /* see the error signal */
} MienPlayerState;

GType mien_player_state_get_type (void) G_GNUC_CONST;

/* How exactly a seek has to hit. */
typedef enum
{
  MIEN_SEEK_ACCURATE, /* the frame that is shown at that time */
  MIEN_SEEK_KEY,      /* the nearest key frame before: fast, for scrubbing */
} MienSeekMode;

/* All functions belong to the thread whose main context was the thread default at creation; signals
 * come there too. They never block.
 *
 * Properties, all notified: state, duration-ns, position-ns (notified with each new picture), rate,
 * volume, muted, has-audio, seekable.
 * Signals:
 * - frame (): a new picture is there; several pictures may come as one signal.
 * - error (GError *): it cannot go on; state is MIEN_PLAYER_FAILED. Classes as of
 *   mien_frame_source_open(), and MIEN_ERROR_DAMAGED when it had been playing.
 * - ended (): the end was reached; not in a loop.
 * - seeked (gint64 pts_ns): a seek or a step is done and its picture is there. */
MienPlayer *mien_player_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* Opens @input, a path or file: URI of a video, animation or image, and pauses on its first
 * picture. What was open is closed. Failures come by the error signal. */
void mien_player_open (MienPlayer *self, const char *input);
void mien_player_close (MienPlayer *self);

void mien_player_play (MienPlayer *self);
void mien_player_pause (MienPlayer *self);

/* @time_ns is clamped to the film. Requests while one is under way are merged: the newest wins. */
void mien_player_seek (MienPlayer *self, gint64 time_ns, MienSeekMode mode);

/* Pauses and shows the frame @n_frames after (before when negative) the one that stands. */
void mien_player_step (MienPlayer *self, int n_frames);

MienPlayerState mien_player_get_state (MienPlayer *self);
/* Of the newest picture while paused, of the clock while playing; 0 when nothing is open. */
gint64 mien_player_get_position_ns (MienPlayer *self);
gint64 mien_player_get_duration_ns (MienPlayer *self); /* -1 when not known */
gboolean mien_player_get_has_audio (MienPlayer *self);
gboolean mien_player_get_seekable (MienPlayer *self);

/* Speed, clamped to 0.25 .. 4; the pitch of the sound stays. */
void mien_player_set_rate (MienPlayer *self, double rate);
double mien_player_get_rate (MienPlayer *self);

/* 0 .. 1, on the cubic scale that volume sliders show. */
void mien_player_set_volume (MienPlayer *self, double volume);
double mien_player_get_volume (MienPlayer *self);
void mien_player_set_muted (MienPlayer *self, gboolean muted);
gboolean mien_player_get_muted (MienPlayer *self);

/* Plays [start_ns, end_ns) again and again; -1, -1 takes the loop away; 0, -1 loops the film. */
void mien_player_set_loop (MienPlayer *self, gint64 start_ns, gint64 end_ns);
void mien_player_get_loop (MienPlayer *self, gint64 *start_ns, gint64 *end_ns);

/* The newest picture, RGBX32, upright, square pixels; NULL before the first. Its pts_ns is that of
 * the frame in the stream, the same number that MienFrameSource gives, also right after a seek into
 * its middle. The caller owns the reference. Any thread. */
MienFrame *mien_player_dup_frame (MienPlayer *self) G_GNUC_WARN_UNUSED_RESULT;

/* Called in a thread of the player with every picture that is shown, as soon as it is: for live
 * analysis, which must not wait for the main loop. @frame is borrowed; the call must be short. NULL
 * takes it away; when this returns the old function runs no more. */
typedef void (*MienPlayerTapFunc) (MienFrame *frame, gpointer data);
void mien_player_set_tap (MienPlayer *self, MienPlayerTapFunc func, gpointer data);

/* Sound goes to the GStreamer element of this name instead of the desktop's; "fakesink" in tests
 * and where there is no sound card. Before mien_player_open(). */
void mien_player_set_audio_sink (MienPlayer *self, const char *element);

G_END_DECLS
