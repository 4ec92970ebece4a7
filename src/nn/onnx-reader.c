/* ONNX files in. What the format allows and Mien does not need (sparse tensors, functions) is
 * refused; sub-graphs are noted as such, and the operators that take them are refused later by
 * name. Reference: ONNX IR specification.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "nn/node-private.h"
#include "nn/onnx-private.h"

static gboolean
fail (GError **error, MienError code, const char *file, const char *reason)
{
  g_set_error (error, MIEN_ERROR, code, "%s: %s", file, reason);
  return FALSE;
}

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

static char *
dup_bytes (const ProtobufCBinaryData *bytes)
{
  /* Without a byte there is no block either, and the copy must not be NULL. */
  return bytes->len > 0 ? g_strndup ((const char *) bytes->data, bytes->len) : g_strdup ("");
}

static MienAttributeType
guess_type (const Mien__Onnx__Attribute *message)
{
  /* Files of IR version 1 leave the type out. */
  if (message->has_type)
    return message->type >= MIEN_ATTRIBUTE_FLOAT && message->type <= MIEN_ATTRIBUTE_STRINGS
               ? (MienAttributeType) message->type
               : MIEN_ATTRIBUTE_OTHER;
  if (message->has_f)
    return MIEN_ATTRIBUTE_FLOAT;
  if (message->has_i)
    return MIEN_ATTRIBUTE_INT;
  if (message->has_s)
    return MIEN_ATTRIBUTE_STRING;
  if (message->t != NULL)
    return MIEN_ATTRIBUTE_TENSOR;
  if (message->has_g)
    return MIEN_ATTRIBUTE_GRAPH;
  if (message->n_floats > 0)
    return MIEN_ATTRIBUTE_FLOATS;
  return message->n_strings > 0 ? MIEN_ATTRIBUTE_STRINGS : MIEN_ATTRIBUTE_INTS;
}

static gboolean
read_attribute (MienNode *node, const Mien__Onnx__Attribute *message, GError **error)
{
  MienAttribute *attribute = g_new0 (MienAttribute, 1);

  attribute->name = g_strdup (or_empty (message->name));
  attribute->type = guess_type (message);
  g_ptr_array_add (node->attributes, attribute);
  switch (attribute->type)
    {
    case MIEN_ATTRIBUTE_FLOAT:
      attribute->f = message->f;
      break;
    case MIEN_ATTRIBUTE_INT:
      attribute->i = message->i;
      break;
    case MIEN_ATTRIBUTE_STRING:
      attribute->s = dup_bytes (&message->s);
      break;
    case MIEN_ATTRIBUTE_TENSOR:
      if (message->t == NULL)
        {
          g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                       "node '%s' (%s): the attribute '%s' lacks its tensor", node->name,
                       node->op_type, attribute->name);
          return FALSE;
        }
      /* String constants belong to operators that are refused by name later. */
      if (message->t->data_type == MIEN_DTYPE_STRING)
        {
          attribute->type = MIEN_ATTRIBUTE_OTHER;
          break;
        }
      attribute->tensor = mien_onnx_tensor_read (message->t, error);
      return attribute->tensor != NULL;
    case MIEN_ATTRIBUTE_FLOATS:
      attribute->n = message->n_floats;
      attribute->floats = g_memdup2 (message->floats, attribute->n * sizeof (float));
      break;
    case MIEN_ATTRIBUTE_INTS:
      attribute->n = message->n_ints;
      attribute->ints = g_memdup2 (message->ints, attribute->n * sizeof (gint64));
      break;
    case MIEN_ATTRIBUTE_STRINGS:
      attribute->n = message->n_strings;
      attribute->strings = g_new0 (char *, attribute->n + 1);
      for (gsize i = 0; i < attribute->n; i++)
        attribute->strings[i] = dup_bytes (&message->strings[i]);
      break;
    case MIEN_ATTRIBUTE_GRAPH:
    case MIEN_ATTRIBUTE_OTHER:
      break;
    }
  return TRUE;
}

/* The domain "mien" and attributes "mien_..." are what the optimiser leaves for the kernels, which
 * trust them: no file may bring its own. */
static gboolean
check_reserved (const Mien__Onnx__Node *message, GError **error)
{
  if (strcmp (or_empty (message->domain), "mien") == 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_UNSUPPORTED,
                   "operator '%s' (node '%s', domain 'mien') is not supported",
                   or_empty (message->op_type), or_empty (message->name));
      return FALSE;
    }
  for (gsize i = 0; i < message->n_attribute; i++)
    if (g_str_has_prefix (or_empty (message->attribute[i]->name), "mien_"))
      {
        g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                     "node '%s' (%s): the attribute '%s' is reserved", or_empty (message->name),
                     or_empty (message->op_type), message->attribute[i]->name);
        return FALSE;
      }
  return TRUE;
}

static gboolean
read_node (MienGraph *graph, const Mien__Onnx__Node *message, GError **error)
{
  const char *domain = or_empty (message->domain);
  MienNode *node;

  if (!check_reserved (message, error))
    return FALSE;
  if (strcmp (domain, "ai.onnx") == 0)
    domain = "";
  node = mien_node_new (or_empty (message->op_type), domain, message->name);
  mien_graph_take_node (graph, node);
  for (gsize i = 0; i < message->n_input; i++)
    g_ptr_array_add (node->inputs, g_strdup (message->input[i]));
  for (gsize i = 0; i < message->n_output; i++)
    g_ptr_array_add (node->outputs, g_strdup (message->output[i]));
  for (gsize i = 0; i < message->n_attribute; i++)
    if (!read_attribute (node, message->attribute[i], error))
      return FALSE;
  return TRUE;
}

