/* The 68 points of a face: jaw 0-16, brows 17-26, nose 27-35, eyes 36-47, mouth 48-67, as the
 * viewer sees them from left to right.
 * Reference: Sagonas et al. 2013 (300 Faces in-the-Wild), annotation scheme of Multi-PIE.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "base/image.h"
#include "nn/card.h"
#include "nn/context.h"
#include "vision/face.h"

G_BEGIN_DECLS

#define MIEN_LANDMARKS_N 68

typedef struct
{
  MienPoint points[MIEN_LANDMARKS_N]; /* in pixels of the picture */
} MienLandmarks;

typedef struct _MienMesh MienMesh; /* vision/mesh.h */
typedef struct _MienLandmarkerModel MienLandmarkerModel;
typedef struct _MienLandmarker MienLandmarker;

/* @name: an installed model of task `landmarks`, "default", or a file. Immutable, shared. */
MienLandmarkerModel *
mien_landmarker_model_load (const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
MienLandmarkerModel *mien_landmarker_model_ref (MienLandmarkerModel *self);
void mien_landmarker_model_unref (MienLandmarkerModel *self);
MienCard *mien_landmarker_model_get_card (MienLandmarkerModel *self); /* borrowed */
const char *mien_landmarker_model_get_hash (MienLandmarkerModel *self);
/* Whether it finds the mesh of 468 points, from which the 68 are taken. */
gboolean mien_landmarker_model_has_mesh (MienLandmarkerModel *self);

/* One for each thread. @parallel: borrowed, nullable. */
MienLandmarker *
mien_landmarker_new (MienLandmarkerModel *model, MienParallel *parallel) G_GNUC_WARN_UNUSED_RESULT;
void mien_landmarker_free (MienLandmarker *self);

/* Points of @n faces of one picture: @out has @n entries, and so has @meshes, which is NULL for a
 * model without and wherever they are not wanted. */
gboolean mien_landmarker_find (MienLandmarker *self,
                               const MienImage *image,
                               const MienFaceBox *faces,
                               guint n,
                               MienLandmarks *out,
                               MienMesh *meshes,
                               GCancellable *cancellable,
                               GError **error);

/* Centres of the eyes, right and left as the person's own. */
MienPoint mien_landmarks_get_right_eye (const MienLandmarks *self);
MienPoint mien_landmarks_get_left_eye (const MienLandmarks *self);
/* Height over width of the eye openings, mean of both: about 0.3 open, below 0.2 closed.
 * Reference: Soukupova & Cech 2016 (eye aspect ratio). */
float mien_landmarks_get_eye_openness (const MienLandmarks *self);
/* Inner lip distance over mouth width: 0 closed. */
float mien_landmarks_get_mouth_openness (const MienLandmarks *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienLandmarkerModel, mien_landmarker_model_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienLandmarker, mien_landmarker_free)

G_END_DECLS
