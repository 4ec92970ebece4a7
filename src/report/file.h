/* A file that appears under its name only when it is whole. Private to the room and the command
 * line.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Writes to @stream; FALSE with an error of its own or the stream's. */
typedef gboolean (*MienFileFunc) (GOutputStream *stream, gpointer user_data, GError **error);

/* Lets @func write a temporary file beside @path, syncs it and gives it its name; the old file
 * stays when anything fails. What is no regular file is opened and written. Every error comes out
 * as MIEN_ERROR_OUTPUT that names @path. */
gboolean mien_file_write (const char *path, MienFileFunc func, gpointer user_data, GError **error);

G_END_DECLS
