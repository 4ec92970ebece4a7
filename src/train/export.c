/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/export.h"

#include <string.h>

#include "base/error.h"
#include "train/export-hog.h"
#include "train/network-private.h"
#include "train/samples.h"

#define OPSET 13

/* One tensor of a layer in ONNX's order, copied to or from where training keeps it. */
typedef struct
{
  char *name;
  int rank;
  gint64 dims[4];
  const Layer *layer, *in;
  enum
  {
    PLACE_CONV,
    PLACE_LINEAR,
    PLACE_DEPTHWISE,
    PLACE_PARAM, /* a row of values: bias, gamma, beta */
    PLACE_STATE,
  } place;
  gsize offset;
} Slot;

static void
free_slot (gpointer data)
{
  Slot *slot = data;

  g_free (slot->name);
  g_free (slot);
}

static void
add_slot (GPtrArray *slots,
          const Layer *layer,
          const Layer *in,
          const char *suffix,
          int place,
          gsize offset,
          int rank,
          const gint64 *dims)
{
  Slot *slot = g_new0 (Slot, 1);

  slot->name = g_strconcat (layer->name, suffix, NULL);
  slot->layer = layer;
  slot->in = in;
  slot->place = place;
  slot->offset = offset;
  slot->rank = rank;
  memcpy (slot->dims, dims, (gsize) rank * sizeof *dims);
  g_ptr_array_add (slots, slot);
}

static void
add_slots (GPtrArray *slots, const Layer *l, const Layer *in)
{
  const gint64 row[] = { l->c };

  if (l->kind == LAYER_CONV)
    add_slot (slots, l, in, ".weight", PLACE_CONV, l->weight, 4,
              (const gint64[]){ l->c, in->c, l->k, l->k });
  if (l->kind == LAYER_LINEAR)
    add_slot (slots, l, in, ".weight", PLACE_LINEAR, l->weight, 2,
              (const gint64[]){ l->c, (gint64) in->c * in->h * in->w });
  if (l->kind == LAYER_DEPTHWISE)
    add_slot (slots, l, in, ".weight", PLACE_DEPTHWISE, l->weight, 4,
              (const gint64[]){ l->c, 1, l->k, l->k });
  if (l->kind == LAYER_NORM)
    {
      add_slot (slots, l, in, ".weight", PLACE_PARAM, l->weight, 1, row);
      add_slot (slots, l, in, ".mean", PLACE_STATE, l->state, 1, row);
      add_slot (slots, l, in, ".variance", PLACE_STATE, l->state + (gsize) l->cp, 1, row);
    }
  if (l->has_bias)
    add_slot (slots, l, in, ".bias", PLACE_PARAM, l->bias, 1, row);
}

static GPtrArray *
list_slots (MienNetwork *network)
{
  GPtrArray *slots = g_ptr_array_new_with_free_func (free_slot);

  for (guint i = 1; i < network->layers->len; i++)
    add_slots (slots, layer_at (network, (int) i),
               layer_at (network, layer_at (network, (int) i)->x));
  return slots;
}

/* Where value @i of the ONNX tensor lies in params or state. */
static gsize
place_of (const Slot *slot, gsize i)
{
  const Layer *l = slot->layer, *in = slot->in;
  gsize k = (gsize) l->k * (gsize) l->k, c_in = (gsize) in->c, o, tap, ci;

  switch (slot->place)
    {
    case PLACE_CONV:
      o = i / (c_in * k);
      ci = i / k % c_in;
      tap = i % k;
      return slot->offset
             + ((o / MIEN_TRAIN_BLOCK * k + tap) * (gsize) in->cp + ci) * MIEN_TRAIN_BLOCK
             + o % MIEN_TRAIN_BLOCK;
    case PLACE_LINEAR:
      k = (gsize) in->h * (gsize) in->w;
      o = i / (c_in * k);
      ci = i / k % c_in;
      tap = i % k;
      return slot->offset
             + ((o / MIEN_TRAIN_BLOCK * k + tap) * (gsize) in->cp + ci) * MIEN_TRAIN_BLOCK
             + o % MIEN_TRAIN_BLOCK;
    case PLACE_DEPTHWISE:
      return slot->offset + i % k * (gsize) l->cp + i / k;
    case PLACE_PARAM:
    case PLACE_STATE:
    default:
      return slot->offset + i;
    }
}

