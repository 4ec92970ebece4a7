/* What layers and channels answer to, as heat maps.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plot/heat.h"
#include "plot/label.h"
#include "plot/network-plot.h"

#define MARGIN 12.0
#define HEAD 60.0
#define NAME 170.0
#define LEAST_NAME 88.0
#define WORDY 130.0 /* room in which a channel is called one */
#define NUMBER 34.0 /* of selectivity */
#define DIGIT 7.6   /* of a number in a cell, with room */
#define PROBE 90.0
#define LEAST_PROBE 62.0
#define LEAST_COLUMN 34.0 /* of an emotion */
#define ROW 20.0          /* where there is room for all */
#define NAME_LINE 15.0    /* of a layer over its numbers */

/* Names whole, or the letters of all of them. */
static gboolean
have_room (cairo_t *cr, const MienPlotStyle *style, const MienResponse *response, double room)
{
  const MienLabelStyle label = { 0.5, 0.5, 8.5, FALSE, 0 };

  for (guint k = 0; k < response->n_classes; k++)
    if (mien_label_measure (cr, style, &label,
                            mien_plot_style_get_emotion (style, response->labels[k]))
        > room)
      return FALSE;
  return TRUE;
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
  const MienLabelStyle heading = { 0, 0.5, 11, TRUE, width - 2 * MARGIN * s };
  gboolean is_named = have_room (cr, style, response, column - 4 * s);

  if (!style->bare)
    {
      mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_GROUND, style->dark));
      cairo_rectangle (cr, 0, 0, width, height);
      cairo_fill (cr);
    }
  mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_TEXT, style->dark));
  mien_label_draw_fitted (cr, style, &heading, 9, MARGIN * s, 20 * s, title);
  for (guint k = 0; k < response->n_classes; k++)
    {
      mien_palette_set_source (cr, mien_palette_get_emotion (response->labels[k], style->dark));
      cairo_rectangle (cr, left + k * column + 2 * s, (HEAD - 8) * s, column - 4 * s, 3 * s);
      cairo_fill (cr);
      mien_label_draw_middle (cr, style, MIEN_INK_TEXT, 0.5, 8.5, FALSE, column - 4 * s,
                              left + (k + 0.5) * column, (HEAD - 18) * s,
                              is_named ? mien_plot_style_get_emotion (style, response->labels[k])
                                       : mien_plot_style_get_letter (style, response->labels[k]));
    }
}

/* A heading of a column, smaller rather than cut. */
static void
draw_heading (cairo_t *cr,
              const MienPlotStyle *style,
              double align_x,
              MienInk ink,
              double room,
              double x,
              const char *string)
{
  const MienLabelStyle label = { align_x, 0.5, 8.5, FALSE, 0 };
  double width = mien_label_measure (cr, style, &label, string);

  mien_label_draw_middle (cr, style, ink, align_x, 8.5 * CLAMP (room / width, 0.7, 1), FALSE, room,
                          x, (HEAD - 18) * style->scale, string);
}

/* Width of the probe of the layers, on the right. */
static double
get_probe (const MienPlotStyle *style, double width, guint n_classes)
{
  double s = style->scale, room = width - (MARGIN + n_classes * LEAST_COLUMN) * s;

  return CLAMP (room * 0.3, LEAST_PROBE * s, PROBE * s);
}

/* Width of the names on the left: where there is little room, they give way to the numbers. */
static double
get_name (const MienPlotStyle *style, double width, guint n_classes)
{
  double s = style->scale, room = width - (MARGIN + n_classes * LEAST_COLUMN) * s;

  return CLAMP (room, LEAST_NAME * s, NAME * s);
}

/* Names of layers are alike but for their ends: where there is no room for them beside the numbers
 * they stand above. */
