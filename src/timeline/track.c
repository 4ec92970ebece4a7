/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/track.h"

#include <math.h>
#include <string.h>

#include "timeline/private.h"
#include "timeline/pyramid.h"

struct _MienTrack
{
  GObject parent_instance;
  guint id;
  MienDocument *document; /* borrowed; NULL once it is gone */
  MienColumns *columns;   /* the document's */
  MienPerson *person;     /* owned */
  gsize begin, length;    /* of the columns */

  /* Derived on demand; the first n_... samples are good. */
  gsize allocated;
  gsize n_corrected;
  float *corrected[MIEN_SAMPLE_MAX_CLASSES]; /* only with a baseline */
  gsize n_smoothed;
  float *smoothed[MIEN_SAMPLE_MAX_CLASSES];
  gsize n_derived[2];
  float *derived[2]; /* smoothed valence and arousal */
  MienPyramid *raw_pyramid, *smoothed_pyramid;
  GArray *flow_peaks; /* of float: the largest flow of each PEAK_BASE samples, NaN: none measured */
};

#define PEAK_BASE 16

G_DEFINE_FINAL_TYPE (MienTrack, mien_track, G_TYPE_OBJECT)

static void
mien_track_finalize (GObject *object)
{
  MienTrack *self = MIEN_TRACK (object);

  g_clear_object (&self->person);
  for (guint c = 0; c < MIEN_SAMPLE_MAX_CLASSES; c++)
    {
      g_free (self->corrected[c]);
      g_free (self->smoothed[c]);
    }
  g_free (self->derived[0]);
  g_free (self->derived[1]);
  mien_pyramid_free (self->raw_pyramid);
  mien_pyramid_free (self->smoothed_pyramid);
  g_array_unref (self->flow_peaks);
  G_OBJECT_CLASS (mien_track_parent_class)->finalize (object);
}

static void
mien_track_class_init (MienTrackClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mien_track_finalize;
}

static void
mien_track_init (MienTrack *self)
{
  self->raw_pyramid = mien_pyramid_new ();
  self->smoothed_pyramid = mien_pyramid_new ();
  self->flow_peaks = g_array_new (FALSE, FALSE, sizeof (float));
}

MienTrack *
mien_track_new (guint id, MienDocument *document, MienColumns *columns)
{
  MienTrack *self = g_object_new (MIEN_TYPE_TRACK, NULL);

  self->id = id;
  self->document = document;
  self->columns = columns;
  return self;
}

void
mien_track_update (MienTrack *self, gsize begin, gsize end, MienPerson *person)
{
  if (begin != self->begin || end - begin < self->length)
    mien_track_invalidate (self, G_MININT64);
  else if (end - begin > self->length && self->length > 0)
    mien_track_invalidate (self, self->columns->times[begin + self->length]);
  if (self->person != NULL && self->person != person
      && (mien_person_get_offsets (self->person) != NULL
          || mien_person_get_offsets (person) != NULL))
    mien_track_invalidate (self, G_MININT64);
  self->begin = begin;
  self->length = end - begin;
  g_set_object (&self->person, person);
}

MienColumns *
mien_track_get_columns (MienTrack *self)
{
  return self->columns;
}

gsize
mien_track_get_begin (MienTrack *self)
{
  return self->begin;
}

void
mien_track_invalidate (MienTrack *self, gint64 time_ns)
{
  const MienFilters *filters;
  gint64 reach;
  gsize keep = 0, keep_smoothed = 0;

  if (time_ns != G_MININT64 && self->document != NULL)
    {
      filters = mien_document_get_filters (self->document);
      reach = mien_smoothing_get_reach (&filters->smoothing);
      keep = mien_track_find_time (self, time_ns);
      keep_smoothed = mien_track_find_time (self, time_ns - reach);
    }
  self->n_corrected = MIN (self->n_corrected, keep);
  self->n_smoothed = MIN (self->n_smoothed, keep_smoothed);
  self->n_derived[0] = MIN (self->n_derived[0], keep_smoothed);
  self->n_derived[1] = MIN (self->n_derived[1], keep_smoothed);
  mien_pyramid_truncate (self->raw_pyramid, keep);
  mien_pyramid_truncate (self->smoothed_pyramid, keep_smoothed);
  g_array_set_size (self->flow_peaks, (guint) MIN (self->flow_peaks->len, keep / PEAK_BASE));
}

void
mien_track_orphan (MienTrack *self)
{
  self->document = NULL;
  self->columns = NULL;
  self->length = 0;
}

