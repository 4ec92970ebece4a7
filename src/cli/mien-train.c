/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"
#include "cli/train-commands.h"

static const MienCommand commands[] = {
  { "fit", "train a network", mien_train_fit },
  { "eval", "measure a model on a split of a data set", mien_train_eval },
  { "eval-clips", "compare the verdicts of clips with the folders they lie in",
    mien_train_eval_clips },
  { "archs", "the architectures: parameters, multiply-adds, size", mien_train_archs },
  { NULL, NULL, NULL },
};

int
main (int argc, char **argv)
{
  return mien_command_main ("mien-train", commands, argc, argv);
}
