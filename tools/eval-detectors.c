/* Recall, false boxes and time of detectors on pictures with known faces.
 *
 *   eval-detectors FOLDER DETECTOR...           prints a table in Markdown
 *   eval-detectors --times FOLDER DETECTOR...   only the time, the best of five runs
 *   eval-detectors --tiles FOLDER DETECTOR...   without and with tiles, for tiny faces: everything
 *                                               shrunk, together in one picture of 1280 x 720
 *
 * A face is found when a box has an IoU of at least 0.4 with it; boxes are taken best score first,
 * each face once; every other box is false.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "eval-truth.h"
#include "vision/detector.h"

#define MIN_IOU 0.4f

typedef struct
{
  guint n_faces, n_found, n_false;
  double iou;            /* sum over found faces */
  double dx, dy, dw, dh; /* sums of differences from the truth, in parts of its size */
  double milliseconds;   /* sum of the faster of two runs */
  guint n_pictures;
} Score;

static void
compare_boxes (const EvalPicture *picture, GArray *boxes, gboolean print, Score *score)
{
  g_autofree gboolean *is_taken = g_new0 (gboolean, picture->faces->len + 1);

  for (guint b = 0; b < boxes->len; b++)
    {
      const MienFaceBox *box = &g_array_index (boxes, MienFaceBox, b);
      MienRect rect = mien_face_box_get_rect (box), truth;
      float best = MIN_IOU;
      int which = -1;

      for (guint f = 0; f < picture->faces->len; f++)
        {
          float iou = mien_rect_iou (&rect, &g_array_index (picture->faces, EvalFace, f).rect);

          if (!is_taken[f] && iou >= best)
            {
              best = iou;
              which = (int) f;
            }
        }
      if (which < 0)
        {
          score->n_false++;
          if (print)
            fprintf (stderr, "%s: false %.0f,%.0f %.0fx%.0f score %.3f\n", picture->name, rect.x,
                     rect.y, rect.width, rect.height, box->score);
          continue;
        }
      is_taken[which] = TRUE;
      truth = g_array_index (picture->faces, EvalFace, which).rect;
      score->n_found++;
      score->iou += best;
      score->dx += (rect.x + rect.width / 2 - truth.x - truth.width / 2) / truth.width;
      score->dy += (rect.y + rect.height / 2 - truth.y - truth.height / 2) / truth.height;
      score->dw += rect.width / truth.width;
      score->dh += rect.height / truth.height;
    }
  score->n_faces += picture->faces->len;
  for (guint f = 0; f < picture->faces->len && print; f++)
    if (!is_taken[f])
      {
        MienRect r = g_array_index (picture->faces, EvalFace, f).rect;

        fprintf (stderr, "%s: missed %.0f,%.0f %.0fx%.0f\n", picture->name, r.x, r.y, r.width,
                 r.height);
      }
}

static gboolean
measure (
    MienDetector *detector, GPtrArray *pictures, EvalChange change, Score *score, GError **error)
{
  g_autoptr (GArray) boxes = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));

  for (guint p = 0; p < pictures->len; p++)
    {
      EvalPicture *picture = eval_picture_change (pictures->pdata[p], change);
      MienImage image = eval_picture_get_image (picture);
      gint64 least = G_MAXINT64;

      for (int run = 0; run < 2; run++)
        {
          gint64 start = g_get_monotonic_time ();

          if (!mien_detector_detect (detector, &image, boxes, NULL, error))
            return FALSE;
          least = MIN (least, g_get_monotonic_time () - start);
        }
      score->milliseconds += (double) least / 1e3;
      score->n_pictures++;
      compare_boxes (picture, boxes, change == EVAL_PLAIN, score);
      eval_picture_free (picture);
    }
  return TRUE;
}

static gboolean
print_detector (const char *name, GPtrArray *pictures, MienParallel *parallel, GError **error)
{
  g_autoptr (MienDetectorModel) model = mien_detector_model_load (name, NULL, error);
  g_autoptr (MienDetector) detector = NULL;
  Score plain = { 0 };

  if (model == NULL)
    return FALSE;
  detector = mien_detector_new (model, parallel);
  printf ("| %s |", mien_detector_model_get_name (model));
  for (int change = 0; change < EVAL_N; change++)
    {
      Score score = { 0 };

      if (!measure (detector, pictures, (EvalChange) change, &score, error))
        return FALSE;
      printf (" %u/%u, %u |", score.n_found, score.n_faces, score.n_false);
      if (change == EVAL_PLAIN)
        plain = score;
    }
  printf (" %.1f | %.2f |\n", plain.milliseconds / plain.n_pictures, plain.iou / plain.n_found);
  fprintf (stderr, "%s: centre %+.3f %+.3f of the true box's size, width x%.3f, height x%.3f\n",
           name, plain.dx / plain.n_found, plain.dy / plain.n_found, plain.dw / plain.n_found,
           plain.dh / plain.n_found);
  return TRUE;
}

