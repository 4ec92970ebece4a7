/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/ebml.h"

guint64
mien_ebml_get_number (const guint8 *bytes, int n)
{
  guint64 value = 0;

  for (int i = 0; i < n; i++)
    value = value << 8 | bytes[i];
  return value;
}

int
mien_ebml_get_vint (
    const guint8 *bytes, gsize n, gboolean keep_mark, guint64 *value, gboolean *is_unknown)
{
  int length = 1;
  guint64 ones;

  if (n == 0 || bytes[0] == 0)
    return 0;
  while ((bytes[0] & (0x80 >> (length - 1))) == 0)
    length++;
  if ((gsize) length > n)
    return 0;
  *value = mien_ebml_get_number (bytes, length);
  ones = (G_GUINT64_CONSTANT (1) << (7 * length)) - 1;
  if (!keep_mark)
    *value &= ones;
  *is_unknown = *value == ones;
  return length;
}

int
mien_ebml_get_head (const guint8 *bytes, gsize n, guint64 *id, guint64 *length, gboolean *is_open)
{
  gboolean unused;
  int n_id = mien_ebml_get_vint (bytes, MIN (n, 4), TRUE, id, &unused), n_length;

  if (n_id == 0)
    return 0;
  n_length = mien_ebml_get_vint (bytes + n_id, n - (gsize) n_id, FALSE, length, is_open);
  return n_length == 0 ? 0 : n_id + n_length;
}
