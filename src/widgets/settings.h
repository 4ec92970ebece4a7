/* The typed preferences: one GSettings object for the whole program, found in the build tree too.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

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
#define MIEN_SETTINGS_SHOW_BOXES "show-boxes"
#define MIEN_SETTINGS_THRESHOLD "threshold"
#define MIEN_SETTINGS_SMOOTHING "smoothing"
#define MIEN_SETTINGS_SEGMENT "segment"
#define MIEN_SETTINGS_VOLUME "volume"
#define MIEN_SETTINGS_NOTICE_ACCEPTED "notice-accepted"

/* Borrowed; main thread. NULL when the schema is neither in the build tree nor installed, which
 * main() reports before anything else asks. */
GSettings *mien_settings_get_default (void);

G_END_DECLS
