/* What a person has to know before reading emotions off faces: limits, privacy, law.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The text as Pango markup, translated; borrowed. */
const char *mien_notice_get_markup (void);

/* Shows it over @parent unless it was accepted before; remembers that it was. */
void mien_notice_present_once (GtkWindow *parent);

/* Shows it over @parent in any case. */
void mien_notice_present (GtkWindow *parent);

G_END_DECLS
