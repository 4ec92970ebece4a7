/* Networks whose activations stay in blocks compute what the reference kernels do, operator by
 * operator, for several pictures and any number of threads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "nn/context.h"

#define CHANNELS 20

typedef struct
{
  MienGraph *graph;
  guint32 seed;
  guint n_weights;
} Net;

static float
next_noise (Net *net)
{
  net->seed = net->seed * 1664525u + 1013904223u;
  return (float) (net->seed >> 8) / 8388608.0f - 1.0f;
}

static MienTensor *
new_noise (Net *net, int rank, const gint64 *dims, float scale)
{
  MienTensor *tensor = mien_tensor_new_f32 (rank, dims);

  for (gsize i = 0; i < tensor->n_elements; i++)
    mien_tensor_f32 (tensor)[i] = next_noise (net) * scale;
  return tensor;
}

static char *
add_weight (Net *net, int rank, const gint64 *dims, float scale)
{
  char *name = g_strdup_printf ("w%u", net->n_weights++);

  mien_graph_take_initializer (net->graph, name, new_noise (net, rank, dims, scale));
  return name;
}

static MienNode *
add (Net *net, const char *op, const char *a, const char *b, const char *out)
{
  const char *inputs[] = { a, b, NULL }, *outputs[] = { out, NULL };

  return mien_graph_append_node (net->graph, op, out, inputs, outputs);
}

/* 3x3, or 1x1 with @k 1, from @in channels to @to. */
static void
add_conv (Net *net, const char *x, gint64 in, gint64 to, gint64 k, const char *out)
{
  const gint64 dims[] = { to, in, k, k }, kernel[] = { k, k };
  const gint64 pads[] = { k / 2, k / 2, k / 2, k / 2 };
  g_autofree char *weight = add_weight (net, 4, dims, 1.0f / (float) (k * 4));
  MienNode *node = add (net, "Conv", x, weight, out);

  mien_node_set_ints (node, "kernel_shape", kernel, 2);
  mien_node_set_ints (node, "pads", pads, 4);
}

static void
net_init (Net *net, gint64 h, gint64 w)
{
  const gint64 dims[] = { -1, 3, h, w };

  *net = (Net){ .graph = mien_graph_new ("layout", 13), .seed = 5 };
  mien_graph_append_input (net->graph, "x", MIEN_DTYPE_F32, 4, dims, "n");
  add_conv (net, "x", 3, CHANNELS, 3, "start");
}

/* Runs on two pictures; the outputs are copied, one after another. */
static GArray *
run_net (Net *net, MienModelFlags flags, guint threads, gint64 h, gint64 w)
{
  g_autoptr (MienParallel) parallel = mien_parallel_new (threads);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienModel) model = mien_model_new (net->graph, flags, &error);
  g_autoptr (MienContext) context = NULL;
  g_autoptr (MienTensor) x = NULL;
  const gint64 dims[] = { 2, 3, h, w };
  Net noise = { .seed = 77 };
  GArray *all = g_array_new (FALSE, FALSE, sizeof (float));

  g_assert_no_error (error);
  context = mien_context_new (model, parallel);
  x = new_noise (&noise, 4, dims, 1.0f);
  mien_context_run (context, &x, 1, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < mien_context_get_n_outputs (context); i++)
    {
      const MienTensor *y = mien_context_get_output (context, i);

      g_array_append_vals (all, y->data, (guint) y->n_elements);
    }
  return all;
}

/* Compares with the reference kernels, and threads with each other. */
static void
check_net (Net *net, const char *output, gint64 h, gint64 w)
{
  g_autoptr (GArray) plain = NULL, one = NULL, three = NULL;

  mien_graph_append_output (net->graph, output, MIEN_DTYPE_F32, -1, NULL, NULL);
  plain = run_net (net, MIEN_MODEL_PLAIN, 1, h, w);
  one = run_net (net, MIEN_MODEL_DEFAULT, 1, h, w);
  three = run_net (net, MIEN_MODEL_DEFAULT, 3, h, w);
  g_assert_cmpuint (plain->len, ==, one->len);
  for (guint i = 0; i < plain->len; i++)
    {
      float want = g_array_index (plain, float, i), got = g_array_index (one, float, i);

      if (!(fabsf (want - got) <= 1e-4f))
        g_error ("%s: element %u is %g, not %g", output, i, (double) got, (double) want);
    }
  g_assert_cmpmem (one->data, one->len * sizeof (float), three->data, three->len * sizeof (float));
  mien_graph_free (net->graph);
}

