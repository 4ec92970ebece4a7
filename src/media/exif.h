/* Which way up a photograph is. Private to this room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

/* The orientation in the EXIF block of the JPEG file at @path, as what has to be done to the
 * picture; identity when it says nothing or nothing sensible. The value 1 to 8 is tag 0x0112 of the
 * first directory. Reference: CIPA DC-008 (Exif 2.32), 4.6.4. */
GstVideoOrientationMethod mien_exif_read_orientation (const char *path);

/* The same for the @size first bytes of a file. */
GstVideoOrientationMethod mien_exif_parse_orientation (const guint8 *data, gsize size);

G_END_DECLS
