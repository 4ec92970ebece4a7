/* Numbers of files in a language that writes them with a comma.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/numerals.h"

static char *
print (void)
{
  return g_strdup_printf ("%.2f", 1.25);
}

static void
test_block (void)
{
  g_autofree char *before = print (), *after = NULL;

  if (setlocale (LC_ALL, "de_DE.UTF-8") == NULL)
    {
      g_test_skip ("de_DE.UTF-8 is not installed");
      return;
    }
  g_assert_cmpstr (before, ==, "1.25");
  for (guint turn = 0; turn < 2; turn++)
    {
      g_autofree char *outside = print (), *inside = NULL;

      g_assert_cmpstr (outside, ==, "1,25");
      {
        g_auto (MienNumerals) plain = mien_numerals_plain ();

        inside = print ();
      }
      g_assert_cmpstr (inside, ==, "1.25");
    }
  after = print ();
  g_assert_cmpstr (after, ==, "1,25");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/numerals/block", test_block);
  return g_test_run ();
}
