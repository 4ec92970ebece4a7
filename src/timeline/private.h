/* What the objects of this room let each other do. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/columns.h"
#include "timeline/document.h"
#include "timeline/edit-state.h"

G_BEGIN_DECLS

MienPerson *mien_person_new (guint id) G_GNUC_WARN_UNUSED_RESULT;
/* Takes over everything but the id, notifying what differs. Returns whether anything does. */
gboolean mien_person_update (MienPerson *self, const MienPersonState *state);
/* Per class, what the baseline takes from the log-odds against neutral; NULL: no baseline. */
void mien_person_set_offsets (MienPerson *self, const double *offsets);
const double *mien_person_get_offsets (MienPerson *self);

MienMark *mien_mark_new (guint id) G_GNUC_WARN_UNUSED_RESULT;
gboolean mien_mark_update (MienMark *self, const MienMarkState *state);

/* @document and @columns are borrowed and outlive every call but the getters of id and person. */
MienTrack *
mien_track_new (guint id, MienDocument *document, MienColumns *columns) G_GNUC_WARN_UNUSED_RESULT;
/* The stretch begin..end of the columns and the person that the track stands for now. */
void mien_track_update (MienTrack *self, gsize begin, gsize end, MienPerson *person);
MienColumns *mien_track_get_columns (MienTrack *self);
gsize mien_track_get_begin (MienTrack *self);
/* Everything derived from samples at or after @time_ns is stale. G_MININT64: everything. */
void mien_track_invalidate (MienTrack *self, gint64 time_ns);
/* The document is going. */
void mien_track_orphan (MienTrack *self);
/* Raw probabilities with the person's baseline applied. */
const float *mien_track_get_corrected (MienTrack *self, guint class_index);

/* Runs of frames without a face or analysis are not here; see mien_document_get_frame_end(). When
 * the sample @i of @track leaves the screen: the end of its frame. */
gint64 mien_document_get_sample_end (MienDocument *self, MienTrack *track, gsize i);

const double *mien_document_get_valence_weights (MienDocument *self);
const double *mien_document_get_arousal_weights (MienDocument *self);
/* Index of the class called neutral, -1 when there is none. */
int mien_document_get_neutral (MienDocument *self);

G_END_DECLS
