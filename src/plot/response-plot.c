/* What layers and channels answer to, as heat maps.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "plot/heat.h"
#include "plot/label.h"
#include "plot/network-plot.h"

#define MARGIN 12.0
#define HEAD 60.0
#define NAME 170.0
#define PROBE 90.0

static void
text (cairo_t *cr,
      const MienPlotStyle *style,
      double align_x,
      double size,
      gboolean bold,
      MienInk ink,
      double max_width,
      double x,
      double y,
      const char *string)
{
  MienLabelStyle label = { align_x, 0.5, size, bold, max_width };

  mien_palette_set_source (cr, mien_palette_get_ink (ink, style->dark));
  mien_label_draw (cr, style, &label, x, y, string);
}

/* Ground, title and the names of the emotions over their columns. */
static void
draw_frame (cairo_t *cr,
            const MienPlotStyle *style,
            double width,
            double height,
            const MienResponse *response,
            const char *title,
            double left,
            double column)
{
  double s = style->scale;

  mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_GROUND, style->dark));
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_fill (cr);
  text (cr, style, 0, 11, TRUE, MIEN_INK_TEXT, width - 2 * MARGIN * s, MARGIN * s, 20 * s, title);
  for (guint k = 0; k < response->n_classes; k++)
    {
      mien_palette_set_source (cr, mien_palette_get_emotion (response->labels[k], style->dark));
      cairo_rectangle (cr, left + k * column + 2 * s, (HEAD - 8) * s, column - 4 * s, 3 * s);
      cairo_fill (cr);
      text (cr, style, 0.5, 8.5, FALSE, MIEN_INK_TEXT, column - 4 * s, left + (k + 0.5) * column,
            (HEAD - 18) * s, response->labels[k]);
    }
}

static int
compare_falling (gconstpointer a, gconstpointer b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x < y) - (x > y);
}

/* Mean z of the tenth of the channels that answers most to class @k. */
static double
get_strength (const MienLayerResponse *layer, guint k)
{
  guint n = layer->n_channels, top = MAX (n / 10, 1);
  g_autofree float *z = g_memdup2 (layer->z + (gsize) k * n, n * sizeof (float));
  double sum = 0;

  qsort (z, n, sizeof *z, compare_falling);
  for (guint i = 0; i < top; i++)
    sum += z[i];
  return sum / top;
}

/* A cell with its number, in whichever of black and white is readable on it. */
static void
draw_cell (cairo_t *cr,
           const MienPlotStyle *style,
           double x,
           double y,
           double width,
           double height,
           MienColour ground,
           const char *number)
{
  MienLabelStyle label = { 0.5, 0.5, 8.5, FALSE, width };
  double s = style->scale;

  mien_palette_set_source (cr, ground);
  cairo_rectangle (cr, x + s, y + s, width - 2 * s, height - 2 * s);
  cairo_fill (cr);
  if (height < 13 * s)
    return;
  mien_palette_set_source (cr, mien_palette_get_on (ground));
  mien_label_draw (cr, style, &label, x + width / 2, y + height / 2, number);
}

/* Height of a row of the first table, and of the second with its number of channels. */
static double
get_layer_row (const MienPlotStyle *style, double height, const MienResponse *response)
{
  double room = height - (HEAD + MARGIN) * style->scale;

  return MIN (room / MAX (response->layers->len, 1), 34 * style->scale);
}

static double
get_channel_row (const MienPlotStyle *style,
                 double height,
                 const MienLayerResponse *layer,
                 guint *n)
{
  double room = height - (HEAD + MARGIN) * style->scale;

  *n = MIN (layer->n_channels, (guint) MAX (room / (16 * style->scale), 1));
  return MIN (room / MAX (*n, 1), 28 * style->scale);
}

