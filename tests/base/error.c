/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"

#include <gio/gio.h>

static void
test_exit_codes (void)
{
  static const struct
  {
    MienError code;
    int exit_code;
  } table[] = {
    { MIEN_ERROR_USAGE, 1 },       { MIEN_ERROR_INPUT, 2 },   { MIEN_ERROR_MODEL, 3 },
    { MIEN_ERROR_UNSUPPORTED, 3 }, { MIEN_ERROR_DAMAGED, 4 }, { MIEN_ERROR_OUTPUT, 5 },
  };
  g_autoptr (GError) cancelled = g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "stopped");
  g_autoptr (GError) foreign = g_error_new (G_FILE_ERROR, G_FILE_ERROR_NOENT, "none");

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr (GError) error = g_error_new (MIEN_ERROR, table[i].code, "x");

      g_assert_cmpint (mien_error_get_exit_code (error), ==, table[i].exit_code);
    }
  g_assert_cmpint (mien_error_get_exit_code (NULL), ==, 0);
  g_assert_cmpint (mien_error_get_exit_code (cancelled), ==, 130);
  g_assert_cmpint (mien_error_get_exit_code (foreign), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/error/exit-codes", test_exit_codes);
  return g_test_run ();
}
