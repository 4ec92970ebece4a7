/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "plot/lane-canvas.h"
#include "plot/lane.h"

/* How a curve is drawn. */
typedef struct
{
  MienLaneInk ink;
  double thickness; /* pixels */
} Line;

/* What a picture is drawn with, the same for all of its columns. */
typedef struct
{
  guint n_classes, classes; /* bits of those that lines show, 0: all */
  double threshold;
  MienLaneInk emotions[MIEN_SAMPLE_MAX_CLASSES], uncertain, valence, arousal;
  MienLaneInk ground, here, grid, excluded, motion;
  double scale; /* pixels of a curve that is one thick */
  guint period; /* of stripes and dashes, pixels */
  float half;   /* thickness of a dash, halved */
  guint gap;    /* columns without a value over which motion goes on */
} Brushes;

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
    .uncertain = mien_lane_ink (mien_palette_get_emotion (NULL, dark)),
    .valence = mien_lane_ink (mien_timeline_get_axis_colour (MIEN_CHANNEL_VALENCE, dark)),
    .arousal = mien_lane_ink (mien_timeline_get_axis_colour (MIEN_CHANNEL_AROUSAL, dark)),
    .ground = mien_lane_ink (mien_palette_get_ink (MIEN_INK_GROUND, dark)),
    .here = mien_lane_ink (mien_palette_get_ink (MIEN_INK_LANE, dark)),
    .grid = mien_lane_ink (mien_palette_get_ink (MIEN_INK_GRID, dark)),
    .excluded = mien_lane_ink (mien_palette_get_ink (MIEN_INK_DIM, dark)),
    .motion = mien_lane_ink (mien_palette_get_ink (MIEN_INK_TEXT, dark)),
    .scale = view->style.scale * target->device_scale,
    .period = (guint) MAX (4.0, 6.0 * target->device_scale),
    .half = 0.5f * (float) target->device_scale,
  };
  for (guint c = 0; c < self->n_classes; c++)
    self->emotions[c] = mien_lane_ink (mien_palette_get_emotion (classes[c].name, dark));
  self->excluded.part = 0.6f * 256.0f;
}

/* @edges: follow the curve from one edge of a column to the other, else from middle to middle. */
static void
draw_curve (MienLaneCanvas *canvas,
            const MienLane *lane,
            guint channel,
            double low,
            double high,
            Line line,
            gboolean edges)
{
  MienLaneCurve curve = {
    .n = lane->n,
    .mean = lane->mean[channel],
    .edges = edges ? lane->edges[channel] : NULL,
    .least = lane->least[channel],
    .largest = lane->largest[channel],
    .high = (float) high,
    .scale = (float) (canvas->height - line.thickness) / (float) (high - low),
    .half = (float) line.thickness / 2.0f,
    .ink = line.ink,
  };

  mien_lane_canvas_stroke (canvas, &curve);
}

/* The range as a shade, in whole rows: it is so pale that nobody sees its edges. */
static void
draw_range (
    MienLaneCanvas *canvas, const MienLane *lane, guint channel, double low, double high, Line line)
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
        canvas->rows->mix (pixel, (int) MAX (top, 0.0f), (int) MIN (bottom, (float) canvas->height),
                           line.ink.over, part);
    }
}

/* A curve, or where columns hold many samples the @parts of it: their range as a shade and their
 * mean as the curve. */
static void
draw_channel (MienLaneCanvas *canvas,
              const MienLane *lane,
              guint channel,
              double low,
              double high,
              Line line,
              MienLaneParts parts)
{
  if (!lane->dense)
    draw_curve (canvas, lane, channel, low, high, line, TRUE);
  if (lane->dense && (parts & MIEN_LANE_RANGE))
    draw_range (canvas, lane, channel, low, high, line);
  if (lane->dense && (parts & MIEN_LANE_MEAN))
    draw_curve (canvas, lane, channel, low, high, line, FALSE);
}

static void
draw_lines (MienLaneCanvas *canvas,
            const Brushes *brushes,
            const MienLane *lane,
            const MienLane *raw)
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
draw_areas (MienLaneCanvas *canvas, const Brushes *brushes, const MienLane *lane)
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

          mien_lane_canvas_fill (canvas, x, at - share, at, brushes->emotions[c]);
          at -= share;
        }
    }
}

static void
draw_strip (MienLaneCanvas *canvas, const Brushes *brushes, const MienLane *lane)
{
  float row = (float) canvas->height / (float) brushes->n_classes;

  for (guint x = canvas->begin; x < canvas->end; x++)
    for (guint c = 0; c < brushes->n_classes; c++)
      {
        MienLaneInk ink = brushes->emotions[c];

        if (isnan (lane->mean[c][x]))
          continue;
        ink.part = 256.0f * CLAMP (lane->mean[c][x], 0.0f, 1.0f);
        mien_lane_canvas_fill (canvas, x, (float) c * row, (float) (c + 1) * row, ink);
      }
}

