/* What an evaluator is made of, for the two files that are one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <time.h>

#include "analysis/evaluator.h"
#include "vision/mesh.h"
#include "vision/quality.h"

G_BEGIN_DECLS

struct _MienEvaluator
{
  MienModels *models;
  MienAnalysisSettings *settings;
  MienDetector *detector;
  MienClassifier *classifier;
  MienLandmarker *landmarker; /* nullable */
  MienLandmarker *mesher;     /* nullable */
  MienFaceNet *embedder;      /* nullable */
  MienFaceNet *occlusion;     /* nullable */
  MienDetector *witness;      /* nullable */
  GArray *seen;               /* of MienFaceBox: by the witness */
  gboolean needs_landmarks;   /* of every face */
  MienQualityLimits limits;

  /* Scratch for the faces of one frame, grown as needed. */
  guint capacity;
  MienFaceBox *boxes;
  MienLandmarks *landmarks; /* only where every face has them */
  MienMesh *meshes;         /* in the same way */
  float *crops;             /* [capacity, crop size] */
  float *values;            /* [capacity, n_classes] */

  MienEvaluatorCounts counts;
};

/* Processor time of this thread. */
static inline gint64
mien_evaluator_get_time_ns (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return (gint64) t.tv_sec * G_GINT64_CONSTANT (1000000000) + t.tv_nsec;
}

/* The part of @image from (@x, @y), which are made even, to @right and @bottom, without copying:
 * planes of half resolution need even corners. FALSE when the region lies outside the picture. */
gboolean mien_evaluator_crop_image (
    const MienImage *image, int *x, int *y, int right, int bottom, MienImage *out);
/* Gives @sample its embedding in @out where one is due and the face is good enough to tell.
 * Distances between people were measured with the 68 points of their own network. */
gboolean mien_evaluator_embed (MienEvaluator *self,
                               const MienImage *image,
                               const MienTrackedFace *face,
                               const MienLandmarks *landmarks,
                               MienSample *sample,
                               float *out,
                               GCancellable *cancellable,
                               GError **error);

G_END_DECLS
