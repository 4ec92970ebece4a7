/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/dependence-plot.h"

#include <glib/gi18n.h>
#include <math.h>

#include "plot/label.h"
#include "plot/network-words.h"

#define COLUMN 420.0 /* least width of a panel */
#define PANEL 300.0  /* height of one where the page is as tall as it has to be */
#define HEAD 44.0
#define LEFT 56.0
#define LEGEND_COLUMN 116.0 /* the longest name of an emotion in any language */
#define RIGHT 18.0
#define TOP 26.0
#define BOTTOM 64.0
#define COUNTS 20.0 /* height of the bars of seconds */

/* The bins from the first to the last with anything in them, side by side. */
typedef struct
{
  const MienDependence *factor;
  guint begin, end;
  double x, y, width, height;
} Panel;

static double
to_x (const Panel *p, double edge)
{
  return p->x + (edge - p->begin) / MAX (p->end - p->begin, 1) * p->width;
}

static double
to_y (const Panel *p, double share)
{
  return p->y + (1 - CLAMP (share, 0, 1)) * p->height;
}

static void
draw_grid (cairo_t *cr, const MienPlotStyle *style, const Panel *p)
{
  double s = style->scale, last = -G_MAXDOUBLE;

  cairo_set_line_width (cr, s);
  for (int i = 0; i <= 4; i++)
    {
      double y = floor (to_y (p, i / 4.0)) + 0.5;
      char text[16];

      mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_GRID, style->dark));
      cairo_move_to (cr, p->x, y);
      cairo_line_to (cr, p->x + p->width, y);
      cairo_stroke (cr);
      mien_plot_style_format_percent (style, text, sizeof text, i / 4.0);
      mien_label_draw_middle (cr, style, MIEN_INK_DIM, 1, 8, FALSE, 0, p->x - 6 * s, y, text);
    }
  for (guint b = p->begin; b <= p->end; b++)
    {
      double edge = b < p->end ? p->factor->bins[b].low : p->factor->bins[b - 1].high;
      double x = to_x (p, b);
      char text[32];

      if (x - last < 30 * s)
        continue;
      last = x;
      mien_plot_style_format (style, text, sizeof text, "%.3g", edge);
      mien_label_draw_middle (cr, style, MIEN_INK_DIM, 0.5, 8, FALSE, 0, x,
                              p->y + p->height + (COUNTS + 12) * s, text);
    }
}

/* Slanted lines over a bin that says little. */
static void
hatch (cairo_t *cr, const MienPlotStyle *style, const Panel *p, guint b)
{
  double x0 = to_x (p, b), x1 = to_x (p, b + 1.0), step = 7 * style->scale;
  MienColour ink = mien_palette_get_ink (MIEN_INK_DIM, style->dark);

  ink.alpha = 0.5;
  cairo_save (cr);
  cairo_rectangle (cr, x0, p->y, x1 - x0, p->height);
  cairo_clip (cr);
  mien_palette_set_source (cr, ink);
  cairo_set_line_width (cr, style->scale);
  for (double x = x0 - p->height; x < x1; x += step)
    {
      cairo_move_to (cr, x, p->y + p->height);
      cairo_line_to (cr, x + p->height, p->y);
    }
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
draw_counts (cairo_t *cr, const MienPlotStyle *style, const Panel *p)
{
  double s = style->scale, bottom = p->y + p->height + (COUNTS + 2) * s;
  guint most = MAX (p->factor->bins[p->factor->reference].n_seconds, 1);

  mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_DIM, style->dark));
  for (guint b = p->begin; b < p->end; b++)
    {
      double height = COUNTS * s * p->factor->bins[b].n_seconds / most;

      cairo_rectangle (cr, to_x (p, b) + s, bottom - height,
                       to_x (p, b + 1.0) - to_x (p, b) - 2 * s, height);
    }
  cairo_fill (cr);
}

