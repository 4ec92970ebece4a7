/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/nms.h"

static int
compare_scores (gconstpointer a, gconstpointer b, gpointer data)
{
  const MienFaceBox *faces = data;
  guint i = *(const guint *) a, j = *(const guint *) b;

  if (faces[i].score != faces[j].score)
    return faces[i].score > faces[j].score ? -1 : 1;
  return i < j ? -1 : i > j;
}

/* A copy of @faces, best first; equal scores keep their order. */
static MienFaceBox *
dup_sorted (GArray *faces)
{
  g_autofree guint *order = g_new (guint, faces->len);
  MienFaceBox *sorted = g_new (MienFaceBox, faces->len);
  const MienFaceBox *all = (const MienFaceBox *) (gpointer) faces->data;

  for (guint i = 0; i < faces->len; i++)
    order[i] = i;
  g_qsort_with_data (order, (int) faces->len, sizeof *order, compare_scores, (gpointer) all);
  for (guint i = 0; i < faces->len; i++)
    sorted[i] = all[order[i]];
  return sorted;
}

void
mien_nms_greedy (GArray *faces, float iou, guint max_faces)
{
  g_autofree MienFaceBox *sorted = NULL;
  guint n = faces->len;

  if (n == 0)
    return;
  sorted = dup_sorted (faces);
  g_array_set_size (faces, 0);
  for (guint i = 0; i < n && (max_faces == 0 || faces->len < max_faces); i++)
    {
      MienRect rect = mien_face_box_get_rect (&sorted[i]);
      gboolean is_kept = TRUE;

      for (guint k = 0; k < faces->len && is_kept; k++)
        {
          MienRect other = mien_face_box_get_rect (&g_array_index (faces, MienFaceBox, k));

          is_kept = mien_rect_iou (&rect, &other) <= iou;
        }
      if (is_kept)
        g_array_append_val (faces, sorted[i]);
    }
}

/* Adds @weight times the geometry of @face to @sum. */
static void
accumulate (MienFaceBox *sum, const MienFaceBox *face, float weight)
{
  sum->x += face->x * weight;
  sum->y += face->y * weight;
  sum->width += face->width * weight;
  sum->height += face->height * weight;
  for (guint p = 0; p < face->n_points; p++)
    {
      sum->points[p].x += face->points[p].x * weight;
      sum->points[p].y += face->points[p].y * weight;
    }
}

void
mien_nms_weighted (GArray *faces, float iou, guint max_faces)
{
  g_autofree MienFaceBox *sorted = NULL;
  g_autofree gboolean *is_used = NULL;
  guint n = faces->len;

  if (n == 0)
    return;
  sorted = dup_sorted (faces);
  is_used = g_new0 (gboolean, n);
  g_array_set_size (faces, 0);
  for (guint i = 0; i < n && (max_faces == 0 || faces->len < max_faces); i++)
    {
      MienRect rect = mien_face_box_get_rect (&sorted[i]);
      MienFaceBox sum = { 0 }, mean = { 0 };
      float total = 0;

      if (is_used[i])
        continue;
      for (guint j = i; j < n; j++)
        {
          MienRect other = mien_face_box_get_rect (&sorted[j]);

          if (is_used[j] || (j != i && mien_rect_iou (&rect, &other) <= iou))
            continue;
          is_used[j] = TRUE;
          accumulate (&sum, &sorted[j], sorted[j].score);
          total += sorted[j].score;
        }
      if (total > 0)
        {
          mean.n_points = sorted[i].n_points;
          sum.n_points = mean.n_points;
          accumulate (&mean, &sum, 1 / total);
        }
      else
        mean = sorted[i];
      mean.score = sorted[i].score;
      g_array_append_val (faces, mean);
    }
}
