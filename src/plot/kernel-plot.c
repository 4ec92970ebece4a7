/* Kernels and feature maps as grids of small pictures.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "plot/heat.h"
#include "plot/label.h"
#include "plot/network-plot.h"

#define MARGIN 12.0
#define TITLE 28.0
#define NAME 64.0
#define LINE 13.0 /* least distance of two names */
#define GAP 3.0
#define LEAST_CELL 5.5  /* smaller ones would be dust; not scaled: there is nothing to read */
#define TALLEST 16000.0 /* twice as much is about what a surface holds */

/* Where the cells of a grid lie. All lengths are scaled. Filters of one slice flow side by side;
 * others begin a line each and take as many as they need. */
typedef struct
{
  double left, top, cell, gap, name;
  guint columns, n_filters;
  guint per_filter; /* cells of one filter */
  guint lines;      /* of one filter */
} Grid;

static double
scaled (const MienPlotStyle *style, double length)
{
  return length * style->scale;
}

/* Where drawing begins: under the title, where there is one. */
static double
get_top (const MienPlotStyle *style, const char *title)
{
  return scaled (style, MARGIN + (title != NULL ? TITLE : 0));
}

static void
draw_ground (
    cairo_t *cr, const MienPlotStyle *style, double width, double height, const char *title)
{
  MienLabelStyle label = { 0, 0.5, 11, TRUE, width - scaled (style, 2 * MARGIN) };

  if (!style->bare)
    {
      mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_GROUND, style->dark));
      cairo_rectangle (cr, 0, 0, width, height);
      cairo_fill (cr);
    }
  mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_TEXT, style->dark));
  if (title != NULL)
    mien_label_draw_fitted (cr, style, &label, 8, scaled (style, MARGIN),
                            scaled (style, MARGIN + TITLE / 2 - 4), title);
}

static gboolean
is_matrix (const MienKernelPlot *self)
{
  return self->weights->dims[2] == 1 && self->weights->dims[3] == 1;
}

static Grid
kernel_grid (const MienKernelPlot *self, const MienPlotStyle *style, double width)
{
  guint slices = (guint) self->weights->dims[1], most;
  Grid grid = { .left = scaled (style, MARGIN),
                .top = get_top (style, self->title),
                .gap = scaled (style, GAP),
                .n_filters = self->stats->len,
                .per_filter = slices,
                .lines = 1 };
  double room = width - scaled (style, 2 * MARGIN), tall;

  if (slices == 1)
    {
      grid.cell = scaled (style, 40);
      grid.columns = MAX ((guint) (room / (grid.cell + grid.gap)), 1);
      return grid;
    }
  grid.name = scaled (style, NAME);
  most = (guint) MAX ((room - grid.name) / (LEAST_CELL + grid.gap), 1);
  grid.lines = (slices + most - 1) / most;
  grid.columns = (slices + grid.lines - 1) / grid.lines;
  grid.cell = CLAMP ((room - grid.name) / grid.columns - grid.gap, LEAST_CELL, scaled (style, 40));
  /* The last of very many inputs are left out. */
  tall = grid.n_filters * (grid.cell + grid.gap);
  if (grid.lines > 1 && tall * grid.lines > TALLEST)
    {
      grid.lines = (guint) CLAMP (TALLEST / tall, 1, grid.lines);
      grid.per_filter = MIN (slices, grid.lines * grid.columns);
    }
  return grid;
}

static double
grid_height (const Grid *grid, const MienPlotStyle *style)
{
  guint rows = grid->per_filter == 1 ? (grid->n_filters + grid->columns - 1) / grid->columns
                                     : grid->n_filters * grid->lines;

  return grid->top + rows * (grid->cell + grid->gap) + scaled (style, MARGIN);
}

/* Of slice @slice of the filter in place @filter. */
static void
grid_place (const Grid *grid, guint filter, guint slice, double *x, double *y)
{
  guint column = (grid->per_filter == 1 ? filter : slice) % grid->columns;
  guint row =
      grid->per_filter == 1 ? filter / grid->columns : filter * grid->lines + slice / grid->columns;

  *x = grid->left + grid->name + column * (grid->cell + grid->gap);
  *y = grid->top + row * (grid->cell + grid->gap);
}

