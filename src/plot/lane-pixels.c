/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "plot/lane.h"

/* Columns of a lane's picture that are drawn together, from the ground to the last stripe: they
 * stay in the first cache. */
#define BLOCK 32

/* Some columns of a picture of a lane, one after the other. Stroking thousands of line segments
 * takes cairo tens of milliseconds; the coverage of a column by a curve is two numbers. The picture
 * lies on its side while it is drawn, so that a column is one stretch of memory. */
typedef struct
{
  guint begin, end, height;
  guint32 *pixels; /* [end - begin][height] */
} Canvas;

/* A colour as it is laid over pixels, and how much of 256 it takes there. */
typedef struct
{
  guint32 over;
  float part;
} Ink;

/* How a curve is drawn. */
typedef struct
{
  Ink ink;
  double thickness; /* pixels */
} Line;

/* What a picture is drawn with, the same for all of its columns. */
typedef struct
{
  guint n_classes, classes; /* bits of those that lines show, 0: all */
  double threshold;
  Ink emotions[MIEN_SAMPLE_MAX_CLASSES], uncertain, valence, arousal;
  Ink ground, here, grid, excluded, motion;
  double scale; /* pixels of a curve that is one thick */
  guint period; /* of stripes and dashes, pixels */
  float half;   /* thickness of a dash, halved */
  guint gap;    /* columns without a value over which motion goes on */
} Brushes;

static Ink
ink_of (MienColour colour)
{
  return (Ink){
    (guint32) (colour.red * 255.0 + 0.5) << 16 | (guint32) (colour.green * 255.0 + 0.5) << 8
        | (guint32) (colour.blue * 255.0 + 0.5) | 0xff000000u,
    (float) (colour.alpha * 256.0),
  };
}

static void
init_brushes (Brushes *self, const MienLaneTarget *target)
{
  const MienTimelineView *view = target->view;
  const MienClass *classes = mien_document_get_classes (target->document);
  gboolean dark = view->style.dark;

  *self = (Brushes){
    .n_classes = mien_document_get_n_classes (target->document),
    .classes = view->classes,
    .threshold = mien_document_get_filters (target->document)->threshold,
    .uncertain = ink_of (mien_palette_get_emotion (NULL, dark)),
    .valence = ink_of (mien_timeline_get_axis_colour (MIEN_CHANNEL_VALENCE, dark)),
    .arousal = ink_of (mien_timeline_get_axis_colour (MIEN_CHANNEL_AROUSAL, dark)),
    .ground = ink_of (mien_palette_get_ink (MIEN_INK_GROUND, dark)),
    .here = ink_of (mien_palette_get_ink (MIEN_INK_LANE, dark)),
    .grid = ink_of (mien_palette_get_ink (MIEN_INK_GRID, dark)),
    .excluded = ink_of (mien_palette_get_ink (MIEN_INK_DIM, dark)),
    .motion = ink_of (mien_palette_get_ink (MIEN_INK_TEXT, dark)),
    .scale = view->style.scale * target->device_scale,
    .period = (guint) MAX (4.0, 6.0 * target->device_scale),
    .half = 0.5f * (float) target->device_scale,
  };
  for (guint c = 0; c < self->n_classes; c++)
    self->emotions[c] = ink_of (mien_palette_get_emotion (classes[c].name, dark));
  self->excluded.part = 0.6f * 256.0f;
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
    mix_stretch (pixel, first, last, ink.over, part);
  if ((float) last < bottom && last >= first)
    pixel[last] =
        mix (pixel[last], ink.over, (guint32) (ink.part * (bottom - (float) last) + 0.5f));
}

static void
draw_curve (Canvas *canvas, const MienLane *lane, guint channel, double low, double high, Line line)
{
  float inner = (float) (canvas->height - line.thickness), half = (float) (line.thickness / 2.0);
  float scale = inner / (float) (high - low);

  for (guint x = canvas->begin; x < canvas->end; x++)
    {
      float least = lane->least[channel][x], largest = lane->largest[channel][x];

      if (isnan (least))
        continue;
      fill_span (canvas, x, ((float) high - largest) * scale,
                 ((float) high - least) * scale + 2.0f * half, line.ink);
    }
}

