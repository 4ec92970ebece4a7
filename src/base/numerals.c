/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/numerals.h"

/* Made once and kept: a thread may use it as long as it lives. */
static locale_t
get_plain (void)
{
  static gsize made = 0;

  if (g_once_init_enter (&made))
    {
      locale_t plain = newlocale (LC_NUMERIC_MASK, "C", duplocale (LC_GLOBAL_LOCALE));

      g_once_init_leave (&made, (gsize) plain);
    }
  return (locale_t) made;
}

MienNumerals
mien_numerals_plain (void)
{
  return (MienNumerals){ uselocale (get_plain ()) };
}

void
mien_numerals_clear (MienNumerals *self)
{
  uselocale (self->before);
}
