/* Readers of Kaggle's fer2013.csv and of Microsoft's fer2013new.csv.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dataset/dataset.h"

#include <math.h>
#include <string.h>

#include "base/csv.h"
#include "base/error.h"

/* Opens @path; a gzip file is recognised by its first two bytes. */
static GInputStream *
open_table (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) local = NULL;
  g_autoptr (GFileInputStream) raw = g_file_read (file, NULL, &local);
  g_autoptr (GInputStream) buffered = NULL;
  const guint8 *head;
  gsize n = 0;

  if (raw == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: %s", path, local->message);
      return NULL;
    }
  buffered = g_buffered_input_stream_new_sized (G_INPUT_STREAM (raw), 1 << 18);
  if (g_buffered_input_stream_fill (G_BUFFERED_INPUT_STREAM (buffered), 2, NULL, &local) < 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: %s", path, local->message);
      return NULL;
    }
  head = g_buffered_input_stream_peek_buffer (G_BUFFERED_INPUT_STREAM (buffered), &n);
  if (n >= 2 && head[0] == 0x1f && head[1] == 0x8b)
    {
      g_autoptr (GConverter) unzip =
          G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));

      return g_converter_input_stream_new (buffered, unzip);
    }
  return g_steal_pointer (&buffered);
}

static gboolean
fail_at (GError **error, const char *path, guint64 line, const char *reason)
{
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: line %" G_GUINT64_FORMAT ": %s", path,
               line, reason);
  return FALSE;
}

/* Fills @out with the numbers 0..255 of @text; FALSE when one is not such a number. *n: how many
 * there were, counted up to @room + 1. */
static gboolean
parse_pixels (const char *text, guint8 *out, gsize room, gsize *n)
{
  *n = 0;
  for (;;)
    {
      guint value = 0, digits = 0;

      while (*text == ' ' || *text == '\t')
        text++;
      if (*text == '\0')
        return TRUE;
      for (; *text >= '0' && *text <= '9' && digits < 4; text++, digits++)
        value = value * 10 + (guint) (*text - '0');
      if (digits == 0 || value > 255 || (*text != '\0' && *text != ' ' && *text != '\t'))
        return FALSE;
      if (*n < room)
        out[*n] = (guint8) value;
      if (++*n > room)
        return TRUE;
    }
}

static gsize
count_words (const char *text)
{
  gsize n = 0;

  for (gboolean inside = FALSE; *text != '\0'; text++)
    {
      gboolean space = *text == ' ' || *text == '\t';

      if (!space && !inside)
        n++;
      inside = !space;
    }
  return n;
}

/* Positions of the named columns in a header row; FALSE when one is missing. */
static gboolean
find_columns (
    const char *const *cells, guint n_cells, const char *const *names, guint n_names, guint *at)
{
  for (guint k = 0; k < n_names; k++)
    {
      at[k] = G_MAXUINT;
      for (guint i = 0; i < n_cells; i++)
        {
          g_autofree char *cell = g_strstrip (g_strdup (cells[i]));

          if (g_ascii_strcasecmp (cell, names[k]) == 0)
            at[k] = i;
        }
      if (at[k] == G_MAXUINT)
        return FALSE;
    }
  return TRUE;
}

static gboolean
parse_row (MienDataset **set,
           const char *const *cells,
           guint n_cells,
           const guint *at,
           guint8 *pixels,
           const char **reason)
{
  MienDatasetRow row = { .pixels = pixels };
  g_autofree char *usage = NULL;
  guint64 label;
  gsize n;

  if (n_cells <= MAX (at[0], MAX (at[1], at[2])))
    return *reason = "a cell is missing", FALSE;
  if (!g_ascii_string_to_unsigned (cells[at[0]], 10, 0, MIEN_DATASET_N_FER2013 - 1, &label, NULL))
    return *reason = "the emotion is not a number from 0 to 6", FALSE;
  usage = g_strstrip (g_strdup (cells[at[2]]));
  if (!mien_split_from_name (usage, &row.split))
    return *reason = "the usage is none of Training, PublicTest, PrivateTest", FALSE;
  if (*set == NULL)
    {
      gsize words = count_words (cells[at[1]]);
      guint side = (guint) floor (sqrt ((double) words) + 0.5);

      if (side < 8 || side > 256 || (gsize) side * side != words)
        return *reason = "the pixels are no square of 8 to 256 pixels a side", FALSE;
      *set = mien_dataset_new (side, side);
    }
  row.label = (gint8) label;
  if (!parse_pixels (cells[at[1]], pixels, 256 * 256, &n))
    return *reason = "a pixel is not a number from 0 to 255", FALSE;
  if (n != (gsize) mien_dataset_get_width (*set) * mien_dataset_get_height (*set))
    return *reason = "another number of pixels than in the first row", FALSE;
  mien_dataset_append (*set, &row);
  return TRUE;
}

