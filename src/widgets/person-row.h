/* One person in the list: colour, name (editable), what they show most of the time, a menu.
 *
 * Accessible role: that of GtkListBoxRow.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "widgets/session.h"

G_BEGIN_DECLS

#define MIEN_TYPE_PERSON_ROW (mien_person_row_get_type ())
G_DECLARE_FINAL_TYPE (MienPersonRow, mien_person_row, MIEN, PERSON_ROW, GtkListBoxRow)

/* References are kept. */
GtkWidget *mien_person_row_new (MienSession *session, MienPerson *person) G_GNUC_WARN_UNUSED_RESULT;

MienPerson *mien_person_row_get_person (MienPersonRow *self); /* borrowed */

/* Opens the name for editing. */
void mien_person_row_start_editing (MienPersonRow *self);

/* Works the statistics out anew. */
void mien_person_row_update (MienPersonRow *self);

G_END_DECLS
