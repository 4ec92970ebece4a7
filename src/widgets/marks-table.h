/* The marks and ranges as a table: names and times are edited in place, a row can be gone to or
 * deleted. Everything works by keyboard: arrows walk, Enter on a row goes there, Tab reaches its
 * cells.
 *
 * CSS node: `markstable`. Accessible role: group.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "widgets/session.h"

G_BEGIN_DECLS

#define MIEN_TYPE_MARKS_TABLE (mien_marks_table_get_type ())
G_DECLARE_FINAL_TYPE (MienMarksTable, mien_marks_table, MIEN, MARKS_TABLE, GtkWidget)

GtkWidget *mien_marks_table_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* Keeps a reference. */
void mien_marks_table_set_session (MienMarksTable *self, MienSession *session);
/* Works the statistics of all rows out again. */
void mien_marks_table_update (MienMarksTable *self);

G_END_DECLS
