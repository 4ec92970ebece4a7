/* What is written is what was trained, and can be taken up again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/export.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "dataset/random.h"
#include "nn/context.h"
#include "train/archs.h"
#include "train/loss.h"
#include "train/samples.h"

static MienNetwork *
make (const char *arch, guint64 seed)
{
  MienNetwork *network =
      mien_arch_build (mien_arch_find (arch), mien_train_kernels_find (MIEN_PRECISION_F32), 0);

  mien_network_prepare (network, 2, NULL);
  mien_network_initialise (network, seed);
  return network;
}

/* Every weight goes out and comes back to its place. */
static void
test_import (gconstpointer arch)
{
  g_autoptr (MienNetwork) a = make (arch, 1), b = make (arch, 2);
  MienRandom random = mien_random_at (1, 1, 1);
  g_autoptr (MienGraph) graph = NULL;
  g_autoptr (GError) error = NULL;
  gsize n = mien_network_get_n_params (a);
  guint taken;

  for (gsize i = 0; i < n; i++)
    if (mien_network_get_params (a)[i] != 0)
      mien_network_get_params (a)[i] = mien_random_normal (&random);
  graph = mien_export_graph (a, NULL, NULL, NULL);
  g_assert_true (mien_graph_sort (graph, &error));
  g_assert_no_error (error);
  g_assert_true (mien_export_import (b, graph, &taken, &error));
  g_assert_cmpuint (taken, >, 10);
  g_assert_cmpmem (mien_network_get_params (a), n * sizeof (float), mien_network_get_params (b),
                   n * sizeof (float));
}

