/* How far the analysis is, how fast, how long still, and a way to stop it.
 *
 * CSS node: `analysisbar`. Accessible role: status: what changes is told politely.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "analysis/analysis.h"

G_BEGIN_DECLS

#define MIEN_TYPE_ANALYSIS_BAR (mien_analysis_bar_get_type ())
G_DECLARE_FINAL_TYPE (MienAnalysisBar, mien_analysis_bar, MIEN, ANALYSIS_BAR, GtkWidget)

GtkWidget *mien_analysis_bar_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* Shows @progress; with an unknown total the bar pulses. */
void mien_analysis_bar_set_progress (MienAnalysisBar *self, const MienAnalysisProgress *progress);
const char *mien_analysis_bar_get_text (MienAnalysisBar *self);

G_END_DECLS
