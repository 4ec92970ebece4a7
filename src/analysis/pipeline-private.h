/* The state of a pipeline and what its threads do; see analysis/pipeline.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "analysis/evaluator.h"
#include "analysis/gap.h"
#include "analysis/pipeline.h"

G_BEGIN_DECLS

/* Slots on either side of the tracker: one for each worker, and these so that none waits. */
#define MIEN_PIPELINE_SPARE 2

typedef enum
{
  MIEN_SLOT_NEW,
  MIEN_SLOT_DETECTED,
  MIEN_SLOT_TRACKING,
  MIEN_SLOT_READING,
  MIEN_SLOT_READ,
} MienSlotStage;

typedef struct
{
  MienSlotStage stage; /* guarded by the mutex */
  MienFrame *frame;    /* dropped as soon as nobody needs the picture */
  gint64 index, pts_ns;
  gboolean is_known;    /* handed out by an earlier run */
  gboolean is_pushed;   /* the resumed tracker has seen it */
  gboolean is_detected; /* a detector looks at it */
  gboolean is_key;      /* it does anyhow, and what lies before it depends on what it finds */
  gboolean is_filled;   /* none does: its faces lie between those of two others */
  gboolean is_due;      /* known faces may be looked at more closely */
  gboolean has_cut;     /* is_cut is known */
  gboolean is_cut;
  GArray *faces;    /* of MienFaceBox, that the detector found */
  float *looks;     /* of them */
  guint8 *wanted;   /* nullable: which of them the tracker needs features of */
  float *features;  /* nullable: of them */
  float *witnessed; /* with features */
  MienCutSignature signature;
  MienTrackedFace *tracked;
  guint n_tracked;
  MienSample *samples;
  guint n_samples;
  float *points;     /* that the samples' landmarks are in; nullable */
  float *embeddings; /* that the samples' embeddings are in */
  GBytes *shapes;    /* what motion is measured on; NULL without --flow or without faces */
  GBytes *before;    /* of the frame before; nullable */
  gboolean is_moved; /* its turn to be compared with that has come */
  GBytes *state;
} MienSlot;

struct _MienPipeline
{
  MienModels *models;
  MienAnalysisSettings *settings;
  MienFrameSource *source;
  GCancellable *stop;
  gulong stop_handler;

  /* Of a resumed run, fixed before the threads start; -1: none. */
  gint64 known_frame;  /* frames up to it were handed out by an earlier run */
  gint64 pushed_frame; /* frames up to it are known to the resumed tracker */
  guint step;          /* a detector looks at every one of so many frames at least */
  guint due_step;      /* who faces are is asked in every one of so many */

  GThread *feeder;
  GThread **workers;
  guint n_workers;

  GMutex mutex;
  GCond feed;  /* there is room for a frame */
  GCond work;  /* there is a task */
  GCond ready; /* a slot went on, the source ended, or something failed */

  /* Guarded by the mutex. Each slot's fields belong to the thread whose stage it is in. */
  GQueue slots;        /* of MienSlot, all, in order of presentation */
  GQueue detect_tasks; /* of MienSlot */
  GQueue read_tasks;   /* of MienSlot; come first: what is older is done sooner */
  guint n_untracked;   /* slots before the tracker */
  guint n_reading;     /* slots behind the tracker */
  gboolean at_end;     /* the feeder has stopped */
  GError *source_error;
  GError *worker_error;
  gboolean quit;
  MienEvaluatorCounts counts;
  gint64 track_ns;

  /* Of the thread that calls mien_pipeline_next(). */
  MienTracker *tracker;
  MienCutDetector *cuts;
  GBytes *shapes; /* of the last frame that was read, in order; nullable */
  MienGapMemory memory;
  GArray *key_faces; /* of MienFaceBox, of the last key frame that the tracker was given */
  guint n_tracking;
  gboolean is_finished; /* the tracker knows that the stream has ended */
  gint64 tracked_frame; /* the last one that the tracker was given */
  gint64 settled_frame; /* the last one that the tracker gave back */
  gint64 state_us;      /* when a state was taken last */
  GBytes *late_state;   /* one whose frame is already gone */
  MienSlot *given;      /* the one that the caller reads */
  MienPipelineFrame given_frame;
};

void mien_slot_free (gpointer slot);

/* Mains of the threads, with the pipeline as data: the feeder takes frames from the source, a
 * worker finds and reads faces. */
gpointer mien_pipeline_feed (gpointer self);
gpointer mien_pipeline_work (gpointer self);

/* Moves what has been detected through the tracker; of the caller's thread, with the mutex locked:
 * this is some microseconds a frame. TRUE when anything moved. */
gboolean mien_pipeline_track (MienPipeline *self);

G_END_DECLS
