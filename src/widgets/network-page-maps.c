/* The maps of the chosen layer for the face that stands.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "plot/network-plot.h"
#include "widgets/network-page-private.h"

static gboolean
has_maps (MienNetworkPage *self)
{
  return self->maps != NULL && self->maps->rank == 4
         && g_strcmp0 (self->maps_layer, self->layer) == 0;
}

static MienMapPlot
get_plot (MienNetworkPage *self)
{
  return (MienMapPlot){ self->maps, NULL, NULL };
}

static gboolean
locate (
    gpointer data, const MienPlotStyle *style, double width, double height, cairo_rectangle_t *out)
{
  MienNetworkPage *self = data;
  MienMapPlot plot = get_plot (self);

  return has_maps (self) && self->is_unit_chosen
         && mien_map_plot_locate (&plot, style, width, self->channel, out);
}

static void
draw (gpointer data, cairo_t *cr, const MienPlotStyle *style, double width, double height)
{
  MienNetworkPage *self = data;
  MienMapPlot plot = get_plot (self);
  cairo_rectangle_t at;
  double line = 2 * style->scale;

  if (!has_maps (self))
    return;
  mien_map_plot_draw (&plot, cr, style, width, height);
  if (!locate (self, style, width, height, &at))
    return;
  mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_ACCENT, style->dark));
  cairo_set_line_width (cr, line);
  cairo_rectangle (cr, at.x - line / 2, at.y - line / 2, at.width + line, at.height + line);
  cairo_stroke (cr);
}

static double
measure (gpointer data, const MienPlotStyle *style, double width)
{
  MienNetworkPage *self = data;
  MienMapPlot plot = get_plot (self);

  return has_maps (self) ? mien_map_plot_measure (&plot, style, width) : 1;
}

/* The unit at a point of the drawing. */
static gboolean
find_unit (MienNetworkPage *self,
           const MienPlotStyle *style,
           double width,
           double x,
           double y,
           guint *channel,
           guint *row,
           guint *column)
{
  MienMapPlot plot = get_plot (self);
  cairo_rectangle_t at;
  double h, w;

  if (!has_maps (self) || !mien_map_plot_pick (&plot, style, width, x, y, channel)
      || !mien_map_plot_locate (&plot, style, width, *channel, &at))
    return FALSE;
  h = (double) self->maps->dims[2];
  w = (double) self->maps->dims[3];
  *row = (guint) CLAMP ((y - at.y) / at.height * h, 0, h - 1);
  *column = (guint) CLAMP ((x - at.x) / at.width * w, 0, w - 1);
  return TRUE;
}

static float
get_value (MienNetworkPage *self, guint channel, guint row, guint column)
{
  gsize h = (gsize) self->maps->dims[2], w = (gsize) self->maps->dims[3];

  return mien_tensor_f32 (self->maps)[((gsize) channel * h + row) * w + column];
}

static char *
dup_words (MienNetworkPage *self, guint channel, guint row, guint column)
{
  return g_strdup_printf (_ ("Channel %u, row %u, column %u: %.3f"), channel, row, column,
                          get_value (self, channel, row, column));
}

static char *
describe (
    gpointer data, const MienPlotStyle *style, double width, double height, double x, double y)
{
  guint channel, row, column;

  if (!find_unit (data, style, width, x, y, &channel, &row, &column))
    return NULL;
  return dup_words (data, channel, row, column);
}

static void
choose (MienNetworkPage *self, guint channel, guint row, guint column)
{
  self->channel = channel;
  self->row = row;
  self->column = column;
  self->is_unit_chosen = TRUE;
  self->is_hovering = FALSE;
  mien_network_page_update_maps (self);
  mien_network_page_update_words (self);
  mien_network_page_ask (self);
}

