/* Frames of a film one after the other, for analysis: every decoded frame once, with its exact
 * time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "media/frame.h"
#include "media/probe.h"

G_BEGIN_DECLS

typedef struct _MienFrameSource MienFrameSource;

typedef struct
{
  /* Frames with start_ns <= pts < end_ns are handed out. end_ns -1: to the end. The frames before
   * the start are decoded and counted, so that MienFrame.index is that of the whole file. For a
   * camera end_ns is how long it runs. */
  gint64 start_ns, end_ns;
  /* Hand out frames whose index is a multiple of this; 0 and 1 mean every frame. */
  guint every;
  /* Threads of the decoder; 0 lets it choose. The frames are the same for any number. */
  guint n_threads;
  /* Decoded frames that may wait for mien_frame_source_next(); then the decoder waits. 0: 4. */
  guint max_waiting;
  MienFramePixels pixels;
} MienFrameSourceOptions;

#define MIEN_FRAME_SOURCE_OPTIONS_INIT                                                             \
  {                                                                                                \
    0, -1, 1, 0, 0, MIEN_FRAME_NATIVE                                                              \
  }

/* Opens @input: a path or file: URI of a media file, an image, a folder of images (one film, sorted
 * by name with numbers by value, 25 pictures a second), or "camera:..." (live, newest frame wins).
 * Of several video streams the first is taken. Transparent pictures are laid on white. Interlaced
 * pictures are rebuilt from their first field, one for one. @options may be NULL for the defaults;
 * @cancellable stops a waiting mien_frame_source_next() too. Blocks until the first picture is
 * decoded. Any thread.
 * Errors: MIEN_ERROR_INPUT when no picture can be had; G_IO_ERROR_CANCELLED. */
MienFrameSource *mien_frame_source_open (const char *input,
                                         const MienFrameSourceOptions *options,
                                         GCancellable *cancellable,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Stops and frees it. Frames that were handed out stay valid. */
void mien_frame_source_free (MienFrameSource *self);

/* The next frame in order of presentation, owned by the caller; at the end TRUE with *frame NULL.
 * Blocks until one is there. One thread at a time, not always the same one.
 * Several frames may be held; each one held keeps its memory.
 * Errors, after which there are no more frames:
 * - MIEN_ERROR_DAMAGED: the file is broken or cut off part way. Everything that could be decoded,
 *   also behind the broken place, was handed out before; the message names the first broken time.
 * - G_IO_ERROR_CANCELLED.
 * - MIEN_ERROR_INPUT: the camera went away and did not come back. */
gboolean mien_frame_source_next (MienFrameSource *self, MienFrame **frame, GError **error);

/* What is known after opening; n_frames is here an estimate unless the container states it.
 * Borrowed, does not change. */
const MienMediaInfo *mien_frame_source_get_info (const MienFrameSource *self);

/* Frames decoded so far, handed out or not; and the time of the newest of them, -1 before the
 * first. Any thread. */
gint64 mien_frame_source_get_n_decoded (const MienFrameSource *self);
gint64 mien_frame_source_get_position_ns (const MienFrameSource *self);

/* Frames that the source knows to be guessed or lost through damage so far. Any thread. */
gint64 mien_frame_source_get_n_damaged (const MienFrameSource *self);

/* TRUE for a camera: frames come in real time and some are skipped. */
gboolean mien_frame_source_is_live (const MienFrameSource *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienFrameSource, mien_frame_source_free)

G_END_DECLS