/* Milliseconds a picture as they are, each picture's best of five runs. */
static gboolean
print_times (char **names, GPtrArray *pictures, MienParallel *parallel, GError **error)
{
  printf ("| detector | ms a picture |\n|---|---|\n");
  for (int i = 0; names[i] != NULL; i++)
    {
      g_autoptr (MienDetectorModel) model = mien_detector_model_load (names[i], NULL, error);
      g_autoptr (MienDetector) detector = NULL;
      g_autoptr (GArray) boxes = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));
      double sum = 0;

      if (model == NULL)
        return FALSE;
      detector = mien_detector_new (model, parallel);
      for (guint p = 0; p < pictures->len; p++)
        {
          MienImage image = eval_picture_get_image (pictures->pdata[p]);
          gint64 least = G_MAXINT64;

          for (int run = 0; run < 5; run++)
            {
              gint64 start = g_get_monotonic_time ();

              if (!mien_detector_detect (detector, &image, boxes, NULL, error))
                return FALSE;
              least = MIN (least, g_get_monotonic_time () - start);
            }
          sum += (double) least / 1e3;
        }
      printf ("| %s | %.1f |\n", mien_detector_model_get_name (model), sum / pictures->len);
    }
  return TRUE;
}

/* Faces that are tiny beside the picture: the median of each photograph has the size of the
 * column. */
static gboolean
print_tiles (char **names, GPtrArray *pictures, MienParallel *parallel, GError **error)
{
  static const float sizes[] = { 20, 16, 12 };

  printf (
      "| detector | tiles | faces of 20 px | 16 px | 12 px | ms |\n|---|---|---|---|---|---|\n");
  for (int i = 0; names[i] != NULL; i++)
    for (int tiles = 0; tiles < 2; tiles++)
      {
        const MienDetectorOptions options = { .tiles = tiles };
        g_autoptr (MienDetectorModel) model = mien_detector_model_load (names[i], &options, error);
        g_autoptr (MienDetector) detector = NULL;
        double ms = 0;

        if (model == NULL)
          return FALSE;
        detector = mien_detector_new (model, parallel);
        printf ("| %s | %s |", mien_detector_model_get_name (model), tiles ? "yes" : "no");
        for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
          {
            g_autoptr (GPtrArray) one =
                g_ptr_array_new_with_free_func ((GDestroyNotify) eval_picture_free);
            Score score = { 0 };

            g_ptr_array_add (one, eval_picture_gather (pictures, sizes[s], 1280, 720));
            if (!measure (detector, one, EVAL_PLAIN, &score, error))
              return FALSE;
            printf (" %u/%u, %u |", score.n_found, score.n_faces, score.n_false);
            ms = score.milliseconds;
          }
        printf (" %.0f |\n", ms);
      }
  return TRUE;
}

static gboolean
print_table (char **names, GPtrArray *pictures, MienParallel *parallel, GError **error)
{
  printf ("| detector |");
  for (int change = 0; change < EVAL_N; change++)
    printf (" %s |", eval_change_get_name ((EvalChange) change));
  printf (" ms a picture | mean IoU |\n|---|");
  for (int change = 0; change < EVAL_N + 2; change++)
    printf ("---|");
  printf ("\n");
  for (int i = 0; names[i] != NULL; i++)
    if (!print_detector (names[i], pictures, parallel, error))
      return FALSE;
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) pictures = NULL;
  g_autoptr (MienParallel) parallel = mien_parallel_new (0);
  g_autoptr (GError) error = NULL;
  gboolean times = argc > 1 && strcmp (argv[1], "--times") == 0;
  gboolean tiles = argc > 1 && strcmp (argv[1], "--tiles") == 0;

  argv += times || tiles;
  argc -= times || tiles;
  if (argc < 3)
    {
      fprintf (stderr, "usage: eval-detectors [--times|--tiles] FOLDER DETECTOR...\n");
      return 1;
    }
  pictures = eval_truth_load (argv[1], &error);
  if (pictures != NULL && times)
    print_times (argv + 2, pictures, parallel, &error);
  else if (pictures != NULL && tiles)
    print_tiles (argv + 2, pictures, parallel, &error);
  else if (pictures != NULL)
    print_table (argv + 2, pictures, parallel, &error);
  if (error == NULL)
    return 0;
  fprintf (stderr, "%s\n", error->message);
  return 2;
}
