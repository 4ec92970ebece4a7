/* The table of sub-commands that mien-cli and mien-train dispatch on.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *name;
  const char *summary; /* one line for --help */
  /* @argv[0] is the name of the sub-command. Returns the exit code of the contract. */
  int (*run) (int argc, char **argv);
} MienCommand;

/* The main of a program with sub-commands: --help, --version, dispatch. @commands ends with a NULL
 * name. */
int mien_command_main (const char *program, const MienCommand *commands, int argc, char **argv);

/* Prints "PROGRAM: MESSAGE" as one line on stderr and returns the exit code of @error. */
int mien_command_fail (const char *program, const GError *error);

/* The command that runs, with the program's name: "mien-cli inspect layers". */
const char *mien_command_get_name (void);

G_END_DECLS
