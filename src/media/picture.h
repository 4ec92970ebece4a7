/* Pictures that GStreamer cannot play: animations, and stills of rarer kinds. Private to this room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "media/frame-source.h"
#include "media/input.h"

G_BEGIN_DECLS

typedef struct _MienPicture MienPicture;

/* TRUE for GIF, WebP with several pictures, and stills but PNG, JPEG and WebP. */
gboolean mien_picture_is_for (const MienInput *input);

/* As mien_film_open(); frames are RGBX32, laid on white. */
MienPicture *mien_picture_open (const MienInput *input,
                                MienMediaInfo *info,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mien_picture_free (MienPicture *self);
gboolean
mien_picture_next (MienPicture *self, MienFrame **frame, GCancellable *cancellable, GError **error);
gint64 mien_picture_get_n_damaged (MienPicture *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienPicture, mien_picture_free)

G_END_DECLS
