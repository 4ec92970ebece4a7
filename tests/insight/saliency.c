/* Saliency maps and the linear probe against PyTorch: golden data of tests/golden/insight/make.py.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "insight/probe.h"
#include "insight/saliency.h"

#define CLASS 2

static char *
golden (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "golden", "insight", name, NULL);
}

static MienTensor *
load (const char *name)
{
  g_autofree char *path = golden (name);
  g_autoptr (GError) error = NULL;
  MienTensor *tensor = mien_tensor_load_npy (path, &error);

  g_assert_no_error (error);
  return tensor;
}

static MienModel *
load_net (void)
{
  g_autofree char *path = golden ("net.onnx");
  g_autoptr (GError) error = NULL;
  MienModel *model = mien_model_load (path, MIEN_MODEL_KEEP_VALUES, &error);

  g_assert_no_error (error);
  return model;
}

static void
test_against_torch (gconstpointer data)
{
  const char *name = data;
  g_autofree char *file = g_strdup_printf ("%s.npy", name);
  g_autoptr (MienModel) model = load_net ();
  g_autoptr (MienTensor) input = load ("input.npy");
  g_autoptr (MienTensor) expected = load (file);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienSaliency) saliency = mien_saliency_new (model, NULL, &error);
  g_autoptr (MienTensor) map = NULL;
  MienSaliencyMethod method;
  double largest = 0, difference = 0;

  g_assert_no_error (error);
  g_assert_true (mien_saliency_method_from_name (name, &method));
  map = mien_saliency_map (saliency, input, method, CLASS, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (map->n_elements, ==, expected->n_elements);
  for (gsize i = 0; i < map->n_elements; i++)
    {
      double e = mien_tensor_f32 (expected)[i];

      largest = MAX (largest, fabs (e));
      difference = MAX (difference, fabs (e - mien_tensor_f32 (map)[i]));
    }
  g_test_message ("%s: largest difference %.2e of %.3g", name, difference, largest);
  g_assert_cmpfloat (largest, >, 0);
  g_assert_cmpfloat (difference, <=, 2e-5 * largest);
}

/* Covering what the score rests on lowers it; a flat picture has nothing to cover. */
static void
test_occlusion (void)
{
  g_autoptr (MienModel) model = load_net ();
  g_autoptr (MienTensor) input = load ("input.npy");
  g_autoptr (MienTensor) flat = mien_tensor_new_f32 (input->rank, input->dims);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienSaliency) saliency = mien_saliency_new (model, NULL, &error);
  g_autoptr (MienTensor) map = NULL, nothing = NULL;
  double spread = 0;

  g_assert_no_error (error);
  mien_saliency_set_occluder (saliency, 4, 2);
  map = mien_saliency_map (saliency, input, MIEN_SALIENCY_OCCLUSION, CLASS, NULL, NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < map->n_elements; i++)
    spread = MAX (spread, fabs (mien_tensor_f32 (map)[i]));
  g_assert_cmpfloat (spread, >, 1e-4);
  for (gsize i = 0; i < flat->n_elements; i++)
    mien_tensor_f32 (flat)[i] = 128;
  nothing = mien_saliency_map (saliency, flat, MIEN_SALIENCY_OCCLUSION, CLASS, NULL, NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < nothing->n_elements; i++)
    g_assert_cmpfloat_with_epsilon (mien_tensor_f32 (nothing)[i], 0, 1e-6);
}

static void
test_errors (void)
{
  g_autoptr (MienModel) model = load_net ();
  g_autoptr (MienTensor) input = load ("input.npy");
  g_autoptr (GError) error = NULL;
  g_autoptr (MienSaliency) saliency = NULL;

  g_assert_null (mien_saliency_new (model, "nothing", &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_USAGE);
  g_clear_error (&error);
  saliency = mien_saliency_new (model, "y", &error);
  g_assert_no_error (error);
  g_assert_null (mien_saliency_map (saliency, input, MIEN_SALIENCY_GRADCAM, 4, NULL, NULL, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_null (
      mien_saliency_map (saliency, input, MIEN_SALIENCY_GRADCAM, 0, "conv9", NULL, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "conv1"));
}

static void
test_probe (void)
{
  g_autoptr (MienTensor) features = load ("features.npy");
  g_autoptr (MienTensor) classes = load ("classes.npy");
  g_autofree char *path = golden ("probe.json");
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  double expected, got;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  expected = json_object_get_double_member (json_node_get_object (json_parser_get_root (parser)),
                                            "accuracy");
  got = mien_probe_get_accuracy (mien_tensor_f32 (features), (guint) features->dims[0],
                                 (guint) features->dims[1], classes->data, 5);
  g_test_message ("probe: %.4f, PyTorch %.4f", got, expected);
  /* One of 300 pictures may lie on the border. */
  g_assert_cmpfloat_with_epsilon (got, expected, 1.01 / 300);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/insight/saliency/gradcam", "gradcam", test_against_torch);
  g_test_add_data_func ("/insight/saliency/guided", "guided", test_against_torch);
  g_test_add_data_func ("/insight/saliency/integrated", "integrated", test_against_torch);
  g_test_add_func ("/insight/saliency/occlusion", test_occlusion);
  g_test_add_func ("/insight/saliency/errors", test_errors);
  g_test_add_func ("/insight/probe", test_probe);
  return g_test_run ();
}
