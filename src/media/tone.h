/* Pictures of high dynamic range (PQ and HLG) brought into the range that screens and networks
 * know. Private to this room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

/* Tables for 8 bit codes; zero-filled: nothing to do. */
typedef struct
{
  GstVideoTransferFunction transfer; /* that the tables are for */
  gboolean is_full_range;
  gboolean is_ycc;
  gboolean is_needed;
  guint8 codes[256]; /* of luma, or of each of red, green and blue */
  float slopes[256]; /* how much steeper the curve is there: differences of colour grow as much */
} MienTone;

/* Makes the tables for pictures of @info whose codes mean light by @transfer.
 *
 * Light is shown relative to a reference white of 203 cd/m2 and rolls off up to 1000 (Reinhard,
 * extended), then takes the curve of an ordinary screen. Colour primaries stay.
 * References: ITU-R BT.2100-2 (PQ, HLG), BT.2408-7 (reference white), BT.1886; Reinhard et al.
 * 2002, "Photographic Tone Reproduction for Digital Images", eq. 4. */
void mien_tone_init (MienTone *self, const GstVideoInfo *info, GstVideoTransferFunction transfer);

/* Maps a mapped and writable picture in place: I420, NV12, GRAY8, RGB or RGBA. */
void mien_tone_map (const MienTone *self, GstVideoFrame *frame);

/* A value 0 .. 1 of such a curve as the value 0 .. 1 for an ordinary screen. */
double mien_tone_map_value (GstVideoTransferFunction transfer, double value);

G_END_DECLS
