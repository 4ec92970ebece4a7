/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "networks.h"

static MienTensor *
new_picture (gint64 n, gint64 size)
{
  return made_up (4, (gint64[]){ n, 3, size, size }, 77, 1.0f);
}

static MienModel *
new_model (MienModelFlags flags)
{
  g_autoptr (MienGraph) graph = new_network ();
  g_autoptr (GError) error = NULL;
  MienModel *model = mien_model_new (graph, flags, &error);

  g_assert_no_error (error);
  return model;
}

static void
run (MienContext *context, MienTensor *x)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (mien_context_run (context, &x, 1, NULL, &error));
  g_assert_no_error (error);
}

/* Two layers of sums of K products: what rounding alone may do, with Winograd's transforms. */
static void
assert_close (const MienTensor *a, const MienTensor *b)
{
  const float k = 9 * 20, bound = 16 * sqrtf (2 * k) * FLT_EPSILON;
  float largest = 0;

  g_assert_cmpuint (a->n_elements, ==, b->n_elements);
  for (gsize i = 0; i < a->n_elements; i++)
    largest = fmaxf (largest, fabsf (mien_tensor_f32 (a)[i]));
  g_assert_cmpfloat (largest, >, 0.01f);
  for (gsize i = 0; i < a->n_elements; i++)
    g_assert_cmpfloat_with_epsilon (mien_tensor_f32 (a)[i], mien_tensor_f32 (b)[i],
                                    bound * fmaxf (largest, 1.0f));
}

static void
test_fast_is_plain (void)
{
  g_autoptr (MienModel) fast = new_model (MIEN_MODEL_DEFAULT);
  g_autoptr (MienModel) plain = new_model (MIEN_MODEL_PLAIN | MIEN_MODEL_KEEP_VALUES);
  g_autoptr (MienContext) a = mien_context_new (fast, NULL), b = mien_context_new (plain, NULL);

  /* Each size is a plan of its own; the first one comes back after the cache is full. */
  for (gint64 size = 5; size < 40; size += 5)
    {
      g_autoptr (MienTensor) x = new_picture (1 + size % 3, size);

      run (a, x);
      run (b, x);
      assert_close (mien_context_get_output (b, 0), mien_context_get_output (a, 0));
    }
  {
    g_autoptr (MienTensor) x = new_picture (3, 5);

    run (a, x);
    run (b, x);
    assert_close (mien_context_get_output (b, 0), mien_context_get_output (a, 0));
  }
  g_assert_cmpuint (mien_graph_get_nodes (mien_model_get_executed_graph (fast))->len, <,
                    mien_graph_get_nodes (mien_model_get_graph (fast))->len);
}

static void
test_threads (void)
{
  g_autoptr (MienModel) model = new_model (MIEN_MODEL_DEFAULT);
  g_autoptr (MienTensor) x = new_picture (2, 33);
  g_autofree guint8 *first = NULL;
  gsize size = 0;

  for (guint n = 1; n <= 4; n++)
    {
      g_autoptr (MienParallel) parallel = mien_parallel_new (n);
      g_autoptr (MienContext) context = mien_context_new (model, parallel);
      const MienTensor *y;

      run (context, x);
      y = mien_context_get_output (context, 0);
      if (first == NULL)
        {
          first = g_memdup2 (y->data, y->n_bytes);
          size = y->n_bytes;
        }
      g_assert_cmpmem (y->data, y->n_bytes, first, size);
    }
}

typedef struct
{
  MienModel *model;
  guint8 *result;
  gsize size;
} Shared;

static gpointer
run_shared (gpointer data)
{
  Shared *shared = data;
  g_autoptr (MienContext) context = mien_context_new (shared->model, NULL);

  for (int i = 0; i < 20; i++)
    {
      g_autoptr (MienTensor) x = new_picture (1, 16 + i % 3);

      run (context, x);
    }
  {
    g_autoptr (MienTensor) x = new_picture (1, 16);

    run (context, x);
    g_assert_cmpmem (mien_context_get_output (context, 0)->data, shared->size, shared->result,
                     shared->size);
  }
  return NULL;
}

