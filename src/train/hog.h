/* What training and the exported graph have to agree on about histograms of oriented gradients.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MIEN_HOG_BINS 9
#define MIEN_HOG_CHANNELS (4 * MIEN_HOG_BINS)
#define MIEN_HOG_CLIP 0.2f
/* Added to a block's length: gradients of a crop of unit variance this faint say nothing. */
#define MIEN_HOG_EPSILON 0.02f

/* Directions of the rays between the bins, MIEN_HOG_BINS + 1 each: the last is the first turned by
 * half a circle. */
void mien_hog_get_rays (float *cosines, float *sines);
/* What pixel @i of the 2 * @cell along one axis of a cell counts. */
float mien_hog_get_weight (int cell, int i);

G_END_DECLS
