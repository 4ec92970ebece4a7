/* One row of the table of states: a copy, so that the table outlives an edit of the document.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/states.h"

G_BEGIN_DECLS

#define MIEN_TYPE_STATE_ITEM (mien_state_item_get_type ())
G_DECLARE_FINAL_TYPE (MienStateItem, mien_state_item, MIEN, STATE_ITEM, GObject)

/* @name: of the person; @class_name: NULL for uncertain. */
MienStateItem *mien_state_item_new (const MienState *state,
                                    const char *name,
                                    const char *class_name) G_GNUC_WARN_UNUSED_RESULT;

const MienState *mien_state_item_get_state (MienStateItem *self);
const char *mien_state_item_get_name (MienStateItem *self);
const char *mien_state_item_get_class_name (MienStateItem *self); /* nullable */

G_END_DECLS
