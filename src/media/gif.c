/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/gif.h"

#include <string.h>

#include "base/cursor.h"

#define MAX_CODES 4096

typedef enum
{
  DISPOSE_KEEP = 1,
  DISPOSE_CLEAR = 2,
  DISPOSE_RESTORE = 3
} Disposal;

struct _MienGif
{
  MienCursor cursor;
  int width, height;
  guint8 palette[256 * 3]; /* of the whole file */
  guint8 *canvas;          /* width * height * 4 */
  guint8 *saved; /* the canvas before a picture that will be taken away, NULL until needed */

  /* What the control block before a picture says. */
  int delay;       /* hundredths of a second */
  int transparent; /* index, -1: none */
  Disposal disposal;

  /* What has to be done to the picture before, before the next one is drawn. */
  Disposal last_disposal;
  int last_x, last_y, last_width, last_height;
};

MienGif *
mien_gif_new (const guint8 *data, gsize size)
{
  g_autoptr (MienGif) self = g_new0 (MienGif, 1);
  const guint8 *head;
  const guint8 *colors;

  mien_cursor_init (&self->cursor, data, size);
  head = mien_cursor_take (&self->cursor, 13);
  if (head == NULL || (memcmp (head, "GIF87a", 6) != 0 && memcmp (head, "GIF89a", 6) != 0))
    return NULL;
  self->width = head[6] | head[7] << 8;
  self->height = head[8] | head[9] << 8;
  if (self->width == 0 || self->height == 0
      || (gint64) self->width * self->height > MIEN_GIF_MAX_PIXELS)
    return NULL;
  if ((head[10] & 0x80) != 0)
    {
      gsize n = (gsize) 3 << ((head[10] & 7) + 1);

      colors = mien_cursor_take (&self->cursor, n);
      if (colors == NULL)
        return NULL;
      memcpy (self->palette, colors, n);
    }
  self->canvas = g_malloc0 ((gsize) self->width * (gsize) self->height * 4);
  self->transparent = -1;
  self->disposal = self->last_disposal = DISPOSE_KEEP;
  return g_steal_pointer (&self);
}

void
mien_gif_free (MienGif *self)
{
  g_free (self->canvas);
  g_free (self->saved);
  g_free (self);
}

int
mien_gif_get_width (const MienGif *self)
{
  return self->width;
}

int
mien_gif_get_height (const MienGif *self)
{
  return self->height;
}

/* Data come in blocks of at most 255 bytes, ended by an empty one. Without @out they are skipped.
 */
static gboolean
read_blocks (MienGif *self, GByteArray *out)
{
  guint8 n;

  while (mien_cursor_take_u8 (&self->cursor, &n))
    {
      const guint8 *bytes = mien_cursor_take (&self->cursor, n);

      if (bytes == NULL)
        return FALSE;
      if (n == 0)
        return TRUE;
      if (out != NULL)
        g_byte_array_append (out, bytes, n);
    }
  return FALSE;
}

static gboolean
read_extension (MienGif *self)
{
  guint8 label;

  if (!mien_cursor_take_u8 (&self->cursor, &label))
    return FALSE;
  if (label == 0xf9)
    {
      const guint8 *block = mien_cursor_take (&self->cursor, 6);

      if (block == NULL || block[0] != 4)
        return FALSE;
      self->disposal = (Disposal) (block[1] >> 2 & 7);
      self->delay = block[2] | block[3] << 8;
      self->transparent = (block[1] & 1) != 0 ? block[4] : -1;
      return block[5] == 0;
    }
  return read_blocks (self, NULL);
}

/* Appendix F: strings of indices, each one index longer than an earlier one, and their codes. */
typedef struct
{
  guint16 prefix[MAX_CODES];
  guint8 suffix[MAX_CODES];
  guint8 first[MAX_CODES];
  guint clear; /* this code empties the table, the next one ends the data */
  guint next;  /* code of the next new string */
  guint bits;  /* length of a code now */
  int last;    /* code before, -1 behind an emptying */
} Table;

static void
empty (Table *self)
{
  self->next = self->clear + 2;
  self->last = -1;
  for (self->bits = 1; 1u << self->bits < self->next; self->bits++)
    ;
}

/* Writes the string of @code from the end of @stack on, whose size is that of the longest; returns
 * its length, 0 for a code that cannot be. Adds the new string that it makes. */
static guint
expand (Table *self, guint code, guint8 *stack)
{
  guint depth = 0;
  guint walk = code;

  if (code > self->next || code == self->clear || code == self->clear + 1
      || (self->last < 0 && code >= self->clear) || (code == self->next && self->next >= MAX_CODES))
    return 0;
  if (code == self->next)
    {
      stack[MAX_CODES - ++depth] = self->first[self->last];
      walk = (guint) self->last;
    }
  for (; walk > self->clear; walk = self->prefix[walk])
    stack[MAX_CODES - ++depth] = self->suffix[walk];
  stack[MAX_CODES - ++depth] = (guint8) walk;
  if (self->last >= 0 && self->next < MAX_CODES)
    {
      self->prefix[self->next] = (guint16) self->last;
      self->suffix[self->next] = (guint8) walk;
      self->first[self->next] = self->first[self->last];
      self->next++;
      if (self->next == 1u << self->bits && self->bits < 12)
        self->bits++;
    }
  self->last = (int) code;
  return depth;
}

/* Fills @out, of @n indices; what the data do not cover keeps its value. TRUE when all was
 * covered. */
