/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "plot/lane.h"

/* A picture of a lane, one column of pixels after the other. Stroking thousands of line segments
 * takes cairo tens of milliseconds; the coverage of a column by a curve is two numbers. */
typedef struct
{
  guint width, height;
  gsize stride; /* of 32-bit pixels */
  guint32 *pixels;
} Canvas;

static inline guint32
mix (guint32 under, const MienColour *colour, float part)
{
  float a = part * (float) colour->alpha;
  float r = (float) (under >> 16 & 0xff), g = (float) (under >> 8 & 0xff);
  float b = (float) (under & 0xff);

  r += a * ((float) colour->red * 255.0f - r);
  g += a * ((float) colour->green * 255.0f - g);
  b += a * ((float) colour->blue * 255.0f - b);
  return 0xff000000u | (guint32) (r + 0.5f) << 16 | (guint32) (g + 0.5f) << 8
         | (guint32) (b + 0.5f);
}

/* Rows @top to @bottom of column @x, edges in part. */
static void
fill_span (Canvas *canvas, guint x, float top, float bottom, const MienColour *colour)
{
  int first, last;

  top = MAX (top, 0.0f);
  bottom = MIN (bottom, (float) canvas->height);
  if (!(top < bottom))
    return;
  first = (int) top;
  last = (int) ceilf (bottom);
  for (int y = first; y < last; y++)
    {
      float part = MIN ((float) (y + 1), bottom) - MAX ((float) y, top);
      guint32 *pixel = &canvas->pixels[(gsize) y * canvas->stride + x];

      *pixel = mix (*pixel, colour, part);
    }
}

static void
draw_curve (Canvas *canvas,
            const MienLane *lane,
            guint channel,
            double low,
            double high,
            double thickness,
            const MienColour *colour)
{
  float inner = (float) (canvas->height - thickness), half = (float) (thickness / 2.0);
  float scale = inner / (float) (high - low);

  for (guint x = 0; x < lane->n; x++)
    {
      float least = lane->least[channel][x], largest = lane->largest[channel][x];

      if (isnan (least))
        continue;
      fill_span (canvas, x, ((float) high - largest) * scale,
                 ((float) high - least) * scale + 2.0f * half, colour);
    }
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
      draw_curve (canvas, lane, c, 0.0, 1.0, thickness, &colour);
    }
}

static void
draw_areas (Canvas *canvas, const MienLaneTarget *target, const MienLane *lane)
{
  guint n_classes = mien_document_get_n_classes (target->document);
  const MienClass *classes = mien_document_get_classes (target->document);
  MienColour colours[MIEN_SAMPLE_MAX_CLASSES];

  for (guint c = 0; c < n_classes; c++)
    colours[c] = mien_palette_get_emotion (classes[c].name, target->view->style.dark);
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

          fill_span (canvas, x, at - share, at, &colours[c]);
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

      for (guint x = 0; x < lane->n; x++)
        {
          if (isnan (lane->mean[c][x]))
            continue;
          colour.alpha = lane->mean[c][x];
          fill_span (canvas, x, (float) c * row, (float) (c + 1) * row, &colour);
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
      fill_span (canvas, x, 0.0f, (float) canvas->height, &colour);
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
    fill_span (canvas, x, middle - 0.5f, middle + 0.5f, &grid);
  draw_curve (canvas, lane, MIEN_CHANNEL_AROUSAL, -1.0, 1.0, thickness, &arousal);
  draw_curve (canvas, lane, MIEN_CHANNEL_VALENCE, -1.0, 1.0, thickness, &valence);
}

/* What lies behind: nothing where the face is not, a pattern of stripes where it does not count. */
static void
draw_presence (Canvas *canvas, const MienLaneTarget *target, const MienLane *lane)
{
  gboolean dark = target->view->style.dark;
  MienColour ground = mien_palette_get_ink (MIEN_INK_GROUND, dark);
  MienColour here = mien_palette_get_ink (MIEN_INK_LANE, dark);
  MienColour dim = mien_palette_get_ink (MIEN_INK_GRID, dark);
  guint period = (guint) MAX (4.0, 6.0 * target->device_scale);

  for (guint x = 0; x < canvas->width; x++)
    {
      MienPresence kind = x < lane->n ? (MienPresence) lane->presence[x] : MIEN_PRESENCE_UNKNOWN;
      gboolean stripes = kind == MIEN_PRESENCE_EXCLUDED || kind == MIEN_PRESENCE_WEAK;
      guint32 plain = mix (0, kind == MIEN_PRESENCE_UNKNOWN ? &ground : &here, 1.0f);
      guint32 line = mix (plain, &dim, kind == MIEN_PRESENCE_EXCLUDED ? 1.0f : 0.5f);

      for (guint y = 0; y < canvas->height; y++)
        canvas->pixels[(gsize) y * canvas->stride + x] =
            stripes && (x + y) % period < MAX (1u, period / 6) ? line : plain;
      if (kind == MIEN_PRESENCE_ABSENT && x % period < period / 3)
        fill_span (canvas, x, (float) canvas->height / 2.0f - 0.5f * (float) target->device_scale,
                   (float) canvas->height / 2.0f + 0.5f * (float) target->device_scale, &dim);
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
      for (guint y = 0; y < canvas->height; y++)
        if ((x + y) % period < MAX (1u, period / 6))
          fill_span (canvas, x, (float) y, (float) (y + 1), &dim);
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

void
mien_lane_draw_pixels (const MienLaneTarget *target, const MienLane *lane, const MienLane *raw)
{
  cairo_t *cr = target->cr;
  int width = (int) lane->n, height = (int) ceil (target->height * target->device_scale);
  cairo_surface_t *surface;
  Canvas canvas;

  if (width < 1 || height < 1)
    return;
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  if (cairo_surface_status (surface) == CAIRO_STATUS_SUCCESS)
    {
      canvas.width = (guint) width;
      canvas.height = (guint) height;
      canvas.stride = (gsize) cairo_image_surface_get_stride (surface) / sizeof (guint32);
      canvas.pixels = (guint32 *) (void *) cairo_image_surface_get_data (surface);
      draw_presence (&canvas, target, lane);
      draw_mode (&canvas, target, lane, raw);
      draw_excluded (&canvas, target, lane);
      cairo_surface_mark_dirty (surface);
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
