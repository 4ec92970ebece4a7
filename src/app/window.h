/* One window: one video, one camera or one document, and everything that is seen of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "media/camera.h"
#include "widgets/latency.h"
#include "widgets/session.h"

G_BEGIN_DECLS

#define MIEN_TYPE_WINDOW (mien_window_get_type ())
G_DECLARE_FINAL_TYPE (MienWindow, mien_window, MIEN, WINDOW, AdwApplicationWindow)

/* What the window is about right now. */
typedef enum
{
  MIEN_WINDOW_WELCOME, /* nothing is open */
  MIEN_WINDOW_LOADING,
  MIEN_WINDOW_ERROR, /* what was to be opened cannot be */
  MIEN_WINDOW_FILM,
  MIEN_WINDOW_CAMERA,
} MienWindowState;

MienWindow *mien_window_new (GtkApplication *application) G_GNUC_WARN_UNUSED_RESULT;

/* TRUE when opening something here replaces nothing. */
gboolean mien_window_is_vacant (MienWindow *self);
MienWindowState mien_window_get_state (MienWindow *self);

/* Opens a video, an image or a .mien document in this window. Failures are shown in it. */
void mien_window_open (MienWindow *self, GFile *file);
/* @id as of mien_camera_open(); NULL for the first camera. */
void mien_window_open_camera (MienWindow *self, const char *id);
void mien_window_open_demo (MienWindow *self);

/* The camera that is shown, NULL when there is none; and when its pictures and the faces on them
 * were painted, NULL before the first camera. Borrowed. */
MienCamera *mien_window_get_camera (MienWindow *self);
MienLatency *mien_window_get_latency (MienWindow *self);
/* What the bar below the picture says of it. Borrowed. */
const char *mien_window_get_camera_text (MienWindow *self);

/* Records the camera to @path until mien_window_stop_recording(); failures are shown as a toast. */
void mien_window_record (MienWindow *self, const char *path);
void mien_window_stop_recording (MienWindow *self);

/* The view state; borrowed. */
MienSession *mien_window_get_session (MienWindow *self);

/* Whether an analysis runs. */
gboolean mien_window_is_analysing (MienWindow *self);

/* Exports as the menu does, to @path, without asking: @output is a name as of
 * mien_output_get_name(). Done when the "exported" signal (gboolean ok) comes. */
void mien_window_export (MienWindow *self, const char *output, const char *path);
/* Writes the document to a file of its own at @path in the background and goes on there; a bar of
 * the window shows how far it is and what went wrong. Done when the "saved" signal (gboolean ok)
 * comes. */
void mien_window_save_to (MienWindow *self, const char *path);
gboolean mien_window_is_saving (MienWindow *self);

/* What the error page says, "" when there is none; the last toast's text, NULL before the first. */
const char *mien_window_get_error_text (MienWindow *self);
const char *mien_window_get_toast_text (MienWindow *self);

G_END_DECLS
