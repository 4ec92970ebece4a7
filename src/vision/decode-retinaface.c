/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "vision/detector-private.h"

/* How offsets from the anchors are scaled: of centres and points, and of logarithms of sizes. */
#define CENTRE_VARIANCE 0.1f
#define SIZE_VARIANCE 0.2f

/* The probability of a face from the pair [background, face], which some exports leave as logits.
 */
static float
get_score (const float *pair)
{
  gboolean is_distribution = pair[0] >= 0 && pair[1] >= 0 && fabsf (pair[0] + pair[1] - 1) < 0.01f;

  return is_distribution ? pair[1] : 1 / (1 + expf (pair[0] - pair[1]));
}

/* An anchor of @size around @at. Reference: Deng et al. 2019 (RetinaFace), coding of SSD (Liu et
 * al. 2016) as in the PyTorch version by biubug6. */
static void
append_anchor (
    GArray *faces, const float *box, const float *points, MienPoint at, float size, float score)
{
  MienFaceBox *face = mien_decode_append (
      faces, at.x + box[0] * CENTRE_VARIANCE * size, at.y + box[1] * CENTRE_VARIANCE * size,
      size * expf (box[2] * SIZE_VARIANCE), size * expf (box[3] * SIZE_VARIANCE), score);

  if (face != NULL)
    mien_decode_set_five (face, points, at, CENTRE_VARIANCE * size, CENTRE_VARIANCE * size);
}

gboolean
mien_decode_retinaface (const MienDetectorSpec *spec,
                        MienContext *context,
                        int width,
                        int height,
                        float min_score,
                        GArray *faces,
                        GError **error)
{
  const float *boxes, *scores, *points;
  gsize n = 0;

  for (int l = 0; l < spec->n_levels; l++)
    {
      int stride = spec->levels[l].stride;

      n += (gsize) ((width + stride - 1) / stride) * (gsize) ((height + stride - 1) / stride)
           * (gsize) spec->levels[l].n_anchors;
    }
  boxes = mien_decode_get_output (context, spec->outputs[0], 4, n, NULL, error);
  scores =
      boxes == NULL ? NULL : mien_decode_get_output (context, spec->outputs[1], 2, n, NULL, error);
  points = scores == NULL ? NULL
                          : mien_decode_get_output (context, spec->outputs[2], 10, n, NULL, error);
  if (points == NULL)
    return FALSE;
  for (int l = 0; l < spec->n_levels; l++)
    {
      const MienDecodeLevel *level = &spec->levels[l];
      int columns = (width + level->stride - 1) / level->stride;
      int rows = (height + level->stride - 1) / level->stride;

      for (int cell = 0; cell < columns * rows; cell++)
        for (int a = 0; a < level->n_anchors; a++, boxes += 4, scores += 2, points += 10)
          {
            float score = get_score (scores), stride = (float) level->stride;
            MienPoint at = { ((float) (cell % columns) + 0.5f) * stride,
                             ((float) (cell / columns) + 0.5f) * stride };

            if (score > min_score)
              append_anchor (faces, boxes, points, at, level->widths[a], score);
          }
    }
  return TRUE;
}
