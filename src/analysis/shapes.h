/* The faces of one frame as motion is measured on them: what the next frame's are compared with.
 * Bytes, so that a document can keep those of the frame that an analysis stopped at. Private to
 * the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vision/flow.h"
#include "vision/tracker.h"

G_BEGIN_DECLS

#define MIEN_SHAPES_CROP (MIEN_FLOW_SIDE * MIEN_FLOW_SIDE)

/* @crops: [n, MIEN_SHAPES_CROP], as mien_flow_take_face() gives them. */
GBytes *mien_shapes_new (gint64 pts_ns, const MienTrackedFace *faces, guint n, const guint8 *crops)
    G_GNUC_WARN_UNUSED_RESULT;
/* Whether @shapes, which may come out of a document, can be asked. */
gboolean mien_shapes_is_valid (GBytes *shapes);
/* The crop of @track and the time of its frame; NULL when the frame did not show it. Borrowed. */
const guint8 *mien_shapes_find (GBytes *shapes, int track, gint64 *pts_ns);

G_END_DECLS
