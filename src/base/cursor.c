/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/cursor.h"

#include <string.h>

void
mien_cursor_init (MienCursor *self, const void *data, gsize size)
{
  self->data = data;
  self->size = size;
  self->offset = 0;
}

gsize
mien_cursor_get_left (const MienCursor *self)
{
  return self->size - self->offset;
}

const guint8 *
mien_cursor_take (MienCursor *self, gsize n)
{
  const guint8 *at;

  if (n > mien_cursor_get_left (self))
    return NULL;
  at = self->data + self->offset;
  self->offset += n;
  return at;
}

gboolean
mien_cursor_skip (MienCursor *self, gsize n)
{
  if (n > mien_cursor_get_left (self))
    return FALSE;
  self->offset += n;
  return TRUE;
}

gboolean
mien_cursor_take_u8 (MienCursor *self, guint8 *out)
{
  const guint8 *at = mien_cursor_take (self, 1);

  if (at == NULL)
    return FALSE;
  *out = *at;
  return TRUE;
}

gboolean
mien_cursor_take_u16 (MienCursor *self, guint16 *out)
{
  const guint8 *at = mien_cursor_take (self, sizeof *out);

  if (at == NULL)
    return FALSE;
  memcpy (out, at, sizeof *out);
  *out = GUINT16_FROM_LE (*out);
  return TRUE;
}

gboolean
mien_cursor_take_u32 (MienCursor *self, guint32 *out)
{
  const guint8 *at = mien_cursor_take (self, sizeof *out);

  if (at == NULL)
    return FALSE;
  memcpy (out, at, sizeof *out);
  *out = GUINT32_FROM_LE (*out);
  return TRUE;
}

gboolean
mien_cursor_take_u64 (MienCursor *self, guint64 *out)
{
  const guint8 *at = mien_cursor_take (self, sizeof *out);

  if (at == NULL)
    return FALSE;
  memcpy (out, at, sizeof *out);
  *out = GUINT64_FROM_LE (*out);
  return TRUE;
}