/* The range as a shade, in whole rows: it is so pale that nobody sees its edges. */
static void
draw_range (Canvas *canvas, const MienLane *lane, guint channel, double low, double high, Line line)
{
  float scale = (float) (canvas->height - line.thickness) / (float) (high - low);
  guint32 part = (guint32) (line.ink.part * (float) MIEN_LANE_RANGE_ALPHA + 0.5f);

  for (guint x = canvas->begin; x < canvas->end; x++)
    {
      guint32 *pixel = canvas->pixels + (gsize) (x - canvas->begin) * canvas->height;
      float least = lane->least[channel][x], largest = lane->largest[channel][x];
      float top = ((float) high - largest) * scale + 0.5f;
      float bottom = ((float) high - least) * scale + (float) line.thickness + 0.5f;

      if (!isnan (least))
        mix_stretch (pixel, (int) MAX (top, 0.0f), (int) MIN (bottom, (float) canvas->height),
                     line.ink.over, part);
    }
}

static void
draw_mean (Canvas *canvas, const MienLane *lane, guint channel, double low, double high, Line line)
{
  float scale = (float) (canvas->height - line.thickness) / (float) (high - low);
  const float *mean = lane->mean[channel];

  for (guint x = canvas->begin; x < canvas->end; x++)
    {
      /* Half way to each neighbour. */
      float before = x > 0 && !isnan (mean[x - 1]) ? (mean[x - 1] + mean[x]) / 2 : mean[x];
      float after = x + 1 < lane->n && !isnan (mean[x + 1]) ? (mean[x + 1] + mean[x]) / 2 : mean[x];
      float least = MIN (mean[x], MIN (before, after));
      float largest = MAX (mean[x], MAX (before, after));

      if (!isnan (mean[x]))
        fill_span (canvas, x, ((float) high - largest) * scale,
                   ((float) high - least) * scale + (float) line.thickness, line.ink);
    }
}

/* A curve, or where columns hold many samples the @parts of it: their range as a shade and their
 * mean as the curve. */
static void
draw_channel (Canvas *canvas,
              const MienLane *lane,
              guint channel,
              double low,
              double high,
              Line line,
              MienLaneParts parts)
{
  if (!lane->dense)
    draw_curve (canvas, lane, channel, low, high, line);
  if (lane->dense && (parts & MIEN_LANE_RANGE))
    draw_range (canvas, lane, channel, low, high, line);
  if (lane->dense && (parts & MIEN_LANE_MEAN))
    draw_mean (canvas, lane, channel, low, high, line);
}

static void
draw_lines (Canvas *canvas, const Brushes *brushes, const MienLane *lane, const MienLane *raw)
{
  const MienLaneParts parts = raw == NULL ? MIEN_LANE_ALL : MIEN_LANE_MEAN;

  for (guint c = 0; c < 2 * brushes->n_classes; c++)
    {
      guint class_index = c % brushes->n_classes;
      gboolean below = c < brushes->n_classes; /* the raw ones first */
      Line line = { brushes->emotions[class_index], (below ? 1.0 : 1.6) * brushes->scale };

      if ((below && raw == NULL)
          || (brushes->classes != 0 && (brushes->classes & (1u << class_index)) == 0))
        continue;
      if (below && !raw->dense)
        line.ink.part *= (float) MIEN_LANE_RAW_ALPHA;
      draw_channel (canvas, below ? raw : lane, class_index, 0.0, 1.0, line,
                    below ? MIEN_LANE_RANGE : parts);
    }
}

static void
draw_areas (Canvas *canvas, const Brushes *brushes, const MienLane *lane)
{
  for (guint x = canvas->begin; x < canvas->end; x++)
    {
      float total = 0.0f, at = (float) canvas->height;

      for (guint c = 0; c < brushes->n_classes; c++)
        total += lane->mean[c][x];
      if (!(total > 0.0f))
        continue;
      for (guint c = 0; c < brushes->n_classes; c++)
        {
          float share = lane->mean[c][x] / total * (float) canvas->height;

          fill_span (canvas, x, at - share, at, brushes->emotions[c]);
          at -= share;
        }
    }
}

static void
draw_strip (Canvas *canvas, const Brushes *brushes, const MienLane *lane)
{
  float row = (float) canvas->height / (float) brushes->n_classes;

  for (guint x = canvas->begin; x < canvas->end; x++)
    for (guint c = 0; c < brushes->n_classes; c++)
      {
        Ink ink = brushes->emotions[c];

        if (isnan (lane->mean[c][x]))
          continue;
        ink.part = 256.0f * CLAMP (lane->mean[c][x], 0.0f, 1.0f);
        fill_span (canvas, x, (float) c * row, (float) (c + 1) * row, ink);
      }
}