static gboolean
grid_find (const Grid *grid, double x, double y, guint *filter, guint *slice)
{
  double column = (x - grid->left - grid->name) / (grid->cell + grid->gap);
  double row = (y - grid->top) / (grid->cell + grid->gap);

  if (column < 0 || row < 0 || column >= grid->columns)
    return FALSE;
  *filter = (guint) row / grid->lines;
  *slice = (guint) row % grid->lines * grid->columns + (guint) column;
  if (grid->per_filter == 1)
    {
      *filter = (guint) row * grid->columns + (guint) column;
      *slice = 0;
    }
  return *filter < grid->n_filters && *slice < grid->per_filter;
}

double
mien_kernel_plot_measure (const MienKernelPlot *self, const MienPlotStyle *style, double width)
{
  Grid grid = kernel_grid (self, style, width);

  if (is_matrix (self))
    return scaled (style, 2 * MARGIN + TITLE)
           + CLAMP (self->stats->len * scaled (style, 3), scaled (style, 160), scaled (style, 800));
  return grid_height (&grid, style);
}

static double
largest_of (const float *values, gsize n)
{
  double largest = 0;

  for (gsize i = 0; i < n; i++)
    largest = MAX (largest, fabs (values[i]));
  return largest > 0 ? largest : 1;
}

/* Where the matrix of a 1x1 layer lies: filters down, inputs across. */
static cairo_rectangle_t
get_matrix (const MienKernelPlot *self, const MienPlotStyle *style, double width, double height)
{
  double top = get_top (style, self->title), margin = scaled (style, MARGIN);
  double left = margin + scaled (style, NAME);

  return (cairo_rectangle_t){ left, top, MAX (width - left - margin, 1),
                              MAX (height - top - margin, 1) };
}

/* Number and norm of a filter, unless it would stand on the one before: rows may be lower than a
 * line of text. @last: where that one stands. */
static void
draw_name (cairo_t *cr,
           const MienPlotStyle *style,
           const MienKernelStats *s,
           double y,
           double middle,
           double *last)
{
  const MienLabelStyle name = { 0, 0.5, 8, FALSE, scaled (style, NAME) };
  g_autofree char *text = NULL;
  char norm[16];

  if (y - *last < scaled (style, LINE))
    return;
  text = g_strdup_printf (
      "%u  %s%s%s", s->channel, mien_plot_style_format (style, norm, sizeof norm, "%.2f", s->norm),
      s->is_dead ? " " : "", s->is_dead ? mien_plot_style_get_word (style, N_ ("dead")) : "");
  mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_DIM, style->dark));
  mien_label_draw (cr, style, &name, scaled (style, MARGIN), middle, text);
  *last = y;
}

static void
draw_matrix (const MienKernelPlot *self,
             cairo_t *cr,
             const MienPlotStyle *style,
             double width,
             double height)
{
  guint n_in = (guint) self->weights->dims[1];
  g_autofree float *rows = g_new (float, (gsize) self->stats->len *n_in);
  const float *w = mien_tensor_f32 (self->weights);
  cairo_rectangle_t at = get_matrix (self, style, width, height);
  double row = at.height / self->stats->len, named = -G_MAXDOUBLE;

  for (guint i = 0; i < self->stats->len; i++)
    {
      const MienKernelStats *s = &g_array_index (self->stats, MienKernelStats, i);

      memcpy (rows + (gsize) i * n_in, w + (gsize) s->channel * n_in, n_in * sizeof *rows);
      draw_name (cr, style, s, at.y + i * row, at.y + (i + 0.5) * row, &named);
    }
  mien_heat_draw (cr, rows, self->stats->len, n_in, 0, largest_of (w, self->weights->n_elements),
                  mien_heat_diverging, style->dark, at.x, at.y, at.width, at.height);
}

