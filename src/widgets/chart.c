/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/chart.h"

#include <adwaita.h>
#include <math.h>

#include "plot/label.h"
#include "widgets/words.h"

typedef struct
{
  MienSession *session; /* a reference: views go before or after their window */
  MienCanvas *canvas;
  MienLabels *labels;
} MienChartPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (MienChart, mien_chart, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_SESSION,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

double
mien_chart_get_text_scale (GtkWidget *widget)
{
  int dpi = 0;

  g_object_get (gtk_widget_get_settings (widget), "gtk-xft-dpi", &dpi, NULL);
  /* In 1024ths of a dot; -1 where the display does not say. */
  return dpi > 0 ? CLAMP (dpi / (96.0 * 1024), 0.5, 4) : 1;
}

void
mien_chart_get_style (GtkWidget *widget, MienPlotStyle *style)
{
  PangoContext *context = gtk_widget_get_pango_context (widget);

  mien_plot_style_init (style);
  style->dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  style->scale = mien_chart_get_text_scale (widget);
  style->word = mien_words_get_translation;
  style->name = mien_words_get_name;
  style->emotion = mien_words_get_emotion;
  style->letter = mien_words_get_letter;
  style->point = mien_words_get_point ();
  style->font = pango_font_description_get_family (pango_context_get_font_description (context));
}

MienSession *
mien_chart_get_session (MienChart *self)
{
  MienChartPrivate *priv = mien_chart_get_instance_private (self);

  g_return_val_if_fail (MIEN_IS_CHART (self), NULL);
  return priv->session;
}

void
mien_chart_set_session (MienChart *self, MienSession *session)
{
  MienChartPrivate *priv = mien_chart_get_instance_private (self);
  MienChartClass *klass = MIEN_CHART_GET_CLASS (self);

  g_return_if_fail (MIEN_IS_CHART (self));
  if (priv->session == session)
    return;
  if (priv->session != NULL)
    {
      g_signal_handlers_disconnect_by_data (priv->session, self);
      g_clear_object (&priv->session);
    }
  if (session != NULL)
    {
      priv->session = g_object_ref (session);
      if (klass->session_set != NULL)
        klass->session_set (self, session);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SESSION]);
}

/* --- pictures --------------------------------------------------------------------------------- */

#define PICTURE_SCALE 2

/* Takes @surface. */
static GdkTexture *
take_surface (cairo_surface_t *surface)
{
  int rows = cairo_image_surface_get_height (surface);
  gsize stride = (gsize) cairo_image_surface_get_stride (surface);
  g_autoptr (GBytes) bytes = NULL;

  cairo_surface_flush (surface);
  bytes = g_bytes_new_with_free_func (cairo_image_surface_get_data (surface), stride * (gsize) rows,
                                      (GDestroyNotify) cairo_surface_destroy, surface);
  return gdk_memory_texture_new (cairo_image_surface_get_width (surface), rows, GDK_MEMORY_DEFAULT,
                                 bytes, stride);
}

GdkTexture *
mien_chart_new_picture (
    double width, double height, gboolean dark, MienCanvasDraw draw, gpointer data)
{
  int columns = (int) ceil (width * PICTURE_SCALE), rows = (int) ceil (height * PICTURE_SCALE);
  cairo_surface_t *surface;
  cairo_t *cr;

  g_return_val_if_fail (columns > 0 && rows > 0, NULL);
  surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, columns, rows);
  cr = cairo_create (surface);
  mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_GROUND, dark));
  cairo_paint (cr);
  cairo_scale (cr, PICTURE_SCALE, PICTURE_SCALE);
  draw (cr, width, height, data);
  cairo_destroy (cr);
  return take_surface (surface);
}

static void
draw_cb (cairo_t *cr, double width, double height, gpointer data)
{
  MienPlotStyle style;

  mien_chart_get_style (data, &style);
  MIEN_CHART_GET_CLASS (data)->draw (data, cr, &style, width, height);
}

