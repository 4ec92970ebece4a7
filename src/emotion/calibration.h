/* Makes probabilities honest: a classifier that says 0.8 should be right eight times in ten.
 * Reference: Guo et al. 2017, temperature scaling.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Brings each of @n rows of @n_classes probabilities to softmax (log (p) / @temperature), in place.
 * @temperature > 0; 1 changes nothing but makes rows sum to 1. A row that holds a NaN or sums to
 * nothing becomes uniform. */
void mien_calibration_apply (float *probabilities, guint n, guint n_classes, float temperature);

/* The temperature of least cross entropy of @n rows against target distributions of the same
 * shape, by golden section in log space over 0.05 .. 20. */
float
mien_calibration_fit (const float *probabilities, const float *targets, guint n, guint n_classes);

/* Expected calibration error over @n_bins equal bins of confidence; @classes: right class a row. */
double mien_calibration_get_error (
    const float *probabilities, const guint8 *classes, guint n, guint n_classes, guint n_bins);

G_END_DECLS
