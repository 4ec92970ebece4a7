/* What this program is and what it runs on: the About window, `--version`, bug reports.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Versions of the program and its libraries, kernel path, BLAS core: a line each, plain text that
 * ends in a line feed. */
char *mien_about_dup_versions (void) G_GNUC_WARN_UNUSED_RESULT;

/* The versions and what the display adds, to be pasted into a bug report. Needs an open display. */
char *mien_about_dup_debug_info (void) G_GNUC_WARN_UNUSED_RESULT;

void mien_about_present (GtkWindow *parent);

G_END_DECLS
