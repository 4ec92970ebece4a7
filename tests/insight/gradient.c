/* Derivatives against central differences of the executor's own forward pass.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "insight/gradient.h"

static MienTensor *
random_tensor (GRand *random, int rank, const gint64 *dims, double lo, double hi)
{
  MienTensor *tensor = mien_tensor_new_f32 (rank, dims);

  for (gsize i = 0; i < tensor->n_elements; i++)
    mien_tensor_f32 (tensor)[i] = (float) g_rand_double_range (random, lo, hi);
  return tensor;
}

#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define DIMS(...) ((const gint64[]){ __VA_ARGS__ })

static void
weight (MienGraph *graph, GRand *random, const char *name, int rank, const gint64 *dims)
{
  mien_graph_take_initializer (graph, name, random_tensor (random, rank, dims, -0.5, 0.5));
}

static void
ints (MienNode *node, const char *name, gint64 a, gint64 b)
{
  gint64 values[] = { a, b };

  mien_node_set_ints (node, name, values, 2);
}

/* A network that meets most operators; smooth where differences would step over a corner. */
static MienGraph *
make_graph (GRand *random)
{
  MienGraph *graph = mien_graph_new ("g", 13);
  MienNode *node;
  gint64 pads[] = { 1, 1, 1, 1 };
  gint64 axes[] = { 2, 3 };

  mien_graph_append_input (graph, "x", MIEN_DTYPE_F32, 4, DIMS (1, 2, 9, 8), NULL);
  weight (graph, random, "w1", 4, DIMS (4, 2, 3, 3));
  weight (graph, random, "b1", 1, DIMS (4));
  node = mien_graph_append_node (graph, "Conv", "conv1", NAMES ("x", "w1", "b1"), NAMES ("c1"));
  mien_node_set_ints (node, "pads", pads, 4);
  weight (graph, random, "scale", 1, DIMS (4));
  weight (graph, random, "shift", 1, DIMS (4));
  weight (graph, random, "mean", 1, DIMS (4));
  mien_graph_take_initializer (graph, "var", random_tensor (random, 1, DIMS (4), 0.5, 1.5));
  mien_graph_append_node (graph, "BatchNormalization", "bn",
                          NAMES ("c1", "scale", "shift", "mean", "var"), NAMES ("n1"));
  mien_graph_append_node (graph, "Sigmoid", "act1", NAMES ("n1"), NAMES ("a1"));
  node = mien_graph_append_node (graph, "AveragePool", "pool", NAMES ("a1"), NAMES ("p1"));
  ints (node, "kernel_shape", 2, 2);
  ints (node, "strides", 2, 2);
  weight (graph, random, "w2", 4, DIMS (4, 2, 3, 2));
  node = mien_graph_append_node (graph, "Conv", "conv2", NAMES ("p1", "w2"), NAMES ("c2"));
  mien_node_set_int (node, "group", 2);
  mien_node_set_ints (node, "pads", pads, 4);
  ints (node, "strides", 2, 1);
  mien_graph_append_node (graph, "Tanh", "act2", NAMES ("c2"), NAMES ("a2"));
  mien_graph_append_node (graph, "GlobalAveragePool", "squeeze", NAMES ("a2"), NAMES ("s"));
  mien_graph_append_node (graph, "Mul", "excite", NAMES ("a2", "s"), NAMES ("e"));
  node = mien_graph_append_node (graph, "ReduceMean", "mean", NAMES ("e"), NAMES ("m"));
  mien_node_set_ints (node, "axes", axes, 2);
  mien_node_set_int (node, "keepdims", 0);
  mien_graph_append_node (graph, "Flatten", "flat", NAMES ("s"), NAMES ("f"));
  node = mien_graph_append_node (graph, "Concat", "join", NAMES ("m", "f"), NAMES ("j"));
  mien_node_set_int (node, "axis", 1);
  weight (graph, random, "w3", 2, DIMS (5, 8));
  weight (graph, random, "b3", 1, DIMS (5));
  node = mien_graph_append_node (graph, "Gemm", "linear", NAMES ("j", "w3", "b3"), NAMES ("z"));
  mien_node_set_int (node, "transB", 1);
  node = mien_graph_append_node (graph, "Softmax", "softmax", NAMES ("z"), NAMES ("y"));
  mien_node_set_int (node, "axis", -1);
  mien_graph_append_output (graph, "y", MIEN_DTYPE_F32, 2, DIMS (1, 5), NULL);
  return graph;
}

