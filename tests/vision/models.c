/* The shipped networks, run by our engine, against what their sources compute; detectors as a
 * whole. The bounds are absolute: the largest difference that is allowed, measured ones are
 * printed. SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/paths.h"
#include "golden.h"
#include "nn/context.h"
#include "nn/kernels.h"
#include "vision/crop.h"
#include "vision/detector.h"
#include "vision/face-net.h"
#include "vision/mesh.h"
#include "vision/quality.h"

static MienModel *
load_model_as (const char *file, MienModelFlags flags)
{
  g_autofree char *path = mien_paths_dup_data_file (file);
  g_autoptr (GError) error = NULL;
  MienModel *model = mien_model_load (path, flags, &error);

  g_assert_no_error (error);
  return model;
}

static MienModel *
load_model (const char *file)
{
  return load_model_as (file, MIEN_MODEL_DEFAULT);
}

/* Whether detectors round to bfloat16 in this run. */
static gboolean
is_half (void)
{
  return mien_kernels_get_bf16 (TRUE) != NULL;
}

/* The largest difference between @n numbers. */
static double
compare (const float *a, const float *b, gsize n)
{
  double most = 0;

  for (gsize i = 0; i < n; i++)
    {
      g_assert_true (isfinite (a[i]));
      most = MAX (most, fabs ((double) a[i] - b[i]));
    }
  return most;
}

/* Runs @file on golden bytes and compares its output @name with golden numbers. */
static void
check_output (
    const char *file, const char *input, const char *name, const char *golden, double bound)
{
  g_autoptr (MienModel) model = load_model (file);
  g_autoptr (MienContext) context = mien_context_new (model, NULL);
  g_autoptr (MienTensor) bytes = golden_load (input);
  g_autoptr (MienTensor) x = golden_planar (bytes);
  g_autoptr (MienTensor) wanted = golden_load (golden);
  g_autoptr (GError) error = NULL;
  const MienTensor *y;
  double most;

  mien_context_run (context, &x, 1, NULL, &error);
  g_assert_no_error (error);
  y = mien_context_find_value (context, name);
  g_assert_nonnull (y);
  g_assert_cmpuint (y->n_elements, ==, wanted->n_elements);
  most = compare (mien_tensor_f32 (y), mien_tensor_f32 (wanted), y->n_elements);
  g_test_message ("%s, %s: largest difference %.3g, allowed %.3g", file, name, most, bound);
  g_assert_cmpfloat (most, <=, bound);
}

static void
test_sources (void)
{
  check_output ("models/landmarks68.onnx", "landmarks-input", "points", "landmarks-points", 2e-5);
  check_output ("models/embedding128.onnx", "embedding-input", "embedding", "embedding-output",
                5e-4);
  check_output ("models/blazeface.onnx", "blazeface-input", "boxes", "blazeface-boxes", 2e-3);
  check_output ("models/blazeface.onnx", "blazeface-input", "scores", "blazeface-scores", 2e-5);
  check_output ("models/blazeface-range.onnx", "blazeface-range-input", "boxes",
                "blazeface-range-boxes", 2e-3);
  check_output ("models/blazeface-range.onnx", "blazeface-range-input", "scores",
                "blazeface-range-scores", 2e-5);
  check_output ("models/mesh468.onnx", "mesh468-input", "points", "mesh468-points", 2e-5);
  check_output ("models/mesh468.onnx", "mesh468-input", "presence", "mesh468-presence", 2e-5);
}

/* The mesh's eyes, nose and mouth lie where the 68 points of the other network do, whatever box it
 * is given: half as large again, moved by a fifth. */
