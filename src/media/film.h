/* One file through demuxer and decoder to samples. Private to this room; MienFrameSource is the
 * public face.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "media/frame-source.h"
#include "media/input.h"

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _MienFilm MienFilm;

/* Starts decoding of @input, which stays the caller's and must outlive the film. Waits for the
 * first picture and fills @info (allocated by the caller, zeroed) with what is known then.
 * Errors: as mien_frame_source_open(). */
MienFilm *mien_film_open (const MienInput *input,
                          const MienFrameSourceOptions *options,
                          MienMediaInfo *info,
                          GCancellable *cancellable,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mien_film_free (MienFilm *self);

/* The next picture; index is not set. As mien_frame_source_next(). */
gboolean
mien_film_next (MienFilm *self, MienFrame **frame, GCancellable *cancellable, GError **error);

/* See mien_frame_source_get_n_damaged(). Any thread. */
gint64 mien_film_get_n_damaged (MienFilm *self);

/* See mien_frame_source_get_shift_ns(). */
gint64 mien_film_get_shift_ns (const MienFilm *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienFilm, mien_film_free)

G_END_DECLS
