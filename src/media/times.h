/* The times of a film's pictures, learned from what flows into a decoder. Private to this room.
 *
 * A decoder cuts the time of the first picture behind a seek to the place of the seek. With the
 * times of the coded pictures the true one is found again; they also tell where the picture before
 * is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _MienTimes MienTimes;

/* All functions may be called from any thread. Times are GStreamer's stream times. */
MienTimes *mien_times_new (void) G_GNUC_WARN_UNUSED_RESULT;
void mien_times_free (MienTimes *self);

/* Learns from all that flows into @decoder_sink from now on; the pad must be gone before @self. */
void mien_times_watch (MienTimes *self, GstPad *decoder_sink);

void mien_times_add (MienTimes *self, gint64 time);

/* Coded pictures have no times in this file; nothing is known then. */
void mien_times_give_up (MienTimes *self);

/* The time of the picture that is shown at @time: the largest known one not after it; @time itself
 * when none is known. */
gint64 mien_times_find (MienTimes *self, gint64 time);

/* A picture of this time came out of the decoder: all times from the seek before up to it are known
 * now. */
void mien_times_note_shown (MienTimes *self, gint64 time);

/* The time of the picture @n_back pictures before the one that is shown at @time, -1 when it is not
 * known, or not known whether there are others between them. */
gint64 mien_times_find_before (MienTimes *self, gint64 time, guint n_back);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienTimes, mien_times_free)

G_END_DECLS
