/* What pictures still need that no GStreamer element does one for one. Private to this room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

/* Rebuilds each plane of @frame, mapped for writing and of 8 bit components, from one of its
 * fields: the rows of the other field become the mean of their neighbours. One picture in, one out,
 * so that counts and times stay. @keep_top: the field that is kept is the one with row 0. */
void mien_pixels_rebuild_field (GstVideoFrame *frame, gboolean keep_top);

/* Lays an RGBA picture, mapped for writing, on white and makes it opaque. */
void mien_pixels_lay_on_white (GstVideoFrame *frame);

G_END_DECLS
