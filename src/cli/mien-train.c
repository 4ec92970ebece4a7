/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"
#include "cli/train-commands.h"

static const MienCommand commands[] = {
  { "fit", "train a network", mien_train_fit },
  { "archs", "the architectures: parameters, multiply-adds, size", mien_train_archs },
  { NULL, NULL, NULL },
};

int
main (int argc, char **argv)
{
  return mien_command_main ("mien-train", commands, argc, argv);
}
