/* ONNX files out.
 * Reference: ONNX IR specification.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <string.h>

#include "base/error.h"
#include "config.h"
#include "nn/node-private.h"
#include "nn/onnx-private.h"

/* Initialisers of up to this many elements stay float32: they are scales, means and the like, and
 * halving them saves nothing. */
#define F16_MIN_ELEMENTS 17

static void
write_bytes (ProtobufCBinaryData *to, const char *text)
{
  to->len = strlen (text);
  to->data = g_memdup2 (text, to->len);
}

static Mien__Onnx__Attribute *
write_attribute (const MienAttribute *from)
{
  Mien__Onnx__Attribute *message = g_new (Mien__Onnx__Attribute, 1);

  mien__onnx__attribute__init (message);
  message->name = g_strdup (from->name);
  message->has_type = TRUE;
  message->type = (gint32) from->type;
  switch (from->type)
    {
    case MIEN_ATTRIBUTE_FLOAT:
      message->has_f = TRUE;
      message->f = from->f;
      break;
    case MIEN_ATTRIBUTE_INT:
      message->has_i = TRUE;
      message->i = from->i;
      break;
    case MIEN_ATTRIBUTE_STRING:
      message->has_s = TRUE;
      write_bytes (&message->s, from->s);
      break;
    case MIEN_ATTRIBUTE_TENSOR:
      message->t = mien_onnx_tensor_new_shared ("", from->tensor);
      break;
    case MIEN_ATTRIBUTE_FLOATS:
      message->n_floats = from->n;
      message->floats = g_memdup2 (from->floats, from->n * sizeof (float));
      break;
    case MIEN_ATTRIBUTE_INTS:
      message->n_ints = from->n;
      message->ints = g_memdup2 (from->ints, from->n * sizeof (gint64));
      break;
    case MIEN_ATTRIBUTE_STRINGS:
      message->n_strings = from->n;
      message->strings = g_new0 (ProtobufCBinaryData, from->n);
      for (gsize i = 0; i < from->n; i++)
        write_bytes (&message->strings[i], from->strings[i]);
      break;
    case MIEN_ATTRIBUTE_GRAPH:
    case MIEN_ATTRIBUTE_OTHER:
      break;
    }
  return message;
}

static void
free_attribute (Mien__Onnx__Attribute *message)
{
  g_free (message->name);
  g_free (message->s.data);
  mien_onnx_tensor_free_shared (message->t);
  g_free (message->floats);
  g_free (message->ints);
  for (gsize i = 0; i < message->n_strings; i++)
    g_free (message->strings[i].data);
  g_free (message->strings);
  g_free (message);
}

static char **
dup_names (GPtrArray *names)
{
  char **copy = g_new0 (char *, names->len + 1);

  for (guint i = 0; i < names->len; i++)
    copy[i] = g_strdup (g_ptr_array_index (names, i));
  return copy;
}

static Mien__Onnx__Node *
write_node (const MienNode *from)
{
  Mien__Onnx__Node *message = g_new (Mien__Onnx__Node, 1);

  mien__onnx__node__init (message);
  message->op_type = g_strdup (from->op_type);
  message->domain = *from->domain != '\0' ? g_strdup (from->domain) : NULL;
  message->name = g_strdup (from->name);
  message->n_input = from->inputs->len;
  message->input = dup_names (from->inputs);
  message->n_output = from->outputs->len;
  message->output = dup_names (from->outputs);
  message->n_attribute = from->attributes->len;
  message->attribute = g_new0 (Mien__Onnx__Attribute *, from->attributes->len);
  for (guint i = 0; i < from->attributes->len; i++)
    message->attribute[i] = write_attribute (g_ptr_array_index (from->attributes, i));
  return message;
}

static void
free_node (Mien__Onnx__Node *message)
{
  g_free (message->op_type);
  g_free (message->domain);
  g_free (message->name);
  g_strfreev (message->input);
  g_strfreev (message->output);
  for (gsize i = 0; i < message->n_attribute; i++)
    free_attribute (message->attribute[i]);
  g_free (message->attribute);
  g_free (message);
}

static Mien__Onnx__Dimension *
write_dimension (gint64 value, const char *name)
{
  Mien__Onnx__Dimension *message = g_new (Mien__Onnx__Dimension, 1);

  mien__onnx__dimension__init (message);
  message->has_dim_value = value >= 0;
  message->dim_value = MAX (value, 0);
  message->dim_param = value < 0 ? g_strdup (name) : NULL;
  return message;
}

