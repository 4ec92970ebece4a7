/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "nn/card.h"

static gint64
get_bytes (const char *path)
{
  GStatBuf info;

  return g_stat (path, &info) == 0 ? (gint64) info.st_size : -1;
}

/* A card's value as JSON when it is JSON, else as a string, else null. */
static void
add_value (JsonBuilder *builder, const char *name, const char *text)
{
  g_autoptr (JsonNode) node = NULL;

  json_builder_set_member_name (builder, name);
  if (text == NULL)
    {
      json_builder_add_null_value (builder);
      return;
    }
  if (text[0] == '{' || text[0] == '[')
    node = json_from_string (text, NULL);
  if (node != NULL)
    json_builder_add_value (builder, g_steal_pointer (&node));
  else
    json_builder_add_string_value (builder, text);
}

static gboolean
is_default (MienCard *card)
{
  const char *text = mien_card_find (card, "default");

  return text != NULL && strcmp (text, "true") == 0;
}

static void
add_card (JsonBuilder *builder, MienCard *card)
{
  const char *path = mien_card_get_path (card);

  json_builder_begin_object (builder);
  add_value (builder, "name", mien_card_get_name (card));
  add_value (builder, "task", mien_card_find (card, "task"));
  json_builder_set_member_name (builder, "default");
  json_builder_add_boolean_value (builder, is_default (card));
  add_value (builder, "path", path);
  json_builder_set_member_name (builder, "bytes");
  json_builder_add_int_value (builder, get_bytes (path));
  add_value (builder, "input", mien_card_find (card, "input"));
  add_value (builder, "labels", mien_card_find (card, "labels"));
  add_value (builder, "licence", mien_card_find (card, "licence"));
  add_value (builder, "source", mien_card_find (card, "source"));
  add_value (builder, "accuracy", mien_card_find (card, "metrics"));
  json_builder_end_object (builder);
}

static void
print_json (GPtrArray *cards)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_array (builder);
  for (guint i = 0; i < cards->len; i++)
    add_card (builder, cards->pdata[i]);
  json_builder_end_array (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, TRUE);
  printf ("%s\n", text);
}

static void
print_table (GPtrArray *cards)
{
  for (guint i = 0; i < cards->len; i++)
    {
      MienCard *card = cards->pdata[i];
      const char *task = mien_card_find (card, "task");
      const char *licence = mien_card_find (card, "licence");
      g_autofree char *size =
          g_format_size ((guint64) MAX (0, get_bytes (mien_card_get_path (card))));

      printf ("%-12s %-28s %8s  %-14s%s\n", task != NULL ? task : "?", mien_card_get_name (card),
              size, licence != NULL ? licence : "?", is_default (card) ? "  (default)" : "");
    }
}

int
mien_cli_models (int argc, char **argv)
{
  gboolean json = FALSE;
  g_auto (GStrv) rest = NULL;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "print a list as JSON", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &rest, NULL, NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GPtrArray) cards = NULL;
  int status;

  g_option_context_set_summary (context, "Lists the installed models.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!mien_cli_parse (context, argc, argv, &status))
    return status;
  if (rest != NULL)
    {
      g_autoptr (GError) error =
          g_error_new (MIEN_ERROR, MIEN_ERROR_USAGE, "models: takes no '%s'", rest[0]);

      return mien_cli_fail (error);
    }
  cards = mien_card_list_installed ();
  if (json)
    print_json (cards);
  else
    print_table (cards);
  return 0;
}
