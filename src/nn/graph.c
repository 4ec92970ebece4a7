/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/graph.h"

#include <string.h>

#include "base/error.h"
#include "nn/node-private.h"

struct _MienGraph
{
  char *name;
  gint64 opset;
  GPtrArray *nodes;
  GPtrArray *inputs;
  GPtrArray *outputs;
  GHashTable *initializers;
  GPtrArray *metadata_keys;
  GHashTable *metadata;
};

MienValueInfo *
mien_value_info_new (const char *name)
{
  MienValueInfo *self = g_new0 (MienValueInfo, 1);

  self->name = g_strdup (name);
  self->rank = -1;
  return self;
}

void
mien_value_info_free (MienValueInfo *self)
{
  g_free (self->name);
  for (int i = 0; i < MIEN_TENSOR_MAX_RANK; i++)
    g_free (self->dim_names[i]);
  g_free (self);
}

static MienValueInfo *
value_info_copy (const MienValueInfo *from)
{
  MienValueInfo *self = g_memdup2 (from, sizeof *from);

  self->name = g_strdup (from->name);
  for (int i = 0; i < MIEN_TENSOR_MAX_RANK; i++)
    self->dim_names[i] = g_strdup (from->dim_names[i]);
  return self;
}

MienGraph *
mien_graph_new (const char *name, gint64 opset)
{
  MienGraph *self = g_new0 (MienGraph, 1);

  self->name = g_strdup (name != NULL ? name : "");
  self->opset = opset;
  self->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_node_free);
  self->inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_value_info_free);
  self->outputs = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_value_info_free);
  self->initializers =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) mien_tensor_unref);
  self->metadata_keys = g_ptr_array_new_with_free_func (g_free);
  self->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
mien_graph_free (MienGraph *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_ptr_array_unref (self->nodes);
  g_ptr_array_unref (self->inputs);
  g_ptr_array_unref (self->outputs);
  g_hash_table_unref (self->initializers);
  g_ptr_array_unref (self->metadata_keys);
  g_hash_table_unref (self->metadata);
  g_free (self);
}

MienGraph *
mien_graph_copy (MienGraph *self)
{
  MienGraph *copy;
  GHashTableIter iter;
  gpointer key, value;

  g_return_val_if_fail (self != NULL, NULL);
  copy = mien_graph_new (self->name, self->opset);
  for (guint i = 0; i < self->nodes->len; i++)
    g_ptr_array_add (copy->nodes, mien_node_copy (g_ptr_array_index (self->nodes, i)));
  for (guint i = 0; i < self->inputs->len; i++)
    g_ptr_array_add (copy->inputs, value_info_copy (g_ptr_array_index (self->inputs, i)));
  for (guint i = 0; i < self->outputs->len; i++)
    g_ptr_array_add (copy->outputs, value_info_copy (g_ptr_array_index (self->outputs, i)));
  g_hash_table_iter_init (&iter, self->initializers);
  while (g_hash_table_iter_next (&iter, &key, &value))
    mien_graph_take_initializer (copy, key, mien_tensor_ref (value));
  for (guint i = 0; i < self->metadata_keys->len; i++)
    {
      const char *name = g_ptr_array_index (self->metadata_keys, i);

      mien_graph_set_metadata (copy, name, mien_graph_find_metadata (self, name));
    }
  return copy;
}

const char *
mien_graph_get_name (MienGraph *self)
{
  return self->name;
}

gint64
mien_graph_get_opset (MienGraph *self)
{
  return self->opset;
}

void
mien_graph_set_opset (MienGraph *self, gint64 opset)
{
  self->opset = opset;
}

GPtrArray *
mien_graph_get_nodes (MienGraph *self)
{
  return self->nodes;
}

GPtrArray *
mien_graph_get_inputs (MienGraph *self)
{
  return self->inputs;
}

GPtrArray *
mien_graph_get_outputs (MienGraph *self)
{
  return self->outputs;
}

