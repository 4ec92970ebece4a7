/* The sub-commands of mien-cli; each has a file of its name.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* @argv[0] is the name of the sub-command. Each returns the exit code. */
int mien_cli_analyze (int argc, char **argv);
int mien_cli_bench (int argc, char **argv);
int mien_cli_conformance (int argc, char **argv);
int mien_cli_export (int argc, char **argv);
int mien_cli_info (int argc, char **argv);
int mien_cli_models (int argc, char **argv);
int mien_cli_inspect (int argc, char **argv);
int mien_cli_run (int argc, char **argv);
int mien_cli_thumbnail (int argc, char **argv);
