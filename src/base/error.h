/* Errors that every room reports, and how they become exit codes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MIEN_ERROR (mien_error_quark ())

/* The classes of failure a person can act on. The numbers are not exit codes;
 * mien_error_get_exit_code() translates. Messages name the file, the place and the reason. */
typedef enum
{
  MIEN_ERROR_USAGE,       /* the call itself is wrong: unknown option, bad value */
  MIEN_ERROR_INPUT,       /* an input cannot be read at all */
  MIEN_ERROR_MODEL,       /* a model is malformed or does not fit its task */
  MIEN_ERROR_UNSUPPORTED, /* a model needs an operator or a type that the engine has not */
  MIEN_ERROR_DAMAGED,     /* an input is damaged part way; what was read before is kept */
  MIEN_ERROR_OUTPUT,      /* an output cannot be written */
} MienError;

GQuark mien_error_quark (void);

/* The exit code of the command line for @error: 0 for NULL, 130 for G_IO_ERROR_CANCELLED, 1 to 5
 * for the classes above (MODEL and UNSUPPORTED are both 3). An error of a foreign domain counts as
 * an input that cannot be read, 2. */
int mien_error_get_exit_code (const GError *error);

G_END_DECLS
