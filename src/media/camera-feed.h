/* What gives a camera its pictures: a device, a test picture, a film in real time. Private to this
 * room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "media/camera.h"

G_BEGIN_DECLS

typedef struct _MienCameraFeed MienCameraFeed;

/* Called in a thread of the feed with each picture; @frame is borrowed and its capture_ns set. */
typedef void (*MienCameraFeedFunc) (MienFrame *frame, gpointer data);

/* Starts. @name: what stands behind "camera:". @fd: a PipeWire remote that is taken over, or -1.
 * Errors: MIEN_ERROR_INPUT when there is no such camera now. */
MienCameraFeed *mien_camera_feed_new (const char *name,
                                      int fd,
                                      const MienCameraOptions *options,
                                      MienCameraFeedFunc func,
                                      gpointer data,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* FALSE when it gives no more pictures; the error says why. */
gboolean mien_camera_feed_check (MienCameraFeed *self, GError **error);

/* What people call it. Borrowed. */
const char *mien_camera_feed_get_name (MienCameraFeed *self);

/* Stops; the function is not called any more when this returns. */
void mien_camera_feed_free (MienCameraFeed *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienCameraFeed, mien_camera_feed_free)

G_END_DECLS