/* Under the pointer a unit shows what it sees, as long as the pointer is there. */
static void
hover (gpointer data, const MienPlotStyle *style, double width, double height, double x, double y)
{
  MienNetworkPage *self = data;
  guint at[3];
  gboolean was = self->is_hovering;

  self->is_hovering = x >= 0 && find_unit (self, style, width, x, y, &at[0], &at[1], &at[2]);
  if (self->is_hovering == was && (!was || memcmp (self->hovered, at, sizeof self->hovered) == 0))
    return;
  if (self->is_hovering)
    memcpy (self->hovered, at, sizeof self->hovered);
  mien_network_page_update_words (self);
  gtk_widget_queue_draw (GTK_WIDGET (self->face_view));
  mien_network_page_ask (self);
}

static void
overlay_cb (GtkToggleButton *button, GParamSpec *pspec, MienNetworkPage *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self->face_view));
}

static void
pick (gpointer data, const MienPlotStyle *style, double width, double height, double x, double y)
{
  guint channel, row, column;

  if (find_unit (data, style, width, x, y, &channel, &row, &column))
    choose (data, channel, row, column);
}

/* The strongest place of a channel. */
static void
choose_strongest (MienNetworkPage *self, guint channel)
{
  guint h = (guint) self->maps->dims[2], w = (guint) self->maps->dims[3], best = 0;

  for (guint i = 1; i < h * w; i++)
    if (get_value (self, channel, i / w, i % w) > get_value (self, channel, best / w, best % w))
      best = i;
  choose (self, channel, best / w, best % w);
}

static void
move (gpointer data, int right, int down)
{
  MienNetworkPage *self = data;
  MienMapPlot plot = get_plot (self);
  GtkWidget *view = GTK_WIDGET (self->map_view);
  cairo_rectangle_t first, at;
  MienPlotStyle style;
  int columns = 1, n, target;

  if (!has_maps (self))
    return;
  mien_chart_get_style (view, &style);
  n = (int) self->maps->dims[1];
  mien_map_plot_locate (&plot, &style, gtk_widget_get_width (view), 0, &first);
  while (columns < n
         && mien_map_plot_locate (&plot, &style, gtk_widget_get_width (view), (guint) columns, &at)
         && at.y == first.y)
    columns++;
  target = self->is_unit_chosen ? (int) self->channel + right + down * columns : 0;
  if (target >= 0 && target < n)
    choose_strongest (self, (guint) target);
}

void
mien_network_page_update_maps (MienNetworkPage *self)
{
  g_autofree char *text = NULL;

  if (has_maps (self) && self->is_unit_chosen)
    {
      self->channel = MIN (self->channel, (guint) self->maps->dims[1] - 1);
      self->row = MIN (self->row, (guint) self->maps->dims[2] - 1);
      self->column = MIN (self->column, (guint) self->maps->dims[3] - 1);
      text = dup_words (self, self->channel, self->row, self->column);
    }
  else if (has_maps (self))
    /* Translators: number of maps, height x width of each. */
    text = g_strdup_printf (_ ("%u maps of %u × %u"), (guint) self->maps->dims[1],
                            (guint) self->maps->dims[2], (guint) self->maps->dims[3]);
  else if (self->maps != NULL && g_strcmp0 (self->maps_layer, self->layer) == 0)
    text = g_strdup (_ ("This layer gives numbers without places: there is no map to draw."));
  else
    text = g_strdup (_ ("No face here: go to a moment with one."));
  gtk_label_set_label (self->map_note, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->map_view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text, -1);
}

void
mien_network_page_init_maps (MienNetworkPage *self)
{
  static const MienPlotViewFuncs funcs = { .draw = draw,
                                           .measure = measure,
                                           .pick = pick,
                                           .describe = describe,
                                           .move = move,
                                           .hover = hover,
                                           .locate = locate };

  mien_plot_view_set_funcs (self->map_view, &funcs, self);
  g_signal_connect (self->map_overlay, "notify::active", G_CALLBACK (overlay_cb), self);
}
