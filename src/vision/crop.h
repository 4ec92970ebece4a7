/* How a face becomes the input of a network: the rule on the network's card, followed exactly.
 *
 * `mien.crop` is a JSON object:
 *   {"rule": "square", "scale": S, "shift_x": X, "shift_y": Y, "border": "repeat"|"black"}
 *     the square of side max (width, height) * S of the face box around its centre, moved by X and
 * Y of that side (default S 1, X 0, Y 0);
 *   {"rule": "box", ...}  the same with the box's own two sides, aspect not kept;
 *   {"rule": "letterbox", ...}  the square, but black where it leaves the face box;
 *   {"rule": "eyes", "right": [x, y], "left": [x, y], "border": ...}
 *     turned and scaled so that the eye centres fall on those places of the input (fractions of its
 *     width and height, person's own right and left); needs landmarks or a detector with eyes, and
 *     falls back to the square where a face has neither.
 * `mien.input` gives "width", "height", "channels" (1 or 3) and "order" ("gray", "rgb", "bgr").
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/card.h"
#include "vision/landmarks.h"
#include "vision/sampling.h"

G_BEGIN_DECLS

typedef enum
{
  MIEN_CROP_SQUARE,
  MIEN_CROP_BOX,
  MIEN_CROP_LETTERBOX,
  MIEN_CROP_EYES,
} MienCropKind;

typedef struct
{
  MienCropKind kind;
  float scale, shift_x, shift_y;
  MienPoint right_eye, left_eye; /* fractions of the input */
  MienSampling sampling;         /* size and channels of the input; NCHW, 0..255 */
} MienCrop;

/* MIEN_ERROR_MODEL says which key of the card is missing or makes no sense. */
gboolean mien_crop_from_card (MienCard *card, MienCrop *out, GError **error);

/* Whether the rule makes use of landmarks. */
gboolean mien_crop_needs_landmarks (const MienCrop *self);
/* Floats of one crop: channels * height * width. */
gsize mien_crop_get_size (const MienCrop *self);
/* From input pixels to picture pixels. @landmarks: nullable. */
MienAffine
mien_crop_get_map (const MienCrop *self, const MienFaceBox *face, const MienLandmarks *landmarks);
/* Cuts the face out of @image: @out is [channels, height, width], pixels 0 .. 255. */
void mien_crop_take (const MienCrop *self,
                     const MienImage *image,
                     const MienFaceBox *face,
                     const MienLandmarks *landmarks,
                     float *out);

G_END_DECLS
