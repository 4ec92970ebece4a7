/* Frames between two that a detector looked at: whether their faces can be told from those two.
 * Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "media/probe.h"
#include "vision/face.h"

G_BEGIN_DECLS

/* How many frames on the detector looks again when nobody says: a film of @info of which every
 * @every-th frame is used is looked at about eight times a second, pictures that are no film each.
 */
guint mien_gap_choose_step (const MienMediaInfo *info, guint every);

/* TRUE when the same faces are in both frames and have moved so little that what is between lies on
 * the way; else somebody came, went or turned, and the detector looks at each frame between.
 * Both: element-type MienFaceBox. */
gboolean mien_gap_is_calm (const GArray *before, const GArray *after);

G_END_DECLS
