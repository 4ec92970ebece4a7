/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"

static const MienCommand commands[] = {
  { NULL, NULL, NULL },
};

int
main (int argc, char **argv)
{
  return mien_command_main ("mien-train", commands, argc, argv);
}
