/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
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
  mien_chart_word (cr, style, plane->x, plane->y - r - 15 * scale, 0.5, 8.0, 0, N_ ("active"));
  mien_chart_word (cr, style, plane->x, plane->y + r + 11 * scale, 0.5, 8.0, 0, N_ ("calm"));
  /* Beside the plane where there is room, so that points do not hide the words. */
  if (plane->x - r > 84 * scale)
    {
      mien_chart_word (cr, style, plane->x - r - 14 * scale, plane->y, 1.0, 8.0, 0,
                       N_ ("unpleasant"));
      mien_chart_word (cr, style, plane->x + r + 14 * scale, plane->y, 0.0, 8.0, 0,
                       N_ ("pleasant"));
      return;
    }
  mien_chart_word (cr, style, plane->x - r + 4 * scale, plane->y - 7 * scale, 0.0, 8.0, 0,
                   N_ ("unpleasant"));
  mien_chart_word (cr, style, plane->x + r - 4 * scale, plane->y - 7 * scale, 1.0, 8.0, 0,
                   N_ ("pleasant"));
}

#define CLASS_RADIUS 8.0

/* Where the letters of the classes go: each at its place, or, where another one is already, beside
 * it: outwards, away from the axis of arousal. */
static void
place_classes (const MienPlotStyle *style,
               const Plane *plane,
               const MienClass *classes,
               guint n,
               double *x,
               double *y)
{
  double apart = (2 * CLASS_RADIUS + 1) * style->scale;

  for (guint c = 0; c < n; c++)
    {
      double outwards = classes[c].valence < 0 ? -1.0 : 1.0;

      x[c] = to_x (plane, classes[c].valence);
      y[c] = to_y (plane, classes[c].arousal);
      for (guint k = 0; k < c;)
        if (hypot (x[c] - x[k], y[c] - y[k]) >= apart - 1e-6)
          k++;
        else
          {
            double rest = sqrt (MAX (apart * apart - (y[c] - y[k]) * (y[c] - y[k]), 0.0));

            x[c] = x[k] + outwards * rest;
            k = 0;
          }
    }
}

/* Where each class alone would be. */
static void
draw_classes (cairo_t *cr, const MienPlotStyle *style, const Plane *plane, MienDocument *document)
{
  const MienClass *classes = mien_document_get_classes (document);
  guint n = mien_document_get_n_classes (document);
  double xs[MIEN_SAMPLE_MAX_CLASSES], ys[MIEN_SAMPLE_MAX_CLASSES];

  place_classes (style, plane, classes, n, xs, ys);
  for (guint c = 0; c < n; c++)
    {
      double x = xs[c], y = ys[c];
      MienColour colour = mien_palette_get_emotion (classes[c].name, style->dark);

      mien_palette_set_source (cr, colour);
      cairo_new_path (cr);
      cairo_arc (cr, x, y, CLASS_RADIUS * style->scale, 0, 2 * G_PI);
      cairo_fill (cr);
      mien_palette_set_source (cr, mien_palette_get_on (colour));
      mien_chart_text (cr, style, x, y, 0.5, 7.0, 0,
                       mien_plot_style_get_letter (style, classes[c].name));
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
  plane = (Plane){ width / 2, height / 2, MIN (width, height) / 2 - 23 * style->scale };
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
