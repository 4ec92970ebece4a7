/* The clip in numbers: verdict, sums per person, the table of states whose rows lead to their
 * moment. For the whole film, or for the selected range.
 *
 * CSS node: `statisticspage`. Accessible role: group.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "widgets/session.h"

G_BEGIN_DECLS

#define MIEN_TYPE_STATISTICS_PAGE (mien_statistics_page_get_type ())
G_DECLARE_FINAL_TYPE (MienStatisticsPage, mien_statistics_page, MIEN, STATISTICS_PAGE, GtkWidget)

GtkWidget *mien_statistics_page_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* A reference is kept. */
void mien_statistics_page_set_session (MienStatisticsPage *self, MienSession *session);

/* Rows of the table of states now, of MienStateItem; borrowed. */
GListModel *mien_statistics_page_get_states (MienStatisticsPage *self);
const char *mien_statistics_page_get_verdict (MienStatisticsPage *self);

G_END_DECLS