guint
mien_track_get_id (MienTrack *self)
{
  g_return_val_if_fail (MIEN_IS_TRACK (self), 0);
  return self->id;
}

MienPerson *
mien_track_get_person (MienTrack *self)
{
  g_return_val_if_fail (MIEN_IS_TRACK (self), NULL);
  return self->person;
}

gsize
mien_track_get_length (MienTrack *self)
{
  g_return_val_if_fail (MIEN_IS_TRACK (self), 0);
  return self->length;
}

const guint32 *
mien_track_get_frames (MienTrack *self)
{
  return self->length == 0 ? NULL : self->columns->frames + self->begin;
}

const gint64 *
mien_track_get_times (MienTrack *self)
{
  return self->length == 0 ? NULL : self->columns->times + self->begin;
}

const guint8 *
mien_track_get_status (MienTrack *self)
{
  return self->length == 0 ? NULL : self->columns->effective + self->begin;
}

const float *
mien_track_get_column (MienTrack *self, MienColumn column)
{
  g_return_val_if_fail ((guint) column < MIEN_N_COLUMNS, NULL);
  if (self->length == 0 || self->columns->values[column] == NULL)
    return NULL;
  return self->columns->values[column] + self->begin;
}

const float *
mien_track_get_landmarks (MienTrack *self, gsize i)
{
  const float *points;

  if (i >= self->length || self->columns->landmarks == NULL)
    return NULL;
  points = self->columns->landmarks + (self->begin + i) * 2 * self->columns->n_landmarks;
  return isnan (points[0]) ? NULL : points;
}

guint
mien_track_get_n_landmarks (MienTrack *self)
{
  return self->columns->landmarks == NULL ? 0 : self->columns->n_landmarks;
}

static float
get_cell (MienTrack *self, MienColumn column, gsize i)
{
  const float *values = self->columns->values[column];

  return values == NULL ? NAN : values[self->begin + i];
}

void
mien_track_get_sample (MienTrack *self, gsize i, MienSample *out)
{
  const MienColumns *columns = self->columns;

  g_return_if_fail (i < self->length);
  *out = (MienSample){
    .frame = columns->frames[self->begin + i],
    .pts_ns = columns->times[self->begin + i],
    .track = (int) self->id,
    .status = (MienStatus) columns->effective[self->begin + i],
    .x = get_cell (self, MIEN_COLUMN_X, i),
    .y = get_cell (self, MIEN_COLUMN_Y, i),
    .width = get_cell (self, MIEN_COLUMN_WIDTH, i),
    .height = get_cell (self, MIEN_COLUMN_HEIGHT, i),
    .score = get_cell (self, MIEN_COLUMN_SCORE, i),
    .yaw = get_cell (self, MIEN_COLUMN_YAW, i),
    .pitch = get_cell (self, MIEN_COLUMN_PITCH, i),
    .roll = get_cell (self, MIEN_COLUMN_ROLL, i),
    .brightness = get_cell (self, MIEN_COLUMN_BRIGHTNESS, i),
    .sharpness = get_cell (self, MIEN_COLUMN_SHARPNESS, i),
    .flow = get_cell (self, MIEN_COLUMN_FLOW, i),
    .landmarks = mien_track_get_landmarks (self, i),
  };
  out->n_landmarks = out->landmarks == NULL ? 0 : columns->n_landmarks;
  for (guint c = 0; c < MIEN_SAMPLE_MAX_CLASSES; c++)
    out->values[c] = get_cell (self, (MienColumn) (MIEN_COLUMN_VALUE + c), i);
}

/* Room for the derived arrays; what they hold stays good. */
static void
ensure_allocated (MienTrack *self)
{
  gsize n = self->length;

  if (n <= self->allocated)
    return;
  /* A track that grows gets room ahead, one that was read whole exactly what it needs. */
  self->allocated = self->allocated == 0 ? n : n + n / 2;
  for (guint c = 0; c < MIEN_SAMPLE_MAX_CLASSES; c++)
    {
      if (self->corrected[c] != NULL)
        self->corrected[c] = g_renew (float, self->corrected[c], self->allocated);
      if (self->smoothed[c] != NULL)
        self->smoothed[c] = g_renew (float, self->smoothed[c], self->allocated);
    }
  for (guint d = 0; d < 2; d++)
    if (self->derived[d] != NULL)
      self->derived[d] = g_renew (float, self->derived[d], self->allocated);
}