static Mien__Onnx__ValueInfo *
write_value (const MienValueInfo *from)
{
  Mien__Onnx__ValueInfo *message = g_new (Mien__Onnx__ValueInfo, 1);
  Mien__Onnx__TensorType *tensor = g_new (Mien__Onnx__TensorType, 1);

  mien__onnx__value_info__init (message);
  mien__onnx__tensor_type__init (tensor);
  message->name = g_strdup (from->name);
  message->type = g_new (Mien__Onnx__Type, 1);
  mien__onnx__type__init (message->type);
  message->type->tensor_type = tensor;
  tensor->has_elem_type = TRUE;
  tensor->elem_type = (gint32) from->dtype;
  if (from->rank < 0)
    return message;
  tensor->shape = g_new (Mien__Onnx__Shape, 1);
  mien__onnx__shape__init (tensor->shape);
  tensor->shape->n_dim = (gsize) from->rank;
  tensor->shape->dim = g_new0 (Mien__Onnx__Dimension *, (gsize) from->rank);
  for (int i = 0; i < from->rank; i++)
    tensor->shape->dim[i] = write_dimension (from->dims[i], from->dim_names[i]);
  return message;
}

static void
free_value (Mien__Onnx__ValueInfo *message)
{
  Mien__Onnx__Shape *shape = message->type->tensor_type->shape;

  for (gsize i = 0; shape != NULL && i < shape->n_dim; i++)
    {
      g_free (shape->dim[i]->dim_param);
      g_free (shape->dim[i]);
    }
  if (shape != NULL)
    g_free (shape->dim);
  g_free (shape);
  g_free (message->type->tensor_type);
  g_free (message->type);
  g_free (message->name);
  g_free (message);
}

static Mien__Onnx__ValueInfo **
write_values (GPtrArray *from)
{
  Mien__Onnx__ValueInfo **messages = g_new0 (Mien__Onnx__ValueInfo *, from->len);

  for (guint i = 0; i < from->len; i++)
    messages[i] = write_value (g_ptr_array_index (from, i));
  return messages;
}

static Mien__Onnx__Graph *
write_graph (MienGraph *from)
{
  Mien__Onnx__Graph *message = g_new (Mien__Onnx__Graph, 1);
  GPtrArray *nodes = mien_graph_get_nodes (from);
  GHashTable *initializers = mien_graph_get_initializers (from);
  g_autoptr (GList) names =
      g_list_sort (g_hash_table_get_keys (initializers), (GCompareFunc) strcmp);
  gsize i = 0;

  mien__onnx__graph__init (message);
  message->name = g_strdup (mien_graph_get_name (from));
  message->n_node = nodes->len;
  message->node = g_new0 (Mien__Onnx__Node *, nodes->len);
  for (guint n = 0; n < nodes->len; n++)
    message->node[n] = write_node (g_ptr_array_index (nodes, n));
  /* Sorted by name, so that the same graph gives the same file. */
  message->n_initializer = g_hash_table_size (initializers);
  message->initializer = g_new0 (Mien__Onnx__Tensor *, message->n_initializer);
  for (GList *l = names; l != NULL; l = l->next)
    message->initializer[i++] =
        mien_onnx_tensor_new_shared (l->data, g_hash_table_lookup (initializers, l->data));
  message->n_input = mien_graph_get_inputs (from)->len;
  message->input = write_values (mien_graph_get_inputs (from));
  message->n_output = mien_graph_get_outputs (from)->len;
  message->output = write_values (mien_graph_get_outputs (from));
  return message;
}

static void
free_graph (Mien__Onnx__Graph *message)
{
  for (gsize i = 0; i < message->n_node; i++)
    free_node (message->node[i]);
  for (gsize i = 0; i < message->n_initializer; i++)
    mien_onnx_tensor_free_shared (message->initializer[i]);
  for (gsize i = 0; i < message->n_input; i++)
    free_value (message->input[i]);
  for (gsize i = 0; i < message->n_output; i++)
    free_value (message->output[i]);
  g_free (message->node);
  g_free (message->initializer);
  g_free (message->input);
  g_free (message->output);
  g_free (message->name);
  g_free (message);
}

