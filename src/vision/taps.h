/* The weights of one axis of a resize. Private to the vision room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Result pixel i is the sum over k of weights[i * stride + k] * source[starts[i] + k],
 * k = 0 .. counts[i]-1. */
typedef struct
{
  int n; /* result pixels */
  int stride;
  int low, high; /* source pixels low .. high-1 are looked at; low == high: none */
  int *starts, *counts;
  float *weights;
  float *inside; /* sum of the weights: below 1 where the result reaches past the edge */
} MienTaps;

/* Result pixel i covers origin + i * step .. origin + (i + 1) * step of @n_source pixels; step > 0.
 * From step 1 on the weights are the covered areas, below they are linear between centres.
 * @repeat: what lies past an edge counts for the edge pixel; otherwise it is left out. */
void
mien_taps_init (MienTaps *self, double origin, double step, int n, int n_source, gboolean repeat);
void mien_taps_clear (MienTaps *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MienTaps, mien_taps_clear)

G_END_DECLS
