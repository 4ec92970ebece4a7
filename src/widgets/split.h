/* Two children: side by side where there is room, one under the other where there is not.
 *
 * CSS node: `split`, with the style class `folded` while they are stacked.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MIEN_TYPE_SPLIT (mien_split_get_type ())
G_DECLARE_FINAL_TYPE (MienSplit, mien_split, MIEN, SPLIT, GtkWidget)

GtkWidget *mien_split_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* The child that takes what is left, and the one at the end, or below. Properties main and side. */
void mien_split_set_main (MienSplit *self, GtkWidget *child);
GtkWidget *mien_split_get_main (MienSplit *self);
void mien_split_set_side (MienSplit *self, GtkWidget *child);
GtkWidget *mien_split_get_side (MienSplit *self);

/* Property main-share: part of the height that the main child has when they are stacked, unless the
 * side needs more. */

/* TRUE since the last allocation that stacked them. Property folded, notified. */
gboolean mien_split_is_folded (MienSplit *self);

G_END_DECLS