static void
write_metadata (MienGraph *from, Mien__Onnx__Model *message)
{
  g_autoptr (GPtrArray) keys = mien_graph_list_metadata_keys (from);

  message->n_metadata_props = keys->len;
  message->metadata_props = g_new0 (Mien__Onnx__StringEntry *, keys->len);
  for (guint i = 0; i < keys->len; i++)
    {
      Mien__Onnx__StringEntry *entry = g_new (Mien__Onnx__StringEntry, 1);

      mien__onnx__string_entry__init (entry);
      entry->key = g_strdup (g_ptr_array_index (keys, i));
      entry->value = g_strdup (mien_graph_find_metadata (from, entry->key));
      message->metadata_props[i] = entry;
    }
}

static void
free_metadata (Mien__Onnx__Model *message)
{
  for (gsize i = 0; i < message->n_metadata_props; i++)
    {
      g_free (message->metadata_props[i]->key);
      g_free (message->metadata_props[i]->value);
      g_free (message->metadata_props[i]);
    }
  g_free (message->metadata_props);
}

/* The IR version that came with the operator set, which is what older readers look at.
 * Reference: ONNX "Versioning", table of released versions. */
static gint64
find_ir_version (gint64 opset)
{
  static const struct
  {
    gint64 opset, ir;
  } table[] = { { 8, 3 }, { 9, 4 }, { 10, 5 }, { 11, 6 }, { 14, 7 } };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (opset <= table[i].opset)
      return table[i].ir;
  return 8;
}

static guint8 *
pack_model (MienGraph *from, gsize *size)
{
  Mien__Onnx__Model message = MIEN__ONNX__MODEL__INIT;
  Mien__Onnx__OperatorSet opset = MIEN__ONNX__OPERATOR_SET__INIT;
  Mien__Onnx__OperatorSet *opsets[] = { &opset };
  guint8 *data;

  message.has_ir_version = TRUE;
  message.ir_version = find_ir_version (mien_graph_get_opset (from));
  message.producer_name = (char *) "mien";
  message.producer_version = (char *) MIEN_VERSION;
  opset.domain = (char *) "";
  opset.has_version = TRUE;
  opset.version = mien_graph_get_opset (from);
  message.n_opset_import = 1;
  message.opset_import = opsets;
  message.graph = write_graph (from);
  write_metadata (from, &message);
  *size = mien__onnx__model__get_packed_size (&message);
  data = g_try_malloc (*size);
  if (data != NULL)
    mien__onnx__model__pack (&message, data);
  free_graph (message.graph);
  free_metadata (&message);
  return data;
}

/* float32 weights become float16 initialisers named "NAME.f16" and a Cast that gives NAME. */
static MienGraph *
store_as_f16 (MienGraph *from, GError **error)
{
  g_autoptr (MienGraph) graph = mien_graph_copy (from);
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (mien_graph_get_initializers (from)),
                                         (GCompareFunc) strcmp);

  for (GList *l = names; l != NULL; l = l->next)
    {
      const char *name = l->data;
      MienTensor *tensor = mien_graph_find_initializer (from, name);
      g_autofree char *half_name = g_strconcat (name, ".f16", NULL);
      MienTensor *half;
      MienNode *cast;

      if (tensor->dtype != MIEN_DTYPE_F32 || tensor->n_elements < F16_MIN_ELEMENTS)
        continue;
      half = mien_tensor_cast (tensor, MIEN_DTYPE_F16, error);
      if (half == NULL)
        return NULL;
      mien_graph_take_initializer (graph, half_name, half);
      cast = mien_graph_append_node (graph, "Cast", half_name,
                                     (const char *const[]){ half_name, NULL },
                                     (const char *const[]){ name, NULL });
      mien_node_set_int (cast, "to", MIEN_DTYPE_F32);
      mien_graph_remove_initializer (graph, name);
    }
  if (!mien_graph_sort (graph, error))
    return NULL;
  return g_steal_pointer (&graph);
}

gboolean
mien_graph_write_onnx (MienGraph *self, const char *path, gboolean f16_weights, GError **error)
{
  g_autoptr (MienGraph) halved = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree guint8 *data = NULL;
  gsize size;

  g_return_val_if_fail (self != NULL && path != NULL, FALSE);
  if (f16_weights)
    {
      halved = store_as_f16 (self, error);
      if (halved == NULL)
        return FALSE;
      self = halved;
    }
  data = pack_model (self, &size);
  if (data == NULL)
    g_set_error (&local, MIEN_ERROR, MIEN_ERROR_OUTPUT, "no memory for %" G_GSIZE_FORMAT " bytes",
                 size);
  if (data == NULL || !g_file_set_contents (path, (const char *) data, (gssize) size, &local))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: %s", path, local->message);
      return FALSE;
    }
  return TRUE;
}
