/* Small networks that several tests build through the graph interface.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/context.h"

#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Values that look random and are the same on every machine. */
static inline MienTensor *
made_up (int rank, const gint64 *dims, guint32 seed, float scale)
{
  MienTensor *tensor = mien_tensor_new_f32 (rank, dims);

  for (gsize i = 0; i < tensor->n_elements; i++)
    {
      seed = seed * 1664525u + 1013904223u;
      mien_tensor_f32 (tensor)[i] = ((float) (seed >> 8) / 8388608.0f - 1.0f) * scale;
    }
  return tensor;
}

static inline void
add_conv (MienGraph *graph, const char *x, const char *y, gint64 c_in, gint64 c_out, guint32 seed)
{
  g_autofree char *w = g_strconcat (y, ".w", NULL), *b = g_strconcat (y, ".b", NULL);
  MienNode *node = mien_graph_append_node (graph, "Conv", y, NAMES (x, w, b), NAMES (y));

  mien_node_set_ints (node, "kernel_shape", (gint64[]){ 3, 3 }, 2);
  mien_node_set_ints (node, "pads", (gint64[]){ 1, 1, 1, 1 }, 4);
  mien_graph_take_initializer (graph, w, made_up (4, (gint64[]){ c_out, c_in, 3, 3 }, seed, 0.3f));
  mien_graph_take_initializer (graph, b, made_up (1, &c_out, seed + 1, 0.1f));
}

static inline void
add_batch_norm (MienGraph *graph, const char *x, const char *y, gint64 c, guint32 seed)
{
  static const char *const parts[] = { "scale", "bias", "mean", "var" };
  MienNode *node = mien_graph_append_node (graph, "BatchNormalization", y, NAMES (x), NAMES (y));

  for (guint i = 0; i < 4; i++)
    {
      MienTensor *t = made_up (1, &c, seed + i, 0.5f);
      char *name = g_strconcat (y, ".", parts[i], NULL);

      for (gsize k = 0; i == 3 && k < t->n_elements; k++)
        mien_tensor_f32 (t)[k] += 1.0f;
      mien_graph_take_initializer (graph, name, t);
      g_ptr_array_add (node->inputs, name);
    }
}

/* x[n, 3, h, w] -> conv, batch norm, relu -> conv, + -> relu -> pool -> flatten-like mean -> y[n,
 * 20]. Channels are no multiple of 16, sizes are open. */
static inline MienGraph *
new_network (void)
{
  MienGraph *graph = mien_graph_new ("network", 13);

  mien_graph_append_input (graph, "x", MIEN_DTYPE_F32, 4, (gint64[]){ -1, 3, -1, -1 }, "n");
  add_conv (graph, "x", "c1", 3, 20, 1);
  add_batch_norm (graph, "c1", "b1", 20, 5);
  mien_graph_append_node (graph, "Relu", "r1", NAMES ("b1"), NAMES ("r1"));
  add_conv (graph, "r1", "c2", 20, 20, 11);
  mien_graph_append_node (graph, "Add", "sum", NAMES ("c2", "r1"), NAMES ("sum"));
  mien_graph_append_node (graph, "Relu", "r2", NAMES ("sum"), NAMES ("r2"));
  mien_graph_append_node (graph, "GlobalAveragePool", "pool", NAMES ("r2"), NAMES ("pool"));
  mien_graph_append_node (graph, "Flatten", "y", NAMES ("pool"), NAMES ("y"));
  mien_graph_append_output (graph, "y", MIEN_DTYPE_F32, 2, (gint64[]){ -1, 20 }, "n");
  return graph;
}
