/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/mesh.h"

#include <math.h>

/* Which point of the mesh is the nearest to each of the 68, by what both are called: the right ear
 * along the jaw to the left, brows, bridge and base of the nose, lids and lips. */
static const guint16 places[MIEN_LANDMARKS_N] = {
  162, 234, 93,  58,  172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389, /* jaw */
  71,  63,  105, 66,  107, 336, 296, 334, 293, 301,                                    /* brows */
  168, 197, 5,   4,   75,  97,  2,   326, 305,                                         /* nose */
  33,  160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380,                          /* eyes */
  61,  39,  37,  0,   267, 269, 291, 405, 314, 17,  84,  181,                          /* lips */
  78,  82,  13,  312, 308, 317, 14,  87,                                               /* inside */
};

void
mien_mesh_get_landmarks (const MienMesh *self, MienLandmarks *out)
{
  for (int i = 0; i < MIEN_LANDMARKS_N; i++)
    out->points[i] = self->points[places[i]];
}

MienAffine
mien_mesh_get_map (const MienMesh *self, float scale, int size)
{
  MienLandmarks landmarks;
  MienPoint right, left, low = { INFINITY, INFINITY }, high = { -INFINITY, -INFINITY };
  float length, c, s, side, cx, cy;

  mien_mesh_get_landmarks (self, &landmarks);
  right = mien_landmarks_get_right_eye (&landmarks);
  left = mien_landmarks_get_left_eye (&landmarks);
  length = hypotf (left.x - right.x, left.y - right.y);
  c = length > 0 ? (left.x - right.x) / length : 1;
  s = length > 0 ? (left.y - right.y) / length : 0;
  /* The mesh's extent along the eyes and across them. */
  for (int i = 0; i < MIEN_MESH_N; i++)
    {
      float u = c * self->points[i].x + s * self->points[i].y;
      float v = c * self->points[i].y - s * self->points[i].x;

      low = (MienPoint){ MIN (low.x, u), MIN (low.y, v) };
      high = (MienPoint){ MAX (high.x, u), MAX (high.y, v) };
    }
  side = scale * MAX (high.x - low.x, high.y - low.y);
  cx = (low.x + high.x - side) / 2;
  cy = (low.y + high.y - side) / 2;
  side /= (float) size;
  return (MienAffine){
    .a = side * c,
    .b = -side * s,
    .c = c * cx - s * cy,
    .d = side * s,
    .e = side * c,
    .f = s * cx + c * cy,
  };
}
