/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <math.h>

#include "plot/chart-private.h"
#include "plot/charts.h"

static void
draw_ticks (
    cairo_t *cr, const MienPlotStyle *style, guint channel, double left, double right, double y)
{
  gboolean axis = channel >= MIEN_SAMPLE_MAX_CLASSES;

  for (int k = 0; k <= 4; k++)
    {
      g_autofree char *text = axis ? g_strdup_printf ("%s%d.%d", k < 2 ? "\342\210\222" : "",
                                                      ABS (k - 2) / 2, ABS (k - 2) % 2 * 5)
                                   : g_strdup_printf ("%d %%", 25 * k);

      mien_chart_text (cr, style, left + (right - left) * k / 4.0, y,
                       k == 0   ? 0.0
                       : k == 4 ? 1.0
                                : 0.5,
                       8.0, 0, text);
    }
}

void
mien_chart_draw_histogram (cairo_t *cr,
                           const MienPlotStyle *style,
                           double width,
                           double height,
                           MienDocument *document,
                           guint channel,
                           const guint *bins,
                           guint n_bins)
{
  double scale = style->scale, left = 8 * scale, right = width - 8 * scale;
  double top = 22 * scale, bottom = height - 20 * scale, step;
  const char *class_name = NULL;
  const char *axis = channel == MIEN_CHANNEL_VALENCE   ? N_ ("Valence")
                     : channel == MIEN_CHANNEL_AROUSAL ? N_ ("Arousal")
                                                       : NULL;
  guint most = 0;

  g_return_if_fail (cr != NULL && MIEN_IS_DOCUMENT (document) && channel < MIEN_N_CHANNELS);
  g_return_if_fail (bins != NULL && n_bins > 0);
  mien_chart_begin (cr, style, width, height);
  if (channel < mien_document_get_n_classes (document))
    class_name = mien_document_get_classes (document)[channel].name;
  for (guint b = 0; b < n_bins; b++)
    most = MAX (most, bins[b]);
  step = (right - left) / n_bins;
  mien_chart_set_ink (cr, style, MIEN_INK_LANE);
  cairo_rectangle (cr, left, top, right - left, bottom - top);
  cairo_fill (cr);
  mien_palette_set_source (cr, class_name != NULL
                                   ? mien_palette_get_emotion (class_name, style->dark)
                                   : mien_palette_get_person (0, style->dark));
  for (guint b = 0; b < n_bins && most > 0; b++)
    {
      double size = (bottom - top) * bins[b] / most;

      cairo_rectangle (cr, left + b * step, bottom - size, MAX (step - 1.0, 0.5), size);
    }
  cairo_fill (cr);
  mien_chart_set_ink (cr, style, MIEN_INK_TEXT);
  mien_chart_text (cr, style, left, top / 2, 0.0, 9.5, 0,
                   class_name != NULL ? mien_plot_style_get_emotion (style, class_name)
                   : axis != NULL     ? mien_plot_style_get_word (style, axis)
                                      : "");
  mien_chart_set_ink (cr, style, MIEN_INK_DIM);
  {
    g_autofree char *text = g_strdup_printf (
        "%s: %u", mien_plot_style_get_word (style, N_ ("frames in the highest bar")), most);

    mien_chart_text (cr, style, right, top / 2, 1.0, 8.0, 0, text);
  }
  draw_ticks (cr, style, channel, left, right, bottom + 10 * scale);
}

typedef struct
{
  guint n; /* classes and uncertain */
  double left, top, cell_width, cell_height;
} Grid;

static void
draw_cell (cairo_t *cr,
           const MienPlotStyle *style,
           const Grid *grid,
           guint row,
           guint column,
           guint count,
           guint most)
{
  MienColour colour = mien_palette_get_person (0, style->dark);
  MienColour under = mien_palette_get_ink (MIEN_INK_LANE, style->dark);
  double part = most == 0 ? 0.0 : sqrt ((double) count / most);
  double x = grid->left + column * grid->cell_width, y = grid->top + row * grid->cell_height;

  colour.red = under.red + part * (colour.red - under.red);
  colour.green = under.green + part * (colour.green - under.green);
  colour.blue = under.blue + part * (colour.blue - under.blue);
  mien_palette_set_source (cr, colour);
  cairo_rectangle (cr, x, y, grid->cell_width - 1, grid->cell_height - 1);
  cairo_fill (cr);
  if (count > 0)
    {
      g_autofree char *text = g_strdup_printf ("%u", count);

      mien_palette_set_source (cr, mien_palette_get_on (colour));
      mien_chart_text (cr, style, x + grid->cell_width / 2, y + grid->cell_height / 2, 0.5, 9.0,
                       grid->cell_width, text);
    }
}

void
mien_chart_draw_transitions (cairo_t *cr,
                             const MienPlotStyle *style,
                             double width,
                             double height,
                             MienDocument *document,
                             const MienStatistics *statistics)
{
  double scale = style->scale;
  guint n_classes, most = 0;
  Grid grid;

  g_return_if_fail (cr != NULL && MIEN_IS_DOCUMENT (document) && statistics != NULL);
  n_classes = mien_document_get_n_classes (document);
  mien_chart_begin (cr, style, width, height);
  grid.n = n_classes + 1;
  grid.left = 9 * scale
              + mien_chart_measure_emotions (cr, style, 9.0, mien_document_get_classes (document),
                                             n_classes, TRUE);
  grid.left = ceil (CLAMP (grid.left, MIN (80 * scale, width * 0.3), width * 0.4));
  grid.top = 26 * scale;
  grid.cell_width = (width - grid.left - 4 * scale) / grid.n;
  grid.cell_height = (height - grid.top - 4 * scale) / grid.n;
  for (guint i = 0; i < grid.n * grid.n; i++)
    {
      guint row = i / grid.n, column = i % grid.n;

      most = MAX (most,
                  statistics->transitions[row == n_classes ? MIEN_SAMPLE_MAX_CLASSES : row]
                                         [column == n_classes ? MIEN_SAMPLE_MAX_CLASSES : column]);
    }
  for (guint row = 0; row < grid.n; row++)
    {
      const char *name = row < n_classes ? mien_document_get_classes (document)[row].name : NULL;

      for (guint column = 0; column < grid.n; column++)
        draw_cell (cr, style, &grid, row, column,
                   statistics->transitions[row == n_classes ? MIEN_SAMPLE_MAX_CLASSES : row]
                                          [column == n_classes ? MIEN_SAMPLE_MAX_CLASSES : column],
                   most);
      mien_chart_set_ink (cr, style, MIEN_INK_TEXT);
      mien_chart_text (cr, style, grid.left - 6 * scale, grid.top + (row + 0.5) * grid.cell_height,
                       1.0, 9.0, grid.left - 8 * scale, mien_plot_style_get_emotion (style, name));
      mien_chart_text (cr, style, grid.left + (row + 0.5) * grid.cell_width, grid.top - 9 * scale,
                       0.5, 9.0, grid.cell_width, mien_plot_style_get_letter (style, name));
    }
  mien_chart_set_ink (cr, style, MIEN_INK_DIM);
  /* Translators: over a table; the rows are what was before, the columns what came then. */
  mien_chart_word (cr, style, 4 * scale, grid.top - 9 * scale, 0.0, 8.0, grid.left - 8 * scale,
                   N_ ("from ↓ to →"));
}
