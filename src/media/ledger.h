/* Coded pictures that go into a decoder against pictures that come out: finds the lost ones.
 * Private to this room.
 *
 * Decoders of GStreamer stay silent about pictures that they cannot decode, and demuxers about what
 * they skip in a broken file. Pictures come out in order of presentation, so a coded picture whose
 * time has been passed is lost. Memory does not grow with the film.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _MienLedger MienLedger;

/* All functions may be called from any thread. Times in nanoseconds. */
MienLedger *mien_ledger_new (void) G_GNUC_WARN_UNUSED_RESULT;
void mien_ledger_free (MienLedger *self);

/* A coded picture of time @pts goes in. */
void mien_ledger_add_packet (MienLedger *self, gint64 pts);

/* The demuxer had to skip something behind the newest coded picture. */
void mien_ledger_tear (MienLedger *self);

/* Asked for the first picture of a part: is its time only the place where the wanted part
 * begins, because the picture itself began before that? */
gboolean mien_ledger_is_cut (MienLedger *self, gint64 pts);

/* The time of a picture that comes out with @pts. Decoders that hand out the same picture again
 * when nothing moved give it the old time too: it is that of the next coded picture then. */
gint64 mien_ledger_repair (MienLedger *self, gint64 pts);

/* A picture of time @pts comes out; @is_damaged: the decoder guessed parts of it. */
void mien_ledger_add_frame (MienLedger *self, gint64 pts, gboolean is_damaged);

/* Another part of the film begins, first with its coded pictures, later with those that come out.
 * What is pending of the part before is not lost: it ends in the middle of what was coded. */
void mien_ledger_begin_packets (MienLedger *self);
void mien_ledger_begin_frames (MienLedger *self);

/* The last picture came out; what is pending is lost. */
void mien_ledger_end (MienLedger *self);

/* Lost and damaged pictures so far, and the time of the first of them in *first (-1: none). */
gint64 mien_ledger_count_damaged (MienLedger *self, gint64 *first);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienLedger, mien_ledger_free)

G_END_DECLS
