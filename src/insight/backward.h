/* The derivative of each operator, looked up by its name. Private to the gradient.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "insight/gradient.h"

G_BEGIN_DECLS

#define MIEN_BACKWARD_MAX_INPUTS 64

/* One node of the reverse sweep. Forward values are those of the last run; @grads holds, for each
 * input, where its derivative is added up, NULL where nobody asks for it. */
typedef struct
{
  const MienNode *node;
  gint64 opset;
  guint n_inputs;
  const MienTensor *inputs[MIEN_BACKWARD_MAX_INPUTS]; /* NULL for one left out */
  float *grads[MIEN_BACKWARD_MAX_INPUTS];
  const MienTensor *output;
  const float *grad; /* of the output */
  gsize before;      /* Split: length along the axis of the outputs before this one */
  MienGradientRule rule;
} MienBackward;

/* FALSE with MIEN_ERROR_UNSUPPORTED when an attribute asks for something that is not known. */
typedef gboolean (*MienBackwardFunc) (const MienBackward *b, GError **error);

/* NULL when the derivative of @op_type is not known. */
MienBackwardFunc mien_backward_find (const char *op_type);

/* The tables of the families, each ended by a NULL name. */
typedef struct
{
  const char *op_type;
  MienBackwardFunc func;
} MienBackwardEntry;

extern const MienBackwardEntry mien_backward_elementwise[];
extern const MienBackwardEntry mien_backward_layers[];
extern const MienBackwardEntry mien_backward_shapes[];

G_END_DECLS