void
mien_response_plot_draw (cairo_t *cr,
                         const MienPlotStyle *style,
                         double width,
                         double height,
                         const MienResponse *response)
{
  double s = style->scale, left = NAME * s, top = HEAD * s;
  double column = (width - left - (PROBE + MARGIN) * s) / MAX (response->n_classes, 1);
  double row = get_layer_row (style, height, response);
  double largest = 0.5;
  g_autofree char *title =
      g_strdup_printf ("Answer of each layer of %s to each expression (%u images, %s)",
                       response->model, response->n_rows, response->data);

  draw_frame (cr, style, width, height, response, title, left, column);
  text (cr, style, 0.5, 8.5, FALSE, MIEN_INK_TEXT, PROBE * s, width - (MARGIN + PROBE / 2) * s,
        (HEAD - 18) * s, "linear probe");
  for (guint l = 0; l < response->layers->len; l++)
    for (guint k = 0; k < response->n_classes; k++)
      largest = MAX (largest, get_strength (response->layers->pdata[l], k));
  for (guint l = 0; l < response->layers->len; l++)
    {
      const MienLayerResponse *layer = response->layers->pdata[l];
      g_autofree char *name = g_strdup_printf ("%s (%u)", layer->name, layer->n_channels);
      char number[16];

      text (cr, style, 0, 8.5, FALSE, MIEN_INK_TEXT, left - 2 * MARGIN * s, MARGIN * s,
            top + (l + 0.5) * row, name);
      for (guint k = 0; k < response->n_classes; k++)
        {
          double z = get_strength (layer, k);

          g_snprintf (number, sizeof number, "%.2f", z);
          draw_cell (cr, style, left + k * column, top + l * row, column, row,
                     mien_heat_sequential (z / largest, style->dark), number);
        }
      if (!isnan (layer->probe))
        {
          g_snprintf (number, sizeof number, "%.0f %%", 100 * layer->probe);
          draw_cell (cr, style, width - (MARGIN + PROBE) * s + 6 * s, top + l * row,
                     (PROBE - 6) * s, row, mien_heat_sequential (layer->probe, style->dark),
                     number);
        }
    }
}

typedef struct
{
  guint channel;
  float selectivity;
} Selective;

static int
compare_selective (gconstpointer a, gconstpointer b)
{
  const Selective *x = a, *y = b;

  if (x->selectivity != y->selectivity)
    return x->selectivity < y->selectivity ? 1 : -1;
  return (x->channel > y->channel) - (x->channel < y->channel);
}

static Selective *
sort_channels (const MienLayerResponse *layer)
{
  Selective *order = g_new (Selective, layer->n_channels);

  for (guint c = 0; c < layer->n_channels; c++)
    order[c] = (Selective){ c, layer->selectivity[c] };
  qsort (order, layer->n_channels, sizeof *order, compare_selective);
  return order;
}

void
mien_response_plot_draw_layer (cairo_t *cr,
                               const MienPlotStyle *style,
                               double width,
                               double height,
                               const MienResponse *response,
                               guint index)
{
  const MienLayerResponse *layer;
  double s = style->scale, left = NAME * s, top = HEAD * s, row, column;
  g_autofree Selective *order = NULL;
  g_autofree char *title = NULL;
  guint n;

  g_return_if_fail (index < response->layers->len);
  layer = response->layers->pdata[index];
  column = (width - left - MARGIN * s) / MAX (response->n_classes, 1);
  row = get_channel_row (style, height, layer, &n);
  title = g_strdup_printf ("%s: channels by selectivity (z of the class means)", layer->name);
  draw_frame (cr, style, width, height, response, title, left, column);
  order = sort_channels (layer);
  for (guint i = 0; i < n; i++)
    {
      guint c = order[i].channel;
      g_autofree char *name =
          g_strdup_printf ("channel %u, selectivity %.2f", c, order[i].selectivity);

      text (cr, style, 0, 8.5, FALSE, MIEN_INK_TEXT, left - 2 * MARGIN * s, MARGIN * s,
            top + (i + 0.5) * row, name);
      for (guint k = 0; k < response->n_classes; k++)
        {
          double z = layer->z[(gsize) k * layer->n_channels + c];
          char number[16];

          g_snprintf (number, sizeof number, "%+.2f", z);
          draw_cell (cr, style, left + k * column, top + i * row, column, row,
                     mien_heat_diverging (z / 2, style->dark), number);
        }
    }
}

int
mien_response_plot_pick (
    const MienPlotStyle *style, double width, double height, const MienResponse *response, double y)
{
  double row = (y - HEAD * style->scale) / get_layer_row (style, height, response);

  return row >= 0 && row < response->layers->len ? (int) row : -1;
}

int
mien_response_plot_pick_channel (const MienPlotStyle *style,
                                 double width,
                                 double height,
                                 const MienResponse *response,
                                 guint layer,
                                 double y)
{
  const MienLayerResponse *l;
  g_autofree Selective *order = NULL;
  guint n;
  double row;

  g_return_val_if_fail (layer < response->layers->len, -1);
  l = response->layers->pdata[layer];
  row = (y - HEAD * style->scale) / get_channel_row (style, height, l, &n);
  if (row < 0 || row >= n)
    return -1;
  order = sort_channels (l);
  return (int) order[(guint) row].channel;
}
