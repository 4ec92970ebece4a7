/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/model.h"

#include <cblas.h>
#include <string.h>

#include "base/error.h"
#include "nn/model-private.h"
#include "nn/node-private.h"
#include "nn/optimise.h"

/* Plans of that many input shapes are kept for contexts to come. */
#define MAX_PLANS 4

struct _MienModel
{
  gatomicrefcount ref_count;
  MienGraph *graph;
  MienGraph *executed;
  MienModelFlags flags;
  char *path;
  char *hash;

  GMutex mutex;     /* guards plans, which contexts of any thread ask for */
  GPtrArray *plans; /* of MienPlan, the one used last at the end */
};

static void
init_blas (void)
{
  static gsize done;

  /* Threads are ours; OpenBLAS runs inside one tile. */
  if (g_once_init_enter (&done))
    {
      openblas_set_num_threads (1);
      g_once_init_leave (&done, 1);
    }
}

const char *
mien_nn_get_blas_core (void)
{
  return openblas_get_corename ();
}

/* Names the first operator that the engine has not. */
static gboolean
check_operators (MienGraph *graph, GError **error)
{
  GPtrArray *nodes = mien_graph_get_nodes (graph);
  gint64 opset = mien_graph_get_opset (graph);

  for (guint i = 0; i < nodes->len; i++)
    {
      const MienNode *node = g_ptr_array_index (nodes, i);

      if (mien_op_find (node->op_type, node->domain, opset) != NULL
          && strcmp (node->domain, "mien") != 0)
        continue;
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_UNSUPPORTED,
                   "operator '%s%s%s' (node '%s', opset %" G_GINT64_FORMAT ") is not supported%s",
                   node->domain, *node->domain != '\0' ? "." : "", node->op_type, node->name, opset,
                   mien_op_is_known (node->op_type, node->domain) ? " at this opset" : "");
      return FALSE;
    }
  return TRUE;
}

static gboolean
has_named_output (const MienNode *node)
{
  for (guint i = 0; i < node->outputs->len; i++)
    if (*(const char *) g_ptr_array_index (node->outputs, i) != '\0')
      return TRUE;
  return FALSE;
}

/* Nodes that name no output do nothing and go. Only recurrent operators may leave their first
 * output away and name a later one. */
static gboolean
check_outputs (MienGraph *graph, GError **error)
{
  GPtrArray *nodes = mien_graph_get_nodes (graph);

  for (guint i = 0; i < nodes->len;)
    {
      const MienNode *node = g_ptr_array_index (nodes, i);

      if (!has_named_output (node))
        {
          g_ptr_array_remove_index (nodes, i);
          continue;
        }
      i++;
      if (*(const char *) g_ptr_array_index (node->outputs, 0) != '\0'
          || strcmp (node->op_type, "LSTM") == 0 || strcmp (node->op_type, "GRU") == 0
          || strcmp (node->op_type, "RNN") == 0)
        continue;
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                   "node '%s' (%s, opset %" G_GINT64_FORMAT "): the first output has no name",
                   node->name, node->op_type, mien_graph_get_opset (graph));
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_inputs_types (MienGraph *graph, GError **error)
{
  GPtrArray *inputs = mien_graph_get_inputs (graph);

  for (guint i = 0; i < inputs->len; i++)
    {
      const MienValueInfo *info = g_ptr_array_index (inputs, i);

      if (mien_dtype_get_size (info->dtype) > 0)
        continue;
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_UNSUPPORTED, "the input '%s' is of type %s",
                   info->name,
                   info->dtype == MIEN_DTYPE_UNDEFINED ? "sequence, map or optional"
                                                       : mien_dtype_get_name (info->dtype));
      return FALSE;
    }
  return TRUE;
}

/* TRUE when every dimension of every input is fixed. */
static gboolean
get_fixed_shapes (MienGraph *graph, MienOpValue *values)
{
  GPtrArray *inputs = mien_graph_get_inputs (graph);

  for (guint i = 0; i < inputs->len; i++)
    {
      const MienValueInfo *info = g_ptr_array_index (inputs, i);

      if (info->rank < 0)
        return FALSE;
      values[i].dtype = info->dtype;
      values[i].rank = info->rank;
      for (int d = 0; d < info->rank; d++)
        {
          if (info->dims[d] < 0)
            return FALSE;
          values[i].dims[d] = info->dims[d];
        }
    }
  return TRUE;
}

