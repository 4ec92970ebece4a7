/* What a face and the clothes below it look like at a glance: coarse colours, which cost next to
 * nothing and hardly change from one frame to the next.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/image.h"
#include "vision/face.h"

G_BEGIN_DECLS

#define MIEN_LOOK_ROWS 5
#define MIEN_LOOK_COLUMNS 4
#define MIEN_LOOK_N (3 * MIEN_LOOK_ROWS * MIEN_LOOK_COLUMNS)

/* @out: [MIEN_LOOK_N], zero mean and unit length, so that the sum of products of two is their
 * likeness, -1 .. 1. All 0 for a picture of one colour. Any thread; allocates nothing. */
void mien_look_measure (const MienImage *image, const MienFaceBox *face, float *out);

G_END_DECLS
