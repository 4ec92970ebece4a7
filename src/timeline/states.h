/* Maximal runs of one emotion in a track, after smoothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/document.h"

G_BEGIN_DECLS

typedef struct
{
  guint track;
  guint person;
  gint64 start_ns;        /* time of the first frame */
  gint64 end_ns;          /* when the last frame leaves the screen */
  int emotion;            /* class, or MIEN_CLASS_UNCERTAIN */
  double mean_confidence; /* of its frames */
  guint frames;           /* samples of status OK in it */
} MienState;

/* The states of @track in order of time, an owned array of MienState. Only samples of status OK
 * count. A run ends where the class changes, where an excluded sample lies, and where two samples
 * of it are further apart than mien_document_get_gap_limit(); shorter holes (a missed detection, a
 * sample of low quality) are bridged. The document's thread. */
GArray *mien_states_of_track (MienDocument *document, MienTrack *track) G_GNUC_WARN_UNUSED_RESULT;
/* Those of all tracks, by track, then time. */
GArray *mien_states_of_document (MienDocument *document) G_GNUC_WARN_UNUSED_RESULT;

/* The name of a class of @document; "uncertain" for MIEN_CLASS_UNCERTAIN. Borrowed. */
const char *mien_states_get_name (MienDocument *document, int emotion);

G_END_DECLS
