/* The sub-commands of mien-train; each gets its own name as argv[0] and returns the exit code.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

int mien_train_fit (int argc, char **argv);
int mien_train_eval (int argc, char **argv);
int mien_train_eval_clips (int argc, char **argv);
int mien_train_archs (int argc, char **argv);

G_END_DECLS