static void
draw_band (Canvas *canvas, const Brushes *brushes, const MienLane *lane)
{
  for (guint x = canvas->begin; x < canvas->end; x++)
    {
      int emotion = mien_lane_get_dominant (lane, x, brushes->n_classes, brushes->threshold);

      if (emotion != -2)
        fill_span (canvas, x, 0.0f, (float) canvas->height,
                   emotion < 0 ? brushes->uncertain : brushes->emotions[emotion]);
    }
}

static void
draw_circumplex (Canvas *canvas, const Brushes *brushes, const MienLane *lane)
{
  const double thickness = 1.8 * brushes->scale;
  float middle = (float) canvas->height / 2.0f;

  for (guint x = canvas->begin; x < canvas->end; x++)
    fill_span (canvas, x, middle - 0.5f, middle + 0.5f, brushes->grid);
  draw_channel (canvas, lane, MIEN_CHANNEL_AROUSAL, -1.0, 1.0,
                (Line){ brushes->arousal, thickness }, MIEN_LANE_ALL);
  draw_channel (canvas, lane, MIEN_CHANNEL_VALENCE, -1.0, 1.0,
                (Line){ brushes->valence, thickness }, MIEN_LANE_ALL);
}

/* The pixels of column @x that oblique stripes cover. */
static void
draw_stripes (Canvas *canvas, guint x, guint period, Ink ink)
{
  guint thick = MAX (1u, period / 6);

  for (guint y = (period - x % period) % period; y < canvas->height; y += period)
    fill_span (canvas, x, (float) y, (float) (y + thick), ink);
}

/* What lies behind: nothing where the face is not, a pattern of stripes where it does not count. */
static void
draw_presence (Canvas *canvas, const Brushes *brushes, const MienLane *lane)
{
  float middle = (float) canvas->height / 2.0f;
  guint period = brushes->period;

  for (guint x = canvas->begin; x < canvas->end; x++)
    {
      MienPresence kind = (MienPresence) lane->presence[x];
      Ink stripe = brushes->grid;

      fill_span (canvas, x, 0.0f, (float) canvas->height,
                 kind == MIEN_PRESENCE_UNKNOWN ? brushes->ground : brushes->here);
      if (kind == MIEN_PRESENCE_ABSENT && x % period < period / 3)
        fill_span (canvas, x, middle - brushes->half, middle + brushes->half, brushes->grid);
      if (kind == MIEN_PRESENCE_WEAK)
        stripe.part *= 0.5f;
      if (kind == MIEN_PRESENCE_EXCLUDED || kind == MIEN_PRESENCE_WEAK)
        draw_stripes (canvas, x, period, stripe);
    }
}

/* Over the curves: stripes where a person took the time out. */
static void
draw_excluded (Canvas *canvas, const Brushes *brushes, const MienLane *lane)
{
  for (guint x = canvas->begin; x < canvas->end; x++)
    if (lane->presence[x] == MIEN_PRESENCE_EXCLUDED)
      draw_stripes (canvas, x, brushes->period, brushes->excluded);
}

/* The value of column @x, or on the straight line between the nearest two where it has none; NaN
 * where they lie further apart than @gap. */
static float
get_motion (const MienLane *lane, guint x, guint gap)
{
  const float *motion = lane->motion;
  guint before = 0, after = 0;

  if (!isnan (motion[x]))
    return motion[x];
  while (before <= x && before <= gap && isnan (motion[x - before]))
    before++;
  while (x + after < lane->n && before + after <= gap && isnan (motion[x + after]))
    after++;
  if (before > x || x + after >= lane->n || before + after > gap)
    return NAN;
  return motion[x - before]
         + (motion[x + after] - motion[x - before]) * (float) before / (float) (before + after);
}