static void
take_weights (MienNetwork *network,
              MienGraph *graph,
              const gboolean *wanted,
              const float *params,
              const float *state)
{
  g_autoptr (GPtrArray) slots = list_slots (network);

  for (guint s = 0; s < slots->len; s++)
    {
      const Slot *slot = slots->pdata[s];
      const float *from = slot->place == PLACE_STATE ? state : params;
      MienTensor *tensor;
      float *out;

      if (!wanted[slot->layer->index])
        continue;
      tensor = mien_tensor_new_f32 (slot->rank, slot->dims);
      out = mien_tensor_f32 (tensor);
      for (gsize i = 0; i < tensor->n_elements; i++)
        out[i] = from[place_of (slot, i)];
      mien_graph_take_initializer (graph, slot->name, tensor);
    }
}

/* The weight of a slot in float32, or NULL when the graph has none. Files with weights in float16
 * hold NAME.f16 and a Cast that gives NAME; see mien_graph_write_onnx(). */
static MienTensor *
find_weight (MienGraph *graph, const char *name, GError **error)
{
  g_autofree char *half_name = g_strconcat (name, ".f16", NULL);
  MienTensor *tensor = mien_graph_find_initializer (graph, name);

  if (tensor != NULL)
    return mien_tensor_ref (tensor);
  tensor = mien_graph_find_initializer (graph, half_name);
  return tensor == NULL ? NULL : mien_tensor_cast (tensor, MIEN_DTYPE_F32, error);
}

gboolean
mien_export_import (MienNetwork *network, MienGraph *graph, guint *n_taken, GError **error)
{
  g_autoptr (GPtrArray) slots = list_slots (network);

  *n_taken = 0;
  for (guint s = 0; s < slots->len; s++)
    {
      const Slot *slot = slots->pdata[s];
      g_autoptr (GError) local = NULL;
      g_autoptr (MienTensor) tensor = find_weight (graph, slot->name, &local);
      float *out = slot->place == PLACE_STATE ? network->state : network->params;

      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (tensor == NULL)
        continue;
      if (tensor->dtype != MIEN_DTYPE_F32 || tensor->rank != slot->rank
          || memcmp (tensor->dims, slot->dims, (gsize) slot->rank * sizeof *slot->dims) != 0)
        {
          g_autofree char *is = mien_tensor_describe (tensor);

          g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                       "%s is %s, which is not the shape of this architecture", slot->name, is);
          return FALSE;
        }
      for (gsize i = 0; i < tensor->n_elements; i++)
        out[place_of (slot, i)] = mien_tensor_f32 (tensor)[i];
      ++*n_taken;
    }
  mien_network_touch (network);
  return TRUE;
}

/* ---- nodes ---- */

static MienNode *
node (MienGraph *g, const char *op, const char *out, const char *a, const char *b, const char *c)
{
  const char *inputs[] = { a, b, c, NULL }, *outputs[] = { out, NULL };

  return mien_graph_append_node (g, op, out, inputs, outputs);
}

static void
take_scalar (MienGraph *g, const char *name, float value)
{
  MienTensor *tensor = mien_tensor_new_f32 (0, NULL);

  mien_tensor_f32 (tensor)[0] = value;
  mien_graph_take_initializer (g, name, tensor);
}

/* Zero mean and unit variance of each crop, over all its channels. */
static void
append_normalisation (MienGraph *g)
{
  const gint64 axes[] = { 1, 2, 3 };

  take_scalar (g, "crop.epsilon", MIEN_SAMPLES_EPSILON);
  mien_node_set_ints (node (g, "ReduceMean", "crop.mean", "face", NULL, NULL), "axes", axes, 3);
  node (g, "Sub", "crop.centred", "face", "crop.mean", NULL);
  node (g, "Mul", "crop.square", "crop.centred", "crop.centred", NULL);
  mien_node_set_ints (node (g, "ReduceMean", "crop.variance", "crop.square", NULL, NULL), "axes",
                      axes, 3);
  node (g, "Sqrt", "crop.root", "crop.variance", NULL, NULL);
  node (g, "Add", "crop.deviation", "crop.root", "crop.epsilon", NULL);
  node (g, "Div", "input", "crop.centred", "crop.deviation", NULL);
}

