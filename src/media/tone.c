/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/tone.h"

#include <math.h>

#define WHITE 203.0 /* cd/m2 */
#define PEAK 1000.0
#define GAMMA 2.4

/* BT.2100, table 4: light in cd/m2. */
static double
from_pq (double value)
{
  const double m1 = 2610.0 / 16384, m2 = 2523.0 / 4096 * 128;
  const double c1 = 3424.0 / 4096, c2 = 2413.0 / 4096 * 32, c3 = 2392.0 / 4096 * 32;
  double root = pow (value, 1 / m2);

  return 10000 * pow (MAX (root - c1, 0) / (c2 - c3 * root), 1 / m1);
}

/* BT.2100, table 5: light on a screen of 1000 cd/m2, whose gamma is 1.2. */
static double
from_hlg (double value)
{
  const double a = 0.17883277, b = 1 - 4 * a, c = 0.5 - a * log (4 * a);
  double scene = value <= 0.5 ? value * value / 3 : (exp ((value - c) / a) + b) / 12;

  return PEAK * pow (scene, 1.2);
}

double
mien_tone_map_value (GstVideoTransferFunction transfer, double value)
{
  double light = transfer == GST_VIDEO_TRANSFER_SMPTE2084 ? from_pq (value) : from_hlg (value);
  double x = light / WHITE, most = PEAK / WHITE;
  double mapped = x * (1 + x / (most * most)) / (1 + x);

  return pow (CLAMP (mapped, 0, 1), 1 / GAMMA);
}

void
mien_tone_init (MienTone *self, const GstVideoInfo *info, GstVideoTransferFunction transfer)
{
  gboolean is_hdr =
      transfer == GST_VIDEO_TRANSFER_SMPTE2084 || transfer == GST_VIDEO_TRANSFER_ARIB_STD_B67;
  double low, high, values[256];

  *self = (MienTone){ .transfer = transfer, .is_needed = is_hdr };
  if (!is_hdr)
    return;
  self->is_ycc = GST_VIDEO_INFO_IS_YUV (info);
  self->is_full_range = !self->is_ycc || info->colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255;
  low = self->is_full_range ? 0 : 16;
  high = self->is_full_range ? 255 : 235;
  for (int i = 0; i < 256; i++)
    {
      double value = CLAMP ((i - low) / (high - low), 0, 1);

      values[i] = low + (high - low) * mien_tone_map_value (transfer, value);
      self->codes[i] = (guint8) (values[i] + 0.5);
    }
  for (int i = 0; i < 256; i++)
    self->slopes[i] = (float) ((values[MIN (i + 4, 255)] - values[MAX (i - 4, 0)])
                               / (MIN (i + 4, 255) - MAX (i - 4, 0)));
}

static guint8
stretch (const MienTone *self, guint8 chroma, guint8 luma)
{
  float value = 128 + ((float) chroma - 128) * self->slopes[luma];

  return (guint8) CLAMP (value + 0.5f, 0, 255);
}

/* Before the luma is changed: colours are stretched as it will be. */
static void
map_chroma (const MienTone *self, GstVideoFrame *frame)
{
  gboolean is_nv12 = GST_VIDEO_FRAME_FORMAT (frame) == GST_VIDEO_FORMAT_NV12;
  const guint8 *luma = GST_VIDEO_FRAME_PLANE_DATA (frame, 0);
  int luma_stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);
  int width = (GST_VIDEO_FRAME_WIDTH (frame) + 1) / 2;
  int height = (GST_VIDEO_FRAME_HEIGHT (frame) + 1) / 2;

  for (int y = 0; y < height; y++)
    for (int c = 1; c < 3; c++)
      {
        int plane = is_nv12 ? 1 : c, step = is_nv12 ? 2 : 1;
        guint8 *row = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (frame, plane)
                      + (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (frame, plane)
                      + (is_nv12 ? c - 1 : 0);
        const guint8 *above = luma + (gsize) (2 * y) * luma_stride;

        for (int x = 0; x < width; x++)
          row[x * step] = stretch (self, row[x * step], above[2 * x]);
      }
}

static void
map_plane (const MienTone *self, GstVideoFrame *frame, int pixel, int n)
{
  int height = GST_VIDEO_FRAME_HEIGHT (frame);
  int width = GST_VIDEO_FRAME_WIDTH (frame);

  for (int y = 0; y < height; y++)
    {
      guint8 *row = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (frame, 0)
                    + (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);

      for (int x = 0; x < width; x++, row += pixel)
        for (int c = 0; c < n; c++)
          row[c] = self->codes[row[c]];
    }
}

void
mien_tone_map (const MienTone *self, GstVideoFrame *frame)
{
  if (!self->is_needed)
    return;
  switch (GST_VIDEO_FRAME_FORMAT (frame))
    {
    case GST_VIDEO_FORMAT_I420:
    case GST_VIDEO_FORMAT_NV12:
      map_chroma (self, frame);
      map_plane (self, frame, 1, 1);
      break;
    case GST_VIDEO_FORMAT_GRAY8:
      map_plane (self, frame, 1, 1);
      break;
    case GST_VIDEO_FORMAT_RGB:
      map_plane (self, frame, 3, 3);
      break;
    case GST_VIDEO_FORMAT_RGBA:
      map_plane (self, frame, 4, 3);
      break;
    default:
      break;
    }
}
