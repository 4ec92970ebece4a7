/* A 1x1 convolution and the depthwise one behind it as one step: the bits of the two one after the
 * other, for any number of threads, at every edge of the strips.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "networks.h"

typedef struct
{
  gint64 n, c_in, c, h, w;
  gint64 k, stride, dilation;
  gint64 pads[4];
  const char *between; /* an operator, or NULL */
  gboolean pool;
  gboolean branch; /* somebody else needs the map between them */
  guint n_pairs;   /* that are expected */
} Case;

static const Case cases[] = {
  { 1, 16, 64, 80, 80, 3, 1, 1, { 1, 1, 1, 1 }, NULL, FALSE, FALSE, 1 },
  { 2, 20, 40, 61, 67, 3, 1, 1, { 1, 1, 1, 1 }, "Relu", FALSE, FALSE, 1 },
  { 1, 16, 33, 70, 75, 3, 2, 1, { 1, 1, 1, 1 }, "Sigmoid", FALSE, FALSE, 1 },
  { 2, 17, 48, 64, 64, 5, 1, 1, { 2, 2, 2, 2 }, "Relu", FALSE, FALSE, 1 },
  { 1, 32, 48, 66, 63, 5, 2, 1, { 1, 2, 2, 1 }, NULL, FALSE, FALSE, 1 },
  { 1, 16, 64, 80, 81, 3, 1, 1, { 1, 1, 1, 1 }, "Relu", TRUE, FALSE, 1 },
  { 3, 16, 64, 75, 60, 3, 1, 1, { 0, 0, 0, 0 }, NULL, TRUE, FALSE, 1 },
  { 1, 16, 64, 80, 80, 3, 1, 2, { 2, 2, 2, 2 }, NULL, FALSE, FALSE, 1 },
  /* A window lower than its step, so that rows are left out between strips. */
  { 1, 16, 64, 80, 80, 1, 2, 1, { 0, 0, 0, 0 }, NULL, FALSE, FALSE, 1 },
  /* Padding that is higher than the window's share of the picture. */
  { 1, 16, 64, 60, 60, 3, 1, 1, { 9, 0, 7, 2 }, NULL, FALSE, FALSE, 1 },
  /* The map lies in the cache anyway. */
  { 1, 16, 32, 20, 20, 3, 1, 1, { 1, 1, 1, 1 }, NULL, FALSE, FALSE, 0 },
  { 1, 16, 64, 80, 80, 3, 1, 1, { 1, 1, 1, 1 }, NULL, FALSE, TRUE, 0 },
  /* Many weights. */
  { 1, 128, 128, 40, 40, 3, 1, 1, { 1, 1, 1, 1 }, NULL, FALSE, FALSE, 0 },
};

static void
append_conv (MienGraph *graph, const char *x, const char *y, gint64 in, gint64 to, gint64 k)
{
  g_autofree char *w = g_strconcat (y, ".w", NULL), *b = g_strconcat (y, ".b", NULL);
  MienNode *node = mien_graph_append_node (graph, "Conv", y, NAMES (x, w, b), NAMES (y));

  mien_node_set_ints (node, "kernel_shape", (gint64[]){ k, k }, 2);
  mien_graph_take_initializer (
      graph, w, made_up (4, (gint64[]){ to, in, k, k }, (guint32) (in + k), 1.0f / (float) in));
  mien_graph_take_initializer (graph, b, made_up (1, &to, (guint32) to, 0.1f));
}

