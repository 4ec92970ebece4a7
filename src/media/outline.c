/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/outline.h"

#include <stdio.h>
#include <string.h>

#include "media/ebml.h"

/* More boxes than any real file has on its top level; ends walks through crafted ones. */
#define MAX_STEPS 1000000

static gboolean
read_at (FILE *file, gint64 offset, guint8 *out, gsize n)
{
  return fseeko (file, offset, SEEK_SET) == 0 && fread (out, 1, n, file) == n;
}

static guint32
get_le32 (const guint8 *bytes)
{
  return (guint32) bytes[0] | (guint32) bytes[1] << 8 | (guint32) bytes[2] << 16
         | (guint32) bytes[3] << 24;
}

/* What lies beyond @size of an element that is @length long from @offset on. */
static gint64
count_beyond (gint64 size, gint64 offset, guint64 length)
{
  guint64 left = (guint64) (size - offset);

  if (length <= left)
    return 0;
  return length - left > G_MAXINT64 ? G_MAXINT64 : (gint64) (length - left);
}

/* ISO/IEC 14496-12, 4.2: size (32 bit), type, perhaps a 64 bit size; 0 means up to the end. */
static gint64
walk_boxes (FILE *file, gint64 size)
{
  gint64 offset = 0;

  for (int step = 0; step < MAX_STEPS && offset < size; step++)
    {
      guint8 head[16];
      guint64 length;
      guint64 n_head = 8;

      /* Some writers leave a few zero bytes behind the last box. */
      if (size - offset < 8 || !read_at (file, offset, head, 8))
        return 0;
      length = mien_ebml_get_number (head, 4);
      if (length == 0)
        return 0;
      if (length == 1)
        {
          if (!read_at (file, offset, head, 16))
            return 16 - (size - offset);
          length = mien_ebml_get_number (head + 8, 8);
          n_head = 16;
        }
      if (length < n_head)
        return 0;
      if (count_beyond (size, offset, length) > 0)
        return count_beyond (size, offset, length);
      offset += (gint64) length;
    }
  return 0;
}

/* The head of the EBML element at @offset: the bytes of its head, 0 when there is none. */
static int
read_element (FILE *file, gint64 offset, gint64 size, guint64 *id, guint64 *length, gboolean *open)
{
  guint8 head[12] = { 0 };
  gsize n = (gsize) MIN (size - offset, 12);

  if (size <= offset || !read_at (file, offset, head, n))
    return 0;
  return mien_ebml_get_head (head, n, id, length, open);
}

/* The segment says how long it is, unless it was written to a pipe; then each of its elements
 * does. RFC 9559, 4.5. */
static gint64
walk_matroska (FILE *file, gint64 size)
{
  const guint64 segment_id = 0x18538067;
  gint64 offset = 0;

  for (int step = 0; step < MAX_STEPS && offset < size; step++)
    {
      guint64 id, length;
      gboolean open = FALSE;
      int n = read_element (file, offset, size, &id, &length, &open);

      if (n == 0)
        return 0;
      if (!open && count_beyond (size, offset + n, length) > 0)
        return count_beyond (size, offset + n, length);
      if (open && id != segment_id)
        return 0;
      offset += id == segment_id ? n : n + (gint64) length;
    }
  return 0;
}

/* RIFF: one length for all, but OpenDML files go on with more RIFF chunks. */
static gint64
walk_riff (FILE *file, gint64 size)
{
  gint64 offset = 0;

  for (int step = 0; step < MAX_STEPS && size - offset >= 8; step++)
    {
      guint8 head[8];
      guint64 length;

      if (!read_at (file, offset, head, 8) || memcmp (head, "RIFF", 4) != 0)
        return 0;
      length = get_le32 (head + 4);
      /* Writers to a pipe leave 0 or all ones. */
      if (length == 0 || length == G_MAXUINT32)
        return 0;
      if (count_beyond (size, offset + 8, length) > 0)
        return count_beyond (size, offset + 8, length);
      offset += 8 + (gint64) (length + (length & 1));
    }
  return 0;
}

/* PNG ends with an IEND chunk (ISO/IEC 15948, 11.2.5). */
static gint64
walk_png (FILE *file, gint64 size)
{
  gint64 offset = 8;

  for (int step = 0; step < MAX_STEPS; step++)
    {
      guint8 head[8];
      guint64 length;

      if (size - offset < 12 || !read_at (file, offset, head, 8))
        return MAX (1, offset + 12 - size);
      length = mien_ebml_get_number (head, 4) + 12;
      if (count_beyond (size, offset, length) > 0)
        return count_beyond (size, offset, length);
      if (memcmp (head + 4, "IEND", 4) == 0)
        return 0;
      offset += (gint64) length;
    }
  return 0;
}

/* JPEG ends with EOI (ITU-T T.81, B.1.1.3); cameras put other data behind, so look for it in the
 * last part only and be content with any. */
static gint64
walk_jpeg (FILE *file, gint64 size)
{
  guint8 tail[4096];
  gsize n = (gsize) MIN (size, (gint64) sizeof tail);

  if (!read_at (file, size - (gint64) n, tail, n))
    return 0;
  for (gsize i = 0; i + 1 < n; i++)
    if (tail[i] == 0xff && tail[i + 1] == 0xd9)
      return 0;
  /* Data behind the picture (a second picture, a film) ends differently: only a file whose end is
   * still coded picture is cut. Stuffed 0xff bytes are the sign of that. */
  for (gsize i = 0; i + 1 < n; i++)
    if (tail[i] == 0xff && tail[i + 1] == 0x00)
      return 1;
  return 0;
}

gint64
mien_outline_count_missing (const char *path)
{
  FILE *file = fopen (path, "rb");
  guint8 head[12];
  gint64 missing = 0;
  gint64 size;

  if (file == NULL)
    return 0;
  if (fseeko (file, 0, SEEK_END) == 0 && (size = ftello (file)) >= 12
      && read_at (file, 0, head, sizeof head))
    {
      if (memcmp (head + 4, "ftyp", 4) == 0 || memcmp (head + 4, "moov", 4) == 0
          || memcmp (head + 4, "mdat", 4) == 0 || memcmp (head + 4, "wide", 4) == 0
          || memcmp (head + 4, "free", 4) == 0)
        missing = walk_boxes (file, size);
      else if (mien_ebml_get_number (head, 4) == 0x1a45dfa3)
        missing = walk_matroska (file, size);
      else if (memcmp (head, "RIFF", 4) == 0)
        missing = walk_riff (file, size);
      else if (memcmp (head, "\x89PNG\r\n\x1a\n", 8) == 0)
        missing = walk_png (file, size);
      else if (mien_ebml_get_number (head, 3) == 0xffd8ff)
        missing = walk_jpeg (file, size);
    }
  fclose (file);
  return missing;
}
