/* A trained network as ONNX, and back: weights go by the names of the layers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/graph.h"
#include "train/network.h"
#include "train/stack.h"

G_BEGIN_DECLS

/* The network in evaluation, with @params and @state (NULL: its own). Input `face`
 * [n, channels, height, width] in 0..255, brought to zero mean and unit variance by the graph's own
 * first nodes; outputs are the heads' probabilities by name, [n, classes]. @heads: names of the
 * outputs wanted, NULL-terminated, or NULL for all. */
MienGraph *mien_export_graph (MienNetwork *network,
                              const float *params,
                              const float *state,
                              const char *const *heads) G_GNUC_WARN_UNUSED_RESULT;

/* Adds @offsets to the logits of @head: other priors without other weights. */
void
mien_export_add_offsets (MienGraph *graph, const char *head, const float *offsets, guint n_classes);

/* Has @head answer by @stack, whose inputs are the logits of @heads (NULL-terminated) side by side.
 */
void mien_export_add_stack (MienGraph *graph,
                            const char *head,
                            const char *const *heads,
                            const MienStack *stack);

/* Takes weights and running statistics of the same names and shapes out of @graph. Layers that
 * @graph does not have keep what they hold; @n_taken receives the number of those that it has.
 * MIEN_ERROR_MODEL when a shape differs. */
gboolean
mien_export_import (MienNetwork *network, MienGraph *graph, guint *n_taken, GError **error);

G_END_DECLS
