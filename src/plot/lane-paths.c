/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "plot/lane.h"

/* The same lane for surfaces that keep shapes. At most four vertices per column and curve: two of a
 * line, four of a rectangle. */

/* From one edge of a column to the other, by the corners between. */
static guint
add_line (cairo_t *cr, const MienLane *lane, guint channel, double high, double scale)
{
  const float *edges = lane->edges[channel];
  gboolean drawing = FALSE;
  guint vertices = 0;

  for (guint x = 0; x < lane->n; x++)
    {
      float mean = lane->mean[channel][x], corners[2];
      float left = isnan (edges[x]) ? mean : edges[x];
      float right = isnan (edges[x + 1]) ? mean : edges[x + 1];
      guint n;

      if (isnan (mean))
        {
          drawing = FALSE;
          continue;
        }
      if (!drawing)
        {
          cairo_move_to (cr, isnan (edges[x]) ? x + 0.5 : x, (high - left) * scale);
          vertices++;
        }
      n = mien_lane_find_corners (left, right, lane->least[channel][x], lane->largest[channel][x],
                                  corners);
      for (guint i = 0; i < n; i++, vertices++)
        cairo_line_to (cr, x + (n == 1 ? 0.5 : 0.375 + 0.25 * i), (high - corners[i]) * scale);
      /* A lone column would be a point, which has no length to stroke. */
      cairo_line_to (cr, x + 1.0, (high - right) * scale);
      vertices++;
      drawing = !isnan (edges[x + 1]);
    }
  return vertices;
}

/* Each column as a line from its least to its largest value. */
static guint
add_ranges (cairo_t *cr, const MienLane *lane, guint channel, double high, double scale)
{
  double last = NAN;
  guint vertices = 0;

  for (guint x = 0; x < lane->n; x++)
    {
      double top = (high - lane->largest[channel][x]) * scale;
      double bottom = (high - lane->least[channel][x]) * scale;
      /* From the end that is nearer to where the curve is now. */
      gboolean down = isnan (last) || fabs (last - top) <= fabs (last - bottom);

      if (isnan (top))
        {
          last = NAN;
          continue;
        }
      if (isnan (last))
        cairo_move_to (cr, x + 0.5, down ? top : bottom);
      else
        cairo_line_to (cr, x + 0.5, down ? top : bottom);
      vertices++;
      last = down ? bottom : top;
      if (bottom - top > 0.05 || isnan (x + 1 < lane->n ? lane->mean[channel][x + 1] : NAN))
        {
          /* A lone column would be a point, which has no length to stroke. */
          cairo_line_to (cr, bottom - top > 0.05 ? x + 0.5 : x + 1.0, last);
          vertices++;
        }
    }
  return vertices;
}

guint
mien_lane_add_curve (
    cairo_t *cr, const MienLane *lane, guint channel, double low, double high, double height)
{
  return (lane->dense ? add_ranges : add_line) (cr, lane, channel, high, height / (high - low));
}

guint
mien_lane_add_mean (
    cairo_t *cr, const MienLane *lane, guint channel, double low, double high, double height)
{
  double scale = height / (high - low);
  gboolean drawing = FALSE;
  guint vertices = 0;

  for (guint x = 0; x < lane->n; x++)
    {
      double mean = lane->mean[channel][x];

      if (isnan (mean))
        {
          drawing = FALSE;
          continue;
        }
      if (drawing)
        cairo_line_to (cr, x + 0.5, (high - mean) * scale);
      else
        cairo_move_to (cr, x + 0.5, (high - mean) * scale);
      drawing = TRUE;
      vertices++;
    }
  return vertices;
}

static void
stroke_curve (const MienLaneTarget *target,
              const MienLane *lane,
              guint channel,
              double low,
              double high,
              double thickness,
              MienColour colour,
              MienLaneParts parts)
{
  cairo_t *cr = target->cr;
  MienColour shade = colour;

  shade.alpha *= lane->dense ? MIEN_LANE_RANGE_ALPHA : 1.0;
  cairo_save (cr);
  cairo_translate (cr, 0, thickness / 2.0);
  cairo_set_line_width (cr, lane->dense ? 1.0 : thickness);
  cairo_set_line_join (cr, lane->dense ? CAIRO_LINE_JOIN_BEVEL : CAIRO_LINE_JOIN_ROUND);
  mien_palette_set_source (cr, shade);
  if (!lane->dense || (parts & MIEN_LANE_RANGE))
    {
      mien_lane_add_curve (cr, lane, channel, low, high, target->height - thickness);
      cairo_stroke (cr);
    }
  if (lane->dense && (parts & MIEN_LANE_MEAN))
    {
      mien_palette_set_source (cr, colour);
      cairo_set_line_width (cr, thickness);
      cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
      mien_lane_add_mean (cr, lane, channel, low, high, target->height - thickness);
      cairo_stroke (cr);
    }
  cairo_restore (cr);
}

