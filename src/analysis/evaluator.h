/* One thread's means of looking at frames: its own scratch memory over the shared models. Private
 * to the room: the job's workers and the live view use it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "analysis/models.h"
#include "analysis/shapes.h"
#include "base/image.h"
#include "timeline/sample.h"
#include "vision/cuts.h"
#include "vision/tracker.h"

G_BEGIN_DECLS

typedef struct _MienEvaluator MienEvaluator;

/* Why faces were not trusted, in words of the vision room, and how often. */
#define MIEN_EVALUATOR_MAX_FAULTS 8

/* Sums of one evaluator; processor time in ns. */
typedef struct
{
  gint64 detect_ns, crop_ns, classify_ns;
  guint64 detections;                            /* frames that the detector was shown */
  guint64 faces;                                 /* that were classified */
  const char *faults[MIEN_EVALUATOR_MAX_FAULTS]; /* static texts; NULL from the first unused on */
  guint64 n_faults[MIEN_EVALUATOR_MAX_FAULTS];
} MienEvaluatorCounts;

/* @parallel: borrowed, nullable; threads inside one frame, for the live view. The numbers do not
 * depend on it. */
MienEvaluator *mien_evaluator_new (MienModels *models,
                                   const MienAnalysisSettings *settings,
                                   MienParallel *parallel) G_GNUC_WARN_UNUSED_RESULT;
void mien_evaluator_free (MienEvaluator *self);

/* The faces of @image that region and min_face let through (element-type MienFaceBox), and what
 * tells cuts apart; either may be NULL. */
gboolean mien_evaluator_detect (MienEvaluator *self,
                                const MienImage *image,
                                GArray *faces,
                                MienCutSignature *signature,
                                GCancellable *cancellable,
                                GError **error);

/* Points of a face in a sample, a pair of floats each: none, the 68, or those and then the mesh, as
 * the settings ask. */
guint mien_evaluator_count_points (MienEvaluator *self);

/* Floats of what tells the owner of a face from others. */
#define MIEN_EVALUATOR_EMBEDDING MIEN_EMBEDDING_N

/* Whether mien_evaluator_tell() can tell anything. */
gboolean mien_evaluator_has_embeddings (MienEvaluator *self);

/* What the tracker needs to tell faces apart: @looks, [n, MIEN_LOOK_N], of all. */
void mien_evaluator_look (const MienImage *image, const GArray *faces, float *looks);

/* Embeddings of those of @n faces that @wanted, [n], marks: @features, [n,
 * MIEN_EVALUATOR_EMBEDDING], NAN first for the others and for faces too small, blurred, turned or
 * cut off to tell. @witnessed, [n], nullable: for the same faces how sure a second detector is, 0
 * .. 1, that looks at them from close up; NAN for the others and where there is none. */
gboolean mien_evaluator_tell (MienEvaluator *self,
                              const MienImage *image,
                              const MienFaceBox *faces,
                              guint n,
                              const guint8 *wanted,
                              float *features,
                              float *witnessed,
                              GCancellable *cancellable,
                              GError **error);

/* Measures and classifies @n tracked faces of @image into @samples; frame, pts_ns and track are
 * filled in too. @points: [n, mien_evaluator_count_points(), 2], what the samples' landmarks point
 * at; NULL for samples without. @embeddings:
 * [n, MIEN_EVALUATOR_EMBEDDING], what the samples' embeddings point at, of the few faces of a track
 * that get one; NULL for none. */
gboolean mien_evaluator_read (MienEvaluator *self,
                              const MienImage *image,
                              gint64 frame,
                              gint64 pts_ns,
                              const MienTrackedFace *faces,
                              guint n,
                              MienSample *samples,
                              float *points,
                              float *embeddings,
                              GCancellable *cancellable,
                              GError **error);

/* The crops that motion is measured on, of the faces that were read last and in their order:
 * @out is [n, MIEN_SHAPES_CROP]. */
void mien_evaluator_take_crops (MienEvaluator *self, const MienImage *image, guint n, guint8 *out);
/* Fills in the flow of @samples, which @after shows, since @before. */
void mien_evaluator_compare (
    MienEvaluator *self, GBytes *before, GBytes *after, MienSample *samples, guint n);

/* A frame without a face. */
void mien_sample_init_no_face (MienSample *self, gint64 frame, gint64 pts_ns);

/* Adds what was counted since the last call to @counts. */
void mien_evaluator_take_counts (MienEvaluator *self, MienEvaluatorCounts *counts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienEvaluator, mien_evaluator_free)

G_END_DECLS
