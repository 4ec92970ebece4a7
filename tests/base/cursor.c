/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/cursor.h"
#include "base/size.h"

static void
test_ends (void)
{
  static const guint8 data[] = { 1, 2, 0, 4, 0, 0, 0, 9 };
  MienCursor cursor;
  guint8 a;
  guint16 b;
  guint32 c;
  guint64 d;

  mien_cursor_init (&cursor, data, sizeof data);
  g_assert_true (mien_cursor_take_u8 (&cursor, &a));
  g_assert_true (mien_cursor_take_u16 (&cursor, &b));
  g_assert_true (mien_cursor_take_u32 (&cursor, &c));
  g_assert_cmpuint (a, ==, 1);
  g_assert_cmpuint (b, ==, 2);
  g_assert_cmpuint (c, ==, 4);
  g_assert_false (mien_cursor_take_u16 (&cursor, &b));
  g_assert_false (mien_cursor_take_u64 (&cursor, &d));
  g_assert_cmpuint (mien_cursor_get_left (&cursor), ==, 1);
  g_assert_null (mien_cursor_take (&cursor, G_MAXSIZE));
  g_assert_false (mien_cursor_skip (&cursor, 2));
  g_assert_true (mien_cursor_skip (&cursor, 1));
}

static void
test_size (void)
{
  gsize out = 5;

  g_assert_false (mien_size_mul (G_MAXSIZE / 2, 3, &out));
  g_assert_false (mien_size_add (G_MAXSIZE, 1, &out));
  g_assert_true (mien_size_mul (6, 7, &out));
  g_assert_cmpuint (out, ==, 42);
  g_assert_cmpuint (mien_size_align (65, 64), ==, 128);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/cursor/ends", test_ends);
  g_test_add_func ("/base/size", test_size);
  return g_test_run ();
}
