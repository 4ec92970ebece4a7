/* What of the network page stands where, by the room there is and the size of text.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <adwaita.h>

#include "widgets/chart.h"
#include "widgets/network-page-private.h"

#define LARGE_TEXT 1.5

/* Where there is little room the drawings get it: words on a line of their own, or on demand, and
 * views by a menu where their names do not fit beside each other. */
void
mien_network_page_place (MienNetworkPage *self)
{
  gboolean folded = mien_split_is_folded (self->split);
  gboolean large = mien_chart_get_text_scale (GTK_WIDGET (self)) >= LARGE_TEXT;
  gboolean is_wide = !folded && !large;
  GtkBox *bars[] = { self->kernel_bar, self->map_bar, self->response_bar, self->influence_bar };

  for (gsize i = 0; i < G_N_ELEMENTS (bars); i++)
    gtk_orientable_set_orientation (GTK_ORIENTABLE (bars[i]), is_wide ? GTK_ORIENTATION_HORIZONTAL
                                                                      : GTK_ORIENTATION_VERTICAL);
  gtk_expander_set_expanded (self->words_expander, is_wide);
  gtk_widget_set_visible (self->layer_scroller, !folded);
  gtk_widget_set_visible (GTK_WIDGET (self->layer_dropdown), folded);
  gtk_widget_set_visible (self->view_switcher, !folded || !large);
  gtk_widget_set_visible (GTK_WIDGET (self->view_dropdown), folded && large);
}

/* Not within the allocation that folds: what it allocates must not change under it. */
static gboolean
fold_cb (gpointer data)
{
  MienNetworkPage *self = data;

  self->fold_source = 0;
  mien_network_page_place (self);
  if (mien_split_is_folded (self->split))
    gtk_widget_add_css_class (GTK_WIDGET (self), "narrow");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "narrow");
  mien_plot_view_changed (self->face_view);
  return G_SOURCE_REMOVE;
}

static void
folded_cb (MienSplit *split, GParamSpec *pspec, MienNetworkPage *self)
{
  if (self->fold_source == 0)
    self->fold_source = g_idle_add (fold_cb, self);
}

/* ---- Views by a menu ---- */

static void
chosen_cb (GtkDropDown *dropdown, GParamSpec *pspec, GtkStack *stack)
{
  GtkWidget *view = gtk_widget_get_first_child (GTK_WIDGET (stack));

  for (guint i = gtk_drop_down_get_selected (dropdown); i > 0 && view != NULL; i--)
    view = gtk_widget_get_next_sibling (view);
  if (view != NULL)
    gtk_stack_set_visible_child (stack, view);
}

static void
shown_cb (GtkStack *stack, GParamSpec *pspec, GtkDropDown *dropdown)
{
  GtkWidget *shown = gtk_stack_get_visible_child (stack);
  guint i = 0;

  for (GtkWidget *view = gtk_widget_get_first_child (GTK_WIDGET (stack));
       view != NULL && view != shown; view = gtk_widget_get_next_sibling (view))
    i++;
  if (shown != NULL)
    gtk_drop_down_set_selected (dropdown, i);
}

/* Not the stack's own model of its pages: in GTK 4.8 that may be read after the stack is gone. */
static void
fill_views (MienNetworkPage *self)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  for (GtkWidget *view = gtk_widget_get_first_child (GTK_WIDGET (self->view_stack)); view != NULL;
       view = gtk_widget_get_next_sibling (view))
    gtk_string_list_append (titles,
                            gtk_stack_page_get_title (gtk_stack_get_page (self->view_stack, view)));
  gtk_drop_down_set_model (self->view_dropdown, G_LIST_MODEL (titles));
}

void
mien_network_page_init_places (MienNetworkPage *self)
{
  fill_views (self);
  shown_cb (self->view_stack, NULL, self->view_dropdown);
  g_signal_connect_object (self->view_dropdown, "notify::selected", G_CALLBACK (chosen_cb),
                           self->view_stack, 0);
  g_signal_connect_object (self->view_stack, "notify::visible-child", G_CALLBACK (shown_cb),
                           self->view_dropdown, 0);
  g_signal_connect (self->split, "notify::folded", G_CALLBACK (folded_cb), self);
}
