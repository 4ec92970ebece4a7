/* Stills, animations and folders of pictures as something a GStreamer pipeline can play: seekable
 * raw video from a MienFrameSource. Private to this room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "media/probe.h"

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _MienReel MienReel;

/* @path: what mien_frame_source_open() takes; @info: what it told about it. */
MienReel *mien_reel_new (const char *path, const MienMediaInfo *info) G_GNUC_WARN_UNUSED_RESULT;

/* After the pipeline that it feeds is stopped. */
void mien_reel_free (MienReel *self);

/* Makes @appsrc (the source of a playbin with the address "appsrc://") give the pictures. */
void mien_reel_feed (MienReel *self, GstElement *appsrc);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienReel, mien_reel_free)

G_END_DECLS
