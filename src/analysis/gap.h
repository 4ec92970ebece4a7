/* Frames between two that a detector looked at: whether their faces can be told from those two.
 * Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "media/probe.h"
#include "vision/detector.h"

G_BEGIN_DECLS

/* How many frames on the detector looks again when nobody says: a film of @info of which every
 * @every-th frame is used is looked at about eight times a second; every frame where @detector
 * costs less than the rest does, and pictures that are no film. */
guint mien_gap_choose_step (const MienMediaInfo *info, guint every, MienDetectorModel *detector);

/* TRUE when the same faces are in both frames and have moved so little that what is between lies on
 * the way; else somebody came, went or turned, and the detector looks at each frame between.
 * Both: element-type MienFaceBox. */
gboolean mien_gap_is_calm (const GArray *before, const GArray *after);

/* The most faces that a frame of the shot showed lately: whoever is among them and not seen now is
 * looked for on every frame. Plain data, zero-filled when a shot begins. */
typedef struct
{
  guint32 n;
  gint64 pts_ns; /* when so many were seen last */
} MienGapMemory;

/* A detector found @n faces in the frame at @pts_ns. */
void mien_gap_memory_add (MienGapMemory *self, guint n, gint64 pts_ns);

G_END_DECLS