void
mien_kernel_plot_draw (const MienKernelPlot *self,
                       cairo_t *cr,
                       const MienPlotStyle *style,
                       double width,
                       double height)
{
  Grid grid = kernel_grid (self, style, width);
  guint k_h = (guint) self->weights->dims[2], k_w = (guint) self->weights->dims[3];
  const float *w = mien_tensor_f32 (self->weights);
  double largest = largest_of (w, self->weights->n_elements);
  double named = -G_MAXDOUBLE; /* where the last name stands */

  draw_ground (cr, style, width, height, self->title);
  if (is_matrix (self))
    {
      draw_matrix (self, cr, style, width, height);
      return;
    }
  for (guint i = 0; i < self->stats->len; i++)
    {
      const MienKernelStats *s = &g_array_index (self->stats, MienKernelStats, i);

      for (guint c = 0; c < grid.per_filter; c++)
        {
          const float *slice =
              w + ((gsize) s->channel * (gsize) self->weights->dims[1] + c) * k_h * k_w;
          double x, y;

          grid_place (&grid, i, c, &x, &y);
          mien_heat_draw (cr, slice, k_h, k_w, 0,
                          self->own_scale ? largest_of (slice, (gsize) k_h * k_w) : largest,
                          mien_heat_diverging, style->dark, x, y, grid.cell, grid.cell);
          if (c == 0 && grid.name > 0)
            draw_name (cr, style, s, y, y + grid.cell / 2, &named);
        }
    }
}

gboolean
mien_kernel_plot_pick (const MienKernelPlot *self,
                       const MienPlotStyle *style,
                       double width,
                       double x,
                       double y,
                       guint *c_out,
                       guint *c_in)
{
  Grid grid = kernel_grid (self, style, width);
  guint filter;

  if (is_matrix (self))
    {
      cairo_rectangle_t at =
          get_matrix (self, style, width, mien_kernel_plot_measure (self, style, width));
      double down = (y - at.y) / at.height, right = (x - at.x) / at.width;

      if (down < 0 || down >= 1 || right < 0 || right >= 1)
        return FALSE;
      filter = (guint) (down * self->stats->len);
      *c_in = (guint) (right * (double) self->weights->dims[1]);
    }
  else if (!grid_find (&grid, x, y, &filter, c_in))
    return FALSE;
  *c_out = g_array_index (self->stats, MienKernelStats, filter).channel;
  return TRUE;
}

gboolean
mien_kernel_plot_locate (const MienKernelPlot *self,
                         const MienPlotStyle *style,
                         double width,
                         guint c_out,
                         guint c_in,
                         cairo_rectangle_t *out)
{
  Grid grid = kernel_grid (self, style, width);
  gboolean whole = c_in == G_MAXUINT;

  for (guint i = 0; i < self->stats->len; i++)
    {
      if (g_array_index (self->stats, MienKernelStats, i).channel != c_out)
        continue;
      if (is_matrix (self))
        {
          *out = get_matrix (self, style, width, mien_kernel_plot_measure (self, style, width));
          out->height /= self->stats->len;
          out->y += i * out->height;
          if (!whole)
            out->width /= (double) self->weights->dims[1];
          if (!whole)
            out->x += c_in * out->width;
          return TRUE;
        }
      grid_place (&grid, i, whole ? 0 : MIN (c_in, grid.per_filter - 1), &out->x, &out->y);
      out->width = whole ? grid.columns * (grid.cell + grid.gap) - grid.gap : grid.cell;
      out->height = whole ? grid.lines * (grid.cell + grid.gap) - grid.gap : grid.cell;
      return TRUE;
    }
  return FALSE;
}

static void
draw_numbers (cairo_t *cr,
              const MienPlotStyle *style,
              const float *slice,
              guint k_h,
              guint k_w,
              double largest,
              double x,
              double y,
              double side)
{
  MienLabelStyle label = { 0.5, 0.5, k_w > 5 ? 7 : 9, FALSE, side / k_w };

  for (guint r = 0; r < k_h; r++)
    for (guint c = 0; c < k_w; c++)
      {
        double value = slice[r * k_w + c];
        char number[16];

        mien_plot_style_format (style, number, sizeof number, "%.3f", value);
        mien_palette_set_source (
            cr, mien_palette_get_on (mien_heat_diverging (value / largest, style->dark)));
        mien_label_draw (cr, style, &label, x + (c + 0.5) * side / k_w, y + (r + 0.5) * side / k_h,
                         number);
      }
}

#define SPECTRUM 16u

