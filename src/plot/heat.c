/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/heat.h"

#include <math.h>

static MienColour
mix (MienColour a, MienColour b, double t)
{
  return (MienColour){ a.red + (b.red - a.red) * t, a.green + (b.green - a.green) * t,
                       a.blue + (b.blue - a.blue) * t, a.alpha + (b.alpha - a.alpha) * t };
}

MienColour
mien_heat_diverging (double value, gboolean dark)
{
  static const MienColour blue = { 0.10, 0.37, 0.71, 1 }, orange = { 0.85, 0.37, 0.01, 1 };
  static const MienColour light_blue = { 0.40, 0.66, 1.0, 1 },
                          light_orange = { 1.0, 0.62, 0.25, 1 };
  MienColour zero =
      dark ? (MienColour){ 0.14, 0.14, 0.16, 1 } : (MienColour){ 0.97, 0.97, 0.97, 1 };
  double t = CLAMP (fabs (value), 0, 1);

  if (value < 0)
    return mix (zero, dark ? light_blue : blue, t);
  return mix (zero, dark ? light_orange : orange, t);
}

MienColour
mien_heat_sequential (double value, gboolean dark)
{
  /* Anchors of one hue path from the ground through teal; luminance falls (or, on dark, grows)
   * evenly. */
  static const MienColour light[] = { { 0.97, 0.97, 0.97, 1 },
                                      { 0.72, 0.87, 0.83, 1 },
                                      { 0.36, 0.67, 0.71, 1 },
                                      { 0.12, 0.44, 0.58, 1 },
                                      { 0.03, 0.19, 0.39, 1 } };
  static const MienColour black[] = { { 0.14, 0.14, 0.16, 1 },
                                      { 0.08, 0.30, 0.44, 1 },
                                      { 0.14, 0.52, 0.60, 1 },
                                      { 0.45, 0.77, 0.68, 1 },
                                      { 0.93, 0.97, 0.75, 1 } };
  const MienColour *ramp = dark ? black : light;
  double t = CLAMP (value, 0, 1) * (G_N_ELEMENTS (light) - 1);
  guint i = MIN ((guint) t, G_N_ELEMENTS (light) - 2);

  return mix (ramp[i], ramp[i + 1], t - i);
}

MienColour
mien_heat_grey (double value)
{
  double v = CLAMP (value, 0, 1);

  return (MienColour){ v, v, v, 1 };
}

static guint32
pack (MienColour c)
{
  guint a = (guint) (CLAMP (c.alpha, 0, 1) * 255 + 0.5);
  guint r = (guint) (CLAMP (c.red * c.alpha, 0, 1) * 255 + 0.5);
  guint g = (guint) (CLAMP (c.green * c.alpha, 0, 1) * 255 + 0.5);
  guint b = (guint) (CLAMP (c.blue * c.alpha, 0, 1) * 255 + 0.5);

  return a << 24 | r << 16 | g << 8 | b;
}

/* Paints an image of one pixel a cell, enlarged without blur. */
static void
paint_cells (cairo_t *cr,
             cairo_surface_t *cells,
             guint rows,
             guint columns,
             double x,
             double y,
             double width,
             double height)
{
  cairo_save (cr);
  cairo_rectangle (cr, x, y, width, height);
  cairo_clip (cr);
  cairo_translate (cr, x, y);
  cairo_scale (cr, width / columns, height / rows);
  cairo_set_source_surface (cr, cells, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_paint (cr);
  cairo_restore (cr);
}

void
mien_heat_draw (cairo_t *cr,
                const float *values,
                guint rows,
                guint columns,
                double zero,
                double scale,
                MienHeatFunc colour,
                gboolean dark,
                double x,
                double y,
                double width,
                double height)
{
  cairo_surface_t *cells =
      cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) columns, (int) rows);
  guint8 *data = cairo_image_surface_get_data (cells);
  int stride = cairo_image_surface_get_stride (cells);

  if (data != NULL && rows > 0 && columns > 0)
    {
      for (guint r = 0; r < rows; r++)
        for (guint c = 0; c < columns; c++)
          {
            double v = values[(gsize) r * columns + c];
            guint32 *pixel = (guint32 *) (void *) (data + (gsize) r * (gsize) stride) + c;

            *pixel = isnan (v) ? 0 : pack (colour ((v - zero) / (scale != 0 ? scale : 1), dark));
          }
      cairo_surface_mark_dirty (cells);
      paint_cells (cr, cells, rows, columns, x, y, width, height);
    }
  cairo_surface_destroy (cells);
}

static MienColour
grey_ramp (double value, gboolean dark)
{
  return mien_heat_grey (value);
}

void
mien_heat_draw_grey (cairo_t *cr,
                     const float *values,
                     guint rows,
                     guint columns,
                     double low,
                     double high,
                     double x,
                     double y,
                     double width,
                     double height)
{
  mien_heat_draw (cr, values, rows, columns, low, high - low, grey_ramp, FALSE, x, y, width,
                  height);
}
