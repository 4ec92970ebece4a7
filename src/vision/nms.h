/* Non-maximum suppression: many overlapping candidates become one box a face.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vision/face.h"

G_BEGIN_DECLS

/* Greedy: keeps the best, drops what overlaps a kept one by more than @iou, and so on, until
 * @max_faces (0: no limit) are kept. @faces (element-type MienFaceBox) is sorted by score, falling;
 * equal scores keep their order. */
void mien_nms_greedy (GArray *faces, float iou, guint max_faces);

/* As above, but a kept box and its points become the mean of all that overlap it, weighted by
 * score. Reference: Bazarevsky et al. 2019 (BlazeFace), "tie resolution". */
void mien_nms_weighted (GArray *faces, float iou, guint max_faces);

G_END_DECLS