static void
draw_lines (const MienLaneTarget *target, const MienLane *lane, gboolean raw, MienLaneParts parts)
{
  const MienTimelineView *view = target->view;
  const MienClass *classes = mien_document_get_classes (target->document);

  for (guint c = 0; c < mien_document_get_n_classes (target->document); c++)
    {
      MienColour colour = mien_palette_get_emotion (classes[c].name, view->style.dark);

      if (view->classes != 0 && (view->classes & (1u << c)) == 0)
        continue;
      if (raw && !lane->dense)
        colour.alpha = MIEN_LANE_RAW_ALPHA;
      stroke_curve (target, lane, c, 0.0, 1.0, (raw ? 1.0 : 1.6) * view->style.scale, colour,
                    parts);
    }
}

/* Sum of the shares below class @c in column @x, 0 to 1. */
static double
sum_below (const MienLane *lane, guint x, guint c, guint n_classes)
{
  double total = 0.0, below = 0.0;

  for (guint k = 0; k < n_classes; k++)
    {
      total += lane->mean[k][x];
      below += k < c ? lane->mean[k][x] : 0.0;
    }
  return below / total;
}

/* The area of one class over columns begin..end, which all have values: two vertices per column and
 * two for the last one's edge. */
static guint
add_run (cairo_t *cr,
         const MienLane *lane,
         guint begin,
         guint end,
         guint c,
         guint n_classes,
         double height)
{
  cairo_move_to (cr, begin, height * (1.0 - sum_below (lane, begin, c + 1, n_classes)));
  for (guint x = begin + 1; x < end; x++)
    cairo_line_to (cr, x + 0.5, height * (1.0 - sum_below (lane, x, c + 1, n_classes)));
  cairo_line_to (cr, end, height * (1.0 - sum_below (lane, end - 1, c + 1, n_classes)));
  cairo_line_to (cr, end, height * (1.0 - sum_below (lane, end - 1, c, n_classes)));
  for (guint x = end; x-- > begin;)
    cairo_line_to (cr, x == begin ? x : x + 0.5,
                   height * (1.0 - sum_below (lane, x, c, n_classes)));
  cairo_close_path (cr);
  return 2 * (end - begin) + 2;
}

guint
mien_lane_add_area (cairo_t *cr, const MienLane *lane, guint c, guint n_classes, double height)
{
  guint vertices = 0;

  for (guint x = 0; x < lane->n;)
    {
      guint begin = x;

      while (x < lane->n && !isnan (lane->mean[0][x]))
        x++;
      if (x > begin)
        vertices += add_run (cr, lane, begin, x, c, n_classes, height);
      else
        x++;
    }
  return vertices;
}

static void
draw_areas (const MienLaneTarget *target, const MienLane *lane)
{
  guint n_classes = mien_document_get_n_classes (target->document);
  const MienClass *classes = mien_document_get_classes (target->document);

  for (guint c = 0; c < n_classes; c++)
    {
      mien_lane_add_area (target->cr, lane, c, n_classes, target->height);
      mien_palette_set_source (
          target->cr, mien_palette_get_emotion (classes[c].name, target->view->style.dark));
      cairo_fill (target->cr);
    }
}

#define STRIP_STEPS 24 /* shades; neighbours of one shade become one rectangle */

static void
draw_strip (const MienLaneTarget *target, const MienLane *lane)
{
  guint n_classes = mien_document_get_n_classes (target->document);
  const MienClass *classes = mien_document_get_classes (target->document);
  double row = target->height / n_classes;

  for (guint c = 0; c < n_classes; c++)
    {
      MienColour colour = mien_palette_get_emotion (classes[c].name, target->view->style.dark);

      for (guint x = 0; x < lane->n;)
        {
          guint begin = x;
          float shade = roundf (lane->mean[c][x] * STRIP_STEPS);

          while (x < lane->n && roundf (lane->mean[c][x] * STRIP_STEPS) == shade)
            x++;
          if (x == begin)
            {
              x++;
              continue;
            }
          colour.alpha = shade / STRIP_STEPS;
          mien_palette_set_source (target->cr, colour);
          cairo_rectangle (target->cr, begin, c * row, x - begin, row);
          cairo_fill (target->cr);
        }
    }
}

static void
draw_band (const MienLaneTarget *target, const MienLane *lane)
{
  guint n_classes = mien_document_get_n_classes (target->document);
  const MienClass *classes = mien_document_get_classes (target->document);
  double threshold = mien_document_get_filters (target->document)->threshold;

  for (guint x = 0; x < lane->n;)
    {
      guint begin = x;
      int emotion = mien_lane_get_dominant (lane, x, n_classes, threshold);

      while (x < lane->n && mien_lane_get_dominant (lane, x, n_classes, threshold) == emotion)
        x++;
      if (emotion == -2)
        continue;
      mien_palette_set_source (target->cr,
                               mien_palette_get_emotion (emotion < 0 ? NULL : classes[emotion].name,
                                                         target->view->style.dark));
      cairo_rectangle (target->cr, begin, 0, x - begin, target->height);
      cairo_fill (target->cr);
    }
}

