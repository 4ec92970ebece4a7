/* What the sub-commands of mien-cli have in common: parsing with the contract's exit codes, outputs
 * and filters.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "report/outputs.h"
#include "timeline/filters.h"

G_BEGIN_DECLS

/* OUTPUTS and FILTERS of the contract as they were typed. */
typedef struct
{
  char *paths[MIEN_N_OUTPUTS];
  char *smooth, *segment, *threshold;
} MienCliOutputs;

void mien_cli_outputs_clear (MienCliOutputs *self);
/* Adds two groups of options that fill in @self, which stays where it is until the parse. */
void mien_cli_outputs_add_options (MienCliOutputs *self, GOptionContext *context);
/* TRUE when any output was asked for. */
gboolean mien_cli_outputs_has_any (const MienCliOutputs *self);
/* Endings, places, and that nothing is written over @input (nullable) or twice to one file. */
gboolean mien_cli_outputs_check (const MienCliOutputs *self, const char *input, GError **error);
/* @filters: overwritten by what was typed. */
gboolean
mien_cli_outputs_apply_filters (const MienCliOutputs *self, MienFilters *filters, GError **error);

/* Parses @argv, of which [0] is the sub-command. TRUE to go on; else *status is the exit code and
 * everything has been said (an error as one line, or --help). */
gboolean mien_cli_parse (GOptionContext *context, int argc, char **argv, int *status);

/* A number as a person types it, '.' decimals in every locale; @what names the option in the
 * error. */
gboolean mien_cli_parse_number (
    const char *text, const char *what, double min, double max, double *out, GError **error);

/* "mien-cli: MESSAGE" on stderr, and the exit code. */
int mien_cli_fail (const GError *error);

G_END_DECLS
