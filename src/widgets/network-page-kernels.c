/* The kernels of the chosen layer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <adwaita.h>
#include <glib/gi18n.h>

#include "plot/network-plot.h"
#include "widgets/network-page-private.h"

#define SLICE_WIDTH 380
#define SLICE_HEIGHT 196
#define WORDS_WIDTH 220 /* where there is no picture */

static MienKernelPlot
get_plot (MienNetworkPage *self)
{
  return (MienKernelPlot){ self->weights, self->stats,
                           gtk_toggle_button_get_active (self->kernel_scale), NULL };
}

static gboolean
locate (
    gpointer data, const MienPlotStyle *style, double width, double height, cairo_rectangle_t *out)
{
  MienNetworkPage *self = data;
  MienKernelPlot plot = get_plot (self);

  return self->weights != NULL && self->is_slice_chosen
         && mien_kernel_plot_locate (&plot, style, width, self->slice_out, self->slice_in, out);
}

static void
draw (gpointer data, cairo_t *cr, const MienPlotStyle *style, double width, double height)
{
  MienNetworkPage *self = data;
  MienKernelPlot plot = get_plot (self);
  double line = 2 * style->scale;
  cairo_rectangle_t at;

  if (self->weights == NULL)
    return;
  mien_kernel_plot_draw (&plot, cr, style, width, height);
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
  MienKernelPlot plot = get_plot (self);

  return self->weights == NULL ? 1 : mien_kernel_plot_measure (&plot, style, width);
}

static const MienKernelStats *
find_stats (MienNetworkPage *self, guint channel)
{
  for (guint i = 0; i < self->stats->len; i++)
    if (g_array_index (self->stats, MienKernelStats, i).channel == channel)
      return &g_array_index (self->stats, MienKernelStats, i);
  return NULL;
}

static char *
dup_words (MienNetworkPage *self, guint c_out, guint c_in)
{
  const MienKernelStats *stats = find_stats (self, c_out);

  if (stats == NULL)
    return NULL;
  if (self->weights->dims[2] == 1 && self->weights->dims[3] == 1)
    return g_strdup_printf (
        _ ("Filter %u, input channel %u: %.4f"), c_out, c_in,
        (double) mien_tensor_f32 (
            self->weights)[(gsize) c_out * (gsize) self->weights->dims[1] + c_in]);
  /* Translators: sparsity is the share of weights that are nearly nothing. */
  return g_strdup_printf (
      _ ("Filter %u, input channel %u\nNorm %.3f, mean %.4f, sparsity %.0f %%%s"), c_out, c_in,
      stats->norm, stats->mean, stats->sparsity * 100, stats->is_dead ? _ (", dead") : "");
}

static char *
describe (
    gpointer data, const MienPlotStyle *style, double width, double height, double x, double y)
{
  MienNetworkPage *self = data;
  MienKernelPlot plot = get_plot (self);
  guint c_out, c_in;

  if (self->weights == NULL || !mien_kernel_plot_pick (&plot, style, width, x, y, &c_out, &c_in))
    return NULL;
  return dup_words (self, c_out, c_in);
}

/* Shows the chosen slice with its numbers. */
static void
activate (gpointer data)
{
  MienNetworkPage *self = data;
  MienKernelPlot plot = get_plot (self);
  GtkWidget *view = GTK_WIDGET (self->kernel_view);
  g_autofree char *words = NULL;
  cairo_rectangle_t at;
  MienPlotStyle style;
  gboolean is_picture;

  if (self->weights == NULL || !self->is_slice_chosen)
    return;
  mien_chart_get_style (view, &style);
  if (!mien_kernel_plot_locate (&plot, &style, gtk_widget_get_width (view), self->slice_out,
                                self->slice_in, &at))
    return;
  words = dup_words (self, self->slice_out, self->slice_in);
  gtk_label_set_label (self->slice_label, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->slice_view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  words, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self->slice_view));
  /* A single weight is no picture: the words say it. */
  is_picture = self->weights->dims[2] > 1 || self->weights->dims[3] > 1;
  gtk_widget_set_visible (GTK_WIDGET (self->slice_view), is_picture);
  mien_network_popover_show (self->slice_popover, view, is_picture ? SLICE_WIDTH : WORDS_WIDTH,
                             &at);
}

static void
choose (MienNetworkPage *self, guint c_out, guint c_in)
{
  g_autofree char *words = dup_words (self, c_out, c_in);

  self->slice_out = c_out;
  self->slice_in = c_in;
  self->is_slice_chosen = TRUE;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->kernel_view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  words, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self->kernel_view));
}

/* Right and left through the slices of a filter, down and up through the filters. */
static void
move (gpointer data, int right, int down)
{
  MienNetworkPage *self = data;
  guint n_in = self->weights == NULL ? 0 : (guint) self->weights->dims[1], place = 0;
  int filter, slice;

  if (n_in == 0)
    return;
  while (place < self->stats->len
         && g_array_index (self->stats, MienKernelStats, place).channel != self->slice_out)
    place++;
  if (!self->is_slice_chosen || place == self->stats->len)
    filter = slice = 0;
  else if (n_in == 1)
    {
      filter = (int) place + right + down;
      slice = 0;
    }
  else
    {
      filter = (int) place + down;
      slice = (int) self->slice_in + right;
    }
  if (filter >= 0 && (guint) filter < self->stats->len && slice >= 0 && (guint) slice < n_in)
    choose (self, g_array_index (self->stats, MienKernelStats, filter).channel, (guint) slice);
}

