/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/shapes.h"

#include <string.h>

typedef struct
{
  gint64 pts_ns, track;
  guint8 crop[MIEN_SHAPES_CROP];
} Shape;

GBytes *
mien_shapes_new (gint64 pts_ns, const MienTrackedFace *faces, guint n, const guint8 *crops)
{
  Shape *shapes = g_new (Shape, n);

  for (guint i = 0; i < n; i++)
    {
      shapes[i].pts_ns = pts_ns;
      shapes[i].track = faces[i].track;
      memcpy (shapes[i].crop, crops + (gsize) i * MIEN_SHAPES_CROP, MIEN_SHAPES_CROP);
    }
  return g_bytes_new_take (shapes, n * sizeof (Shape));
}

gboolean
mien_shapes_is_valid (GBytes *shapes)
{
  return g_bytes_get_size (shapes) % sizeof (Shape) == 0;
}

const guint8 *
mien_shapes_find (GBytes *shapes, int track, gint64 *pts_ns)
{
  gsize size;
  const guint8 *all = g_bytes_get_data (shapes, &size);

  /* From a document the bytes lie anywhere: what is wider than one is copied out. */
  for (gsize at = 0; at + sizeof (Shape) <= size; at += sizeof (Shape))
    {
      gint64 head[2];

      memcpy (head, all + at, sizeof head);
      if (head[1] == track)
        {
          *pts_ns = head[0];
          return all + at + G_STRUCT_OFFSET (Shape, crop);
        }
    }
  return NULL;
}
