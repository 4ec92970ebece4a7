/* The values of a stretch of a document as a table, for the clipboard and for dragging.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "timeline/document.h"

G_BEGIN_DECLS

/* Newly allocated: rows of frames.csv from @start_ns on and before @end_ns, with the header. The
 * document's thread. */
GBytes *mien_values_dup_csv (MienDocument *document,
                             gint64 start_ns,
                             gint64 end_ns) G_GNUC_WARN_UNUSED_RESULT;

/* The same as text/csv, as plain text, and, with @as_file, as a file of the user's cache that is
 * written now, named after the film and the times: a file manager takes that one. */
GdkContentProvider *mien_values_new_provider (MienDocument *document,
                                              gint64 start_ns,
                                              gint64 end_ns,
                                              gboolean as_file) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