static void
draw_circumplex (const MienLaneTarget *target, const MienLane *lane)
{
  gboolean dark = target->view->style.dark;
  double thickness = 1.8 * target->view->style.scale;

  mien_palette_set_source (target->cr, mien_palette_get_ink (MIEN_INK_GRID, dark));
  cairo_rectangle (target->cr, 0, target->height / 2 - 0.5, target->width, 1);
  cairo_fill (target->cr);
  stroke_curve (target, lane, MIEN_CHANNEL_AROUSAL, -1, 1, thickness,
                mien_timeline_get_axis_colour (MIEN_CHANNEL_AROUSAL, dark), MIEN_LANE_ALL);
  stroke_curve (target, lane, MIEN_CHANNEL_VALENCE, -1, 1, thickness,
                mien_timeline_get_axis_colour (MIEN_CHANNEL_VALENCE, dark), MIEN_LANE_ALL);
}

static void
add_stripes (cairo_t *cr, double begin, double end, double height)
{
  for (double x = begin - height; x < end; x += 6.0)
    {
      cairo_move_to (cr, x, height);
      cairo_line_to (cr, x + height, 0);
    }
}

/* One look per kind of presence, in runs of columns. */
static void
draw_presence (const MienLaneTarget *target, const MienLane *lane, gboolean over)
{
  cairo_t *cr = target->cr;
  gboolean dark = target->view->style.dark;

  for (guint x = 0; x < lane->n;)
    {
      guint begin = x;
      MienPresence kind = (MienPresence) lane->presence[x];

      while (x < lane->n && lane->presence[x] == kind)
        x++;
      cairo_save (cr);
      cairo_rectangle (cr, begin, 0, x - begin, target->height);
      cairo_clip (cr);
      if (!over && kind != MIEN_PRESENCE_UNKNOWN)
        {
          mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_LANE, dark));
          cairo_paint (cr);
        }
      mien_palette_set_source (cr,
                               mien_palette_get_ink (over ? MIEN_INK_DIM : MIEN_INK_GRID, dark));
      cairo_set_line_width (cr, 1.0);
      if (!over && kind == MIEN_PRESENCE_ABSENT)
        {
          const double dash[] = { 2.0, 4.0 };

          cairo_set_dash (cr, dash, 2, 0);
          cairo_move_to (cr, begin, target->height / 2);
          cairo_line_to (cr, x, target->height / 2);
        }
      else if ((over && kind == MIEN_PRESENCE_EXCLUDED) || (!over && kind == MIEN_PRESENCE_WEAK))
        add_stripes (cr, begin, x, target->height);
      cairo_stroke (cr);
      cairo_restore (cr);
    }
}

void
mien_lane_draw_paths (const MienLaneTarget *target, const MienLane *lane, const MienLane *raw)
{
  cairo_t *cr = target->cr;

  cairo_save (cr);
  cairo_translate (cr, target->x, target->y);
  cairo_rectangle (cr, 0, 0, target->width, target->height);
  cairo_clip (cr);
  draw_presence (target, lane, FALSE);
  switch (target->view->mode)
    {
    case MIEN_TIMELINE_AREAS:
      draw_areas (target, lane);
      break;
    case MIEN_TIMELINE_STRIP:
      draw_strip (target, lane);
      break;
    case MIEN_TIMELINE_BAND:
      draw_band (target, lane);
      break;
    case MIEN_TIMELINE_CIRCUMPLEX:
      draw_circumplex (target, lane);
      break;
    case MIEN_TIMELINE_LINES:
    case MIEN_TIMELINE_N_MODES:
      if (raw != NULL)
        draw_lines (target, raw, TRUE, MIEN_LANE_RANGE);
      draw_lines (target, lane, FALSE, raw == NULL ? MIEN_LANE_ALL : MIEN_LANE_MEAN);
      break;
    }
  draw_presence (target, lane, TRUE);
  mien_lane_draw_motion_paths (target, lane);
  cairo_restore (cr);
}

gboolean
mien_lane_keeps_shapes (cairo_t *cr)
{
  switch (cairo_surface_get_type (cairo_get_target (cr)))
    {
    case CAIRO_SURFACE_TYPE_SVG:
    case CAIRO_SURFACE_TYPE_PDF:
    case CAIRO_SURFACE_TYPE_PS:
      return TRUE;
    default:
      return FALSE;
    }
}

void
mien_lane_draw (const MienLaneTarget *target, const MienLane *lane, const MienLane *raw)
{
  if (mien_lane_keeps_shapes (target->cr))
    mien_lane_draw_paths (target, lane, raw);
  else
    mien_lane_draw_pixels (target, lane, raw);
}
