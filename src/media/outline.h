/* The outline of a container file: is it as long as it says? Private to this room.
 *
 * Demuxers end quietly where a cut off file ends, so that half a film would look like a whole one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Bytes that the file at @path lacks of what its container announces: walks the top level boxes of
 * ISO base media (ISO/IEC 14496-12), the segment and its clusters of Matroska (RFC 9559), the
 * chunks of RIFF, the end mark of PNG and JPEG. 0 when it is whole, and for containers that do not
 * say. At least 1 when it is cut but not known how much is missing. Reads a few kilobytes. */
gint64 mien_outline_count_missing (const char *path);

G_END_DECLS
