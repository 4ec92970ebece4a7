/* All analysed frames in order, each with its faces by track. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/document.h"

G_BEGIN_DECLS

typedef struct _MienWalk MienWalk;

/* @document is borrowed, and must not change while the walk lasts. */
MienWalk *mien_walk_new (MienDocument *document) G_GNUC_WARN_UNUSED_RESULT;
void mien_walk_free (MienWalk *self);

/* Steps to the next frame. FALSE after the last. */
gboolean mien_walk_next (MienWalk *self, gsize *frame);
guint mien_walk_get_n_faces (const MienWalk *self);
/* The track of the @k-th face, borrowed; stores its sample and, when not NULL, its index. */
MienTrack *mien_walk_get_face (const MienWalk *self, guint k, MienSample *out);
MienTrack *mien_walk_get_index (const MienWalk *self, guint k, gsize *index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienWalk, mien_walk_free)

G_END_DECLS
