/* What only the player asks of a frame source.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "media/frame-source.h"

G_BEGIN_DECLS

/* MienFrame.pts_ns minus GStreamer's stream time of the same picture; the same for all of a film.
 */
gint64 mien_frame_source_get_shift_ns (const MienFrameSource *self);

G_END_DECLS
