/* Face boxes with their labels, drawn over a picture in the picture's own coordinates.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pango/pangocairo.h>

#include "widgets/session.h"

G_BEGIN_DECLS

typedef struct
{
  double x, y;  /* of the picture's upper left corner */
  double scale; /* screen pixels for one of the picture */
  double width; /* of the whole, picture and what is beside it */
  double height;
  double text_scale; /* 1 = 100 % */
} MienFaceOverlayPlace;

/* Boxes, landmarks when @landmarks, and labels of @faces; the one that is @chosen is drawn
 * stronger.
 * @context makes the text. Line widths and text have the same size at every scale of the picture.
 */
void mien_face_overlay_draw (cairo_t *cr,
                             PangoContext *context,
                             const MienFaceOverlayPlace *place,
                             MienDocument *document,
                             const MienFace *faces,
                             guint n_faces,
                             const MienFace *chosen,
                             gboolean landmarks);

/* The face whose box holds the point, the smallest of several; -1 for none. */
int mien_face_overlay_pick (
    const MienFaceOverlayPlace *place, const MienFace *faces, guint n_faces, double x, double y);

G_END_DECLS
