/* Logit adjustment: how far rare classes are raised so that they are found, and what that may cost.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Chooses offsets[n_classes] for the logits, from @start on (NULL: zeros). Only classes rarer than
 * one in twenty of @priors are raised further, each by 0 to 1.5 times log (0.05 / prior). Step by
 * step the raise is taken that adds most mean class recall for the accuracy it costs, until @price
 * (a part of 1: 0.01 is one point of accuracy on these rows), counted from @start, is used up or
 * nothing is gained.
 * @probabilities: [n, n_classes], rows of a softmax; @classes: [n], the true ones.
 * Reference: Menon et al. 2021, "Long-tail learning via logit adjustment"; that each class has a
 * strength of its own is ours. */
void mien_priors_fit (const float *probabilities,
                      const guint8 *classes,
                      guint n,
                      guint n_classes,
                      const float *priors,
                      const float *start,
                      double price,
                      float *offsets);

/* Chooses the least offsets[n_classes], all >= 0, at which of each class that has an aim the part
 * @aims[c] (0: none) of its rows is found with a standard error to spare, sqrt (r (1 - r) / rows):
 * few rows prove little. Classes without rows are left. FALSE, and all zero, when the classes take
 * the rows from each other so that not all aims can be had. */
gboolean mien_priors_reach (const float *probabilities,
                            const guint8 *classes,
                            guint n,
                            guint n_classes,
                            const float *aims,
                            float *offsets);

/* What a network with such offsets would have answered: softmax (log p + offsets), in place. */
void mien_priors_apply (float *probabilities, guint n, guint n_classes, const float *offsets);

G_END_DECLS
