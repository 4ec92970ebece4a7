/* The classifier against ONNX Runtime, and cards that are wrong.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "emotion/classifier.h"

#include <math.h>
#include <string.h>

#include "../vision/golden.h"
#include "base/error.h"
#include "base/paths.h"

static MienClassifierModel *
load (void)
{
  g_autofree char *path = mien_paths_dup_data_file ("models/reference48.onnx");
  g_autoptr (GError) error = NULL;
  MienClassifierModel *model = mien_classifier_model_load (path, MIEN_LABELS_FERPLUS, &error);

  g_assert_no_error (error);
  return model;
}

static void
test_onnxruntime (void)
{
  g_autoptr (MienClassifierModel) model = load ();
  g_autoptr (MienClassifier) classifier = mien_classifier_new (model, NULL);
  g_autoptr (MienTensor) input = golden_load ("reference48-input");
  g_autoptr (MienTensor) wanted = golden_load ("reference48-output");
  g_autoptr (GError) error = NULL;
  float out[4 * 8], alone[8];
  double most = 0;

  g_assert_cmpuint (mien_crop_get_size (mien_classifier_model_get_crop (model)), ==, 48 * 48);
  mien_classifier_classify (classifier, mien_tensor_f32 (input), 4, out, NULL, &error);
  g_assert_no_error (error);
  for (int i = 0; i < 32; i++)
    most = MAX (most, fabs ((double) out[i] - mien_tensor_f32 (wanted)[i]));
  g_test_message ("largest difference of ONNX Runtime's probabilities %.3g, allowed 1e-5", most);
  g_assert_cmpfloat (most, <=, 1e-5);
  for (int r = 0; r < 4; r++)
    {
      float sum = 0;

      for (int i = 0; i < 8; i++)
        sum += out[8 * r + i];
      g_assert_cmpfloat_with_epsilon (sum, 1, 1e-6);
      /* A face is the same in company and alone, to the bit. */
      mien_classifier_classify (classifier, mien_tensor_f32 (input) + r * 48 * 48, 1, alone, NULL,
                                &error);
      g_assert_cmpmem (alone, sizeof alone, out + 8 * r, sizeof alone);
    }
}

static void
test_faces (void)
{
  g_autoptr (MienClassifierModel) model = load ();
  g_autoptr (MienClassifier) classifier = mien_classifier_new (model, NULL);
  g_autoptr (MienTensor) bytes = golden_load ("picture");
  g_autoptr (GError) error = NULL;
  MienImage image = golden_image (bytes);
  const MienFaceBox faces[2] = { { .x = 84, .y = 70, .width = 86, .height = 104 },
                                 { .x = 192, .y = 12, .width = 48, .height = 58 } };
  float out[16];

  g_assert_true (
      mien_classifier_classify_faces (classifier, &image, faces, NULL, 2, out, NULL, &error));
  /* She smiles, in both sizes. */
  g_assert_cmpfloat (out[1], >, 0.8);
  g_assert_cmpfloat (out[8 + 1], >, 0.8);
}

static void
test_wrong (void)
{
  g_autofree char *path = mien_paths_dup_data_file ("models/reference48.onnx");
  g_autofree char *detector = mien_paths_dup_data_file ("models/ssd-mobilenet.onnx");
  g_autoptr (GError) error = NULL;

  /* It has no output of the other set. */
  g_assert_null (mien_classifier_model_load (path, MIEN_LABELS_FER2013, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, "fer2013"));
  g_clear_error (&error);
  g_assert_null (mien_classifier_model_load (detector, MIEN_LABELS_FERPLUS, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
  g_clear_error (&error);
  g_assert_null (mien_classifier_model_load ("no-such-model", MIEN_LABELS_FERPLUS, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/emotion/classifier/onnxruntime", test_onnxruntime);
  g_test_add_func ("/emotion/classifier/faces", test_faces);
  g_test_add_func ("/emotion/classifier/wrong", test_wrong);
  return g_test_run ();
}
