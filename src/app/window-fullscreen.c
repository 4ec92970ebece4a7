/* Full screen: the picture with its overlays, and a strip that hides when nothing moves.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/window-private.h"

#define HIDE_MS 2500

static void
show_controls (MienWindow *self, gboolean show)
{
  gtk_revealer_set_reveal_child (self->transport_revealer, show);
  gtk_widget_set_visible (GTK_WIDGET (self->timeline_pane), show);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self->video_view), show ? NULL : "none");
}

static gboolean
hide_cb (gpointer user_data)
{
  MienWindow *self = user_data;

  self->hide_source = 0;
  /* Never under the keyboard: who walks through the buttons has to see them. */
  if (gtk_window_is_fullscreen (GTK_WINDOW (self))
      && !gtk_widget_is_ancestor (gtk_window_get_focus (GTK_WINDOW (self)) != NULL
                                      ? gtk_window_get_focus (GTK_WINDOW (self))
                                      : GTK_WIDGET (self),
                                  GTK_WIDGET (self->transport_revealer)))
    show_controls (self, FALSE);
  return G_SOURCE_REMOVE;
}

static void
wake_controls (MienWindow *self)
{
  g_clear_handle_id (&self->hide_source, g_source_remove);
  if (!gtk_window_is_fullscreen (GTK_WINDOW (self)))
    return;
  show_controls (self, TRUE);
  self->hide_source = g_timeout_add (HIDE_MS, hide_cb, self);
}

static void
motion_cb (GtkEventControllerMotion *controller, double x, double y, MienWindow *self)
{
  if (gtk_window_is_fullscreen (GTK_WINDOW (self)))
    wake_controls (self);
}

static void
fullscreened_cb (GtkWindow *window, GParamSpec *pspec, MienWindow *self)
{
  gboolean full = gtk_window_is_fullscreen (window);

  gtk_widget_set_visible (self->header, !full);
  gtk_widget_set_visible (self->view_switcher, !full);
  gtk_widget_set_visible (self->side_scroller, !full);
  mien_timeline_pane_set_compact (self->timeline_pane, full);
  if (full)
    {
      adw_view_stack_set_visible_child_name (self->view_stack, "picture");
      gtk_widget_grab_focus (GTK_WIDGET (self->video_view));
    }
  show_controls (self, TRUE);
  wake_controls (self);
}

void
mien_window_init_fullscreen (MienWindow *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();

  gtk_event_controller_set_propagation_phase (motion, GTK_PHASE_CAPTURE);
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  g_signal_connect (self, "notify::fullscreened", G_CALLBACK (fullscreened_cb), self);
}

void
mien_window_dispose_fullscreen (MienWindow *self)
{
  g_clear_handle_id (&self->hide_source, g_source_remove);
}
