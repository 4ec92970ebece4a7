/* The cheapest matching of rows to columns.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @costs: [@n_rows, @n_columns]. A pair that costs more than @limit is never made, and leaving a
 * row alone costs @limit. @out has @n_rows entries: the column, or -1. The sum of costs is least;
 * O(n^3). Reference: Kuhn 1955 (Hungarian method); Jonker & Volgenant 1987 (shortest augmenting
 * paths). */
void mien_assign (const double *costs, guint n_rows, guint n_columns, double limit, int *out);

G_END_DECLS
