/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/detector-private.h"

/* Boxes come decoded, as corners in fractions of the input; scores are [background, face].
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
  for (gsize i = 0; i < n; i++, corners += 4)
    if (scores[2 * i + 1] > min_score)
      mien_decode_append (faces, (corners[0] + corners[2]) / 2 * (float) width,
                          (corners[1] + corners[3]) / 2 * (float) height,
                          (corners[2] - corners[0]) * (float) width,
                          (corners[3] - corners[1]) * (float) height, scores[2 * i + 1]);
  return TRUE;
}
