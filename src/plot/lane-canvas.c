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

/* Four pixels: red and blue, then green, in lanes of 16 bits, which every processor multiplies at
 * once. Neither sum below grows past 255 * 256. */
typedef guint16 Lanes __attribute__ ((vector_size (16)));
typedef guint32 Pixels __attribute__ ((vector_size (16)));

typedef struct
{
  Lanes red_blue, green; /* what is laid over, times its part */
  Lanes rest;            /* the part of what lies under */
} Shade;

static inline Pixels
mix_four (Pixels under, const Shade *shade)
{
  Lanes red_blue = (Lanes) (under & 0xff00ff) * shade->rest + shade->red_blue;
  Lanes green = (Lanes) (under >> 8 & 0xff) * shade->rest + shade->green;

  return (Pixels) (red_blue >> 8) | ((Pixels) green & 0xff00) | 0xff000000u;
}

void
mien_lane_canvas_cover (guint32 *column,
                        int first,
                        int last,
                        const float top[MIEN_LANE_SLICES],
                        const float bottom[MIEN_LANE_SLICES],
                        MienLaneInk ink)
{
  const Pixels over = { ink.over, ink.over, ink.over, ink.over };
  const Lanes red_blue = (Lanes) (over & 0xff00ff), green = (Lanes) (over >> 8 & 0xff);
  float part = ink.part / MIEN_LANE_SLICES, end = (float) last;

  for (int y = first; y < last; y += 4)
    {
      float covered[4] = { 0 };
      guint32 parts[4];
      Pixels both, under;
      Shade shade;

      for (guint s = 0; s < MIEN_LANE_SLICES; s++)
        {
          float to_end = bottom[s] < end ? bottom[s] : end; /* nothing in rows from @last on */

          for (int i = 0; i < 4; i++)
            {
              float row = (float) (y + i), next = row + 1.0f;
              float from = row > top[s] ? row : top[s], to = next < to_end ? next : to_end;
              float length = to - from;

              covered[i] += length > 0.0f ? length : 0.0f;
            }
        }
      for (guint i = 0; i < 4; i++)
        parts[i] = (guint32) (gint32) (part * covered[i] + 0.5f) * 0x10001u;
      memcpy (&both, parts, sizeof both);
      shade = (Shade){
        .red_blue = red_blue * (Lanes) both,
        .green = green * (Lanes) both,
        .rest = 256 - (Lanes) both,
      };
      memcpy (&under, column + y, sizeof under);
      under = mix_four (under, &shade);
      memcpy (column + y, &under, sizeof under);
    }
}

void
mien_lane_mix (guint32 *pixel, int first, int last, guint32 over, guint32 part)
{
  const Pixels colour = { over, over, over, over };
  const Shade shade = {
    .red_blue = (Lanes) (colour & 0xff00ff) * (guint16) part,
    .green = (Lanes) (colour >> 8 & 0xff) * (guint16) part,
    .rest = (Lanes){ 0 } + (guint16) (256 - part),
  };
  int y = first;

  for (; y + 4 <= last; y += 4)
    {
      Pixels four;

      memcpy (&four, pixel + y, sizeof four);
      four = mix_four (four, &shade);
      memcpy (pixel + y, &four, sizeof four);
    }
  for (; y < last; y++)
    pixel[y] = mix (pixel[y], over, part);
}

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
    mien_lane_mix (pixel, first, last, ink.over, part);
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
