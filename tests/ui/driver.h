/* Drives real windows of the real application from a test program.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/application.h"
#include "app/window.h"

/* The application, registered on the test's own bus; the notice is accepted, nothing is kept. */
MienApplication *driver_start (void);

/* A presented, drawn window. */
MienWindow *driver_new_window (MienApplication *app);

/* Runs the main loop until @done, or fails the test after some minutes with @what. */
typedef gboolean (*DriverFunc) (gpointer data);
void driver_wait (DriverFunc done, gpointer data, const char *what);
void driver_settle (void);

/* Opens @path and waits for @state. */
void driver_open (MienWindow *window, const char *path, MienWindowState state);
/* Until no analysis runs. */
void driver_wait_analysed (MienWindow *window);
/* Whether the film of @window does not play, as the button of its transport says. The last picture
 * is there before the end is told of, and a key that moves in between plays on from where it goes.
 */
gboolean driver_is_standing (gpointer window);
/* Closes it and checks that nothing keeps it alive. */
void driver_close (MienWindow *window);
/* All toplevels but @window. */
void driver_close_others (MienWindow *window);

/* The demo film; its first @frames pictures as a file of their own, made once. NULL when the tool
 * to cut it is not installed. */
const char *driver_get_demo (void);
const char *driver_get_clip (void);
#define DRIVER_CLIP_FRAMES 40

/* A folder of this test program's own. */
const char *driver_get_folder (void);
/* A file in it with @content. */
char *driver_write_file (const char *name, const char *content);

/* Runs a program while the main loop goes on; its exit status. */
int driver_run (const char *const *argv);