static gboolean
has_values (MienTrack *self)
{
  return self->length > 0 && self->document != NULL
         && self->columns->values[MIEN_COLUMN_VALUE] != NULL;
}

#define PROBABILITY_FLOOR 1e-4 /* keeps log-odds of certain answers finite */

static void
update_corrected (MienTrack *self, const double *offsets)
{
  guint n_classes = mien_document_get_n_classes (self->document);
  int neutral = mien_document_get_neutral (self->document);

  ensure_allocated (self);
  for (guint c = 0; c < n_classes; c++)
    if (self->corrected[c] == NULL)
      self->corrected[c] = g_new (float, self->allocated);
  for (gsize i = self->n_corrected; i < self->length; i++)
    {
      double weights[MIEN_SAMPLE_MAX_CLASSES], total = 0.0;

      for (guint c = 0; c < n_classes; c++)
        {
          double p = get_cell (self, (MienColumn) (MIEN_COLUMN_VALUE + c), i);

          weights[c] = MAX (p, PROBABILITY_FLOOR);
          if (isnan (p))
            weights[c] = NAN;
          else if ((int) c != neutral)
            weights[c] *= exp (-offsets[c]);
          total += weights[c];
        }
      for (guint c = 0; c < n_classes; c++)
        self->corrected[c][i] = (float) (weights[c] / total);
    }
  self->n_corrected = self->length;
}

const float *
mien_track_get_corrected (MienTrack *self, guint class_index)
{
  const double *offsets;

  if (!has_values (self) || class_index >= mien_document_get_n_classes (self->document))
    return NULL;
  offsets = mien_person_get_offsets (self->person);
  if (offsets == NULL || mien_document_get_neutral (self->document) < 0)
    return mien_track_get_column (self, (MienColumn) (MIEN_COLUMN_VALUE + class_index));
  if (self->n_corrected < self->length)
    update_corrected (self, offsets);
  return self->corrected[class_index];
}

static void
update_smoothed (MienTrack *self)
{
  guint n_classes = mien_document_get_n_classes (self->document);
  const MienFilters *filters = mien_document_get_filters (self->document);
  const float *in[MIEN_SAMPLE_MAX_CLASSES];

  ensure_allocated (self);
  for (guint c = 0; c < n_classes; c++)
    {
      in[c] = mien_track_get_corrected (self, c);
      if (self->smoothed[c] == NULL)
        self->smoothed[c] = g_new (float, self->allocated);
    }
  mien_smoothing_apply (&filters->smoothing, mien_track_get_times (self),
                        mien_track_get_status (self), self->n_smoothed, self->length, n_classes, in,
                        self->smoothed);
  self->n_smoothed = self->length;
}

static void
update_derived (MienTrack *self, guint d)
{
  guint n_classes = mien_document_get_n_classes (self->document);
  const double *weights = d == 0 ? mien_document_get_valence_weights (self->document)
                                 : mien_document_get_arousal_weights (self->document);

  ensure_allocated (self);
  if (self->derived[d] == NULL)
    self->derived[d] = g_new (float, self->allocated);
  for (gsize i = self->n_derived[d]; i < self->length; i++)
    {
      double sum = 0.0;

      for (guint c = 0; c < n_classes; c++)
        sum += weights[c] * self->smoothed[c][i];
      self->derived[d][i] = (float) sum;
    }
  self->n_derived[d] = self->length;
}

const float *
mien_track_get_smoothed (MienTrack *self, guint channel)
{
  g_return_val_if_fail (MIEN_IS_TRACK (self) && channel < MIEN_N_CHANNELS, NULL);
  if (!has_values (self))
    return NULL;
  if (self->n_smoothed < self->length)
    update_smoothed (self);
  if (channel >= MIEN_SAMPLE_MAX_CLASSES)
    {
      guint d = channel - MIEN_SAMPLE_MAX_CLASSES;

      if (self->n_derived[d] < self->length)
        update_derived (self, d);
      return self->derived[d];
    }
  return channel < mien_document_get_n_classes (self->document) ? self->smoothed[channel] : NULL;
}