static gboolean
unpack (const GByteArray *data, guint min_bits, guint8 *out, gsize n)
{
  g_autofree Table *table = g_new0 (Table, 1);
  guint8 stack[MAX_CODES];
  guint buffer = 0, n_buffer = 0;
  gsize done = 0;

  table->clear = 1u << min_bits;
  for (guint i = 0; i < table->clear; i++)
    table->suffix[i] = table->first[i] = (guint8) i;
  empty (table);
  for (guint i = 0; done < n;)
    {
      guint code, depth;

      for (; n_buffer < table->bits && i < data->len; n_buffer += 8)
        buffer |= (guint) data->data[i++] << n_buffer;
      if (n_buffer < table->bits)
        return FALSE;
      code = buffer & ((1u << table->bits) - 1);
      buffer >>= table->bits;
      n_buffer -= table->bits;
      if (code == table->clear)
        {
          empty (table);
          continue;
        }
      depth = expand (table, code, stack);
      if (depth == 0)
        return FALSE;
      memcpy (out + done, stack + MAX_CODES - depth, MIN (depth, n - done));
      done += MIN (depth, n - done);
    }
  return TRUE;
}

/* Takes the picture before away, as its control block said. */
static void
dispose_last (MienGif *self)
{
  if (self->last_disposal == DISPOSE_RESTORE && self->saved != NULL)
    memcpy (self->canvas, self->saved, (gsize) self->width * (gsize) self->height * 4);
  if (self->last_disposal == DISPOSE_CLEAR)
    for (int y = self->last_y; y < self->last_y + self->last_height && y < self->height; y++)
      if (self->last_x < self->width)
        memset (self->canvas + ((gsize) y * (gsize) self->width + (gsize) self->last_x) * 4, 0,
                (gsize) MIN (self->last_width, self->width - self->last_x) * 4);
}

/* Rows of an interlaced picture come in four passes. */
static int
find_row (int i, int height, gboolean interlaced)
{
  static const int starts[] = { 0, 4, 2, 1 };
  static const int steps[] = { 8, 8, 4, 2 };

  for (int pass = 0; interlaced && pass < 4; pass++)
    {
      int n = (height - starts[pass] + steps[pass] - 1) / steps[pass];

      n = MAX (n, 0);
      if (i < n)
        return starts[pass] + i * steps[pass];
      i -= n;
    }
  return i;
}

static void
draw (MienGif *self, const guint8 *indices, const guint8 *palette, gboolean interlaced)
{
  for (int i = 0; i < self->last_height; i++)
    {
      int y = self->last_y + find_row (i, self->last_height, interlaced);

      for (int k = 0; k < self->last_width && y < self->height; k++)
        {
          int x = self->last_x + k;
          guint index = indices[(gsize) i * (gsize) self->last_width + (gsize) k];
          guint8 *pixel;

          if (x >= self->width || (int) index == self->transparent)
            continue;
          pixel = self->canvas + ((gsize) y * (gsize) self->width + (gsize) x) * 4;
          memcpy (pixel, palette + 3 * index, 3);
          pixel[3] = 255;
        }
    }
}

static MienGifResult
read_picture (MienGif *self)
{
  const guint8 *head = mien_cursor_take (&self->cursor, 9);
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autofree guint8 *indices = NULL;
  guint8 palette[256 * 3] = { 0 };
  guint8 min_bits;
  gboolean is_whole;
  gsize n;

  if (head == NULL)
    return MIEN_GIF_DAMAGED;
  self->last_x = head[0] | head[1] << 8;
  self->last_y = head[2] | head[3] << 8;
  self->last_width = head[4] | head[5] << 8;
  self->last_height = head[6] | head[7] << 8;
  n = (gsize) self->last_width * (gsize) self->last_height;
  memcpy (palette, self->palette, sizeof palette);
  if ((head[8] & 0x80) != 0)
    {
      gsize n_colors = (gsize) 3 << ((head[8] & 7) + 1);
      const guint8 *colors = mien_cursor_take (&self->cursor, n_colors);

      if (colors == NULL)
        return MIEN_GIF_DAMAGED;
      memcpy (palette, colors, n_colors);
    }
  if (n > MIEN_GIF_MAX_PIXELS || !mien_cursor_take_u8 (&self->cursor, &min_bits) || min_bits < 1
      || min_bits > 8)
    return MIEN_GIF_DAMAGED;
  is_whole = read_blocks (self, data);
  if (self->disposal == DISPOSE_RESTORE)
    {
      g_free (self->saved);
      self->saved = g_memdup2 (self->canvas, (gsize) self->width * (gsize) self->height * 4);
    }
  indices = g_malloc (MAX (n, 1));
  memset (indices, self->transparent >= 0 ? self->transparent : 0, n);
  is_whole &= unpack (data, min_bits, indices, n);
  if (!is_whole)
    return MIEN_GIF_DAMAGED;
  draw (self, indices, palette, (head[8] & 0x40) != 0);
  return MIEN_GIF_FRAME;
}

MienGifResult
mien_gif_next (MienGif *self, const guint8 **canvas, gint64 *delay_ns)
{
  guint8 kind;

  dispose_last (self);
  self->last_disposal = DISPOSE_KEEP;
  self->delay = 0;
  self->transparent = -1;
  self->disposal = DISPOSE_KEEP;
  while (mien_cursor_take_u8 (&self->cursor, &kind))
    {
      MienGifResult result;

      if (kind == 0x3b)
        return MIEN_GIF_END;
      if (kind == 0x21)
        {
          if (!read_extension (self))
            return MIEN_GIF_DAMAGED;
          continue;
        }
      if (kind != 0x2c)
        return MIEN_GIF_DAMAGED;
      result = read_picture (self);
      self->last_disposal = self->disposal;
      *canvas = self->canvas;
      *delay_ns = (gint64) (self->delay < 2 ? 10 : self->delay) * 10000000;
      return result;
    }
  return MIEN_GIF_DAMAGED;
}
