/* The line on the terminal that says how far an analysis is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "analysis/analysis.h"

G_BEGIN_DECLS

typedef struct _MienCliProgress MienCliProgress;

/* Nothing is ever written when stderr is not a terminal, or @is_silent. */
MienCliProgress *mien_cli_progress_new (gboolean is_silent) G_GNUC_WARN_UNUSED_RESULT;
void mien_cli_progress_free (MienCliProgress *self);
/* Follows @analysis under the last part of @name until it is done; @self outlives it. */
void mien_cli_progress_follow (MienCliProgress *self, MienAnalysis *analysis, const char *name);
/* A share of something else, 0..1. */
void mien_cli_progress_share (MienCliProgress *self, const char *what, double done);
/* Takes the line away. Before anything else is printed. */
void mien_cli_progress_clear (MienCliProgress *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienCliProgress, mien_cli_progress_free)

G_END_DECLS
