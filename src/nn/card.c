/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/card.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "base/error.h"
#include "base/paths.h"

struct _MienCard
{
  gatomicrefcount ref_count;
  char *path;
  char *name;
  GHashTable *values;  /* key without "mien." -> text */
  GHashTable *objects; /* key -> JsonNode of those texts that are JSON objects or lists */
  GHashTable *labels;  /* output, "" for a plain list -> char ** */
};

static char *
dup_json_text (JsonNode *node)
{
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_dup_string (node);
  return json_to_string (node, FALSE);
}

static void
read_metadata (MienCard *self, MienGraph *graph)
{
  g_autoptr (GPtrArray) keys = mien_graph_list_metadata_keys (graph);

  for (guint i = 0; i < keys->len; i++)
    {
      const char *key = g_ptr_array_index (keys, i);

      if (g_str_has_prefix (key, "mien."))
        g_hash_table_replace (self->values, g_strdup (key + strlen ("mien.")),
                              g_strdup (mien_graph_find_metadata (graph, key)));
    }
}

/* What the file itself says wins. */
static gboolean
read_companion (MienCard *self, const char *path, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) local = NULL;
  JsonObject *object;
  JsonObjectIter iter;
  const char *key;
  JsonNode *node;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  if (!json_parser_load_from_file (parser, path, &local))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "%s: %s", path, local->message);
      return FALSE;
    }
  node = json_parser_get_root (parser);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "%s: not a JSON object", path);
      return FALSE;
    }
  object = json_node_get_object (node);
  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &key, &node))
    {
      if (g_str_has_prefix (key, "mien."))
        key += strlen ("mien.");
      if (!g_hash_table_contains (self->values, key))
        g_hash_table_insert (self->values, g_strdup (key), dup_json_text (node));
    }
  return TRUE;
}

static void
parse_objects (MienCard *self)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->values);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const char *text = value;
      JsonNode *node;

      if (*text != '{' && *text != '[')
        continue;
      node = json_from_string (text, NULL);
      if (node != NULL)
        g_hash_table_insert (self->objects, g_strdup (key), node);
    }
}

static char **
read_label_list (JsonNode *node)
{
  JsonArray *list = json_node_get_array (node);
  guint n = json_array_get_length (list);
  char **labels = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    labels[i] = dup_json_text (json_array_get_element (list, i));
  return labels;
}

static void
read_labels (MienCard *self)
{
  JsonNode *node = g_hash_table_lookup (self->objects, "labels"), *list;
  const char *text = g_hash_table_lookup (self->values, "labels"), *output;
  JsonObjectIter iter;

  if (node != NULL && JSON_NODE_HOLDS_ARRAY (node))
    g_hash_table_insert (self->labels, g_strdup (""), read_label_list (node));
  else if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    {
      json_object_iter_init (&iter, json_node_get_object (node));
      while (json_object_iter_next (&iter, &output, &list))
        if (JSON_NODE_HOLDS_ARRAY (list))
          g_hash_table_insert (self->labels, g_strdup (output), read_label_list (list));
    }
  else if (text != NULL && *text != '\0')
    {
      char **labels = g_strsplit (text, ",", -1);

      for (gsize i = 0; labels[i] != NULL; i++)
        g_strstrip (labels[i]);
      g_hash_table_insert (self->labels, g_strdup (""), labels);
    }
}

MienCard *
mien_card_load (const char *path, GError **error)
{
  g_autoptr (MienCard) self = g_new0 (MienCard, 1);
  g_autofree char *stem = NULL, *companion = NULL;
  g_autoptr (MienGraph) graph = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  g_atomic_ref_count_init (&self->ref_count);
  self->path = g_strdup (path);
  self->name = g_path_get_basename (path);
  if (g_str_has_suffix (self->name, ".onnx"))
    self->name[strlen (self->name) - strlen (".onnx")] = '\0';
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->objects =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_node_unref);
  self->labels =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_strfreev);
  graph = mien_graph_read_onnx (path, error);
  if (graph == NULL)
    return NULL;
  read_metadata (self, graph);
  stem =
      g_strndup (path, strlen (path) - (g_str_has_suffix (path, ".onnx") ? strlen (".onnx") : 0));
  companion = g_strconcat (stem, ".json", NULL);
  if (!read_companion (self, companion, error))
    return NULL;
  parse_objects (self);
  read_labels (self);
  return g_steal_pointer (&self);
}