static void
set_window (MienNode *n, const Layer *l)
{
  const gint64 pads[] = { l->pad, l->pad, l->pad, l->pad };

  mien_node_set_ints (n, "kernel_shape", (const gint64[]){ l->k, l->k }, 2);
  mien_node_set_ints (n, "strides", (const gint64[]){ l->stride, l->stride }, 2);
  mien_node_set_ints (n, "pads", pads, 4);
}

/* The activation behind @value, under @name. */
static void
append_act (MienGraph *g, MienTrainAct act, const char *value, const char *name)
{
  g_autofree char *part = g_strconcat (name, ".part", NULL);

  switch (act)
    {
    case MIEN_TRAIN_ACT_RELU:
      node (g, "Relu", name, value, NULL, NULL);
      break;
    case MIEN_TRAIN_ACT_SIGMOID:
      node (g, "Sigmoid", name, value, NULL, NULL);
      break;
    case MIEN_TRAIN_ACT_SILU:
      node (g, "Sigmoid", part, value, NULL, NULL);
      node (g, "Mul", name, value, part, NULL);
      break;
    case MIEN_TRAIN_ACT_HARDSWISH:
      mien_node_set_float (node (g, "HardSigmoid", part, value, NULL, NULL), "alpha", 1.0f / 6);
      node (g, "Mul", name, value, part, NULL);
      break;
    case MIEN_TRAIN_ACT_NONE:
      node (g, "Identity", name, value, NULL, NULL);
      break;
    }
}

static void
append_conv (MienGraph *g, const Layer *l, const char *x)
{
  g_autofree char *weight = g_strconcat (l->name, ".weight", NULL);
  g_autofree char *bias = g_strconcat (l->name, ".bias", NULL);
  MienNode *n = node (g, "Conv", l->name, x, weight, l->has_bias ? bias : NULL);

  set_window (n, l);
  mien_node_set_int (n, "group", l->kind == LAYER_DEPTHWISE ? l->c : 1);
}

static void
append_linear (MienGraph *g, const Layer *l, const char *x, gboolean is_flat)
{
  g_autofree char *weight = g_strconcat (l->name, ".weight", NULL);
  g_autofree char *bias = g_strconcat (l->name, ".bias", NULL);
  g_autofree char *flat = g_strconcat (l->name, ".flat", NULL);
  MienNode *n;

  if (!is_flat)
    mien_node_set_int (node (g, "Flatten", flat, x, NULL, NULL), "axis", 1);
  n = node (g, "Gemm", l->name, is_flat ? x : flat, weight, l->has_bias ? bias : NULL);
  mien_node_set_int (n, "transB", 1);
}

static void
append_norm (MienGraph *g, const Layer *l, const char *x)
{
  g_autofree char *plain = g_strconcat (l->name, ".plain", NULL);
  g_autofree char *weight = g_strconcat (l->name, ".weight", NULL);
  g_autofree char *bias = g_strconcat (l->name, ".bias", NULL);
  g_autofree char *mean = g_strconcat (l->name, ".mean", NULL);
  g_autofree char *variance = g_strconcat (l->name, ".variance", NULL);
  const char *out = l->act == MIEN_TRAIN_ACT_NONE ? l->name : plain;
  const char *inputs[] = { x, weight, bias, mean, variance, NULL }, *outputs[] = { out, NULL };
  MienNode *n = mien_graph_append_node (g, "BatchNormalization", out, inputs, outputs);

  mien_node_set_float (n, "epsilon", MIEN_NORM_EPSILON);
  if (l->act != MIEN_TRAIN_ACT_NONE)
    append_act (g, l->act, plain, l->name);
}

/* [n, c] values become [n, c, 1, 1] where they meet maps. */
static char *
as_map (MienGraph *g, const char *value)
{
  char *name = g_strconcat (value, ".map", NULL);

  if (mien_graph_find_producer (g, name) != NULL)
    return name;
  if (mien_graph_find_initializer (g, "map.shape") == NULL)
    {
      const gint64 shape[] = { 0, -1, 1, 1 }, four[] = { 4 };

      mien_graph_take_initializer (g, "map.shape",
                                   mien_tensor_new_copy (MIEN_DTYPE_I64, 1, four, shape));
    }
  node (g, "Reshape", name, value, "map.shape", NULL);
  return name;
}

