/* `mien-cli run`: any ONNX model on .npy tensors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "nn/context.h"

/* Output names may hold slashes and colons; a file name may not leave the directory. */
static char *
dup_file_name (const char *directory, const char *name)
{
  g_autofree char *safe = g_strdup (name);
  g_autofree char *file = NULL;

  g_strcanon (safe, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.", '_');
  if (*safe == '.')
    *safe = '_';
  file = g_strconcat (safe, ".npy", NULL);
  return g_build_filename (directory, file, NULL);
}

static gboolean
save_outputs (MienModel *model, MienContext *context, const char *directory, GError **error)
{
  GPtrArray *infos = mien_graph_get_outputs (mien_model_get_graph (model));

  if (g_mkdir_with_parents (directory, 0777) != 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: cannot be made", directory);
      return FALSE;
    }
  for (guint i = 0; i < infos->len; i++)
    {
      const MienValueInfo *info = g_ptr_array_index (infos, i);
      const MienTensor *output = mien_context_get_output (context, i);
      g_autofree char *path = dup_file_name (directory, info->name);
      g_autofree char *description = mien_tensor_describe (output);

      if (!mien_tensor_save_npy (output, path, error))
        return FALSE;
      printf ("%s\t%s\t%s\n", info->name, description, path);
    }
  return TRUE;
}

static gboolean
run_model (const char *path,
           char **input_files,
           const char *directory,
           int threads,
           MienModelFlags flags,
           GError **error)
{
  g_autoptr (MienModel) model = mien_model_load (path, flags, error);
  g_autoptr (GPtrArray) inputs =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mien_tensor_unref);
  g_autoptr (MienParallel) parallel = mien_parallel_new ((guint) threads);
  g_autoptr (MienContext) context = NULL;

  if (model == NULL)
    return FALSE;
  for (gsize i = 0; input_files != NULL && input_files[i] != NULL; i++)
    {
      MienTensor *tensor = mien_tensor_load_npy (input_files[i], error);

      if (tensor == NULL)
        return FALSE;
      g_ptr_array_add (inputs, tensor);
    }
  context = mien_context_new (model, parallel);
  return mien_context_run (context, (MienTensor *const *) inputs->pdata, inputs->len, NULL, error)
         && save_outputs (model, context, directory, error);
}

int
mien_cli_run (int argc, char **argv)
{
  g_auto (GStrv) inputs = NULL;
  g_autofree char *directory = NULL;
  gboolean plain = FALSE;
  int threads = 0;
  GOptionEntry entries[] = {
    { "input", 'i', 0, G_OPTION_ARG_FILENAME_ARRAY, &inputs,
      "A tensor, in the order of the model's inputs (repeat)", "F.npy" },
    { "output-dir", 'o', 0, G_OPTION_ARG_FILENAME, &directory, "Where the outputs go, as NAME.npy",
      "DIR" },
    { "threads", 't', 0, G_OPTION_ARG_INT, &threads, "Threads; 0: one for each processor", "N" },
    { "plain", 0, 0, G_OPTION_ARG_NONE, &plain, "Reference kernels only", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) options = g_option_context_new ("MODEL.onnx");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) files = g_ptr_array_new ();

  g_option_context_add_main_entries (options, entries, NULL);
  g_option_context_set_summary (options, "Runs an ONNX model on .npy tensors.");
  if (!g_option_context_parse (options, &argc, &argv, &error))
    {
      error->domain = MIEN_ERROR;
      error->code = MIEN_ERROR_USAGE;
      return mien_command_fail ("mien-cli", error);
    }
  for (gsize i = 0; inputs != NULL && inputs[i] != NULL; i++)
    g_ptr_array_add (files, inputs[i]);
  /* `--input A.npy B.npy` gives the rest as plain arguments. */
  for (int i = 2; i < argc; i++)
    g_ptr_array_add (files, argv[i]);
  g_ptr_array_add (files, NULL);
  if (argc < 2 || directory == NULL || threads < 0 || threads > 256)
    {
      g_set_error (&error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "run: give MODEL.onnx, --input and --output-dir; see `mien-cli run --help`");
      return mien_command_fail ("mien-cli", error);
    }
  if (!run_model (argv[1], (char **) files->pdata, directory, threads,
                  plain ? MIEN_MODEL_PLAIN : MIEN_MODEL_DEFAULT, &error))
    return mien_command_fail ("mien-cli", error);
  return 0;
}
