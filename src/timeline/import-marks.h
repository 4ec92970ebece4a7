/* Marks and ranges from other programs' files, all of which are untrusted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/document.h"

G_BEGIN_DECLS

/* Reads @path and adds its marks to @document as one step of undo; nothing is added when it fails.
 * By content: WebVTT, SubRip, ELAN .eaf (time-aligned annotations of all tiers; the label is
 * "tier: value"), or CSV with the header start,end,label in any order (seconds or [h:]m:s; an empty
 * end makes a mark). Returns how many, or -1 with MIEN_ERROR_INPUT naming file, line and reason. */
gssize mien_import_marks (MienDocument *document, const char *path, GError **error);

/* Reads a time as people write it: seconds or [h:]m:s, '.' or ',' before decimals. FALSE, leaving
 * @time_ns alone, for anything else. */
gboolean mien_marks_parse_time (const char *text, gint64 *time_ns);

G_END_DECLS
