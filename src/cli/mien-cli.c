/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"
#include "cli/commands.h"

static const MienCommand commands[] = {
  { "analyze", "read the emotions in films, pictures or from a camera", mien_cli_analyze },
  { "export", "write a document in other formats", mien_cli_export },
  { "info", "say what a film, a document or a model holds", mien_cli_info },
  { "inspect", "look inside a network: kernels, features, saliency, response, influence",
    mien_cli_inspect },
  { "thumbnail", "draw a small picture of a document", mien_cli_thumbnail },
  { "models", "list the installed models", mien_cli_models },
  { "bench", "measure how long a model takes", mien_cli_bench },
  { "run", "run any ONNX model on .npy tensors", mien_cli_run },
  { "conformance", "run the ONNX project's backend tests", mien_cli_conformance },
  { NULL, NULL, NULL },
};

int
main (int argc, char **argv)
{
  return mien_command_main ("mien-cli", commands, argc, argv);
}
