/* Detectors of other people's, known by their outputs alone: networks made here, whose outputs are
 * numbers that we know and a little of what they were given, so that the input is checked too.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "nn/graph.h"
#include "vision/detector.h"

#define SIDE 64

static void
node (MienGraph *graph, const char *op, const char *out, const char *a, const char *b)
{
  const char *inputs[] = { a, b, NULL }, *outputs[] = { out, NULL };

  mien_graph_append_node (graph, op, out, inputs, outputs);
}

/* A network that looks at the mean of its input's channels: value `seen` is first + 10 * second +
 * 100 * third. */
static MienGraph *
begin (void)
{
  MienGraph *graph = mien_graph_new ("foreign", 13);
  const gint64 dims[] = { 1, 3, SIDE, SIDE }, weights[] = { 1, 3, 1, 1 }, one[] = { 1 };
  const float values[] = { 1, 10, 100 };
  const gint64 shape[] = { 1 };

  mien_graph_append_input (graph, "input.1", MIEN_DTYPE_F32, 4, dims, NULL);
  node (graph, "GlobalAveragePool", "mean", "input.1", NULL);
  mien_graph_take_initializer (graph, "weights",
                               mien_tensor_new_copy (MIEN_DTYPE_F32, 4, weights, values));
  node (graph, "Conv", "sum", "mean", "weights");
  mien_graph_take_initializer (graph, "shape",
                               mien_tensor_new_copy (MIEN_DTYPE_I64, 1, one, shape));
  node (graph, "Reshape", "seen", "sum", "shape");
  return graph;
}

/* An output [(1,) n, width] of @values plus @part times `seen` in its number @index. */
static void
add_output (MienGraph *graph,
            const char *name,
            gboolean batched,
            gint64 n,
            gint64 width,
            const float *values,
            gsize index,
            float part)
{
  const gint64 dims[] = { 1, n, width };
  g_autofree char *plain = g_strconcat (name, ".plain", NULL);
  g_autofree char *parts = g_strconcat (name, ".parts", NULL);
  g_autofree char *more = g_strconcat (name, ".more", NULL);
  int rank = batched ? 3 : 2;
  MienTensor *tensor = mien_tensor_new_f32 (rank, dims + 3 - rank);

  memset (mien_tensor_f32 (tensor), 0, tensor->n_elements * sizeof (float));
  mien_tensor_f32 (tensor)[index] = part;
  mien_graph_take_initializer (graph, parts, tensor);
  mien_graph_take_initializer (
      graph, plain, mien_tensor_new_copy (MIEN_DTYPE_F32, rank, dims + 3 - rank, values));
  node (graph, "Mul", more, parts, "seen");
  node (graph, "Add", name, plain, more);
  mien_graph_append_output (graph, name, MIEN_DTYPE_F32, rank, dims + 3 - rank, NULL);
}

/* What the network says of a picture of one colour, red 200, green 100, blue 50. */
static GArray *
detect (MienGraph *graph, const char *kind, GError **error)
{
  g_autofree char *dir = g_dir_make_tmp ("mien-foreign-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "somebodys.onnx", NULL);
  g_autofree guint8 *pixels = g_malloc (3 * SIDE * SIDE);
  g_autoptr (GArray) faces = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));
  g_autoptr (MienDetectorModel) model = NULL;
  g_autoptr (MienDetector) detector = NULL;
  MienImage image = { .format = MIEN_PIXEL_RGB24,
                      .width = SIDE,
                      .height = SIDE,
                      .planes = { pixels },
                      .strides = { 3 * SIDE } };
  gboolean ok;

  for (int i = 0; i < SIDE * SIDE; i++)
    memcpy (pixels + 3 * i, (const guint8[]){ 200, 100, 50 }, 3);
  g_assert_true (mien_graph_write_onnx (graph, path, FALSE, error));
  model = mien_detector_model_load (path, NULL, error);
  g_remove (path);
  g_rmdir (dir);
  if (model == NULL)
    return NULL;
  g_assert_cmpstr (mien_detector_model_get_kind (model), ==, kind);
  g_assert_cmpstr (mien_detector_model_get_name (model), ==, "somebodys");
  detector = mien_detector_new (model, NULL);
  ok = mien_detector_detect (detector, &image, faces, NULL, error);
  return ok ? g_steal_pointer (&faces) : NULL;
}

