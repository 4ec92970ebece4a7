/* Fusion: what follows a convolution and only touches one value at a time is done while the value
 * is still in a register. Fused convolutions are nodes of the domain "mien", with the activation in
 * attributes mien_activation, mien_lo, mien_hi, mien_slope and the residual as fourth input.
 * Reference: Jacob et al. 2018 (batch normalisation folded into weights).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "nn/conv.h"
#include "nn/node-private.h"
#include "nn/optimise.h"

typedef struct
{
  MienGraph *graph;
  GHashTable *producers; /* value -> MienNode */
  GHashTable *uses;      /* value -> count, graph outputs included */
} Fuser;

static guint
count_uses (const Fuser *fuser, const char *value)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (fuser->uses, value));
}

static void
add_use (Fuser *fuser, const char *value)
{
  g_hash_table_insert (fuser->uses, g_strdup (value),
                       GUINT_TO_POINTER (count_uses (fuser, value) + 1));
}

static void
fuser_init (Fuser *fuser, MienGraph *graph)
{
  GPtrArray *nodes = mien_graph_get_nodes (graph), *outputs = mien_graph_get_outputs (graph);

  fuser->graph = graph;
  fuser->producers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  fuser->uses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < nodes->len; i++)
    {
      MienNode *node = g_ptr_array_index (nodes, i);

      for (guint k = 0; k < node->inputs->len; k++)
        add_use (fuser, mien_node_get_input (node, k));
      for (guint k = 0; k < node->outputs->len; k++)
        g_hash_table_insert (fuser->producers, g_strdup (g_ptr_array_index (node->outputs, k)),
                             node);
    }
  for (guint i = 0; i < outputs->len; i++)
    add_use (fuser, ((MienValueInfo *) outputs->pdata[i])->name);
}

static void
fuser_clear (Fuser *fuser)
{
  g_hash_table_unref (fuser->producers);
  g_hash_table_unref (fuser->uses);
}

static gboolean
is_op (const MienNode *node, const char *op_type)
{
  return strcmp (node->op_type, op_type) == 0;
}

static const char *
get_output (const MienNode *node)
{
  return node->outputs->len > 0 ? g_ptr_array_index (node->outputs, 0) : "";
}

static const MienTensor *
find_f32 (const Fuser *fuser, const char *name)
{
  const MienTensor *tensor = mien_graph_find_initializer (fuser->graph, name);

  return tensor != NULL && tensor->dtype == MIEN_DTYPE_F32 ? tensor : NULL;
}

/* The convolution that makes @value for nobody else, with constant weights, or NULL. */
static MienNode *
find_conv (const Fuser *fuser, const char *value)
{
  MienNode *node = g_hash_table_lookup (fuser->producers, value);
  const MienTensor *weight;

  if (node == NULL || !is_op (node, "Conv") || count_uses (fuser, value) != 1)
    return NULL;
  weight = find_f32 (fuser, mien_node_get_input (node, 1));
  if (weight == NULL || weight->rank < 3 || weight->rank > 4)
    return NULL;
  if (*mien_node_get_input (node, 2) != '\0'
      && find_f32 (fuser, mien_node_get_input (node, 2)) == NULL)
    return NULL;
  return node;
}

static gboolean
has_activation (const MienNode *conv)
{
  return mien_node_find_attribute (conv, "mien_activation") != NULL;
}

static gboolean
has_residual (const MienNode *conv)
{
  return *mien_node_get_input (conv, 3) != '\0';
}

/* Makes @conv give what @node gave, and takes @node out at @index. */
static void
absorb (Fuser *fuser, MienNode *conv, guint index)
{
  GPtrArray *nodes = mien_graph_get_nodes (fuser->graph);
  const MienNode *node = g_ptr_array_index (nodes, index);

  mien_node_set_output (conv, 0, get_output (node));
  g_hash_table_insert (fuser->producers, g_strdup (get_output (node)), conv);
  g_free (conv->domain);
  conv->domain = g_strdup ("mien");
  g_ptr_array_remove_index (nodes, index);
}

