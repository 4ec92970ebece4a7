/* Elements of EBML, of which Matroska and WebM are made (RFC 8794). Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The first @n bytes as a number, the most significant first. */
guint64 mien_ebml_get_number (const guint8 *bytes, int n);

/* A number whose first byte tells its length (RFC 8794, 4) among @n bytes. How many it has, 0 when
 * there is none. @keep_mark: with the bit that tells the length, as ids are written. @is_unknown:
 * all its bits are ones, which as a length means "until something else comes". */
int mien_ebml_get_vint (
    const guint8 *bytes, gsize n, gboolean keep_mark, guint64 *value, gboolean *is_unknown);

/* The head of the element at @bytes: how many bytes it has, 0 when there is none. */
int
mien_ebml_get_head (const guint8 *bytes, gsize n, guint64 *id, guint64 *length, gboolean *is_open);

G_END_DECLS
