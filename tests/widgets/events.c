/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "events.h"

GtkEventController *
events_find (GtkWidget *widget, GType type)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (G_TYPE_CHECK_INSTANCE_TYPE (controller, type))
        return controller; /* the widget keeps it */
    }
  g_assert_not_reached ();
}

void
events_drag (GtkWidget *widget, double x, double y, double dx, double dy)
{
  GtkEventController *drag = events_find (widget, GTK_TYPE_GESTURE_DRAG);

  g_signal_emit_by_name (drag, "drag-begin", x, y);
  if (dx != 0 || dy != 0)
    {
      g_signal_emit_by_name (drag, "drag-update", dx / 2, dy / 2);
      g_signal_emit_by_name (drag, "drag-update", dx, dy);
    }
  g_signal_emit_by_name (drag, "drag-end", dx, dy);
}

void
events_click (GtkWidget *widget, double x, double y, int n_press)
{
  GtkEventController *click = events_find (widget, GTK_TYPE_GESTURE_CLICK);

  g_signal_emit_by_name (click, "pressed", n_press, x, y);
}

void
events_move (GtkWidget *widget, double x, double y)
{
  GtkEventController *motion = events_find (widget, GTK_TYPE_EVENT_CONTROLLER_MOTION);

  g_signal_emit_by_name (motion, "motion", x, y);
}

gboolean
events_scroll (GtkWidget *widget, double dx, double dy)
{
  GtkEventController *scroll = events_find (widget, GTK_TYPE_EVENT_CONTROLLER_SCROLL);
  gboolean taken = FALSE;

  g_signal_emit_by_name (scroll, "scroll", dx, dy, &taken);
  return taken;
}

gboolean
events_key (GtkWidget *widget, guint keyval)
{
  GtkEventController *key = events_find (widget, GTK_TYPE_EVENT_CONTROLLER_KEY);
  gboolean taken = FALSE;

  g_signal_emit_by_name (key, "key-pressed", keyval, 0, 0, &taken);
  return taken;
}
