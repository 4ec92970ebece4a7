/* One detected face, as every detector gives it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vision/rect.h"

G_BEGIN_DECLS

#define MIEN_FACE_MAX_POINTS 6

/* Key points of detectors that have them, in this order; a detector without ears has five.
 * Right and left are the person's own. */
typedef enum
{
  MIEN_FACE_RIGHT_EYE,
  MIEN_FACE_LEFT_EYE,
  MIEN_FACE_NOSE,
  MIEN_FACE_MOUTH,
  MIEN_FACE_RIGHT_EAR,
  MIEN_FACE_LEFT_EAR,
} MienFacePoint;

typedef struct
{
  float x, y, width, height; /* in pixels of the whole picture, clipped to it */
  float score;               /* 0 .. 1 */
  guint n_points;            /* 0, 4 or 6 */
  MienPoint points[MIEN_FACE_MAX_POINTS];
} MienFaceBox;

static inline MienRect
mien_face_box_get_rect (const MienFaceBox *self)
{
  return (MienRect){ self->x, self->y, self->width, self->height };
}

G_END_DECLS