static void
draw_band (MienLaneCanvas *canvas, const Brushes *brushes, const MienLane *lane)
{
  for (guint x = canvas->begin; x < canvas->end; x++)
    {
      int emotion = mien_lane_get_dominant (lane, x, brushes->n_classes, brushes->threshold);

      if (emotion != -2)
        mien_lane_canvas_fill (canvas, x, 0.0f, (float) canvas->height,
                               emotion < 0 ? brushes->uncertain : brushes->emotions[emotion]);
    }
}

static void
draw_circumplex (MienLaneCanvas *canvas, const Brushes *brushes, const MienLane *lane)
{
  const double thickness = 1.8 * brushes->scale;
  float middle = (float) canvas->height / 2.0f;

  for (guint x = canvas->begin; x < canvas->end; x++)
    mien_lane_canvas_fill (canvas, x, middle - 0.5f, middle + 0.5f, brushes->grid);
  draw_channel (canvas, lane, MIEN_CHANNEL_AROUSAL, -1.0, 1.0,
                (Line){ brushes->arousal, thickness }, MIEN_LANE_ALL);
  draw_channel (canvas, lane, MIEN_CHANNEL_VALENCE, -1.0, 1.0,
                (Line){ brushes->valence, thickness }, MIEN_LANE_ALL);
}

/* The pixels of column @x that oblique stripes cover. */
static void
draw_stripes (MienLaneCanvas *canvas, guint x, guint period, MienLaneInk ink)
{
  guint thick = MAX (1u, period / 6);

  for (guint y = (period - x % period) % period; y < canvas->height; y += period)
    mien_lane_canvas_fill (canvas, x, (float) y, (float) (y + thick), ink);
}

/* What lies behind: nothing where the face is not, a pattern of stripes where it does not count. */
static void
draw_presence (MienLaneCanvas *canvas, const Brushes *brushes, const MienLane *lane)
{
  float middle = (float) canvas->height / 2.0f;
  guint period = brushes->period;

  for (guint x = canvas->begin; x < canvas->end; x++)
    {
      MienPresence kind = (MienPresence) lane->presence[x];
      MienLaneInk stripe = brushes->grid;

      mien_lane_canvas_fill (canvas, x, 0.0f, (float) canvas->height,
                             kind == MIEN_PRESENCE_UNKNOWN ? brushes->ground : brushes->here);
      if (kind == MIEN_PRESENCE_ABSENT && x % period < period / 3)
        mien_lane_canvas_fill (canvas, x, middle - brushes->half, middle + brushes->half,
                               brushes->grid);
      if (kind == MIEN_PRESENCE_WEAK)
        stripe.part *= 0.5f;
      if (kind == MIEN_PRESENCE_EXCLUDED || kind == MIEN_PRESENCE_WEAK)
        draw_stripes (canvas, x, period, stripe);
    }
}

/* Over the curves: stripes where a person took the time out. */
static void
draw_excluded (MienLaneCanvas *canvas, const Brushes *brushes, const MienLane *lane)
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
draw_motion (MienLaneCanvas *canvas, const Brushes *brushes, const MienLane *lane)
{
  MienLaneInk area = brushes->motion, line = brushes->motion;
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
      mien_lane_canvas_fill (canvas, x, height - (float) mien_lane_get_motion_height (here, height),
                             height, area);
      mien_lane_canvas_fill (
          canvas, x, height - (float) mien_lane_get_motion_height (largest, height) - thickness / 2,
          height - (float) mien_lane_get_motion_height (least, height) + thickness / 2, line);
    }
}

static void
draw_mode (MienLaneCanvas *canvas,
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

static void
draw_blocks (const MienLaneTarget *target,
             const MienLane *lane,
             const MienLane *raw,
             guint height,
             guint32 *upright,
             guint32 *block)
{
  const MienLaneRows *rows = mien_lane_rows_get ();
  Brushes brushes;

  init_brushes (&brushes, target);
  brushes.gap = (guint) MIN (mien_lane_get_motion_gap (target, lane), lane->n);
  for (guint begin = 0; begin < lane->n; begin += MIEN_LANE_BLOCK)
    {
      MienLaneCanvas canvas = { begin, MIN (begin + MIEN_LANE_BLOCK, lane->n), height, block,
                                rows };

      draw_presence (&canvas, &brushes, lane);
      draw_mode (&canvas, &brushes, target->view->mode, lane, raw);
      draw_excluded (&canvas, &brushes, lane);
      draw_motion (&canvas, &brushes, lane);
      mien_lane_canvas_stand_up (&canvas, upright, lane->n);
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
  pixels = ensure_pixels (target->scratch, n + MIEN_LANE_BLOCK * (gsize) height + MIEN_LANE_SPARE);
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
