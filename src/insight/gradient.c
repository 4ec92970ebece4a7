/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "insight/gradient.h"

#include <string.h>

#include "base/error.h"
#include "insight/backward.h"

struct _MienGradient
{
  MienModel *model;
  MienGraph *graph; /* borrowed from the model */
  MienContext *context;
  GHashTable *inputs;  /* name -> MienTensor of the last forward run */
  GHashTable *grads;   /* name -> MienTensor of the last backward run */
  GHashTable *depends; /* set of names that depend on a graph input */
};

void
mien_gradient_free (MienGradient *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->context, mien_context_free);
  g_clear_pointer (&self->model, mien_model_unref);
  g_clear_pointer (&self->inputs, g_hash_table_unref);
  g_clear_pointer (&self->grads, g_hash_table_unref);
  g_clear_pointer (&self->depends, g_hash_table_unref);
  g_free (self);
}

static gboolean
node_depends (MienGradient *self, const MienNode *node)
{
  for (guint i = 0; i < node->inputs->len; i++)
    if (g_hash_table_contains (self->depends, node->inputs->pdata[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_split (const MienNode *node)
{
  return strcmp (node->op_type, "Split") == 0;
}

/* Finds what depends on the input, and asks for every such value. */
static gboolean
prepare (MienGradient *self, GError **error)
{
  GPtrArray *nodes = mien_graph_get_nodes (self->graph);
  GPtrArray *inputs = mien_graph_get_inputs (self->graph);

  for (guint i = 0; i < inputs->len; i++)
    {
      MienValueInfo *info = inputs->pdata[i];

      g_hash_table_add (self->depends, g_strdup (info->name));
    }
  for (guint n = 0; n < nodes->len; n++)
    {
      MienNode *node = nodes->pdata[n];

      if (!node_depends (self, node) || strcmp (node->op_type, "Shape") == 0)
        continue;
      if (mien_backward_find (node->op_type) == NULL
          || node->inputs->len > MIEN_BACKWARD_MAX_INPUTS)
        {
          g_set_error (error, MIEN_ERROR, MIEN_ERROR_UNSUPPORTED,
                       "node '%s': the derivative of operator %s is not known", node->name,
                       node->op_type);
          return FALSE;
        }
      for (guint i = 0; i < node->outputs->len; i++)
        {
          const char *name = node->outputs->pdata[i];

          /* Of others than Split only the first output is a value; a mask, say, is none. */
          if (*name == '\0' || (i > 0 && !is_split (node)))
            continue;
          g_hash_table_add (self->depends, g_strdup (name));
          if (!mien_context_add_tap (self->context, name, error))
            return FALSE;
        }
    }
  return TRUE;
}

MienGradient *
mien_gradient_new (MienModel *model, GError **error)
{
  g_autoptr (MienGradient) self = g_new0 (MienGradient, 1);

  self->model = mien_model_ref (model);
  self->graph = mien_model_get_executed_graph (model);
  self->context = mien_context_new (model, NULL);
  self->inputs =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) mien_tensor_unref);
  self->grads =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) mien_tensor_unref);
  self->depends = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!prepare (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

gboolean
mien_gradient_forward (MienGradient *self,
                       MienTensor *const *inputs,
                       guint n_inputs,
                       GCancellable *cancellable,
                       GError **error)
{
  GPtrArray *infos = mien_graph_get_inputs (self->graph);

  g_hash_table_remove_all (self->inputs);
  g_hash_table_remove_all (self->grads);
  if (!mien_context_run (self->context, inputs, n_inputs, cancellable, error))
    return FALSE;
  for (guint i = 0; i < n_inputs && i < infos->len; i++)
    {
      MienValueInfo *info = infos->pdata[i];

      g_hash_table_insert (self->inputs, g_strdup (info->name), mien_tensor_ref (inputs[i]));
    }
  return TRUE;
}

const MienTensor *
mien_gradient_find_value (MienGradient *self, const char *name)
{
  const MienTensor *value = g_hash_table_lookup (self->inputs, name);

  if (value == NULL)
    value = mien_graph_find_initializer (self->graph, name);
  if (value == NULL)
    value = mien_context_find_value (self->context, name);
  return value;
}

const MienTensor *
mien_gradient_find (MienGradient *self, const char *name)
{
  return g_hash_table_lookup (self->grads, name);
}

/* The derivative of @name, made with zeros when it is not there yet; NULL when nobody asks. */
static float *
grad_of (MienGradient *self, const char *name, const MienTensor *value)
{
  MienTensor *grad;

  if (value == NULL || value->dtype != MIEN_DTYPE_F32
      || !g_hash_table_contains (self->depends, name))
    return NULL;
  grad = g_hash_table_lookup (self->grads, name);
  if (grad == NULL)
    {
      grad = mien_tensor_new_f32 (value->rank, value->dims);
      g_hash_table_insert (self->grads, g_strdup (name), grad);
    }
  return mien_tensor_f32 (grad);
}

/* What output @which of a node sends back. */
static gboolean
backward_output (MienGradient *self,
                 const MienNode *node,
                 guint which,
                 gsize before,
                 MienGradientRule rule,
                 GError **error)
{
  const MienTensor *grad = g_hash_table_lookup (self->grads, node->outputs->pdata[which]);
  MienBackward b = { .node = node,
                     .opset = mien_graph_get_opset (self->graph),
                     .n_inputs = node->inputs->len,
                     .before = before,
                     .rule = rule };
  gboolean asked = FALSE;

  if (grad == NULL)
    return TRUE;
  b.grad = mien_tensor_f32 (grad);
  b.output = mien_gradient_find_value (self, node->outputs->pdata[which]);
  for (guint i = 0; i < node->inputs->len; i++)
    {
      const char *name = node->inputs->pdata[i];

      if (*name == '\0')
        continue;
      b.inputs[i] = mien_gradient_find_value (self, name);
      b.grads[i] = grad_of (self, name, b.inputs[i]);
      asked = asked || b.grads[i] != NULL;
    }
  return !asked || mien_backward_find (node->op_type) (&b, error);
}

static gboolean
backward_node (MienGradient *self, const MienNode *node, MienGradientRule rule, GError **error)
{
  gsize before = 0;

  for (guint i = 0; i < (is_split (node) ? node->outputs->len : 1); i++)
    {
      const MienTensor *value = mien_gradient_find_value (self, node->outputs->pdata[i]);
      gint64 axis = mien_node_get_int (node, "axis", 0);

      if (!backward_output (self, node, i, before, rule, error))
        return FALSE;
      if (is_split (node) && value != NULL)
        before += (gsize) value->dims[axis < 0 ? axis + value->rank : axis];
    }
  return TRUE;
}

gboolean
mien_gradient_backward (
    MienGradient *self, const char *name, const float *seed, MienGradientRule rule, GError **error)
{
  return mien_gradient_backward_until (self, name, seed, rule, NULL, error);
}

gboolean
mien_gradient_backward_until (MienGradient *self,
                              const char *name,
                              const float *seed,
                              MienGradientRule rule,
                              const char *until,
                              GError **error)
{
  GPtrArray *nodes = mien_graph_get_nodes (self->graph);
  const MienTensor *value = mien_gradient_find_value (self, name);
  float *grad;

  g_hash_table_remove_all (self->grads);
  grad = grad_of (self, name, value);
  if (grad == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "'%s' is not a float value that depends on the input", name);
      return FALSE;
    }
  memcpy (grad, seed, value->n_bytes);
  for (guint n = nodes->len; n > 0; n--)
    {
      MienNode *node = nodes->pdata[n - 1];

      /* Nodes are in order: whoever reads a value has come before who makes it. */
      if (until != NULL && node->outputs->len > 0 && strcmp (node->outputs->pdata[0], until) == 0)
        break;
      if (!backward_node (self, node, rule, error))
        return FALSE;
    }
  return TRUE;
}

const char *
mien_gradient_find_scores (MienGradient *self, const char *output)
{
  GPtrArray *outputs = mien_graph_get_outputs (self->graph);

  for (guint i = 0; i < outputs->len; i++)
    {
      MienValueInfo *info = outputs->pdata[i];
      const char *name = info->name;
      MienNode *node;

      if (output != NULL && strcmp (output, name) != 0)
        continue;
      while ((node = mien_graph_find_producer (self->graph, name)) != NULL
             && (strcmp (node->op_type, "Softmax") == 0 || strcmp (node->op_type, "LogSoftmax") == 0
                 || strcmp (node->op_type, "Identity") == 0))
        {
          gboolean found = strcmp (node->op_type, "Identity") != 0;

          name = node->inputs->pdata[0];
          if (found)
            break;
        }
      return name;
    }
  return NULL;
}