GdkTexture *
mien_chart_dup_picture (MienChart *self)
{
  int width, height;

  g_return_val_if_fail (MIEN_IS_CHART (self), NULL);
  width = gtk_widget_get_width (GTK_WIDGET (self));
  height = gtk_widget_get_height (GTK_WIDGET (self));
  if (width <= 0 || height <= 0)
    return NULL;
  return mien_chart_new_picture (
      width, height, adw_style_manager_get_dark (adw_style_manager_get_default ()), draw_cb, self);
}

/* --- object ----------------------------------------------------------------------------------- */

static void
draw_bare_cb (cairo_t *cr, double width, double height, gpointer data)
{
  MienChartPrivate *priv = mien_chart_get_instance_private (data);
  MienPlotStyle style;

  mien_chart_get_style (data, &style);
  style.bare = TRUE;
  mien_labels_attach (priv->labels, cr);
  MIEN_CHART_GET_CLASS (data)->draw (data, cr, &style, width, height);
  mien_labels_attach (NULL, cr);
}

static void
mien_chart_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MienChartPrivate *priv = mien_chart_get_instance_private (MIEN_CHART (widget));
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  GskRenderNode *node;

  if (width <= 0 || height <= 0)
    return;
  node = mien_canvas_draw (priv->canvas, widget, width, height, draw_bare_cb, widget);
  gtk_snapshot_append_node (snapshot, node);
  gsk_render_node_unref (node);
}

static void
mien_chart_measure (GtkWidget *widget,
                    GtkOrientation orientation,
                    int for_size,
                    int *minimum,
                    int *natural,
                    int *minimum_baseline,
                    int *natural_baseline)
{
  MienChartClass *klass = MIEN_CHART_GET_CLASS (widget);
  double scale = mien_chart_get_text_scale (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *natural = (int) (klass->natural_width * scale);
      *minimum = MIN (*natural, 160);
    }
  else
    *minimum = *natural = (int) (klass->natural_height * scale);
}

static void
style_changed_cb (AdwStyleManager *manager, GParamSpec *pspec, GtkWidget *widget)
{
  gtk_widget_queue_draw (widget);
}

static void
mien_chart_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_SESSION)
    g_value_set_object (value, mien_chart_get_session (MIEN_CHART (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
mien_chart_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_SESSION)
    mien_chart_set_session (MIEN_CHART (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
mien_chart_dispose (GObject *object)
{
  MienChartPrivate *priv = mien_chart_get_instance_private (MIEN_CHART (object));

  if (priv->session != NULL)
    {
      g_signal_handlers_disconnect_by_data (priv->session, object);
      g_clear_object (&priv->session);
    }
  G_OBJECT_CLASS (mien_chart_parent_class)->dispose (object);
}

static void
mien_chart_finalize (GObject *object)
{
  MienChartPrivate *priv = mien_chart_get_instance_private (MIEN_CHART (object));

  mien_canvas_free (priv->canvas);
  mien_labels_free (priv->labels);
  G_OBJECT_CLASS (mien_chart_parent_class)->finalize (object);
}

static void
mien_chart_class_init (MienChartClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = mien_chart_get_property;
  object_class->set_property = mien_chart_set_property;
  object_class->dispose = mien_chart_dispose;
  object_class->finalize = mien_chart_finalize;
  widget_class->snapshot = mien_chart_snapshot;
  widget_class->measure = mien_chart_measure;
  klass->natural_width = klass->natural_height = 200;

  props[PROP_SESSION] =
      g_param_spec_object ("session", NULL, NULL, MIEN_TYPE_SESSION,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);
  gtk_widget_class_set_css_name (widget_class, "chart");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
mien_chart_init (MienChart *self)
{
  MienChartPrivate *priv = mien_chart_get_instance_private (self);

  priv->canvas = mien_canvas_new ();
  priv->labels = mien_labels_new ();
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (style_changed_cb), self, 0);
}
