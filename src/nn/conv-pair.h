/* A depthwise and a 1x1 convolution one after the other, in either order, run band by band: what
 * lies between them stays in the cache and never exists as a whole. The numbers are those of the
 * two plans run one after the other, to the bit.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/conv.h"

G_BEGIN_DECLS

typedef struct _MienConvPair MienConvPair;

/* @first's y is @second's x; both in NC16HW on both sides. Takes both plans. NULL, and the plans
 * still the caller's, when they are not such a pair. */
MienConvPair *
mien_conv_pair_new (MienConvPlan *first, MienConvPlan *second) G_GNUC_WARN_UNUSED_RESULT;
void mien_conv_pair_free (MienConvPair *self);
/* "pair depthwise + direct avx512", for the profile. */
const char *mien_conv_pair_get_name (const MienConvPair *self);
gsize mien_conv_pair_get_workspace (const MienConvPair *self, guint n_threads); /* bytes */
gsize mien_conv_pair_get_packed_bytes (const MienConvPair *self);

/* As mien_conv_plan_run() of @second; @residual is added to its sums. */
void mien_conv_pair_run (const MienConvPair *self,
                         const float *x,
                         const float *residual,
                         float *y,
                         void *workspace,
                         MienParallel *parallel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienConvPair, mien_conv_pair_free)

G_END_DECLS