/* w' = w * scale, b' = b * scale + shift, by output channel; under names of their own, because
 * other nodes may share the old ones. */
static void
scale_weights (Fuser *fuser, MienNode *conv, const float *scale, const float *shift)
{
  const MienTensor *weight = find_f32 (fuser, mien_node_get_input (conv, 1));
  const MienTensor *bias = find_f32 (fuser, mien_node_get_input (conv, 2));
  gsize c_out = (gsize) weight->dims[0], row = weight->n_elements / MAX (c_out, 1);
  MienTensor *w = mien_tensor_new_copy (MIEN_DTYPE_F32, weight->rank, weight->dims, weight->data);
  MienTensor *b = mien_tensor_new_f32 (1, weight->dims);
  g_autofree char *w_name = g_strdup_printf ("%s:weight", get_output (conv));
  g_autofree char *b_name = g_strdup_printf ("%s:bias", get_output (conv));

  for (gsize c = 0; c < c_out; c++)
    {
      for (gsize i = 0; i < row; i++)
        mien_tensor_f32 (w)[c * row + i] *= scale[c];
      mien_tensor_f32 (b)[c] =
          (bias != NULL ? mien_tensor_f32 (bias)[c] * scale[c] : 0.0f) + shift[c];
    }
  mien_graph_take_initializer (fuser->graph, w_name, w);
  mien_graph_take_initializer (fuser->graph, b_name, b);
  mien_node_set_input (conv, 1, w_name);
  mien_node_set_input (conv, 2, b_name);
}

static gboolean
fuse_batch_norm (Fuser *fuser, const MienNode *node, guint index)
{
  MienNode *conv = find_conv (fuser, mien_node_get_input (node, 0));
  const MienTensor *t[4];
  float epsilon = mien_node_get_float (node, "epsilon", 1e-5f);
  g_autofree float *scale = NULL, *shift = NULL;
  gint64 c_out;

  if (conv == NULL || has_activation (conv) || has_residual (conv) || node->outputs->len > 1
      || mien_node_get_int (node, "training_mode", 0) != 0
      || mien_node_get_int (node, "spatial", 1) == 0)
    return FALSE;
  c_out = find_f32 (fuser, mien_node_get_input (conv, 1))->dims[0];
  for (guint i = 0; i < 4; i++)
    {
      t[i] = find_f32 (fuser, mien_node_get_input (node, i + 1));
      if (t[i] == NULL || t[i]->n_elements != (gsize) c_out)
        return FALSE;
    }
  scale = g_new (float, c_out + 1);
  shift = g_new (float, c_out + 1);
  for (gint64 c = 0; c < c_out; c++)
    {
      scale[c] = mien_tensor_f32 (t[0])[c] / sqrtf (mien_tensor_f32 (t[3])[c] + epsilon);
      shift[c] = mien_tensor_f32 (t[1])[c] - mien_tensor_f32 (t[2])[c] * scale[c];
    }
  scale_weights (fuser, conv, scale, shift);
  absorb (fuser, conv, index);
  return TRUE;
}

/* A constant with one value a channel, [c, 1, 1] or [1, c, 1, 1], or a single one. */
static gboolean
is_per_channel (const MienTensor *t, gint64 c_out, int rank)
{
  int axis = t->rank - (rank - 1);

  if (t->n_elements == 1)
    return t->rank <= rank;
  return t->n_elements == (gsize) c_out && t->rank <= rank && axis >= 0 && t->dims[axis] == c_out;
}

