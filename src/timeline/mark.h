/* A mark or a named range that a person set or imported. Changed through the document only.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define MIEN_TYPE_MARK (mien_mark_get_type ())
G_DECLARE_FINAL_TYPE (MienMark, mien_mark, MIEN, MARK, GObject)

/* Main thread. */
guint mien_mark_get_id (MienMark *self); /* >= 1, stays for the document's life */
gint64 mien_mark_get_start (MienMark *self);
gint64 mien_mark_get_end (MienMark *self); /* equals the start for a mark without length */
const char *mien_mark_get_label (MienMark *self);
gboolean mien_mark_is_range (MienMark *self);

G_END_DECLS
