/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/plot-view.h"

#include <math.h>

struct _MienPlotView
{
  MienChart parent_instance;

  const MienPlotViewFuncs *funcs;
  gpointer data;
};

G_DEFINE_TYPE (MienPlotView, mien_plot_view, MIEN_TYPE_CHART)

#define LEAST_HEIGHT 120
#define AROUND 64.0 /* what is chosen */

GtkWidget *
mien_plot_view_new (void)
{
  return g_object_new (MIEN_TYPE_PLOT_VIEW, NULL);
}

void
mien_plot_view_set_funcs (MienPlotView *self, const MienPlotViewFuncs *funcs, gpointer data)
{
  g_return_if_fail (MIEN_IS_PLOT_VIEW (self));
  self->funcs = funcs;
  self->data = data;
  gtk_widget_set_focusable (GTK_WIDGET (self), funcs != NULL && funcs->move != NULL);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), funcs != NULL && funcs->describe != NULL);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
mien_plot_view_changed (MienPlotView *self)
{
  g_return_if_fail (MIEN_IS_PLOT_VIEW (self));
  gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Scrolls to what is chosen, with what is around it: the head of a table over its first row. */
static void
reveal (MienPlotView *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkWidget *scroller = gtk_widget_get_ancestor (widget, GTK_TYPE_SCROLLED_WINDOW);
  MienPlotStyle style;
  GtkAdjustment *adjustment;
  cairo_rectangle_t at;
  double around;

  if (scroller == NULL || self->funcs == NULL || self->funcs->locate == NULL)
    return;
  mien_chart_get_style (widget, &style);
  if (!self->funcs->locate (self->data, &style, gtk_widget_get_width (widget),
                            gtk_widget_get_height (widget), &at))
    return;
  adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller));
  around = MIN (AROUND * style.scale, gtk_adjustment_get_page_size (adjustment) / 4);
  gtk_adjustment_clamp_page (adjustment, at.y - around, at.y + at.height + around);
}

void
mien_plot_view_move (MienPlotView *self, int right, int down)
{
  g_return_if_fail (MIEN_IS_PLOT_VIEW (self));
  if (self->funcs == NULL || self->funcs->move == NULL)
    return;
  self->funcs->move (self->data, right, down);
  reveal (self);
}

void
mien_plot_view_activate (MienPlotView *self)
{
  g_return_if_fail (MIEN_IS_PLOT_VIEW (self));
  if (self->funcs == NULL || self->funcs->activate == NULL)
    return;
  self->funcs->activate (self->data);
}

static void
mien_plot_view_draw (
    MienChart *chart, cairo_t *cr, const MienPlotStyle *style, double width, double height)
{
  MienPlotView *self = MIEN_PLOT_VIEW (chart);

  if (self->funcs != NULL)
    self->funcs->draw (self->data, cr, style, width, height);
}

static GtkSizeRequestMode
mien_plot_view_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
mien_plot_view_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  MienPlotView *self = MIEN_PLOT_VIEW (widget);
  MienPlotStyle style;

  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 160 : LEAST_HEIGHT;
  *natural = *minimum;
  if (orientation == GTK_ORIENTATION_HORIZONTAL || self->funcs == NULL
      || self->funcs->measure == NULL)
    return;
  mien_chart_get_style (widget, &style);
  *minimum = *natural = (int) ceil (
      MAX (self->funcs->measure (self->data, &style, for_size > 0 ? for_size : 160), 1));
}

static void
pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, MienPlotView *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  MienPlotStyle style;

  if (gtk_widget_get_focusable (widget))
    gtk_widget_grab_focus (widget);
  if (self->funcs == NULL || self->funcs->pick == NULL)
    return;
  mien_chart_get_style (widget, &style);
  self->funcs->pick (self->data, &style, gtk_widget_get_width (widget),
                     gtk_widget_get_height (widget), x, y);
}

static gboolean
mien_plot_view_query_tooltip (
    GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  MienPlotView *self = MIEN_PLOT_VIEW (widget);
  g_autofree char *text = NULL;
  MienPlotStyle style;

  if (keyboard || self->funcs == NULL || self->funcs->describe == NULL)
    return FALSE;
  mien_chart_get_style (widget, &style);
  text = self->funcs->describe (self->data, &style, gtk_widget_get_width (widget),
                                gtk_widget_get_height (widget), x, y);
  if (text == NULL)
    return FALSE;
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

static gboolean
key_cb (GtkEventControllerKey *controller,
        guint key,
        guint code,
        GdkModifierType state,
        MienPlotView *self)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int right = 0, down = 0;

  if (self->funcs == NULL || self->funcs->move == NULL || (state & GDK_CONTROL_MASK))
    return GDK_EVENT_PROPAGATE;
  switch (key)
    {
    case GDK_KEY_Left:
      right = rtl ? 1 : -1;
      break;
    case GDK_KEY_Right:
      right = rtl ? -1 : 1;
      break;
    case GDK_KEY_Up:
      down = -1;
      break;
    case GDK_KEY_Down:
      down = 1;
      break;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_ISO_Enter:
    case GDK_KEY_space:
      if (self->funcs->activate == NULL)
        return GDK_EVENT_PROPAGATE;
      mien_plot_view_activate (self);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
  mien_plot_view_move (self, right, down);
  return GDK_EVENT_STOP;
}

static void
hover (MienPlotView *self, double x, double y)
{
  GtkWidget *widget = GTK_WIDGET (self);
  MienPlotStyle style;

  if (self->funcs == NULL || self->funcs->hover == NULL)
    return;
  mien_chart_get_style (widget, &style);
  self->funcs->hover (self->data, &style, gtk_widget_get_width (widget),
                      gtk_widget_get_height (widget), x, y);
}

static void
motion_cb (GtkEventControllerMotion *controller, double x, double y, MienPlotView *self)
{
  hover (self, x, y);
}

static void
leave_cb (GtkEventControllerMotion *controller, MienPlotView *self)
{
  hover (self, -1, -1);
}

static void
mien_plot_view_class_init (MienPlotViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = mien_plot_view_measure;
  widget_class->get_request_mode = mien_plot_view_get_request_mode;
  widget_class->query_tooltip = mien_plot_view_query_tooltip;
  MIEN_CHART_CLASS (klass)->draw = mien_plot_view_draw;
  gtk_widget_class_set_css_name (widget_class, "plotview");
}

static void
mien_plot_view_init (MienPlotView *self)
{
  GtkGesture *click = gtk_gesture_click_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();

  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  g_signal_connect (motion, "enter", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "leave", G_CALLBACK (leave_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
}
