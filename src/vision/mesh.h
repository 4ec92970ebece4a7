/* The 468 points of a face: a mesh over all of its skin, and the 68 points of it.
 * Reference: Kartynnik et al. 2019 (Real-time Facial Surface Geometry from Monocular Video on
 * Mobile GPUs); the numbering is that of MediaPipe's canonical face model.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vision/landmarks.h"

G_BEGIN_DECLS

#define MIEN_MESH_N 468

struct _MienMesh
{
  MienPoint points[MIEN_MESH_N]; /* in pixels of the picture */
};

/* The points of the mesh that lie where the 68 are. The jaw is where the mesh ends. */
void mien_mesh_get_landmarks (const MienMesh *self, MienLandmarks *out);

/* From the pixels of a crop of @size x @size to the picture: the square around the mesh, turned so
 * that the eyes are level, its side @scale times the larger one of the mesh. */
MienAffine mien_mesh_get_map (const MienMesh *self, float scale, int size);

G_END_DECLS
