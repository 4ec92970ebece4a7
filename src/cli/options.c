/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/options.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "cli/command.h"

void
mien_cli_outputs_clear (MienCliOutputs *self)
{
  for (guint i = 0; i < MIEN_N_OUTPUTS; i++)
    g_clear_pointer (&self->paths[i], g_free);
  g_clear_pointer (&self->smooth, g_free);
  g_clear_pointer (&self->segment, g_free);
  g_clear_pointer (&self->threshold, g_free);
}

void
mien_cli_outputs_add_options (MienCliOutputs *self, GOptionContext *context)
{
  const GOptionEntry filters[] = {
    { "smooth", 0, 0, G_OPTION_ARG_STRING, &self->smooth,
      "none, ema:S, gauss:S or median:S, S in seconds (gauss:0.25)", "HOW" },
    { "segment", 0, 0, G_OPTION_ARG_STRING, &self->segment,
      "length of a segment of the verdict in seconds (1)", "S" },
    { "threshold", 0, 0, G_OPTION_ARG_STRING, &self->threshold,
      "below this probability an emotion is uncertain (0.5)", "P" },
    { NULL },
  };
  GOptionEntry outputs[MIEN_N_OUTPUTS + 1] = { { NULL } };
  GOptionGroup *group = g_option_group_new ("outputs", "Outputs:", "Show the outputs", NULL, NULL);

  for (guint i = 0; i < MIEN_N_OUTPUTS; i++)
    {
      outputs[i].long_name = mien_output_get_name (i);
      outputs[i].arg = G_OPTION_ARG_FILENAME;
      outputs[i].arg_data = &self->paths[i];
      outputs[i].description = mien_output_get_summary (i);
      outputs[i].arg_description = "FILE";
    }
  g_option_group_add_entries (group, outputs);
  g_option_context_add_group (context, group);
  group = g_option_group_new ("filters", "Filters:", "Show the filters", NULL, NULL);
  g_option_group_add_entries (group, filters);
  g_option_context_add_group (context, group);
}

gboolean
mien_cli_outputs_has_any (const MienCliOutputs *self)
{
  for (guint i = 0; i < MIEN_N_OUTPUTS; i++)
    if (self->paths[i] != NULL)
      return TRUE;
  return FALSE;
}

/* Whether both names lead to one existing file, or are the same name. */
static gboolean
is_same_file (const char *a, const char *b)
{
  g_autoptr (GFile) first = g_file_new_for_commandline_arg (a);
  g_autoptr (GFile) second = g_file_new_for_commandline_arg (b);
  GStatBuf x, y;

  if (g_file_equal (first, second))
    return TRUE;
  if (g_stat (a, &x) != 0 || g_stat (b, &y) != 0)
    return FALSE;
  return x.st_dev == y.st_dev && x.st_ino == y.st_ino && S_ISREG (x.st_mode);
}

gboolean
mien_cli_outputs_check (const MienCliOutputs *self, const char *input, GError **error)
{
  for (guint i = 0; i < MIEN_N_OUTPUTS; i++)
    {
      const char *path = self->paths[i];

      if (path == NULL)
        continue;
      if (!mien_output_check (i, path, error))
        return FALSE;
      if (input != NULL && is_same_file (path, input))
        {
          g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "%s: --%s would overwrite the input",
                       path, mien_output_get_name (i));
          return FALSE;
        }
      for (guint j = 0; j < i; j++)
        if (self->paths[j] != NULL && is_same_file (path, self->paths[j]))
          {
            g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                         "%s: --%s and --%s name the same file", path, mien_output_get_name (j),
                         mien_output_get_name (i));
            return FALSE;
          }
    }
  return TRUE;
}

gboolean
mien_cli_outputs_apply_filters (const MienCliOutputs *self, MienFilters *filters, GError **error)
{
  if (self->smooth != NULL && !mien_smoothing_parse (self->smooth, &filters->smoothing, error))
    return FALSE;
  if (self->segment != NULL && !mien_filters_parse_segment (filters, self->segment, error))
    return FALSE;
  if (self->threshold != NULL && !mien_filters_parse_threshold (filters, self->threshold, error))
    return FALSE;
  return TRUE;
}

gboolean
mien_cli_parse (GOptionContext *context, int argc, char **argv, int *status)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) usage = NULL;
  g_auto (GStrv) arguments = g_new0 (char *, argc + 1);

  for (int i = 0; i < argc; i++)
    arguments[i] = g_strdup (argv[i]);
  g_option_context_set_help_enabled (context, FALSE);
  for (int i = 1; i < argc && strcmp (argv[i], "--") != 0; i++)
    if (strcmp (argv[i], "--help") == 0 || strcmp (argv[i], "-h") == 0)
      {
        g_autofree char *help = g_option_context_get_help (context, FALSE, NULL);

        fputs (help, stdout);
        *status = 0;
        return FALSE;
      }
  if (g_option_context_parse_strv (context, &arguments, &error))
    return TRUE;
  usage = g_error_new (MIEN_ERROR, MIEN_ERROR_USAGE, "%s: %s; see `%s --help`", argv[0],
                       error->message, mien_command_get_name ());
  *status = mien_cli_fail (usage);
  return FALSE;
}

gboolean
mien_cli_parse_number (
    const char *text, const char *what, double min, double max, double *out, GError **error)
{
  char *end;
  double value;

  errno = 0;
  value = g_ascii_strtod (text, &end);
  if (end == text || *end != '\0' || errno == ERANGE || !isfinite (value))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "%s: '%s' is not a number", what, text);
      return FALSE;
    }
  if (value < min || value > max)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "%s: %s is out of range", what, text);
      return FALSE;
    }
  *out = value;
  return TRUE;
}

int
mien_cli_fail (const GError *error)
{
  return mien_command_fail ("mien-cli", error);
}
