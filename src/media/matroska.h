/* What Matroska and WebM files do not always say about themselves. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* When the last picture or sound of a Matroska or WebM file ends whose length is not written down,
 * as in what browsers record and what a killed program leaves: ns from the first cluster on. -1:
 * it is written down, or cannot be told. Reads the begin and at most 16 MiB of the end. */
gint64 mien_matroska_find_end (const char *path);

G_END_DECLS
