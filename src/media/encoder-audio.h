/* The sound of another file on its way into an encoder's muxer. Private to this room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _MienEncoderAudio MienEncoderAudio;

/* Adds the first sound stream of @path to @pipeline and links it to @muxer: as it is coded where
 * the muxer takes that, else coded anew. @start_ns of the file becomes 0; what is not before
 * @end_ns is left out, -1: nothing. */
MienEncoderAudio *mien_encoder_audio_new (GstElement *pipeline,
                                          GstElement *muxer,
                                          const char *path,
                                          gint64 start_ns,
                                          gint64 end_ns) G_GNUC_WARN_UNUSED_RESULT;

/* Waits until the running pipeline knows whether there is sound, at most some seconds. The muxer
 * writes its head with the first picture, and streams cannot be added then. */
void mien_encoder_audio_wait (MienEncoderAudio *self);

/* After the pipeline is stopped. */
void mien_encoder_audio_free (MienEncoderAudio *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienEncoderAudio, mien_encoder_audio_free)

G_END_DECLS
