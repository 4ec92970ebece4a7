/* What goes to the clipboard: the frame with its boxes, a chart, the values of a range.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/window-private.h"

#include <glib/gi18n.h>

#include "widgets/chart.h"
#include "widgets/values.h"

static GdkClipboard *
get_clipboard (MienWindow *self)
{
  return gtk_widget_get_clipboard (GTK_WIDGET (self));
}

static void
copy_frame_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;
  g_autoptr (GdkTexture) picture = mien_video_view_dup_picture (self->video_view);

  if (picture == NULL)
    return;
  gdk_clipboard_set_texture (get_clipboard (self), picture);
  mien_window_toast (self, _ ("Picture copied"));
}

/* --- charts ----------------------------------------------------------------------------------- */

static gboolean
is_chart (GtkWidget *widget)
{
  return MIEN_IS_CHART (widget) || MIEN_IS_LANES (widget);
}

/* @widget, or what it lies in; NULL when there is no chart. */
static GtkWidget *
find_chart_around (GtkWidget *widget)
{
  while (widget != NULL && !is_chart (widget))
    widget = gtk_widget_get_parent (widget);
  return widget;
}

/* The first chart below @widget that is seen. */
static GtkWidget *
find_chart_below (GtkWidget *widget)
{
  GtkWidget *found = NULL;

  if (!gtk_widget_get_mapped (widget))
    return NULL;
  if (is_chart (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_chart_below (child);
  return found;
}

/* What a person means by the chart: the one that was clicked on last or has the focus; else the
 * timeline, or the first one of another page. */
static GtkWidget *
find_chart (MienWindow *self)
{
  GtkWidget *focus = find_chart_around (gtk_window_get_focus (GTK_WINDOW (self)));
  GtkWidget *page = adw_view_stack_get_visible_child (self->view_stack);
  const char *name = adw_view_stack_get_visible_child_name (self->view_stack);

  if (self->clicked_chart != NULL && gtk_widget_get_mapped (self->clicked_chart))
    return self->clicked_chart;
  if (focus != NULL)
    return focus;
  if (g_strcmp0 (name, "picture") == 0)
    return GTK_WIDGET (mien_timeline_pane_get_lanes (self->timeline_pane));
  return page == NULL ? NULL : find_chart_below (page);
}

static void
copy_chart_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;
  GtkWidget *chart = find_chart (self);
  g_autoptr (GdkTexture) picture = NULL;

  if (MIEN_IS_LANES (chart))
    picture = mien_lanes_dup_picture (MIEN_LANES (chart));
  else if (chart != NULL)
    picture = mien_chart_dup_picture (MIEN_CHART (chart));
  if (picture == NULL)
    return;
  gdk_clipboard_set_texture (get_clipboard (self), picture);
  mien_window_toast (self, _ ("Chart copied"));
}

/* --- values ----------------------------------------------------------------------------------- */

static void
copy_values_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;
  MienDocument *document = mien_session_get_document (self->session);
  g_autoptr (GdkContentProvider) provider = NULL;
  gint64 start, end;

  if (document == NULL)
    return;
  if (!mien_session_get_selection (self->session, &start, &end))
    {
      mien_window_toast (self,
                         _ ("Select a range first: drag over the timeline, or press [ and ]"));
      return;
    }
  provider = mien_values_new_provider (document, start, end, FALSE);
  gdk_clipboard_set_content (get_clipboard (self), provider);
  mien_window_toast (self, _ ("Values copied"));
}

/* --- the menu of a chart ---------------------------------------------------------------------- */

static void
menu_closed_cb (GtkPopover *popover, MienWindow *self)
{
  /* The chosen action comes after the menu has gone. */
  g_idle_add_full (G_PRIORITY_LOW, G_SOURCE_FUNC (gtk_widget_unparent), g_object_ref (popover),
                   g_object_unref);
}

static void
show_menu (MienWindow *self, GtkWidget *chart, double x, double y)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  GtkWidget *popover;

  g_set_weak_pointer (&self->clicked_chart, chart);
  g_menu_append (menu, _ ("Copy Char_t"), "win.copy-chart");
  if (MIEN_IS_LANES (chart))
    {
      g_menu_append (menu, _ ("Copy _Values of the Range"), "win.copy-values");
      g_menu_append (menu, _ ("_Picture of the Timeline (PNG, SVG, PDF)…"), "win.export::plot");
    }
  popover = gtk_popover_menu_new_from_model (G_MENU_MODEL (menu));
  gtk_widget_set_parent (popover, self->content_box);
  gtk_popover_set_pointing_to (GTK_POPOVER (popover), &(GdkRectangle){ (int) x, (int) y, 1, 1 });
  gtk_popover_set_has_arrow (GTK_POPOVER (popover), FALSE);
  gtk_widget_set_halign (popover, GTK_ALIGN_START);
  g_signal_connect (popover, "closed", G_CALLBACK (menu_closed_cb), self);
  gtk_popover_popup (GTK_POPOVER (popover));
}

static void
pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, MienWindow *self)
{
  GtkWidget *chart =
      find_chart_around (gtk_widget_pick (self->content_box, x, y, GTK_PICK_DEFAULT));
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture));

  g_set_weak_pointer (&self->clicked_chart, chart);
  if (chart == NULL || button != GDK_BUTTON_SECONDARY)
    return;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  show_menu (self, chart, x, y);
}

/* The menu key. */
static void
chart_menu_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MienWindow *self = user_data;
  GtkWidget *chart = find_chart_around (gtk_window_get_focus (GTK_WINDOW (self)));
  graphene_rect_t place;

  if (chart != NULL && gtk_widget_compute_bounds (chart, self->content_box, &place))
    show_menu (self, chart, place.origin.x + place.size.width / 2,
               place.origin.y + place.size.height / 2);
}

static const GActionEntry entries[] = {
  { .name = "copy-frame", .activate = copy_frame_cb },
  { .name = "copy-chart", .activate = copy_chart_cb },
  { .name = "copy-values", .activate = copy_values_cb },
  { .name = "chart-menu", .activate = chart_menu_cb },
};

void
mien_window_init_copy (MienWindow *self)
{
  GtkGesture *click = gtk_gesture_click_new ();

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), 0);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (self->content_box, GTK_EVENT_CONTROLLER (click));
}