int
mien_track_get_emotion (MienTrack *self, gsize i, double *confidence)
{
  guint n_classes;
  int best = MIEN_CLASS_UNCERTAIN;
  float most = -INFINITY;

  if (confidence != NULL)
    *confidence = NAN;
  g_return_val_if_fail (MIEN_IS_TRACK (self) && i < self->length, MIEN_CLASS_UNCERTAIN);
  if (mien_track_get_smoothed (self, 0) == NULL || isnan (self->smoothed[0][i]))
    return MIEN_CLASS_UNCERTAIN;
  n_classes = mien_document_get_n_classes (self->document);
  for (guint c = 0; c < n_classes; c++)
    if (self->smoothed[c][i] > most)
      {
        most = self->smoothed[c][i];
        best = (int) c;
      }
  if (confidence != NULL)
    *confidence = most;
  return most >= mien_document_get_filters (self->document)->threshold ? best
                                                                       : MIEN_CLASS_UNCERTAIN;
}

#define MIN_REACH_NS (G_GINT64_CONSTANT (250) * 1000 * 1000)

gboolean
mien_track_get_bounds (MienTrack *self, gsize i, float *low, float *high)
{
  const gint64 *times;
  const guint8 *status;
  gint64 reach;
  gsize begin, end;
  guint n = 0, n_classes;
  double sums[MIEN_SAMPLE_MAX_CLASSES] = { 0.0 };

  g_return_val_if_fail (MIEN_IS_TRACK (self) && i < self->length, FALSE);
  if (mien_track_get_smoothed (self, 0) == NULL || isnan (self->smoothed[0][i]))
    return FALSE;
  n_classes = mien_document_get_n_classes (self->document);
  times = mien_track_get_times (self);
  status = mien_track_get_status (self);
  reach = (gint64) (mien_document_get_filters (self->document)->smoothing.seconds * 1e9);
  reach = MAX (reach, MIN_REACH_NS);
  begin = mien_track_find_time (self, times[i] - reach);
  end = mien_track_find_time (self, times[i] + reach + 1);
  for (gsize k = begin; k < end; k++)
    {
      if (status[k] != MIEN_STATUS_OK || isnan (mien_track_get_corrected (self, 0)[k]))
        continue;
      n++;
      for (guint c = 0; c < n_classes; c++)
        {
          double away = mien_track_get_corrected (self, c)[k] - self->smoothed[c][i];

          sums[c] += away * away;
        }
    }
  for (guint c = 0; c < n_classes && n >= 3; c++)
    {
      float deviation = (float) sqrt (sums[c] / (n - 1));

      low[c] = MAX (self->smoothed[c][i] - deviation, 0.0f);
      high[c] = MIN (self->smoothed[c][i] + deviation, 1.0f);
    }
  return n >= 3;
}

static double
project (MienTrack *self, gsize i, const double *weights)
{
  guint n_classes = mien_document_get_n_classes (self->document);
  double sum = 0.0;

  for (guint c = 0; c < n_classes; c++)
    sum += weights[c] * get_cell (self, (MienColumn) (MIEN_COLUMN_VALUE + c), i);
  return sum;
}

double
mien_track_get_valence (MienTrack *self, gsize i)
{
  g_return_val_if_fail (MIEN_IS_TRACK (self) && i < self->length, NAN);
  return project (self, i, mien_document_get_valence_weights (self->document));
}

double
mien_track_get_arousal (MienTrack *self, gsize i)
{
  g_return_val_if_fail (MIEN_IS_TRACK (self) && i < self->length, NAN);
  return project (self, i, mien_document_get_arousal_weights (self->document));
}

gsize
mien_track_find_time (MienTrack *self, gint64 time_ns)
{
  g_return_val_if_fail (MIEN_IS_TRACK (self), 0);
  if (self->length == 0)
    return 0;
  return mien_columns_find_time (self->columns, self->begin, self->begin + self->length, time_ns)
         - self->begin;
}

gssize
mien_track_find_shown (MienTrack *self, gint64 time_ns)
{
  gsize i, frame;

  g_return_val_if_fail (MIEN_IS_TRACK (self), -1);
  if (self->length == 0 || time_ns == G_MAXINT64)
    return -1;
  i = mien_track_find_time (self, time_ns + 1);
  if (i == 0)
    return -1;
  i--;
  frame = mien_document_find_frame_at (self->document, time_ns + 1);
  /* An analysed frame without this face is on the screen by now, or the film has a hole. */
  if (frame == 0
      || mien_document_get_frame_numbers (self->document)[frame - 1]
             != self->columns->frames[self->begin + i]
      || time_ns - self->columns->times[self->begin + i]
             > mien_document_get_gap_limit (self->document))
    return -1;
  return (gssize) i;
}