void
mien_kernel_plot_draw_slice (cairo_t *cr,
                             const MienPlotStyle *style,
                             double width,
                             double height,
                             const MienTensor *weights,
                             guint c_out,
                             guint c_in)
{
  guint k_h = (guint) weights->dims[2], k_w = (guint) weights->dims[3];
  const float *slice =
      mien_tensor_f32 (weights) + ((gsize) c_out * (gsize) weights->dims[1] + c_in) * k_h * k_w;
  double largest = MAX (largest_of (slice, (gsize) k_h * k_w), 1e-12), strongest = 0;
  double margin = scaled (style, MARGIN),
         side = MIN ((width - 3 * margin) / 2, height - 2 * margin);
  double spectrum[SPECTRUM * SPECTRUM];
  float values[SPECTRUM * SPECTRUM];

  draw_ground (cr, style, width, height, NULL);
  mien_heat_draw (cr, slice, k_h, k_w, 0, largest, mien_heat_diverging, style->dark, margin, margin,
                  side, side);
  if (k_h <= 11 && k_w <= 11)
    draw_numbers (cr, style, slice, k_h, k_w, largest, margin, margin, side);
  mien_kernels_get_spectrum (weights, c_out, c_in, SPECTRUM, spectrum);
  for (guint i = 0; i < SPECTRUM * SPECTRUM; i++)
    {
      values[i] = (float) spectrum[i];
      strongest = MAX (strongest, spectrum[i]);
    }
  mien_heat_draw (cr, values, SPECTRUM, SPECTRUM, 0, strongest, mien_heat_sequential, style->dark,
                  2 * margin + side, margin, side, side);
}

static Grid
map_grid (const MienMapPlot *self, const MienPlotStyle *style, double width)
{
  guint n = (guint) self->maps->dims[1];
  double room = width - scaled (style, 2 * MARGIN);
  Grid grid = { .left = scaled (style, MARGIN),
                .top = get_top (style, self->title),
                .gap = scaled (style, GAP),
                .n_filters = n,
                .per_filter = 1,
                .lines = 1 };

  grid.columns = CLAMP ((guint) ceil (sqrt (n * 1.2)), 1, 24);
  grid.cell = CLAMP (room / grid.columns - grid.gap, scaled (style, 8), scaled (style, 160));
  grid.columns = MAX ((guint) (room / (grid.cell + grid.gap)), 1);
  return grid;
}

double
mien_map_plot_measure (const MienMapPlot *self, const MienPlotStyle *style, double width)
{
  Grid grid = map_grid (self, style, width);

  return grid_height (&grid, style);
}

void
mien_map_plot_draw (
    const MienMapPlot *self, cairo_t *cr, const MienPlotStyle *style, double width, double height)
{
  Grid grid = map_grid (self, style, width);
  guint h = (guint) self->maps->dims[2], w = (guint) self->maps->dims[3];

  draw_ground (cr, style, width, height, self->title);
  for (guint i = 0; i < grid.n_filters; i++)
    {
      guint channel = self->order != NULL ? self->order[i] : i;
      const float *map = mien_tensor_f32 (self->maps) + (gsize) channel * h * w;
      double low = map[0], high = map[0], x, y;

      for (gsize k = 1; k < (gsize) h * w; k++)
        {
          low = MIN (low, map[k]);
          high = MAX (high, map[k]);
        }
      grid_place (&grid, i, 0, &x, &y);
      /* On either ground dark is nothing, as in a picture. */
      mien_heat_draw (cr, map, h, w, low, high - low, mien_heat_sequential, TRUE, x, y, grid.cell,
                      grid.cell);
    }
}

gboolean
mien_map_plot_pick (const MienMapPlot *self,
                    const MienPlotStyle *style,
                    double width,
                    double x,
                    double y,
                    guint *channel)
{
  Grid grid = map_grid (self, style, width);
  guint index, only;

  if (!grid_find (&grid, x, y, &index, &only))
    return FALSE;
  *channel = self->order != NULL ? self->order[index] : index;
  return TRUE;
}

gboolean
mien_map_plot_locate (const MienMapPlot *self,
                      const MienPlotStyle *style,
                      double width,
                      guint channel,
                      cairo_rectangle_t *out)
{
  Grid grid = map_grid (self, style, width);

  for (guint i = 0; i < grid.n_filters; i++)
    {
      if ((self->order != NULL ? self->order[i] : i) != channel)
        continue;
      grid_place (&grid, i, 0, &out->x, &out->y);
      out->width = out->height = grid.cell;
      return TRUE;
    }
  return FALSE;
}

