/* Writing what was asked for, and saying it on stdout.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/options.h"
#include "cli/progress.h"
#include "timeline/document.h"

G_BEGIN_DECLS

/* Every output of @outputs. Goes on after a failure so that the others are there; returns the exit
 * code of the first, which has been said. @film: nullable, see mien_output_write(). */
int mien_cli_write_outputs (MienDocument *document,
                            const MienCliOutputs *outputs,
                            const char *film,
                            MienCliProgress *progress,
                            GCancellable *cancellable);

/* The summary for people, some lines on stdout. */
void mien_cli_print_summary (MienDocument *document);
/* summary.json on stdout. */
int mien_cli_print_json (MienDocument *document);

G_END_DECLS
