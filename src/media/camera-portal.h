/* A camera from inside a sandbox: the desktop's portal asks the person and hands over a connection
 * to PipeWire. Reference: org.freedesktop.portal.Camera, version 1.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* TRUE where devices can only be had through the portal: inside Flatpak. */
gboolean mien_camera_portal_is_needed (void);

/* Asks for access on @bus, the session bus. The person may take any time to answer. Callbacks in
 * the thread default main context of the call. */
void mien_camera_portal_open_async (GDBusConnection *bus,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

/* A connection for mien_camera_open_portal(), owned by the caller; -1 with an error:
 * MIEN_ERROR_INPUT when the person or the desktop says no, or there is no portal. */
int mien_camera_portal_open_finish (GAsyncResult *result, GError **error);

G_END_DECLS
