/* Clean-up of a graph before it is executed. Private to the room. Each pass takes a sorted graph
 * and leaves a sorted one; values that outputs need keep their names.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/model.h"

G_BEGIN_DECLS

/* Constant nodes and everything that follows from constants become initialisers. */
gboolean mien_optimise_fold (MienGraph *graph, MienModelFlags flags, GError **error);
/* Identity, Dropout and casts to the same type are taken out. */
void mien_optimise_bypass (MienGraph *graph);
/* BatchNormalization, scales, biases, padding, activations and residual sums go into convolutions
 * and matrix products. */
void mien_optimise_fuse (MienGraph *graph);
/* Small 1x1 convolutions of one value become one, whose result is split. */
void mien_optimise_siblings (MienGraph *graph);
/* Nodes and initialisers that no output needs. */
void mien_optimise_sweep (MienGraph *graph);

G_END_DECLS
