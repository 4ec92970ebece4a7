/* RFC 4180 tables: reading with line numbers, writing the same bytes in every locale.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _MienCsvWriter MienCsvWriter;

/* Writes rows to @stream, which it keeps a reference to, through a buffer of its own. The first
 * failure is kept and reported by mien_csv_writer_finish(); later calls do nothing. One thread. */
MienCsvWriter *mien_csv_writer_new (GOutputStream *stream) G_GNUC_WARN_UNUSED_RESULT;
void mien_csv_writer_free (MienCsvWriter *self);

/* Cells of the current row, left to right. A text that needs quotes gets them. */
void mien_csv_writer_text (MienCsvWriter *self, const char *text);
void mien_csv_writer_int (MienCsvWriter *self, gint64 value);
/* @decimals digits after a '.', correctly rounded, never "-0.000"; a NaN is an empty cell. */
void mien_csv_writer_number (MienCsvWriter *self, double value, int decimals);
/* @ns nanoseconds as seconds with six decimals. */
void mien_csv_writer_seconds (MienCsvWriter *self, gint64 ns);
void mien_csv_writer_empty (MienCsvWriter *self);
void mien_csv_writer_end_row (MienCsvWriter *self);

/* Flushes. FALSE with the first error that any call met. The stream stays open. */
gboolean mien_csv_writer_finish (MienCsvWriter *self, GError **error);

/* A table in memory, whose text mien_csv_writer_finish_text() hands over; nothing can fail. */
MienCsvWriter *mien_csv_writer_new_text (void) G_GNUC_WARN_UNUSED_RESULT;
/* Of a writer from mien_csv_writer_new_text(), once: no more can be written. */
char *mien_csv_writer_finish_text (MienCsvWriter *self) G_GNUC_WARN_UNUSED_RESULT;

typedef struct _MienCsvReader MienCsvReader;

/* Reads rows from @stream. @name appears in errors. Accepts LF and CRLF and a UTF-8 mark. */
MienCsvReader *
mien_csv_reader_new (GInputStream *stream, const char *name) G_GNUC_WARN_UNUSED_RESULT;
void mien_csv_reader_free (MienCsvReader *self);

/* The next row: a borrowed array of borrowed strings, valid until the next call. At the end returns
 * TRUE with *cells NULL. A quote that is never closed, or a row over 64 MiB, is an error that names
 * the line. */
gboolean mien_csv_reader_next (MienCsvReader *self,
                               const char *const **cells,
                               guint *n_cells,
                               GError **error);
/* Line on which the last row began, from 1. */
guint64 mien_csv_reader_get_line (const MienCsvReader *self);

/* @value with @decimals digits, '.' in every locale, no negative zero; "" for NaN and infinity.
 * @out has @size bytes. Returns @out. */
char *mien_format_number (char *out, gsize size, double value, int decimals);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienCsvWriter, mien_csv_writer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienCsvReader, mien_csv_reader_free)

G_END_DECLS
