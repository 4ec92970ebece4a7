/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/write.h"

typedef struct
{
  MienCliOutputs outputs;
  char *film;
  char **inputs;
} Options;

static gboolean
check (const Options *options, GError **error)
{
  const char *what = NULL;

  if (options->inputs == NULL || g_strv_length (options->inputs) != 1)
    what = "export: needs one DOC.mien; see `mien-cli export --help`";
  else if (!mien_cli_outputs_has_any (&options->outputs))
    what = "export: needs an output such as --csv FILE; see `mien-cli export --help`";
  if (what == NULL)
    return mien_cli_outputs_check (&options->outputs, options->inputs[0], error);
  g_set_error_literal (error, MIEN_ERROR, MIEN_ERROR_USAGE, what);
  return FALSE;
}

static int export(const Options *options)
{
  g_autoptr (MienDocument) document = NULL;
  g_autoptr (MienCliProgress) progress = mien_cli_progress_new (FALSE);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  MienFilters filters;

  if (!check (options, &error))
    return mien_cli_fail (error);
  mien_cli_watch_interrupt (cancellable);
  document = mien_document_open_read_only (options->inputs[0], &error);
  if (document == NULL)
    return mien_cli_fail (error);
  filters = *mien_document_get_filters (document);
  if (!mien_cli_outputs_apply_filters (&options->outputs, &filters, &error))
    return mien_cli_fail (error);
  mien_document_set_filters (document, &filters);
  return mien_cli_write_outputs (document, &options->outputs, options->film, progress, cancellable);
}

int
mien_cli_export (int argc, char **argv)
{
  Options options = { .inputs = NULL };
  const GOptionEntry entries[] = {
    { "film", 0, 0, G_OPTION_ARG_FILENAME, &options.film, "where the film is now, for --annotated",
      "FILE" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.inputs, NULL, "DOC.mien" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  int status;

  g_option_context_set_summary (
      context, "Writes what a document holds in other formats. Filters that are not given are "
               "those of the\ndocument, which is not changed.");
  g_option_context_add_main_entries (context, entries, NULL);
  mien_cli_outputs_add_options (&options.outputs, context);
  if (mien_cli_parse (context, argc, argv, &status))
    status = export(&options);
  mien_cli_outputs_clear (&options.outputs);
  g_free (options.film);
  g_strfreev (options.inputs);
  return status;
}
