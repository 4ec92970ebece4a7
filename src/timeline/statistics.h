/* Sums over a stretch of time: share of time per emotion, means, spread, transitions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/document.h"

G_BEGIN_DECLS

typedef struct
{
  guint frames; /* samples of status OK */
  guint frames_low, frames_excluded;
  double seconds;                        /* time those of status OK were on the screen */
  double share[MIEN_SAMPLE_MAX_CLASSES]; /* of @seconds, by the smoothed emotion */
  double share_uncertain;                /* share and share_uncertain sum to 1, or all are 0 */
  double
      mean[MIEN_SAMPLE_MAX_CLASSES]; /* raw probabilities (baseline applied); NaN without frames */
  double deviation[MIEN_SAMPLE_MAX_CLASSES]; /* their standard deviation (n - 1); NaN below 2 */
  double mean_confidence;                    /* smoothed */
  double valence, arousal;                   /* means */
  double valence_deviation, arousal_deviation;
  /* How often one state followed another of the same track: [from][to], the last index uncertain.
   */
  guint transitions[MIEN_SAMPLE_MAX_CLASSES + 1][MIEN_SAMPLE_MAX_CLASSES + 1];
} MienStatistics;

/* Over the samples with start <= time < end of @person, or for NULL of everyone not hidden. A
 * transition counts when the later state begins in the range. The document's thread. */
void mien_statistics_of_range (MienDocument *document,
                               MienPerson *person,
                               gint64 start_ns,
                               gint64 end_ns,
                               MienStatistics *out);
/* Over the whole film. */
void mien_statistics_of_person (MienDocument *document, MienPerson *person, MienStatistics *out);

/* How many OK samples of the range have a smoothed value of @channel in each of @n_bins equal bins;
 * probabilities from 0 to 1, valence and arousal from -1 to 1; the top belongs to the last bin. */
void mien_statistics_histogram (MienDocument *document,
                                MienPerson *person,
                                guint channel,
                                gint64 start_ns,
                                gint64 end_ns,
                                guint n_bins,
                                guint *bins);

G_END_DECLS