static void
test_mesh (void)
{
  g_autoptr (MienTensor) bytes = golden_load ("picture");
  g_autoptr (GError) error = NULL;
  g_autoptr (MienLandmarkerModel) plain_model = mien_landmarker_model_load ("default", &error);
  g_autoptr (MienLandmarkerModel) model = mien_landmarker_model_load ("mesh468", &error);
  g_autoptr (MienLandmarker) plain = NULL;
  g_autoptr (MienLandmarker) landmarker = NULL;
  const MienFaceBox faces[3] = { { .x = 84, .y = 70, .width = 86, .height = 104 },
                                 { .x = 62, .y = 44, .width = 130, .height = 156 },
                                 { .x = 101, .y = 50, .width = 86, .height = 104 } };
  MienImage image = golden_image (bytes);
  MienLandmarks wanted, found[3];
  g_autofree MienMesh *meshes = g_new (MienMesh, 3);
  double eyes;

  g_assert_no_error (error);
  g_assert_true (mien_landmarker_model_has_mesh (model));
  g_assert_false (mien_landmarker_model_has_mesh (plain_model));
  plain = mien_landmarker_new (plain_model, NULL);
  landmarker = mien_landmarker_new (model, NULL);
  g_assert_true (mien_landmarker_find (plain, &image, faces, 1, &wanted, NULL, NULL, &error));
  g_assert_true (mien_landmarker_find (landmarker, &image, faces, 3, found, meshes, NULL, &error));
  eyes =
      hypot (wanted.points[45].x - wanted.points[36].x, wanted.points[45].y - wanted.points[36].y);
  for (int f = 0; f < 3; f++)
    {
      double sum = 0;

      for (int i = 27; i < MIEN_LANDMARKS_N; i++)
        sum += hypot (found[f].points[i].x - wanted.points[i].x,
                      found[f].points[i].y - wanted.points[i].y);
      sum /= (MIEN_LANDMARKS_N - 27) * eyes;
      g_test_message ("box %d: %.4f of the eyes' distance from the other network", f, sum);
      g_assert_cmpfloat (sum, <, 0.06);
      /* The tip of the nose of the mesh is number 4 of MediaPipe's model, number 30 of the 68. */
      g_assert_cmpfloat (meshes[f].points[4].x, ==, found[f].points[30].x);
    }
}

static void
check_ssd_scores (MienModelFlags flags, double bound)
{
  g_autoptr (MienModel) model = load_model_as ("models/ssd-mobilenet.onnx", flags);
  g_autoptr (MienContext) context = mien_context_new (model, NULL);
  g_autoptr (MienTensor) small = golden_load ("picture");
  g_autoptr (MienTensor) bytes = golden_double (small);
  g_autoptr (MienTensor) x = golden_planar (bytes);
  g_autoptr (MienTensor) best = golden_load ("ssd-best");
  g_autoptr (GError) error = NULL;
  const MienTensor *scores;
  double most = 0;

  mien_context_run (context, &x, 1, NULL, &error);
  g_assert_no_error (error);
  scores = mien_context_find_value (context, "scores");
  g_assert_cmpuint (scores->n_elements, ==, 5118);
  for (gint64 i = 0; i < best->dims[0]; i++)
    {
      const float *row = mien_tensor_f32 (best) + 6 * i;

      most = MAX (most, fabs ((double) mien_tensor_f32 (scores)[(int) row[0]] - row[1]));
    }
  g_test_message ("ssd, scores: largest difference %.3g of face-api's, allowed %g", most, bound);
  g_assert_cmpfloat (most, <=, bound);
  /* What is rounded cannot be that near. */
  if ((flags & MIEN_MODEL_HALF) != 0 && is_half ())
    g_assert_cmpfloat (most, >, 1e-4);
}

static void
test_ssd_scores (void)
{
  check_ssd_scores (MIEN_MODEL_DEFAULT, 1e-4);
}

static void
test_ssd_half (void)
{
  check_ssd_scores (MIEN_MODEL_HALF, is_half () ? 0.05 : 1e-4);
}

/* face-api's own choice from its own boxes: best first, IoU over one half dropped. */
static guint
choose_golden (const MienTensor *best, float min_score, MienRect *out)
{
  guint n = 0;

  for (gint64 i = 0; i < best->dims[0]; i++)
    {
      const float *row = mien_tensor_f32 (best) + 6 * i;
      MienRect rect = { row[3] * 512, row[2] * 512, (row[5] - row[3]) * 512,
                        (row[4] - row[2]) * 512 };
      gboolean is_new = row[1] > min_score;

      for (guint k = 0; k < n && is_new; k++)
        is_new = mien_rect_iou (&rect, &out[k]) <= 0.5f;
      if (is_new)
        out[n++] = rect;
    }
  return n;
}