/* Convolutions may round from now on. */
static void
allow_half (MienGraph *graph)
{
  GPtrArray *nodes = mien_graph_get_nodes (graph);

  for (guint i = 0; i < nodes->len; i++)
    if (g_str_equal (((MienNode *) nodes->pdata[i])->op_type, "Conv"))
      mien_node_set_int (nodes->pdata[i], "mien_half", 1);
}

static gboolean
compile (MienModel *self, GError **error)
{
  GPtrArray *inputs = mien_graph_get_inputs (self->graph);
  g_autofree MienOpValue *values = g_new0 (MienOpValue, inputs->len + 1);
  MienPlan *plan;

  init_blas ();
  self->executed = mien_graph_copy (self->graph);
  if (!mien_graph_sort (self->executed, error) || !check_operators (self->executed, error)
      || !check_outputs (self->executed, error) || !check_inputs_types (self->executed, error)
      || !mien_optimise_fold (self->executed, self->flags, error))
    return FALSE;
  if ((self->flags & MIEN_MODEL_KEEP_VALUES) == 0)
    {
      mien_optimise_bypass (self->executed);
      mien_optimise_fuse (self->executed);
      mien_optimise_siblings (self->executed);
      mien_optimise_sweep (self->executed);
    }
  if ((self->flags & (MIEN_MODEL_HALF | MIEN_MODEL_PLAIN)) == MIEN_MODEL_HALF)
    allow_half (self->executed);
  /* Where the shapes are fixed, what does not fit shows now and not at the first run. */
  if (!get_fixed_shapes (self->executed, values))
    return TRUE;
  plan = mien_plan_new (self->executed, self->flags, values, NULL, error);
  if (plan == NULL)
    return FALSE;
  g_ptr_array_add (self->plans, plan);
  return TRUE;
}

static MienModel *
model_new (MienGraph *graph, MienModelFlags flags, const char *path)
{
  MienModel *self = g_new0 (MienModel, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->graph = graph;
  self->flags = flags;
  self->path = g_strdup (path);
  self->hash = g_strdup ("");
  g_mutex_init (&self->mutex);
  self->plans = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_plan_unref);
  return self;
}

MienModel *
mien_model_new (MienGraph *graph, MienModelFlags flags, GError **error)
{
  g_autoptr (MienModel) self = NULL;

  g_return_val_if_fail (graph != NULL, NULL);
  self = model_new (mien_graph_copy (graph), flags, NULL);
  return compile (self, error) ? g_steal_pointer (&self) : NULL;
}

MienModel *
mien_model_load (const char *path, MienModelFlags flags, GError **error)
{
  g_autoptr (GMappedFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) local = NULL;
  g_autoptr (MienModel) self = NULL;
  MienGraph *graph;

  g_return_val_if_fail (path != NULL, NULL);
  file = g_mapped_file_new (path, FALSE, &local);
  if (file == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: %s", path, local->message);
      return NULL;
    }
  bytes = g_mapped_file_get_bytes (file);
  graph = mien_graph_read_onnx_bytes (bytes, path, error);
  if (graph == NULL)
    return NULL;
  self = model_new (graph, flags, path);
  g_free (self->hash);
  self->hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  if (!compile (self, &local))
    {
      g_set_error (error, local->domain, local->code, "%s: %s", path, local->message);
      return NULL;
    }
  return g_steal_pointer (&self);
}

