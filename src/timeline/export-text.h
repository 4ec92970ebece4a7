/* Exports other than tables. Same rules as export-csv.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/document.h"

G_BEGIN_DECLS

/* summary.json, two spaces of indent, keys in a fixed order. Reference: RFC 8259. */
gboolean mien_export_summary_json (MienDocument *document, GOutputStream *stream, GError **error);

/* ELAN annotation document: one tier per person with its states, one with the marks.
 * Reference: EAF schema 3.0, https://www.mpi.nl/tools/elan/EAFv3.0.xsd */
gboolean mien_export_eaf (MienDocument *document, GOutputStream *stream, GError **error);

/* Praat TextGrid (long form, UTF-8): one interval tier per person, one for ranges, a point tier for
 * marks. Where two tracks of a person overlap in time, the later state begins when the earlier
 * ends. Reference: https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html */
gboolean mien_export_textgrid (MienDocument *document, GOutputStream *stream, GError **error);

/* Subtitles: one cue per state, "Name: emotion 87 %"; uncertain states have none.
 * Reference: W3C WebVTT; SubRip as VLC reads it. */
gboolean mien_export_vtt (MienDocument *document, GOutputStream *stream, GError **error);
gboolean mien_export_srt (MienDocument *document, GOutputStream *stream, GError **error);

/* The same by name, for what takes a file name from a person. Formats: "csv", "wide", "states",
 * "marks", "summary", "eaf", "textgrid", "vtt", "srt". The file is replaced only when it is whole.
 * MIEN_ERROR_OUTPUT names the file; MIEN_ERROR_USAGE for an unknown format. */
gboolean
mien_export_file (MienDocument *document, const char *format, const char *path, GError **error);

G_END_DECLS
