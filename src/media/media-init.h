/* Starts GStreamer, once for the process. Private to this room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Any thread, any number of times. Errors: MIEN_ERROR_INPUT, naming what GStreamer said. */
gboolean mien_media_init (GError **error);

G_END_DECLS
