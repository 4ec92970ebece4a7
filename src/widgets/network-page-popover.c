/* What a click on a part of a view opens.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <adwaita.h>
#include <math.h>

#include "widgets/network-page-private.h"

GtkWidget *
mien_network_popover_new (MienNetworkPage *self, GtkWidget *content)
{
  GtkWidget *popover = gtk_popover_new (), *clamp = adw_clamp_new ();

  adw_clamp_set_child (ADW_CLAMP (clamp), content);
  gtk_popover_set_child (GTK_POPOVER (popover), clamp);
  gtk_widget_set_parent (popover, GTK_WIDGET (self));
  return popover;
}

/* @at of @view in coordinates of the page: the part that is not scrolled away, or the edge nearest
 * to it. Nothing can be opened beside what is not on the screen. */
static GdkRectangle
get_visible (GtkWidget *page, GtkWidget *view, const cairo_rectangle_t *at)
{
  GtkWidget *scroller = gtk_widget_get_ancestor (view, GTK_TYPE_SCROLLED_WINDOW);
  graphene_rect_t whole, part;
  double x, y, bottom;

  if (scroller == NULL || !gtk_widget_compute_bounds (view, page, &whole)
      || !gtk_widget_compute_bounds (scroller, page, &part))
    return (GdkRectangle){ 0, 0, 1, 1 };
  x = whole.origin.x + at->x;
  y = CLAMP (whole.origin.y + at->y, part.origin.y, part.origin.y + part.size.height - 1);
  bottom = CLAMP (whole.origin.y + at->y + at->height, y + 1, part.origin.y + part.size.height);
  return (GdkRectangle){ (int) x, (int) y, (int) at->width, (int) (bottom - y) };
}

void
mien_network_popover_show (GtkWidget *popover,
                           GtkWidget *view,
                           int width,
                           const cairo_rectangle_t *at)
{
  GtkWidget *page = gtk_widget_get_parent (popover);
  AdwClamp *clamp = ADW_CLAMP (gtk_popover_get_child (GTK_POPOVER (popover)));
  int wanted = (int) lround (width * mien_chart_get_text_scale (page));
  GdkRectangle visible = get_visible (page, view, at);

  /* A popover of GTK 4.8 asks how tall its content is at a width that has its own shadow in it:
   * text that wraps would get too few lines. What is never wider than this cannot be asked so. */
  gtk_widget_set_size_request (adw_clamp_get_child (clamp), wanted, -1);
  adw_clamp_set_maximum_size (clamp, wanted);
  adw_clamp_set_tightening_threshold (clamp, wanted);
  gtk_popover_set_pointing_to (GTK_POPOVER (popover), &visible);
  gtk_popover_popup (GTK_POPOVER (popover));
}
