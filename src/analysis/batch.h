/* What goes to the document in one piece: the samples of some frames on their way from the thread
 * that makes them to the one that owns the document. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/sample.h"

G_BEGIN_DECLS

typedef struct
{
  /* Of MienSample, whole frames; landmarks and embeddings only say whether there are any. */
  GArray *samples;
  GArray *points; /* of float: the landmarks of those samples that have them, in order */
  GArray *views;  /* of float: the embeddings, in the same way */
  GBytes *state;  /* nullable: a newer point to resume from */
} MienBatch;

void mien_batch_init (MienBatch *batch);
/* Frees what is in it; it may be zero-filled. */
void mien_batch_clear (MienBatch *batch);
/* Keeps the memory. */
void mien_batch_empty (MienBatch *batch);
/* Copies @n samples with their landmarks and embeddings. */
void mien_batch_append (MienBatch *batch, const MienSample *samples, guint n);
void mien_batch_set_state (MienBatch *batch, GBytes *state);
/* Moves everything of @from behind what @to holds. */
void mien_batch_move (MienBatch *to, MienBatch *from);
/* Points the samples at their landmarks and embeddings, once nothing is added any more. */
void mien_batch_link (MienBatch *batch);

G_END_DECLS
