/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"
#include "networks.h"

static void
test_sort (void)
{
  g_autoptr (MienGraph) graph = mien_graph_new ("g", 13);
  g_autoptr (GError) error = NULL;

  mien_graph_append_input (graph, "x", MIEN_DTYPE_F32, 1, (gint64[]){ 2 }, NULL);
  mien_graph_append_node (graph, "Relu", "third", NAMES ("b"), NAMES ("c"));
  mien_graph_append_node (graph, "Relu", "second", NAMES ("a"), NAMES ("b"));
  mien_graph_append_node (graph, "Relu", "first", NAMES ("x"), NAMES ("a"));
  mien_graph_append_output (graph, "c", MIEN_DTYPE_F32, 1, (gint64[]){ 2 }, NULL);
  g_assert_true (mien_graph_sort (graph, &error));
  g_assert_cmpstr (((MienNode *) mien_graph_get_nodes (graph)->pdata[0])->name, ==, "first");
  g_assert_cmpstr (((MienNode *) mien_graph_get_nodes (graph)->pdata[2])->name, ==, "third");
  g_assert_cmpstr (mien_graph_find_producer (graph, "b")->name, ==, "second");
}

static void
assert_refused (MienGraph *graph, const char *reason)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (mien_graph_sort (graph, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, reason));
}

static void
test_malformed (void)
{
  g_autoptr (MienGraph) cycle = mien_graph_new ("g", 13);
  g_autoptr (MienGraph) twice = mien_graph_new ("g", 13);
  g_autoptr (MienGraph) missing = mien_graph_new ("g", 13);

  mien_graph_append_node (cycle, "Relu", "one", NAMES ("b"), NAMES ("a"));
  mien_graph_append_node (cycle, "Relu", "two", NAMES ("a"), NAMES ("b"));
  mien_graph_append_output (cycle, "b", MIEN_DTYPE_F32, 0, NULL, NULL);
  assert_refused (cycle, "cycle");
  mien_graph_append_input (twice, "x", MIEN_DTYPE_F32, 0, NULL, NULL);
  mien_graph_append_node (twice, "Relu", "one", NAMES ("x"), NAMES ("a"));
  mien_graph_append_node (twice, "Relu", "two", NAMES ("x"), NAMES ("a"));
  assert_refused (twice, "'a' is made twice");
  mien_graph_append_node (missing, "Relu", "one", NAMES ("nowhere"), NAMES ("a"));
  assert_refused (missing, "'nowhere'");
}

static GBytes *
write_bytes (MienGraph *graph, gboolean f16)
{
  g_autofree char *dir = g_dir_make_tmp ("mien-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "m.onnx", NULL);
  g_autoptr (GError) error = NULL;
  char *contents;
  gsize length;

  g_assert_true (mien_graph_write_onnx (graph, path, f16, &error));
  g_assert_true (g_file_get_contents (path, &contents, &length, &error));
  g_unlink (path);
  g_rmdir (dir);
  return g_bytes_new_take (contents, length);
}

static void
test_round_trip (void)
{
  g_autoptr (MienGraph) graph = new_network ();
  g_autoptr (MienGraph) back = NULL;
  g_autoptr (GBytes) first = NULL, second = NULL;
  g_autoptr (GError) error = NULL;
  const MienValueInfo *input;
  const MienAttribute *pads;

  mien_graph_set_metadata (graph, "mien.task", "classifier");
  first = write_bytes (graph, FALSE);
  back = mien_graph_read_onnx_bytes (first, "m.onnx", &error);
  g_assert_no_error (error);
  second = write_bytes (back, FALSE);
  g_assert_true (g_bytes_equal (first, second));
  g_assert_cmpstr (mien_graph_find_metadata (back, "mien.task"), ==, "classifier");
  g_assert_cmpint (mien_graph_get_opset (back), ==, 13);
  g_assert_cmpuint (mien_graph_get_inputs (back)->len, ==, 1);
  input = mien_graph_get_inputs (back)->pdata[0];
  g_assert_cmpint (input->dims[0], ==, -1);
  g_assert_cmpstr (input->dim_names[0], ==, "n");
  g_assert_cmpint (input->dims[1], ==, 3);
  pads = mien_node_find_attribute (mien_graph_find_producer (back, "c1"), "pads");
  g_assert_cmpint (pads->type, ==, MIEN_ATTRIBUTE_INTS);
  g_assert_cmpuint (pads->n, ==, 4);
}

static void
test_f16_weights (void)
{
  g_autoptr (MienGraph) graph = new_network ();
  g_autoptr (GBytes) small = write_bytes (graph, TRUE), large = write_bytes (graph, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienGraph) back = mien_graph_read_onnx_bytes (small, "m.onnx", &error);
  g_autoptr (MienModel) model = NULL;
  MienTensor *before, *after;

  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (small), <, g_bytes_get_size (large) * 6 / 10);
  model = mien_model_new (back, MIEN_MODEL_KEEP_VALUES, &error);
  g_assert_no_error (error);
  before = mien_graph_find_initializer (graph, "c2.w");
  after = mien_graph_find_initializer (mien_model_get_executed_graph (model), "c2.w");
  g_assert_cmpint (after->dtype, ==, MIEN_DTYPE_F32);
  for (gsize i = 0; i < before->n_elements; i++)
    g_assert_cmpfloat_with_epsilon (mien_tensor_f32 (before)[i], mien_tensor_f32 (after)[i],
                                    0.3f * 0x1p-11f);
}

