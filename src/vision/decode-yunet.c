/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "vision/detector-private.h"

typedef struct
{
  const float *cls, *obj, *bbox, *kps;
} YunetLevel;

static gboolean
find_level (MienContext *context, int stride, gsize n, YunetLevel *out, GError **error)
{
  const struct
  {
    const char *name;
    gsize width;
    const float **values;
  } wanted[] = { { "cls", 1, &out->cls },
                 { "obj", 1, &out->obj },
                 { "bbox", 4, &out->bbox },
                 { "kps", 10, &out->kps } };

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s_%d", wanted[i].name, stride);

      *wanted[i].values = mien_decode_find_output (context, name, n * wanted[i].width, error);
      if (*wanted[i].values == NULL)
        return FALSE;
    }
  return TRUE;
}

/* Cell @i at (@x, @y). Reference: Wu, Peng & Yu 2023 (YuNet), anchor-free coding by cell. */
static void
append_cell (
    GArray *faces, const YunetLevel *level, gsize i, float x, float y, float stride, float score)
{
  const float *box = level->bbox + 4 * i, *kps = level->kps + 10 * i;
  MienFaceBox *face = mien_decode_append (faces, (x + box[0]) * stride, (y + box[1]) * stride,
                                          expf (box[2]) * stride, expf (box[3]) * stride, score);
  MienPoint points[5];

  if (face == NULL)
    return;
  for (int p = 0; p < 5; p++)
    points[p] = (MienPoint){ (x + kps[2 * p]) * stride, (y + kps[2 * p + 1]) * stride };
  /* Right eye, left eye, nose, then the corners of the mouth. */
  face->n_points = 4;
  for (int p = 0; p < 3; p++)
    face->points[p] = points[p];
  face->points[MIEN_FACE_MOUTH] =
      (MienPoint){ (points[3].x + points[4].x) / 2, (points[3].y + points[4].y) / 2 };
}

gboolean
mien_decode_yunet (const MienDetectorSpec *spec,
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
      int columns = width / stride, rows = height / stride;
      YunetLevel level;

      if (!find_level (context, stride, (gsize) columns * (gsize) rows, &level, error))
        return FALSE;
      for (gsize i = 0; i < (gsize) columns * (gsize) rows; i++)
        {
          float score = sqrtf (CLAMP (level.cls[i], 0, 1) * CLAMP (level.obj[i], 0, 1));

          if (score > min_score)
            append_cell (faces, &level, i, (float) (i % (gsize) columns),
                         (float) (i / (gsize) columns), (float) stride, score);
        }
    }
  return TRUE;
}