/* One class over neighbouring bins that have something. */
static void
draw_stretch (
    cairo_t *cr, const MienPlotStyle *style, const Panel *p, guint k, guint begin, guint end)
{
  const MienDependenceBin *bins = p->factor->bins;
  /* Side by side, so that the upright lines of the classes do not hide each other. */
  double aside = (k - (p->factor->n_classes - 1) / 2.0) * 3 * style->scale;

  cairo_set_line_width (cr, 1.8 * style->scale);
  for (guint b = begin; b < end; b++)
    cairo_line_to (cr, to_x (p, b + 0.5) + aside, to_y (p, bins[b].probability[k]));
  cairo_stroke (cr);
  for (guint b = begin; b < end; b++)
    {
      double x = to_x (p, b + 0.5) + aside;

      cairo_arc (cr, x, to_y (p, bins[b].probability[k]), 2.2 * style->scale, 0, 2 * G_PI);
      cairo_fill (cr);
      if (isnan (bins[b].band_low[k]))
        continue;
      cairo_set_line_width (cr, style->scale);
      cairo_move_to (cr, x, to_y (p, bins[b].band_low[k]));
      cairo_line_to (cr, x, to_y (p, bins[b].band_high[k]));
      cairo_stroke (cr);
    }
}

static void
draw_classes (cairo_t *cr, const MienPlotStyle *style, const Panel *p, const MienClass *classes)
{
  for (guint k = 0; k < p->factor->n_classes; k++)
    {
      mien_palette_set_source (cr, mien_palette_get_emotion (classes[k].name, style->dark));
      for (guint begin = p->begin, end; begin < p->end; begin = end + 1)
        {
          for (end = begin; end < p->end && p->factor->bins[end].n_seconds > 0; end++)
            ;
          draw_stretch (cr, style, p, k, begin, end);
        }
    }
}

const char *
mien_dependence_plot_get_title (MienFactor factor)
{
  static const char *const titles[] = { N_ ("Turned to the side"), N_ ("Turned up or down"),
                                        N_ ("Tilted"), N_ ("Brightness"), N_ ("Size") };

  G_STATIC_ASSERT (G_N_ELEMENTS (titles) == MIEN_N_FACTORS);
  g_return_val_if_fail (factor < MIEN_N_FACTORS, "");
  return titles[factor];
}

static void
draw_factor (cairo_t *cr,
             const MienPlotStyle *style,
             const MienDependence *factor,
             const MienClass *classes,
             double x,
             double y,
             double width,
             double height)
{
  double s = style->scale;
  Panel p = { factor,
              factor->n_bins,
              0,
              x + LEFT * s,
              y + TOP * s,
              width - (LEFT + RIGHT) * s,
              height - (TOP + BOTTOM) * s };
  g_autofree char *title = g_strdup_printf (
      "%s (%s)", mien_plot_style_get_word (style, mien_dependence_plot_get_title (factor->factor)),
      mien_plot_style_get_word (style, mien_factor_get_unit (factor->factor)));

  mien_label_draw_middle (cr, style, MIEN_INK_TEXT, 0, 10, TRUE, width, p.x, y + 10 * s, title);
  for (guint b = 0; b < factor->n_bins; b++)
    if (factor->bins[b].n_seconds > 0)
      {
        p.begin = MIN (p.begin, b);
        p.end = b + 1;
      }
  if (p.end == 0)
    {
      mien_label_draw_middle (cr, style, MIEN_INK_DIM, 0.5, 10, FALSE, p.width, p.x + p.width / 2,
                              p.y + p.height / 2,
                              mien_plot_style_get_word (style, N_ ("was not measured")));
      return;
    }
  draw_grid (cr, style, &p);
  for (guint b = p.begin; b < p.end; b++)
    if (factor->bins[b].trust == MIEN_TRUST_FEW || factor->bins[b].trust == MIEN_TRUST_UNSURE)
      hatch (cr, style, &p, b);
  draw_counts (cr, style, &p);
  draw_classes (cr, style, &p, classes);
}

