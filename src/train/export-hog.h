/* Histograms of oriented gradients as nodes of a graph. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/graph.h"

G_BEGIN_DECLS

/* @x: [n, 1, h, w], brought to zero mean and unit variance. @out: [n, 36, rows, columns], of blocks
 * of 2 x 2 cells of @cell pixels. */
void mien_export_append_hog (
    MienGraph *graph, const char *out, const char *x, int cell, int rows, int columns);

G_END_DECLS
