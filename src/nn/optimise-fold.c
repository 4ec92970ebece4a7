/* Constants folded, nodes without effect bypassed, dead nodes removed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "nn/node-private.h"
#include "nn/op.h"
#include "nn/optimise.h"

/* What a node makes out of constants is kept when it is not larger than this; a larger one is
 * computed when it is needed. */
#define MAX_FOLDED_BYTES (256u << 20)

static gboolean
has_constant_inputs (MienGraph *graph, const MienNode *node)
{
  for (guint i = 0; i < node->inputs->len; i++)
    {
      const char *name = mien_node_get_input (node, i);

      if (*name != '\0' && mien_graph_find_initializer (graph, name) == NULL)
        return FALSE;
    }
  return TRUE;
}

/* @folded: the outputs became initialisers. */
static gboolean
fold_node (MienGraph *graph, const MienNode *node, gboolean plain, gboolean *folded, GError **error)
{
  gint64 opset = mien_graph_get_opset (graph);
  const MienOp *op = mien_op_find (node->op_type, node->domain, opset);
  g_autofree const MienTensor **in = g_new0 (const MienTensor *, node->inputs->len + 1);
  g_autofree MienTensor **out = g_new0 (MienTensor *, node->outputs->len + 1);

  *folded = FALSE;
  for (guint i = 0; i < node->inputs->len; i++)
    in[i] = mien_graph_find_initializer (graph, mien_node_get_input (node, i));
  if (!mien_op_evaluate (op, node, opset, plain, in, out, MAX_FOLDED_BYTES, NULL, error))
    return FALSE;
  for (guint i = 0; i < node->outputs->len; i++)
    if (out[i] != NULL)
      {
        mien_graph_take_initializer (graph, g_ptr_array_index (node->outputs, i), out[i]);
        *folded = TRUE;
      }
  return TRUE;
}

gboolean
mien_optimise_fold (MienGraph *graph, MienModelFlags flags, GError **error)
{
  GPtrArray *nodes = mien_graph_get_nodes (graph);
  gboolean plain = (flags & MIEN_MODEL_PLAIN) != 0;

  for (guint i = 0; i < nodes->len;)
    {
      const MienNode *node = g_ptr_array_index (nodes, i);
      gboolean folded = FALSE;

      if (has_constant_inputs (graph, node) && !fold_node (graph, node, plain, &folded, error))
        return FALSE;
      if (folded)
        g_ptr_array_remove_index (nodes, i);
      else
        i++;
    }
  return TRUE;
}

/* Every use of @from reads @to instead. */
static void
replace_uses (MienGraph *graph, const char *from, const char *to)
{
  GPtrArray *nodes = mien_graph_get_nodes (graph);

  for (guint i = 0; i < nodes->len; i++)
    {
      MienNode *node = g_ptr_array_index (nodes, i);

      for (guint k = 0; k < node->inputs->len; k++)
        if (strcmp (g_ptr_array_index (node->inputs, k), from) == 0)
          mien_node_set_input (node, k, to);
    }
}

static gboolean
does_nothing (const MienNode *node)
{
  if (*node->domain != '\0')
    return FALSE;
  if (strcmp (node->op_type, "Identity") == 0)
    return TRUE;
  /* A third input could switch training on; a second output is the mask. */
  return strcmp (node->op_type, "Dropout") == 0 && node->inputs->len < 3
         && (node->outputs->len < 2 || *(char *) g_ptr_array_index (node->outputs, 1) == '\0');
}

void
mien_optimise_bypass (MienGraph *graph)
{
  GPtrArray *nodes = mien_graph_get_nodes (graph);

  for (guint i = 0; i < nodes->len;)
    {
      const MienNode *node = g_ptr_array_index (nodes, i);
      g_autofree char *out = NULL;

      if (!does_nothing (node) || node->outputs->len == 0 || node->inputs->len == 0
          || mien_graph_is_output (graph, g_ptr_array_index (node->outputs, 0)))
        {
          i++;
          continue;
        }
      out = g_strdup (g_ptr_array_index (node->outputs, 0));
      replace_uses (graph, out, mien_node_get_input (node, 0));
      g_ptr_array_remove_index (nodes, i);
    }
}

static gboolean
is_needed (const MienNode *node, GHashTable *needed)
{
  for (guint i = 0; i < node->outputs->len; i++)
    if (g_hash_table_contains (needed, g_ptr_array_index (node->outputs, i)))
      return TRUE;
  return FALSE;
}

static gboolean
is_unused_initializer (gpointer name, gpointer tensor, gpointer needed)
{
  return !g_hash_table_contains (needed, name);
}

void
mien_optimise_sweep (MienGraph *graph)
{
  g_autoptr (GHashTable) needed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *nodes = mien_graph_get_nodes (graph), *outputs = mien_graph_get_outputs (graph);

  for (guint i = 0; i < outputs->len; i++)
    g_hash_table_add (needed, g_strdup (((MienValueInfo *) outputs->pdata[i])->name));
  for (guint i = nodes->len; i-- > 0;)
    {
      const MienNode *node = g_ptr_array_index (nodes, i);

      if (!is_needed (node, needed))
        {
          g_ptr_array_remove_index (nodes, i);
          continue;
        }
      for (guint k = 0; k < node->inputs->len; k++)
        g_hash_table_add (needed, g_strdup (mien_node_get_input (node, k)));
    }
  g_hash_table_foreach_remove (mien_graph_get_initializers (graph), is_unused_initializer, needed);
}
