/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/text.h"

#include <math.h>
#include <string.h>

#include "base/csv.h"

gboolean
mien_text_write (const GString *text, GOutputStream *stream, GError **error)
{
  return g_output_stream_write_all (stream, text->str, text->len, NULL, NULL, error)
         && g_output_stream_flush (stream, NULL, error);
}

/* How deep the end of @text is nested: strings hold no unescaped line ends, so the indent tells. */
static gsize
get_indent (const GString *text)
{
  const char *line = strrchr (text->str, '\n');
  gsize indent = 0;

  line = line == NULL ? text->str : line + 1;
  while (line[indent] == ' ')
    indent++;
  return indent;
}

static void
new_line (GString *text, gsize indent)
{
  g_string_append_c (text, '\n');
  for (gsize i = 0; i < indent; i++)
    g_string_append_c (text, ' ');
}

static void
append_escaped (GString *text, const char *value)
{
  g_string_append_c (text, '"');
  for (const char *p = value; *p != '\0'; p++)
    if (*p == '"' || *p == '\\')
      g_string_append_printf (text, "\\%c", *p);
    else if (*p == '\n')
      g_string_append (text, "\\n");
    else if ((guchar) *p < 0x20)
      g_string_append_printf (text, "\\u%04x", (guint) (guchar) *p);
    else
      g_string_append_c (text, *p);
  g_string_append_c (text, '"');
}

/* Comma, line end, indent and name before a value. */
static void
begin_value (GString *text, const char *name)
{
  char last = text->len == 0 ? '\0' : text->str[text->len - 1];

  if (last == '{' || last == '[')
    new_line (text, get_indent (text) + 2);
  else if (last != '\0')
    {
      gsize indent = get_indent (text);

      g_string_append_c (text, ',');
      new_line (text, indent);
    }
  if (name == NULL)
    return;
  append_escaped (text, name);
  g_string_append (text, ": ");
}

void
mien_json_begin (GString *text, const char *name, char bracket)
{
  begin_value (text, name);
  g_string_append_c (text, bracket);
}

void
mien_json_end (GString *text, char bracket)
{
  char last = text->str[text->len - 1];
  gsize indent = get_indent (text);

  if (last != '{' && last != '[')
    new_line (text, indent - 2);
  g_string_append_c (text, bracket == '{' ? '}' : ']');
}

void
mien_json_string (GString *text, const char *name, const char *value)
{
  begin_value (text, name);
  if (value == NULL)
    g_string_append (text, "null");
  else
    append_escaped (text, value);
}

void
mien_json_int (GString *text, const char *name, gint64 value)
{
  begin_value (text, name);
  g_string_append_printf (text, "%" G_GINT64_FORMAT, value);
}

void
mien_json_bool (GString *text, const char *name, gboolean value)
{
  begin_value (text, name);
  g_string_append (text, value ? "true" : "false");
}

void
mien_json_number (GString *text, const char *name, double value)
{
  char number[352];
  gsize n;

  begin_value (text, name);
  if (!isfinite (value))
    {
      g_string_append (text, "null");
      return;
    }
  mien_format_number (number, sizeof number, value, 6);
  n = strlen (number);
  while (number[n - 1] == '0' && number[n - 2] != '.')
    n--;
  g_string_append_len (text, number, (gssize) n);
}

void
mien_json_seconds (GString *text, const char *name, gint64 ns)
{
  mien_json_number (text, name, (double) (ns / 1000) * 1e-6 + (double) (ns % 1000) * 1e-9);
}

static void append_node (GString *text, const char *name, JsonNode *node);

static void
append_member (JsonObject *object, const char *name, JsonNode *node, gpointer data)
{
  append_node (data, name, node);
}

static void
append_element (JsonArray *array, guint index, JsonNode *node, gpointer data)
{
  append_node (data, NULL, node);
}

static void
append_node (GString *text, const char *name, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      mien_json_begin (text, name, '{');
      json_object_foreach_member (json_node_get_object (node), append_member, text);
      mien_json_end (text, '{');
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    {
      mien_json_begin (text, name, '[');
      json_array_foreach_element (json_node_get_array (node), append_element, text);
      mien_json_end (text, '[');
    }
  else if (JSON_NODE_HOLDS_NULL (node))
    mien_json_string (text, name, NULL);
  else if (json_node_get_value_type (node) == G_TYPE_STRING)
    mien_json_string (text, name, json_node_get_string (node));
  else if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    mien_json_bool (text, name, json_node_get_boolean (node));
  else if (json_node_get_value_type (node) == G_TYPE_INT64)
    mien_json_int (text, name, json_node_get_int (node));
  else
    mien_json_number (text, name, json_node_get_double (node));
}

void
mien_json_raw (GString *text, const char *name, const char *json)
{
  g_autoptr (JsonNode) node = json == NULL ? NULL : json_from_string (json, NULL);

  if (node == NULL)
    mien_json_string (text, name, NULL);
  else
    append_node (text, name, node);
}
