/* Who is who, from numbers that lie close for one person. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Groups @n faces of @length numbers each, nearest first, until the means of no two groups that may
 * be one lie within @limit (Euclidean).
 * @means: [n, length]; @weights: [n], how many views each is the mean of, > 0; @apart: [n, n], not
 * 0 for two that cannot be one. @group_of: [n], the smallest index of each face's group. Depends on
 * the numbers alone. Reference: Ward 1963; Murtagh 1983 (agglomeration with kept nearest
 * neighbours), centroid linkage. */
void mien_identity_group (const float *means,
                          const guint *weights,
                          const guint8 *apart,
                          guint n,
                          guint length,
                          double limit,
                          guint *group_of);

/* Euclidean. */
double mien_identity_distance (const float *a, const float *b, guint length);

G_END_DECLS
