/* Pictures with known faces, in the form of dlib's XML files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gdk-pixbuf/gdk-pixbuf.h>

#include "vision/landmarks.h"

typedef struct
{
  MienRect rect;
  gboolean has_points;
  MienLandmarks points;
} EvalFace;

typedef struct
{
  char *name;
  GdkPixbuf *pixbuf; /* RGB, 8 bits */
  GArray *faces;     /* of EvalFace */
} EvalPicture;

/* (element-type EvalPicture): what training_with_face_landmarks.xml and testing_... in @folder say.
 */
GPtrArray *eval_truth_load (const char *folder, GError **error);

/* How the pictures are made harder. */
typedef enum
{
  EVAL_PLAIN,
  EVAL_SMALL, /* so that the larger side of the median face is 20 pixels */
  EVAL_LEFT,  /* turned by 20 degrees */
  EVAL_RIGHT, /* by -20 */
  EVAL_DARK,  /* a quarter of the light */
  EVAL_BLUR,  /* three boxes, together a deviation of about 1/28 of the median face */
  EVAL_JPEG,  /* quality 20 */
  EVAL_N,
} EvalChange;

const char *eval_change_get_name (EvalChange change);
EvalPicture *eval_picture_change (const EvalPicture *self, EvalChange change);
/* All of @pictures, each shrunk until the larger side of its median face is @size pixels, beside
 * and below each other in one of @width x @height, black where nothing is; what finds no room is
 * left out with its faces. */
EvalPicture *eval_picture_gather (GPtrArray *pictures, float size, int width, int height);
void eval_picture_free (EvalPicture *self);
MienImage eval_picture_get_image (const EvalPicture *self);
