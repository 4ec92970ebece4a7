/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/label.h"

#include <math.h>
#include <pango/pangocairo.h>

#define KEPT 512 /* texts; then all are forgotten, which is simpler than knowing the oldest */

struct _MienLabels
{
  PangoContext *context; /* of the first picture, NULL before */
  /* What the context was last made for. */
  cairo_font_options_t *options;
  cairo_matrix_t matrix;
  GHashTable *layouts; /* of PangoLayout by all that makes them what they are */
};

static const cairo_user_data_key_t labels_key;

MienLabels *
mien_labels_new (void)
{
  MienLabels *self = g_new0 (MienLabels, 1);

  self->options = cairo_font_options_create ();
  self->layouts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  return self;
}

void
mien_labels_free (MienLabels *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->layouts);
  g_clear_object (&self->context);
  cairo_font_options_destroy (self->options);
  g_free (self);
}

/* Has the context fit @cr. Pango takes any call for a change, after which all texts are shaped
 * anew.
 */
static void
update_context (MienLabels *self, cairo_t *cr)
{
  cairo_font_options_t *options = cairo_font_options_create ();
  cairo_matrix_t matrix;

  cairo_surface_get_font_options (cairo_get_target (cr), options);
  cairo_get_matrix (cr, &matrix);
  if (self->context == NULL)
    self->context = pango_cairo_create_context (cr);
  else if (!cairo_font_options_equal (options, self->options) || matrix.xx != self->matrix.xx
           || matrix.xy != self->matrix.xy || matrix.yx != self->matrix.yx
           || matrix.yy != self->matrix.yy)
    pango_cairo_update_context (cr, self->context);
  cairo_font_options_destroy (self->options);
  self->options = options;
  self->matrix = matrix;
}

void
mien_labels_attach (MienLabels *self, cairo_t *cr)
{
  if (self != NULL)
    update_context (self, cr);
  /* Without memory for it texts are shaped anew. */
  (void) cairo_set_user_data (cr, &labels_key, self, NULL);
}

static void
set_up_layout (PangoLayout *layout,
               const MienPlotStyle *style,
               double size,
               PangoWeight weight,
               const char *text)
{
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
}

static PangoLayout *
new_layout (
    cairo_t *cr, const MienPlotStyle *style, double size, PangoWeight weight, const char *text)
{
  PangoLayout *layout = pango_cairo_create_layout (cr);

  set_up_layout (layout, style, size, weight, text);
  return layout;
}

static void
set_up_label (PangoLayout *layout,
              const MienPlotStyle *style,
              const MienLabelStyle *label,
              const char *text)
{
  set_up_layout (layout, style, label->size, label->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL,
                 text);
  if (label->max_width <= 0)
    return;
  pango_layout_set_width (layout, (int) (label->max_width * PANGO_SCALE));
  pango_layout_set_ellipsize (layout,
                              label->keep_end ? PANGO_ELLIPSIZE_MIDDLE : PANGO_ELLIPSIZE_END);
  pango_layout_set_height (layout, -1);
}

/* One that was kept, or a new one. Nobody changes it. */
static PangoLayout *
get_layout (cairo_t *cr, const MienPlotStyle *style, const MienLabelStyle *label, const char *text)
{
  MienLabels *labels = cairo_get_user_data (cr, &labels_key);
  g_autofree char *key = NULL;
  PangoLayout *layout;

  if (labels == NULL)
    {
      layout = pango_cairo_create_layout (cr);
      set_up_label (layout, style, label, text);
      return layout;
    }
  key = g_strdup_printf ("%d %d %d %d %s\n%s", (int) (label->size * style->scale * PANGO_SCALE),
                         label->bold, (int) (MAX (label->max_width, 0.0) * PANGO_SCALE),
                         label->keep_end, style->font != NULL ? style->font : "", text);
  layout = g_hash_table_lookup (labels->layouts, key);
  if (layout != NULL)
    return g_object_ref (layout);
  if (g_hash_table_size (labels->layouts) >= KEPT)
    g_hash_table_remove_all (labels->layouts);
  layout = pango_layout_new (labels->context);
  set_up_label (layout, style, label, text);
  g_hash_table_insert (labels->layouts, g_steal_pointer (&key), layout);
  return g_object_ref (layout);
}

double
mien_label_measure (cairo_t *cr,
                    const MienPlotStyle *style,
                    const MienLabelStyle *label,
                    const char *text)
{
  MienLabelStyle whole = *label;
  g_autoptr (PangoLayout) layout = NULL;
  int width;

  whole.max_width = 0;
  layout = get_layout (cr, style, &whole, text);
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
  g_autoptr (PangoLayout) layout = get_layout (cr, style, label, text);
  int width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_move_to (cr, x - label->align_x * width, y - label->align_y * height);
  pango_cairo_show_layout (cr, layout);
  /* A path that is begun next does not start here. */
  cairo_new_path (cr);
  return width;
}

double
mien_label_draw_middle (cairo_t *cr,
                        const MienPlotStyle *style,
                        MienInk ink,
                        double align_x,
                        double size,
                        gboolean bold,
                        double max_width,
                        double x,
                        double y,
                        const char *text)
{
  const MienLabelStyle label = { align_x, 0.5, size, bold, max_width, FALSE };

  mien_palette_set_source (cr, mien_palette_get_ink (ink, style->dark));
  return mien_label_draw (cr, style, &label, x, y, text);
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