MienCard *
mien_card_ref (MienCard *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
mien_card_unref (MienCard *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_hash_table_unref (self->labels);
  g_hash_table_unref (self->objects);
  g_hash_table_unref (self->values);
  g_free (self->path);
  g_free (self->name);
  g_free (self);
}

const char *
mien_card_get_path (MienCard *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->path;
}

const char *
mien_card_get_name (MienCard *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->name;
}

const char *
mien_card_find (MienCard *self, const char *key)
{
  g_return_val_if_fail (self != NULL && key != NULL, NULL);
  return g_hash_table_lookup (self->values, key);
}

const char *const *
mien_card_find_labels (MienCard *self, const char *output)
{
  const char *const *labels;

  g_return_val_if_fail (self != NULL && output != NULL, NULL);
  labels = g_hash_table_lookup (self->labels, output);
  return labels != NULL ? labels : g_hash_table_lookup (self->labels, "");
}

static JsonNode *
find_member (MienCard *self, const char *key, const char *member)
{
  JsonNode *node = g_hash_table_lookup (self->objects, key);

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  node = json_object_get_member (json_node_get_object (node), member);
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
}

double
mien_card_get_number (MienCard *self, const char *key, const char *member, double fallback)
{
  JsonNode *node;

  g_return_val_if_fail (self != NULL && key != NULL && member != NULL, fallback);
  node = find_member (self, key, member);
  if (node == NULL
      || (json_node_get_value_type (node) != G_TYPE_INT64
          && json_node_get_value_type (node) != G_TYPE_DOUBLE))
    return fallback;
  return json_node_get_double (node);
}

const char *
mien_card_find_text (MienCard *self, const char *key, const char *member)
{
  JsonNode *node;

  g_return_val_if_fail (self != NULL && key != NULL && member != NULL, NULL);
  node = find_member (self, key, member);
  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static void
list_directory (const char *path, GPtrArray *to)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      MienCard *card;

      if (!g_str_has_suffix (name, ".onnx"))
        continue;
      /* A broken file in the folder must not hide the others. */
      card = mien_card_load (file, NULL);
      if (card != NULL)
        g_ptr_array_add (to, card);
    }
}

static int
compare_cards (gconstpointer a, gconstpointer b)
{
  MienCard *x = *(MienCard *const *) a, *y = *(MienCard *const *) b;
  int order = g_strcmp0 (mien_card_find (x, "task"), mien_card_find (y, "task"));

  return order != 0 ? order : strcmp (x->name, y->name);
}

GPtrArray *
mien_card_list_installed (void)
{
  GPtrArray *cards = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_card_unref);
  g_autofree char *packaged = mien_paths_dup_data_file ("models");
  g_autofree char *own = g_build_filename (g_get_user_data_dir (), "mien", "models", NULL);

  list_directory (packaged, cards);
  list_directory (own, cards);
  g_ptr_array_sort (cards, compare_cards);
  return cards;
}

MienCard *
mien_card_find_installed (const char *task, const char *name)
{
  g_autoptr (GPtrArray) cards = mien_card_list_installed ();
  gboolean wants_default;

  g_return_val_if_fail (name != NULL, NULL);
  wants_default = strcmp (name, "default") == 0;
  for (guint i = 0; i < cards->len; i++)
    {
      MienCard *card = g_ptr_array_index (cards, i);
      const char *is_default = mien_card_find (card, "default");

      if (task != NULL && g_strcmp0 (mien_card_find (card, "task"), task) != 0)
        continue;
      if (wants_default ? g_strcmp0 (is_default, "true") == 0 : strcmp (card->name, name) == 0)
        return mien_card_ref (card);
    }
  return NULL;
}

MienCard *
mien_card_open (const char *task, const char *name, GError **error)
{
  MienCard *card;

  g_return_val_if_fail (task != NULL && name != NULL, NULL);
  if (g_str_has_suffix (name, ".onnx"))
    return mien_card_load (name, error);
  card = mien_card_find_installed (task, name);
  if (card == NULL)
    g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                 "%s: no model of that name for the task %s is installed", name, task);
  return card;
}
