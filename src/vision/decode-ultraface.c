/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "vision/detector-private.h"

/* How offsets from the anchors are scaled: of centres, and of logarithms of sizes. */
#define CENTRE_VARIANCE 0.1f
#define SIZE_VARIANCE 0.2f

/* An export without the last step leaves offsets from anchors, which lie by level, row, column and
 * size; centres of the last rows are kept inside the picture. Reference: Linzaer,
 * Ultra-Light-Fast-Generic-Face-Detector-1MB, `generate_priors`. */
static gboolean
decode_offsets (const MienDetectorSpec *spec,
                const float *offsets,
                const float *scores,
                gsize n,
                int width,
                int height,
                float min_score,
                GArray *faces,
                GError **error)
{
  gsize i = 0;

  for (int l = 0; l < spec->n_levels; l++)
    {
      const MienDecodeLevel *level = &spec->levels[l];
      int columns = (width + level->stride - 1) / level->stride;
      int rows = (height + level->stride - 1) / level->stride;

      for (int cell = 0; cell < columns * rows; cell++)
        for (int a = 0; a < level->n_anchors && i < n; a++, i++)
          {
            const float *box = offsets + 4 * i;
            float size = level->widths[a];
            float x =
                MIN (((float) (cell % columns) + 0.5f) * (float) level->stride, (float) width);
            float y =
                MIN (((float) (cell / columns) + 0.5f) * (float) level->stride, (float) height);
            float w = MIN (size, (float) width), h = MIN (size, (float) height);

            if (scores[2 * i + 1] > min_score)
              mien_decode_append (faces, x + box[0] * CENTRE_VARIANCE * w,
                                  y + box[1] * CENTRE_VARIANCE * h,
                                  w * expf (box[2] * SIZE_VARIANCE),
                                  h * expf (box[3] * SIZE_VARIANCE), scores[2 * i + 1]);
          }
    }
  if (i == n)
    return TRUE;
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
               "%" G_GSIZE_FORMAT " boxes do not fit an input of %d x %d", n, width, height);
  return FALSE;
}

/* Boxes mostly come decoded, as corners in fractions of the input; scores are [background, face].
 * Reference: the ONNX model zoo's description of UltraFace. */
gboolean
mien_decode_ultraface (const MienDetectorSpec *spec,
                       MienContext *context,
                       int width,
                       int height,
                       float min_score,
                       GArray *faces,
                       GError **error)
{
  const MienTensor *boxes = mien_context_find_value (context, "boxes");
  gsize n = boxes == NULL ? 0 : boxes->n_elements / 4;
  const float *corners = mien_decode_find_output (context, "boxes", n * 4, error);
  const float *scores =
      corners == NULL ? NULL : mien_decode_find_output (context, "scores", n * 2, error);

  if (scores == NULL)
    return FALSE;
  if (spec->is_encoded)
    return decode_offsets (spec, corners, scores, n, width, height, min_score, faces, error);
  for (gsize i = 0; i < n; i++, corners += 4)
    if (scores[2 * i + 1] > min_score)
      mien_decode_append (faces, (corners[0] + corners[2]) / 2 * (float) width,
                          (corners[1] + corners[3]) / 2 * (float) height,
                          (corners[2] - corners[0]) * (float) width,
                          (corners[3] - corners[1]) * (float) height, scores[2 * i + 1]);
  return TRUE;
}
