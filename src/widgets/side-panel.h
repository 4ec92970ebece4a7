/* The chosen face: who it is, what it shows, every value, what the value rests on; and the people.
 *
 * CSS node: `sidepanel`. Accessible role: group.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "widgets/people-list.h"
#include "widgets/session.h"

G_BEGIN_DECLS

#define MIEN_TYPE_SIDE_PANEL (mien_side_panel_get_type ())
G_DECLARE_FINAL_TYPE (MienSidePanel, mien_side_panel, MIEN, SIDE_PANEL, GtkWidget)

GtkWidget *mien_side_panel_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* References are kept. */
void mien_side_panel_set_session (MienSidePanel *self, MienSession *session);
/* The whole picture that stands. */
void mien_side_panel_set_texture (MienSidePanel *self, GdkTexture *texture);

MienPeopleList *mien_side_panel_get_people_list (MienSidePanel *self); /* borrowed */

G_END_DECLS