/* Cut at every byte: an error, or a model that says what it lacks; never a crash. */
static void
test_truncated (void)
{
  g_autoptr (MienGraph) graph = mien_graph_new ("t", 13);
  g_autoptr (GBytes) whole = NULL;
  guint refused = 0;
  gsize size;

  mien_graph_append_input (graph, "x", MIEN_DTYPE_F32, 4, (gint64[]){ 1, 1, 4, 4 }, NULL);
  add_conv (graph, "x", "y", 1, 2, 3);
  mien_graph_append_output (graph, "y", MIEN_DTYPE_F32, 4, (gint64[]){ 1, 2, 4, 4 }, NULL);
  whole = write_bytes (graph, FALSE);
  size = g_bytes_get_size (whole);
  for (gsize n = 0; n < size; n++)
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (whole, 0, n);
      g_autoptr (GError) error = NULL;
      g_autoptr (MienGraph) read = mien_graph_read_onnx_bytes (part, "cut.onnx", &error);

      g_assert_true ((read == NULL) == (error != NULL));
      refused += read == NULL;
      if (error != NULL)
        g_assert_true (g_str_has_prefix (error->message, "cut.onnx: "));
    }
  /* The graph is one message; only what stands behind it may be missing without notice. */
  g_assert_cmpuint (refused, >, size - 32);
}

/* A shape of 2^62 elements with no data behind it, and one that a node asks for. */
static void
test_too_large (void)
{
  const gint64 shape[] = { G_GINT64_CONSTANT (1) << 31, G_GINT64_CONSTANT (1) << 31 };
  g_autoptr (MienGraph) graph = mien_graph_new ("g", 13);
  g_autoptr (MienModel) model = NULL;
  g_autoptr (GError) error = NULL;

  mien_graph_take_initializer (graph, "shape",
                               mien_tensor_new_copy (MIEN_DTYPE_I64, 1, (gint64[]){ 2 }, shape));
  mien_graph_append_node (graph, "ConstantOfShape", "fill", NAMES ("shape"), NAMES ("y"));
  mien_graph_append_output (graph, "y", MIEN_DTYPE_F32, 2, shape, NULL);
  model = mien_model_new (graph, MIEN_MODEL_DEFAULT, &error);
  g_assert_null (model);
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
}

/* Tensor messages byte by byte: dims, type, data elsewhere. */
static void
test_external_data (void)
{
  static const guint8 message[] = {
    0x3a, 0x1c,                              /* graph, 28 bytes */
    0x2a, 0x16,                              /* initializer, 22 bytes */
    0x08, 0x01, 0x10, 0x01, 0x42, 0x01, 'w', /* dims 1, float32, name */
    0x6a, 0x0b, 0x0a, 0x08, 'l',  'o',  'c', 'a',
    't',  'i',  'o',  'n',  0x12, 0x01, 'f', /* external */
    0x62, 0x02, 0x0a, 0x00,                  /* output */
  };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GByteArray) array = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  guint8 fixed[sizeof message];

  memcpy (fixed, message, sizeof message);
  /* Lengths follow from the parts: the external entry is 13 bytes, the tensor 7 + 15. */
  fixed[12] = 0x0d;
  fixed[3] = 22;
  fixed[1] = 2 + 22 + 4;
  g_byte_array_append (array, fixed, sizeof fixed);
  bytes = g_bytes_new (array->data, array->len);
  g_assert_null (mien_graph_read_onnx_bytes (bytes, "e.onnx", &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "another file"));
}