static MienValueInfo *
read_value (const Mien__Onnx__ValueInfo *message, GError **error)
{
  const Mien__Onnx__TensorType *type = message->type != NULL ? message->type->tensor_type : NULL;
  MienValueInfo *info = mien_value_info_new (or_empty (message->name));

  /* Sequences, maps and the like keep dtype UNDEFINED; whoever uses them is refused by name. */
  if (type == NULL)
    return info;
  info->dtype = (MienDType) type->elem_type;
  if (type->shape == NULL)
    return info;
  if (type->shape->n_dim > MIEN_TENSOR_MAX_RANK)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_UNSUPPORTED,
                   "the value '%s' has rank %" G_GSIZE_FORMAT, info->name, type->shape->n_dim);
      mien_value_info_free (info);
      return NULL;
    }
  info->rank = (int) type->shape->n_dim;
  for (int i = 0; i < info->rank; i++)
    {
      const Mien__Onnx__Dimension *dim = type->shape->dim[i];
      gboolean fixed = dim->has_dim_value && dim->dim_value >= 0;

      info->dims[i] = fixed ? dim->dim_value : -1;
      info->dim_names[i] = fixed ? NULL : g_strdup (dim->dim_param);
    }
  return info;
}

static gboolean
read_initializers (MienGraph *graph, const Mien__Onnx__Graph *message, GError **error)
{
  for (gsize i = 0; i < message->n_initializer; i++)
    {
      const char *name = or_empty (message->initializer[i]->name);
      MienTensor *tensor;

      if (mien_graph_find_initializer (graph, name) != NULL)
        {
          g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "the initialiser '%s' is there twice",
                       name);
          return FALSE;
        }
      tensor = mien_onnx_tensor_read (message->initializer[i], error);
      if (tensor == NULL)
        return FALSE;
      mien_graph_take_initializer (graph, name, tensor);
    }
  return TRUE;
}

static gboolean
read_graph (MienGraph *graph, const Mien__Onnx__Graph *message, GError **error)
{
  if (message->n_sparse_initializer > 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_UNSUPPORTED, "sparse initialisers");
      return FALSE;
    }
  if (!read_initializers (graph, message, error))
    return FALSE;
  for (gsize i = 0; i < message->n_input; i++)
    {
      MienValueInfo *info = read_value (message->input[i], error);

      if (info == NULL)
        return FALSE;
      /* Up to IR version 3 every initialiser is also listed as an input. */
      if (mien_graph_find_initializer (graph, info->name) != NULL)
        mien_value_info_free (info);
      else
        g_ptr_array_add (mien_graph_get_inputs (graph), info);
    }
  for (gsize i = 0; i < message->n_output; i++)
    {
      MienValueInfo *info = read_value (message->output[i], error);

      if (info == NULL)
        return FALSE;
      g_ptr_array_add (mien_graph_get_outputs (graph), info);
    }
  for (gsize i = 0; i < message->n_node; i++)
    if (!read_node (graph, message->node[i], error))
      return FALSE;
  return TRUE;
}

static gint64
find_opset (const Mien__Onnx__Model *message)
{
  gint64 opset = 1;

  for (gsize i = 0; i < message->n_opset_import; i++)
    {
      const char *domain = or_empty (message->opset_import[i]->domain);

      if (*domain == '\0' || strcmp (domain, "ai.onnx") == 0)
        opset = message->opset_import[i]->version;
    }
  return opset;
}

static MienGraph *
read_model (const Mien__Onnx__Model *message, const char *name, GError **error)
{
  g_autoptr (MienGraph) graph = NULL;
  g_autoptr (GError) local = NULL;

  if (message->graph == NULL || message->graph->n_output == 0)
    {
      fail (error, MIEN_ERROR_MODEL, name, "not an ONNX model: there is no graph with an output");
      return NULL;
    }
  if (message->n_functions > 0)
    {
      fail (error, MIEN_ERROR_UNSUPPORTED, name, "models with functions of their own");
      return NULL;
    }
  graph = mien_graph_new (message->graph->name, find_opset (message));
  for (gsize i = 0; i < message->n_metadata_props; i++)
    mien_graph_set_metadata (graph, or_empty (message->metadata_props[i]->key),
                             or_empty (message->metadata_props[i]->value));
  if (!read_graph (graph, message->graph, &local) || !mien_graph_sort (graph, &local))
    {
      g_set_error (error, local->domain, local->code, "%s: %s", name, local->message);
      return NULL;
    }
  return g_steal_pointer (&graph);
}

MienGraph *
mien_graph_read_onnx_bytes (GBytes *bytes, const char *name, GError **error)
{
  Mien__Onnx__Model *message;
  MienGraph *graph;
  gsize size;
  const guint8 *data;

  g_return_val_if_fail (bytes != NULL && name != NULL, NULL);
  data = g_bytes_get_data (bytes, &size);
  message = size == 0 ? NULL : mien__onnx__model__unpack (NULL, size, data);
  if (message == NULL)
    {
      fail (error, MIEN_ERROR_MODEL, name, "not an ONNX model, or cut short");
      return NULL;
    }
  graph = read_model (message, name, error);
  mien__onnx__model__free_unpacked (message, NULL);
  return graph;
}

MienGraph *
mien_graph_read_onnx (const char *path, GError **error)
{
  g_autoptr (GMappedFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  file = g_mapped_file_new (path, FALSE, &local);
  if (file == NULL)
    {
      fail (error, MIEN_ERROR_INPUT, path, local->message);
      return NULL;
    }
  bytes = g_mapped_file_get_bytes (file);
  return mien_graph_read_onnx_bytes (bytes, path, error);
}
