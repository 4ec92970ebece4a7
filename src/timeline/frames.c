/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/cursor.h"
#include "timeline/document-private.h"

#define BLOCK_MAGIC 0x4D52464D /* "MFRM" */

void
mien_frames_clear (MienFrames *self)
{
  g_free (self->numbers);
  g_free (self->times);
  g_free (self->faces);
  memset (self, 0, sizeof *self);
}

static void
reserve (MienFrames *self, gsize more)
{
  if (self->n + more <= self->allocated)
    return;
  self->allocated = MAX (self->n + more, self->allocated + self->allocated / 2 + 256);
  self->numbers = g_renew (guint32, self->numbers, self->allocated);
  self->times = g_renew (gint64, self->times, self->allocated);
  self->faces = g_renew (guint16, self->faces, self->allocated);
}

void
mien_frames_append (MienFrames *self, const MienFrameRecord *record)
{
  reserve (self, 1);
  self->numbers[self->n] = record->frame;
  self->times[self->n] = record->pts_ns;
  self->faces[self->n] = record->faces;
  self->n++;
}

void
mien_frames_copy (MienFrames *self, const MienFrames *from)
{
  if (from->n == 0)
    return;
  reserve (self, from->n);
  memcpy (self->numbers, from->numbers, from->n * sizeof *self->numbers);
  memcpy (self->times, from->times, from->n * sizeof *self->times);
  memcpy (self->faces, from->faces, from->n * sizeof *self->faces);
  self->n = from->n;
}

GBytes *
mien_frames_encode (const MienFrames *self, gsize begin, gsize end)
{
  const guint32 head[2] = { BLOCK_MAGIC, (guint32) (end - begin) };
  GByteArray *bytes = g_byte_array_new ();
  guint n = (guint) (end - begin);

  g_assert (begin < end && end <= self->n);
  g_byte_array_append (bytes, (const guint8 *) head, sizeof head);
  g_byte_array_append (bytes, (const guint8 *) (self->numbers + begin), n * sizeof (guint32));
  g_byte_array_append (bytes, (const guint8 *) (self->times + begin), n * sizeof (gint64));
  g_byte_array_append (bytes, (const guint8 *) (self->faces + begin), n * sizeof (guint16));
  return g_byte_array_free_to_bytes (bytes);
}

gboolean
mien_frames_decode (MienFrames *self, const guint8 *data, gsize size)
{
  MienCursor cursor;
  guint32 magic, n;
  const guint8 *numbers, *times, *faces;
  gsize old = self->n;

  mien_cursor_init (&cursor, data, size);
  if (!mien_cursor_take_u32 (&cursor, &magic) || magic != BLOCK_MAGIC
      || !mien_cursor_take_u32 (&cursor, &n) || n == 0)
    return FALSE;
  numbers = mien_cursor_take (&cursor, (gsize) n * sizeof (guint32));
  times = mien_cursor_take (&cursor, (gsize) n * sizeof (gint64));
  faces = mien_cursor_take (&cursor, (gsize) n * sizeof (guint16));
  if (numbers == NULL || times == NULL || faces == NULL || mien_cursor_get_left (&cursor) != 0)
    return FALSE;
  reserve (self, n);
  memcpy (self->numbers + old, numbers, n * sizeof (guint32));
  memcpy (self->times + old, times, n * sizeof (gint64));
  memcpy (self->faces + old, faces, n * sizeof (guint16));
  for (gsize i = MAX (old, 1); i < old + n; i++)
    if (self->numbers[i] <= self->numbers[i - 1] || self->times[i] <= self->times[i - 1])
      return FALSE;
  self->n += n;
  return TRUE;
}

gsize
mien_frames_find_time (const MienFrames *self, gint64 time_ns)
{
  gsize begin = 0, end = self->n;

  while (begin < end)
    {
      gsize middle = begin + (end - begin) / 2;

      if (self->times[middle] < time_ns)
        begin = middle + 1;
      else
        end = middle;
    }
  return begin;
}
