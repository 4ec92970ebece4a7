/* What a person does with pointer and keys, given to a widget's own controllers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

/* The first controller of @type on @widget; the test fails without one. Borrowed. */
GtkEventController *events_find (GtkWidget *widget, GType type);

/* Button down at @x, @y, moved by @dx, @dy, up again. */
void events_drag (GtkWidget *widget, double x, double y, double dx, double dy);
void events_click (GtkWidget *widget, double x, double y, int n_press);
void events_move (GtkWidget *widget, double x, double y);
/* Whether the widget took it. */
gboolean events_scroll (GtkWidget *widget, double dx, double dy);
gboolean events_key (GtkWidget *widget, guint keyval);
