/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/widgets.h"

#include "ui/mien-resources.h"
#include "widgets/analysis-bar.h"
#include "widgets/camera-bar.h"
#include "widgets/network-page.h"
#include "widgets/side-panel.h"
#include "widgets/split.h"
#include "widgets/statistics-page.h"
#include "widgets/timeline-pane.h"
#include "widgets/transport.h"
#include "widgets/video-view.h"

#define OUTLIVE_MS 400

static gboolean
outlived_cb (gpointer label)
{
  return G_SOURCE_REMOVE;
}

void
mien_widgets_outlive_focus (GtkEditableLabel *label)
{
  g_return_if_fail (GTK_IS_EDITABLE_LABEL (label));
  g_timeout_add_full (G_PRIORITY_DEFAULT, OUTLIVE_MS, outlived_cb, g_object_ref (label),
                      g_object_unref);
}

void
mien_widgets_pop_down (GtkWidget *widget)
{
  GtkWidget *next;

  g_return_if_fail (GTK_IS_WIDGET (widget));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = next)
    {
      /* One that goes when it is hidden takes nothing else with it. */
      next = gtk_widget_get_next_sibling (child);
      mien_widgets_pop_down (child);
      if (GTK_IS_POPOVER (child) && gtk_widget_get_visible (child))
        gtk_popover_popdown (GTK_POPOVER (child));
    }
}

void
mien_widgets_init (void)
{
  static gboolean done;
  GdkDisplay *display = gdk_display_get_default ();

  if (done)
    return;
  done = TRUE;
  /* The linker keeps the resources, which register themselves, because of this call. */
  mien_get_resource ();
  g_type_ensure (MIEN_TYPE_ANALYSIS_BAR);
  g_type_ensure (MIEN_TYPE_CAMERA_BAR);
  g_type_ensure (MIEN_TYPE_NETWORK_PAGE);
  g_type_ensure (MIEN_TYPE_SIDE_PANEL);
  g_type_ensure (MIEN_TYPE_SPLIT);
  g_type_ensure (MIEN_TYPE_STATISTICS_PAGE);
  g_type_ensure (MIEN_TYPE_TIMELINE_PANE);
  g_type_ensure (MIEN_TYPE_TRANSPORT);
  g_type_ensure (MIEN_TYPE_VIDEO_VIEW);
  if (display != NULL)
    gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (display),
                                      "/io/github/mien/Mien/icons");
}
