/* Crops by a card's rule, quality of a face, shot cuts.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/crop.h"

#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/paths.h"
#include "golden.h"
#include "vision/cuts.h"
#include "vision/quality.h"

static MienCard *
load_card (const char *file)
{
  g_autofree char *path = mien_paths_dup_data_file (file);
  g_autoptr (GError) error = NULL;
  MienCard *card = mien_card_load (path, &error);

  g_assert_no_error (error);
  return card;
}

static void
test_square (void)
{
  g_autoptr (MienCard) card = load_card ("models/reference48.onnx");
  g_autoptr (MienTensor) bytes = golden_load ("picture");
  g_autoptr (GError) error = NULL;
  MienImage image = golden_image (bytes);
  MienFaceBox face = { .x = -20, .y = 40, .width = 40, .height = 96 };
  MienAffine map;
  MienCrop crop;
  float out[48 * 48];

  g_assert_true (mien_crop_from_card (card, &crop, &error));
  g_assert_no_error (error);
  g_assert_cmpint (crop.kind, ==, MIEN_CROP_SQUARE);
  g_assert_false (mien_crop_needs_landmarks (&crop));
  g_assert_cmpuint (mien_crop_get_size (&crop), ==, 48 * 48);
  map = mien_crop_get_map (&crop, &face, NULL);
  /* The square of side 96 around (0, 88): two pixels of the picture each, half of it outside. */
  g_assert_cmpfloat (map.a, ==, 2);
  g_assert_cmpfloat (map.c, ==, -48);
  g_assert_cmpfloat (map.f, ==, 40);
  mien_crop_take (&crop, &image, &face, NULL, out);
  for (int y = 0; y < 48; y++)
    for (int x = 1; x < 24; x++)
      g_assert_cmpfloat_with_epsilon (out[y * 48 + x], out[y * 48], 1e-3);
}

static void
test_letterbox (void)
{
  g_autoptr (MienCard) card = load_card ("models/landmarks68.onnx");
  g_autoptr (MienTensor) bytes = golden_load ("picture");
  MienImage image = golden_image (bytes);
  MienFaceBox face = { .x = 40, .y = 40, .width = 56, .height = 112 };
  g_autofree float *out = NULL;
  MienCrop crop;

  g_assert_true (mien_crop_from_card (card, &crop, NULL));
  g_assert_cmpint (crop.kind, ==, MIEN_CROP_LETTERBOX);
  out = g_new (float, mien_crop_get_size (&crop));
  mien_crop_take (&crop, &image, &face, NULL, out);
  /* Black left and right of the box, the picture's own pixels inside. */
  for (int c = 0; c < 3; c++)
    {
      g_assert_cmpfloat (out[c * 112 * 112 + 50 * 112 + 27], ==, 0);
      g_assert_cmpfloat (out[c * 112 * 112 + 50 * 112 + 84], ==, 0);
      g_assert_cmpfloat (out[c * 112 * 112 + 50 * 112 + 28], ==,
                         ((const guint8 *) bytes->data)[((40 + 50) * 256 + 40) * 3 + c]);
    }
}

static void
test_eyes (void)
{
  g_autoptr (MienCard) card = load_card ("models/embedding128.onnx");
  MienFaceBox face = { .x = 50,
                       .y = 50,
                       .width = 100,
                       .height = 120,
                       .n_points = 4,
                       .points = { { 80, 90 }, { 120, 110 }, { 100, 120 }, { 95, 140 } } };
  MienLandmarks landmarks;
  MienAffine map;
  MienPoint p;
  MienCrop crop;

  g_assert_true (mien_crop_from_card (card, &crop, NULL));
  g_assert_true (mien_crop_needs_landmarks (&crop));
  map = mien_crop_get_map (&crop, &face, NULL);
  p = mien_affine_apply (&map, (MienPoint){ 0.317f * 150, 0.311f * 150 });
  g_assert_cmpfloat_with_epsilon (p.x, 80, 1e-3);
  g_assert_cmpfloat_with_epsilon (p.y, 90, 1e-3);
  /* Landmarks go before the detector's points. */
  for (int i = 0; i < MIEN_LANDMARKS_N; i++)
    landmarks.points[i] = (MienPoint){ i < 42 ? 70 : 130, 100 };
  map = mien_crop_get_map (&crop, &face, &landmarks);
  p = mien_affine_apply (&map, (MienPoint){ 0.67f * 150, 0.311f * 150 });
  g_assert_cmpfloat_with_epsilon (p.x, 130, 1e-3);
  g_assert_cmpfloat (map.b, ==, 0);
  /* Without eyes: the square. */
  face.n_points = 0;
  map = mien_crop_get_map (&crop, &face, NULL);
  g_assert_cmpfloat_with_epsilon (map.a, 120 / 150.0, 1e-6);
}

