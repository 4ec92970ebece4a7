/* Charts as files: PNG, SVG and PDF from the code that draws the screen.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plot/timeline-plot.h"

G_BEGIN_DECLS

typedef void (*MienPictureFunc) (cairo_t *cr, double width, double height, gpointer data);

/* Draws @width x @height logical pixels into a file whose kind is its ending: .png (@scale device
 * pixels per logical one), .svg or .pdf. The file is replaced only when it is whole.
 * MIEN_ERROR_USAGE for another ending, MIEN_ERROR_OUTPUT when it cannot be written. Any thread that
 * @draw may run in. */
gboolean mien_picture_write (const char *path,
                             double width,
                             double height,
                             double scale,
                             MienPictureFunc draw,
                             gpointer data,
                             GError **error);

/* The whole timeline of @document as `--plot` writes it: 1600 wide, as high as its lanes need,
 * light ground, legend. The document's thread. */
gboolean mien_picture_write_timeline (MienDocument *document, const char *path, GError **error);

/* cairo numbers surfaces and images through the life of the program; the same picture shall be the
 * same bytes, whatever was drawn before. NULL when @svg is no UTF-8. */
char *mien_picture_renumber_svg (const char *svg, gssize length) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
