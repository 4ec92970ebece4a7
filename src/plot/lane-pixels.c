/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "plot/lane.h"

/* A picture of a lane, one column of pixels after the other. Stroking thousands of line segments
 * takes cairo tens of milliseconds; the coverage of a column by a curve is two numbers. The picture
 * lies on its side while it is drawn, so that a column is one stretch of memory. */
typedef struct
{
  guint width, height;
  guint32 *pixels; /* [width][height] */
} Canvas;

/* A colour as it is laid over pixels, and how much of 256 it takes there. */
typedef struct
{
  guint32 over;
  float part;
} Ink;

static Ink
ink_of (const MienColour *colour)
{
  return (Ink){
    (guint32) (colour->red * 255.0 + 0.5) << 16 | (guint32) (colour->green * 255.0 + 0.5) << 8
        | (guint32) (colour->blue * 255.0 + 0.5) | 0xff000000u,
    (float) (colour->alpha * 256.0),
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

/* @part of 256: nearly all the work of a shade. */
static void
mix_stretch (guint32 *pixel, int first, int last, guint32 over, guint32 part)
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

/* Rows @top to @bottom of column @x, edges in part. */
static void
fill_span (Canvas *canvas, guint x, float top, float bottom, Ink ink)
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
  pixel = canvas->pixels + (gsize) x * canvas->height;
  if ((float) first < top || last == first)
    {
      float covered = MIN ((float) (first + 1), bottom) - top;

      pixel[first] = mix (pixel[first], ink.over, (guint32) (ink.part * covered + 0.5f));
      first++;
    }
  if (part == 256)
    for (int y = first; y < last; y++)
      pixel[y] = ink.over;
  else
    mix_stretch (pixel, first, last, ink.over, part);
  if ((float) last < bottom && last >= first)
    pixel[last] =
        mix (pixel[last], ink.over, (guint32) (ink.part * (bottom - (float) last) + 0.5f));
}

static void
draw_curve (Canvas *canvas,
            const MienLane *lane,
            guint channel,
            double low,
            double high,
            double thickness,
            Ink ink)
{
  float inner = (float) (canvas->height - thickness), half = (float) (thickness / 2.0);
  float scale = inner / (float) (high - low);

  for (guint x = 0; x < lane->n; x++)
    {
      float least = lane->least[channel][x], largest = lane->largest[channel][x];

      if (isnan (least))
        continue;
      fill_span (canvas, x, ((float) high - largest) * scale,
                 ((float) high - least) * scale + 2.0f * half, ink);
    }
}

static void
draw_mean (Canvas *canvas,
           const MienLane *lane,
           guint channel,
           double low,
           double high,
           double thickness,
           Ink ink)
{
  float scale = (float) (canvas->height - thickness) / (float) (high - low);
  const float *mean = lane->mean[channel];

  for (guint x = 0; x < lane->n; x++)
    {
      /* Half way to each neighbour. */
      float before = x > 0 && !isnan (mean[x - 1]) ? (mean[x - 1] + mean[x]) / 2 : mean[x];
      float after = x + 1 < lane->n && !isnan (mean[x + 1]) ? (mean[x + 1] + mean[x]) / 2 : mean[x];
      float least = MIN (mean[x], MIN (before, after));
      float largest = MAX (mean[x], MAX (before, after));

      if (!isnan (mean[x]))
        fill_span (canvas, x, ((float) high - largest) * scale,
                   ((float) high - least) * scale + (float) thickness, ink);
    }
}

/* A curve, or where columns hold many samples their range as a shade and their mean as the curve.
 */
static void
draw_channel (Canvas *canvas,
              const MienLane *lane,
              guint channel,
              double low,
              double high,
              double thickness,
              const MienColour *colour)
{
  MienColour shade = *colour;

  if (!lane->dense)
    {
      draw_curve (canvas, lane, channel, low, high, thickness, ink_of (colour));
      return;
    }
  shade.alpha *= MIEN_LANE_RANGE_ALPHA;
  draw_curve (canvas, lane, channel, low, high, thickness, ink_of (&shade));
  draw_mean (canvas, lane, channel, low, high, thickness, ink_of (colour));
}

static void
draw_lines (Canvas *canvas, const MienLaneTarget *target, const MienLane *lane, gboolean raw)
{
  const MienTimelineView *view = target->view;
  const MienClass *classes = mien_document_get_classes (target->document);
  double thickness = (raw ? 1.0 : 1.6) * view->style.scale * target->device_scale;

  for (guint c = 0; c < mien_document_get_n_classes (target->document); c++)
    {
      MienColour colour = mien_palette_get_emotion (classes[c].name, view->style.dark);

      if (view->classes != 0 && (view->classes & (1u << c)) == 0)
        continue;
      if (raw)
        colour.alpha = 0.35;
      draw_channel (canvas, lane, c, 0.0, 1.0, thickness, &colour);
    }
}

static void
draw_areas (Canvas *canvas, const MienLaneTarget *target, const MienLane *lane)
{
  guint n_classes = mien_document_get_n_classes (target->document);
  const MienClass *classes = mien_document_get_classes (target->document);
  Ink inks[MIEN_SAMPLE_MAX_CLASSES];

  for (guint c = 0; c < n_classes; c++)
    {
      MienColour colour = mien_palette_get_emotion (classes[c].name, target->view->style.dark);

      inks[c] = ink_of (&colour);
    }
  for (guint x = 0; x < lane->n; x++)
    {
      float total = 0.0f, at = (float) canvas->height;

      for (guint c = 0; c < n_classes; c++)
        total += lane->mean[c][x];
      if (!(total > 0.0f))
        continue;
      for (guint c = 0; c < n_classes; c++)
        {
          float share = lane->mean[c][x] / total * (float) canvas->height;

          fill_span (canvas, x, at - share, at, inks[c]);
          at -= share;
        }
    }
}

static void
draw_strip (Canvas *canvas, const MienLaneTarget *target, const MienLane *lane)
{
  guint n_classes = mien_document_get_n_classes (target->document);
  const MienClass *classes = mien_document_get_classes (target->document);
  float row = (float) canvas->height / (float) n_classes;

  for (guint c = 0; c < n_classes; c++)
    {
      MienColour colour = mien_palette_get_emotion (classes[c].name, target->view->style.dark);
      Ink ink = ink_of (&colour);

      for (guint x = 0; x < lane->n; x++)
        {
          if (isnan (lane->mean[c][x]))
            continue;
          ink.part = 256.0f * CLAMP (lane->mean[c][x], 0.0f, 1.0f);
          fill_span (canvas, x, (float) c * row, (float) (c + 1) * row, ink);
        }
    }
}

static void
draw_band (Canvas *canvas, const MienLaneTarget *target, const MienLane *lane)
{
  guint n_classes = mien_document_get_n_classes (target->document);
  const MienClass *classes = mien_document_get_classes (target->document);
  double threshold = mien_document_get_filters (target->document)->threshold;

  for (guint x = 0; x < lane->n; x++)
    {
      int emotion = mien_lane_get_dominant (lane, x, n_classes, threshold);
      MienColour colour;

      if (emotion == -2)
        continue;
      colour = mien_palette_get_emotion (emotion < 0 ? NULL : classes[emotion].name,
                                         target->view->style.dark);
      fill_span (canvas, x, 0.0f, (float) canvas->height, ink_of (&colour));
    }
}

static void
draw_circumplex (Canvas *canvas, const MienLaneTarget *target, const MienLane *lane)
{
  gboolean dark = target->view->style.dark;
  double thickness = 1.8 * target->view->style.scale * target->device_scale;
  MienColour grid = mien_palette_get_ink (MIEN_INK_GRID, dark);
  MienColour valence = mien_timeline_get_axis_colour (MIEN_CHANNEL_VALENCE, dark);
  MienColour arousal = mien_timeline_get_axis_colour (MIEN_CHANNEL_AROUSAL, dark);
  float middle = (float) canvas->height / 2.0f;

  for (guint x = 0; x < lane->n; x++)
    fill_span (canvas, x, middle - 0.5f, middle + 0.5f, ink_of (&grid));
  draw_channel (canvas, lane, MIEN_CHANNEL_AROUSAL, -1.0, 1.0, thickness, &arousal);
  draw_channel (canvas, lane, MIEN_CHANNEL_VALENCE, -1.0, 1.0, thickness, &valence);
}

/* The pixels of column @x that oblique stripes cover. */
static void
draw_stripes (Canvas *canvas, guint x, guint period, const MienColour *colour)
{
  guint thick = MAX (1u, period / 6);

  for (guint y = (period - x % period) % period; y < canvas->height; y += period)
    fill_span (canvas, x, (float) y, (float) (y + thick), ink_of (colour));
}

/* What lies behind: nothing where the face is not, a pattern of stripes where it does not count. */
static void
draw_presence (Canvas *canvas, const MienLaneTarget *target, const MienLane *lane)
{
  gboolean dark = target->view->style.dark, any_stripes = FALSE;
  MienColour ground = mien_palette_get_ink (MIEN_INK_GROUND, dark);
  MienColour here = mien_palette_get_ink (MIEN_INK_LANE, dark);
  MienColour dim = mien_palette_get_ink (MIEN_INK_GRID, dark);
  guint period = (guint) MAX (4.0, 6.0 * target->device_scale);
  float middle = (float) canvas->height / 2.0f, half = 0.5f * (float) target->device_scale;

  for (guint x = 0; x < canvas->width; x++)
    {
      MienPresence kind = (MienPresence) lane->presence[x];

      fill_span (canvas, x, 0.0f, (float) canvas->height,
                 ink_of (kind == MIEN_PRESENCE_UNKNOWN ? &ground : &here));
      any_stripes = any_stripes || kind == MIEN_PRESENCE_EXCLUDED || kind == MIEN_PRESENCE_WEAK;
    }
  for (guint x = 0; x < canvas->width; x++)
    if (lane->presence[x] == MIEN_PRESENCE_ABSENT && x % period < period / 3)
      fill_span (canvas, x, middle - half, middle + half, ink_of (&dim));
  for (guint x = 0; any_stripes && x < canvas->width; x++)
    if (lane->presence[x] == MIEN_PRESENCE_EXCLUDED || lane->presence[x] == MIEN_PRESENCE_WEAK)
      {
        MienColour stripe = dim;

        stripe.alpha = lane->presence[x] == MIEN_PRESENCE_EXCLUDED ? 1.0 : 0.5;
        draw_stripes (canvas, x, period, &stripe);
      }
}

/* Over the curves: stripes where a person took the time out. */
static void
draw_excluded (Canvas *canvas, const MienLaneTarget *target, const MienLane *lane)
{
  MienColour dim = mien_palette_get_ink (MIEN_INK_DIM, target->view->style.dark);
  guint period = (guint) MAX (4.0, 6.0 * target->device_scale);

  dim.alpha = 0.6;
  for (guint x = 0; x < lane->n; x++)
    if (lane->presence[x] == MIEN_PRESENCE_EXCLUDED)
      draw_stripes (canvas, x, period, &dim);
}

static void
draw_mode (Canvas *canvas, const MienLaneTarget *target, const MienLane *lane, const MienLane *raw)
{
  switch (target->view->mode)
    {
    case MIEN_TIMELINE_AREAS:
      draw_areas (canvas, target, lane);
      break;
    case MIEN_TIMELINE_STRIP:
      draw_strip (canvas, target, lane);
      break;
    case MIEN_TIMELINE_BAND:
      draw_band (canvas, target, lane);
      break;
    case MIEN_TIMELINE_CIRCUMPLEX:
      draw_circumplex (canvas, target, lane);
      break;
    case MIEN_TIMELINE_LINES:
    case MIEN_TIMELINE_N_MODES:
      if (raw != NULL)
        draw_lines (canvas, target, raw, TRUE);
      draw_lines (canvas, target, lane, FALSE);
      break;
    }
}

#define TILE 16 /* pixels on a side: both of its pictures stay in the first cache */

/* Puts the canvas upright into @surface. */
static void
stand_up (const Canvas *canvas, cairo_surface_t *surface)
{
  gsize stride = (gsize) cairo_image_surface_get_stride (surface) / sizeof (guint32);
  guint32 *out = (guint32 *) (void *) cairo_image_surface_get_data (surface);

  for (guint x0 = 0; x0 < canvas->width; x0 += TILE)
    for (guint y0 = 0; y0 < canvas->height; y0 += TILE)
      for (guint y = y0; y < MIN (y0 + TILE, canvas->height); y++)
        for (guint x = x0; x < MIN (x0 + TILE, canvas->width); x++)
          out[y * stride + x] = canvas->pixels[(gsize) x * canvas->height + y];
  cairo_surface_mark_dirty (surface);
}

void
mien_lane_draw_pixels (const MienLaneTarget *target, const MienLane *lane, const MienLane *raw)
{
  cairo_t *cr = target->cr;
  int width = (int) lane->n, height = (int) ceil (target->height * target->device_scale);
  cairo_surface_t *surface;

  if (width < 1 || height < 1)
    return;
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  if (cairo_surface_status (surface) == CAIRO_STATUS_SUCCESS)
    {
      g_autofree guint32 *pixels = g_new (guint32, (gsize) width * (gsize) height);
      Canvas canvas = { (guint) width, (guint) height, pixels };

      draw_presence (&canvas, target, lane);
      draw_mode (&canvas, target, lane, raw);
      draw_excluded (&canvas, target, lane);
      stand_up (&canvas, surface);
      cairo_save (cr);
      cairo_translate (cr, target->x, target->y);
      cairo_rectangle (cr, 0, 0, target->width, target->height);
      cairo_clip (cr);
      cairo_scale (cr, 1.0 / target->device_scale, 1.0 / target->device_scale);
      cairo_set_source_surface (cr, surface, 0, 0);
      cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
      cairo_paint (cr);
      cairo_restore (cr);
    }
  cairo_surface_destroy (surface);
}