/* Mul, Add, Sub, Div by a constant. */
static gboolean
fuse_scale (Fuser *fuser, const MienNode *node, guint index)
{
  gboolean swapped = find_f32 (fuser, mien_node_get_input (node, 0)) != NULL;
  const MienTensor *t = find_f32 (fuser, mien_node_get_input (node, swapped ? 0 : 1));
  MienNode *conv = find_conv (fuser, mien_node_get_input (node, swapped ? 1 : 0));
  const MienTensor *weight;
  g_autofree float *scale = NULL, *shift = NULL;

  if (conv == NULL || t == NULL || has_activation (conv) || has_residual (conv)
      || node->inputs->len != 2 || (swapped && (is_op (node, "Sub") || is_op (node, "Div")))
      || mien_graph_get_opset (fuser->graph) < 7)
    return FALSE;
  weight = find_f32 (fuser, mien_node_get_input (conv, 1));
  if (!is_per_channel (t, weight->dims[0], weight->rank))
    return FALSE;
  scale = g_new (float, weight->dims[0] + 1);
  shift = g_new0 (float, weight->dims[0] + 1);
  for (gint64 c = 0; c < weight->dims[0]; c++)
    {
      float value = mien_tensor_f32 (t)[t->n_elements == 1 ? 0 : c];

      scale[c] = is_op (node, "Mul") ? value : is_op (node, "Div") ? 1.0f / value : 1.0f;
      shift[c] = is_op (node, "Add") ? value : is_op (node, "Sub") ? -value : 0.0f;
    }
  scale_weights (fuser, conv, scale, shift);
  absorb (fuser, conv, index);
  return TRUE;
}

static gboolean
read_limit (
    const Fuser *fuser, const MienNode *node, guint input, const char *attribute, float *out)
{
  const char *name = mien_node_get_input (node, input);
  const MienTensor *t;

  *out = mien_node_get_float (node, attribute, *out);
  if (*name == '\0')
    return TRUE;
  t = find_f32 (fuser, name);
  if (t == NULL || t->n_elements != 1)
    return FALSE;
  *out = mien_tensor_f32 (t)[0];
  return TRUE;
}

/* One value per channel, as [c, 1, 1], [1, c, 1, 1] or [c]. */
static const MienTensor *
find_slope (const Fuser *fuser, const MienNode *node, gint64 c_out)
{
  const MienTensor *t = find_f32 (fuser, mien_node_get_input (node, 1));

  return t != NULL && (t->n_elements == (gsize) c_out || t->n_elements == 1) ? t : NULL;
}

static MienActKind
find_activation (const Fuser *fuser, const MienNode *node, float *lo, float *hi)
{
  *lo = -INFINITY;
  *hi = INFINITY;
  if (is_op (node, "Relu"))
    return MIEN_ACT_RELU;
  if (is_op (node, "Clip"))
    return read_limit (fuser, node, 1, "min", lo) && read_limit (fuser, node, 2, "max", hi)
                   && *lo <= *hi
               ? MIEN_ACT_CLIP
               : MIEN_ACT_NONE;
  if (is_op (node, "LeakyRelu"))
    {
      *lo = mien_node_get_float (node, "alpha", 0.01f);
      return MIEN_ACT_LEAKY;
    }
  if (is_op (node, "HardSigmoid"))
    {
      *lo = mien_node_get_float (node, "alpha", 0.2f);
      *hi = mien_node_get_float (node, "beta", 0.5f);
      return MIEN_ACT_HARDSIGMOID;
    }
  if (is_op (node, "Sigmoid"))
    return MIEN_ACT_SIGMOID;
  if (is_op (node, "Silu"))
    return MIEN_ACT_SILU;
  if (is_op (node, "HardSwish"))
    return MIEN_ACT_HARDSWISH;
  if (is_op (node, "Tanh"))
    return MIEN_ACT_TANH;
  if (is_op (node, "PRelu"))
    return MIEN_ACT_PRELU;
  return MIEN_ACT_NONE;
}

