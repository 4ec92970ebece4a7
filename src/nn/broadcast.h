/* Walking several arrays of different shape together, by NumPy's broadcasting rules. Private to the
 * room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/op.h"

G_BEGIN_DECLS

#define MIEN_BROADCAST_MAX 3

/* Output shape with neighbouring dimensions merged where all inputs allow it. */
typedef struct
{
  int rank; /* at least 1 */
  guint n;  /* inputs */
  gsize dims[MIEN_TENSOR_MAX_RANK];
  gsize strides[MIEN_BROADCAST_MAX][MIEN_TENSOR_MAX_RANK]; /* elements; 0 where repeated */
  gsize n_rows;                                            /* product of all dims but the last */
} MienBroadcast;

/* @in must broadcast to @out. */
void mien_broadcast_init (MienBroadcast *self,
                          const MienOpValue *out,
                          const MienOpValue *const *in,
                          guint n);

/* Offsets of row @row (of the last dimension) in each input. */
void mien_broadcast_locate (const MienBroadcast *self, gsize row, gsize *offsets);

static inline gsize
mien_broadcast_row (const MienBroadcast *self)
{
  return self->dims[self->rank - 1];
}

/* 0 or 1: the step of input @i along the row. */
static inline gsize
mien_broadcast_step (const MienBroadcast *self, guint i)
{
  return self->strides[i][self->rank - 1];
}

G_END_DECLS
