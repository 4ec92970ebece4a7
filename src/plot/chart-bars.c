/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "plot/chart-private.h"
#include "plot/charts.h"

void
mien_chart_begin (cairo_t *cr, const MienPlotStyle *style, double width, double height)
{
  if (style->bare)
    return;
  mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_GROUND, style->dark));
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_fill (cr);
}

void
mien_chart_set_ink (cairo_t *cr, const MienPlotStyle *style, MienInk ink)
{
  mien_palette_set_source (cr, mien_palette_get_ink (ink, style->dark));
}

double
mien_chart_text (cairo_t *cr,
                 const MienPlotStyle *style,
                 double x,
                 double y,
                 double align,
                 double size,
                 double max_width,
                 const char *text)
{
  const MienLabelStyle label = { align, 0.5, size, FALSE, MAX (max_width, 0.0) };

  return mien_label_draw (cr, style, &label, x, y, text);
}

double
mien_chart_word (cairo_t *cr,
                 const MienPlotStyle *style,
                 double x,
                 double y,
                 double align,
                 double size,
                 double max_width,
                 const char *text)
{
  return mien_chart_text (cr, style, x, y, align, size, max_width,
                          mien_plot_style_get_word (style, text));
}

double
mien_chart_measure_emotions (cairo_t *cr,
                             const MienPlotStyle *style,
                             double size,
                             const MienClass *classes,
                             guint n_classes,
                             gboolean with_uncertain)
{
  const MienLabelStyle label = { 0.0, 0.0, size, FALSE, 0.0 };
  g_autoptr (GString) lines = g_string_new (NULL);

  /* One text of all of them is laid out in one go. */
  for (guint c = 0; c < n_classes; c++)
    g_string_append_printf (lines, "%s\n", mien_plot_style_get_emotion (style, classes[c].name));
  if (with_uncertain)
    g_string_append (lines, mien_plot_style_get_emotion (style, NULL));
  return mien_label_measure (cr, style, &label, lines->str);
}

static void
draw_bar (cairo_t *cr,
          const MienPlotStyle *style,
          double x,
          double y,
          double width,
          double height,
          MienColour colour)
{
  mien_chart_set_ink (cr, style, MIEN_INK_LANE);
  cairo_rectangle (cr, x, y, width, height);
  cairo_fill (cr);
  mien_palette_set_source (cr, colour);
}

static void
draw_bounds (
    cairo_t *cr, const MienPlotStyle *style, double low, double high, double y, double size)
{
  mien_chart_set_ink (cr, style, MIEN_INK_TEXT);
  cairo_set_line_width (cr, MAX (1.0, style->scale));
  cairo_move_to (cr, low, y);
  cairo_line_to (cr, high, y);
  cairo_move_to (cr, low, y - size);
  cairo_line_to (cr, low, y + size);
  cairo_move_to (cr, high, y - size);
  cairo_line_to (cr, high, y + size);
  cairo_stroke (cr);
}

