/* One camera as a live source where the newest frame wins. See media/camera-list.h for the list.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "media/frame.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define MIEN_TYPE_CAMERA (mien_camera_get_type ())
G_DECLARE_FINAL_TYPE (MienCamera, mien_camera, MIEN, CAMERA, GObject)

typedef struct
{
  int width, height; /* wanted size, 0: the camera's own choice near 1280x720 */
  int rate;          /* wanted frames a second, 0: the highest of at most 30 */
  MienFramePixels pixels;
  /* How long a camera that went away may stay away before it is an error; 0: at once, -1: for ever.
   * While it is away nothing comes; when it is back, frames go on. */
  gint64 wait_for_replug_ns;
} MienCameraOptions;

#define MIEN_CAMERA_OPTIONS_INIT                                                                   \
  {                                                                                                \
    0, 0, 0, MIEN_FRAME_NATIVE, 0                                                                  \
  }

/* Starts a camera.
 * @id: "camera:" (the first there is), "camera:NAME" (its name, its id or its /dev node),
 * "camera:test" (a moving test picture, always there), "camera:file:PATH" (a film that plays in
 * real time again and again, as a camera for tests and demonstrations).
 * Blocks until the device answers, at most some seconds. Any thread; signals come in the thread
 * default main context of the caller:
 * - frame (): a newer picture is there; several pictures may come as one signal.
 * - lost (GError *): the device went away; what was recorded and analysed is kept.
 * - found (): it is back and goes on.
 * Errors: MIEN_ERROR_INPUT when there is no such camera or it is in use. */
MienCamera *mien_camera_open (const char *id,
                              const MienCameraOptions *options,
                              GCancellable *cancellable,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* As mien_camera_open() for a PipeWire remote of the camera portal. @fd is taken over. */
MienCamera *mien_camera_open_portal (int fd,
                                     const MienCameraOptions *options,
                                     GCancellable *cancellable,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Stops it; done by the last unref too. */
void mien_camera_close (MienCamera *self);

const char *mien_camera_get_name (MienCamera *self);

/* The newest picture, also when it was taken before; NULL before the first. Any thread. */
MienFrame *mien_camera_dup_frame (MienCamera *self) G_GNUC_WARN_UNUSED_RESULT;

/* Waits for a picture newer than the last one that this function gave, and takes the newest of all;
 * those in between are skipped and counted. At the end (closed) TRUE with *frame NULL.
 * Errors: MIEN_ERROR_INPUT when the camera is lost for good; G_IO_ERROR_CANCELLED. Any thread. */
gboolean
mien_camera_next (MienCamera *self, MienFrame **frame, GCancellable *cancellable, GError **error);

/* Pictures that came from the device so far, and those that mien_camera_next() skipped. */
gint64 mien_camera_get_n_frames (MienCamera *self);
gint64 mien_camera_get_n_skipped (MienCamera *self);

/* Records every picture of the device into @path (.mkv, .mp4 or .webm) until
 * mien_camera_stop_recording() or the end, while the frames are handed out as before. When the
 * encoder is too slow pictures are left out, never delayed; *n_left_out counts them.
 * Errors: MIEN_ERROR_OUTPUT. */
gboolean mien_camera_start_recording (MienCamera *self, const char *path, GError **error);
gboolean mien_camera_stop_recording (MienCamera *self, gint64 *n_left_out, GError **error);
gboolean mien_camera_is_recording (MienCamera *self);

G_END_DECLS
