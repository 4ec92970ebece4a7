/* The cameras that can be opened now, with hot-plug.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define MIEN_TYPE_CAMERA_INFO (mien_camera_info_get_type ())

typedef struct
{
  int width, height;
} MienCameraSize;

/* One camera that can be opened. Immutable, a boxed type. */
typedef struct
{
  char *id;   /* what mien_camera_open() takes: "camera:NAME" */
  char *name; /* for people */
  char *api;  /* "v4l2", "pipewire" or "test" */
  /* Sizes of its picture, largest first; none when it does not tell. Of a range the usual ones. */
  guint n_sizes;
  MienCameraSize *sizes;
} MienCameraInfo;

GType mien_camera_info_get_type (void) G_GNUC_CONST;
MienCameraInfo *mien_camera_info_copy (const MienCameraInfo *self) G_GNUC_WARN_UNUSED_RESULT;
void mien_camera_info_free (MienCameraInfo *self);

#define MIEN_TYPE_CAMERA_LIST (mien_camera_list_get_type ())
G_DECLARE_FINAL_TYPE (MienCameraList, mien_camera_list, MIEN, CAMERA_LIST, GObject)

/* Watches V4L2 and PipeWire for cameras. Signals, in the main context that was the thread default
 * at creation: added (MienCameraInfo *), removed (MienCameraInfo *), borrowed. The same device seen
 * through both is listed once, through PipeWire. Creation looks once through all devices. */
MienCameraList *mien_camera_list_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* An array of MienCameraInfo, owned by the caller, in order of their names. */
GPtrArray *mien_camera_list_dup_cameras (MienCameraList *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienCameraInfo, mien_camera_info_free)

G_END_DECLS