static void
append_merge (MienGraph *g,
              const Layer *l,
              const char *a,
              const char *gate,
              gboolean gate_is_flat,
              const char *b)
{
  g_autofree char *gated = g_strconcat (l->name, ".gated", NULL);
  g_autofree char *sum = g_strconcat (l->name, ".sum", NULL);
  const char *value = a;

  if (gate != NULL)
    {
      g_autofree char *map = gate_is_flat ? as_map (g, gate) : g_strdup (gate);

      node (g, "Mul", gated, a, map, NULL);
      value = gated;
    }
  if (b != NULL)
    {
      node (g, "Add", l->act == MIEN_TRAIN_ACT_NONE ? l->name : sum, value, b, NULL);
      if (l->act == MIEN_TRAIN_ACT_NONE)
        return;
      value = sum;
    }
  append_act (g, l->act, value, l->name);
}

static void
append_pool (MienGraph *g, const Layer *l, const Layer *in)
{
  gboolean is_global = l->kind == LAYER_MEAN_POOL && l->h == 1 && l->w == 1 && l->k == in->h;

  if (is_global)
    node (g, "GlobalAveragePool", l->name, in->name, NULL, NULL);
  else
    set_window (node (g, l->kind == LAYER_MAX_POOL ? "MaxPool" : "AveragePool", l->name, in->name,
                      NULL, NULL),
                l);
}

static void
append_layer (MienNetwork *network, MienGraph *g, const Layer *l, gboolean *is_flat)
{
  const Layer *in = layer_at (network, l->x);
  const char *b = l->b < 0 ? NULL : layer_at (network, l->b)->name;

  is_flat[l->index] = is_flat[l->x] || l->kind == LAYER_LINEAR;
  switch (l->kind)
    {
    case LAYER_CONV:
    case LAYER_DEPTHWISE:
      append_conv (g, l, in->name);
      break;
    case LAYER_LINEAR:
      append_linear (g, l, in->name, is_flat[l->x]);
      break;
    case LAYER_NORM:
      append_norm (g, l, in->name);
      break;
    case LAYER_MERGE:
      append_merge (g, l, in->name, l->gate < 0 ? NULL : layer_at (network, l->gate)->name,
                    l->gate >= 0 && is_flat[l->gate], b);
      break;
    case LAYER_MAX_POOL:
    case LAYER_MEAN_POOL:
      append_pool (g, l, in);
      break;
    case LAYER_DROPOUT:
      node (g, "Identity", l->name, in->name, NULL, NULL);
      break;
    case LAYER_CONCAT:
      mien_node_set_int (node (g, "Concat", l->name, in->name, b, NULL), "axis", 1);
      break;
    case LAYER_HOG:
      mien_export_append_hog (g, l->name, in->name, l->stride, l->h, l->w);
      break;
    case LAYER_INPUT:
      break;
    }
}

/* Marks what the outputs wanted depend on. */
static void
mark (MienNetwork *network, int layer, gboolean *wanted)
{
  const Layer *l;

  if (layer < 0 || wanted[layer])
    return;
  wanted[layer] = TRUE;
  l = layer_at (network, layer);
  mark (network, l->x, wanted);
  mark (network, l->gate, wanted);
  mark (network, l->b, wanted);
}

/* The layer's logits to probabilities under the head's name: the layer that makes them is renamed
 * by a prefix, because heads and their layers share names. */
static void
append_head (MienGraph *g, const char *head, const Layer *l, const char *logits, gboolean is_flat)
{
  const gint64 dims[] = { -1, l->c };
  g_autofree char *flat = g_strconcat (head, ".logits.flat", NULL);
  const char *value = logits;

  if (!is_flat)
    {
      mien_node_set_int (node (g, "Flatten", flat, logits, NULL, NULL), "axis", 1);
      value = flat;
    }
  mien_node_set_int (node (g, "Softmax", head, value, NULL, NULL), "axis", 1);
  mien_graph_append_output (g, head, MIEN_DTYPE_F32, 2, dims, "n");
}

/* Values and nodes must have one name each: a layer named as a head gives "<name>.logits". */
static void
rename_value (MienGraph *g, const char *from, const char *to)
{
  MienNode *n = mien_graph_find_producer (g, from);

  g_assert (n != NULL && n->outputs->len == 1);
  g_free (n->outputs->pdata[0]);
  n->outputs->pdata[0] = g_strdup (to);
  g_free (n->name);
  n->name = g_strdup (to);
}