static void
test_ssd_boxes (void)
{
  const MienDetectorOptions options = { .alone = TRUE };
  g_autoptr (MienTensor) small = golden_load ("picture");
  g_autoptr (MienTensor) bytes = golden_double (small);
  g_autoptr (MienTensor) best = golden_load ("ssd-best");
  g_autoptr (GArray) faces = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDetectorModel) model = mien_detector_model_load ("ssd", &options, &error);
  g_autoptr (MienDetector) detector = NULL;
  MienImage image = golden_image (bytes);
  MienRect wanted[100];
  guint n;

  g_assert_no_error (error);
  detector = mien_detector_new (model, NULL);
  mien_detector_detect (detector, &image, faces, NULL, &error);
  g_assert_no_error (error);
  n = choose_golden (best, 0.4f, wanted);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (faces->len, ==, n);
  for (guint i = 0; i < n; i++)
    {
      MienRect rect = mien_face_box_get_rect (&g_array_index (faces, MienFaceBox, i));

      g_test_message ("face %u: IoU %.5f", i, mien_rect_iou (&rect, &wanted[i]));
      g_assert_cmpfloat (mien_rect_iou (&rect, &wanted[i]), >, is_half () ? 0.97 : 0.9999);
    }
}

/* Every detector finds the two faces of the picture, in every format of pixels. */
static void
check_two (const char *name, const MienImage *image)
{
  static const MienRect truth[2] = { { 84, 70, 86, 104 }, { 192, 12, 48, 58 } };
  g_autoptr (GArray) faces = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDetectorModel) model = mien_detector_model_load (name, NULL, &error);
  g_autoptr (MienDetector) detector = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (mien_detector_model_get_name (model), ==, name);
  g_assert_cmpuint (strlen (mien_detector_model_get_hash (model)), ==, 64);
  detector = mien_detector_new (model, NULL);
  mien_detector_detect (detector, image, faces, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (faces->len, ==, 2);
  for (guint t = 0; t < 2; t++)
    {
      float best = 0;

      for (guint f = 0; f < 2; f++)
        {
          MienRect rect = mien_face_box_get_rect (&g_array_index (faces, MienFaceBox, f));

          best = MAX (best, mien_rect_iou (&rect, &truth[t]));
        }
      g_assert_cmpfloat (best, >, 0.5);
    }
}

static void
test_names (void)
{
  g_autoptr (MienTensor) bytes = golden_load ("picture");
  MienImage image = golden_image (bytes);

  check_two ("ssd", &image);
  check_two ("fast", &image);
  check_two ("haar", &image);
}

