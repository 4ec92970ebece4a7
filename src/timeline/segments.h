/* The verdict of a clip: class and confidence per segment, the sure ones averaged.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/document.h"

G_BEGIN_DECLS

/* One stretch of the film's grid k * length .. (k + 1) * length, of one track. */
typedef struct
{
  guint track;
  guint person;
  gint64 start_ns, end_ns;                /* the last one ends with the film */
  int emotion;                            /* largest mean probability */
  double confidence;                      /* that probability */
  gboolean kept;                          /* confidence >= threshold */
  guint frames;                           /* samples of status OK, at least 1 */
  double values[MIEN_SAMPLE_MAX_CLASSES]; /* mean raw probabilities (baseline applied) */
} MienSegment;

/* Owned array of MienSegment, by track, then time; only stretches with a sample that counts. */
GArray *mien_segments_of_document (MienDocument *document) G_GNUC_WARN_UNUSED_RESULT;

typedef struct
{
  int emotion;       /* class of the largest mean, MIEN_CLASS_UNCERTAIN when none was kept */
  double confidence; /* that mean, 0 when none was kept */
  double values[MIEN_SAMPLE_MAX_CLASSES]; /* mean over the kept segments, 0 when none was kept */
  guint kept, total;
} MienVerdict;

/* The verdict over the segments of @person, or for 0 of everyone not hidden. */
void mien_segments_judge (MienDocument *document,
                          const GArray *segments,
                          guint person,
                          MienVerdict *out);

G_END_DECLS
