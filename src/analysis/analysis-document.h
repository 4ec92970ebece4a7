/* What the job writes into its document besides samples. Private to the room; the document's
 * thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "analysis/analysis.h"
#include "analysis/evaluator.h"
#include "media/frame-source.h"

G_BEGIN_DECLS

typedef struct
{
  const MienAnalysisSettings *settings;
  MienModels *models;
  const MienMediaInfo *info;
  const char *hash; /* of the input, nullable */

  /* Found in a document that is gone on with. */
  gboolean is_complete; /* nothing is left to do */
  gint64 last_frame;    /* stored already, -1: none */
  gsize n_frames;       /* how many */
  GBytes *state;        /* to resume from; nullable; the caller drops it */
  MienAnalysisTiming timing;
} MienAnalysisStart;

/* Describes the input in an empty document, or checks that a filled one fits the input and the
 * settings. MIEN_ERROR_USAGE when it does not. */
gboolean
mien_analysis_begin_document (MienDocument *document, MienAnalysisStart *start, GError **error);

typedef struct
{
  const GError *reason; /* why it ended before the end of the input, or NULL */
  MienFrameSource *source;
  const MienAnalysisSettings *settings;
  MienEvaluatorCounts counts;
  MienAnalysisTiming timing;
} MienAnalysisEnd;

/* Timing, number of frames, diagnostics, and whether the analysis is complete. */
void mien_analysis_end_document (MienDocument *document, const MienAnalysisEnd *end);

G_END_DECLS
