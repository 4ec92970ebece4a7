/* Operators that compute on activations in NC16HW. The layout pass puts one of these in the place
 * of the operator that infer() was done with, where that saves conversions. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/op.h"

G_BEGIN_DECLS

typedef struct
{
  MienOp op; /* op_type and domain of the operator it stands in for; infer is NULL */
  /* Which inputs it takes in blocks, bit by bit; 0 when it cannot do this call. The shapes of all
   * inputs and outputs are known. */
  guint (*get_blocked_inputs) (const MienOpCall *call);
  gboolean plain_out; /* output 0 is not in blocks, though the inputs are */
} MienBlockedOp;

/* NULL when there is none for the call. @inputs: what get_blocked_inputs() said. */
const MienBlockedOp *mien_blocked_op_find (const MienOpCall *call, guint *inputs);

/* The tables, each ends with a NULL op_type. */
extern const MienBlockedOp mien_blocked_ops_element[];
extern const MienBlockedOp mien_blocked_ops_window[];
extern const MienBlockedOp mien_blocked_ops_shape[];

/* An activation that the node is on its own, with constant parameters. @slope: room for PRELU's,
 * [blocks of channels, 16]. FALSE when it is not one. */
gboolean mien_blocked_read_activation (const MienOpCall *call, MienActivation *activation);

typedef struct
{
  gsize n, c, blocks, plane; /* plane: h * w */
  gsize h, w;
} MienBlockedShape;

static inline MienBlockedShape
mien_blocked_shape (const MienOpValue *value)
{
  MienBlockedShape s = { .n = (gsize) value->dims[0],
                         .c = (gsize) value->dims[1],
                         .h = (gsize) value->dims[2],
                         .w = (gsize) value->dims[3] };

  s.blocks = (s.c + 15) / 16;
  s.plane = s.h * s.w;
  return s;
}

/* Rank 4, float32, at least one element, and small enough for int arithmetic on one block. */
static inline gboolean
mien_blocked_can_hold (const MienOpValue *value)
{
  gint64 plane = 16;

  if (value->dtype != MIEN_DTYPE_F32 || value->rank != 4)
    return FALSE;
  for (int i = 0; i < 4; i++)
    if (value->dims[i] < 1 || value->dims[i] > 1 << 24)
      return FALSE;
  plane *= value->dims[2];
  return plane * value->dims[3] < G_MAXINT / 4
         && value->dims[0] * ((value->dims[1] + 15) / 16) < G_MAXINT / 64;
}

G_END_DECLS
