/* Size arithmetic that notices overflow: everything that comes out of a file goes through here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Stores @a * @b in @out. Returns FALSE, leaving @out alone, when it does not fit. */
static inline gboolean G_GNUC_WARN_UNUSED_RESULT
mien_size_mul (gsize a, gsize b, gsize *out)
{
  return g_size_checked_mul (out, a, b);
}

/* Stores @a + @b in @out. Returns FALSE when it does not fit. */
static inline gboolean G_GNUC_WARN_UNUSED_RESULT
mien_size_add (gsize a, gsize b, gsize *out)
{
  return g_size_checked_add (out, a, b);
}

/* Rounds @size up to a multiple of @align, which is a power of two. */
static inline gsize
mien_size_align (gsize size, gsize align)
{
  return (size + align - 1) & ~(align - 1);
}

G_END_DECLS
