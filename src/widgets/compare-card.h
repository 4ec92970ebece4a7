/* Two people, or two stretches of the film, side by side: means with their spread as a chart,
 * shares of time and their difference as a table.
 *
 * CSS node: `comparecard`. Accessible role: group.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "widgets/session.h"

G_BEGIN_DECLS

#define MIEN_TYPE_COMPARE_CARD (mien_compare_card_get_type ())
G_DECLARE_FINAL_TYPE (MienCompareCard, mien_compare_card, MIEN, COMPARE_CARD, GtkWidget)

GtkWidget *mien_compare_card_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* Keeps a reference. */
void mien_compare_card_set_session (MienCompareCard *self, MienSession *session);
/* Fills the drop-downs again and works the numbers out again. */
void mien_compare_card_update (MienCompareCard *self);

G_END_DECLS