/* Many contexts on one model at the same time. */
static void
test_shared_model (void)
{
  g_autoptr (MienModel) model = new_model (MIEN_MODEL_DEFAULT);
  g_autoptr (MienContext) context = mien_context_new (model, NULL);
  g_autoptr (MienTensor) x = new_picture (1, 16);
  GThread *threads[4];
  Shared shared = { .model = model };

  run (context, x);
  shared.size = mien_context_get_output (context, 0)->n_bytes;
  shared.result = g_memdup2 (mien_context_get_output (context, 0)->data, shared.size);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("run", run_shared, &shared);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_free (shared.result);
}

static void
test_taps (void)
{
  g_autoptr (MienModel) model = new_model (MIEN_MODEL_KEEP_VALUES);
  g_autoptr (MienModel) fused = new_model (MIEN_MODEL_DEFAULT);
  g_autoptr (MienContext) context = mien_context_new (model, NULL);
  g_autoptr (MienContext) other = mien_context_new (fused, NULL);
  g_autoptr (MienTensor) x = new_picture (1, 12);
  g_autoptr (GError) error = NULL;
  const MienTensor *c1, *r2;
  gsize peak;

  run (context, x);
  peak = mien_context_get_peak_bytes (context);
  g_assert_null (mien_context_find_value (context, "c1"));
  g_assert_true (mien_context_add_tap (context, "c1", &error));
  g_assert_true (mien_context_add_tap (context, "r2", &error));
  run (context, x);
  c1 = mien_context_find_value (context, "c1");
  r2 = mien_context_find_value (context, "r2");
  g_assert_cmpint (c1->dims[1], ==, 20);
  g_assert_cmpint (c1->dims[2], ==, 12);
  g_assert_cmpint (r2->dims[3], ==, 12);
  for (int channel = 0; channel < 20; channel++)
    {
      double mean = 0;

      for (int i = 0; i < 144; i++)
        mean += (double) mien_tensor_f32 (r2)[channel * 144 + i] / 144;
      g_assert_cmpfloat_with_epsilon (
          mean, mien_tensor_f32 (mien_context_get_output (context, 0))[channel], 1e-5);
    }
  /* Without the taps the memory is shared again. */
  g_assert_cmpuint (mien_context_get_peak_bytes (context), >, peak);
  mien_context_clear_taps (context);
  run (context, x);
  g_assert_cmpuint (mien_context_get_peak_bytes (context), ==, peak);

  g_assert_false (mien_context_add_tap (other, "c1", &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, "fusion"));
  g_clear_error (&error);
  g_assert_false (mien_context_add_tap (other, "no such value", &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
}

static void
test_wrong_input (void)
{
  g_autoptr (MienModel) model = new_model (MIEN_MODEL_DEFAULT);
  g_autoptr (MienContext) context = mien_context_new (model, NULL);
  g_autoptr (MienTensor) four = made_up (4, (gint64[]){ 1, 4, 8, 8 }, 1, 1.0f);
  g_autoptr (MienTensor) x = new_picture (1, 8);
  g_autoptr (GError) error = NULL;

  g_assert_false (mien_context_run (context, &four, 1, NULL, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
  g_assert_cmpstr (error->message, ==,
                   "the input 'x' takes float32[n,3,n,n], not float32[1,4,8,8]");
  g_clear_error (&error);
  g_assert_false (mien_context_run (context, &four, 0, NULL, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
  /* After an error there is no result, and the context still works. */
  g_assert_null (mien_context_get_output (context, 0));
  run (context, x);
  g_assert_nonnull (mien_context_get_output (context, 0));
}

static void
test_cancel (void)
{
  g_autoptr (MienModel) model = new_model (MIEN_MODEL_DEFAULT);
  g_autoptr (MienContext) context = mien_context_new (model, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (MienTensor) x = new_picture (1, 8);
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (mien_context_run (context, &x, 1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_timing (void)
{
  g_autoptr (MienModel) model = new_model (MIEN_MODEL_KEEP_VALUES);
  g_autoptr (MienContext) context = mien_context_new (model, NULL);
  g_autoptr (MienTensor) x = new_picture (1, 10);
  const MienNodeTiming *timings;
  double flops = 0;
  guint n;

  run (context, x);
  timings = mien_context_get_timings (context, &n);
  g_assert_cmpuint (n, ==, 0);
  mien_context_set_timing (context, TRUE);
  run (context, x);
  timings = mien_context_get_timings (context, &n);
  g_assert_cmpuint (n, >=, 7);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpint (timings[i].time_ns, >=, 0);
      flops += timings[i].flops;
    }
  g_assert_cmpfloat (flops, ==, 2.0 * 100 * 9 * (3 * 20 + 20 * 20));
}

static void
add_small_conv (
    MienGraph *graph, const char *x, const char *y, gint64 c_in, gint64 c_out, gboolean depthwise)
{
  const gint64 k = depthwise ? 3 : 1;
  g_autofree char *w = g_strconcat (y, ".w", NULL), *b = g_strconcat (y, ".b", NULL);
  MienNode *node = mien_graph_append_node (graph, "Conv", y, NAMES (x, w, b), NAMES (y));
  const gint64 dims[4] = { c_out, depthwise ? 1 : c_in, k, k };

  mien_node_set_int (node, "group", depthwise ? c_out : 1);
  mien_node_set_ints (node, "pads", (gint64[]){ k / 2, k / 2, k / 2, k / 2 }, 4);
  mien_graph_take_initializer (graph, w, made_up (4, dims, (guint32) y[0] * 7, 0.3f));
  /* One of them comes without a bias. */
  if (y[0] == 'b')
    g_ptr_array_set_size (node->inputs, 2);
  else
    mien_graph_take_initializer (graph, b, made_up (1, &c_out, (guint32) y[0] * 9, 0.1f));
}

/* Heads of 1, 4 and 10 channels on one map become one convolution: the same numbers, fewer nodes.
 * @behind: each has a depthwise convolution behind it. @read_early: one of those is not alone. */
static void
check_siblings (gboolean behind, gboolean read_early, guint n_convs)
{
  static const char *const heads[] = { "a", "b", "c" };
  static const gint64 channels[] = { 1, 4, 10 };
  g_autoptr (MienGraph) graph = mien_graph_new ("heads", 13);
  g_autoptr (MienModel) fast = NULL, plain = NULL;
  g_autoptr (MienContext) a = NULL, b = NULL;
  g_autoptr (MienTensor) x = new_picture (2, 9);
  g_autoptr (GError) error = NULL;
  GPtrArray *nodes;
  guint n = 0;

  mien_graph_append_input (graph, "x", MIEN_DTYPE_F32, 4, (gint64[]){ -1, 3, -1, -1 }, "n");
  add_small_conv (graph, "x", "map", 3, 24, FALSE);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *last = g_strconcat (heads[i], "2", NULL);

      add_small_conv (graph, "map", heads[i], 24, channels[i], FALSE);
      if (behind)
        add_small_conv (graph, heads[i], last, channels[i], channels[i], TRUE);
      mien_graph_append_output (graph, behind ? last : heads[i], MIEN_DTYPE_F32, 4,
                                (gint64[]){ -1, channels[i], -1, -1 }, "n");
    }
  if (read_early)
    mien_graph_append_output (graph, "b", MIEN_DTYPE_F32, 4, (gint64[]){ -1, 4, -1, -1 }, "n");
  fast = mien_model_new (graph, MIEN_MODEL_DEFAULT, &error);
  g_assert_no_error (error);
  plain = mien_model_new (graph, MIEN_MODEL_PLAIN | MIEN_MODEL_KEEP_VALUES, &error);
  g_assert_no_error (error);
  nodes = mien_graph_get_nodes (mien_model_get_executed_graph (fast));
  for (guint i = 0; i < nodes->len; i++)
    n += strcmp (((MienNode *) nodes->pdata[i])->op_type, "Conv") == 0;
  g_assert_cmpuint (n, ==, n_convs);
  a = mien_context_new (fast, NULL);
  b = mien_context_new (plain, NULL);
  run (a, x);
  run (b, x);
  for (guint i = 0; i < mien_context_get_n_outputs (a); i++)
    assert_close (mien_context_get_output (b, i), mien_context_get_output (a, i));
}

static void
test_siblings (void)
{
  check_siblings (FALSE, FALSE, 2);
  check_siblings (TRUE, FALSE, 3);
  check_siblings (TRUE, TRUE, 5);
}

/* The maximum behind a depthwise convolution is taken by it: the same numbers, no step for the
 * pooling; odd sizes let a row and a column go. */
static void
test_pool (void)
{
  g_autoptr (MienGraph) graph = mien_graph_new ("pool", 13);
  g_autoptr (MienModel) fast = NULL, plain = NULL;
  g_autoptr (MienParallel) parallel = mien_parallel_new (2);
  g_autoptr (MienContext) a = NULL, b = NULL;
  g_autoptr (GError) error = NULL;
  MienNode *node;

  mien_graph_append_input (graph, "x", MIEN_DTYPE_F32, 4, (gint64[]){ -1, 3, -1, -1 }, "n");
  add_small_conv (graph, "x", "map", 3, 40, FALSE);
  add_small_conv (graph, "map", "deep", 40, 40, TRUE);
  mien_graph_append_node (graph, "Relu", "relu", NAMES ("deep"), NAMES ("relu"));
  node = mien_graph_append_node (graph, "MaxPool", "pool", NAMES ("relu"), NAMES ("y"));
  mien_node_set_ints (node, "kernel_shape", (gint64[]){ 2, 2 }, 2);
  mien_node_set_ints (node, "strides", (gint64[]){ 2, 2 }, 2);
  mien_graph_append_output (graph, "y", MIEN_DTYPE_F32, 4, (gint64[]){ -1, 40, -1, -1 }, "n");
  fast = mien_model_new (graph, MIEN_MODEL_DEFAULT, &error);
  g_assert_no_error (error);
  plain = mien_model_new (graph, MIEN_MODEL_PLAIN | MIEN_MODEL_KEEP_VALUES, &error);
  g_assert_no_error (error);
  a = mien_context_new (fast, parallel);
  b = mien_context_new (plain, NULL);
  mien_context_set_timing (a, TRUE);
  for (gint64 size = 1; size < 24; size++)
    {
      g_autoptr (MienTensor) x = new_picture (1 + size % 3, size);
      const MienNodeTiming *timings;
      guint n;

      if (size == 1)
        {
          /* A window that does not fit. */
          g_assert_false (mien_context_run (a, &x, 1, NULL, NULL));
          continue;
        }
      run (a, x);
      run (b, x);
      assert_close (mien_context_get_output (b, 0), mien_context_get_output (a, 0));
      timings = mien_context_get_timings (a, &n);
      for (guint i = 0; i < n; i++)
        g_assert_cmpstr (timings[i].op_type, !=, "MaxPool");
    }
}

/* A shape that only the run knows: NonZero, and what follows it. */
static void
test_late_shapes (void)
{
  g_autoptr (MienGraph) graph = mien_graph_new ("late", 13);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienModel) model = NULL;
  g_autoptr (MienContext) context = NULL;

  mien_graph_append_input (graph, "x", MIEN_DTYPE_F32, 1, (gint64[]){ -1 }, "n");
  mien_graph_append_node (graph, "NonZero", "nz", NAMES ("x"), NAMES ("i"));
  mien_graph_append_node (graph, "Transpose", "t", NAMES ("i"), NAMES ("t"));
  mien_graph_append_node (graph, "GatherND", "g", NAMES ("x", "t"), NAMES ("g"));
  mien_graph_append_node (graph, "Neg", "y", NAMES ("g"), NAMES ("y"));
  mien_graph_append_output (graph, "y", MIEN_DTYPE_F32, 1, (gint64[]){ -1 }, "m");
  model = mien_model_new (graph, MIEN_MODEL_DEFAULT, &error);
  g_assert_no_error (error);
  context = mien_context_new (model, NULL);
  for (gint64 n = 1; n < 5; n++)
    {
      g_autoptr (MienTensor) x = mien_tensor_new_f32 (1, &n);
      const MienTensor *y;

      mien_tensor_f32 (x)[n - 1] = 5.0f;
      run (context, x);
      y = mien_context_get_output (context, 0);
      g_assert_cmpuint (y->n_elements, ==, 1);
      g_assert_cmpfloat (mien_tensor_f32 (y)[0], ==, -5.0f);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/context/fast-is-plain", test_fast_is_plain);
  g_test_add_func ("/nn/context/threads", test_threads);
  g_test_add_func ("/nn/context/shared-model", test_shared_model);
  g_test_add_func ("/nn/context/taps", test_taps);
  g_test_add_func ("/nn/context/wrong-input", test_wrong_input);
  g_test_add_func ("/nn/context/cancel", test_cancel);
  g_test_add_func ("/nn/context/timing", test_timing);
  g_test_add_func ("/nn/context/siblings", test_siblings);
  g_test_add_func ("/nn/context/pool", test_pool);
  g_test_add_func ("/nn/context/late-shapes", test_late_shapes);
  return g_test_run ();
}
