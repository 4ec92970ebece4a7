/* Stacked heads: a linear map of the logits of all heads to those of one, fitted on images that the
 * network did not learn from. It sets right the priors that balanced sampling moved, the sharpness
 * of each class, and lets one head hear what the other says of the same face.
 * Reference: Wolpert 1992, "Stacked generalization"; Guo et al. 2017, "On Calibration of Modern
 * Neural Networks" (matrix scaling). The ridge towards the identity is ours.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MIEN_STACK_MAX_INPUTS 32
#define MIEN_STACK_MAX_CLASSES 16

typedef struct
{
  guint n_inputs, n_classes;
  float weights[MIEN_STACK_MAX_CLASSES * MIEN_STACK_MAX_INPUTS]; /* [n_classes, n_inputs] */
  float bias[MIEN_STACK_MAX_CLASSES];
  double ridge;       /* chosen by cross-validation */
  double loss_before; /* mean cross entropy of the rows as they were */
  double loss;        /* of the same rows, each by a map fitted without it */
} MienStack;

/* @logits: [n, n_inputs], those of all heads side by side, or log probabilities, which gives the
 * same. @first: where the head's own @n_classes begin; @widths: classes of each of @n_heads heads,
 * together @n_inputs. @targets: [n, n_classes], rows that sum to 1. The ridge of least cross
 * entropy in ten folds (row % 10) is taken, then all rows fit the map. @held_out: NULL, or [n,
 * n_classes], receives logits of each row by the map of the other folds. Without rows: the
 * identity. */
void mien_stack_fit (MienStack *self,
                     const float *logits,
                     const guint *widths,
                     guint n_heads,
                     guint first,
                     guint n_classes,
                     const float *targets,
                     guint n,
                     float *held_out);

/* @logits: [n, n_inputs]; @out: [n, n_classes] logits. */
void mien_stack_apply (const MienStack *self, const float *logits, guint n, float *out);

G_END_DECLS
