/* Numbers in files are written with a point, whatever the language of who runs the program.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <locale.h>

G_BEGIN_DECLS

/* From here to the end of the block, this thread's printf writes and strtod reads numbers as the C
 * locale has them: g_auto (MienNumerals) plain = mien_numerals_plain (); */
typedef struct
{
  locale_t before;
} MienNumerals;

MienNumerals mien_numerals_plain (void);
void mien_numerals_clear (MienNumerals *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MienNumerals, mien_numerals_clear)

G_END_DECLS