/* Cards that make no sense are refused with the key that is wrong. */
static void
test_cards (void)
{
  static const char *const cards[][2] = {
    { "{\"crop\":{\"rule\":\"square\"}}", "mien.input" },
    { "{\"input\":{\"width\":48,\"height\":48,\"order\":\"xyz\"},\"crop\":{\"rule\":\"square\"}}",
      "mien.input" },
    { "{\"input\":{\"width\":1e9,\"height\":48,\"order\":\"rgb\"},\"crop\":{\"rule\":\"square\"}}",
      "mien.input" },
    { "{\"input\":{\"width\":48,\"height\":48,\"order\":\"gray\"}}", "mien.crop" },
    { "{\"input\":{\"width\":48,\"height\":48,\"order\":\"gray\"},\"crop\":{\"rule\":\"eyes\"}}",
      "mien.crop" },
    { "{\"input\":{\"width\":48,\"height\":48,\"order\":\"gray\"},"
      "\"crop\":{\"rule\":\"square\",\"scale\":-1}}",
      "mien.crop" },
  };
  g_autofree char *folder = g_dir_make_tmp ("mien-crop-XXXXXX", NULL);
  g_autofree char *model = g_build_filename (folder, "m.onnx", NULL);
  g_autofree char *json = g_build_filename (folder, "m.json", NULL);
  g_autofree char *golden =
      g_build_filename (g_getenv ("G_TEST_SRCDIR"), "golden", "vision", "bare.onnx", NULL);
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (golden, &bytes, &size, NULL));
  g_assert_true (g_file_set_contents (model, bytes, (gssize) size, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (cards); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MienCard) card = NULL;
      MienCrop crop;

      g_assert_true (g_file_set_contents (json, cards[i][0], -1, NULL));
      card = mien_card_load (model, &error);
      g_assert_no_error (error);
      g_assert_false (mien_crop_from_card (card, &crop, &error));
      g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
      g_assert_nonnull (strstr (error->message, cards[i][1]));
    }
  g_assert_cmpint (g_remove (model), ==, 0);
  g_assert_cmpint (g_remove (json), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_quality (void)
{
  g_autoptr (MienTensor) bytes = golden_load ("picture");
  MienImage image = golden_image (bytes);
  g_autofree guint8 *flat = g_malloc0 (64 * 64);
  MienImage dark = {
    .format = MIEN_PIXEL_GRAY8, .width = 64, .height = 64, .planes = { flat }, .strides = { 64 }
  };
  MienFaceBox face = { .x = 84, .y = 70, .width = 86, .height = 104 };
  MienFaceBox small = { .x = 10, .y = 10, .width = 12, .height = 12 };
  MienFaceBox cut = { .x = -60, .y = 0, .width = 80, .height = 60 };
  MienFaceBox whole = { .x = 4, .y = 4, .width = 56, .height = 56 };
  MienQualityLimits limits = mien_quality_limits_init ();
  MienQuality quality = mien_quality_measure (&image, &face, NULL);
  MienLandmarks points;
  MienPose pose = { 80, 0, 0 };

  g_assert_cmpfloat (quality.size, ==, 104);
  g_assert_cmpfloat (quality.inside, ==, 1);
  g_assert_cmpfloat (quality.brightness, >, 0.3);
  g_assert_cmpfloat (quality.sharpness, >, 20);
  g_assert_null (mien_quality_find_fault (&quality, NULL, &limits));
  g_assert_cmpstr (mien_quality_find_fault (&quality, &pose, &limits), ==, "turned away");
  quality = mien_quality_measure (&image, &small, NULL);
  g_assert_cmpstr (mien_quality_find_fault (&quality, NULL, &limits), ==, "too small");
  quality = mien_quality_measure (&image, &cut, NULL);
  g_assert_cmpfloat_with_epsilon (quality.inside, 0.25, 1e-6);
  g_assert_cmpstr (mien_quality_find_fault (&quality, NULL, &limits), ==,
                   "cut by the edge of the picture");
  /* A box that ends at the edge, of a face half of whose points lie beyond. */
  for (int i = 0; i < MIEN_LANDMARKS_N; i++)
    points.points[i] = (MienPoint){ i % 2 == 0 ? 100 : -20, 100 + (float) (i % 7) };
  quality = mien_quality_measure (&image, &face, &points);
  g_assert_cmpfloat (quality.inside, ==, 0.5);
  quality = mien_quality_measure (&dark, &whole, NULL);
  g_assert_cmpfloat (quality.sharpness, ==, 0);
  g_assert_cmpstr (mien_quality_find_fault (&quality, NULL, &limits), ==, "too dark");
}

/* The Laplacian of a checkerboard of 0 and 2 v alternates between -8 v and 8 v. */
static void
test_sharpness (void)
{
  g_autofree guint8 *pixels = g_malloc (64 * 64);
  MienImage image = {
    .format = MIEN_PIXEL_GRAY8, .width = 64, .height = 64, .planes = { pixels }, .strides = { 64 }
  };
  MienFaceBox face = { .width = 64, .height = 64 };

  for (int i = 0; i < 64 * 64; i++)
    pixels[i] = (i + i / 64) % 2 ? 20 : 0;
  g_assert_cmpfloat_with_epsilon (mien_quality_measure (&image, &face, NULL).sharpness, 6400, 1);
}

static void
fill (guint8 *pixels, guint32 seed, int shift, int light)
{
  for (int y = 0; y < 72; y++)
    for (int x = 0; x < 128; x++)
      {
        guint32 block =
            (guint32) ((x + shift) / 16 * 31 + y / 16 * 17) * 2654435761u + seed * 40503u;

        pixels[y * 128 + x] = (guint8) CLAMP ((int) (block >> 24) + light, 0, 255);
      }
}

static void
test_cuts (void)
{
  g_autoptr (MienCutDetector) cuts = mien_cut_detector_new ();
  g_autofree guint8 *pixels = g_malloc (128 * 72);
  MienImage image = {
    .format = MIEN_PIXEL_GRAY8, .width = 128, .height = 72, .planes = { pixels }, .strides = { 128 }
  };

  /* Three shots of twenty frames that pan and grow lighter; cuts at 20 and 40 only. */
  for (int f = 0; f < 60; f++)
    {
      MienCutSignature signature;
      float sum = 0;

      fill (pixels, 7 + 1000 * (guint32) (f / 20), f % 20, f % 20);
      mien_cut_signature_compute (&image, &signature);
      for (int i = 0; i < MIEN_CUT_SIGNATURE_SIZE; i++)
        sum += signature.bins[i];
      g_assert_cmpfloat_with_epsilon (sum, 16, 1e-3);
      g_assert_cmpint (mien_cut_detector_push (cuts, &signature), ==, f == 20 || f == 40);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vision/crop/square", test_square);
  g_test_add_func ("/vision/crop/letterbox", test_letterbox);
  g_test_add_func ("/vision/crop/eyes", test_eyes);
  g_test_add_func ("/vision/crop/cards", test_cards);
  g_test_add_func ("/vision/quality/measures", test_quality);
  g_test_add_func ("/vision/quality/sharpness", test_sharpness);
  g_test_add_func ("/vision/cuts", test_cuts);
  return g_test_run ();
}
