/* The job that turns one input into samples: decode, detect, track, crop, classify, store.
 *
 * Decoding has a thread, detection and classification a pool of workers over whole frames, and one
 * thread puts the frames back in order, tracks and stores. The queues between them are bounded: a
 * file loses no frame and memory does not grow with its length. The same input, settings and kernel
 * path give the same samples for any number of threads.
 *
 * A face gets a track when the tracker has confirmed it; the frames seen until then are held back
 * and get their rows afterwards, so a row is never rewritten.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "analysis/models.h"
#include "analysis/settings.h"
#include "timeline/document.h"

G_BEGIN_DECLS

typedef enum
{
  MIEN_ANALYSIS_IDLE,     /* not started */
  MIEN_ANALYSIS_STARTING, /* models are loaded, the input is opened */
  MIEN_ANALYSIS_RUNNING,
  MIEN_ANALYSIS_DONE, /* to the end, cancelled or failed */
} MienAnalysisPhase;

typedef struct
{
  MienAnalysisPhase phase;
  guint64 frames_done;  /* frames stored by this run, with or without a face */
  guint64 frames_total; /* estimate for this run from the container; 0 when unknown */
  gint64 position_ns;   /* time of the last stored frame */
  double fps;           /* stored frames a second over the last few seconds; NAN at first */
  double seconds_left;  /* NAN when unknown */
} MienAnalysisProgress;

/* Processor time by stage, summed over threads, in ns; wall_ns is the time a clock shows. A resumed
 * analysis counts on from what the document holds. */
typedef struct
{
  gint64 wall_ns;
  guint64 frames;
  guint64 detections; /* frames that the detector was shown; of this run alone */
  /* Colour, resize, network, boxes, and the signature that finds cuts. */
  gint64 detect_ns;
  gint64 track_ns;    /* association of boxes over time */
  gint64 crop_ns;     /* landmarks, pose, aligned crops, brightness, sharpness */
  gint64 classify_ns; /* the classifier network */
  gint64 store_ns;    /* handing samples to the document */
  /* What the process used beyond all these: the decoder's threads and the document's writer; in the
   * window the player and the drawing too. */
  gint64 decode_ns;
} MienAnalysisTiming;

#define MIEN_TYPE_ANALYSIS (mien_analysis_get_type ())
G_DECLARE_FINAL_TYPE (MienAnalysis, mien_analysis, MIEN, ANALYSIS, GObject)

/* @settings is copied. @models: nullable; then the run loads them. A job runs once.
 *
 * Signal "progress": at most ten times a second while it runs and once at the end; on the thread of
 * mien_analysis_run(), or in the main context of mien_analysis_run_async(). */
MienAnalysis *mien_analysis_new (const MienAnalysisSettings *settings,
                                 MienModels *models) G_GNUC_WARN_UNUSED_RESULT;

const MienAnalysisSettings *mien_analysis_get_settings (MienAnalysis *self);

/* Loads the models unless given and opens the input, so that a wrong name or an unreadable file is
 * known before a document is made. The run does it when nobody has. Blocks; any one thread. */
gboolean mien_analysis_prepare (MienAnalysis *self, GCancellable *cancellable, GError **error);

/* Analyses on the calling thread, which owns @document, and on workers; blocks until the end.
 * Samples are appended whole frames at a time. With an error too everything up to it is stored and
 * committed: MIEN_ERROR_INPUT, MIEN_ERROR_MODEL, MIEN_ERROR_DAMAGED when the file breaks off,
 * MIEN_ERROR_OUTPUT from the document, MIEN_ERROR_USAGE when `resume` does not fit the document,
 * G_IO_ERROR_CANCELLED within one frame of the request. */
gboolean mien_analysis_run (MienAnalysis *self,
                            MienDocument *document,
                            GCancellable *cancellable,
                            GError **error);

/* The same from a main loop: @document is appended to only in the thread-default main context of
 * the call, in coalesced idles, never after @callback; it is referenced until then. */
void mien_analysis_run_async (MienAnalysis *self,
                              MienDocument *document,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean mien_analysis_run_finish (MienAnalysis *self, GAsyncResult *result, GError **error);

/* Any thread, at any time. */
void mien_analysis_get_progress (MienAnalysis *self, MienAnalysisProgress *progress);
void mien_analysis_get_timing (MienAnalysis *self, MienAnalysisTiming *timing);

G_END_DECLS