gboolean
mien_graph_is_output (MienGraph *self, const char *name)
{
  for (guint i = 0; i < self->outputs->len; i++)
    {
      const MienValueInfo *info = g_ptr_array_index (self->outputs, i);

      if (strcmp (info->name, name) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
append_value (GPtrArray *to,
              const char *name,
              MienDType dtype,
              int rank,
              const gint64 *dims,
              const char *dim_name)
{
  MienValueInfo *info = mien_value_info_new (name);

  g_assert (rank <= MIEN_TENSOR_MAX_RANK);
  info->dtype = dtype;
  info->rank = rank;
  for (int i = 0; i < rank; i++)
    {
      info->dims[i] = dims[i];
      if (dims[i] < 0)
        info->dim_names[i] = g_strdup (dim_name);
    }
  g_ptr_array_add (to, info);
}

void
mien_graph_append_input (MienGraph *self,
                         const char *name,
                         MienDType dtype,
                         int rank,
                         const gint64 *dims,
                         const char *dim_name)
{
  g_return_if_fail (self != NULL && name != NULL);
  append_value (self->inputs, name, dtype, rank, dims, dim_name);
}

void
mien_graph_append_output (MienGraph *self,
                          const char *name,
                          MienDType dtype,
                          int rank,
                          const gint64 *dims,
                          const char *dim_name)
{
  g_return_if_fail (self != NULL && name != NULL);
  append_value (self->outputs, name, dtype, rank, dims, dim_name);
}

void
mien_graph_take_node (MienGraph *self, MienNode *node)
{
  g_ptr_array_add (self->nodes, node);
}

MienNode *
mien_graph_append_node (MienGraph *self,
                        const char *op_type,
                        const char *name,
                        const char *const *inputs,
                        const char *const *outputs)
{
  MienNode *node;

  g_return_val_if_fail (self != NULL && op_type != NULL, NULL);
  node = mien_node_new (op_type, "", name);
  for (gsize i = 0; inputs[i] != NULL; i++)
    g_ptr_array_add (node->inputs, g_strdup (inputs[i]));
  for (gsize i = 0; outputs[i] != NULL; i++)
    g_ptr_array_add (node->outputs, g_strdup (outputs[i]));
  mien_graph_take_node (self, node);
  return node;
}

void
mien_graph_take_initializer (MienGraph *self, const char *name, MienTensor *tensor)
{
  g_return_if_fail (self != NULL && name != NULL && tensor != NULL);
  g_hash_table_replace (self->initializers, g_strdup (name), tensor);
}

void
mien_graph_remove_initializer (MienGraph *self, const char *name)
{
  g_hash_table_remove (self->initializers, name);
}

MienTensor *
mien_graph_find_initializer (MienGraph *self, const char *name)
{
  return g_hash_table_lookup (self->initializers, name);
}

GHashTable *
mien_graph_get_initializers (MienGraph *self)
{
  return self->initializers;
}

MienNode *
mien_graph_find_producer (MienGraph *self, const char *value)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      MienNode *node = g_ptr_array_index (self->nodes, i);

      for (guint o = 0; o < node->outputs->len; o++)
        if (strcmp (g_ptr_array_index (node->outputs, o), value) == 0)
          return node;
    }
  return NULL;
}

void
mien_graph_set_metadata (MienGraph *self, const char *key, const char *value)
{
  g_return_if_fail (self != NULL && key != NULL && value != NULL);
  if (!g_hash_table_contains (self->metadata, key))
    g_ptr_array_add (self->metadata_keys, g_strdup (key));
  g_hash_table_replace (self->metadata, g_strdup (key), g_strdup (value));
}

const char *
mien_graph_find_metadata (MienGraph *self, const char *key)
{
  return g_hash_table_lookup (self->metadata, key);
}

GPtrArray *
mien_graph_list_metadata_keys (MienGraph *self)
{
  GPtrArray *keys = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < self->metadata_keys->len; i++)
    g_ptr_array_add (keys, g_strdup (g_ptr_array_index (self->metadata_keys, i)));
  return keys;
}
