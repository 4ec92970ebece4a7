/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/lane-canvas.h"

#include <string.h>

MienLaneInk
mien_lane_ink (MienColour colour)
{
  return (MienLaneInk){
    (guint32) (colour.red * 255.0 + 0.5) << 16 | (guint32) (colour.green * 255.0 + 0.5) << 8
        | (guint32) (colour.blue * 255.0 + 0.5) | 0xff000000u,
    (float) (colour.alpha * 256.0),
  };
}

/* @part of 256 of @over; red and blue in one multiplication. */
static inline guint32
mix (guint32 under, guint32 over, guint32 part)
{
  guint32 red_blue = (under & 0xff00ff) * (256 - part) + (over & 0xff00ff) * part;
  guint32 green = (under & 0x00ff00) * (256 - part) + (over & 0x00ff00) * part;

  return 0xff000000u | (red_blue >> 8 & 0xff00ff) | (green >> 8 & 0x00ff00);
}

typedef guint32 Pixels __attribute__ ((vector_size (16)));

static void
fill_stretch (guint32 *pixel, int first, int last, guint32 over)
{
  const Pixels four = { over, over, over, over };
  int y = first;

  for (; y + 4 <= last; y += 4)
    memcpy (pixel + y, &four, sizeof four);
  for (; y < last; y++)
    pixel[y] = over;
}

void
mien_lane_canvas_fill (MienLaneCanvas *canvas, guint x, float top, float bottom, MienLaneInk ink)
{
  guint32 part = (guint32) (ink.part + 0.5f);
  guint32 *pixel;
  int first, last;

  top = MAX (top, 0.0f);
  bottom = MIN (bottom, (float) canvas->height);
  if (!(top < bottom))
    return;
  first = (int) top;
  last = (int) bottom; /* the last whole row ends here */
  pixel = canvas->pixels + (gsize) (x - canvas->begin) * canvas->height;
  if ((float) first < top || last == first)
    {
      float covered = MIN ((float) (first + 1), bottom) - top;

      pixel[first] = mix (pixel[first], ink.over, (guint32) (ink.part * covered + 0.5f));
      first++;
    }
  if (part == 256)
    fill_stretch (pixel, first, last, ink.over);
  else
    canvas->rows->mix (pixel, first, last, ink.over, part);
  if ((float) last < bottom && last >= first)
    pixel[last] =
        mix (pixel[last], ink.over, (guint32) (ink.part * (bottom - (float) last) + 0.5f));
}

/* Four columns of four pixels become four rows. */
static inline void
turn_four (const guint32 *in, gsize in_stride, guint32 *out, gsize out_stride)
{
  Pixels a, b, c, d, low, high, low_next, high_next;

  memcpy (&a, in, sizeof a);
  memcpy (&b, in + in_stride, sizeof b);
  memcpy (&c, in + 2 * in_stride, sizeof c);
  memcpy (&d, in + 3 * in_stride, sizeof d);
  low = __builtin_shufflevector (a, b, 0, 4, 1, 5);
  high = __builtin_shufflevector (a, b, 2, 6, 3, 7);
  low_next = __builtin_shufflevector (c, d, 0, 4, 1, 5);
  high_next = __builtin_shufflevector (c, d, 2, 6, 3, 7);
  a = __builtin_shufflevector (low, low_next, 0, 1, 4, 5);
  b = __builtin_shufflevector (low, low_next, 2, 3, 6, 7);
  c = __builtin_shufflevector (high, high_next, 0, 1, 4, 5);
  d = __builtin_shufflevector (high, high_next, 2, 3, 6, 7);
  memcpy (out, &a, sizeof a);
  memcpy (out + out_stride, &b, sizeof b);
  memcpy (out + 2 * out_stride, &c, sizeof c);
  memcpy (out + 3 * out_stride, &d, sizeof d);
}

void
mien_lane_canvas_stand_up (const MienLaneCanvas *canvas, guint32 *out, gsize stride)
{
  guint width = canvas->end - canvas->begin, height = canvas->height;
  guint whole_x = width - width % 4, whole_y = height - height % 4;
  const guint32 *in = canvas->pixels;

  out += canvas->begin;
  for (guint y = 0; y < whole_y; y += 4)
    for (guint x = 0; x < whole_x; x += 4)
      turn_four (in + (gsize) x * height + y, height, out + y * stride + x, stride);
  for (guint y = 0; y < height; y++)
    for (guint x = y < whole_y ? whole_x : 0; x < width; x++)
      out[y * stride + x] = in[(gsize) x * height + y];
}
