/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "timeline/export-csv.h"
#include "timeline/export-text.h"

typedef gboolean (*TextFunc) (MienDocument *document, GOutputStream *stream, GError **error);
typedef gboolean (*TableFunc) (MienDocument *document,
                               GOutputStream *stream,
                               const MienCsvOptions *options,
                               GError **error);

static const struct
{
  const char *name;
  TextFunc text;
  TableFunc table;
} formats[] = {
  { "csv", NULL, mien_export_frames_csv },
  { "wide", NULL, mien_export_wide_csv },
  { "states", NULL, mien_export_states_csv },
  { "marks", NULL, mien_export_marks_csv },
  { "summary", mien_export_summary_json, NULL },
  { "eaf", mien_export_eaf, NULL },
  { "textgrid", mien_export_textgrid, NULL },
  { "vtt", mien_export_vtt, NULL },
  { "srt", mien_export_srt, NULL },
};

static gboolean
has_setting (MienDocument *document, const char *key)
{
  return g_strcmp0 (mien_document_get_setting (document, key), "true") == 0;
}

/* With `--flow`, `--landmarks` and `--mesh` the table has their columns at its end. */
static gboolean
write_format (gsize format, MienDocument *document, GOutputStream *stream, GError **error)
{
  MienCsvOptions options = { .flow = has_setting (document, "flow"),
                             .landmarks = has_setting (document, "landmarks"),
                             .mesh = has_setting (document, "mesh") };

  if (formats[format].text != NULL)
    return formats[format].text (document, stream, error);
  return formats[format].table (document, stream, &options, error);
}

/* A pipe or a device is written to as it is; a file beside the old one, and moved over it by the
 * close. */
static GOutputStream *
open_output (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GFileType type = g_file_query_file_type (file, G_FILE_QUERY_INFO_NONE, NULL);

  if (type == G_FILE_TYPE_SPECIAL)
    return G_OUTPUT_STREAM (g_file_append_to (file, G_FILE_CREATE_NONE, NULL, error));
  return G_OUTPUT_STREAM (
      g_file_replace (file, NULL, FALSE, G_FILE_CREATE_REPLACE_DESTINATION, NULL, error));
}

gboolean
mien_export_file (MienDocument *document, const char *format, const char *path, GError **error)
{
  g_autoptr (GOutputStream) stream = NULL;
  g_autoptr (GError) reason = NULL;
  gsize i = 0;

  g_return_val_if_fail (MIEN_IS_DOCUMENT (document) && format != NULL && path != NULL, FALSE);
  while (i < G_N_ELEMENTS (formats) && strcmp (formats[i].name, format) != 0)
    i++;
  if (i == G_N_ELEMENTS (formats))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "no export format \"%s\"", format);
      return FALSE;
    }
  stream = open_output (path, &reason);
  if (stream != NULL && write_format (i, document, stream, &reason)
      && g_output_stream_close (stream, NULL, &reason))
    return TRUE;
  if (stream != NULL)
    {
      g_autoptr (GCancellable) cancelled = g_cancellable_new ();

      /* A cancelled close leaves the old file where it is. */
      g_cancellable_cancel (cancelled);
      g_output_stream_close (stream, cancelled, NULL);
    }
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: %s", path, reason->message);
  return FALSE;
}