void
mien_chart_draw_bars (cairo_t *cr,
                      const MienPlotStyle *style,
                      double width,
                      double height,
                      const MienClass *classes,
                      guint n_classes,
                      const float *values,
                      const float *low,
                      const float *high,
                      double threshold)
{
  double scale = style->scale, row = height / MAX (n_classes, 1);
  double right = width - MIN (46 * scale, width * 0.25);
  double bar = MIN (row * 0.62, 22 * scale), left;

  g_return_if_fail (cr != NULL && style != NULL && (classes != NULL || n_classes == 0));
  mien_chart_begin (cr, style, width, height);
  left = 9 * scale + mien_chart_measure_emotions (cr, style, 9.0, classes, n_classes, FALSE);
  left = ceil (CLAMP (left, MIN (80 * scale, width * 0.4), width * 0.5));
  for (guint c = 0; c < n_classes; c++)
    {
      double middle = (c + 0.5) * row, y = floor (middle - bar / 2);
      double value = values == NULL ? NAN : values[c];
      MienColour colour = mien_palette_get_emotion (classes[c].name, style->dark);

      draw_bar (cr, style, left, y, right - left, bar, colour);
      if (!isnan (value))
        {
          g_autofree char *text = g_strdup_printf ("%d %%", (int) lround (value * 100.0));

          cairo_rectangle (cr, left, y, (right - left) * CLAMP (value, 0.0, 1.0), bar);
          cairo_fill (cr);
          mien_chart_set_ink (cr, style, MIEN_INK_TEXT);
          mien_chart_text (cr, style, width - 4 * scale, middle, 1.0, 9.0, 0, text);
        }
      if (!isnan (value) && low != NULL && high != NULL)
        draw_bounds (cr, style, left + (right - left) * CLAMP (low[c], 0.0f, 1.0f),
                     left + (right - left) * CLAMP (high[c], 0.0f, 1.0f), middle, bar / 4);
      mien_chart_set_ink (cr, style, isnan (value) ? MIEN_INK_DIM : MIEN_INK_TEXT);
      mien_chart_text (cr, style, left - 6 * scale, middle, 1.0, 9.0, left - 8 * scale,
                       mien_plot_style_get_emotion (style, classes[c].name));
    }
  mien_chart_set_ink (cr, style, MIEN_INK_DIM);
  cairo_rectangle (cr, floor (left + (right - left) * CLAMP (threshold, 0.0, 1.0)), 0,
                   MAX (1.0, floor (scale)), height);
  cairo_fill (cr);
}

void
mien_chart_draw_compare (cairo_t *cr,
                         const MienPlotStyle *style,
                         double width,
                         double height,
                         MienDocument *document,
                         const MienStatistics *a,
                         const char *name_a,
                         const MienStatistics *b,
                         const char *name_b)
{
  guint n = mien_document_get_n_classes (document);
  const MienClass *classes = mien_document_get_classes (document);
  const MienStatistics *sides[2] = { a, b };
  const char *names[2] = { name_a, name_b };
  double scale = style->scale, top = 26 * scale, row = (height - top) / MAX (n, 1);
  double bar = MIN (row * 0.6, 20 * scale), middle = width / 2, half, length;

  g_return_if_fail (MIEN_IS_DOCUMENT (document) && a != NULL && b != NULL);
  mien_chart_begin (cr, style, width, height);
  half = 5 * scale + mien_chart_measure_emotions (cr, style, 9.0, classes, n, FALSE) / 2;
  half = CLAMP (half, MIN (44 * scale, width * 0.16), width * 0.22);
  length = MAX (middle - half - 42 * scale, 1.0);
  for (int side = 0; side < 2; side++)
    {
      double sign = side == 0 ? -1.0 : 1.0, from = middle + sign * half;

      mien_chart_set_ink (cr, style, MIEN_INK_TEXT);
      mien_chart_text (cr, style, from, top / 2, side == 0 ? 1.0 : 0.0, 10.0,
                       middle - half - 4 * scale, names[side]);
      for (guint c = 0; c < n; c++)
        {
          double y = top + (c + 0.5) * row, mean = sides[side]->mean[c];
          double spread = sides[side]->deviation[c];
          g_autofree char *text = isnan (mean)
                                      ? g_strdup ("\342\200\223")
                                      : g_strdup_printf ("%d %%", (int) lround (mean * 100.0));

          mien_palette_set_source (cr, mien_palette_get_emotion (classes[c].name, style->dark));
          if (!isnan (mean))
            {
              cairo_rectangle (cr, MIN (from, from + sign * length * mean), y - bar / 2,
                               length * mean, bar);
              cairo_fill (cr);
            }
          if (!isnan (mean) && !isnan (spread))
            draw_bounds (cr, style, from + sign * length * CLAMP (mean - spread, 0.0, 1.0),
                         from + sign * length * CLAMP (mean + spread, 0.0, 1.0), y, bar / 5);
          mien_chart_set_ink (cr, style, MIEN_INK_TEXT);
          mien_chart_text (cr, style, side == 0 ? 4 * scale : width - 4 * scale, y,
                           side == 0 ? 0.0 : 1.0, 9.0, 0, text);
        }
    }
  for (guint c = 0; c < n; c++)
    mien_chart_text (cr, style, middle, top + (c + 0.5) * row, 0.5, 9.0, 2 * half - 6 * scale,
                     mien_plot_style_get_emotion (style, classes[c].name));
}
