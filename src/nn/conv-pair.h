/* A 1x1 convolution and the depthwise one behind it, computed together: the rows between them stay
 * in the second-level cache and never come into memory. Bit for bit what the two give one after the
 * other.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/conv.h"

G_BEGIN_DECLS

typedef struct _MienConvPair MienConvPair;

/* TRUE where it pays: @depth takes what @point makes, both work on blocks of channels, the map
 * between them is too large for the cache, and the weights are few. */
gboolean mien_conv_pair_is_worth_it (const MienConvPlan *point, const MienConvPlan *depth);

/* Takes both plans, for which mien_conv_pair_is_worth_it() must hold. Immutable and shared. */
MienConvPair *
mien_conv_pair_new (MienConvPlan *point, MienConvPlan *depth) G_GNUC_WARN_UNUSED_RESULT;
void mien_conv_pair_free (MienConvPair *self);
/* For the profile. */
const char *mien_conv_pair_get_name (const MienConvPair *self);
gsize mien_conv_pair_get_workspace (const MienConvPair *self, guint n_threads); /* bytes */

/* @x, @y: NC16HW. @workspace: 64-byte aligned, of the size asked for with the threads of @parallel.
 */
void mien_conv_pair_run (
    const MienConvPair *self, const float *x, float *y, void *workspace, MienParallel *parallel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienConvPair, mien_conv_pair_free)

G_END_DECLS
