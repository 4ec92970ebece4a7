/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <math.h>

#include "plot/chart-private.h"
#include "plot/charts.h"

/* The @k-th share: classes in order, uncertain last. */
typedef struct
{
  double share;
  MienColour colour;
  const char *class_name, *name, *letter;
} Part;

static guint
list_parts (MienDocument *document,
            const MienPlotStyle *style,
            const MienStatistics *statistics,
            Part *parts)
{
  guint n = mien_document_get_n_classes (document);

  for (guint c = 0; c <= n; c++)
    {
      const char *name = c < n ? mien_document_get_classes (document)[c].name : NULL;

      parts[c].share = c < n ? statistics->share[c] : statistics->share_uncertain;
      parts[c].colour = mien_palette_get_emotion (name, style->dark);
      parts[c].class_name = name;
      parts[c].letter = mien_plot_style_get_letter (style, name);
      parts[c].name = mien_plot_style_get_emotion (style, name);
    }
  return n + 1;
}

static void
draw_nothing (cairo_t *cr, const MienPlotStyle *style, double width, double height)
{
  mien_chart_set_ink (cr, style, MIEN_INK_DIM);
  mien_chart_word (cr, style, width / 2, height / 2, 0.5, 10.0, width, N_ ("nothing measured"));
}

void
mien_chart_draw_patch (cairo_t *cr,
                       const MienPlotStyle *style,
                       double x,
                       double y,
                       double size,
                       const char *class_name)
{
  MienColour colour = mien_palette_get_emotion (class_name, style->dark);

  mien_palette_set_source (cr, colour);
  cairo_rectangle (cr, x, y, size, size);
  cairo_fill (cr);
  mien_palette_set_source (cr, mien_palette_get_on (colour));
  mien_chart_text (cr, style, x + size / 2, y + size / 2, 0.5, 7.0, 0,
                   mien_plot_style_get_letter (style, class_name));
}

static void
draw_legend (cairo_t *cr,
             const MienPlotStyle *style,
             const Part *parts,
             guint n,
             double x,
             double width,
             double height)
{
  double scale = style->scale, row = MIN (20 * scale, height / n), size = MIN (16 * scale, row - 2);
  double y = (height - row * n) / 2;

  for (guint k = 0; k < n; k++)
    {
      g_autofree char *value = g_strdup_printf ("%d %%", (int) lround (parts[k].share * 100.0));
      double middle = y + (k + 0.5) * row;

      mien_chart_draw_patch (cr, style, x, middle - size / 2, size, parts[k].class_name);
      mien_chart_set_ink (cr, style, MIEN_INK_TEXT);
      mien_chart_text (cr, style, x + 21 * scale, middle, 0.0, 9.0, width - 61 * scale,
                       parts[k].name);
      mien_chart_text (cr, style, x + width, middle, 1.0, 9.0, 0, value);
    }
}

void
mien_chart_draw_pie (cairo_t *cr,
                     const MienPlotStyle *style,
                     double width,
                     double height,
                     MienDocument *document,
                     const MienStatistics *statistics)
{
  Part parts[MIEN_SAMPLE_MAX_CLASSES + 1];
  double scale = style->scale, legend;
  double radius, x, y = height / 2, angle = -G_PI / 2;
  guint n;

  g_return_if_fail (cr != NULL && MIEN_IS_DOCUMENT (document) && statistics != NULL);
  mien_chart_begin (cr, style, width, height);
  n = list_parts (document, style, statistics, parts);
  if (statistics->seconds <= 0.0)
    {
      draw_nothing (cr, style, width, height);
      return;
    }
  legend = 72 * scale /* patch, gaps and "100 %" */
           + mien_chart_measure_emotions (cr, style, 9.0, mien_document_get_classes (document),
                                          n - 1, TRUE);
  legend = MIN (legend, width * 0.62);
  radius = MAX (MIN (width - legend - 24 * scale, height - 8 * scale) / 2, 4.0);
  x = 4 * scale + radius;
  for (guint k = 0; k < n; k++)
    {
      double end = angle + parts[k].share * 2 * G_PI, middle = (angle + end) / 2;

      if (parts[k].share <= 0.0)
        continue;
      mien_palette_set_source (cr, parts[k].colour);
      cairo_new_path (cr);
      cairo_arc (cr, x, y, radius, angle, end);
      cairo_arc_negative (cr, x, y, radius * 0.55, end, angle);
      cairo_close_path (cr);
      cairo_fill (cr);
      if (parts[k].share * radius * 0.77 * 2 * G_PI >= 18 * scale && radius >= 40 * scale)
        {
          mien_palette_set_source (cr, mien_palette_get_on (parts[k].colour));
          mien_chart_text (cr, style, x + cos (middle) * radius * 0.775,
                           y + sin (middle) * radius * 0.775, 0.5, 8.5, 0, parts[k].letter);
        }
      angle = end;
    }
  draw_legend (cr, style, parts, n, width - legend, legend - 6 * scale, height);
}

void
mien_chart_draw_share (cairo_t *cr,
                       const MienPlotStyle *style,
                       double width,
                       double height,
                       MienDocument *document,
                       const MienStatistics *statistics)
{
  Part parts[MIEN_SAMPLE_MAX_CLASSES + 1];
  double x = 0.0;
  guint n;

  g_return_if_fail (cr != NULL && MIEN_IS_DOCUMENT (document) && statistics != NULL);
  mien_chart_begin (cr, style, width, height);
  n = list_parts (document, style, statistics, parts);
  if (statistics->seconds <= 0.0)
    {
      draw_nothing (cr, style, width, height);
      return;
    }
  for (guint k = 0; k < n; k++)
    {
      double part = parts[k].share * width;
      g_autofree char *text =
          g_strdup_printf ("%s %d %%", parts[k].letter, (int) lround (parts[k].share * 100.0));

      mien_palette_set_source (cr, parts[k].colour);
      cairo_rectangle (cr, x, 0, part, height);
      cairo_fill (cr);
      mien_palette_set_source (cr, mien_palette_get_on (parts[k].colour));
      if (part >= 52 * style->scale)
        mien_chart_text (cr, style, x + part / 2, height / 2, 0.5, 8.5, 0, text);
      else if (part >= 20 * style->scale)
        mien_chart_text (cr, style, x + part / 2, height / 2, 0.5, 8.5, 0, parts[k].letter);
      x += part;
    }
}
