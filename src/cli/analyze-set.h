/* The folder that several analysed inputs go to: DIR/NAME/ for each, and tables of all.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cli/options.h"

G_BEGIN_DECLS

typedef struct _MienAnalyzeSet MienAnalyzeSet;

MienAnalyzeSet *mien_analyze_set_new (const char *folder) G_GNUC_WARN_UNUSED_RESULT;
void mien_analyze_set_free (MienAnalyzeSet *self);

/* Makes DIR/NAME/ for @input, NAME being its file name without ending (with a number behind it when
 * that was taken), and fills @outputs with frames.csv, states.csv, summary.json and timeline.png in
 * it. Returns the path of its document, borrowed; NULL with MIEN_ERROR_OUTPUT. */
const char *mien_analyze_set_begin (MienAnalyzeSet *self,
                                    const char *input,
                                    MienCliOutputs *outputs,
                                    GError **error);

/* The input of the last begin has results: it is part of the merged tables. */
void mien_analyze_set_keep (MienAnalyzeSet *self);

/* Writes DIR/all.csv and DIR/summary.csv from the documents that were kept; their first column is
 * the input as it was named. */
gboolean mien_analyze_set_finish (MienAnalyzeSet *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienAnalyzeSet, mien_analyze_set_free)

G_END_DECLS
