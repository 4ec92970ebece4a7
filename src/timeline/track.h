/* One face followed through the film: columns of everything measured, look-up by time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/labels.h"
#include "timeline/person.h"

G_BEGIN_DECLS

/* The measured columns. The probabilities follow: MIEN_COLUMN_VALUE + class. */
typedef enum
{
  MIEN_COLUMN_X,
  MIEN_COLUMN_Y,
  MIEN_COLUMN_WIDTH,
  MIEN_COLUMN_HEIGHT,
  MIEN_COLUMN_SCORE,
  MIEN_COLUMN_YAW,
  MIEN_COLUMN_PITCH,
  MIEN_COLUMN_ROLL,
  MIEN_COLUMN_BRIGHTNESS,
  MIEN_COLUMN_SHARPNESS,
  MIEN_COLUMN_VALUE,
  MIEN_COLUMN_FLOW = MIEN_COLUMN_VALUE + MIEN_SAMPLE_MAX_CLASSES,
  MIEN_N_COLUMNS,
} MienColumn;

/* What can be drawn over time: the classes 0..7, then two sums of them. */
#define MIEN_CHANNEL_VALENCE MIEN_SAMPLE_MAX_CLASSES
#define MIEN_CHANNEL_AROUSAL (MIEN_SAMPLE_MAX_CLASSES + 1)
#define MIEN_N_CHANNELS (MIEN_SAMPLE_MAX_CLASSES + 2)

#define MIEN_TYPE_TRACK (mien_track_get_type ())
G_DECLARE_FINAL_TYPE (MienTrack, mien_track, MIEN, TRACK, GObject)

/* The thread that owns the document. Every borrowed array holds mien_track_get_length() elements
 * and is valid until the document is appended to, edited or given other filters. */
guint mien_track_get_id (MienTrack *self); /* from 1 in order of appearance; splits count on */
MienPerson *mien_track_get_person (MienTrack *self);
gsize mien_track_get_length (MienTrack *self);

const guint32 *mien_track_get_frames (MienTrack *self); /* ascending */
const gint64 *mien_track_get_times (MienTrack *self);   /* nanoseconds, ascending */
const guint8 *mien_track_get_status (MienTrack *self);  /* MienStatus, exclusions applied */
/* NULL when no sample of the track ever measured it; NaN where one did not. */
const float *mien_track_get_column (MienTrack *self, MienColumn column);
/* Pairs of x and y of sample @i: the 68 points, then the mesh where that was kept too; NULL when
 * they were not. How many a sample of the track has that has any. */
const float *mien_track_get_landmarks (MienTrack *self, gsize i);
guint mien_track_get_n_landmarks (MienTrack *self);

/* The whole of sample @i as it was measured, status with exclusions applied. */
void mien_track_get_sample (MienTrack *self, gsize i, MienSample *out);

/* Probabilities after the person's baseline and the document's smoothing; computed when first asked
 * for, kept, and continued when samples come. NULL when @channel is beyond the document's classes.
 * Sums to 1 over the classes. */
const float *mien_track_get_smoothed (MienTrack *self, guint channel);
/* The class of the largest smoothed probability at sample @i, MIEN_CLASS_UNCERTAIN below the
 * threshold or where nothing was measured; stores the probability (or NaN) in @confidence. */
int mien_track_get_emotion (MienTrack *self, gsize i, double *confidence);
/* How far the single pictures around sample @i lie apart: their standard deviation around the
 * smoothed value, per class, over the OK samples within the smoothing's reach, at least a quarter
 * of a second to each side. Stored in @low and @high [n_classes], within 0..1; FALSE where fewer
 * than three samples are there. */
gboolean mien_track_get_bounds (MienTrack *self, gsize i, float *low, float *high);
/* Valence and arousal of the raw probabilities of sample @i, NaN when not measured. */
double mien_track_get_valence (MienTrack *self, gsize i);
double mien_track_get_arousal (MienTrack *self, gsize i);

/* Index of the first sample at or after @time_ns; the length when there is none. */
gsize mien_track_find_time (MienTrack *self, gint64 time_ns);
/* Index of the sample on the screen at @time_ns: the last one not after it, unless a frame without
 * this face, or more time than the gap limit, lies between. -1 when the face is not there then. */
gssize mien_track_find_shown (MienTrack *self, gint64 time_ns);
/* Index of the sample of @frame, or -1. */
gssize mien_track_find_frame (MienTrack *self, gint64 frame);

/* Least, largest and mean value over samples begin..end, in O(log) time from a pyramid. */
typedef struct
{
  float min, max, mean;
  guint count; /* samples that count: OK and measured. 0: the rest is NaN */
} MienSummary;

void mien_track_summarise (
    MienTrack *self, guint channel, gboolean smoothed, gsize begin, gsize end, MienSummary *out);

/* The same for many stretches at once: samples bounds[k]..bounds[k + 1] for k below @n, for every
 * channel whose bit is set in @channels. @out: [n][MIEN_N_CHANNELS]; the rest of it is untouched.
 */
void mien_track_summarise_many (MienTrack *self,
                                guint channels,
                                gboolean smoothed,
                                const gsize *bounds,
                                gsize n,
                                MienSummary *out);

/* The largest motion of the samples bounds[k]..bounds[k + 1] for k below @n, of any status; NaN
 * where none was measured. Kept in steps, so that hours take no longer than minutes. */
void mien_track_find_flow_peaks (MienTrack *self, const gsize *bounds, gsize n, float *out);

G_END_DECLS
