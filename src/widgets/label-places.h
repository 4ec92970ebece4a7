/* Where labels of faces go, so that they hide neither each other nor, where there is room, a face.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

/* One label, in pixels of the view. */
typedef struct
{
  cairo_rectangle_t box;       /* of the face that it belongs to */
  double width, least, height; /* its size; where there is no room it may be as narrow as @least */
  cairo_rectangle_t at;        /* out: where it goes */
} MienLabelPlace;

/* Arranges @n labels in a view of @width by @height: above their boxes, else below, beside them or
 * further off; none leaves the view. The first ones get the best places. Where some would lie over
 * each other they are narrower, those that are in the way first, then all of them. */
void mien_label_places_arrange (double width,
                                double height,
                                const cairo_rectangle_t *faces,
                                guint n_faces,
                                MienLabelPlace *labels,
                                guint n);

G_END_DECLS
