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
/* The ranges (@ranges) or the marks without length, with their labels; ranges cut like states. */
GArray *mien_intervals_of_marks (MienDocument *document, gboolean ranges) G_GNUC_WARN_UNUSED_RESULT;
/* The names of all people in order, made different from each other; NULL ends them. */
char **mien_intervals_dup_names (MienDocument *document) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
