/* Devices of GStreamer as cameras: names, choice, caps. Private to this room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "media/camera-list.h"
#include "media/camera.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* A monitor for everything that gives pictures, not started. */
GstDeviceMonitor *mien_camera_device_monitor_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* NULL for devices that are no cameras (monitors of screens, for instance). */
MienCameraInfo *mien_camera_device_describe (GstDevice *device) G_GNUC_WARN_UNUSED_RESULT;

/* The /dev node that a device of either API stands for, NULL when it has none. */
char *mien_camera_device_dup_node (GstDevice *device) G_GNUC_WARN_UNUSED_RESULT;

/* Takes out of @devices (GstDevice) those that another one in it stands for too: the same node
 * through V4L2 and PipeWire. */
void mien_camera_device_drop_doubles (GPtrArray *devices);

/* The device that @name means, "" the first; NULL when there is none now. Looks once. */
GstDevice *mien_camera_device_find (const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* The kind of pictures of @device that is nearest to what is wanted; any when it does not tell. */
GstCaps *
mien_camera_device_choose_caps (GstDevice *device,
                                const MienCameraOptions *options) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
