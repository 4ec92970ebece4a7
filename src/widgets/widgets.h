/* Makes the widgets of this room ready for templates.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Makes sure of the templates, the types they name, and the icons of the default display when there
 * is one. The style sheet is AdwApplication's to load. Main thread, after gtk_init(); a second call
 * does nothing. */
void mien_widgets_init (void);

G_END_DECLS
