/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/exif.h"

#include <stdio.h>
#include <string.h>

/* An EXIF block fits in one segment, and comes among the first segments. */
#define HEAD_BYTES (256 * 1024)

static guint
get_number (const guint8 *data, int n, gboolean is_big)
{
  guint value = 0;

  for (int i = 0; i < n; i++)
    value = value << 8 | data[is_big ? i : n - 1 - i];
  return value;
}

/* @data: a TIFF header and its directories. The tag's value, 0 when it is not there. */
static guint
find_tag (const guint8 *data, gsize size)
{
  gboolean is_big;
  gsize offset;
  guint n_entries;

  if (size < 8)
    return 0;
  is_big = data[0] == 'M';
  if (memcmp (data, is_big ? "MM\0*" : "II*\0", 4) != 0)
    return 0;
  offset = get_number (data + 4, 4, is_big);
  if (offset > size - 2)
    return 0;
  n_entries = get_number (data + offset, 2, is_big);
  offset += 2;
  for (guint i = 0; i < n_entries && size - offset >= 12; i++, offset += 12)
    if (get_number (data + offset, 2, is_big) == 0x0112
        && get_number (data + offset + 2, 2, is_big) == 3)
      return get_number (data + offset + 8, 2, is_big);
  return 0;
}

static guint
find_orientation (const guint8 *data, gsize size)
{
  gsize offset = 2;

  if (size < 4 || data[0] != 0xff || data[1] != 0xd8)
    return 0;
  while (size - offset >= 4 && data[offset] == 0xff && data[offset + 1] != 0xda)
    {
      gsize length = get_number (data + offset + 2, 2, TRUE);

      if (length < 2 || length > size - offset - 2)
        return 0;
      if (data[offset + 1] == 0xe1 && length >= 8 && memcmp (data + offset + 4, "Exif\0", 6) == 0)
        return find_tag (data + offset + 10, length - 8);
      offset += 2 + length;
    }
  return 0;
}

GstVideoOrientationMethod
mien_exif_parse_orientation (const guint8 *data, gsize size)
{
  static const GstVideoOrientationMethod methods[] = {
    GST_VIDEO_ORIENTATION_IDENTITY, GST_VIDEO_ORIENTATION_IDENTITY, GST_VIDEO_ORIENTATION_HORIZ,
    GST_VIDEO_ORIENTATION_180,      GST_VIDEO_ORIENTATION_VERT,     GST_VIDEO_ORIENTATION_UL_LR,
    GST_VIDEO_ORIENTATION_90R,      GST_VIDEO_ORIENTATION_UR_LL,    GST_VIDEO_ORIENTATION_90L,
  };
  guint value = find_orientation (data, size);

  return value < G_N_ELEMENTS (methods) ? methods[value] : GST_VIDEO_ORIENTATION_IDENTITY;
}

GstVideoOrientationMethod
mien_exif_read_orientation (const char *path)
{
  g_autofree guint8 *head = g_malloc (HEAD_BYTES);
  FILE *file = fopen (path, "rb");
  gsize size;

  if (file == NULL)
    return GST_VIDEO_ORIENTATION_IDENTITY;
  size = fread (head, 1, HEAD_BYTES, file);
  fclose (file);
  return mien_exif_parse_orientation (head, size);
}
