/* Which part of a face a map points at: brows, eyes, nose, mouth, or none of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/tensor.h"
#include "vision/landmarks.h"

G_BEGIN_DECLS

typedef enum
{
  MIEN_REGION_BROWS,
  MIEN_REGION_EYES,
  MIEN_REGION_NOSE,
  MIEN_REGION_MOUTH,
  MIEN_REGION_REST,
  MIEN_N_REGIONS,
} MienRegion;

/* "brows", "eyes", ...: for files; static. */
const char *mien_region_get_name (MienRegion region);

/* The part at a point of the picture: that whose points' hull, widened by a tenth of the distance
 * of the eyes, holds it; the one whose hull is nearer where two do. */
MienRegion mien_region_find (const MienLandmarks *landmarks, MienPoint point);

/* How much of the absolute values of @map, [h, w], falls on each part: @share sums to 1 (all 0 when
 * the map is). @to_picture: from pixels of the map to those of the landmarks. */
void mien_region_share (const MienTensor *map,
                        const MienAffine *to_picture,
                        const MienLandmarks *landmarks,
                        double share[MIEN_N_REGIONS]);

G_END_DECLS