static void
test_unsupported (void)
{
  g_autoptr (MienGraph) graph = mien_graph_new ("g", 13);
  g_autoptr (GError) error = NULL;

  mien_graph_append_input (graph, "x", MIEN_DTYPE_F32, 1, (gint64[]){ -1 }, "n");
  mien_graph_append_node (graph, "Bernoulli", "dice", NAMES ("x"), NAMES ("y"));
  mien_graph_append_output (graph, "y", MIEN_DTYPE_F32, 1, (gint64[]){ -1 }, "n");
  g_assert_null (mien_model_new (graph, MIEN_MODEL_DEFAULT, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_UNSUPPORTED);
  g_assert_cmpstr (error->message, ==,
                   "operator 'Bernoulli' (node 'dice', opset 13) is not supported");
}

static void
assert_not_read (MienGraph *graph, int code, const char *reason)
{
  g_autoptr (GBytes) bytes = write_bytes (graph, FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_null (mien_graph_read_onnx_bytes (bytes, "m.onnx", &error));
  g_assert_error (error, MIEN_ERROR, code);
  g_assert_nonnull (strstr (error->message, reason));
}

/* A file that claims to be optimised: the kernels would trust what it says of slopes and layouts.
 */
static void
test_reserved (void)
{
  g_autoptr (MienGraph) graph = new_network (), other = new_network ();
  MienNode *node = mien_graph_find_producer (graph, "c1");

  mien_node_set_int (node, "mien_activation", 4);
  assert_not_read (graph, MIEN_ERROR_MODEL, "the attribute 'mien_activation' is reserved");
  node = mien_graph_find_producer (other, "r1");
  g_free (node->domain);
  node->domain = g_strdup ("mien");
  assert_not_read (other, MIEN_ERROR_UNSUPPORTED, "operator 'Relu' (node 'r1', domain 'mien')");
}

/* A node whose only output has no name does nothing; one that names only its second is refused. */
static void
test_unnamed_outputs (void)
{
  g_autoptr (MienGraph) graph = mien_graph_new ("g", 13);
  g_autoptr (GError) error = NULL;
  MienModel *model;

  mien_graph_append_input (graph, "x", MIEN_DTYPE_F32, 1, (gint64[]){ 4 }, NULL);
  mien_graph_append_node (graph, "Neg", "idle", NAMES ("x"), NAMES (""));
  mien_graph_append_node (graph, "Relu", "relu", NAMES ("x"), NAMES ("y"));
  mien_graph_append_output (graph, "y", MIEN_DTYPE_F32, 1, (gint64[]){ 4 }, NULL);
  model = mien_model_new (graph, MIEN_MODEL_DEFAULT, &error);
  g_assert_no_error (error);
  mien_model_unref (model);
  mien_graph_append_node (graph, "Dropout", "half", NAMES ("x"), NAMES ("", "mask"));
  g_assert_null (mien_model_new (graph, MIEN_MODEL_DEFAULT, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
  g_assert_cmpstr (error->message, ==,
                   "node 'half' (Dropout, opset 13): the first output has no name");
  g_clear_error (&error);
  mien_graph_append_output (graph, "", MIEN_DTYPE_F32, 1, (gint64[]){ 4 }, NULL);
  g_assert_null (mien_model_new (graph, MIEN_MODEL_DEFAULT, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
  g_assert_cmpstr (error->message, ==, "nothing makes the output ''");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/graph/sort", test_sort);
  g_test_add_func ("/nn/graph/malformed", test_malformed);
  g_test_add_func ("/nn/graph/round-trip", test_round_trip);
  g_test_add_func ("/nn/graph/f16-weights", test_f16_weights);
  g_test_add_func ("/nn/graph/truncated", test_truncated);
  g_test_add_func ("/nn/graph/too-large", test_too_large);
  g_test_add_func ("/nn/graph/external-data", test_external_data);
  g_test_add_func ("/nn/graph/unsupported", test_unsupported);
  g_test_add_func ("/nn/graph/reserved", test_reserved);
  g_test_add_func ("/nn/graph/unnamed-outputs", test_unnamed_outputs);
  return g_test_run ();
}
