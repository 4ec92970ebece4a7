/* mien-train archs: the architectures and what they cost.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <stdio.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/train-commands.h"
#include "train/archs.h"

static void
print_json (void)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  guint n;
  const MienArch *archs = mien_arch_list (&n);

  json_builder_begin_array (b);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MienNetwork) network =
          mien_arch_build (&archs[i], mien_train_kernels_find (MIEN_PRECISION_F32), -1);

      json_builder_begin_object (b);
      json_builder_set_member_name (b, "name");
      json_builder_add_string_value (b, archs[i].name);
      json_builder_set_member_name (b, "summary");
      json_builder_add_string_value (b, archs[i].summary);
      json_builder_set_member_name (b, "input");
      json_builder_begin_array (b);
      json_builder_add_int_value (b, archs[i].channels);
      json_builder_add_int_value (b, archs[i].height);
      json_builder_add_int_value (b, archs[i].width);
      json_builder_end_array (b);
      json_builder_set_member_name (b, "parameters");
      json_builder_add_int_value (b, (gint64) mien_network_count_params (network));
      json_builder_set_member_name (b, "multiply_adds");
      json_builder_add_int_value (b, (gint64) mien_network_count_multiply_adds (network));
      json_builder_set_member_name (b, "bytes");
      json_builder_add_int_value (b, (gint64) mien_network_count_params (network) * 4);
      json_builder_end_object (b);
    }
  json_builder_end_array (b);
  root = json_builder_get_root (b);
  text = json_to_string (root, TRUE);
  printf ("%s\n", text);
}

static void
print_table (void)
{
  guint n;
  const MienArch *archs = mien_arch_list (&n);

  printf ("%-14s %-10s %11s %14s %8s  %s\n", "name", "input", "parameters", "multiply-adds", "MB",
          "what it is");
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MienNetwork) network =
          mien_arch_build (&archs[i], mien_train_kernels_find (MIEN_PRECISION_F32), -1);
      guint64 params = mien_network_count_params (network);
      g_autofree char *input =
          g_strdup_printf ("%ux%ux%u", archs[i].channels, archs[i].height, archs[i].width);

      printf ("%-14s %-10s %11" G_GUINT64_FORMAT " %12.1f M %8.1f  %s\n", archs[i].name, input,
              params, (double) mien_network_count_multiply_adds (network) * 1e-6,
              (double) params * 4e-6, archs[i].summary);
    }
}

int
mien_train_archs (int argc, char **argv)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = { { "json", 0, 0, G_OPTION_ARG_NONE, &json, "as JSON", NULL },
                                   { NULL } };
  g_autoptr (GOptionContext) context = g_option_context_new ("- the architectures");
  g_autoptr (GError) local = NULL, error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &local) || argc > 1)
    {
      g_set_error (&error, MIEN_ERROR, MIEN_ERROR_USAGE, "archs: %s",
                   local != NULL ? local->message : "takes no arguments");
      return mien_command_fail ("mien-train", error);
    }
  if (json)
    print_json ();
  else
    print_table ();
  return 0;
}