/* The face, grey, where it is drawn. */
static void
draw_face (cairo_t *cr, const MienTensor *face, double x, double y, double side)
{
  guint h = (guint) face->dims[2], w = (guint) face->dims[3];
  const float *pixels = mien_tensor_f32 (face);
  g_autofree float *grey = NULL;

  if (face->dims[1] > 1)
    {
      grey = g_new0 (float, (gsize) h *w);
      for (gsize c = 0; c < (gsize) face->dims[1]; c++)
        for (gsize i = 0; i < (gsize) h * w; i++)
          grey[i] += pixels[c * h * w + i] / (float) face->dims[1];
      pixels = grey;
    }
  mien_heat_draw_grey (cr, pixels, h, w, 0, 255, x, y, side, side);
}

static MienColour
overlay_signed (double value, gboolean dark)
{
  MienColour c = mien_heat_diverging (value < 0 ? -1 : 1, TRUE);

  c.alpha = 0.85 * sqrt (CLAMP (fabs (value), 0, 1));
  return c;
}

/* From nothing to orange, for maps that only say how much. */
static MienColour
overlay_plain (double value, gboolean dark)
{
  MienColour c = mien_heat_diverging (1, TRUE);

  c.alpha = 0.85 * CLAMP (value, 0, 1);
  return c;
}

void
mien_face_plot_draw (cairo_t *cr,
                     const MienPlotStyle *style,
                     double width,
                     double height,
                     const MienTensor *face,
                     const MienTensor *map,
                     gboolean is_signed,
                     const int *frame)
{
  double side = MIN (width, height), x = (width - side) / 2, y = (height - side) / 2;
  double pixel = side / (double) face->dims[3], line = scaled (style, 2);

  draw_face (cr, face, x, y, side);
  if (map != NULL)
    {
      double largest = largest_of (mien_tensor_f32 (map), map->n_elements);

      mien_heat_draw (cr, mien_tensor_f32 (map), (guint) map->dims[0], (guint) map->dims[1], 0,
                      largest, is_signed ? overlay_signed : overlay_plain, style->dark, x, y, side,
                      side);
    }
  if (frame == NULL || frame[2] <= 0 || frame[3] <= 0)
    return;
  mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_ACCENT, style->dark));
  cairo_set_line_width (cr, line);
  cairo_rectangle (cr, x + frame[0] * pixel + line / 2, y + frame[1] * pixel + line / 2,
                   frame[2] * pixel - line, frame[3] * pixel - line);
  cairo_stroke (cr);
}

void
mien_saliency_plot_draw (cairo_t *cr,
                         const MienPlotStyle *style,
                         double width,
                         double height,
                         const MienTensor *face,
                         const MienTensor *map,
                         const char *title)
{
  double left = scaled (style, MARGIN), top = scaled (style, MARGIN + TITLE);
  double foot = scaled (style, 40);
  double side = MIN ((width - 3 * left) / 2, height - top - left - foot);
  double largest = largest_of (mien_tensor_f32 (map), map->n_elements);
  MienLabelStyle label = { 0, 0.5, 9, FALSE, 0 };
  double x = left, bar = top + side + scaled (style, 12);

  draw_ground (cr, style, width, height, title);
  draw_face (cr, face, left, top, side);
  draw_face (cr, face, 2 * left + side, top, side);
  mien_heat_draw (cr, mien_tensor_f32 (map), (guint) map->dims[0], (guint) map->dims[1], 0, largest,
                  overlay_signed, style->dark, 2 * left + side, top, side, side);
  for (int i = 0; i <= 20; i++)
    {
      mien_palette_set_source (cr, mien_heat_diverging (i / 10.0 - 1, style->dark));
      cairo_rectangle (cr, x + i * scaled (style, 8), bar, scaled (style, 8), scaled (style, 10));
      cairo_fill (cr);
    }
  mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_DIM, style->dark));
  mien_label_draw (cr, style, &label, x + scaled (style, 176), bar + scaled (style, 5),
                   "speaks against — speaks for");
}
