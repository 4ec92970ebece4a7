/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/csv.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

#define WRITE_BUFFER (64 * 1024)
#define READ_BUFFER (256 * 1024)
#define ROW_LIMIT (64u * 1024 * 1024)

struct _MienCsvWriter
{
  GOutputStream *stream;
  GString *buffer;
  gboolean row_has_cell;
  GError *error; /* the first failure */
};

MienCsvWriter *
mien_csv_writer_new (GOutputStream *stream)
{
  MienCsvWriter *self = g_new0 (MienCsvWriter, 1);

  self->stream = g_object_ref (stream);
  self->buffer = g_string_sized_new (WRITE_BUFFER);
  return self;
}

void
mien_csv_writer_free (MienCsvWriter *self)
{
  if (self == NULL)
    return;
  g_object_unref (self->stream);
  g_string_free (self->buffer, TRUE);
  g_clear_error (&self->error);
  g_free (self);
}

static void
flush (MienCsvWriter *self)
{
  if (self->error == NULL && self->buffer->len > 0)
    g_output_stream_write_all (self->stream, self->buffer->str, self->buffer->len, NULL, NULL,
                               &self->error);
  g_string_truncate (self->buffer, 0);
}

static void
begin_cell (MienCsvWriter *self)
{
  if (self->row_has_cell)
    g_string_append_c (self->buffer, ',');
  self->row_has_cell = TRUE;
}

void
mien_csv_writer_text (MienCsvWriter *self, const char *text)
{
  begin_cell (self);
  if (text == NULL)
    return;
  if (strpbrk (text, ",\"\r\n") == NULL)
    {
      g_string_append (self->buffer, text);
      return;
    }
  g_string_append_c (self->buffer, '"');
  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p == '"')
        g_string_append_c (self->buffer, '"');
      g_string_append_c (self->buffer, *p);
    }
  g_string_append_c (self->buffer, '"');
}

void
mien_csv_writer_int (MienCsvWriter *self, gint64 value)
{
  begin_cell (self);
  g_string_append_printf (self->buffer, "%" G_GINT64_FORMAT, value);
}

char *
mien_format_number (char *out, gsize size, double value, int decimals)
{
  char format[8];
  const char *p;

  g_return_val_if_fail (decimals >= 0 && decimals <= 17, out);
  if (!isfinite (value))
    {
      *out = '\0';
      return out;
    }
  g_snprintf (format, sizeof format, "%%.%df", decimals);
  g_ascii_formatd (out, (int) size, format, value);
  if (*out == '-')
    {
      for (p = out + 1; *p == '0' || *p == '.'; p++)
        ;
      if (*p == '\0')
        memmove (out, out + 1, strlen (out));
    }
  return out;
}

void
mien_csv_writer_number (MienCsvWriter *self, double value, int decimals)
{
  char text[352]; /* DBL_MAX has 309 digits before the point */

  begin_cell (self);
  g_string_append (self->buffer, mien_format_number (text, sizeof text, value, decimals));
}

void
mien_csv_writer_seconds (MienCsvWriter *self, gint64 ns)
{
  /* Rounded in integers: a double cannot hold nanoseconds of a long stream exactly. */
  gint64 us = (ns >= 0 ? ns + 500 : ns - 500) / 1000;

  begin_cell (self);
  if (us < 0)
    {
      g_string_append_c (self->buffer, '-');
      us = -us;
    }
  g_string_append_printf (self->buffer, "%" G_GINT64_FORMAT ".%06d", us / G_USEC_PER_SEC,
                          (int) (us % G_USEC_PER_SEC));
}

void
mien_csv_writer_empty (MienCsvWriter *self)
{
  begin_cell (self);
}

void
mien_csv_writer_end_row (MienCsvWriter *self)
{
  g_string_append_c (self->buffer, '\n');
  self->row_has_cell = FALSE;
  if (self->buffer->len >= WRITE_BUFFER - 4096)
    flush (self);
}

gboolean
mien_csv_writer_finish (MienCsvWriter *self, GError **error)
{
  flush (self);
  if (self->error == NULL)
    g_output_stream_flush (self->stream, NULL, &self->error);
  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return FALSE;
    }
  return TRUE;
}

MienCsvWriter *
mien_csv_writer_new_text (void)
{
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();

  return mien_csv_writer_new (stream);
}

char *
mien_csv_writer_finish_text (MienCsvWriter *self)
{
  g_return_val_if_fail (G_IS_MEMORY_OUTPUT_STREAM (self->stream), NULL);
  g_string_append_c (self->buffer, '\0');
  flush (self);
  g_output_stream_close (self->stream, NULL, NULL);
  return g_memory_output_stream_steal_data (G_MEMORY_OUTPUT_STREAM (self->stream));
}

