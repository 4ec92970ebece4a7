/* Asks whether two people who look alike are one: the nearest pair of the document at a time. A yes
 * merges them, which can be undone; a no is kept in the document and not asked again. Not there
 * while there is nothing to ask.
 *
 * CSS node: `likenessbar`. Accessible role: group.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "widgets/session.h"

G_BEGIN_DECLS

#define MIEN_TYPE_LIKENESS_BAR (mien_likeness_bar_get_type ())
G_DECLARE_FINAL_TYPE (MienLikenessBar, mien_likeness_bar, MIEN, LIKENESS_BAR, GtkWidget)

GtkWidget *mien_likeness_bar_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* Keeps a reference. */
void mien_likeness_bar_set_session (MienLikenessBar *self, MienSession *session);

G_END_DECLS
