/* The button of the timeline that opens smoothing, threshold and segment length: what can be turned
 * without analysing again. A change is the document's at once, and with it everything that is drawn
 * or exported.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "widgets/session.h"

G_BEGIN_DECLS

#define MIEN_TYPE_FILTERS_BUTTON (mien_filters_button_get_type ())
G_DECLARE_FINAL_TYPE (MienFiltersButton, mien_filters_button, MIEN, FILTERS_BUTTON, GtkWidget)

GtkWidget *mien_filters_button_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* Keeps a reference. */
void mien_filters_button_set_session (MienFiltersButton *self, MienSession *session);

G_END_DECLS
