/* A reader over a block of bytes that came from outside: every read checks what is left.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Borrows @data; the caller keeps it alive. All integers are little endian. */
typedef struct
{
  const guint8 *data;
  gsize size;
  gsize offset;
} MienCursor;

void mien_cursor_init (MienCursor *self, const void *data, gsize size);

gsize mien_cursor_get_left (const MienCursor *self);

/* Hands out @n bytes in place and steps over them. NULL, without a step, when fewer are left. */
const guint8 *mien_cursor_take (MienCursor *self, gsize n);

gboolean mien_cursor_skip (MienCursor *self, gsize n) G_GNUC_WARN_UNUSED_RESULT;
gboolean mien_cursor_take_u8 (MienCursor *self, guint8 *out) G_GNUC_WARN_UNUSED_RESULT;
gboolean mien_cursor_take_u16 (MienCursor *self, guint16 *out) G_GNUC_WARN_UNUSED_RESULT;
gboolean mien_cursor_take_u32 (MienCursor *self, guint32 *out) G_GNUC_WARN_UNUSED_RESULT;
gboolean mien_cursor_take_u64 (MienCursor *self, guint64 *out) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