static void
test_threads (void)
{
  g_autoptr (MienTensor) bytes = golden_load ("picture");
  g_autoptr (GArray) one = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));
  g_autoptr (GArray) many = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));
  g_autoptr (MienParallel) parallel = mien_parallel_new (3);
  g_autoptr (GError) error = NULL;
  MienDetectorOptions options = { .tiles = TRUE, .min_size = 30, .max_faces = 5 };
  g_autoptr (MienDetectorModel) model = mien_detector_model_load ("ssd", &options, &error);
  g_autoptr (MienDetector) alone = NULL;
  g_autoptr (MienDetector) shared = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  MienImage image = golden_image (bytes);

  g_assert_no_error (error);
  alone = mien_detector_new (model, NULL);
  shared = mien_detector_new (model, parallel);
  g_assert_true (mien_detector_detect (alone, &image, one, NULL, &error));
  g_assert_true (mien_detector_detect (shared, &image, many, NULL, &error));
  g_assert_cmpuint (one->len, ==, 2);
  g_assert_cmpmem (one->data, one->len * sizeof (MienFaceBox), many->data,
                   many->len * sizeof (MienFaceBox));
  g_assert_cmpuint (mien_detector_get_peak_bytes (alone), >, 0);
  g_cancellable_cancel (cancellable);
  g_assert_false (mien_detector_detect (alone, &image, one, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (one->len, ==, 0);
}

/* The picture at half its size in a corner of a large white one: tiles see what the whole
 * does not show. */
static void
test_tiny (void)
{
  const int side = 1200;
  g_autoptr (MienTensor) bytes = golden_load ("picture");
  g_autofree guint8 *pixels = g_malloc (3 * (gsize) side * (gsize) side);
  g_autoptr (GArray) faces = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));
  MienImage small = golden_image (bytes), image = { .format = MIEN_PIXEL_RGB24,
                                                    .width = side,
                                                    .height = side,
                                                    .planes = { pixels },
                                                    .strides = { 3 * side } };
  MienRect whole = { 0, 0, (float) small.width, (float) small.height };
  int w = small.width / 2, h = small.height / 2;
  MienSampling sampling = mien_sampling_init (w, h, MIEN_CHANNELS_RGB);
  g_autofree float *values = NULL;

  sampling.interleaved = TRUE;
  values = g_new (float, mien_sampling_get_size (&sampling));
  mien_image_sample_rect (&small, &whole, &sampling, values, NULL);
  memset (pixels, 255, 3 * (gsize) side * (gsize) side);
  for (int y = 0; y < h; y++)
    for (int x = 0; x < 3 * w; x++)
      pixels[(y + 300) * 3 * side + 3 * 300 + x] = (guint8) (values[y * 3 * w + x] + 0.5f);
  for (int i = 0; i < 4; i++)
    {
      const char *name = i < 2 ? "ssd" : "fast";
      gboolean tiles = i % 2;
      MienDetectorOptions options = { .tiles = tiles };
      g_autoptr (GError) error = NULL;
      g_autoptr (MienDetectorModel) model = mien_detector_model_load (name, &options, &error);
      g_autoptr (MienDetector) detector = mien_detector_new (model, NULL);

      g_assert_true (mien_detector_detect (detector, &image, faces, NULL, &error));
      for (guint f = 0; f < faces->len; f++)
        {
          const MienFaceBox *b = &g_array_index (faces, MienFaceBox, f);

          g_test_message ("%.0f,%.0f %.0fx%.0f %.3f", b->x, b->y, b->width, b->height, b->score);
        }
      g_test_message ("%s: %u faces %s tiles", name, faces->len, tiles ? "with" : "without");
      if (tiles)
        g_assert_cmpuint (faces->len, ==, 2);
      else
        g_assert_cmpuint (faces->len, <, 2);
    }
}