/* Three maps with two anchors a cell; a face in cell (2, 1) of stride 16, its second anchor.
 * @short_by: rows that the last map of boxes lacks. */
static MienGraph *
make_scrfd (gboolean with_points, int short_by)
{
  MienGraph *graph = begin ();
  const int face = (1 * (SIDE / 16) + 2) * 2 + 1;
  int number = 443;

  for (int kind = 0; kind < (with_points ? 3 : 2); kind++)
    for (int level = 0; level < 3; level++)
      {
        int side = SIDE / (8 << level), n = 2 * side * side,
            width = kind == 0   ? 1
                    : kind == 1 ? 4
                                : 10;
        g_autofree char *name = g_strdup_printf ("%d", number++);
        g_autofree float *values = g_new0 (float, n *width);
        gboolean is_face = level == 1;

        if (kind == 0)
          values[is_face ? face : 3] = is_face ? 0.9f : 0.4f;
        if (kind == 1 && is_face)
          memcpy (values + 4 * face, (const float[]){ 1, 0.75f, 1, 1.25f }, 4 * sizeof (float));
        if (kind == 2 && is_face)
          memcpy (values + 10 * face,
                  (const float[]){ -0.5f, 0, 0.5f, 0, 0, 0.25f, -0.25f, 0.5f, 0.25f, 0.5f },
                  10 * sizeof (float));
        if (kind == 1 && level == 2)
          n -= short_by;
        add_output (graph, name, FALSE, n, width, values, kind == 1 && is_face ? 4 * face : 0,
                    kind == 1 && is_face ? 0.001f : 0);
      }
  return graph;
}

static void
test_scrfd (gconstpointer data)
{
  gboolean with_points = GPOINTER_TO_INT (data);
  g_autoptr (MienGraph) graph = make_scrfd (with_points, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) faces = detect (graph, "scrfd", &error);
  const double seen =
      ((200 - 127.5) + 10 * (100 - 127.5) + 100 * (50 - 127.5)) / 128; /* RGB, (v - 127.5) / 128 */
  const MienFaceBox *face;

  g_assert_no_error (error);
  g_assert_cmpuint (faces->len, ==, 1);
  face = &g_array_index (faces, MienFaceBox, 0);
  g_assert_cmpfloat_with_epsilon (face->score, 0.9, 1e-6);
  g_assert_cmpfloat_with_epsilon (face->x, 32 - 16 * (1 + 0.001 * seen), 1e-3);
  g_assert_cmpfloat_with_epsilon (face->x + face->width, 48, 1e-3);
  g_assert_cmpfloat_with_epsilon (face->y, 16 - 12, 1e-3);
  g_assert_cmpfloat_with_epsilon (face->y + face->height, 16 + 20, 1e-3);
  g_assert_cmpuint (face->n_points, ==, with_points ? 4 : 0);
  if (!with_points)
    return;
  g_assert_cmpfloat_with_epsilon (face->points[MIEN_FACE_RIGHT_EYE].x, 24, 1e-3);
  g_assert_cmpfloat_with_epsilon (face->points[MIEN_FACE_LEFT_EYE].x, 40, 1e-3);
  g_assert_cmpfloat_with_epsilon (face->points[MIEN_FACE_NOSE].y, 20, 1e-3);
  g_assert_cmpfloat_with_epsilon (face->points[MIEN_FACE_MOUTH].y, 24, 1e-3);
  g_assert_cmpfloat_with_epsilon (face->points[MIEN_FACE_MOUTH].x, 32, 1e-3);
}

