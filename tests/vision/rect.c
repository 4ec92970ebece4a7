/* Rectangles, similarity transforms and suppression.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "vision/nms.h"

static void
test_iou (void)
{
  MienRect a = { 0, 0, 10, 10 }, b = { 5, 5, 10, 10 }, c = { 20, 0, 5, 5 }, empty = { 0, 0, 0, 4 };
  MienRect bad = { 0, 0, NAN, 4 };

  g_assert_cmpfloat_with_epsilon (mien_rect_iou (&a, &b), 25.0 / 175, 1e-6);
  g_assert_cmpfloat (mien_rect_iou (&a, &a), ==, 1);
  g_assert_cmpfloat (mien_rect_iou (&a, &c), ==, 0);
  g_assert_cmpfloat (mien_rect_iou (&a, &empty), ==, 0);
  g_assert_cmpfloat (mien_rect_iou (&bad, &a), ==, 0);
}

static void
test_clip (void)
{
  MienRect out, a = { -5, 90, 20, 20 }, outside = { 100, 0, 5, 5 }, bad = { NAN, 0, 5, 5 };

  g_assert_true (mien_rect_clip (&a, 100, 100, &out));
  g_assert_cmpfloat (out.x, ==, 0);
  g_assert_cmpfloat (out.width, ==, 15);
  g_assert_cmpfloat (out.height, ==, 10);
  g_assert_false (mien_rect_clip (&outside, 100, 100, &out));
  bad.width = NAN;
  g_assert_false (mien_rect_clip (&bad, 100, 100, &out));
}

static void
test_similarity (void)
{
  const float angle = 0.4f, scale = 2.5f;
  MienPoint from[4] = { { 0, 0 }, { 10, 0 }, { 3, 8 }, { -4, 5 } }, to[4], same[2] = { { 0 } };
  MienAffine map, back;

  for (int i = 0; i < 4; i++)
    to[i] = (MienPoint){ scale * (cosf (angle) * from[i].x - sinf (angle) * from[i].y) + 7,
                         scale * (sinf (angle) * from[i].x + cosf (angle) * from[i].y) - 3 };
  g_assert_true (mien_affine_fit_similarity (from, to, 4, &map));
  g_assert_cmpfloat_with_epsilon (map.a, scale * cosf (angle), 1e-5);
  g_assert_cmpfloat_with_epsilon (map.d, scale * sinf (angle), 1e-5);
  g_assert_true (mien_affine_invert (&map, &back));
  for (int i = 0; i < 4; i++)
    {
      MienPoint p = mien_affine_apply (&back, mien_affine_apply (&map, from[i]));

      g_assert_cmpfloat_with_epsilon (p.x, from[i].x, 1e-4);
      g_assert_cmpfloat_with_epsilon (p.y, from[i].y, 1e-4);
    }
  g_assert_false (mien_affine_fit_similarity (same, to, 2, &map));
}

static GArray *
make_faces (void)
{
  const MienFaceBox boxes[] = {
    { 0, 0, 10, 10, 0.6f, 0, { { 0 } } },  { 1, 0, 10, 10, 0.9f, 0, { { 0 } } },
    { 50, 0, 10, 10, 0.8f, 0, { { 0 } } }, { 6, 0, 10, 10, 0.7f, 0, { { 0 } } },
    { 50, 1, 10, 10, 0.8f, 0, { { 0 } } },
  };
  GArray *faces = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));

  g_array_append_vals (faces, boxes, G_N_ELEMENTS (boxes));
  return faces;
}

static void
test_greedy (void)
{
  g_autoptr (GArray) faces = make_faces ();

  /* 0 overlaps 1 by 9/11; 3 overlaps 1 by 1/3; 4 overlaps 2 by 9/11 and comes later. */
  mien_nms_greedy (faces, 0.5f, 0);
  g_assert_cmpuint (faces->len, ==, 3);
  g_assert_cmpfloat (g_array_index (faces, MienFaceBox, 0).x, ==, 1);
  g_assert_cmpfloat (g_array_index (faces, MienFaceBox, 1).y, ==, 0);
  g_assert_cmpfloat (g_array_index (faces, MienFaceBox, 2).x, ==, 6);
  mien_nms_greedy (faces, 0.5f, 2);
  g_assert_cmpuint (faces->len, ==, 2);
  g_array_set_size (faces, 0);
  mien_nms_greedy (faces, 0.5f, 0);
  g_assert_cmpuint (faces->len, ==, 0);
}

static void
test_weighted (void)
{
  g_autoptr (GArray) faces = make_faces ();
  const MienFaceBox *first;

  for (guint i = 0; i < faces->len; i++)
    {
      MienFaceBox *face = &g_array_index (faces, MienFaceBox, i);

      face->n_points = 1;
      face->points[0] = (MienPoint){ face->x + 5, 5 };
    }
  mien_nms_weighted (faces, 0.5f, 0);
  g_assert_cmpuint (faces->len, ==, 3);
  first = &g_array_index (faces, MienFaceBox, 0);
  g_assert_cmpfloat_with_epsilon (first->x, (0.9 * 1 + 0.6 * 0) / 1.5, 1e-5);
  g_assert_cmpfloat_with_epsilon (first->points[0].x, first->x + 5, 1e-5);
  g_assert_cmpfloat (first->score, ==, 0.9f);
  g_assert_cmpfloat_with_epsilon (g_array_index (faces, MienFaceBox, 1).y, 0.5, 1e-5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vision/rect/iou", test_iou);
  g_test_add_func ("/vision/rect/clip", test_clip);
  g_test_add_func ("/vision/rect/similarity", test_similarity);
  g_test_add_func ("/vision/nms/greedy", test_greedy);
  g_test_add_func ("/vision/nms/weighted", test_weighted);
  return g_test_run ();
}
