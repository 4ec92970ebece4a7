/* Makes the widgets of this room ready for templates.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Makes sure of the templates, the types they name, and the icons of the default display when there
 * is one. The style sheet is AdwApplication's to load. Main thread, after gtk_init(); a second call
 * does nothing. */
void mien_widgets_init (void);

/* Keeps @label a moment longer than its parent. GTK 4.8 looks a tenth of a second after a
 * GtkEditableLabel lost the focus whether it has it again, through a pointer that is not one any
 * more when the label went in between. */
void mien_widgets_outlive_focus (GtkEditableLabel *label);

/* Hides every popover in @widget that is shown. GTK 4.8 keeps a popover that goes with its parent
 * while it is shown: its grab is never given back, and a tooltip that was about to come asks for
 * the surface that it has no more. */
void mien_widgets_pop_down (GtkWidget *widget);

G_END_DECLS
