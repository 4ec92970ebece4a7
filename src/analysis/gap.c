/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/gap.h"

#include <math.h>
#include <string.h>

#define LOOKS_A_SECOND 8.0
#define MAX_STEP 8
/* Boxes of one face that overlap less have moved too far to be filled in between. */
#define MIN_OVERLAP 0.6f
/* As long as the tracker waits for a face. */
#define MEMORY_NS G_GINT64_CONSTANT (1000000000)

guint
mien_gap_choose_step (const MienMediaInfo *info, guint every, MienDetectorModel *detector)
{
  double rate = mien_media_info_get_rate (info) / MAX (every, 1);

  if (info->kind == MIEN_MEDIA_IMAGE || info->kind == MIEN_MEDIA_FOLDER
      || strcmp (mien_detector_model_get_kind (detector), "blazeface") == 0)
    return 1;
  return (guint) CLAMP (round (rate / LOOKS_A_SECOND), 1, MAX_STEP);
}

gboolean
mien_gap_is_calm (const GArray *before, const GArray *after)
{
  g_autofree gboolean *is_taken = g_new0 (gboolean, after->len + 1);

  if (before->len != after->len)
    return FALSE;
  for (guint i = 0; i < before->len; i++)
    {
      MienRect rect = mien_face_box_get_rect (&g_array_index (before, MienFaceBox, i));
      float most = MIN_OVERLAP;
      int best = -1;

      for (guint k = 0; k < after->len; k++)
        {
          MienRect other = mien_face_box_get_rect (&g_array_index (after, MienFaceBox, k));
          float overlap = mien_rect_iou (&rect, &other);

          if (!is_taken[k] && overlap >= most)
            {
              most = overlap;
              best = (int) k;
            }
        }
      if (best < 0)
        return FALSE;
      is_taken[best] = TRUE;
    }
  return TRUE;
}

void
mien_gap_memory_add (MienGapMemory *self, guint n, gint64 pts_ns)
{
  if (n < self->n && pts_ns - self->pts_ns <= MEMORY_NS)
    return;
  self->n = n;
  self->pts_ns = pts_ns;
}
