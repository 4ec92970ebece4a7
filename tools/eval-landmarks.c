/* The error of landmarks on pictures with known points.
 *
 *   eval-landmarks [--dump=DIR] FOLDER DETECTOR MODEL...    prints rows of a table in Markdown
 *
 * For each model (an installed one for landmarks, or a file): the mean distance of the 68 points
 * from the true ones, in parts of the distance between the true outer eye corners, on faces over 40
 * pixels that DETECTOR finds at an IoU of 0.4 or more. --dump leaves pictures, boxes and true
 * points in DIR for tools/eval-face-api.cjs, which measures another program on the same.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "eval-truth.h"
#include "vision/detector.h"

#define MIN_IOU 0.4f
#define LARGE_FACE 40

/* A face to measure on. */
typedef struct
{
  const EvalPicture *picture;
  const EvalFace *truth;
  MienFaceBox box;
} Target;

static const MienFaceBox *
find_box (const GArray *boxes, const MienRect *truth)
{
  const MienFaceBox *best = NULL;
  float least = MIN_IOU;

  for (guint b = 0; b < boxes->len; b++)
    {
      const MienFaceBox *box = &g_array_index (boxes, MienFaceBox, b);
      MienRect rect = mien_face_box_get_rect (box);

      if (mien_rect_iou (&rect, truth) >= least)
        {
          least = mien_rect_iou (&rect, truth);
          best = box;
        }
    }
  return best;
}

/* (element-type Target), @n_faces: how many there were to find; NULL on failure. */
static GArray *
find_targets (
    const char *name, GPtrArray *pictures, MienParallel *parallel, guint *n_faces, GError **error)
{
  g_autoptr (MienDetectorModel) model = mien_detector_model_load (name, NULL, error);
  g_autoptr (MienDetector) detector = NULL;
  g_autoptr (GArray) boxes = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));
  g_autoptr (GArray) targets = g_array_new (FALSE, FALSE, sizeof (Target));

  *n_faces = 0;
  if (model == NULL)
    return NULL;
  detector = mien_detector_new (model, parallel);
  for (guint p = 0; p < pictures->len; p++)
    {
      const EvalPicture *picture = pictures->pdata[p];
      MienImage image = eval_picture_get_image (picture);

      if (!mien_detector_detect (detector, &image, boxes, NULL, error))
        return NULL;
      for (guint f = 0; f < picture->faces->len; f++)
        {
          const EvalFace *face = &g_array_index (picture->faces, EvalFace, f);
          const MienFaceBox *box = find_box (boxes, &face->rect);
          Target target = { .picture = picture, .truth = face };

          if (!face->has_points || MAX (face->rect.width, face->rect.height) < LARGE_FACE)
            continue;
          ++*n_faces;
          if (box == NULL)
            continue;
          target.box = *box;
          g_array_append_val (targets, target);
        }
    }
  return g_steal_pointer (&targets);
}

/* Mean distance of the points from @first to @end, in parts of the distance of the eyes' outer
 * corners. */
static double
get_error (const MienLandmarks *found, const MienLandmarks *truth, int first, int end)
{
  const MienPoint *t = truth->points;
  double eyes = hypot (t[45].x - t[36].x, t[45].y - t[36].y), sum = 0;

  for (int i = first; i < end; i++)
    sum += hypot (found->points[i].x - t[i].x, found->points[i].y - t[i].y);
  return sum / (end - first) / eyes;
}

static gboolean
print_model (const char *name,
             const char *detector,
             const GArray *targets,
             guint n_faces,
             MienParallel *parallel,
             GError **error)
{
  static const int parts[][2] = { { 0, 68 },  { 0, 17 },  { 17, 27 },
                                  { 27, 36 }, { 36, 48 }, { 48, 68 } };
  g_autoptr (MienLandmarkerModel) model = mien_landmarker_model_load (name, error);
  g_autoptr (MienLandmarker) landmarker = NULL;
  double sums[G_N_ELEMENTS (parts)] = { 0 }, worst = 0;

  if (model == NULL)
    return FALSE;
  landmarker = mien_landmarker_new (model, parallel);
  for (guint t = 0; t < targets->len; t++)
    {
      const Target *target = &g_array_index (targets, Target, t);
      MienImage image = eval_picture_get_image (target->picture);
      MienLandmarks found;

      if (!mien_landmarker_find (landmarker, &image, &target->box, 1, &found, NULL, NULL, error))
        return FALSE;
      for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
        sums[i] += get_error (&found, &target->truth->points, parts[i][0], parts[i][1]);
      worst = MAX (worst, get_error (&found, &target->truth->points, 0, MIEN_LANDMARKS_N));
    }
  printf ("| %s | %s | %u/%u |", mien_card_get_name (mien_landmarker_model_get_card (model)),
          detector, targets->len, n_faces);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    printf (" %.4f |", sums[i] / MAX (targets->len, 1));
  printf (" %.3f |\n", worst);
  return TRUE;
}