/* How fast the face moves, along the lower edge. */
static void
draw_motion (Canvas *canvas, const Brushes *brushes, const MienLane *lane)
{
  Ink area = brushes->motion, line = brushes->motion;
  float height = (float) canvas->height, thickness = (float) brushes->scale;
  float before = NAN, here, after;

  if (!lane->moves)
    return;
  area.part *= (float) MIEN_LANE_MOTION_AREA;
  line.part *= (float) MIEN_LANE_MOTION_LINE;
  here = get_motion (lane, canvas->begin, brushes->gap);
  if (canvas->begin > 0)
    before = get_motion (lane, canvas->begin - 1, brushes->gap);
  for (guint x = canvas->begin; x < canvas->end; x++, before = here, here = after)
    {
      float least, largest;

      after = x + 1 < lane->n ? get_motion (lane, x + 1, brushes->gap) : NAN;
      if (isnan (here))
        continue;
      /* Half way to each neighbour. */
      least = MIN (here, MIN (isnan (before) ? here : (before + here) / 2,
                              isnan (after) ? here : (after + here) / 2));
      largest = MAX (here, MAX (isnan (before) ? here : (before + here) / 2,
                                isnan (after) ? here : (after + here) / 2));
      fill_span (canvas, x, height - (float) mien_lane_get_motion_height (here, height), height,
                 area);
      fill_span (
          canvas, x, height - (float) mien_lane_get_motion_height (largest, height) - thickness / 2,
          height - (float) mien_lane_get_motion_height (least, height) + thickness / 2, line);
    }
}

static void
draw_mode (Canvas *canvas,
           const Brushes *brushes,
           MienTimelineMode mode,
           const MienLane *lane,
           const MienLane *raw)
{
  switch (mode)
    {
    case MIEN_TIMELINE_AREAS:
      draw_areas (canvas, brushes, lane);
      break;
    case MIEN_TIMELINE_STRIP:
      draw_strip (canvas, brushes, lane);
      break;
    case MIEN_TIMELINE_BAND:
      draw_band (canvas, brushes, lane);
      break;
    case MIEN_TIMELINE_CIRCUMPLEX:
      draw_circumplex (canvas, brushes, lane);
      break;
    case MIEN_TIMELINE_LINES:
    case MIEN_TIMELINE_N_MODES:
      draw_lines (canvas, brushes, lane, raw);
      break;
    }
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

/* Puts the columns of @canvas upright into @out, whose rows are @stride long. */
static void
stand_up (const Canvas *canvas, guint32 *out, gsize stride)
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

static void
draw_blocks (const MienLaneTarget *target,
             const MienLane *lane,
             const MienLane *raw,
             guint height,
             guint32 *upright,
             guint32 *block)
{
  Brushes brushes;

  init_brushes (&brushes, target);
  brushes.gap = (guint) MIN (mien_lane_get_motion_gap (target, lane), lane->n);
  for (guint begin = 0; begin < lane->n; begin += BLOCK)
    {
      Canvas canvas = { begin, MIN (begin + BLOCK, lane->n), height, block };

      draw_presence (&canvas, &brushes, lane);
      draw_mode (&canvas, &brushes, target->view->mode, lane, raw);
      draw_excluded (&canvas, &brushes, lane);
      draw_motion (&canvas, &brushes, lane);
      stand_up (&canvas, upright, lane->n);
    }
}

/* Room for @n pixels, kept with the scratch. */
static guint32 *
ensure_pixels (MienTimelineScratch *scratch, gsize n)
{
  if (n > scratch->n_pixels)
    {
      g_free (scratch->pixels);
      scratch->pixels = g_new (guint32, n);
      scratch->n_pixels = n;
    }
  return scratch->pixels;
}

void
mien_lane_draw_pixels (const MienLaneTarget *target, const MienLane *lane, const MienLane *raw)
{
  cairo_t *cr = target->cr;
  int width = (int) lane->n, height = (int) ceil (target->height * target->device_scale);
  gsize n = (gsize) MAX (width, 0) * (gsize) MAX (height, 0);
  cairo_surface_t *surface;
  guint32 *pixels;

  if (n == 0)
    return;
  pixels = ensure_pixels (target->scratch, n + BLOCK * (gsize) height);
  draw_blocks (target, lane, raw, (guint) height, pixels, pixels + n);
  surface = cairo_image_surface_create_for_data (
      (guint8 *) pixels, CAIRO_FORMAT_RGB24, width, height,
      cairo_format_stride_for_width (CAIRO_FORMAT_RGB24, width));
  cairo_save (cr);
  cairo_translate (cr, target->x, target->y);
  cairo_rectangle (cr, 0, 0, target->width, target->height);
  cairo_clip (cr);
  cairo_scale (cr, 1.0 / target->device_scale, 1.0 / target->device_scale);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint (cr);
  cairo_restore (cr);
  /* Who records what is drawn takes the pixels along now: they are drawn over next time. */
  cairo_surface_finish (surface);
  cairo_surface_destroy (surface);
}
