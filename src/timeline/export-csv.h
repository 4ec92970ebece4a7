/* Tables of a document: the same bytes from the window and from the command line, in every locale.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/document.h"

G_BEGIN_DECLS

typedef struct
{
  const char *input;       /* NULL, or what a first column `input` holds (several films merged) */
  gboolean without_header; /* rows only: the next film of a merged table */
  gboolean smoothed;       /* frames and wide: add `*_smoothed` columns */
  gboolean flow;           /* frames: add `flow` */
  gboolean landmarks;      /* frames: add x_0..x_67,y_0..y_67 */
  gboolean mesh;           /* frames: add mesh_x_0..mesh_x_467,mesh_y_0..mesh_y_467 */
  gint64 start_ns, end_ns; /* frames: those from start on and before end; 0, 0: all of them */
} MienCsvOptions;

/* Each writes a whole table to @stream, which stays open, and returns FALSE with the stream's
 * error.
 * @options may be NULL. Columns as in the guide; the document's filters decide emotion, confidence
 * and states. The document's thread.
 *
 * frames: one row per analysed frame and face. wide: one row per analysed frame, a group of columns
 * p<N>_* per person. states: mien_states_of_document(). marks: one row per mark or range and
 * person, with the statistics of the range. summary: one row per person and one for all. */
gboolean mien_export_frames_csv (MienDocument *document,
                                 GOutputStream *stream,
                                 const MienCsvOptions *options,
                                 GError **error);
gboolean mien_export_wide_csv (MienDocument *document,
                               GOutputStream *stream,
                               const MienCsvOptions *options,
                               GError **error);
gboolean mien_export_states_csv (MienDocument *document,
                                 GOutputStream *stream,
                                 const MienCsvOptions *options,
                                 GError **error);
gboolean mien_export_marks_csv (MienDocument *document,
                                GOutputStream *stream,
                                const MienCsvOptions *options,
                                GError **error);
gboolean mien_export_summary_csv (MienDocument *document,
                                  GOutputStream *stream,
                                  const MienCsvOptions *options,
                                  GError **error);

G_END_DECLS