gssize
mien_track_find_frame (MienTrack *self, gint64 frame)
{
  gsize i;

  g_return_val_if_fail (MIEN_IS_TRACK (self), -1);
  if (self->length == 0)
    return -1;
  i = mien_columns_find_frame (self->columns, self->begin, self->begin + self->length, frame);
  if (i == self->begin + self->length || (gint64) self->columns->frames[i] != frame)
    return -1;
  return (gssize) (i - self->begin);
}

/* The arrays that a pyramid of this track stands on; FALSE when nothing was measured. */
static gboolean
prepare (MienTrack *self, gboolean smoothed, MienPyramidSource *source)
{
  if (!has_values (self))
    return FALSE;
  source->n_classes = mien_document_get_n_classes (self->document);
  source->valence = mien_document_get_valence_weights (self->document);
  source->arousal = mien_document_get_arousal_weights (self->document);
  source->status = mien_track_get_status (self);
  for (guint c = 0; c < source->n_classes; c++)
    source->values[c] = smoothed
                            ? mien_track_get_smoothed (self, c)
                            : mien_track_get_column (self, (MienColumn) (MIEN_COLUMN_VALUE + c));
  mien_pyramid_extend (smoothed ? self->smoothed_pyramid : self->raw_pyramid, source, self->length);
  return TRUE;
}

void
mien_track_summarise (
    MienTrack *self, guint channel, gboolean smoothed, gsize begin, gsize end, MienSummary *out)
{
  MienPyramidSource source = { { NULL } };
  MienSummary all[MIEN_N_CHANNELS];

  g_return_if_fail (MIEN_IS_TRACK (self) && channel < MIEN_N_CHANNELS && end <= self->length);
  *out = (MienSummary){ NAN, NAN, NAN, 0 };
  if (begin >= end || !prepare (self, smoothed, &source))
    return;
  mien_pyramid_query (smoothed ? self->smoothed_pyramid : self->raw_pyramid, &source, 1u << channel,
                      begin, end, all);
  *out = all[channel];
}

void
mien_track_summarise_many (MienTrack *self,
                           guint channels,
                           gboolean smoothed,
                           const gsize *bounds,
                           gsize n,
                           MienSummary *out)
{
  MienPyramidSource source = { { NULL } };
  gboolean any;

  g_return_if_fail (MIEN_IS_TRACK (self) && bounds != NULL);
  any = prepare (self, smoothed, &source);
  for (gsize k = 0; k < n; k++)
    {
      MienSummary *summaries = out + k * MIEN_N_CHANNELS;

      if (any && bounds[k] < bounds[k + 1] && bounds[k + 1] <= self->length)
        mien_pyramid_query (smoothed ? self->smoothed_pyramid : self->raw_pyramid, &source,
                            channels, bounds[k], bounds[k + 1], summaries);
      else
        for (guint c = 0; c < MIEN_N_CHANNELS; c++)
          if ((channels & (1u << c)) != 0)
            summaries[c] = (MienSummary){ NAN, NAN, NAN, 0 };
    }
}

static float
find_most (const float *values, gsize begin, gsize end, float most)
{
  for (gsize i = begin; i < end; i++)
    if (!(most >= values[i]) && !isnan (values[i]))
      most = values[i];
  return most;
}

void
mien_track_find_flow_peaks (MienTrack *self, const gsize *bounds, gsize n, float *out)
{
  const float *values = mien_track_get_column (self, MIEN_COLUMN_FLOW), *peaks;

  g_return_if_fail (MIEN_IS_TRACK (self) && bounds != NULL && out != NULL);
  for (gsize b = self->flow_peaks->len; values != NULL && (b + 1) * PEAK_BASE <= self->length; b++)
    {
      float peak = find_most (values, b * PEAK_BASE, (b + 1) * PEAK_BASE, NAN);

      g_array_append_val (self->flow_peaks, peak);
    }
  peaks = (const float *) (gpointer) self->flow_peaks->data;
  for (gsize k = 0; k < n; k++)
    {
      gsize end = MIN (bounds[k + 1], self->length), begin = MIN (bounds[k], end);
      gsize first = (begin + PEAK_BASE - 1) / PEAK_BASE, last = end / PEAK_BASE;

      out[k] = NAN;
      if (values == NULL)
        continue;
      if (first >= last)
        {
          out[k] = find_most (values, begin, end, NAN);
          continue;
        }
      out[k] = find_most (values, begin, first * PEAK_BASE, NAN);
      out[k] = find_most (peaks, first, last, out[k]);
      out[k] = find_most (values, last * PEAK_BASE, end, out[k]);
    }
}
