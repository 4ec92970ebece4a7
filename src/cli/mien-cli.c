/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"
#include "cli/commands.h"

static const MienCommand commands[] = {
  { "bench", "measure how long a model takes", mien_cli_bench },
  { NULL, NULL, NULL },
};

int
main (int argc, char **argv)
{
  return mien_command_main ("mien-cli", commands, argc, argv);
}