/* The operators are made to stand alone by a branch that also needs what they read. */
static void
end_net (Net *net, const char *value, gint64 channels, gint64 h, gint64 w)
{
  add_conv (net, value, channels, 8, 1, "end");
  check_net (net, "end", h, w);
}

static void
test_activations (void)
{
  static const char *const ops[] = {
    "Relu", "LeakyRelu", "Sigmoid", "Tanh", "HardSigmoid", "Clip"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ops); i++)
    {
      Net net;

      net_init (&net, 9, 11);
      if (strcmp (ops[i], "Clip") == 0)
        {
          g_autofree char *lo = add_weight (&net, 0, NULL, 0.0f);
          g_autofree char *hi = add_weight (&net, 0, NULL, 0.3f);
          const char *inputs[] = { "start", lo, hi, NULL }, *outputs[] = { "a", NULL };

          *mien_tensor_f32 (mien_graph_find_initializer (net.graph, hi)) = 0.3f;
          mien_graph_append_node (net.graph, "Clip", "a", inputs, outputs);
        }
      else
        add (&net, ops[i], "start", NULL, "a");
      add (&net, "Add", "a", "start", "both");
      end_net (&net, "both", CHANNELS, 9, 11);
    }
}

static void
test_pools (void)
{
  static const char *const ops[] = { "MaxPool", "AveragePool" };
  const gint64 three[] = { 3, 3 }, two[] = { 2, 2 }, pads[] = { 1, 0, 1, 1 };

  for (gsize i = 0; i < 4; i++)
    {
      Net net;
      MienNode *node;

      net_init (&net, 13, 10);
      node = add (&net, ops[i % 2], "start", NULL, "pool");
      mien_node_set_ints (node, "kernel_shape", i < 2 ? three : two, 2);
      mien_node_set_ints (node, "strides", two, 2);
      if (i < 2)
        mien_node_set_ints (node, "pads", pads, 4);
      mien_node_set_int (node, "ceil_mode", i >= 2);
      end_net (&net, "pool", CHANNELS, 13, 10);
    }
}

/* A squeeze-and-excitation block, a constant for each channel, and a sum of equals. */
static void
test_products (void)
{
  const gint64 channel[] = { CHANNELS, 1, 1 };
  g_autofree char *scale = NULL, *shift = NULL;
  Net net;

  net_init (&net, 12, 9);
  scale = add_weight (&net, 3, channel, 1.0f);
  shift = add_weight (&net, 3, channel, 1.0f);
  add (&net, "GlobalAveragePool", "start", NULL, "mean");
  add_conv (&net, "mean", CHANNELS, CHANNELS, 1, "gate0");
  add (&net, "Sigmoid", "gate0", NULL, "gate");
  add (&net, "Mul", "start", "gate", "gated");
  add (&net, "Relu", "gated", NULL, "relu");
  add (&net, "Mul", scale, "relu", "scaled");
  add (&net, "Add", "scaled", shift, "shifted");
  add (&net, "Add", "shifted", "start", "sum");
  add (&net, "Mul", "sum", "gated", "product");
  end_net (&net, "product", CHANNELS, 12, 9);
}

static void
test_concat (void)
{
  Net net;
  const char *inputs[] = { "a", "b", "start", NULL }, *outputs[] = { "all", NULL };

  net_init (&net, 7, 8);
  add_conv (&net, "start", CHANNELS, 16, 3, "a");
  add_conv (&net, "start", CHANNELS, 32, 1, "b");
  mien_node_set_int (mien_graph_append_node (net.graph, "Concat", "all", inputs, outputs), "axis",
                     1);
  end_net (&net, "all", 48 + CHANNELS, 7, 8);

  /* Blocks that are not full cannot be joined by copying. */
  net_init (&net, 7, 8);
  inputs[0] = "start";
  inputs[1] = "a";
  inputs[2] = NULL;
  add_conv (&net, "start", CHANNELS, 16, 3, "a");
  mien_node_set_int (mien_graph_append_node (net.graph, "Concat", "all", inputs, outputs), "axis",
                     1);
  end_net (&net, "all", 16 + CHANNELS, 7, 8);
}