static void
pick (gpointer data, const MienPlotStyle *style, double width, double height, double x, double y)
{
  MienNetworkPage *self = data;
  MienKernelPlot plot = get_plot (self);
  guint c_out, c_in;

  if (self->weights == NULL || !mien_kernel_plot_pick (&plot, style, width, x, y, &c_out, &c_in))
    return;
  choose (self, c_out, c_in);
  activate (self);
}

static void
draw_slice (gpointer data, cairo_t *cr, const MienPlotStyle *style, double width, double height)
{
  MienNetworkPage *self = data;

  if (self->weights != NULL && self->slice_out < self->weights->dims[0]
      && self->slice_in < self->weights->dims[1])
    mien_kernel_plot_draw_slice (cr, style, width, height, self->weights, self->slice_out,
                                 self->slice_in);
}

static double
measure_slice (gpointer data, const MienPlotStyle *style, double width)
{
  return width * SLICE_HEIGHT / SLICE_WIDTH;
}

static void
set_note (MienNetworkPage *self, const MienLayer *layer)
{
  guint dead = 0;
  double norm = 0;
  g_autofree char *text = NULL;

  for (guint i = 0; i < self->stats->len; i++)
    {
      dead += g_array_index (self->stats, MienKernelStats, i).is_dead;
      norm += g_array_index (self->stats, MienKernelStats, i).norm / self->stats->len;
    }
  /* Translators: filters x input channels, height x width of a kernel. */
  text =
      g_strdup_printf (_ ("%u filters × %u inputs, %u × %u; mean norm %.2f, %u dead"),
                       self->stats->len, (guint) self->weights->dims[1],
                       (guint) self->weights->dims[2], (guint) self->weights->dims[3], norm, dead);
  gtk_label_set_label (self->kernel_note, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->kernel_view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text, -1);
}

void
mien_network_page_update_kernels (MienNetworkPage *self)
{
  const MienLayer *layer = mien_network_page_find_layer (self);
  MienKernelOrder order = (MienKernelOrder) gtk_drop_down_get_selected (self->kernel_order);
  g_autoptr (GError) error = NULL;
  g_autofree double *selectivity = NULL;

  g_clear_pointer (&self->weights, mien_tensor_unref);
  g_clear_pointer (&self->stats, g_array_unref);
  self->is_slice_chosen = FALSE;
  if (layer != NULL)
    self->weights = mien_kernels_dup_weights (mien_scope_get_model (self->scope), layer, &error);
  if (self->weights == NULL)
    {
      gtk_label_set_label (self->kernel_note,
                           layer == NULL ? "" : _ ("This layer has no weights of its own."));
      mien_plot_view_changed (self->kernel_view);
      return;
    }
  if (order == MIEN_KERNEL_ORDER_SELECTIVITY)
    selectivity = mien_network_page_dup_selectivity (self, (guint) self->weights->dims[0]);
  if (order == MIEN_KERNEL_ORDER_SELECTIVITY && selectivity == NULL)
    order = MIEN_KERNEL_ORDER_INDEX;
  self->stats = mien_kernels_list_stats (self->weights, order, selectivity);
  set_note (self, layer);
  if (gtk_drop_down_get_selected (self->kernel_order) == MIEN_KERNEL_ORDER_SELECTIVITY
      && order == MIEN_KERNEL_ORDER_INDEX)
    gtk_label_set_label (self->kernel_note,
                         _ ("What the channels of this layer answer to was not measured: they "
                            "stand by number."));
  mien_plot_view_changed (self->kernel_view);
}

static void
changed_cb (GObject *object, GParamSpec *pspec, MienNetworkPage *self)
{
  if (self->scope != NULL)
    mien_network_page_update_kernels (self);
}

void
mien_network_page_init_kernels (MienNetworkPage *self)
{
  static const MienPlotViewFuncs funcs = { .draw = draw,
                                           .measure = measure,
                                           .pick = pick,
                                           .describe = describe,
                                           .move = move,
                                           .activate = activate,
                                           .locate = locate };
  static const MienPlotViewFuncs slice_funcs = { .draw = draw_slice, .measure = measure_slice };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  mien_plot_view_set_funcs (self->kernel_view, &funcs, self);
  self->slice_view = MIEN_PLOT_VIEW (mien_plot_view_new ());
  mien_plot_view_set_funcs (self->slice_view, &slice_funcs, self);
  self->slice_label = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->slice_label, TRUE);
  gtk_label_set_xalign (self->slice_label, 0);
  gtk_widget_add_css_class (GTK_WIDGET (self->slice_label), "numeric");
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->slice_view));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->slice_label));
  self->slice_popover = mien_network_popover_new (self, box);
  g_signal_connect (self->kernel_order, "notify::selected", G_CALLBACK (changed_cb), self);
  g_signal_connect (self->kernel_scale, "notify::active", G_CALLBACK (changed_cb), self);
}
