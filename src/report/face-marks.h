/* Boxes, labels and bars of the faces of one frame, painted into the picture itself. Private to the
 * room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>

#include "timeline/document.h"

G_BEGIN_DECLS

typedef struct _MienFaceMarks MienFaceMarks;

/* For pictures of @width x @height; sizes of lines and text follow the picture. @document is
 * borrowed and outlives it. */
MienFaceMarks *
mien_face_marks_new (MienDocument *document, int width, int height) G_GNUC_WARN_UNUSED_RESULT;
void mien_face_marks_free (MienFaceMarks *self);

/* Paints the faces of @frame; frames ascend from call to call (a lower one starts over). */
void mien_face_marks_draw (MienFaceMarks *self, cairo_t *cr, gint64 frame);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienFaceMarks, mien_face_marks_free)

G_END_DECLS
