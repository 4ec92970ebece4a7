/* Points and rectangles in picture pixels: (0, 0) is the upper left corner of the upper left pixel,
 * x grows to the right, y down.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  float x, y;
} MienPoint;

typedef struct
{
  float x, y, width, height;
} MienRect;

/* Intersection over union, 0 .. 1; 0 where either is empty. */
float mien_rect_iou (const MienRect *a, const MienRect *b);
/* Area of the intersection. */
float mien_rect_overlap (const MienRect *a, const MienRect *b);
/* The part of @rect inside a picture of @width x @height; FALSE when nothing is left. */
gboolean mien_rect_clip (const MienRect *rect, int width, int height, MienRect *out);
/* The square of side max (width, height) * @scale around the centre of @rect. */
MienRect mien_rect_square (const MienRect *rect, float scale);

/* A map from the pixels of a result to the picture it is taken from:
 *   x = a * u + b * v + c,  y = d * u + e * v + f
 * in continuous coordinates: the centre of result pixel (i, j) is (i + 1/2, j + 1/2). */
typedef struct
{
  float a, b, c;
  float d, e, f;
} MienAffine;

/* Takes a result of @width x @height pixels from @rect. */
MienAffine mien_affine_from_rect (const MienRect *rect, int width, int height);
/* The similarity (turn, scale, shift) that takes @from to @to with the least squared error.
 * FALSE when the @n points of @from coincide. Reference: Umeyama 1991. */
gboolean mien_affine_fit_similarity (const MienPoint *from,
                                     const MienPoint *to,
                                     guint n,
                                     MienAffine *out) G_GNUC_WARN_UNUSED_RESULT;
/* FALSE when it has no inverse. */
gboolean mien_affine_invert (const MienAffine *self, MienAffine *out) G_GNUC_WARN_UNUSED_RESULT;
MienPoint mien_affine_apply (const MienAffine *self, MienPoint point);

G_END_DECLS
