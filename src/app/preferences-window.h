/* Preferences: what an analysis does when it starts by itself, and how values are read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define MIEN_TYPE_PREFERENCES_WINDOW (mien_preferences_window_get_type ())
G_DECLARE_FINAL_TYPE (
    MienPreferencesWindow, mien_preferences_window, MIEN, PREFERENCES_WINDOW, AdwPreferencesWindow)

MienPreferencesWindow *mien_preferences_window_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
