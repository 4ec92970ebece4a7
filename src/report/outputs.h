/* Everything a document can be written as, by name: what the command line's options and the
 * window's export dialog share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "timeline/document.h"

G_BEGIN_DECLS

typedef enum
{
  MIEN_OUTPUT_CSV,
  MIEN_OUTPUT_WIDE,
  MIEN_OUTPUT_STATES,
  MIEN_OUTPUT_MARKS,
  MIEN_OUTPUT_SUMMARY,
  MIEN_OUTPUT_PLOT, /* .png, .svg, .pdf */
  MIEN_OUTPUT_EAF,
  MIEN_OUTPUT_TEXTGRID,
  MIEN_OUTPUT_VTT,
  MIEN_OUTPUT_SRT,
  MIEN_OUTPUT_ANNOTATED, /* .mkv, .mp4, .webm */
  MIEN_OUTPUT_REPORT,    /* .html, .pdf */
  MIEN_N_OUTPUTS,
} MienOutput;

/* "csv", "wide", ...: also the command line's option. Static. */
const char *mien_output_get_name (MienOutput output);
/* One line for --help. Static. */
const char *mien_output_get_summary (MienOutput output);

/* Whether @path has an ending that @output can be written as, and can be written at all as far as
 * one can know before: its folder is there and open to us, and it is no folder itself. Errors:
 * MIEN_ERROR_USAGE for the ending, MIEN_ERROR_OUTPUT for the place. */
gboolean mien_output_check (MienOutput output, const char *path, GError **error);

/* As above for the place alone, for any file. */
gboolean mien_output_check_place (const char *path, GError **error);

/* @done: 0..1, for outputs that take a while; from the thread that writes. */
typedef void (*MienOutputProgress) (double done, gpointer user_data);

/* Writes @document to @path, which is replaced only when the new file is whole; what is no regular
 * file (a pipe, a device) is written to directly. @film: where the pictures of an annotated video
 * come from; NULL for the path that the document names. The document's thread; a worker that must
 * not block the window opens the document file anew. @progress may be NULL.
 * Errors: MIEN_ERROR_USAGE, MIEN_ERROR_OUTPUT, for annotated videos also those of
 * mien_frame_source_next() and G_IO_ERROR_CANCELLED. */
gboolean mien_output_write (MienDocument *document,
                            MienOutput output,
                            const char *path,
                            const char *film,
                            GCancellable *cancellable,
                            MienOutputProgress progress,
                            gpointer user_data,
                            GError **error);

G_END_DECLS
