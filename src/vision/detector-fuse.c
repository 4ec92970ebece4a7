/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/detector-private.h"
#include "vision/nms.h"

/* From this IoU on two detectors mean the same face. */
#define SAME 0.35f

/* The box of @other that overlaps @face most, or -1. */
static int
find_same (const MienFaceBox *face, GArray *other, const gboolean *is_taken)
{
  MienRect rect = mien_face_box_get_rect (face);
  float most = SAME;
  int best = -1;

  for (guint i = 0; i < other->len; i++)
    {
      MienRect theirs = mien_face_box_get_rect (&g_array_index (other, MienFaceBox, i));
      float iou = mien_rect_iou (&rect, &theirs);

      if (!is_taken[i] && iou >= most)
        {
          most = iou;
          best = (int) i;
        }
    }
  return best;
}

/* The mean box, the points of whichever has them, and the chance that not both are wrong. */
static MienFaceBox
join (const MienFaceBox *a, const MienFaceBox *b)
{
  MienFaceBox face = a->n_points >= b->n_points ? *a : *b;

  face.x = (a->x + b->x) / 2;
  face.y = (a->y + b->y) / 2;
  face.width = (a->width + b->width) / 2;
  face.height = (a->height + b->height) / 2;
  face.score = 1 - (1 - a->score) * (1 - b->score);
  return face;
}

void
mien_detector_fuse (GArray *own, float own_min, GArray *other, float other_min, GArray *out)
{
  g_autofree gboolean *is_taken = g_new0 (gboolean, other->len + 1);
  float both_min = MAX (own_min, other_min);

  for (guint i = 0; i < own->len; i++)
    {
      const MienFaceBox *face = &g_array_index (own, MienFaceBox, i);
      int same = find_same (face, other, is_taken);
      MienFaceBox joint = *face;

      if (same >= 0)
        {
          is_taken[same] = TRUE;
          joint = join (face, &g_array_index (other, MienFaceBox, same));
        }
      if (joint.score > (same >= 0 ? both_min : own_min))
        g_array_append_val (out, joint);
    }
  for (guint i = 0; i < other->len; i++)
    {
      const MienFaceBox *face = &g_array_index (other, MienFaceBox, i);

      if (!is_taken[i] && face->score > other_min)
        g_array_append_val (out, *face);
    }
  mien_nms_greedy (out, SAME, 0);
}