static void
test_wrong (void)
{
  g_autofree char *classifier = mien_paths_dup_data_file ("models/reference48.onnx");
  g_autofree char *readme = mien_paths_dup_data_file ("models/LICENSES.md");
  g_autoptr (GError) error = NULL;

  g_assert_null (mien_detector_model_load ("/nowhere/x.onnx", NULL, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
  g_clear_error (&error);
  g_assert_null (mien_detector_model_load (readme, NULL, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
  g_clear_error (&error);
  g_assert_null (mien_detector_model_load (classifier, NULL, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, "reference48"));
}

static void
test_landmarks (void)
{
  g_autoptr (MienTensor) bytes = golden_load ("picture");
  g_autoptr (GError) error = NULL;
  g_autoptr (MienLandmarkerModel) model = mien_landmarker_model_load ("default", &error);
  g_autoptr (MienLandmarker) landmarker = NULL;
  const MienFaceBox faces[2] = { { .x = 84, .y = 70, .width = 86, .height = 104 },
                                 { .x = 192, .y = 12, .width = 48, .height = 58 } };
  MienImage image = golden_image (bytes);
  MienLandmarks found[2];

  g_assert_no_error (error);
  landmarker = mien_landmarker_new (model, NULL);
  g_assert_true (mien_landmarker_find (landmarker, &image, faces, 2, found, NULL, NULL, &error));
  /* Eyes and mouth where they are in the picture; she smiles with open eyes. */
  g_assert_cmpfloat_with_epsilon (mien_landmarks_get_right_eye (&found[0]).x, 107, 3);
  g_assert_cmpfloat_with_epsilon (mien_landmarks_get_right_eye (&found[0]).y, 100.5, 3);
  g_assert_cmpfloat_with_epsilon (mien_landmarks_get_left_eye (&found[0]).x, 150.5, 3);
  g_assert_cmpfloat (found[0].points[57].y, >, 135);
  g_assert_cmpfloat (mien_landmarks_get_eye_openness (&found[0]), >, 0.15);
  g_assert_cmpfloat (mien_landmarks_get_mouth_openness (&found[0]), >, 0.05);
  for (int i = 0; i < MIEN_LANDMARKS_N; i++)
    {
      g_assert_cmpfloat (found[1].points[i].x, >, 180);
      g_assert_cmpfloat (found[1].points[i].y, <, 80);
    }
}

/* Paints over @image from row @top to @bottom and column @left to @right; darker to one side, as
 * things that light falls on are. */
static void
cover (MienTensor *bytes, int left, int top, int right, int bottom, int level)
{
  guint8 *data = bytes->data;

  for (int y = top; y < bottom; y++)
    for (int x = left; x < right; x++)
      for (int c = 0; c < 3; c++)
        data[(y * bytes->dims[1] + x) * 3 + c] = (guint8) (level + (x - left) / 4);
}

/* The guess of whether a face is covered: her face as it is and beside something, and with her
 * mouth and chin or her eyes hidden; what the quality makes of it. */
static void
test_occlusion (void)
{
  static const struct
  {
    int left, top, right, bottom, level;
    gboolean covered;
  } cases[] = { { 0, 0, 0, 0, 0, FALSE },
                { 170, 60, 200, 180, 90, FALSE },
                { 80, 122, 176, 180, 60, TRUE },
                { 80, 122, 176, 180, 190, TRUE },
                { 84, 88, 170, 114, 10, TRUE } };
  g_autoptr (GError) error = NULL;
  g_autoptr (MienFaceNetModel) model =
      mien_face_net_model_load (MIEN_OCCLUSION_TASK, "default", MIEN_OCCLUSION_N, &error);
  g_autoptr (MienFaceNet) net = NULL;
  const MienFaceBox face = { .x = 84, .y = 70, .width = 86, .height = 104 };
  MienQualityLimits limits = mien_quality_limits_init ();

  g_assert_no_error (error);
  limits.max_covered =
      (float) mien_card_get_number (mien_face_net_model_get_card (model), "occlusion", "limit", 0);
  g_assert_cmpfloat (limits.max_covered, >, 0.5);
  net = mien_face_net_new (model, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MienTensor) bytes = golden_load ("picture");
      MienImage image = golden_image (bytes);
      MienQuality quality;

      cover (bytes, cases[i].left, cases[i].top, cases[i].right, cases[i].bottom, cases[i].level);
      quality = mien_quality_measure (&image, &face, NULL);
      g_assert_true (isnan (quality.covered));
      g_assert_true (mien_face_net_run (net, &image, &face, NULL, &quality.covered, NULL, &error));
      g_test_message ("case %u: %.3f of %.3f", i, quality.covered, limits.max_covered);
      g_assert_cmpstr (mien_quality_find_fault (&quality, NULL, &limits), ==,
                       cases[i].covered ? "covered" : NULL);
    }
  /* Another number of outputs than the network has. */
  g_clear_pointer (&net, mien_face_net_free);
  g_clear_pointer (&model, mien_face_net_model_unref);
  model = mien_face_net_model_load (MIEN_OCCLUSION_TASK, "default", 2, &error);
  g_assert_no_error (error);
  net = mien_face_net_new (model, NULL);
  {
    g_autoptr (MienTensor) bytes = golden_load ("picture");
    MienImage image = golden_image (bytes);
    float out[2];

    g_assert_false (mien_face_net_run (net, &image, &face, NULL, out, NULL, &error));
    g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
  }
  g_clear_error (&error);
  g_assert_null (mien_face_net_model_load (MIEN_OCCLUSION_TASK, "nobody", 1, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vision/models/sources", test_sources);
  g_test_add_func ("/vision/models/mesh", test_mesh);
  g_test_add_func ("/vision/models/ssd-scores", test_ssd_scores);
  g_test_add_func ("/vision/models/ssd-half", test_ssd_half);
  g_test_add_func ("/vision/models/ssd-boxes", test_ssd_boxes);
  g_test_add_func ("/vision/models/names", test_names);
  g_test_add_func ("/vision/models/threads", test_threads);
  g_test_add_func ("/vision/models/tiny", test_tiny);
  g_test_add_func ("/vision/models/wrong", test_wrong);
  g_test_add_func ("/vision/models/landmarks", test_landmarks);
  g_test_add_func ("/vision/models/occlusion", test_occlusion);
  return g_test_run ();
}
