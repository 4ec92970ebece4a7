/* Times of the coded pictures of a film, without decoding them. Private to this room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "media/probe.h"

G_BEGIN_DECLS

/* Reads through the file at info->path for at most half a second and sets what the distances
 * between pictures tell: rate when the container states none, whether it varies, the number of
 * pictures, and the duration when the container states none. Leaves @info alone where it cannot. */
void mien_scan_packets (MienMediaInfo *info, GCancellable *cancellable);

G_END_DECLS