struct _MienCsvReader
{
  GInputStream *stream;
  char *name;
  guint8 *buffer;
  gsize fill, at;
  gboolean ended;
  gboolean started;
  guint64 next_line; /* line that the next byte is on */
  guint64 row_line;
  GString *text;   /* the row's cells, each ended by a 0 */
  GArray *offsets; /* of gsize: where each cell begins in text */
  GPtrArray *cells;
};

MienCsvReader *
mien_csv_reader_new (GInputStream *stream, const char *name)
{
  MienCsvReader *self = g_new0 (MienCsvReader, 1);

  self->stream = g_object_ref (stream);
  self->name = g_strdup (name);
  self->buffer = g_malloc (READ_BUFFER);
  self->next_line = 1;
  self->text = g_string_new (NULL);
  self->offsets = g_array_new (FALSE, FALSE, sizeof (gsize));
  self->cells = g_ptr_array_new ();
  return self;
}

void
mien_csv_reader_free (MienCsvReader *self)
{
  if (self == NULL)
    return;
  g_object_unref (self->stream);
  g_free (self->name);
  g_free (self->buffer);
  g_string_free (self->text, TRUE);
  g_array_unref (self->offsets);
  g_ptr_array_unref (self->cells);
  g_free (self);
}

/* The next byte, -1 at the end, -2 after an error. */
static int
next_byte (MienCsvReader *self, GError **error)
{
  if (self->at == self->fill)
    {
      gssize n;

      if (self->ended)
        return -1;
      n = g_input_stream_read (self->stream, self->buffer, READ_BUFFER, NULL, error);
      if (n < 0)
        {
          g_prefix_error (error, "%s: line %" G_GUINT64_FORMAT ": ", self->name, self->next_line);
          return -2;
        }
      self->at = 0;
      self->fill = (gsize) n;
      if (n == 0)
        {
          self->ended = TRUE;
          return -1;
        }
    }
  return self->buffer[self->at++];
}

static void
end_cell (MienCsvReader *self, gsize begin)
{
  g_string_append_c (self->text, '\0');
  g_array_append_val (self->offsets, begin);
}

static gboolean
read_row (MienCsvReader *self, GError **error)
{
  gsize begin = 0;
  gboolean quoted = FALSE, was_quoted = FALSE;

  self->row_line = self->next_line;
  for (;;)
    {
      int c = next_byte (self, error);

      if (c == -2)
        return FALSE;
      if (self->text->len > ROW_LIMIT)
        {
          g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT,
                       "%s: line %" G_GUINT64_FORMAT ": the row is longer than 64 MiB", self->name,
                       self->row_line);
          return FALSE;
        }
      if (c == '\n')
        self->next_line++;
      if (quoted)
        {
          if (c == -1)
            {
              g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT,
                           "%s: line %" G_GUINT64_FORMAT ": a quote is never closed", self->name,
                           self->row_line);
              return FALSE;
            }
          if (c == '"')
            quoted = FALSE;
          else
            g_string_append_c (self->text, (char) c);
          continue;
        }
      if (c == '"' && self->text->len == begin && !was_quoted)
        {
          quoted = was_quoted = TRUE;
          continue;
        }
      if (c == '"' && was_quoted)
        {
          /* A doubled quote inside a quoted cell. */
          g_string_append_c (self->text, '"');
          quoted = TRUE;
          continue;
        }
      if (c == -1 && self->offsets->len == 0 && self->text->len == 0 && !was_quoted)
        return TRUE;
      if (c == ',' || c == '\n' || c == -1)
        {
          if (c != ',' && !was_quoted && self->text->len > begin
              && self->text->str[self->text->len - 1] == '\r')
            g_string_truncate (self->text, self->text->len - 1);
          end_cell (self, begin);
          begin = self->text->len;
          was_quoted = FALSE;
          if (c != ',')
            return TRUE;
          continue;
        }
      if (c == '\r' && was_quoted)
        continue;
      g_string_append_c (self->text, (char) c);
    }
}

gboolean
mien_csv_reader_next (MienCsvReader *self,
                      const char *const **cells,
                      guint *n_cells,
                      GError **error)
{
  g_string_truncate (self->text, 0);
  g_array_set_size (self->offsets, 0);
  g_ptr_array_set_size (self->cells, 0);
  *cells = NULL;
  *n_cells = 0;
  if (!read_row (self, error))
    return FALSE;
  for (guint i = 0; i < self->offsets->len; i++)
    g_ptr_array_add (self->cells, self->text->str + g_array_index (self->offsets, gsize, i));
  if (self->cells->len == 0)
    return TRUE;
  if (!self->started)
    {
      char *first = self->cells->pdata[0];

      self->started = TRUE;
      if (g_str_has_prefix (first, "\xef\xbb\xbf"))
        self->cells->pdata[0] = first + 3;
    }
  *cells = (const char *const *) self->cells->pdata;
  *n_cells = self->cells->len;
  return TRUE;
}

guint64
mien_csv_reader_get_line (const MienCsvReader *self)
{
  return self->row_line;
}
