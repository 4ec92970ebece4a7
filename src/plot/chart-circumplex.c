/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "plot/chart-private.h"
#include "plot/charts.h"

typedef struct
{
  double x, y, radius; /* of the plane */
} Plane;

static double
to_x (const Plane *plane, double valence)
{
  return plane->x + CLAMP (valence, -1.0, 1.0) * plane->radius;
}

static double
to_y (const Plane *plane, double arousal)
{
  return plane->y - CLAMP (arousal, -1.0, 1.0) * plane->radius;
}

static void
draw_plane (cairo_t *cr, const MienPlotStyle *style, const Plane *plane)
{
  double r = plane->radius, scale = style->scale;

  mien_chart_set_ink (cr, style, MIEN_INK_LANE);
  cairo_rectangle (cr, plane->x - r, plane->y - r, 2 * r, 2 * r);
  cairo_fill (cr);
  mien_chart_set_ink (cr, style, MIEN_INK_GRID);
  cairo_set_line_width (cr, MAX (1.0, scale));
  cairo_arc (cr, plane->x, plane->y, r, 0, 2 * G_PI);
  cairo_stroke (cr);
  cairo_move_to (cr, plane->x - r, plane->y);
  cairo_line_to (cr, plane->x + r, plane->y);
  cairo_move_to (cr, plane->x, plane->y - r);
  cairo_line_to (cr, plane->x, plane->y + r);
  cairo_stroke (cr);
  mien_chart_set_ink (cr, style, MIEN_INK_DIM);
  cairo_new_path (cr);
  mien_chart_text (cr, style, plane->x, plane->y - r - 8 * scale, 0.5, 8.0, 0, "active");
  mien_chart_text (cr, style, plane->x, plane->y + r + 8 * scale, 0.5, 8.0, 0, "calm");
  /* Beside the plane where there is room, so that points do not hide the words. */
  if (plane->x - r > 84 * scale)
    {
      mien_chart_text (cr, style, plane->x - r - 14 * scale, plane->y, 1.0, 8.0, 0, "unpleasant");
      mien_chart_text (cr, style, plane->x + r + 14 * scale, plane->y, 0.0, 8.0, 0, "pleasant");
      return;
    }
  mien_chart_text (cr, style, plane->x - r + 4 * scale, plane->y - 7 * scale, 0.0, 8.0, 0,
                   "unpleasant");
  mien_chart_text (cr, style, plane->x + r - 4 * scale, plane->y - 7 * scale, 1.0, 8.0, 0,
                   "pleasant");
}

/* Where each class alone would be. */
static void
draw_classes (cairo_t *cr, const MienPlotStyle *style, const Plane *plane, MienDocument *document)
{
  const MienClass *classes = mien_document_get_classes (document);

  for (guint c = 0; c < mien_document_get_n_classes (document); c++)
    {
      double x = to_x (plane, classes[c].valence), y = to_y (plane, classes[c].arousal);
      MienColour colour = mien_palette_get_emotion (classes[c].name, style->dark);

      mien_palette_set_source (cr, colour);
      cairo_new_path (cr);
      cairo_arc (cr, x, y, 8 * style->scale, 0, 2 * G_PI);
      cairo_fill (cr);
      mien_palette_set_source (cr, mien_palette_get_on (colour));
      mien_chart_text (cr, style, x, y, 0.5, 7.0, 0, mien_palette_get_letter (classes[c].name));
    }
}

#define TRAIL_POINTS 400

/* Fades towards the past, in a few strokes. */
static void
draw_trail (cairo_t *cr,
            const MienPlotStyle *style,
            const Plane *plane,
            MienTrack *track,
            gsize first,
            gsize last)
{
  const float *valence = mien_track_get_smoothed (track, MIEN_CHANNEL_VALENCE);
  const float *arousal = mien_track_get_smoothed (track, MIEN_CHANNEL_AROUSAL);
  MienColour colour = mien_palette_get_ink (MIEN_INK_TEXT, style->dark);
  gsize step = MAX ((last - first) / TRAIL_POINTS, 1);
  gsize pieces = 8, length = (last - first) / pieces + 1;

  cairo_new_path (cr);
  cairo_set_line_width (cr, 2.0 * style->scale);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  for (gsize p = 0; p < pieces; p++)
    {
      colour.alpha = 0.12 + 0.75 * (double) p / (double) pieces;
      mien_palette_set_source (cr, colour);
      for (gsize i = first + p * length; i <= MIN (first + (p + 1) * length, last); i += step)
        if (!isnan (valence[i]))
          cairo_line_to (cr, to_x (plane, valence[i]), to_y (plane, arousal[i]));
      cairo_stroke (cr);
    }
}

static void
draw_point (cairo_t *cr,
            const MienPlotStyle *style,
            const Plane *plane,
            MienDocument *document,
            MienTrack *track,
            gsize at)
{
  double valence = mien_track_get_smoothed (track, MIEN_CHANNEL_VALENCE)[at];
  double arousal = mien_track_get_smoothed (track, MIEN_CHANNEL_AROUSAL)[at];
  int emotion = mien_track_get_emotion (track, at, NULL);

  if (isnan (valence))
    return;
  mien_palette_set_source (
      cr,
      mien_palette_get_emotion (
          emotion < 0 ? NULL : mien_document_get_classes (document)[emotion].name, style->dark));
  cairo_arc (cr, to_x (plane, valence), to_y (plane, arousal), 6 * style->scale, 0, 2 * G_PI);
  cairo_fill_preserve (cr);
  mien_chart_set_ink (cr, style, MIEN_INK_TEXT);
  cairo_set_line_width (cr, 2.0 * style->scale);
  cairo_stroke (cr);
}

void
mien_chart_draw_circumplex (cairo_t *cr,
                            const MienPlotStyle *style,
                            double width,
                            double height,
                            MienDocument *document,
                            MienTrack *track,
                            gint64 time_ns,
                            gint64 trail_ns)
{
  Plane plane;
  gssize at;

  g_return_if_fail (cr != NULL && style != NULL && MIEN_IS_DOCUMENT (document));
  plane = (Plane){ width / 2, height / 2, MIN (width, height) / 2 - 20 * style->scale };
  mien_chart_begin (cr, style, width, height);
  if (plane.radius < 8.0)
    return;
  draw_plane (cr, style, &plane);
  draw_classes (cr, style, &plane, document);
  at = track == NULL ? -1 : mien_track_find_shown (track, time_ns);
  if (at < 0 || mien_track_get_smoothed (track, MIEN_CHANNEL_VALENCE) == NULL)
    return;
  draw_trail (cr, style, &plane, track,
              MIN (mien_track_find_time (track, time_ns - trail_ns), (gsize) at), (gsize) at);
  draw_point (cr, style, &plane, document, track, (gsize) at);
}
