/* A film that plays in real time again and again in a thread, as a camera. Private to this room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "media/camera-feed.h"

G_BEGIN_DECLS

typedef struct _MienFilmThread MienFilmThread;

/* capture_ns of the frames is when they are due, so that what comes late shows. */
MienFilmThread *mien_film_thread_new (const char *path,
                                      const MienCameraOptions *options,
                                      MienCameraFeedFunc func,
                                      gpointer data,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean mien_film_thread_check (MienFilmThread *self, GError **error);
void mien_film_thread_free (MienFilmThread *self);

G_END_DECLS