MienGraph *
mien_export_graph (MienNetwork *network,
                   const float *params,
                   const float *state,
                   const char *const *heads)
{
  MienGraph *g;
  g_autofree gboolean *is_flat = NULL, *wanted = NULL;
  const Layer *in;
  gint64 dims[4];

  g_return_val_if_fail (network != NULL && network->params != NULL, NULL);
  in = layer_at (network, 0);
  g = mien_graph_new ("mien", OPSET);
  is_flat = g_new0 (gboolean, network->layers->len);
  wanted = g_new0 (gboolean, network->layers->len);
  dims[0] = -1;
  dims[1] = in->c;
  dims[2] = in->h;
  dims[3] = in->w;
  mien_graph_append_input (g, "face", MIEN_DTYPE_F32, 4, dims, "n");
  append_normalisation (g);
  for (guint i = 0; i < network->outputs->len; i++)
    if (heads == NULL || g_strv_contains (heads, network->names->pdata[i]))
      mark (network, g_array_index (network->outputs, int, i), wanted);
  for (guint i = 1; i < network->layers->len; i++)
    if (wanted[i])
      append_layer (network, g, layer_at (network, (int) i), is_flat);
  for (guint i = 0; i < network->outputs->len; i++)
    {
      int index = g_array_index (network->outputs, int, i);
      const Layer *l = layer_at (network, index);
      g_autofree char *logits = g_strconcat (network->names->pdata[i], ".logits", NULL);

      if (!wanted[index])
        continue;
      rename_value (g, l->name, logits);
      append_head (g, network->names->pdata[i], l, logits, is_flat[index]);
    }
  take_weights (network, g, wanted, params == NULL ? network->params : params,
                state == NULL ? network->state : state);
  return g;
}

/* The logits of @head: what its Softmax reads. */
static const char *
get_logits (MienGraph *graph, const char *head)
{
  return mien_graph_find_producer (graph, head)->inputs->pdata[0];
}

static void
set_logits (MienGraph *graph, const char *head, const char *logits)
{
  MienNode *softmax = mien_graph_find_producer (graph, head);

  g_free (softmax->inputs->pdata[0]);
  softmax->inputs->pdata[0] = g_strdup (logits);
  if (!mien_graph_sort (graph, NULL))
    g_assert_not_reached ();
}

void
mien_export_add_offsets (MienGraph *graph, const char *head, const float *offsets, guint n_classes)
{
  g_autofree char *sum = g_strconcat (head, ".balanced", NULL);
  g_autofree char *name = g_strconcat (head, ".priors", NULL);
  const gint64 dims[] = { n_classes };

  mien_graph_take_initializer (graph, name,
                               mien_tensor_new_copy (MIEN_DTYPE_F32, 1, dims, offsets));
  node (graph, "Add", sum, get_logits (graph, head), name, NULL);
  set_logits (graph, head, sum);
}

void
mien_export_add_stack (MienGraph *graph,
                       const char *head,
                       const char *const *heads,
                       const MienStack *stack)
{
  const gint64 dims[] = { stack->n_classes, stack->n_inputs };
  MienNode *n;
  g_autofree char *joined = g_strconcat (head, ".joined", NULL);
  g_autofree char *out = g_strconcat (head, ".stacked", NULL);
  g_autofree char *weight = g_strconcat (out, ".weight", NULL);
  g_autofree char *bias = g_strconcat (out, ".bias", NULL);
  g_autoptr (GPtrArray) logits = g_ptr_array_new ();
  const char *outputs[] = { joined, NULL };

  for (; *heads != NULL; heads++)
    g_ptr_array_add (logits, (gpointer) get_logits (graph, *heads));
  g_ptr_array_add (logits, NULL);
  n = mien_graph_append_node (graph, "Concat", joined, (const char **) logits->pdata, outputs);
  mien_node_set_int (n, "axis", 1);
  mien_graph_take_initializer (graph, weight,
                               mien_tensor_new_copy (MIEN_DTYPE_F32, 2, dims, stack->weights));
  mien_graph_take_initializer (graph, bias,
                               mien_tensor_new_copy (MIEN_DTYPE_F32, 1, dims, stack->bias));
  mien_node_set_int (node (graph, "Gemm", out, joined, weight, bias), "transB", 1);
  set_logits (graph, head, out);
}
