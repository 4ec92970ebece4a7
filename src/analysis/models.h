/* The models that an analysis uses: loaded once, immutable, shared by jobs, live views and threads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "analysis/settings.h"
#include "emotion/classifier.h"
#include "vision/detector.h"
#include "vision/face-net.h"
#include "vision/landmarks.h"

G_BEGIN_DECLS

typedef struct _MienModels MienModels;

/* Loads detector and classifier as @settings name them (an installed model, or a file), and the
 * installed models for landmarks, for telling people apart and for covered faces, where there are
 * such. Blocks for some tens of milliseconds; any thread. MIEN_ERROR_MODEL or
 * MIEN_ERROR_UNSUPPORTED when a model is not there or cannot be used. */
MienModels *
mien_models_load (const MienAnalysisSettings *settings, GError **error) G_GNUC_WARN_UNUSED_RESULT;
MienModels *mien_models_ref (MienModels *self);
void mien_models_unref (MienModels *self);

/* Borrowed. */
MienDetectorModel *mien_models_get_detector (MienModels *self);
MienClassifierModel *mien_models_get_classifier (MienModels *self);
MienLandmarkerModel *mien_models_get_landmarker (MienModels *self); /* nullable */
/* What finds the mesh, where that is asked for; nullable. Who is who stays with the 68 points. */
MienLandmarkerModel *mien_models_get_mesher (MienModels *self);
MienFaceNetModel *mien_models_get_embedder (MienModels *self); /* nullable */
/* What guesses whether a face is covered, and from which probability on it counts; nullable. */
MienFaceNetModel *mien_models_get_occlusion (MienModels *self);
float mien_models_get_max_covered (MienModels *self);
/* A small detector that looks at a new face from close up; nullable. */
MienDetectorModel *mien_models_get_witness (MienModels *self);
/* Whether every face gets its landmarks, not only those whose owner is looked for. */
gboolean mien_models_need_landmarks (MienModels *self);
MienLabelSet mien_models_get_label_set (MienModels *self);

/* What a document keeps of them: a JSON array of {name, task, hash, licence, source}. */
char *mien_models_dup_json (MienModels *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienModels, mien_models_unref)

G_END_DECLS
