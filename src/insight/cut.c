/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "insight/cut.h"

#include <string.h>

#include "base/error.h"

/* Names that depend on @value. */
static GHashTable *
find_behind (GPtrArray *nodes, const char *value)
{
  GHashTable *behind = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_add (behind, (gpointer) value);
  for (guint n = 0; n < nodes->len; n++)
    {
      MienNode *node = nodes->pdata[n];
      gboolean depends = FALSE;

      for (guint i = 0; i < node->inputs->len; i++)
        depends = depends || g_hash_table_contains (behind, node->inputs->pdata[i]);
      for (guint i = 0; depends && i < node->outputs->len; i++)
        g_hash_table_add (behind, node->outputs->pdata[i]);
    }
  return behind;
}

static void
copy_node (MienGraph *to, const MienNode *node)
{
  g_autoptr (GPtrArray) inputs = g_ptr_array_new ();
  g_autoptr (GPtrArray) outputs = g_ptr_array_new ();
  MienNode *copy;

  for (guint i = 0; i < node->inputs->len; i++)
    g_ptr_array_add (inputs, node->inputs->pdata[i]);
  for (guint i = 0; i < node->outputs->len; i++)
    g_ptr_array_add (outputs, node->outputs->pdata[i]);
  g_ptr_array_add (inputs, NULL);
  g_ptr_array_add (outputs, NULL);
  copy = mien_graph_append_node (to, node->op_type, node->name, (const char *const *) inputs->pdata,
                                 (const char *const *) outputs->pdata);
  for (guint i = 0; i < node->attributes->len; i++)
    {
      const MienAttribute *a = node->attributes->pdata[i];

      if (a->type == MIEN_ATTRIBUTE_INT)
        mien_node_set_int (copy, a->name, a->i);
      else if (a->type == MIEN_ATTRIBUTE_FLOAT)
        mien_node_set_float (copy, a->name, a->f);
      else if (a->type == MIEN_ATTRIBUTE_STRING)
        mien_node_set_string (copy, a->name, a->s);
      else if (a->type == MIEN_ATTRIBUTE_INTS)
        mien_node_set_ints (copy, a->name, a->ints, a->n);
      else if (a->type == MIEN_ATTRIBUTE_FLOATS)
        mien_node_set_floats (copy, a->name, a->floats, a->n);
      else if (a->type == MIEN_ATTRIBUTE_TENSOR)
        mien_node_take_tensor (copy, a->name, mien_tensor_ref (a->tensor));
    }
}

MienModel *
mien_cut_behind (
    MienModel *model, const char *value, const char *output, GPtrArray *extras, GError **error)
{
  MienGraph *graph = mien_model_get_executed_graph (model);
  GPtrArray *nodes = mien_graph_get_nodes (graph);
  g_autoptr (GHashTable) behind = find_behind (nodes, value);
  g_autoptr (GHashTable) needed = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) chosen = g_ptr_array_new ();
  g_autoptr (MienGraph) rest =
      mien_graph_new (mien_graph_get_name (graph), mien_graph_get_opset (graph));
  g_autoptr (MienModel) compiled = NULL;

  if (!g_hash_table_contains (behind, output) || strcmp (value, output) == 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "'%s' does not lead to '%s'", value,
                   output);
      return NULL;
    }
  mien_graph_append_input (rest, value, MIEN_DTYPE_F32, -1, NULL, NULL);
  mien_graph_append_output (rest, output, MIEN_DTYPE_F32, -1, NULL, NULL);
  g_hash_table_add (needed, (gpointer) output);
  for (guint n = nodes->len; n > 0; n--)
    {
      MienNode *node = nodes->pdata[n - 1];
      gboolean is_needed = FALSE;

      for (guint i = 0; i < node->outputs->len; i++)
        is_needed = is_needed
                    || (g_hash_table_contains (needed, node->outputs->pdata[i])
                        && g_hash_table_contains (behind, node->outputs->pdata[i])
                        && strcmp (node->outputs->pdata[i], value) != 0);
      if (!is_needed)
        continue;
      g_ptr_array_insert (chosen, 0, node);
      for (guint i = 0; i < node->inputs->len; i++)
        {
          const char *name = node->inputs->pdata[i];
          MienTensor *constant = mien_graph_find_initializer (graph, name);

          if (*name == '\0' || !g_hash_table_add (needed, (gpointer) name))
            continue;
          if (constant != NULL)
            mien_graph_take_initializer (rest, name, mien_tensor_ref (constant));
          else if (!g_hash_table_contains (behind, name))
            {
              g_ptr_array_add (extras, g_strdup (name));
              mien_graph_append_input (rest, name, MIEN_DTYPE_F32, -1, NULL, NULL);
            }
        }
    }
  for (guint i = 0; i < chosen->len; i++)
    copy_node (rest, chosen->pdata[i]);
  compiled = mien_model_new (rest, MIEN_MODEL_DEFAULT, error);
  return g_steal_pointer (&compiled);
}
