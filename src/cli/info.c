/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/info-model.h"
#include "cli/options.h"
#include "media/probe.h"
#include "timeline/document.h"

static const char *const kind_names[] = {
  [MIEN_MEDIA_VIDEO] = "video",         [MIEN_MEDIA_IMAGE] = "image",
  [MIEN_MEDIA_ANIMATION] = "animation", [MIEN_MEDIA_FOLDER] = "folder",
  [MIEN_MEDIA_CAMERA] = "camera",
};

static const char *const stream_names[] = {
  [MIEN_STREAM_VIDEO] = "video",
  [MIEN_STREAM_AUDIO] = "audio",
  [MIEN_STREAM_TEXT] = "text",
  [MIEN_STREAM_OTHER] = "other",
};

/* Facts in order: name and JSON value. Printed as an object, or as lines for people. */
typedef struct
{
  JsonBuilder *builder;
} Facts;

static void
add_text (Facts *facts, const char *name, const char *value)
{
  json_builder_set_member_name (facts->builder, name);
  if (value != NULL)
    json_builder_add_string_value (facts->builder, value);
  else
    json_builder_add_null_value (facts->builder);
}

static void
add_int (Facts *facts, const char *name, gint64 value)
{
  json_builder_set_member_name (facts->builder, name);
  json_builder_add_int_value (facts->builder, value);
}

/* A count or size that is -1 when nobody knows. */
static void
add_known_int (Facts *facts, const char *name, gint64 value)
{
  if (value >= 0)
    add_int (facts, name, value);
  else
    add_text (facts, name, NULL);
}

static void
add_number (Facts *facts, const char *name, double value)
{
  json_builder_set_member_name (facts->builder, name);
  json_builder_add_double_value (facts->builder, value);
}

static void
add_bool (Facts *facts, const char *name, gboolean value)
{
  json_builder_set_member_name (facts->builder, name);
  json_builder_add_boolean_value (facts->builder, value);
}

static void
add_seconds (Facts *facts, const char *name, gint64 ns)
{
  if (ns >= 0)
    add_number (facts, name, (double) ns / 1e9);
  else
    add_text (facts, name, NULL);
}

static void
add_json (Facts *facts, const char *name, const char *json)
{
  g_autoptr (JsonNode) node = json != NULL ? json_from_string (json, NULL) : NULL;

  json_builder_set_member_name (facts->builder, name);
  if (node != NULL)
    json_builder_add_value (facts->builder, g_steal_pointer (&node));
  else
    json_builder_add_null_value (facts->builder);
}

static void
add_streams (Facts *facts, const MienMediaInfo *info)
{
  json_builder_set_member_name (facts->builder, "streams");
  json_builder_begin_array (facts->builder);
  for (guint i = 0; i < info->n_streams; i++)
    {
      json_builder_begin_object (facts->builder);
      add_text (facts, "kind", stream_names[info->streams[i].kind]);
      add_text (facts, "codec", info->streams[i].codec);
      add_text (facts, "caps", info->streams[i].caps);
      add_bool (facts, "used", info->streams[i].used);
      json_builder_end_object (facts->builder);
    }
  json_builder_end_array (facts->builder);
}

static gboolean
add_media (Facts *facts, const char *input, GError **error)
{
  g_autoptr (MienMediaInfo) info = mien_media_probe (input, NULL, error);

  if (info == NULL)
    return FALSE;
  add_text (facts, "kind", kind_names[info->kind]);
  add_text (facts, "path", info->path);
  add_text (facts, "container", info->container);
  add_known_int (facts, "bytes", info->bytes);
  add_seconds (facts, "duration", info->duration_ns);
  add_int (facts, "width", info->width);
  add_int (facts, "height", info->height);
  add_int (facts, "coded_width", info->coded_width);
  add_int (facts, "coded_height", info->coded_height);
  json_builder_set_member_name (facts->builder, "pixel_aspect");
  json_builder_begin_array (facts->builder);
  json_builder_add_int_value (facts->builder, info->par_n);
  json_builder_add_int_value (facts->builder, info->par_d);
  json_builder_end_array (facts->builder);
  add_int (facts, "rotation", info->rotation);
  add_bool (facts, "mirrored", info->is_mirrored);
  add_bool (facts, "interlaced", info->is_interlaced);
  add_bool (facts, "alpha", info->has_alpha);
  add_int (facts, "bit_depth", info->bit_depth);
  add_bool (facts, "hdr", info->is_hdr);
  add_text (facts, "pixel_format", info->pixel_format);
  add_text (facts, "colorimetry", info->colorimetry);
  add_number (facts, "rate", mien_media_info_get_rate (info));
  add_bool (facts, "variable_rate", info->is_variable_rate);
  add_known_int (facts, "frames", info->n_frames);
  add_bool (facts, "frames_exact", info->is_count_exact);
  add_bool (facts, "audio", info->has_audio);
  add_streams (facts, info);
  add_text (facts, "tags", info->tags);
  return TRUE;
}