static void
test_resize (void)
{
  static const char *const where[] = { "half_pixel", "asymmetric", "asymmetric", "align_corners" };
  static const char *const rounding[] = { "round_prefer_floor", "floor", "ceil", "floor" };
  static const float factors[] = { 1, 1, 3, 3 };
  const gint64 four = 4;

  for (gsize i = 0; i < G_N_ELEMENTS (where); i++)
    {
      Net net;
      MienNode *node;
      const char *inputs[] = { "start", "", "scales", NULL }, *outputs[] = { "large", NULL };

      net_init (&net, 5, 6);
      mien_graph_take_initializer (net.graph, "scales",
                                   mien_tensor_new_copy (MIEN_DTYPE_F32, 1, &four, factors));
      node = mien_graph_append_node (net.graph, "Resize", "large", inputs, outputs);
      mien_node_set_string (node, "mode", "nearest");
      mien_node_set_string (node, "coordinate_transformation_mode", where[i]);
      mien_node_set_string (node, "nearest_mode", rounding[i]);
      end_net (&net, "large", CHANNELS, 5, 6);
    }
}

/* By whole factors, and by one that only comes out as one. */
static void
test_resize_linear (void)
{
  static const char *const where[] = { "half_pixel", "half_pixel", "half_pixel", "align_corners" };
  static const float factors[][4] = {
    { 1, 1, 2, 2 }, { 1, 1, 3, 3 }, { 1, 1, 2.1f, 2.1f }, { 1, 1, 2, 2 }
  };
  const gint64 four = 4;

  for (gsize i = 0; i < G_N_ELEMENTS (where); i++)
    {
      Net net;
      MienNode *node;
      const char *inputs[] = { "start", "", "scales", NULL }, *outputs[] = { "large", NULL };

      net_init (&net, 5, 6);
      mien_graph_take_initializer (net.graph, "scales",
                                   mien_tensor_new_copy (MIEN_DTYPE_F32, 1, &four, factors[i]));
      node = mien_graph_append_node (net.graph, "Resize", "large", inputs, outputs);
      mien_node_set_string (node, "mode", "linear");
      mien_node_set_string (node, "coordinate_transformation_mode", where[i]);
      end_net (&net, "large", CHANNELS, 5, 6);
    }
}

static void
test_pad (void)
{
  static const gint64 pads[][8] = { { 0, 0, 0, 0, 0, 9, 0, 0 },
                                    { 0, 0, 0, 0, 0, 20, 0, 0 },
                                    { 0, 0, 1, 2, 0, 0, 3, 0 },
                                    { 0, 1, 0, 0, 0, 0, 0, 0 } };
  const gint64 eight = 8;

  for (gsize i = 0; i < G_N_ELEMENTS (pads); i++)
    {
      Net net;
      gint64 channels = CHANNELS + pads[i][1] + pads[i][5];

      net_init (&net, 5, 6);
      mien_graph_take_initializer (net.graph, "pads",
                                   mien_tensor_new_copy (MIEN_DTYPE_I64, 1, &eight, pads[i]));
      /* Lanes that do not exist are not zero after a sigmoid unless it sees to that. */
      add (&net, "Sigmoid", "start", NULL, "half");
      add (&net, "MaxPool", "half", NULL, "pool");
      mien_node_set_ints (mien_graph_find_producer (net.graph, "pool"), "kernel_shape",
                          (const gint64[]){ 2, 2 }, 2);
      add (&net, "Pad", "pool", "pads", "padded");
      add (&net, "Relu", "padded", NULL, "relu");
      end_net (&net, "relu", channels, 5, 6);
    }
}

/* The heads of a detector, and an operator that knows no blocks between two that do. */
static void
test_edges (void)
{
  const gint64 last[] = { 0, 2, 3, 1 }, swap[] = { 0, 1, 3, 2 };
  Net net;

  net_init (&net, 6, 7);
  mien_node_set_ints (add (&net, "Transpose", "start", NULL, "nhwc"), "perm", last, 4);
  check_net (&net, "nhwc", 6, 7);

  net_init (&net, 6, 7);
  mien_node_set_ints (add (&net, "Transpose", "start", NULL, "turned"), "perm", swap, 4);
  add (&net, "Relu", "turned", NULL, "relu");
  end_net (&net, "relu", CHANNELS, 6, 7);

  net_init (&net, 6, 7);
  check_net (&net, "start", 6, 7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/layout/activations", test_activations);
  g_test_add_func ("/layout/pools", test_pools);
  g_test_add_func ("/layout/products", test_products);
  g_test_add_func ("/layout/concat", test_concat);
  g_test_add_func ("/layout/resize", test_resize);
  g_test_add_func ("/layout/resize-linear", test_resize_linear);
  g_test_add_func ("/layout/pad", test_pad);
  g_test_add_func ("/layout/edges", test_edges);
  return g_test_run ();
}
