/* What can be chosen of a camera while it runs: which one, the size of its picture, recording; and
 * how late its picture is.
 *
 * CSS node: `camerabar`. Accessible role: group.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "media/camera-list.h"

G_BEGIN_DECLS

#define MIEN_TYPE_CAMERA_BAR (mien_camera_bar_get_type ())
G_DECLARE_FINAL_TYPE (MienCameraBar, mien_camera_bar, MIEN, CAMERA_BAR, GtkWidget)

/* Signal chosen (const char *id, int width, int height): a person took another camera or size;
 * 0 x 0: as the camera likes. Main thread. */
GtkWidget *mien_camera_bar_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* The cameras that are there now (element-type MienCameraInfo), copied. @current: the name of the
 * one in use; it is listed even when it is not among them. No signal comes of it. */
void mien_camera_bar_set_cameras (MienCameraBar *self, GPtrArray *cameras, const char *current);

/* Age of the picture and of the faces on it in milliseconds, NAN: not known; and the size of the
 * picture. */
void mien_camera_bar_set_state (
    MienCameraBar *self, double picture_ms, double faces_ms, int width, int height);

/* What the label says now. Borrowed. */
const char *mien_camera_bar_get_text (MienCameraBar *self);

G_END_DECLS
