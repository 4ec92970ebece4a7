/* What a person can turn without analysing again: smoothing, segment length, threshold.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/smoothing.h"

G_BEGIN_DECLS

typedef struct
{
  MienSmoothing smoothing; /* of the probabilities, before states and `emotion` */
  double segment_seconds;  /* length of a segment of the verdict, > 0 */
  double threshold;        /* 0..1: below it an emotion is `uncertain` and a segment is dropped */
} MienFilters;

/* gauss:0.25, one second, 0.5. */
void mien_filters_init (MienFilters *self);
gboolean mien_filters_equal (const MienFilters *a, const MienFilters *b);
/* Sets `--segment` and `--threshold` from what a person typed, '.' decimals in every locale. FALSE
 * with MIEN_ERROR_USAGE, leaving @self alone, when it is no number in range. */
gboolean mien_filters_parse_segment (MienFilters *self, const char *text, GError **error);
gboolean mien_filters_parse_threshold (MienFilters *self, const char *text, GError **error);

G_END_DECLS
