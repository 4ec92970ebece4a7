/* Filters over time for measurements at irregular moments: real seconds, never frames.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  MIEN_SMOOTHING_NONE,
  MIEN_SMOOTHING_EMA,    /* causal: y += (1 - exp(-dt / S)) * (x - y), S the time constant */
  MIEN_SMOOTHING_GAUSS,  /* weights exp(-dt^2 / (2 S^2)), S the standard deviation, cut at 3 S */
  MIEN_SMOOTHING_MEDIAN, /* of all samples within S / 2 before and after, S the width */
} MienSmoothingKind;

typedef struct
{
  MienSmoothingKind kind;
  double seconds; /* S, > 0 and at most 3600; 0 for none */
} MienSmoothing;

/* Reads `none`, `ema:S`, `gauss:S` or `median:S`. FALSE with MIEN_ERROR_USAGE, leaving @out alone,
 * for anything else. */
gboolean mien_smoothing_parse (const char *text, MienSmoothing *out, GError **error);
char *mien_smoothing_to_string (const MienSmoothing *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean mien_smoothing_equal (const MienSmoothing *a, const MienSmoothing *b);

/* How far, in nanoseconds, a sample can change results before it. 0 for EMA and none. */
gint64 mien_smoothing_get_reach (const MienSmoothing *self);

/* Writes out[c][begin..n) from all of in[c][0..n) for each of @n_channels channels. @times_ns
 * ascends strictly. Only samples whose @status is 0 (MIEN_STATUS_OK) and whose first channel is not
 * NaN count as input; every other sample gets what its neighbours give at its time, or its own
 * value where they give nothing. Gaps need no rule of their own: distance in time is all that
 * weighs. For the median, whose channels no longer sum to what they did, the sum over channels is
 * brought back to 1. @out may not overlap @in; for EMA with begin > 0, out[c][0..begin) holds the
 * result so far. Any thread; works on several threads inside with the same bits for any number.
 * Reference: EMA at irregular times: A. Eckner, Algorithms for Unevenly Spaced Time Series (2014).
 */
void mien_smoothing_apply (const MienSmoothing *self,
                           const gint64 *times_ns,
                           const guint8 *status,
                           gsize begin,
                           gsize n,
                           guint n_channels,
                           const float *const *in,
                           float *const *out);

G_END_DECLS
