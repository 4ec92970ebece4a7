/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "vision/detector-private.h"

/* Cells of one axis at each level. The maps halve from one to the next with "same" padding, which
 * lies differently before an odd number of cells: then the cell's centre is one source cell lower.
 * At 512 pixels, where every number is even but the last, this is (i + 1/2) * stride. */
static void
find_cells (const MienDetectorSpec *spec, int size, int *cells, float *origins)
{
  int n = size, level = 0;
  float origin = 0.5f, step = 1;

  while (level < spec->n_levels)
    {
      origin += n % 2 == 0 ? step / 2 : -step / 2;
      n = (n + 1) / 2;
      step *= 2;
      if ((int) step == spec->levels[level].stride)
        {
          cells[level] = n;
          origins[level] = origin;
          level++;
        }
    }
}

/* Reference: Liu et al. 2016 (SSD), box coding with variances 0.1 and 0.2. */
static void
append_box (
    GArray *faces, const float *code, float cx, float cy, float width, float height, float score)
{
  mien_decode_append (faces, cx + code[1] / 10 * width, cy + code[0] / 10 * height,
                      expf (code[3] / 5) * width, expf (code[2] / 5) * height, score);
}

gboolean
mien_decode_ssd (const MienDetectorSpec *spec,
                 MienContext *context,
                 int width,
                 int height,
                 float min_score,
                 GArray *faces,
                 GError **error)
{
  int columns[MIEN_DECODE_MAX_LEVELS], rows[MIEN_DECODE_MAX_LEVELS];
  float left[MIEN_DECODE_MAX_LEVELS], top[MIEN_DECODE_MAX_LEVELS];
  const float *codes, *scores;
  gsize n = 0;

  find_cells (spec, width, columns, left);
  find_cells (spec, height, rows, top);
  for (int l = 0; l < spec->n_levels; l++)
    n += (gsize) columns[l] * (gsize) rows[l] * (gsize) spec->levels[l].n_anchors;
  codes = mien_decode_find_output (context, "encodings", n * 4, error);
  scores = codes == NULL ? NULL : mien_decode_find_output (context, "scores", n, error);
  if (scores == NULL)
    return FALSE;
  for (int l = 0; l < spec->n_levels; l++)
    {
      const MienDecodeLevel *level = &spec->levels[l];

      for (int y = 0; y < rows[l]; y++)
        for (int x = 0; x < columns[l]; x++)
          for (int a = 0; a < level->n_anchors; a++, scores++, codes += 4)
            if (*scores > min_score)
              append_box (faces, codes, left[l] + (float) (x * level->stride),
                          top[l] + (float) (y * level->stride), level->widths[a], level->heights[a],
                          *scores);
    }
  return TRUE;
}
