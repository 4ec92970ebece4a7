/* The typed preferences: one GSettings object for the whole program, found in the build tree too.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "analysis/settings.h"

G_BEGIN_DECLS

/* Keys of data/io.github.mien.Mien.gschema.xml. */
#define MIEN_SETTINGS_WINDOW_WIDTH "window-width"
#define MIEN_SETTINGS_WINDOW_HEIGHT "window-height"
#define MIEN_SETTINGS_WINDOW_MAXIMIZED "window-maximized"
#define MIEN_SETTINGS_TIMELINE_HEIGHT "timeline-height"
#define MIEN_SETTINGS_TIMELINE_MODE "timeline-mode"
#define MIEN_SETTINGS_ANALYSE_ON_OPEN "analyse-on-open"
#define MIEN_SETTINGS_KEEP "keep-analyses"
#define MIEN_SETTINGS_DETECTOR "detector"
#define MIEN_SETTINGS_CLASSIFIER "classifier"
#define MIEN_SETTINGS_LABELS "labels"
#define MIEN_SETTINGS_POINTS "points"
#define MIEN_SETTINGS_MOTION "motion"
#define MIEN_SETTINGS_EVERY "every"
#define MIEN_SETTINGS_THREADS "threads"
#define MIEN_SETTINGS_APPEARANCE "appearance"
#define MIEN_SETTINGS_SHOW_BOXES "show-boxes"
#define MIEN_SETTINGS_THRESHOLD "threshold"
#define MIEN_SETTINGS_SMOOTHING "smoothing"
#define MIEN_SETTINGS_SEGMENT "segment"
#define MIEN_SETTINGS_VOLUME "volume"
#define MIEN_SETTINGS_LABELLED_DATA "labelled-data"
#define MIEN_SETTINGS_NOTICE_ACCEPTED "notice-accepted"

/* Borrowed; main thread. NULL when the schema is neither in the build tree nor installed, which
 * main() reports before anything else asks. */
GSettings *mien_settings_get_default (void);

/* Newly allocated: what the preferences ask of the analysis of @input, a file. Main thread. */
MienAnalysisSettings *mien_settings_new_analysis (const char *input) G_GNUC_WARN_UNUSED_RESULT;

/* Makes the program light or dark as the preferences say, now and whenever they change. Main
 * thread, once. */
void mien_settings_follow_appearance (void);

G_END_DECLS
