/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/detector-private.h"

/* A row: centre, size, then six points, all in pixels from the centre of the cell.
 * Reference: Bazarevsky et al. 2019 (BlazeFace). */
#define ROW 16
#define N_POINTS 6

static void
append_face (GArray *faces, const float *row, float cx, float cy, float score)
{
  /* The network's order is right eye, left eye, nose, mouth, right ear, left ear: ours. */
  MienFaceBox *face = mien_decode_append (faces, cx + row[0], cy + row[1], row[2], row[3], score);

  if (face == NULL)
    return;
  face->n_points = N_POINTS;
  for (int p = 0; p < N_POINTS; p++)
    face->points[p] = (MienPoint){ cx + row[4 + 2 * p], cy + row[5 + 2 * p] };
}

gboolean
mien_decode_blazeface (const MienDetectorSpec *spec,
                       MienContext *context,
                       int width,
                       int height,
                       float min_score,
                       GArray *faces,
                       GError **error)
{
  const float *rows, *scores;
  gsize n = 0;

  for (int l = 0; l < spec->n_levels; l++)
    {
      gsize stride = (gsize) spec->levels[l].stride;

      n += ((gsize) width / stride) * ((gsize) height / stride) * (gsize) spec->levels[l].n_anchors;
    }
  rows = mien_decode_find_output (context, "boxes", n * ROW, error);
  scores = rows == NULL ? NULL : mien_decode_find_output (context, "scores", n, error);
  if (scores == NULL)
    return FALSE;
  for (int l = 0; l < spec->n_levels; l++)
    {
      const MienDecodeLevel *level = &spec->levels[l];
      float stride = (float) level->stride;

      for (int y = 0; y < height / level->stride; y++)
        for (int x = 0; x < width / level->stride; x++)
          for (int a = 0; a < level->n_anchors; a++, scores++, rows += ROW)
            if (*scores > min_score)
              append_face (faces, rows, ((float) x + 0.5f) * stride, ((float) y + 0.5f) * stride,
                           *scores);
    }
  return TRUE;
}
