/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/statistics.h"

#include <math.h>
#include <string.h>

#include "timeline/private.h"
#include "timeline/states.h"

/* Sums on the way to MienStatistics; squares about the mean by Welford's rule, which does not lose
 * digits on long films. */
typedef struct
{
  guint n;
  double mean, squares;
} Moment;

typedef struct
{
  Moment classes[MIEN_SAMPLE_MAX_CLASSES];
  Moment valence, arousal, confidence;
  double seconds[MIEN_SAMPLE_MAX_CLASSES + 1]; /* the last one uncertain */
} Sums;

static void
moment_add (Moment *self, double value)
{
  double delta = value - self->mean;

  self->n++;
  self->mean += delta / self->n;
  self->squares += delta * (value - self->mean);
}

static double
moment_mean (const Moment *self)
{
  return self->n == 0 ? NAN : self->mean;
}

static double
moment_deviation (const Moment *self)
{
  return self->n < 2 ? NAN : sqrt (self->squares / (self->n - 1));
}

static void
add_sample (MienDocument *document, MienTrack *track, gsize i, Sums *sums)
{
  guint n_classes = mien_document_get_n_classes (document);
  const double *valence_weights = mien_document_get_valence_weights (document);
  const double *arousal_weights = mien_document_get_arousal_weights (document);
  double valence = 0.0, arousal = 0.0, confidence, seconds;
  int emotion = mien_track_get_emotion (track, i, &confidence);

  for (guint c = 0; c < n_classes; c++)
    {
      double p = mien_track_get_corrected (track, c)[i];

      moment_add (&sums->classes[c], p);
      valence += valence_weights[c] * p;
      arousal += arousal_weights[c] * p;
    }
  moment_add (&sums->valence, valence);
  moment_add (&sums->arousal, arousal);
  moment_add (&sums->confidence, confidence);
  seconds =
      (double) (mien_document_get_sample_end (document, track, i) - mien_track_get_times (track)[i])
      * 1e-9;
  sums->seconds[emotion == MIEN_CLASS_UNCERTAIN ? MIEN_SAMPLE_MAX_CLASSES : (guint) emotion] +=
      seconds;
}

static void
add_samples (MienDocument *document,
             MienTrack *track,
             gint64 start_ns,
             gint64 end_ns,
             Sums *sums,
             MienStatistics *out)
{
  const guint8 *status = mien_track_get_status (track);
  const float *first = mien_track_get_column (track, MIEN_COLUMN_VALUE);
  gsize end = mien_track_find_time (track, end_ns);

  for (gsize i = mien_track_find_time (track, start_ns); i < end; i++)
    {
      out->frames += status[i] == MIEN_STATUS_OK;
      out->frames_low += status[i] == MIEN_STATUS_LOW_QUALITY;
      out->frames_excluded += status[i] == MIEN_STATUS_EXCLUDED;
      if (status[i] == MIEN_STATUS_OK && first != NULL && !isnan (first[i]))
        add_sample (document, track, i, sums);
    }
}

static void
add_transitions (
    MienDocument *document, MienTrack *track, gint64 start_ns, gint64 end_ns, MienStatistics *out)
{
  g_autoptr (GArray) states = mien_states_of_track (document, track);

  for (guint i = 1; i < states->len; i++)
    {
      const MienState *from = &g_array_index (states, MienState, i - 1);
      const MienState *to = &g_array_index (states, MienState, i);

      if (to->start_ns >= start_ns && to->start_ns < end_ns && from->emotion != to->emotion)
        out->transitions[from->emotion < 0 ? MIEN_SAMPLE_MAX_CLASSES : from->emotion]
                        [to->emotion < 0 ? MIEN_SAMPLE_MAX_CLASSES : to->emotion]++;
    }
}

static void
finish (MienDocument *document, const Sums *sums, MienStatistics *out)
{
  guint n_classes = mien_document_get_n_classes (document);

  for (guint c = 0; c <= MIEN_SAMPLE_MAX_CLASSES; c++)
    out->seconds += sums->seconds[c];
  for (guint c = 0; c < MIEN_SAMPLE_MAX_CLASSES; c++)
    {
      gboolean real = c < n_classes;

      out->share[c] = out->seconds > 0.0 ? sums->seconds[c] / out->seconds : 0.0;
      out->mean[c] = real ? moment_mean (&sums->classes[c]) : NAN;
      out->deviation[c] = real ? moment_deviation (&sums->classes[c]) : NAN;
    }
  if (out->seconds > 0.0)
    out->share_uncertain = sums->seconds[MIEN_SAMPLE_MAX_CLASSES] / out->seconds;
  out->mean_confidence = moment_mean (&sums->confidence);
  out->valence = moment_mean (&sums->valence);
  out->arousal = moment_mean (&sums->arousal);
  out->valence_deviation = moment_deviation (&sums->valence);
  out->arousal_deviation = moment_deviation (&sums->arousal);
}

static gboolean
concerns (MienTrack *track, MienPerson *person)
{
  MienPerson *whose = mien_track_get_person (track);

  return person == NULL ? !mien_person_is_hidden (whose) : whose == person;
}

void
mien_statistics_of_range (
    MienDocument *document, MienPerson *person, gint64 start_ns, gint64 end_ns, MienStatistics *out)
{
  Sums sums = { 0 };
  GListModel *tracks;

  g_return_if_fail (MIEN_IS_DOCUMENT (document) && out != NULL);
  memset (out, 0, sizeof *out);
  tracks = mien_document_get_tracks (document);
  for (guint i = 0; i < g_list_model_get_n_items (tracks); i++)
    {
      g_autoptr (MienTrack) track = g_list_model_get_item (tracks, i);

      if (!concerns (track, person))
        continue;
      add_samples (document, track, start_ns, end_ns, &sums, out);
      add_transitions (document, track, start_ns, end_ns, out);
    }
  finish (document, &sums, out);
}

void
mien_statistics_of_person (MienDocument *document, MienPerson *person, MienStatistics *out)
{
  mien_statistics_of_range (document, person, G_MININT64, G_MAXINT64, out);
}

void
mien_statistics_histogram (MienDocument *document,
                           MienPerson *person,
                           guint channel,
                           gint64 start_ns,
                           gint64 end_ns,
                           guint n_bins,
                           guint *bins)
{
  double low = channel >= MIEN_SAMPLE_MAX_CLASSES ? -1.0 : 0.0;
  GListModel *tracks;

  g_return_if_fail (MIEN_IS_DOCUMENT (document) && channel < MIEN_N_CHANNELS && n_bins > 0);
  memset (bins, 0, n_bins * sizeof *bins);
  tracks = mien_document_get_tracks (document);
  for (guint t = 0; t < g_list_model_get_n_items (tracks); t++)
    {
      g_autoptr (MienTrack) track = g_list_model_get_item (tracks, t);
      const float *values =
          concerns (track, person) ? mien_track_get_smoothed (track, channel) : NULL;
      const guint8 *status = mien_track_get_status (track);
      gsize end = mien_track_find_time (track, end_ns);

      for (gsize i = mien_track_find_time (track, start_ns); i < end && values != NULL; i++)
        if (status[i] == MIEN_STATUS_OK && !isnan (values[i]))
          {
            double at = floor ((values[i] - low) / (1.0 - low) * n_bins);

            bins[(guint) CLAMP (at, 0.0, (double) n_bins - 1.0)]++;
          }
    }
}