static void
integer (MienGraph *graph, const char *name, gint64 value)
{
  mien_graph_take_initializer (graph, name,
                               mien_tensor_new_copy (MIEN_DTYPE_I64, 1, DIMS (1), &value));
}

/* Attention over patches, as exporters write it: Split, Gather, Slice and LayerNormalization. */
static MienGraph *
make_attention (GRand *random)
{
  MienGraph *graph = mien_graph_new ("attention", 17);
  gint64 across[] = { 0, 2, 1 };
  MienNode *node;

  mien_graph_append_input (graph, "x", MIEN_DTYPE_F32, 4, DIMS (1, 2, 9, 8), NULL);
  mien_graph_take_initializer (graph, "shape",
                               mien_tensor_new_copy (MIEN_DTYPE_I64, 1, DIMS (3), DIMS (1, 18, 8)));
  mien_graph_append_node (graph, "Reshape", "patches", NAMES ("x", "shape"), NAMES ("p"));
  weight (graph, random, "g", 1, DIMS (8));
  weight (graph, random, "h", 1, DIMS (8));
  mien_graph_append_node (graph, "LayerNormalization", "norm", NAMES ("p", "g", "h"), NAMES ("n"));
  weight (graph, random, "w", 2, DIMS (8, 15));
  mien_graph_append_node (graph, "MatMul", "qkv", NAMES ("n", "w"), NAMES ("a"));
  mien_graph_take_initializer (graph, "lengths",
                               mien_tensor_new_copy (MIEN_DTYPE_I64, 1, DIMS (3), DIMS (4, 4, 7)));
  node = mien_graph_append_node (graph, "Split", "split", NAMES ("a", "lengths"),
                                 NAMES ("q", "k", "v"));
  mien_node_set_int (node, "axis", -1);
  node = mien_graph_append_node (graph, "Transpose", "turn", NAMES ("k"), NAMES ("kt"));
  mien_node_set_ints (node, "perm", across, 3);
  mien_graph_append_node (graph, "MatMul", "scores", NAMES ("q", "kt"), NAMES ("s"));
  node = mien_graph_append_node (graph, "Softmax", "weights", NAMES ("s"), NAMES ("m"));
  mien_node_set_int (node, "axis", -1);
  mien_graph_append_node (graph, "MatMul", "mix", NAMES ("m", "v"), NAMES ("o"));
  /* Every other of the first five, from the second on, of the last patch. */
  mien_graph_take_initializer (graph, "last",
                               mien_tensor_new_copy (MIEN_DTYPE_I64, 0, NULL, &(gint64){ -1 }));
  node = mien_graph_append_node (graph, "Gather", "class", NAMES ("o", "last"), NAMES ("c"));
  mien_node_set_int (node, "axis", 1);
  integer (graph, "from", 1);
  integer (graph, "to", 6);
  integer (graph, "axis", -1);
  integer (graph, "step", 2);
  mien_graph_append_node (graph, "Slice", "some", NAMES ("c", "from", "to", "axis", "step"),
                          NAMES ("f"));
  weight (graph, random, "u", 2, DIMS (3, 5));
  mien_graph_append_node (graph, "MatMul", "head", NAMES ("f", "u"), NAMES ("z"));
  mien_graph_append_output (graph, "z", MIEN_DTYPE_F32, 2, DIMS (1, 5), NULL);
  return graph;
}

static double
objective (MienGradient *gradient, MienTensor *x, const char *name, const float *seed)
{
  g_autoptr (GError) error = NULL;
  const MienTensor *value;
  double sum = 0;

  g_assert_true (mien_gradient_forward (gradient, &x, 1, NULL, &error));
  g_assert_no_error (error);
  value = mien_gradient_find_value (gradient, name);
  for (gsize i = 0; i < value->n_elements; i++)
    sum += (double) seed[i] * mien_tensor_f32 (value)[i];
  return sum;
}