MienModel *
mien_model_ref (MienModel *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
mien_model_unref (MienModel *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_ptr_array_unref (self->plans);
  mien_graph_free (self->executed);
  mien_graph_free (self->graph);
  g_mutex_clear (&self->mutex);
  g_free (self->path);
  g_free (self->hash);
  g_free (self);
}

MienGraph *
mien_model_get_graph (MienModel *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->graph;
}

MienGraph *
mien_model_get_executed_graph (MienModel *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->executed;
}

const char *
mien_model_find_metadata (MienModel *self, const char *key)
{
  g_return_val_if_fail (self != NULL && key != NULL, NULL);
  return mien_graph_find_metadata (self->graph, key);
}

const char *
mien_model_get_hash (MienModel *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->hash;
}

const char *
mien_model_get_path (MienModel *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->path;
}

/* FALSE when every use of the input asks for its type alone. */
static gboolean
is_shape_used (MienGraph *graph, const char *name)
{
  GPtrArray *nodes = mien_graph_get_nodes (graph);

  for (guint i = 0; i < nodes->len; i++)
    {
      const MienNode *node = g_ptr_array_index (nodes, i);

      for (guint k = 0; k < node->inputs->len; k++)
        if (strcmp (mien_node_get_input (node, k), name) == 0
            && !(k == 1 && strcmp (node->op_type, "CastLike") == 0))
          return TRUE;
    }
  return mien_graph_is_output (graph, name);
}

static gboolean
check_input (MienModel *self, const MienValueInfo *info, const MienTensor *input, GError **error)
{
  gboolean fits = info->rank < 0 || info->rank == input->rank;
  g_autofree char *description = NULL;
  g_autoptr (GString) wanted = NULL;

  for (int d = 0; d < info->rank && fits; d++)
    fits = info->dims[d] < 0 || info->dims[d] == input->dims[d];
  if (info->dtype == input->dtype && (fits || !is_shape_used (self->executed, info->name)))
    return TRUE;
  description = mien_tensor_describe (input);
  wanted = g_string_new (mien_dtype_get_name (info->dtype));
  for (int d = 0; d < info->rank; d++)
    {
      g_string_append_c (wanted, d == 0 ? '[' : ',');
      if (info->dims[d] >= 0)
        g_string_append_printf (wanted, "%" G_GINT64_FORMAT, info->dims[d]);
      else
        g_string_append (wanted, info->dim_names[d] != NULL ? info->dim_names[d] : "?");
    }
  if (info->rank > 0)
    g_string_append_c (wanted, ']');
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "the input '%s' takes %s, not %s", info->name,
               wanted->str, description);
  return FALSE;
}

gboolean
mien_model_check_inputs (MienModel *self, MienTensor *const *inputs, guint n_inputs, GError **error)
{
  GPtrArray *infos = mien_graph_get_inputs (self->executed);

  if (n_inputs != infos->len)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "%u inputs where the model has %u",
                   n_inputs, infos->len);
      return FALSE;
    }
  for (guint i = 0; i < n_inputs; i++)
    if (!check_input (self, g_ptr_array_index (infos, i), inputs[i], error))
      return FALSE;
  return TRUE;
}

MienPlan *
mien_model_get_plan (MienModel *self,
                     MienTensor *const *inputs,
                     MienParallel *parallel,
                     GError **error)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  guint n = mien_graph_get_inputs (self->executed)->len;
  g_autofree MienOpValue *values = g_new0 (MienOpValue, n + 1);
  MienPlan *plan;

  for (guint i = 0; i < self->plans->len; i++)
    {
      plan = g_ptr_array_index (self->plans, i);
      if (!mien_plan_fits (plan, inputs))
        continue;
      g_ptr_array_add (self->plans, mien_plan_ref (plan));
      g_ptr_array_remove_index (self->plans, i);
      return mien_plan_ref (plan);
    }
  for (guint i = 0; i < n; i++)
    {
      values[i].dtype = inputs[i]->dtype;
      values[i].rank = inputs[i]->rank;
      memcpy (values[i].dims, inputs[i]->dims, sizeof values[i].dims);
    }
  plan = mien_plan_new (self->executed, self->flags, values, parallel, error);
  if (plan == NULL)
    return NULL;
  if (self->plans->len == MAX_PLANS)
    g_ptr_array_remove_index (self->plans, 0);
  g_ptr_array_add (self->plans, mien_plan_ref (plan));
  return plan;
}

gboolean
mien_model_check_value (MienModel *self, const char *value, GError **error)
{
  GPtrArray *inputs = mien_graph_get_inputs (self->executed);

  if (mien_graph_find_producer (self->executed, value) != NULL
      || mien_graph_find_initializer (self->executed, value) != NULL)
    return TRUE;
  for (guint i = 0; i < inputs->len; i++)
    if (strcmp (((MienValueInfo *) inputs->pdata[i])->name, value) == 0)
      return TRUE;
  if (mien_graph_find_producer (self->graph, value) != NULL)
    g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                 "the value '%s' is gone after fusion; load the model with its values kept", value);
  else
    g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "there is no value '%s'", value);
  return FALSE;
}
