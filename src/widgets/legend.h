/* The colours of the emotions, each a button that takes its line out of the lanes or puts it back.
 *
 * CSS node: `legend`. Accessible role: group of toggle buttons.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "widgets/session.h"

G_BEGIN_DECLS

#define MIEN_TYPE_LEGEND (mien_legend_get_type ())
G_DECLARE_FINAL_TYPE (MienLegend, mien_legend, MIEN, LEGEND, GtkWidget)

GtkWidget *mien_legend_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* A reference is kept. */
void mien_legend_set_session (MienLegend *self, MienSession *session);

G_END_DECLS