/* What the colours mean, @columns side by side; the height that it takes. */
static double
draw_legend (cairo_t *cr,
             const MienPlotStyle *style,
             double x,
             double y,
             double width,
             const MienClass *classes,
             guint n_classes,
             guint columns)
{
  double s = style->scale, column = width / columns;

  for (guint k = 0; k < n_classes; k++)
    {
      double left = x + (k % columns) * column, top = y + (k / columns) * 20 * s;

      mien_palette_set_source (cr, mien_palette_get_emotion (classes[k].name, style->dark));
      cairo_rectangle (cr, left, top - s, 18 * s, 3 * s);
      cairo_fill (cr);
      mien_label_draw_middle (cr, style, MIEN_INK_TEXT, 0, 9, FALSE, column - 30 * s, left + 26 * s,
                              top, mien_plot_style_get_emotion (style, classes[k].name));
    }
  return (n_classes + columns - 1) / columns * 20 * s;
}

static void
draw_words (cairo_t *cr,
            const MienPlotStyle *style,
            double x,
            double y,
            double width,
            const MienClass *classes,
            guint n_classes)
{
  static const char *const lines[] = {
    "Mean probability of the frames in each range; each second of a",
    "face counts once. Upright lines: 95 %. Bars: seconds of film.",
    "Hatched: do not trust. Less than 5 seconds, or the network is",
    "clearly less sure there than where most of the film is.",
    "What goes together need not cause each other: people also look",
    "down because they are sad.",
  };
  double s = style->scale;

  y += draw_legend (cr, style, x, y, width, classes, n_classes, 2) + 16 * s;
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    mien_label_draw_middle (cr, style, MIEN_INK_DIM, 0, 9, FALSE, width, x, y + 17 * s * (double) i,
                            lines[i]);
}

/* On the screen a page of words stands beside it, in the reader's language: the colours are
 * explained above. In a file the words take the place of one more panel. */
static gboolean
is_screen (const MienPlotStyle *style)
{
  return style->word != NULL;
}

static guint
count_columns (const MienPlotStyle *style, double width)
{
  return width < 2 * COLUMN * style->scale ? 1 : 2;
}

static guint
count_rows (const MienPlotStyle *style, guint columns)
{
  guint n = MIEN_N_FACTORS + (is_screen (style) ? 0 : 1);

  return (n + columns - 1) / columns;
}

/* Side by side in the legend of a screen: names are whole in every language. */
static guint
count_legend_columns (const MienPlotStyle *style, double width)
{
  return (guint) CLAMP ((width / style->scale - 2 * RIGHT) / LEGEND_COLUMN, 1, 4);
}

static double
get_head (const MienPlotStyle *style, double width)
{
  guint columns = count_legend_columns (style, width);
  guint rows = (MIEN_SAMPLE_MAX_CLASSES + columns - 1) / columns;

  return (HEAD + (is_screen (style) ? 20 * rows + 8 : 0)) * style->scale;
}

double
mien_dependence_plot_measure (const MienPlotStyle *style, double width)
{
  guint columns = count_columns (style, width);

  return get_head (style, width) + count_rows (style, columns) * PANEL * style->scale;
}

void
mien_dependence_plot_draw (cairo_t *cr,
                           const MienPlotStyle *style,
                           double width,
                           double height,
                           MienDependence *const *factors,
                           const MienClass *classes,
                           const char *title)
{
  guint n_columns = count_columns (style, width), n_classes = factors[0]->n_classes, i;
  double s = style->scale, column = width / n_columns, head = get_head (style, width);
  double row = (height - head) / count_rows (style, n_columns);
  const MienLabelStyle heading = { 0, 0.5, 12, TRUE, width - 2 * RIGHT * s };

  if (!style->bare)
    {
      mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_GROUND, style->dark));
      cairo_rectangle (cr, 0, 0, width, height);
      cairo_fill (cr);
    }
  mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_TEXT, style->dark));
  mien_label_draw_fitted (cr, style, &heading, 9, RIGHT * s, 22 * s, title);
  if (is_screen (style))
    draw_legend (cr, style, RIGHT * s, HEAD * s + 6 * s, width - 2 * RIGHT * s, classes, n_classes,
                 count_legend_columns (style, width));
  for (i = 0; i < MIEN_N_FACTORS; i++)
    draw_factor (cr, style, factors[i], classes, i % n_columns * column, head + i / n_columns * row,
                 column, row);
  if (!is_screen (style))
    draw_words (cr, style, i % n_columns * column + LEFT * s, head + (i / n_columns) * row + 34 * s,
                column - (LEFT + RIGHT) * s, classes, n_classes);
}
