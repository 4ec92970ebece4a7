/* What formats with one line of time per person need: states that do not overlap. Private to the
 * room's exports.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/document.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 start_ns, end_ns; /* end > start */
  char *text;
} MienInterval;

/* The states of @person as "happiness", uncertain ones included, by time. Where two tracks overlap
 * the later state begins when the earlier ends. Owned, with its texts. */
GArray *
mien_intervals_of_person (MienDocument *document, MienPerson *person) G_GNUC_WARN_UNUSED_RESULT;
/* The marks without length, with their labels, by time. */
GArray *mien_intervals_of_marks (MienDocument *document) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type GArray of MienInterval): the ranges by time, in as many layers as it takes for none
 * to overlap another of its layer. */
GPtrArray *mien_intervals_of_ranges (MienDocument *document) G_GNUC_WARN_UNUSED_RESULT;
/* What the tier of layer number @layer, from 0, is called; and that of the marks. */
char *mien_intervals_dup_layer_name (guint layer) G_GNUC_WARN_UNUSED_RESULT;
#define MIEN_INTERVALS_MARKS "Mien marks"
/* The names of all people in order, made different from each other and from the tiers
 * above; NULL ends them. */
char **mien_intervals_dup_names (MienDocument *document) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