static MienGraph *
new_graph (const Case *c)
{
  MienGraph *graph = mien_graph_new ("pair", 13);
  const char *map = "point";
  MienNode *node;

  mien_graph_append_input (graph, "x", MIEN_DTYPE_F32, 4, (gint64[]){ -1, 3, c->h, c->w }, "n");
  append_conv (graph, "x", "start", 3, c->c_in, 1);
  append_conv (graph, "start", "point", c->c_in, c->c, 1);
  if (c->between != NULL)
    {
      map = "between";
      mien_graph_append_node (graph, c->between, map, NAMES ("point"), NAMES (map));
    }
  append_conv (graph, map, "depth", 1, c->c, c->k);
  node = mien_graph_find_producer (graph, "depth");
  mien_node_set_int (node, "group", c->c);
  mien_node_set_ints (node, "strides", (gint64[]){ c->stride, c->stride }, 2);
  mien_node_set_ints (node, "dilations", (gint64[]){ c->dilation, c->dilation }, 2);
  mien_node_set_ints (node, "pads", c->pads, 4);
  if (c->pool)
    {
      node = mien_graph_append_node (graph, "MaxPool", "y", NAMES ("depth"), NAMES ("y"));
      mien_node_set_ints (node, "kernel_shape", (gint64[]){ 2, 2 }, 2);
      mien_node_set_ints (node, "strides", (gint64[]){ 2, 2 }, 2);
    }
  mien_graph_append_output (graph, c->pool ? "y" : "depth", MIEN_DTYPE_F32, -1, NULL, NULL);
  if (c->branch)
    mien_graph_append_output (graph, map, MIEN_DTYPE_F32, -1, NULL, NULL);
  return graph;
}

/* The first output, copied. @n_pairs: steps that were pairs. */
static MienTensor *
compute (MienGraph *graph, const Case *c, MienModelFlags flags, guint threads, guint *n_pairs)
{
  g_autoptr (MienParallel) parallel = mien_parallel_new (threads);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienModel) model = mien_model_new (graph, flags, &error);
  g_autoptr (MienContext) context = NULL;
  g_autoptr (MienTensor) x = made_up (4, (gint64[]){ c->n, 3, c->h, c->w }, 9, 1.0f);
  const MienNodeTiming *timings;
  const MienTensor *y;
  guint n;

  g_assert_no_error (error);
  context = mien_context_new (model, parallel);
  mien_context_set_timing (context, TRUE);
  /* Twice: what one run leaves in the strips must not matter to the next. */
  for (int i = 0; i < 2; i++)
    {
      mien_context_run (context, &x, 1, NULL, &error);
      g_assert_no_error (error);
    }
  timings = mien_context_get_timings (context, &n);
  *n_pairs = 0;
  for (guint i = 0; i < n; i++)
    *n_pairs += strcmp (timings[i].op_type, "ConvPair") == 0;
  y = mien_context_get_output (context, 0);
  return mien_tensor_new_copy (y->dtype, y->rank, y->dims, y->data);
}

static void
test_bits (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *c = &cases[i];
      g_autoptr (MienGraph) graph = new_graph (c);
      guint n_pairs;
      g_autoptr (MienTensor) want = compute (graph, c, MIEN_MODEL_KEEP_VALUES, 1, &n_pairs);

      g_assert_cmpuint (n_pairs, ==, 0);
      for (guint threads = 1; threads <= 5; threads += 2)
        {
          g_autoptr (MienTensor) got = compute (graph, c, MIEN_MODEL_DEFAULT, threads, &n_pairs);

          g_test_message ("case %zu, %u threads", i, threads);
          g_assert_cmpuint (n_pairs, ==, c->n_pairs);
          g_assert_cmpuint (got->n_elements, ==, want->n_elements);
          g_assert_cmpmem (got->data, got->n_elements * sizeof (float), want->data,
                           want->n_elements * sizeof (float));
        }
    }
}

/* And what the definition gives, so that both are not wrong together. */
static void
test_definition (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *c = &cases[i];
      g_autoptr (MienGraph) graph = new_graph (c);
      guint n_pairs;
      g_autoptr (MienTensor) want = compute (graph, c, MIEN_MODEL_PLAIN, 1, &n_pairs);
      g_autoptr (MienTensor) got = compute (graph, c, MIEN_MODEL_DEFAULT, 2, &n_pairs);

      for (gsize k = 0; k < want->n_elements; k++)
        g_assert_cmpfloat_with_epsilon (mien_tensor_f32 (got)[k], mien_tensor_f32 (want)[k], 1e-5f);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pairs/bits", test_bits);
  g_test_add_func ("/pairs/definition", test_definition);
  return g_test_run ();
}