static void
add_people (Facts *facts, MienDocument *document)
{
  GListModel *people = mien_document_get_people (document);

  json_builder_set_member_name (facts->builder, "people");
  json_builder_begin_array (facts->builder);
  for (guint i = 0; i < g_list_model_get_n_items (people); i++)
    {
      g_autoptr (MienPerson) person = g_list_model_get_item (people, i);

      json_builder_add_string_value (facts->builder, mien_person_get_name (person));
    }
  json_builder_end_array (facts->builder);
}

static void
add_settings (Facts *facts, MienDocument *document)
{
  g_auto (GStrv) keys = mien_document_dup_setting_keys (document);

  json_builder_set_member_name (facts->builder, "settings");
  json_builder_begin_object (facts->builder);
  for (char **key = keys; *key != NULL; key++)
    if ((*key)[0] != '_')
      add_json (facts, *key, mien_document_get_setting (document, *key));
  json_builder_end_object (facts->builder);
}

static gboolean
add_document (Facts *facts, const char *path, GError **error)
{
  g_autoptr (MienDocument) document = mien_document_open_read_only (path, error);
  const MienSource *source;

  if (document == NULL)
    return FALSE;
  source = mien_document_get_source (document);
  add_text (facts, "kind", "document");
  add_text (facts, "path", path);
  add_text (facts, "film", source->path);
  add_text (facts, "film_hash", source->hash);
  add_known_int (facts, "film_bytes", source->size);
  add_seconds (facts, "duration", source->duration_ns);
  add_int (facts, "width", source->width);
  add_int (facts, "height", source->height);
  add_int (facts, "frames", (gint64) mien_document_get_n_frames (document));
  add_known_int (facts, "film_frames", source->frames);
  add_bool (facts, "complete", mien_document_is_complete (document));
  add_int (facts, "tracks", g_list_model_get_n_items (mien_document_get_tracks (document)));
  add_people (facts, document);
  add_int (facts, "marks", g_list_model_get_n_items (mien_document_get_marks (document)));
  add_settings (facts, document);
  return TRUE;
}

/* Documents are known by their content, whatever they are called. */
static gboolean
is_document (const char *path)
{
  static const char magic[16] = "SQLite format 3";
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = NULL;
  char head[sizeof magic];
  gsize n = 0;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return FALSE;
  stream = g_file_read (file, NULL, NULL);
  return stream != NULL
         && g_input_stream_read_all (G_INPUT_STREAM (stream), head, sizeof head, &n, NULL, NULL)
         && n == sizeof head && memcmp (head, magic, sizeof magic) == 0;
}

static gboolean
is_model (const char *path)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);

  return g_str_has_suffix (lower, ".onnx");
}

/* One line a fact, names in a column of their own; what has parts in compact JSON. */
static void
print_lines (JsonNode *root)
{
  JsonObject *object = json_node_get_object (root);
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *l = members; l != NULL; l = l->next)
    {
      JsonNode *node = json_object_get_member (object, l->data);
      GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
      g_autofree char *text = NULL;

      if (type == G_TYPE_STRING)
        text = json_node_dup_string (node);
      else if (type == G_TYPE_DOUBLE)
        text = g_strdup_printf ("%.6g", json_node_get_double (node));
      else
        text = json_to_string (node, FALSE);
      g_strdelimit (g_strchomp (text), "\n", ';');
      if (!JSON_NODE_HOLDS_NULL (node) && text[0] != '\0')
        printf ("%-14s %s\n", (const char *) l->data, text);
    }
}

static int
info (const char *input, gboolean json)
{
  Facts facts = { json_builder_new () };
  g_autoptr (JsonBuilder) builder = facts.builder;
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok;

  if (is_model (input))
    return mien_cli_info_model (input, json);
  json_builder_begin_object (builder);
  ok = is_document (input) ? add_document (&facts, input, &error)
                           : add_media (&facts, input, &error);
  if (!ok)
    return mien_cli_fail (error);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  if (json)
    {
      g_autofree char *text = json_to_string (root, TRUE);

      printf ("%s\n", text);
    }
  else
    print_lines (root);
  return 0;
}

int
mien_cli_info (int argc, char **argv)
{
  gboolean json = FALSE;
  g_auto (GStrv) inputs = NULL;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "print one JSON object", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &inputs, NULL,
      "INPUT|DOC.mien|MODEL.onnx" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  int status;

  g_option_context_set_summary (context, "Says what a media file, a document or a model holds.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!mien_cli_parse (context, argc, argv, &status))
    return status;
  if (inputs == NULL || g_strv_length (inputs) != 1)
    {
      g_autoptr (GError) error = g_error_new_literal (
          MIEN_ERROR, MIEN_ERROR_USAGE,
          "info: needs one INPUT, document or model; see `mien-cli info --help`");

      return mien_cli_fail (error);
    }
  return info (inputs[0], json);
}
