/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/analyze-set.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "report/file.h"
#include "timeline/export-csv.h"

struct _MienAnalyzeSet
{
  char *folder;
  GHashTable *names;    /* taken below the folder */
  char *input;          /* of the last begin */
  char *document;       /* of the last begin */
  GPtrArray *inputs;    /* of char *, those kept */
  GPtrArray *documents; /* of char *, one for each input kept */
};

MienAnalyzeSet *
mien_analyze_set_new (const char *folder)
{
  MienAnalyzeSet *self = g_new0 (MienAnalyzeSet, 1);

  self->folder = g_strdup (folder);
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->inputs = g_ptr_array_new_with_free_func (g_free);
  self->documents = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
mien_analyze_set_free (MienAnalyzeSet *self)
{
  if (self == NULL)
    return;
  g_free (self->folder);
  g_free (self->input);
  g_free (self->document);
  g_hash_table_unref (self->names);
  g_ptr_array_unref (self->inputs);
  g_ptr_array_unref (self->documents);
  g_free (self);
}

static char *
dup_name (MienAnalyzeSet *self, const char *input)
{
  g_autofree char *stem = g_path_get_basename (input);
  char *dot = strrchr (stem, '.');
  char *name;

  if (dot != NULL && dot != stem)
    *dot = '\0';
  g_strdelimit (stem, "/:", '-');
  if (strcmp (stem, ".") == 0 || strcmp (stem, "..") == 0)
    stem[0] = '\0';
  name = g_strdup (stem[0] != '\0' ? stem : "input");
  for (guint i = 2; g_hash_table_contains (self->names, name); i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s-%u", stem, i);
    }
  g_hash_table_add (self->names, g_strdup (name));
  return name;
}

const char *
mien_analyze_set_begin (MienAnalyzeSet *self,
                        const char *input,
                        MienCliOutputs *outputs,
                        GError **error)
{
  g_autofree char *name = dup_name (self, input);
  g_autofree char *folder = g_build_filename (self->folder, name, NULL);

  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: cannot be made: %s", folder,
                   g_strerror (errno));
      return NULL;
    }
  g_free (self->input);
  g_free (self->document);
  self->input = g_strdup (input);
  self->document = g_build_filename (folder, "document.mien", NULL);
  outputs->paths[MIEN_OUTPUT_CSV] = g_build_filename (folder, "frames.csv", NULL);
  outputs->paths[MIEN_OUTPUT_STATES] = g_build_filename (folder, "states.csv", NULL);
  outputs->paths[MIEN_OUTPUT_SUMMARY] = g_build_filename (folder, "summary.json", NULL);
  outputs->paths[MIEN_OUTPUT_PLOT] = g_build_filename (folder, "timeline.png", NULL);
  return self->document;
}

void
mien_analyze_set_keep (MienAnalyzeSet *self)
{
  g_ptr_array_add (self->inputs, g_strdup (self->input));
  g_ptr_array_add (self->documents, g_strdup (self->document));
}

typedef gboolean (*ExportFunc) (MienDocument *document,
                                GOutputStream *stream,
                                const MienCsvOptions *options,
                                GError **error);

typedef struct
{
  MienAnalyzeSet *set;
  ExportFunc export;
} Merge;

/* One film's rows after the other; a document is open only while its own are written. */
static gboolean
merge (GOutputStream *stream, gpointer user_data, GError **error)
{
  Merge *job = user_data;
  MienCsvOptions options = { NULL };

  for (guint i = 0; i < job->set->documents->len; i++)
    {
      const char *path = job->set->documents->pdata[i];
      g_autoptr (MienDocument) document = mien_document_open_read_only (path, error);

      if (document == NULL)
        return FALSE;
      options.input = job->set->inputs->pdata[i];
      if (!job->export(document, stream, &options, error))
        return FALSE;
      options.without_header = TRUE;
    }
  return TRUE;
}

gboolean
mien_analyze_set_finish (MienAnalyzeSet *self, GError **error)
{
  g_autofree char *all = g_build_filename (self->folder, "all.csv", NULL);
  g_autofree char *summary = g_build_filename (self->folder, "summary.csv", NULL);
  Merge frames = { self, mien_export_frames_csv };
  Merge people = { self, mien_export_summary_csv };

  return mien_file_write (all, merge, &frames, error)
         && mien_file_write (summary, merge, &people, error);
}
