/* A real PipeWire daemon with a virtual camera in the session that the test program runs in. The
 * camera is a second process of the program, so that it can be taken away by ending it. Each of its
 * pictures carries the time it was made as a row of black and white blocks along its upper edge.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "base/image.h"

G_BEGIN_DECLS

#define VIRTUAL_CAMERA_NAME "Mien test camera"
#define VIRTUAL_CAMERA_RATE 30

/* For main(), before anything else: runs the camera and does not return when the program was
 * started as one. */
void virtual_camera_main (int argc, char **argv);

/* Whether pipewire and wireplumber are installed. */
gboolean virtual_camera_is_installed (void);

/* Starts daemon and manager, and waits for the daemon's socket. XDG_RUNTIME_DIR is the test's own.
 */
void virtual_camera_start_daemons (void);
void virtual_camera_stop_daemons (void);

/* Plugs the camera in: pictures of @clip to and fro, or a test picture of 640x360 when it is NULL.
 */
void virtual_camera_plug (const char *clip);
void virtual_camera_unplug (void);

/* When the picture was made, on the clock of g_get_monotonic_time() but in nanoseconds. */
gint64 virtual_camera_read_stamp (const MienImage *image);

G_END_DECLS
