/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/values.h"

#include <glib/gstdio.h>
#include <string.h>

#include "plot/timeline-plot.h"
#include "timeline/export-csv.h"

GBytes *
mien_values_dup_csv (MienDocument *document, gint64 start_ns, gint64 end_ns)
{
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();
  const MienCsvOptions options = { .start_ns = start_ns, .end_ns = end_ns };

  g_return_val_if_fail (MIEN_IS_DOCUMENT (document), NULL);
  /* Memory takes everything. */
  mien_export_frames_csv (document, stream, &options, NULL);
  g_output_stream_close (stream, NULL, NULL);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (stream));
}

/* A time without what file systems do not like. */
static char *
dup_time (gint64 time_ns)
{
  return g_strdelimit (mien_timeline_format_time (time_ns, 3), ":", '.');
}

static char *
dup_name (MienDocument *document, gint64 start_ns, gint64 end_ns)
{
  const char *film = mien_document_get_source (document)->path;
  g_autofree char *base = g_path_get_basename (film == NULL ? "mien" : film);
  g_autofree char *start = dup_time (start_ns);
  g_autofree char *end = dup_time (end_ns);
  char *dot = strrchr (base, '.');

  if (dot != NULL && dot != base)
    *dot = '\0';
  return g_strdup_printf ("%s %s-%s.csv", base, start, end);
}

/* NULL when it cannot be written: the text is there all the same. */
static GdkContentProvider *
new_file_provider (MienDocument *document, gint64 start_ns, gint64 end_ns, GBytes *csv)
{
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "mien", "dragged", NULL);
  g_autofree char *name = dup_name (document, start_ns, end_ns);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GdkContentProvider *provider;
  GdkFileList *files;
  gsize size;
  const char *text = g_bytes_get_data (csv, &size);
  GFile *array[] = { file };

  if (g_mkdir_with_parents (folder, 0700) != 0
      || !g_file_set_contents_full (path, text, (gssize) size, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                    NULL))
    return NULL;
  files = gdk_file_list_new_from_array (array, 1);
  provider = gdk_content_provider_new_typed (GDK_TYPE_FILE_LIST, files);
  g_boxed_free (GDK_TYPE_FILE_LIST, files);
  return provider;
}

GdkContentProvider *
mien_values_new_provider (MienDocument *document, gint64 start_ns, gint64 end_ns, gboolean as_file)
{
  g_autoptr (GBytes) csv = mien_values_dup_csv (document, start_ns, end_ns);
  g_autofree char *text = NULL;
  GdkContentProvider *providers[3];
  guint n = 0;

  g_return_val_if_fail (csv != NULL, NULL);
  text = g_strndup (g_bytes_get_data (csv, NULL), g_bytes_get_size (csv));
  if (as_file && (providers[n] = new_file_provider (document, start_ns, end_ns, csv)) != NULL)
    n++;
  providers[n++] = gdk_content_provider_new_for_bytes ("text/csv", csv);
  providers[n++] = gdk_content_provider_new_typed (G_TYPE_STRING, text);
  return gdk_content_provider_new_union (providers, n);
}
