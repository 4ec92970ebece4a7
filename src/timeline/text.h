/* Text that is put together in memory and written at once; JSON with fixed order and digits.
 * Private to the room's exports.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Writes the whole of @text to @stream. */
gboolean mien_text_write (const GString *text, GOutputStream *stream, GError **error);

/* JSON, two spaces of indent. Each call adds one value; @name is NULL inside arrays and at the top.
 * What begins an object or array is ended by mien_json_end() with the same bracket. */
void mien_json_begin (GString *text, const char *name, char bracket);
void mien_json_end (GString *text, char bracket);
void mien_json_string (GString *text, const char *name, const char *value); /* NULL: null */
void mien_json_int (GString *text, const char *name, gint64 value);
void mien_json_bool (GString *text, const char *name, gboolean value);
/* Six decimals at most, without zeros at the end; NaN is null. */
void mien_json_number (GString *text, const char *name, double value);
void mien_json_seconds (GString *text, const char *name, gint64 ns);
/* @json is JSON text; what is none becomes null. */
void mien_json_raw (GString *text, const char *name, const char *json);

G_END_DECLS