/* A file with weights in float16 gives all of them back too, as exact as float16 is. */
static void
test_import_half (void)
{
  g_autoptr (MienNetwork) a = make ("mien-fast", 1), b = make ("mien-fast", 2);
  g_autoptr (MienGraph) graph = mien_export_graph (a, NULL, NULL, NULL), read = NULL;
  g_autofree char *dir = g_dir_make_tmp ("mien-export-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "half.onnx", NULL);
  g_autoptr (GError) error = NULL;
  guint taken, all;

  g_assert_true (mien_export_import (b, graph, &all, &error));
  mien_network_initialise (b, 2);
  g_assert_true (mien_graph_write_onnx (graph, path, TRUE, &error));
  g_assert_no_error (error);
  read = mien_graph_read_onnx (path, &error);
  g_assert_no_error (error);
  g_assert_true (mien_export_import (b, read, &taken, &error));
  g_assert_cmpuint (taken, ==, all);
  for (gsize i = 0; i < mien_network_get_n_params (a); i++)
    g_assert_cmpfloat_with_epsilon (mien_network_get_params (b)[i], mien_network_get_params (a)[i],
                                    1e-3);
  g_remove (path);
  g_rmdir (dir);
}

static void
test_refused (void)
{
  g_autoptr (MienNetwork) a = make ("mien-fast", 1), b = make ("mini-xception", 2);
  g_autoptr (MienGraph) graph = mien_export_graph (a, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;
  guint taken;

  g_assert_false (mien_export_import (b, graph, &taken, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
}

/* The engine gives the probabilities that the trainer gives. */
static void
test_engine (gconstpointer arch)
{
  g_autoptr (MienNetwork) network = make (arch, 4);
  MienRandom random = mien_random_at (2, 2, 2);
  guint w = mien_network_get_width (network), h = mien_network_get_height (network);
  guint channels = mien_network_get_channels (network);
  gsize plane = (gsize) w * h;
  gint64 dims[] = { 2, channels, h, w };
  g_autoptr (MienTensor) input = mien_tensor_new_f32 (4, dims);
  g_autofree float *pictures = g_new (float, 2 * plane * channels);
  g_autoptr (MienGraph) graph = NULL;
  g_autoptr (MienModel) model = NULL;
  g_autoptr (MienContext) context = NULL;
  g_autoptr (GError) error = NULL;
  float *state = mien_network_get_state (network);

  for (gsize i = 0; i < mien_network_get_n_state (network); i++)
    if (state[i] > 0)
      state[i] = mien_random_range (&random, 0.5f, 2);
  for (guint i = 0; i < 2; i++)
    {
      float *raw = mien_tensor_f32 (input) + i * plane * channels;

      for (gsize k = 0; k < plane; k++)
        raw[k] = mien_random_range (&random, 0, 255);
      for (guint c = 1; c < channels; c++)
        memcpy (raw + c * plane, raw, plane * sizeof *raw);
      mien_samples_normalise (raw, w, h, pictures + i * plane * channels, w, h, channels);
    }
  graph = mien_export_graph (network, NULL, NULL, NULL);
  model = mien_model_new (graph, MIEN_MODEL_DEFAULT, &error);
  g_assert_no_error (error);
  context = mien_context_new (model, NULL);
  g_assert_true (mien_context_run (context, &input, 1, NULL, &error));
  mien_network_forward (network, pictures, 2, FALSE, 0, 0);
  for (guint head = 0; head < 2; head++)
    {
      guint n = 2 * mien_network_get_n_classes (network, head);
      const MienTensor *out =
          mien_context_find_value (context, mien_network_get_output_name (network, head));
      float expected[16];

      mien_network_read_output (network, head, expected);
      mien_loss_softmax (expected, 2, n / 2);
      g_assert_cmpuint (out->n_elements, ==, n);
      for (guint i = 0; i < n; i++)
        g_assert_cmpfloat_with_epsilon (mien_tensor_f32 (out)[i], expected[i], 2e-4);
    }
}

/* Both heads' probabilities of one picture of 48x48, always the same. */
static void
ask (MienGraph *graph, float ferplus[8], float fer2013[7])
{
  const gint64 dims[] = { 1, 1, 48, 48 };
  g_autoptr (MienTensor) input = mien_tensor_new_f32 (4, dims);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienModel) model = mien_model_new (graph, MIEN_MODEL_DEFAULT, &error);
  g_autoptr (MienContext) context = NULL;

  g_assert_no_error (error);
  for (guint i = 0; i < 2304; i++)
    mien_tensor_f32 (input)[i] = (float) (i * 7 % 255);
  context = mien_context_new (model, NULL);
  g_assert_true (mien_context_run (context, &input, 1, NULL, &error));
  memcpy (ferplus, mien_tensor_f32 (mien_context_find_value (context, "ferplus")),
          8 * sizeof *ferplus);
  memcpy (fer2013, mien_tensor_f32 (mien_context_find_value (context, "fer2013")),
          7 * sizeof *fer2013);
}

/* Offsets of the logits: odds change by their exponential, the other head not at all. */
static void
test_offsets (void)
{
  static const float offsets[8] = { 0, 0, 0, 0, 0, 1.5f, 0, 0 };
  g_autoptr (MienNetwork) network = make ("mini-xception", 4);
  g_autoptr (MienGraph) graph = mien_export_graph (network, NULL, NULL, NULL);
  float before[8], after[8], labels[7], labels_after[7];

  ask (graph, before, labels);
  mien_export_add_offsets (graph, "ferplus", offsets, 8);
  ask (graph, after, labels_after);
  g_assert_cmpfloat_with_epsilon (after[5] / after[0], before[5] / before[0] * 4.4816891f, 1e-3);
  g_assert_cmpmem (labels, sizeof labels, labels_after, sizeof labels_after);
}

/* The stack's map of the logits of both heads is what `ferplus` answers by; `fer2013` stays. */
static void
test_stack (void)
{
  static const char *const heads[] = { "ferplus", "fer2013", NULL };
  g_autoptr (MienNetwork) network = make ("mini-xception", 4);
  g_autoptr (MienGraph) graph = mien_export_graph (network, NULL, NULL, NULL);
  MienRandom random = mien_random_at (3, 1, 1);
  MienStack stack = { .n_inputs = 15, .n_classes = 8 };
  float before[15], after[15], expected[8];

  /* Each row sums to nothing over a head, so that log probabilities serve as logits. */
  for (guint c = 0; c < 8; c++)
    {
      stack.weights[c * 15 + c] += 1;
      stack.weights[c * 15 + (c + 1) % 8] -= 0.5f;
      stack.weights[c * 15 + (c + 3) % 8] -= 0.5f;
      stack.weights[c * 15 + 8 + c % 7] = mien_random_normal (&random);
      stack.weights[c * 15 + 8 + (c + 2) % 7] = -stack.weights[c * 15 + 8 + c % 7];
      stack.bias[c] = mien_random_normal (&random);
    }
  ask (graph, before, before + 8);
  mien_export_add_stack (graph, "ferplus", heads, &stack);
  ask (graph, after, after + 8);
  g_assert_cmpmem (before + 8, 7 * sizeof *before, after + 8, 7 * sizeof *after);
  for (guint i = 0; i < 15; i++)
    before[i] = logf (before[i]);
  mien_stack_apply (&stack, before, 1, expected);
  mien_loss_softmax (expected, 1, 8);
  for (guint c = 0; c < 8; c++)
    g_assert_cmpfloat_with_epsilon (after[c], expected[c], 1e-5);
}

/* Only the heads asked for, and nothing that only the other one needs. */
static void
test_heads (void)
{
  static const char *const heads[] = { "ferplus", NULL };
  g_autoptr (MienNetwork) network = make ("mini-xception", 1);
  g_autoptr (MienGraph) graph = mien_export_graph (network, NULL, NULL, heads);

  g_assert_cmpuint (mien_graph_get_outputs (graph)->len, ==, 1);
  g_assert_null (mien_graph_find_initializer (graph, "fer2013.conv.weight"));
  g_assert_nonnull (mien_graph_find_initializer (graph, "ferplus.conv.weight"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/export/import/mien-fast", "mien-fast", test_import);
  g_test_add_data_func ("/export/import/mini-xception", "mini-xception", test_import);
  g_test_add_data_func ("/export/import/reference48", "reference48", test_import);
  g_test_add_data_func ("/export/engine/mien", "mien", test_engine);
  g_test_add_data_func ("/export/engine/mini-xception", "mini-xception", test_engine);
  g_test_add_data_func ("/export/engine/hog", "hog", test_engine);
  g_test_add_data_func ("/export/engine/mien64", "mien64", test_engine);
  g_test_add_data_func ("/export/engine/vgg13", "vgg13", test_engine);
  g_test_add_func ("/export/import/half", test_import_half);
  g_test_add_func ("/export/offsets", test_offsets);
  g_test_add_func ("/export/stack", test_stack);
  g_test_add_func ("/export/refused", test_refused);
  g_test_add_func ("/export/heads", test_heads);
  return g_test_run ();
}
