/* A linear probe: how well a linear classifier reads the classes off what one layer gives.
 * Reference: Alain & Bengio 2017, "Understanding intermediate layers using linear classifier
 * probes"; Nesterov 1983 for the descent.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Fits a multinomial logistic regression (L2 1e-3, standardised columns, 300 accelerated steps) to
 * the even rows and returns the share of the odd rows it gets right, 0..1; NAN when one of the
 * halves is empty. @features: [n, n_features]; @classes: [n], each below @n_classes. Deterministic.
 */
double mien_probe_get_accuracy (
    const float *features, guint n, guint n_features, const guint8 *classes, guint n_classes);

G_END_DECLS
