/* What is on the faces right now: evaluates the newest frame of a playing video or a camera and
 * drops the ones it has no time for. The picture never waits for it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "analysis/models.h"
#include "media/frame.h"
#include "timeline/sample.h"

G_BEGIN_DECLS

/* One evaluated frame; borrowed during the callback. Samples carry the probabilities of the frame
 * alone; tracks are stable from result to result but are not those of the document. */
typedef struct
{
  guint64 serial;            /* of the push, from 1 */
  gint64 pts_ns;             /* of the frame */
  gint64 capture_ns;         /* of the frame, -1 when it is not from a camera */
  int width, height;         /* of the upright picture */
  guint n_samples;           /* faces; 0 is a valid answer */
  const MienSample *samples; /* sample.frame is the serial - 1 */
  gint64 pushed_us;          /* g_get_monotonic_time() at the push, */
  gint64 started_us;         /* when a worker took the frame, */
  gint64 finished_us;        /* and when its result was there */
  guint64 dropped;           /* frames pushed and never evaluated, so far */
} MienLiveResult;

#define MIEN_TYPE_LIVE (mien_live_get_type ())
G_DECLARE_FINAL_TYPE (MienLive, mien_live, MIEN, LIVE, GObject)

typedef void (*MienLiveFunc) (MienLive *self, const MienLiveResult *result, gpointer user_data);

/* Results are delivered in the thread-default main context of this call, the newest only when
 * several wait. Of @settings detector, classifier, min_face, region and threads count. */
MienLive *
mien_live_new (MienModels *models, const MienAnalysisSettings *settings) G_GNUC_WARN_UNUSED_RESULT;

/* @func is called for results from now on, NULL for none; same thread as mien_live_new(). */
void mien_live_set_func (MienLive *self, MienLiveFunc func, gpointer user_data);

/* Every result, none skipped, is handed to @func on the worker thread, for recording. Set it before
 * the first push. */
void mien_live_set_recorder (MienLive *self, MienLiveFunc func, gpointer user_data);

/* Hands over a frame, of which a reference is taken; never blocks, any thread. A frame that still
 * waits is replaced by a newer one. */
void mien_live_push (MienLive *self, MienFrame *frame);

/* Forgets faces and a waiting frame, after a seek or another file. Results of frames pushed before
 * are not delivered any more. Same thread as mien_live_new(). */
void mien_live_reset (MienLive *self);

/* Stops the worker and waits for it (at most one frame). The object can still be unreferenced. */
void mien_live_stop (MienLive *self);

/* The error that stopped the evaluation (a model that does not run); NULL normally. Borrowed. */
const GError *mien_live_get_error (MienLive *self);

G_END_DECLS
