/* The network as a column of layers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/label.h"
#include "plot/network-plot.h"

#define MARGIN 16.0
#define HEAD 72.0
#define ROW 18.0

/* Left edges, or right ones of numbers, as parts of the width. */
enum
{
  COLUMN_NAME,
  COLUMN_OPERATOR,
  COLUMN_SHAPE,
  COLUMN_WEIGHTS,
  COLUMN_WORK,
  COLUMN_TIME,
  N_COLUMNS
};

static const struct
{
  const char *title;
  double place;
  gboolean is_number;
} columns[N_COLUMNS] = {
  { "layer", 0, FALSE },     { "operator", 0.3, FALSE },      { "shape", 0.52, FALSE },
  { "weights", 0.74, TRUE }, { "multiply-adds", 0.88, TRUE }, { "ms", 1, TRUE },
};

static void
write_cell (cairo_t *cr,
            const MienPlotStyle *style,
            double width,
            double y,
            int column,
            MienInk ink,
            const char *text)
{
  double margin = MARGIN * style->scale, room = width - 2 * margin;
  double next = column + 1 < N_COLUMNS ? columns[column + 1].place : 1;
  gboolean is_number = columns[column].is_number;
  MienLabelStyle label = { is_number ? 1 : 0, 0.5, 8.5, FALSE,
                           is_number ? 0 : (next - columns[column].place) * room - margin };

  mien_palette_set_source (cr, mien_palette_get_ink (ink, style->dark));
  mien_label_draw (cr, style, &label, margin + columns[column].place * room, y, text);
}

static void
draw_row (cairo_t *cr,
          const MienPlotStyle *style,
          double width,
          double y,
          const MienLayer *layer,
          const float *ms)
{
  /* What has no weights stands back. */
  MienInk ink = layer->weight != NULL ? MIEN_INK_TEXT : MIEN_INK_DIM;
  g_autoptr (GString) shape = g_string_new (NULL);
  char number[32];

  for (int i = 1; i < layer->rank; i++)
    g_string_append_printf (shape, "%s%" G_GINT64_FORMAT, i > 1 ? " × " : "", layer->dims[i]);
  write_cell (cr, style, width, y, COLUMN_NAME, ink, layer->name);
  write_cell (cr, style, width, y, COLUMN_OPERATOR, ink, layer->op_type);
  write_cell (cr, style, width, y, COLUMN_SHAPE, ink, shape->str);
  if (layer->parameters > 1)
    {
      g_snprintf (number, sizeof number, "%" G_GUINT64_FORMAT, layer->parameters);
      write_cell (cr, style, width, y, COLUMN_WEIGHTS, ink, number);
    }
  if (layer->multiply_adds > 0)
    {
      g_snprintf (number, sizeof number, "%.0f", layer->multiply_adds);
      write_cell (cr, style, width, y, COLUMN_WORK, ink, number);
    }
  if (ms != NULL && *ms > 0)
    write_cell (cr, style, width, y, COLUMN_TIME, ink,
                mien_plot_style_format (style, number, sizeof number, "%.3f", *ms));
}

double
mien_layers_plot_measure (GArray *layers, const MienPlotStyle *style)
{
  return (HEAD + layers->len * ROW + MARGIN) * style->scale;
}

void
mien_layers_plot_draw (cairo_t *cr,
                       const MienPlotStyle *style,
                       double width,
                       double height,
                       GArray *layers,
                       const float *times_ms,
                       const char *title)
{
  double s = style->scale;
  MienLabelStyle head = { 0, 0.5, 11, TRUE, width - 2 * MARGIN * s };

  if (!style->bare)
    {
      mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_GROUND, style->dark));
      cairo_rectangle (cr, 0, 0, width, height);
      cairo_fill (cr);
    }
  mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_TEXT, style->dark));
  mien_label_draw (cr, style, &head, MARGIN * s, 22 * s, title);
  for (int c = 0; c < N_COLUMNS; c++)
    if (c != COLUMN_TIME || times_ms != NULL)
      write_cell (cr, style, width, (HEAD - 20) * s, c, MIEN_INK_DIM, columns[c].title);
  for (guint i = 0; i < layers->len; i++)
    draw_row (cr, style, width, (HEAD + (i + 0.5) * ROW) * s, &g_array_index (layers, MienLayer, i),
              times_ms == NULL ? NULL : times_ms + i);
}
