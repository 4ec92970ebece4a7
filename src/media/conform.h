/* The last part of every pipeline: whatever a decoder gives becomes upright, whole, opaque pictures
 * with square pixels in a format of base/image.h. Private to this room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "media/frame.h"

#include <gst/video/video.h>

G_BEGIN_DECLS

/* A bin with the pads "sink" (raw video of any kind) and "src". What is in that form already passes
 * without being touched. Times and number of frames never change. */
GstElement *mien_conform_new (MienFramePixels pixels) G_GNUC_WARN_UNUSED_RESULT;

/* Turns the picture as @method says, instead of as the tags of the stream say. */
void mien_conform_set_orientation (GstElement *self, GstVideoOrientationMethod method);

/* A filter sink for its end: keeps at most @max_waiting frames, gives decoders leave to use rows of
 * any length. @is_live: the newest frame wins, shown in time; otherwise the pipeline waits. */
GstElement *mien_conform_make_sink (guint max_waiting, gboolean is_live) G_GNUC_WARN_UNUSED_RESULT;

/* The picture of @sample in place; the frame holds the buffer. pts_ns is the stream time of the
 * buffer, -1 when it has none. NULL when the buffer cannot be read or has an unexpected format. */
MienFrame *mien_conform_dup_frame (GstSample *sample) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