static void
test_differences (gconstpointer data)
{
  gboolean is_attention = strcmp (data, "attention") == 0;
  const char *name = is_attention ? "z" : data;
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  g_autoptr (MienGraph) graph = is_attention ? make_attention (random) : make_graph (random);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienModel) model = mien_model_new (graph, MIEN_MODEL_KEEP_VALUES, &error);
  g_autoptr (MienGradient) gradient = NULL;
  g_autoptr (MienTensor) x = random_tensor (random, 4, DIMS (1, 2, 9, 8), -1, 1);
  float seed[] = { 0.3f, -1, 0.7f, 0.2f, -0.4f };
  g_autoptr (MienTensor) grad = NULL;
  double largest = 0;

  g_assert_no_error (error);
  gradient = mien_gradient_new (model, &error);
  g_assert_no_error (error);
  objective (gradient, x, name, seed);
  g_assert_true (mien_gradient_backward (gradient, name, seed, MIEN_GRADIENT_PLAIN, &error));
  g_assert_no_error (error);
  grad =
      mien_tensor_new_copy (MIEN_DTYPE_F32, 4, x->dims, mien_gradient_find (gradient, "x")->data);
  for (gsize i = 0; i < x->n_elements; i++)
    largest = MAX (largest, fabs (mien_tensor_f32 (grad)[i]));
  g_assert_cmpfloat (largest, >, 1e-4);
  for (gsize i = 0; i < x->n_elements; i++)
    {
      float old = mien_tensor_f32 (x)[i];
      double up, down;

      mien_tensor_f32 (x)[i] = old + 0.05f;
      up = objective (gradient, x, name, seed);
      mien_tensor_f32 (x)[i] = old - 0.05f;
      down = objective (gradient, x, name, seed);
      mien_tensor_f32 (x)[i] = old;
      /* The step's own error is third order, the forward pass' about 1e-6 / 0.1. */
      g_assert_cmpfloat_with_epsilon ((up - down) / 0.1, mien_tensor_f32 (grad)[i],
                                      0.02 * largest + 3e-5);
    }
}

/* max (0, x) under both rules. */
static void
test_guided (void)
{
  g_autoptr (MienGraph) graph = mien_graph_new ("g", 13);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienModel) model = NULL;
  g_autoptr (MienGradient) gradient = NULL;
  const float in[] = { -1, 2, 3, 4 }, seed[] = { 5, -6, 7, 0 };
  g_autoptr (MienTensor) x = mien_tensor_new_copy (MIEN_DTYPE_F32, 2, DIMS (1, 4), in);
  const float *d;

  mien_graph_append_input (graph, "x", MIEN_DTYPE_F32, 2, DIMS (1, 4), NULL);
  mien_graph_append_node (graph, "Relu", "r", NAMES ("x"), NAMES ("y"));
  mien_graph_append_output (graph, "y", MIEN_DTYPE_F32, 2, DIMS (1, 4), NULL);
  model = mien_model_new (graph, MIEN_MODEL_KEEP_VALUES, &error);
  g_assert_no_error (error);
  gradient = mien_gradient_new (model, &error);
  g_assert_no_error (error);
  g_assert_true (mien_gradient_forward (gradient, &x, 1, NULL, &error));
  g_assert_true (mien_gradient_backward (gradient, "y", seed, MIEN_GRADIENT_PLAIN, &error));
  d = mien_tensor_f32 (mien_gradient_find (gradient, "x"));
  g_assert_true (d[0] == 0 && d[1] == -6 && d[2] == 7 && d[3] == 0);
  g_assert_true (mien_gradient_backward (gradient, "y", seed, MIEN_GRADIENT_GUIDED, &error));
  d = mien_tensor_f32 (mien_gradient_find (gradient, "x"));
  g_assert_true (d[0] == 0 && d[1] == 0 && d[2] == 7 && d[3] == 0);
}

static void
test_unknown (void)
{
  g_autoptr (MienGraph) graph = mien_graph_new ("g", 13);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienModel) model = NULL;

  mien_graph_append_input (graph, "x", MIEN_DTYPE_F32, 2, DIMS (1, 4), NULL);
  mien_graph_append_node (graph, "Floor", "which", NAMES ("x"), NAMES ("y"));
  mien_graph_append_output (graph, "y", MIEN_DTYPE_F32, 2, DIMS (1, 4), NULL);
  model = mien_model_new (graph, MIEN_MODEL_KEEP_VALUES, &error);
  g_assert_no_error (error);
  g_assert_null (mien_gradient_new (model, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "Floor"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/insight/gradient/scores", "z", test_differences);
  g_test_add_data_func ("/insight/gradient/probabilities", "y", test_differences);
  g_test_add_data_func ("/insight/gradient/attention", "attention", test_differences);
  g_test_add_func ("/insight/gradient/guided", test_guided);
  g_test_add_func ("/insight/gradient/unknown", test_unknown);
  return g_test_run ();
}