static gboolean
is_stacked (const MienPlotStyle *style, double width, guint n_classes)
{
  return get_name (style, width - get_probe (style, width, n_classes), n_classes)
         < WORDY * style->scale;
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
  double s = style->scale, needed = (double) strlen (number) * DIGIT * s;
  /* Smaller rather than cut. */
  MienLabelStyle label = { 0.5, 0.5, 8.5 * CLAMP (width / needed, 0.5, 1), FALSE, width };

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
get_layer_row (const MienPlotStyle *style,
               double width,
               double height,
               const MienResponse *response)
{
  double s = style->scale, room = height - (HEAD + MARGIN) * s;
  double most = is_stacked (style, width, response->n_classes) ? 34 + NAME_LINE : 34;

  return MIN (room / MAX (response->layers->len, 1), most * s);
}

static double
get_channel_row (const MienPlotStyle *style, double height, guint *n)
{
  double room = height - (HEAD + MARGIN) * style->scale;

  *n = MIN (*n, (guint) MAX (room / (16 * style->scale), 1));
  return MIN (room / MAX (*n, 1), 28 * style->scale);
}

void
mien_response_plot_draw (cairo_t *cr,
                         const MienPlotStyle *style,
                         double width,
                         double height,
                         const MienResponse *response)
{
  double s = style->scale, left = MARGIN * s, top = HEAD * s, column, largest = 0.5;
  double probe = get_probe (style, width, response->n_classes);
  double row = get_layer_row (style, width, height, response), line = 0;
  g_autofree char *title =
      g_strdup_printf ("Answer of each layer of %s to each expression (%u images, %s)",
                       response->model, response->n_rows, response->data);

  if (is_stacked (style, width, response->n_classes))
    line = MIN (NAME_LINE * s, row / 2);
  else
    left = get_name (style, width - probe, response->n_classes);
  column = (width - left - probe - MARGIN * s) / MAX (response->n_classes, 1);
  /* On the screen the page says over what. */
  draw_frame (cr, style, width, height, response,
              style->word == NULL ? title : style->word (N_ ("Answer of each layer")), left,
              column);
  draw_heading (cr, style, 0.5, MIEN_INK_TEXT, probe, width - MARGIN * s - probe / 2,
                mien_plot_style_get_word (style, N_ ("linear probe")));
  for (guint l = 0; l < response->layers->len; l++)
    for (guint k = 0; k < response->n_classes; k++)
      largest = MAX (largest, get_strength (response->layers->pdata[l], k));
  for (guint l = 0; l < response->layers->len; l++)
    {
      const MienLayerResponse *layer = response->layers->pdata[l];
      g_autofree char *name = g_strdup_printf ("%s (%u)", layer->name, layer->n_channels);
      double y = top + l * row + line;
      char number[16];

      if (line > 0)
        mien_label_draw_middle (cr, style, MIEN_INK_TEXT, 0, 8.5, FALSE, width - 2 * MARGIN * s,
                                MARGIN * s, y - line / 2, name);
      else
        mien_label_draw_middle (cr, style, MIEN_INK_TEXT, 0, 8.5, FALSE, left - 1.5 * MARGIN * s,
                                MARGIN * s, y + row / 2, name);
      for (guint k = 0; k < response->n_classes; k++)
        {
          double z = get_strength (layer, k);

          mien_plot_style_format (style, number, sizeof number, "%.2f", z);
          draw_cell (cr, style, left + k * column, y, column, row - line,
                     mien_heat_sequential (z / largest, style->dark), number);
        }
      if (!isnan (layer->probe))
        {
          mien_plot_style_format_percent (style, number, sizeof number, layer->probe);
          draw_cell (cr, style, width - MARGIN * s - probe + 6 * s, y, probe - 6 * s, row - line,
                     mien_heat_sequential (layer->probe, style->dark), number);
        }
    }
}

typedef struct
{
  guint channel;
  float key; /* the largest first */
} Ranked;

static int
compare_ranked (gconstpointer a, gconstpointer b)
{
  const Ranked *x = a, *y = b;

  if (x->key != y->key)
    return x->key < y->key ? 1 : -1;
  return (x->channel > y->channel) - (x->channel < y->channel);
}

static Ranked *
sort_channels (const MienResponse *response, guint index, MienResponseView view)
{
  const MienLayerResponse *layer = response->layers->pdata[index];
  guint n = response->n_classes;
  Ranked *order = g_new (Ranked, layer->n_channels);

  for (guint c = 0; c < layer->n_channels; c++)
    {
      order[c] = (Ranked){ c, layer->selectivity[c] };
      if (view != MIEN_RESPONSE_LOSSES || layer->recall_drop == NULL)
        continue;
      order[c].key = layer->recall_drop[(gsize) c * n];
      for (guint k = 1; k < n; k++)
        order[c].key = MAX (order[c].key, layer->recall_drop[(gsize) c * n + k]);
    }
  qsort (order, layer->n_channels, sizeof *order, compare_ranked);
  return order;
}

/* What a cell says, and its colour. */
static MienColour
read_cell (const MienPlotStyle *style,
           const MienResponse *response,
           const MienLayerResponse *layer,
           MienResponseView view,
           guint row,
           guint k,
           char number[16])
{
  double value;

  switch (view)
    {
    case MIEN_RESPONSE_LOSSES:
      value = layer->recall_drop[(gsize) row * response->n_classes + k];
      mien_plot_style_format (style, number, 16, "%.1f", 100 * value);
      return mien_heat_diverging (value / 0.2, style->dark);
    case MIEN_RESPONSE_OVERLAP:
      value = layer->overlap[(gsize) row * response->n_classes + k];
      mien_plot_style_format (style, number, 16, "%.2f", value);
      return mien_heat_sequential (value, style->dark);
    case MIEN_RESPONSE_ANSWERS:
    default:
      value = layer->z[(gsize) k * layer->n_channels + row];
      mien_plot_style_format (style, number, 16, "%+.2f", value);
      return mien_heat_diverging (value / 2, style->dark);
    }
}

/* The name of a row and, of a channel, its selectivity under a heading: numbers are never cut. */
static void
draw_row_name (cairo_t *cr,
               const MienPlotStyle *style,
               const MienResponse *response,
               const MienLayerResponse *layer,
               MienResponseView view,
               guint row,
               double left,
               double y)
{
  double s = style->scale, room = left - 2 * MARGIN * s;
  g_autofree char *name = NULL;
  char number[16];

  if (view == MIEN_RESPONSE_OVERLAP)
    {
      mien_label_draw_middle (cr, style, MIEN_INK_TEXT, 0, 8.5, FALSE, room, MARGIN * s, y,
                              have_room (cr, style, response, room)
                                  ? mien_plot_style_get_emotion (style, response->labels[row])
                                  : mien_plot_style_get_letter (style, response->labels[row]));
      return;
    }
  if (left < WORDY * s)
    name = g_strdup_printf ("%u", row);
  else
    name = g_strdup_printf ("%s %u", mien_plot_style_get_word (style, N_ ("channel")), row);
  mien_label_draw_middle (cr, style, MIEN_INK_TEXT, 0, 8.5, FALSE, room - NUMBER * s, MARGIN * s, y,
                          name);
  mien_label_draw_middle (
      cr, style, MIEN_INK_DIM, 1, 8.5, FALSE, 0, left - MARGIN * s, y,
      mien_plot_style_format (style, number, sizeof number, "%.2f", layer->selectivity[row]));
}

static const char *
get_title (MienResponseView view)
{
  switch (view)
    {
    case MIEN_RESPONSE_LOSSES:
      return N_ ("points of recall lost without a channel");
    case MIEN_RESPONSE_OVERLAP:
      return N_ ("shared part of the strongest tenth of the channels (Jaccard index)");
    case MIEN_RESPONSE_ANSWERS:
    default:
      return N_ ("channels by selectivity (z of the class means)");
    }
}

void
mien_response_plot_draw_layer (cairo_t *cr,
                               const MienPlotStyle *style,
                               double width,
                               double height,
                               const MienResponse *response,
                               guint index,
                               MienResponseView view)
{
  const MienLayerResponse *layer;
  double s = style->scale, left, top = HEAD * s, row, column;
  g_autofree Ranked *order = NULL;
  g_autofree char *title = NULL;
  guint n;

  g_return_if_fail (index < response->layers->len);
  layer = response->layers->pdata[index];
  left = get_name (style, width, response->n_classes);
  column = (width - left - MARGIN * s) / MAX (response->n_classes, 1);
  n = mien_response_plot_count_rows (response, (int) index, view);
  row = get_channel_row (style, height, &n);
  title =
      g_strdup_printf ("%s: %s", layer->name, mien_plot_style_get_word (style, get_title (view)));
  draw_frame (cr, style, width, height, response, title, left, column);
  if (view == MIEN_RESPONSE_LOSSES && layer->recall_drop == NULL)
    {
      mien_label_draw_middle (cr, style, MIEN_INK_DIM, 0, 8.5, FALSE, width - 2 * MARGIN * s,
                              MARGIN * s, top + 12 * s,
                              mien_plot_style_get_word (style, N_ ("was not measured")));
      return;
    }
  if (view != MIEN_RESPONSE_OVERLAP)
    draw_heading (cr, style, 1, MIEN_INK_DIM, left - 2 * MARGIN * s, left - MARGIN * s,
                  mien_plot_style_get_word (style, N_ ("selectivity")));
  order = sort_channels (response, index, view);
  for (guint i = 0; i < n; i++)
    {
      guint c = view == MIEN_RESPONSE_OVERLAP ? i : order[i].channel;

      draw_row_name (cr, style, response, layer, view, c, left, top + (i + 0.5) * row);
      for (guint k = 0; k < response->n_classes; k++)
        {
          char number[16];
          MienColour ground = read_cell (style, response, layer, view, c, k, number);

          draw_cell (cr, style, left + k * column, top + i * row, column, row, ground, number);
        }
    }
}

guint
mien_response_plot_count_rows (const MienResponse *response, int layer, MienResponseView view)
{
  if (layer < 0)
    return response->layers->len;
  if (view == MIEN_RESPONSE_OVERLAP)
    return response->n_classes;
  return ((MienLayerResponse *) response->layers->pdata[layer])->n_channels;
}

double
mien_response_plot_measure (const MienPlotStyle *style,
                            double width,
                            const MienResponse *response,
                            int layer,
                            MienResponseView view)
{
  double row = layer < 0 && is_stacked (style, width, response->n_classes) ? ROW + NAME_LINE : ROW;

  return (HEAD + MARGIN + mien_response_plot_count_rows (response, layer, view) * row)
         * style->scale;
}

guint
mien_response_plot_get_channel (const MienResponse *response,
                                guint layer,
                                MienResponseView view,
                                guint row)
{
  const MienLayerResponse *l;
  g_autofree Ranked *order = NULL;

  g_return_val_if_fail (layer < response->layers->len, 0);
  l = response->layers->pdata[layer];
  order = sort_channels (response, layer, view);
  return order[MIN (row, l->n_channels - 1)].channel;
}

gboolean
mien_response_plot_locate (const MienPlotStyle *style,
                           double width,
                           double height,
                           const MienResponse *response,
                           int layer,
                           MienResponseView view,
                           guint row,
                           cairo_rectangle_t *out)
{
  guint n = mien_response_plot_count_rows (response, layer, view);
  double size = layer < 0 ? get_layer_row (style, width, height, response)
                          : get_channel_row (style, height, &n);

  *out = (cairo_rectangle_t){ 0, HEAD * style->scale + row * size, width, size };
  return row < n;
}

#define EXAMPLE_COLUMNS 3u

void
mien_examples_plot_draw (cairo_t *cr,
                         const MienPlotStyle *style,
                         double width,
                         double height,
                         const guint8 *const *pictures,
                         guint n_pictures,
                         guint picture_width,
                         guint picture_height)
{
  guint n_rows = MAX ((n_pictures + EXAMPLE_COLUMNS - 1) / EXAMPLE_COLUMNS, 1);
  double gap = 4 * style->scale;
  double side = MIN ((width + gap) / EXAMPLE_COLUMNS, (height + gap) / n_rows) - gap;
  double left = (width - EXAMPLE_COLUMNS * (side + gap) + gap) / 2;
  g_autofree float *grey = g_new (float, (gsize) picture_width *picture_height);

  for (guint p = 0; p < n_pictures; p++)
    {
      for (gsize i = 0; i < (gsize) picture_width * picture_height; i++)
        grey[i] = pictures[p][i];
      mien_heat_draw_grey (cr, grey, picture_height, picture_width, 0, 255,
                           left + p % EXAMPLE_COLUMNS * (side + gap),
                           p / EXAMPLE_COLUMNS * (side + gap), side, side);
    }
}