/* NumPy's format, version 1. Reference: NEP 1. */
static gboolean
write_picture (const char *dir, const EvalPicture *picture, GError **error)
{
  g_autofree char *file = g_strconcat (picture->name, ".npy", NULL);
  g_autofree char *path = g_build_filename (dir, file, NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  int width = gdk_pixbuf_get_width (picture->pixbuf);
  int height = gdk_pixbuf_get_height (picture->pixbuf);
  g_autofree char *header = g_strdup_printf (
      "{'descr': '|u1', 'fortran_order': False, 'shape': (%d, %d, 3), }", height, width);
  g_autofree char *padded = g_strdup_printf ("%-117s\n", header);
  const guint8 start[10] = { 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0 };

  g_byte_array_append (bytes, start, sizeof start);
  g_byte_array_append (bytes, (const guint8 *) padded, 118);
  for (int y = 0; y < height; y++)
    g_byte_array_append (bytes,
                         gdk_pixbuf_read_pixels (picture->pixbuf)
                             + (gsize) y * gdk_pixbuf_get_rowstride (picture->pixbuf),
                         3 * width);
  return g_file_set_contents (path, (const char *) bytes->data, bytes->len, error);
}

static gboolean
dump (const char *dir, const GArray *targets, GPtrArray *pictures, GError **error)
{
  g_autofree char *path = g_build_filename (dir, "faces.json", NULL);
  g_autoptr (GString) json = g_string_new ("[");

  for (guint p = 0; p < pictures->len; p++)
    if (!write_picture (dir, pictures->pdata[p], error))
      return FALSE;
  for (guint t = 0; t < targets->len; t++)
    {
      const Target *target = &g_array_index (targets, Target, t);

      g_string_append_printf (json, "%s\n{\"picture\":\"%s\",\"rect\":[%g,%g,%g,%g],",
                              t > 0 ? "," : "", target->picture->name, target->truth->rect.x,
                              target->truth->rect.y, target->truth->rect.width,
                              target->truth->rect.height);
      g_string_append_printf (json, "\"box\":[%.3f,%.3f,%.3f,%.3f],\"truth\":[", target->box.x,
                              target->box.y, target->box.width, target->box.height);
      for (int i = 0; i < MIEN_LANDMARKS_N; i++)
        g_string_append_printf (json, "%s[%g,%g]", i > 0 ? "," : "",
                                target->truth->points.points[i].x,
                                target->truth->points.points[i].y);
      g_string_append (json, "]}");
    }
  g_string_append (json, "]\n");
  return g_file_set_contents (path, json->str, (gssize) json->len, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) pictures = NULL;
  g_autoptr (MienParallel) parallel = mien_parallel_new (0);
  g_autoptr (GArray) targets = NULL;
  g_autoptr (GError) error = NULL;
  const char *dir = NULL;
  guint n_faces;

  if (argc > 1 && g_str_has_prefix (argv[1], "--dump="))
    {
      dir = strchr (argv[1], '=') + 1;
      argv++;
      argc--;
    }
  if (argc < 4)
    {
      fprintf (stderr, "usage: eval-landmarks [--dump=DIR] FOLDER DETECTOR MODEL...\n");
      return 1;
    }
  pictures = eval_truth_load (argv[1], &error);
  if (pictures != NULL)
    targets = find_targets (argv[2], pictures, parallel, &n_faces, &error);
  printf ("| points | boxes | faces | all | jaw | brows | nose | eyes | mouth | worst face |\n"
          "|---|---|---|---|---|---|---|---|---|---|\n");
  if (targets != NULL && dir != NULL)
    dump (dir, targets, pictures, &error);
  for (int i = 3; i < argc && targets != NULL && error == NULL; i++)
    print_model (argv[i], argv[2], targets, n_faces, parallel, &error);
  if (error == NULL)
    return 0;
  fprintf (stderr, "%s\n", error->message);
  return 2;
}
