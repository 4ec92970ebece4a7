/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "insight/layers.h"

#include <string.h>

#include "base/error.h"
#include "nn/context.h"

static gboolean
node_uses_any (const MienNode *node, GHashTable *set)
{
  for (guint i = 0; i < node->inputs->len; i++)
    if (g_hash_table_contains (set, node->inputs->pdata[i]))
      return TRUE;
  return FALSE;
}

static void
add_parameters (MienLayer *layer, MienGraph *graph, const MienNode *node)
{
  for (guint i = 0; i < node->inputs->len; i++)
    {
      MienTensor *tensor = mien_graph_find_initializer (graph, node->inputs->pdata[i]);

      if (tensor == NULL || tensor->dtype != MIEN_DTYPE_F32)
        continue;
      layer->parameters += tensor->n_elements;
      if (i == 1
          && (g_str_has_prefix (node->op_type, "Conv") || strcmp (node->op_type, "Gemm") == 0
              || strcmp (node->op_type, "MatMul") == 0))
        layer->weight = node->inputs->pdata[i];
    }
}

GArray *
mien_layers_list (MienModel *model)
{
  MienGraph *graph = mien_model_get_executed_graph (model);
  GPtrArray *nodes = mien_graph_get_nodes (graph);
  GPtrArray *inputs = mien_graph_get_inputs (graph);
  g_autoptr (GHashTable) depends = g_hash_table_new (g_str_hash, g_str_equal);
  GArray *layers = g_array_new (FALSE, TRUE, sizeof (MienLayer));

  for (guint i = 0; i < inputs->len; i++)
    g_hash_table_add (depends, ((MienValueInfo *) inputs->pdata[i])->name);
  for (guint n = 0; n < nodes->len; n++)
    {
      MienNode *node = nodes->pdata[n];
      MienLayer layer = { .op_type = node->op_type };

      if (!node_uses_any (node, depends) || strcmp (node->op_type, "Shape") == 0)
        continue;
      layer.value = node->outputs->pdata[0];
      layer.name = node->name != NULL && *node->name != '\0' ? node->name : layer.value;
      for (guint i = 0; i < node->outputs->len; i++)
        g_hash_table_add (depends, node->outputs->pdata[i]);
      add_parameters (&layer, graph, node);
      g_array_append_val (layers, layer);
    }
  return layers;
}

static double
count_multiply_adds (MienModel *model, const MienLayer *layer, const MienTensor *output)
{
  MienTensor *weight;

  if (layer->weight == NULL)
    return 0;
  weight = mien_graph_find_initializer (mien_model_get_executed_graph (model), layer->weight);
  if (weight == NULL || weight->rank < 2)
    return 0;
  if (strcmp (layer->op_type, "Conv") == 0)
    return (double) output->n_elements * (double) weight->n_elements / (double) weight->dims[0];
  if (strcmp (layer->op_type, "ConvTranspose") == 0)
    return (double) output->n_elements * (double) weight->n_elements / (double) weight->dims[1];
  return (double) weight->n_elements;
}

gboolean
mien_layers_set_shapes (GArray *layers, MienModel *model, MienTensor *input, GError **error)
{
  g_autoptr (MienContext) context = mien_context_new (model, NULL);

  for (guint i = 0; i < layers->len; i++)
    if (!mien_context_add_tap (context, g_array_index (layers, MienLayer, i).value, error))
      return FALSE;
  if (!mien_context_run (context, &input, 1, NULL, error))
    return FALSE;
  for (guint i = 0; i < layers->len; i++)
    {
      MienLayer *layer = &g_array_index (layers, MienLayer, i);
      const MienTensor *output = mien_context_find_value (context, layer->value);

      if (output == NULL)
        continue;
      layer->rank = output->rank;
      memcpy (layer->dims, output->dims, sizeof layer->dims);
      layer->multiply_adds = count_multiply_adds (model, layer, output);
    }
  return TRUE;
}

const MienLayer *
mien_layers_find (GArray *layers, const char *name)
{
  for (guint i = 0; i < layers->len; i++)
    {
      const MienLayer *layer = &g_array_index (layers, MienLayer, i);

      if (strcmp (layer->name, name) == 0 || strcmp (layer->value, name) == 0)
        return layer;
    }
  return NULL;
}

const MienLayer *
mien_layers_get (GArray *layers, const char *name, GError **error)
{
  const MienLayer *layer = mien_layers_find (layers, name);
  g_autoptr (GString) known = g_string_new (NULL);

  if (layer != NULL)
    return layer;
  for (guint i = 0; i < MIN (layers->len, 12); i++)
    g_string_append_printf (known, "%s%s", i > 0 ? ", " : "",
                            g_array_index (layers, MienLayer, i).name);
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "there is no layer '%s'; there are %s%s", name,
               known->str, layers->len > 12 ? ", ..." : "");
  return NULL;
}

const MienLayer *
mien_layers_find_last_map (GArray *layers)
{
  for (guint i = layers->len; i > 0; i--)
    {
      const MienLayer *layer = &g_array_index (layers, MienLayer, i - 1);

      if (layer->rank == 4 && layer->dims[2] > 2 && layer->dims[3] > 2
          && strstr (layer->op_type, "Pool") == NULL)
        return layer;
    }
  return NULL;
}