static gboolean
fuse_activation (Fuser *fuser, const MienNode *node, guint index)
{
  float lo, hi;
  MienActKind kind = find_activation (fuser, node, &lo, &hi);
  MienNode *conv = kind != MIEN_ACT_NONE ? find_conv (fuser, mien_node_get_input (node, 0)) : NULL;
  gint64 c_out;

  if (conv == NULL || has_activation (conv))
    return FALSE;
  c_out = find_f32 (fuser, mien_node_get_input (conv, 1))->dims[0];
  if (kind == MIEN_ACT_PRELU)
    {
      const MienTensor *slope = find_slope (fuser, node, c_out);
      g_autofree float *values = NULL;

      if (slope == NULL)
        return FALSE;
      values = g_new (float, c_out + 1);
      for (gint64 c = 0; c < c_out; c++)
        values[c] = mien_tensor_f32 (slope)[slope->n_elements == 1 ? 0 : c];
      mien_node_set_floats (conv, "mien_slope", values, (gsize) c_out);
    }
  else if (kind != MIEN_ACT_RELU)
    {
      mien_node_set_float (conv, "mien_lo", lo);
      mien_node_set_float (conv, "mien_hi", hi);
    }
  mien_node_set_int (conv, "mien_activation", kind);
  absorb (fuser, conv, index);
  return TRUE;
}

/* x * Sigmoid (x) and x * HardSigmoid (x, 1/6, 1/2) become one node. */
static gboolean
fuse_gate (Fuser *fuser, MienNode *node)
{
  for (guint i = 0; i < 2; i++)
    {
      const char *gate = mien_node_get_input (node, i), *x = mien_node_get_input (node, 1 - i);
      MienNode *producer = g_hash_table_lookup (fuser->producers, gate);
      const char *op_type = NULL;

      if (producer == NULL || count_uses (fuser, gate) != 1
          || strcmp (mien_node_get_input (producer, 0), x) != 0)
        continue;
      if (is_op (producer, "Sigmoid"))
        op_type = "Silu";
      else if (is_op (producer, "HardSigmoid")
               && fabsf (mien_node_get_float (producer, "alpha", 0.2f) - 1.0f / 6.0f) < 1e-6f
               && mien_node_get_float (producer, "beta", 0.5f) == 0.5f)
        op_type = "HardSwish";
      if (op_type == NULL)
        continue;
      g_free (node->op_type);
      node->op_type = g_strdup (op_type);
      g_free (node->domain);
      node->domain = g_strdup ("mien");
      mien_node_set_input (node, 0, x);
      g_ptr_array_set_size (node->inputs, 1);
      x = mien_node_get_input (node, 0);
      g_hash_table_insert (fuser->uses, g_strdup (x), GUINT_TO_POINTER (count_uses (fuser, x) - 1));
      g_hash_table_remove (fuser->producers, get_output (producer));
      /* The gate itself is dead now; its use of x must not keep x from being fused. */
      g_ptr_array_remove (mien_graph_get_nodes (fuser->graph), producer);
      return TRUE;
    }
  return FALSE;
}

static gboolean
try_node (Fuser *fuser, guint index)
{
  MienNode *node = g_ptr_array_index (mien_graph_get_nodes (fuser->graph), index);

  if (is_op (node, "BatchNormalization"))
    return fuse_batch_norm (fuser, node, index);
  if (is_op (node, "Mul") && fuse_gate (fuser, node))
    return TRUE;
  if (is_op (node, "Mul") || is_op (node, "Add") || is_op (node, "Sub") || is_op (node, "Div"))
    return fuse_scale (fuser, node, index);
  return fuse_activation (fuser, node, index);
}

void
mien_optimise_fuse (MienGraph *graph)
{
  Fuser fuser;
  GPtrArray *nodes = mien_graph_get_nodes (graph);

  fuser_init (&fuser, graph);
  for (guint i = 0; i < nodes->len;)
    if (try_node (&fuser, i))
      i = i > 0 ? i - 1 : 0;
    else
      i++;
  fuser_clear (&fuser);
}
