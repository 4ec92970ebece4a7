/* The chosen face, cut out of the picture that stands.
 *
 * CSS node: `facecrop`. Accessible role: img.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "widgets/session.h"

G_BEGIN_DECLS

#define MIEN_TYPE_FACE_CROP (mien_face_crop_get_type ())
G_DECLARE_FINAL_TYPE (MienFaceCrop, mien_face_crop, MIEN, FACE_CROP, GtkWidget)

GtkWidget *mien_face_crop_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* Properties session and texture, notified; references are kept. */
void mien_face_crop_set_session (MienFaceCrop *self, MienSession *session);
MienSession *mien_face_crop_get_session (MienFaceCrop *self);
/* The whole picture; NULL for none. */
void mien_face_crop_set_texture (MienFaceCrop *self, GdkTexture *texture);
GdkTexture *mien_face_crop_get_texture (MienFaceCrop *self);

G_END_DECLS
