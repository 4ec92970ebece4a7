/* Values along an axis.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plot/palette.h"

G_BEGIN_DECLS

/* Writes those of the @n @texts, which stand at @x, that there is room for, dim, their middle at
 * height @y: first the one of index @first (-1: none), then from both ends to the middle. @size:
 * points at scale 1. */
void mien_axis_draw_texts (cairo_t *cr,
                           const MienPlotStyle *style,
                           double size,
                           char *const *texts,
                           const double *x,
                           guint n,
                           int first,
                           double y);

G_END_DECLS
