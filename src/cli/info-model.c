/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/info-model.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

#include "cli/options.h"
#include "nn/card.h"
#include "nn/graph.h"

static void
add_values (JsonBuilder *builder, const char *name, GPtrArray *values)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < values->len; i++)
    {
      const MienValueInfo *value = values->pdata[i];

      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "name");
      json_builder_add_string_value (builder, value->name);
      json_builder_set_member_name (builder, "shape");
      json_builder_begin_array (builder);
      for (int d = 0; d < value->rank; d++)
        if (value->dims[d] >= 0)
          json_builder_add_int_value (builder, value->dims[d]);
        else
          json_builder_add_string_value (builder,
                                         value->dim_names[d] != NULL ? value->dim_names[d] : "?");
      json_builder_end_array (builder);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

/* How many nodes there are of each operator. */
static void
add_operators (JsonBuilder *builder, MienGraph *graph)
{
  GPtrArray *nodes = mien_graph_get_nodes (graph);
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GList) names = NULL;

  for (guint i = 0; i < nodes->len; i++)
    {
      MienNode *node = nodes->pdata[i];
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, node->op_type));

      g_hash_table_insert (counts, node->op_type, GUINT_TO_POINTER (n + 1));
    }
  names = g_list_sort (g_hash_table_get_keys (counts), (GCompareFunc) g_strcmp0);
  json_builder_set_member_name (builder, "operators");
  json_builder_begin_object (builder);
  for (GList *l = names; l != NULL; l = l->next)
    {
      json_builder_set_member_name (builder, l->data);
      json_builder_add_int_value (builder,
                                  GPOINTER_TO_UINT (g_hash_table_lookup (counts, l->data)));
    }
  json_builder_end_object (builder);
}

static gint64
count_parameters (MienGraph *graph)
{
  GHashTableIter iter;
  gpointer tensor;
  gint64 n = 0;

  g_hash_table_iter_init (&iter, mien_graph_get_initializers (graph));
  while (g_hash_table_iter_next (&iter, NULL, &tensor))
    n += (gint64) ((MienTensor *) tensor)->n_elements;
  return n;
}

/* What the card says, from the file's metadata or the .json beside it. */
static void
add_card (JsonBuilder *builder, MienCard *card)
{
  static const char *const keys[] = { "task",    "detector", "input",    "labels", "crop",
                                      "licence", "source",   "training", "metrics" };

  json_builder_set_member_name (builder, "card");
  json_builder_begin_object (builder);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const char *text = mien_card_find (card, keys[i]);
      g_autoptr (JsonNode) node = NULL;

      if (text == NULL)
        continue;
      if (text[0] == '{' || text[0] == '[')
        node = json_from_string (text, NULL);
      json_builder_set_member_name (builder, keys[i]);
      if (node != NULL)
        json_builder_add_value (builder, g_steal_pointer (&node));
      else
        json_builder_add_string_value (builder, text);
    }
  json_builder_end_object (builder);
}

static void
print_lines (JsonNode *root)
{
  JsonObject *object = json_node_get_object (root);
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *l = members; l != NULL; l = l->next)
    {
      JsonNode *node = json_object_get_member (object, l->data);
      g_autofree char *text =
          JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
              ? json_node_dup_string (node)
              : json_to_string (node, FALSE);

      printf ("%-14s %s\n", (const char *) l->data, text);
    }
}

int
mien_cli_info_model (const char *path, gboolean json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienGraph) graph = mien_graph_read_onnx (path, &error);
  g_autoptr (MienCard) card = graph != NULL ? mien_card_load (path, &error) : NULL;
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  if (card == NULL)
    return mien_cli_fail (error);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "kind");
  json_builder_add_string_value (builder, "model");
  json_builder_set_member_name (builder, "path");
  json_builder_add_string_value (builder, path);
  json_builder_set_member_name (builder, "opset");
  json_builder_add_int_value (builder, mien_graph_get_opset (graph));
  add_values (builder, "inputs", mien_graph_get_inputs (graph));
  add_values (builder, "outputs", mien_graph_get_outputs (graph));
  json_builder_set_member_name (builder, "parameters");
  json_builder_add_int_value (builder, count_parameters (graph));
  json_builder_set_member_name (builder, "nodes");
  json_builder_add_int_value (builder, mien_graph_get_nodes (graph)->len);
  add_operators (builder, graph);
  add_card (builder, card);
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
