/* Softmax, cross entropy against distributions, and its gradient.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @rows of @n_classes logits to probabilities, in place. */
void mien_loss_softmax (float *logits, guint rows, guint n_classes);

/* Weighted mean over @rows of the cross entropy of softmax (@logits) against @targets (rows that
 * sum to 1): sum (weights[i] * loss[i]) * @scale / @rows. @grads receives the gradient with respect
 * to the logits. @weights: NULL for ones; 0 leaves a row out. */
double mien_loss_cross_entropy (const float *logits,
                                const float *targets,
                                const float *weights,
                                guint rows,
                                guint n_classes,
                                float scale,
                                float *grads);

G_END_DECLS
