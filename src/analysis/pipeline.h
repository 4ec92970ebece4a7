/* Frames in, samples out, in order: the feeder thread, the workers and the tracker of one analysis.
 * Private to the room.
 *
 * A frame is a slot that goes through
 *   NEW -> (worker: detect) -> DETECTED -> (caller: track) -> TRACKING
 *       -> settled by the tracker -> READING -> (worker: crop, classify) -> READ -> handed out.
 * At most a few more slots than workers are before, and a few more behind the tracker, which itself
 * holds back a fixed number; so memory depends on the size of a frame and the number of threads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "analysis/evaluator.h"
#include "media/frame-source.h"

G_BEGIN_DECLS

typedef struct _MienPipeline MienPipeline;

typedef struct
{
  gint64 frame, pts_ns;
  guint n_samples; /* at least one: a frame without a face has a sample of status NO_FACE */
  const MienSample *samples; /* by track */
  /* Nullable. What mien_pipeline_new() needs to go on behind this frame with the same result. */
  GBytes *state;
} MienPipelineFrame;

/* @source and @stop are borrowed and must outlive it; @stop is the cancellable that @source was
 * opened with: it ends a wait in mien_pipeline_next(), and mien_pipeline_free() cancels it.
 * @state: NULL, or from a frame of an earlier run of the same input and settings; those frames are
 * only looked at for cuts and not handed out again. A state that cannot be read (of another
 * version) is as good as NULL: then everything is computed again. */
MienPipeline *mien_pipeline_new (MienModels *models,
                                 const MienAnalysisSettings *settings,
                                 MienFrameSource *source,
                                 GBytes *state,
                                 GCancellable *stop) G_GNUC_WARN_UNUSED_RESULT;
void mien_pipeline_free (MienPipeline *self);

/* Waits for the next frame in order; borrowed until the next call. At the end TRUE and *frame NULL.
 * An error of the source comes behind all its frames. One thread. */
gboolean mien_pipeline_next (MienPipeline *self, const MienPipelineFrame **frame, GError **error);

/* Sums since the start; @track_ns: of the calling thread. Any thread. */
void mien_pipeline_get_counts (MienPipeline *self, MienEvaluatorCounts *counts, gint64 *track_ns);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienPipeline, mien_pipeline_free)

G_END_DECLS
