/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/label.h"

#include <math.h>
#include <pango/pangocairo.h>

static PangoLayout *
new_layout (
    cairo_t *cr, const MienPlotStyle *style, double size, PangoWeight weight, const char *text)
{
  PangoLayout *layout = pango_cairo_create_layout (cr);
  g_autoptr (PangoFontDescription) font = pango_font_description_new ();
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  pango_font_description_set_family (font, style->font != NULL ? style->font : "Sans");
  pango_font_description_set_absolute_size (font, size * style->scale * 4 / 3 * PANGO_SCALE);
  pango_font_description_set_weight (font, weight);
  /* Numbers under each other line up. */
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_text (layout, text, -1);
  return layout;
}

double
mien_label_measure (cairo_t *cr,
                    const MienPlotStyle *style,
                    const MienLabelStyle *label,
                    const char *text)
{
  g_autoptr (PangoLayout) layout = new_layout (
      cr, style, label->size, label->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL, text);
  int width;

  pango_layout_get_pixel_size (layout, &width, NULL);
  return width;
}

double
mien_label_draw (cairo_t *cr,
                 const MienPlotStyle *style,
                 const MienLabelStyle *label,
                 double x,
                 double y,
                 const char *text)
{
  g_autoptr (PangoLayout) layout = new_layout (
      cr, style, label->size, label->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL, text);
  int width, height;

  if (label->max_width > 0)
    {
      pango_layout_set_width (layout, (int) (label->max_width * PANGO_SCALE));
      pango_layout_set_ellipsize (layout,
                                  label->keep_end ? PANGO_ELLIPSIZE_MIDDLE : PANGO_ELLIPSIZE_END);
      pango_layout_set_height (layout, -1);
    }
  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_move_to (cr, x - label->align_x * width, y - label->align_y * height);
  pango_cairo_show_layout (cr, layout);
  /* A path that is begun next does not start here. */
  cairo_new_path (cr);
  return width;
}

void
mien_label_draw_fitted (cairo_t *cr,
                        const MienPlotStyle *style,
                        const MienLabelStyle *label,
                        double least,
                        double x,
                        double y,
                        const char *text)
{
  MienLabelStyle whole = *label, fitted = *label;
  g_autoptr (PangoLayout) layout = NULL;
  double width;
  int height;

  whole.max_width = 0;
  width = mien_label_measure (cr, style, &whole, text);
  if (width > label->max_width)
    /* Rounded down: text of half the size may be a little wider than half. */
    fitted.size = MAX (floor (2 * label->size * label->max_width / width) / 2, least);
  whole.size = fitted.size;
  if (mien_label_measure (cr, style, &whole, text) <= label->max_width)
    {
      mien_label_draw (cr, style, &whole, x, y, text);
      return;
    }
  layout = new_layout (cr, style, fitted.size,
                       label->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL, text);
  pango_layout_set_width (layout, (int) (label->max_width * PANGO_SCALE));
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_height (layout, -2);
  pango_layout_get_pixel_size (layout, NULL, &height);
  cairo_move_to (cr, x, y - height / 2.0);
  pango_cairo_show_layout (cr, layout);
  cairo_new_path (cr);
}

double
mien_label_draw_lines (cairo_t *cr,
                       const MienPlotStyle *style,
                       double size,
                       double x,
                       double y,
                       double width,
                       const char *text)
{
  g_autoptr (PangoLayout) layout = new_layout (cr, style, size, PANGO_WEIGHT_NORMAL, text);
  int height;

  pango_layout_set_width (layout, (int) (width * PANGO_SCALE));
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_spacing (layout, (int) (2 * style->scale * PANGO_SCALE));
  pango_layout_get_pixel_size (layout, NULL, &height);
  cairo_move_to (cr, x, y);
  pango_cairo_show_layout (cr, layout);
  cairo_new_path (cr);
  return height;
}
