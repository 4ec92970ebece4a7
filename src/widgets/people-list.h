/* The people of the document; the selected row is the chosen person.
 *
 * CSS node: `peoplelist`. Accessible role: list inside.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "widgets/session.h"

G_BEGIN_DECLS

#define MIEN_TYPE_PEOPLE_LIST (mien_people_list_get_type ())
G_DECLARE_FINAL_TYPE (MienPeopleList, mien_people_list, MIEN, PEOPLE_LIST, GtkWidget)

GtkWidget *mien_people_list_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* A reference is kept. */
void mien_people_list_set_session (MienPeopleList *self, MienSession *session);

/* Opens the name of the chosen person for editing; FALSE when nobody is chosen. */
gboolean mien_people_list_rename_chosen (MienPeopleList *self);

/* Rows that are there now, for tests. */
guint mien_people_list_get_n_rows (MienPeopleList *self);

G_END_DECLS
