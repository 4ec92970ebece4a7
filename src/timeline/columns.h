/* What analysis measured of one of its tracks, one array per quantity: grows at the end, never
 * changes. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/track.h"

G_BEGIN_DECLS

typedef struct
{
  guint raw; /* the number that analysis gave */
  gsize n, allocated;
  guint32 *frames;
  gint64 *times;
  guint8 *status;                /* as measured */
  guint8 *effective;             /* with exclusions, see mien_columns_apply_exclusion() */
  float *values[MIEN_N_COLUMNS]; /* NULL until a sample measured it */
  float *landmarks;              /* [allocated][n_landmarks][2], NULL until there are any */
  guint n_landmarks;             /* of the first sample that had some; others have none */
} MienColumns;

MienColumns *mien_columns_new (guint raw) G_GNUC_WARN_UNUSED_RESULT;
void mien_columns_free (MienColumns *self);
MienColumns *mien_columns_dup (const MienColumns *self) G_GNUC_WARN_UNUSED_RESULT;

/* Room for @n samples without another allocation. */
void mien_columns_reserve (MienColumns *self, gsize n);
/* Appends; the effective status is that of the sample. */
void mien_columns_append (MienColumns *self, const MienSample *sample);
/* Drops all samples from @n on. */
void mien_columns_truncate (MienColumns *self, gsize n);

/* Brings @sample to the steps that files keep (probabilities 1e-6, boxes and angles 0.01, ...), so
 * that a document that was read is the same, bit for bit, as the one that was written. Values that
 * are not finite become NaN; a sample with one of its @n_classes probabilities missing has none. */
void mien_columns_quantise (MienSample *sample, guint n_classes);

/* Samples begin..end as one block of bytes, and back: appends to @self. The block may come from
 * anywhere: FALSE, having appended nothing, when it is malformed. */
GBytes *
mien_columns_encode (const MienColumns *self, gsize begin, gsize end) G_GNUC_WARN_UNUSED_RESULT;
gboolean mien_columns_decode (MienColumns *self, const guint8 *data, gsize size);

/* Index of the first sample at or after @time_ns, or of a frame not before @frame, in begin..end.
 */
gsize mien_columns_find_time (const MienColumns *self, gsize begin, gsize end, gint64 time_ns);
gsize mien_columns_find_frame (const MienColumns *self, gsize begin, gsize end, gint64 frame);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienColumns, mien_columns_free)

G_END_DECLS