MienDataset *
mien_dataset_load_csv (const char *path, GError **error)
{
  static const char *const names[] = { "emotion", "pixels", "Usage" };
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (MienCsvReader) reader = NULL;
  g_autoptr (MienDataset) self = NULL;
  g_autofree guint8 *pixels = NULL;
  const char *const *cells;
  guint n_cells, at[3];

  g_return_val_if_fail (path != NULL, NULL);
  stream = open_table (path, error);
  if (stream == NULL)
    return NULL;
  reader = mien_csv_reader_new (stream, path);
  if (!mien_csv_reader_next (reader, &cells, &n_cells, error))
    return NULL;
  if (cells == NULL || !find_columns (cells, n_cells, names, 3, at))
    return fail_at (error, path, 1, "the header does not have emotion, pixels and Usage"), NULL;
  pixels = g_malloc (256 * 256);
  for (;;)
    {
      const char *reason = NULL;

      if (!mien_csv_reader_next (reader, &cells, &n_cells, error))
        return NULL;
      if (cells == NULL)
        break;
      if (!parse_row (&self, cells, n_cells, at, pixels, &reason))
        return fail_at (error, path, mien_csv_reader_get_line (reader), reason), NULL;
    }
  if (self == NULL)
    return fail_at (error, path, 2, "no rows"), NULL;
  return g_steal_pointer (&self);
}

static gboolean
parse_votes (const char *const *cells, guint n_cells, const guint *at, guint8 *votes)
{
  for (guint k = 0; k < MIEN_DATASET_N_VOTES; k++)
    {
      guint64 value;

      if (at[k] >= n_cells || !g_ascii_string_to_unsigned (cells[at[k]], 10, 0, 255, &value, NULL))
        return FALSE;
      votes[k] = (guint8) value;
    }
  return TRUE;
}

gboolean
mien_dataset_load_votes (MienDataset *self, const char *path, GError **error)
{
  static const char *const names[] = { "neutral", "happiness", "surprise", "sadness", "anger",
                                       "disgust", "fear",      "contempt", "unknown", "NF" };
  static const char *const usage_name[] = { "Usage" };
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (MienCsvReader) reader = NULL;
  const char *const *cells;
  guint n_cells, at[MIEN_DATASET_N_VOTES], usage = 0, index = 0;

  g_return_val_if_fail (self != NULL && path != NULL, FALSE);
  stream = open_table (path, error);
  if (stream == NULL)
    return FALSE;
  reader = mien_csv_reader_new (stream, path);
  if (!mien_csv_reader_next (reader, &cells, &n_cells, error))
    return FALSE;
  if (cells == NULL || !find_columns (cells, n_cells, names, MIEN_DATASET_N_VOTES, at)
      || !find_columns (cells, n_cells, usage_name, 1, &usage))
    return fail_at (error, path, 1, "the header does not have Usage and the ten FER+ columns");
  for (;; index++)
    {
      guint8 votes[MIEN_DATASET_N_VOTES];
      MienDatasetRow row;
      MienDatasetSplit split;
      guint64 line;

      if (!mien_csv_reader_next (reader, &cells, &n_cells, error))
        return FALSE;
      if (cells == NULL)
        break;
      line = mien_csv_reader_get_line (reader);
      if (index >= mien_dataset_get_n_rows (self))
        return fail_at (error, path, line, "more rows of votes than images");
      if (!parse_votes (cells, n_cells, at, votes))
        return fail_at (error, path, line, "a vote is not a number from 0 to 255");
      mien_dataset_get_row (self, index, &row);
      if (usage >= n_cells || !mien_split_from_name (cells[usage], &split) || split != row.split)
        return fail_at (error, path, line, "the usage differs from that of the image in this row");
      mien_dataset_set_votes (self, index, votes);
    }
  if (index != mien_dataset_get_n_rows (self))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: %u rows of votes for %u images", path,
                   index, mien_dataset_get_n_rows (self));
      return FALSE;
    }
  return TRUE;
}
