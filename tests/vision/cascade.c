/* The Haar cascade against OpenCV's own boxes, and files that are wrong.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/cascade.h"

#include <glib/gstdio.h>

#include "base/error.h"
#include "base/paths.h"
#include "golden.h"
#include "vision/rect.h"

static MienCascade *
load (void)
{
  g_autofree char *path = mien_paths_dup_data_file ("models/haarcascade_frontalface_alt2.xml");
  g_autoptr (GError) error = NULL;
  MienCascade *cascade = mien_cascade_load (path, &error);

  g_assert_no_error (error);
  return cascade;
}

static void
test_opencv (void)
{
  g_autoptr (MienCascade) cascade = load ();
  g_autoptr (MienTensor) gray = golden_load ("haar-gray");
  g_autoptr (MienTensor) boxes = golden_load ("haar-boxes");
  g_autoptr (GArray) faces = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));
  MienImage image = golden_image (gray);
  MienCascadeOptions options = mien_cascade_options_init ();
  int width, height;

  mien_cascade_get_window (cascade, &width, &height);
  g_assert_cmpint (width, ==, 20);
  g_assert_true (mien_cascade_detect (cascade, &image, &options, NULL, faces, NULL, NULL));
  g_assert_cmpint (faces->len, ==, boxes->dims[0]);
  for (gint64 i = 0; i < boxes->dims[0]; i++)
    {
      const float *b = mien_tensor_f32 (boxes) + 4 * i;
      MienRect wanted = { b[0], b[1], b[2], b[3] };
      float best = 0;

      for (guint f = 0; f < faces->len; f++)
        {
          MienRect rect = mien_face_box_get_rect (&g_array_index (faces, MienFaceBox, f));

          best = MAX (best, mien_rect_iou (&rect, &wanted));
        }
      g_assert_cmpfloat (best, >, 0.9);
    }
}

static void
test_threads (void)
{
  g_autoptr (MienCascade) cascade = load ();
  g_autoptr (MienTensor) gray = golden_load ("haar-gray");
  g_autoptr (GArray) one = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));
  g_autoptr (GArray) many = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));
  g_autoptr (MienParallel) parallel = mien_parallel_new (3);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  MienImage image = golden_image (gray);
  MienCascadeOptions options = mien_cascade_options_init ();

  g_assert_true (mien_cascade_detect (cascade, &image, &options, NULL, one, NULL, NULL));
  g_assert_true (mien_cascade_detect (cascade, &image, &options, parallel, many, NULL, NULL));
  g_assert_cmpmem (one->data, one->len * sizeof (MienFaceBox), many->data,
                   many->len * sizeof (MienFaceBox));
  options.min_size = 80;
  g_assert_true (mien_cascade_detect (cascade, &image, &options, NULL, one, NULL, NULL));
  g_assert_cmpuint (one->len, ==, 1);
  g_cancellable_cancel (cancellable);
  g_assert_false (mien_cascade_detect (cascade, &image, &options, NULL, one, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

#define HEAD                                                                                       \
  "<opencv_storage><cascade><featureType>HAAR</featureType>"                                       \
  "<height>20</height><width>20</width>"
#define STAGES                                                                                     \
  "<stages><_><stageThreshold>0</stageThreshold><weakClassifiers><_><internalNodes>"               \
  "0 -1 0 0.5</internalNodes><leafValues>1 2</leafValues></_></weakClassifiers></_>"               \
  "</stages>"
#define TAIL "</cascade></opencv_storage>"

/* Each text is wrong in one way; the first is right. */
static void
test_files (void)
{
  static const char *const texts[] = {
    HEAD STAGES "<features><_><rects><_>0 0 20 20 -1.</_></rects></_></features>" TAIL,
    "no xml",
    "<opencv_storage>",
    "<opencv_storage></opencv_storage>",
    HEAD STAGES TAIL,
    HEAD STAGES "<features><_><rects><_>0 0 21 20 -1.</_></rects></_></features>" TAIL,
    HEAD STAGES "<features><_><rects><_>0 0 20 20</_></rects></_></features>" TAIL,
    HEAD STAGES "<features><_><rects><_>0 0 9e9 20 1</_></rects></_></features>" TAIL,
    HEAD STAGES
    "<features><_><rects><_>0 0 9 9 1</_></rects><tilted>1</tilted></_></features>" TAIL,
    HEAD
    "<stages><_><internalNodes>0 -1 7 0.5</internalNodes><leafValues>1 2</leafValues></_></stages>"
    "<features><_><rects><_>0 0 20 20 -1.</_></rects></_></features>" TAIL,
    HEAD
    "<stages><_><internalNodes>0 -9 0 0.5</internalNodes><leafValues>1 2</leafValues></_></stages>"
    "<features><_><rects><_>0 0 20 20 -1.</_></rects></_></features>" TAIL,
    HEAD
    "<stages><_><internalNodes>1 -1 0 1 1 0 0 1</internalNodes><leafValues>1 2</leafValues></_>"
    "</stages><features><_><rects><_>0 0 20 20 -1.</_></rects></_></features>" TAIL,
    HEAD "<stages><_><internalNodes>0 -1 x 1</internalNodes></_></stages>" TAIL,
    HEAD "<stages><_><leafValues>1 2</leafValues></_></stages>" TAIL,
    "<opencv_storage><cascade><featureType>LBP</featureType></cascade></opencv_storage>",
    "<opencv_storage><cascade><width>1e9</width></cascade></opencv_storage>",
  };
  g_autofree char *folder = g_dir_make_tmp ("mien-cascade-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "c.xml", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MienCascade) cascade = NULL;

      g_assert_true (g_file_set_contents (path, texts[i], -1, NULL));
      cascade = mien_cascade_load (path, &error);
      g_test_message ("%u: %s", i, error != NULL ? error->message : "fine");
      if (i == 0)
        g_assert_no_error (error);
      else
        g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
    }
  g_assert_cmpint (g_remove (path), ==, 0);
  {
    g_autoptr (GError) error = NULL;

    g_assert_null (mien_cascade_load (path, &error));
    g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
  }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vision/cascade/opencv", test_opencv);
  g_test_add_func ("/vision/cascade/threads", test_threads);
  g_test_add_func ("/vision/cascade/files", test_files);
  return g_test_run ();
}