static void
test_scrfd_wrong (void)
{
  g_autoptr (MienGraph) graph = make_scrfd (TRUE, 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (detect (graph, "scrfd", &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
  g_assert_nonnull (strstr (error->message, "somebodys.onnx"));
}

/* 128 + 32 + 8 anchors; a face at the smaller anchor, of 64 pixels, of cell (1, 2) of stride 16. */
static void
test_retinaface (gconstpointer data)
{
  gboolean logits = GPOINTER_TO_INT (data);
  enum
  {
    N = 168,
    FACE = 128 + (2 * 4 + 1) * 2,
  };
  g_autoptr (MienGraph) graph = begin ();
  g_autofree float *boxes = g_new0 (float, N * 4);
  g_autofree float *scores = g_new0 (float, N * 2);
  g_autofree float *points = g_new0 (float, N * 10);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) faces = NULL;
  const double seen = (50 - 104) + 10 * (100 - 117) + 100 * (200 - 123); /* BGR less the means */
  const float half = logf (0.5f) / 0.2f;
  const MienFaceBox *face;

  for (int i = 0; i < N; i++)
    {
      scores[2 * i] = logits ? 3 : 0.95f;
      scores[2 * i + 1] = logits ? -3 : 0.05f;
    }
  scores[2 * FACE] = logits ? -1 : 0.119203f;
  scores[2 * FACE + 1] = logits ? 1 : 0.880797f;
  memcpy (boxes + 4 * FACE, (const float[]){ 0, -0.5f, half, half }, 4 * sizeof (float));
  points[10 * FACE] = -1;
  points[10 * FACE + 2] = 1;
  add_output (graph, "loc", TRUE, N, 4, boxes, 4 * FACE, 1e-4f);
  add_output (graph, "586", TRUE, N, 2, scores, 0, 0);
  add_output (graph, "585", TRUE, N, 10, points, 0, 0);
  faces = detect (graph, "retinaface", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (faces->len, ==, 1);
  face = &g_array_index (faces, MienFaceBox, 0);
  g_assert_cmpfloat_with_epsilon (face->score, 0.880797, 1e-4);
  g_assert_cmpfloat_with_epsilon (face->width, 32, 1e-2);
  g_assert_cmpfloat_with_epsilon (face->height, 32, 1e-2);
  g_assert_cmpfloat_with_epsilon (face->x + 16, 24 + 0.1 * 64 * 1e-4 * seen, 1e-2);
  g_assert_cmpfloat_with_epsilon (face->y + 16, 40 - 0.1 * 64 * 0.5, 1e-2);
  g_assert_cmpfloat_with_epsilon (face->points[MIEN_FACE_RIGHT_EYE].x, 24 - 6.4, 1e-2);
  g_assert_cmpfloat_with_epsilon (face->points[MIEN_FACE_LEFT_EYE].x, 24 + 6.4, 1e-2);
}

/* Outputs of no detector's. */
static void
test_unknown (void)
{
  g_autoptr (MienGraph) graph = begin ();
  g_autofree float *values = g_new0 (float, 40);
  g_autoptr (GError) error = NULL;

  add_output (graph, "boxes", FALSE, 10, 4, values, 0, 0);
  g_assert_null (detect (graph, "", &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_MODEL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/vision/foreign/scrfd", GINT_TO_POINTER (TRUE), test_scrfd);
  g_test_add_data_func ("/vision/foreign/scrfd-without-points", GINT_TO_POINTER (FALSE),
                        test_scrfd);
  g_test_add_func ("/vision/foreign/scrfd-wrong", test_scrfd_wrong);
  g_test_add_data_func ("/vision/foreign/retinaface", GINT_TO_POINTER (FALSE), test_retinaface);
  g_test_add_data_func ("/vision/foreign/retinaface-logits", GINT_TO_POINTER (TRUE),
                        test_retinaface);
  g_test_add_func ("/vision/foreign/unknown", test_unknown);
  return g_test_run ();
}
