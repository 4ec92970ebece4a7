/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/pixels.h"

static void
average_rows (guint8 *out, const guint8 *above, const guint8 *below, gsize n)
{
  for (gsize i = 0; i < n; i++)
    out[i] = (guint8) ((above[i] + below[i] + 1) >> 1);
}

void
mien_pixels_rebuild_field (GstVideoFrame *frame, gboolean keep_top)
{
  for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES (frame); p++)
    {
      guint8 *data = GST_VIDEO_FRAME_PLANE_DATA (frame, p);
      int stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, p);
      /* The first component of a plane has the size of the plane in our formats. */
      guint component = p;
      int rows = GST_VIDEO_FRAME_COMP_HEIGHT (frame, component);
      gsize bytes = (gsize) (GST_VIDEO_FRAME_COMP_WIDTH (frame, component)
                             * GST_VIDEO_FRAME_COMP_PSTRIDE (frame, component));

      for (int y = keep_top ? 1 : 0; y < rows; y += 2)
        {
          const guint8 *above = data + (gssize) (y > 0 ? y - 1 : MIN (y + 1, rows - 1)) * stride;
          const guint8 *below = data + (gssize) (y + 1 < rows ? y + 1 : MAX (y - 1, 0)) * stride;

          average_rows (data + (gssize) y * stride, above, below, bytes);
        }
    }
}

void
mien_pixels_lay_on_white (GstVideoFrame *frame)
{
  int width = GST_VIDEO_FRAME_WIDTH (frame);

  for (int y = 0; y < GST_VIDEO_FRAME_HEIGHT (frame); y++)
    {
      guint8 *row = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (frame, 0)
                    + (gssize) y * GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);

      for (int x = 0; x < width; x++, row += 4)
        {
          guint alpha = row[3];

          for (int c = 0; c < 3; c++)
            row[c] = (guint8) ((row[c] * alpha + 255 * (255 - alpha) + 127) / 255);
          row[3] = 255;
        }
    }
}
