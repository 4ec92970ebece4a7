/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/detector-private.h"

/* Boxes are distances to the four sides, points are offsets, both in strides from the corner of a
 * cell; the anchors of a cell differ in nothing but their numbers. Reference: Guo et al. 2021
 * (SCRFD), coding of FCOS (Tian et al. 2019). */
static void
append_cell (
    GArray *faces, const float *box, const float *points, MienPoint at, float stride, float score)
{
  MienFaceBox *face = mien_decode_append (
      faces, at.x + (box[2] - box[0]) / 2 * stride, at.y + (box[3] - box[1]) / 2 * stride,
      (box[0] + box[2]) * stride, (box[1] + box[3]) * stride, score);

  if (face != NULL && points != NULL)
    mien_decode_set_five (face, points, at, stride, stride);
}

static gboolean
decode_level (const MienDetectorSpec *spec,
              MienContext *context,
              int level,
              int columns,
              int rows,
              float min_score,
              GArray *faces,
              GError **error)
{
  int stride = spec->levels[level].stride;
  gsize cells = (gsize) columns * (gsize) rows, per_cell, n;
  const float *scores, *boxes, *points = NULL;

  scores = mien_decode_get_output (context, spec->outputs[level], 1, 0, &n, error);
  if (scores == NULL)
    return FALSE;
  per_cell = n / cells;
  if (per_cell < 1 || per_cell > MIEN_DECODE_MAX_ANCHORS || n != per_cell * cells)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                   "%" G_GSIZE_FORMAT " scores do not fit the %d x %d cells of stride %d", n,
                   columns, rows, stride);
      return FALSE;
    }
  boxes =
      mien_decode_get_output (context, spec->outputs[spec->n_levels + level], 4, n, NULL, error);
  if (boxes != NULL && spec->has_points)
    points = mien_decode_get_output (context, spec->outputs[2 * spec->n_levels + level], 10, n,
                                     NULL, error);
  if (boxes == NULL || (spec->has_points && points == NULL))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      int cell = (int) (i / per_cell);
      MienPoint at = { (float) (cell % columns * stride), (float) (cell / columns * stride) };

      if (scores[i] > min_score)
        append_cell (faces, boxes + 4 * i, points == NULL ? NULL : points + 10 * i, at,
                     (float) stride, scores[i]);
    }
  return TRUE;
}

gboolean
mien_decode_scrfd (const MienDetectorSpec *spec,
                   MienContext *context,
                   int width,
                   int height,
                   float min_score,
                   GArray *faces,
                   GError **error)
{
  for (int l = 0; l < spec->n_levels; l++)
    {
      int stride = spec->levels[l].stride;

      if (!decode_level (spec, context, l, width / stride, height / stride, min_score, faces,
                         error))
        return FALSE;
    }
  return TRUE;
}
