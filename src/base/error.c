/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"

#include <gio/gio.h>

G_DEFINE_QUARK (mien - error - quark, mien_error)

int
mien_error_get_exit_code (const GError *error)
{
  if (error == NULL)
    return 0;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return 130;
  if (error->domain != MIEN_ERROR)
    return 2;
  switch ((MienError) error->code)
    {
    case MIEN_ERROR_USAGE:
      return 1;
    case MIEN_ERROR_INPUT:
      return 2;
    case MIEN_ERROR_MODEL:
    case MIEN_ERROR_UNSUPPORTED:
      return 3;
    case MIEN_ERROR_DAMAGED:
      return 4;
    case MIEN_ERROR_OUTPUT:
      return 5;
    }
  return 2;
}
