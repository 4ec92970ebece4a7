/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "timeline/document-private.h"

#define BLOCK_FRAMES 32768 /* rows that at most are read one by one after a crash */

/* What a frame's samples must be; leaves @i after them. */
static gboolean
check_frame (
    MienDocument *self, const MienSample *samples, gsize n, gsize *i, gint64 after, GError **error)
{
  const MienSample *first = &samples[*i];
  gsize begin = *i;

  if (first->frame <= after || first->frame > G_MAXUINT32)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "frame %" G_GINT64_FORMAT " does not come after frame %" G_GINT64_FORMAT,
                   first->frame, after);
      return FALSE;
    }
  for (; *i < n && samples[*i].frame == first->frame; (*i)++)
    {
      const MienSample *s = &samples[*i];
      gboolean twice = FALSE;

      for (gsize j = begin; j < *i; j++)
        twice = twice || samples[j].track == s->track;
      if (twice || (s->status == MIEN_STATUS_NO_FACE ? begin != *i : s->track < 1)
          || s->status == MIEN_STATUS_EXCLUDED
          || (first->status == MIEN_STATUS_NO_FACE && begin != *i))
        {
          g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                       "frame %" G_GINT64_FORMAT ": track %d does not fit with the others",
                       s->frame, s->track);
          return FALSE;
        }
      if (s->status != MIEN_STATUS_NO_FACE && self->n_classes == 0)
        {
          g_set_error_literal (error, MIEN_ERROR, MIEN_ERROR_USAGE, "the document has no classes");
          return FALSE;
        }
    }
  if (*i - begin > G_MAXUINT16)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "frame %" G_GINT64_FORMAT ": %zu faces",
                   first->frame, *i - begin);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_samples (MienDocument *self, const MienSample *samples, gsize n, GError **error)
{
  gint64 after = self->frames.n == 0 ? -1 : (gint64) self->frames.numbers[self->frames.n - 1];

  for (gsize i = 0; i < n;)
    {
      gint64 frame = samples[i].frame;

      if (!check_frame (self, samples, n, &i, after, error))
        return FALSE;
      after = frame;
    }
  return TRUE;
}

static int
compare_tracks (gconstpointer a, gconstpointer b)
{
  return ((const MienSample *) a)->track - ((const MienSample *) b)->track;
}

/* What one call appends, on its way into memory and to the writer. */
typedef struct
{
  MienSample *samples; /* those with a face, quantised */
  gsize n_samples;
  MienFrameRecord *frames;
  gsize n_frames;
  float *landmarks;    /* of one sample after the other, as many as each has; nullable */
  MienFaceView *views; /* nullable */
  gsize n_views;
} Batch;

static void
batch_landmarks (Batch *batch)
{
  gsize n_points = 0;
  float *points;

  for (gsize i = 0; i < batch->n_samples; i++)
    n_points += batch->samples[i].n_landmarks;
  if (n_points == 0)
    return;
  batch->landmarks = g_malloc_n (n_points, 2 * sizeof (float));
  points = batch->landmarks;
  for (gsize i = 0; i < batch->n_samples; i++)
    {
      const MienSample *sample = &batch->samples[i];

      if (sample->n_landmarks > 0)
        memcpy (points, sample->landmarks, sample->n_landmarks * 2 * sizeof (float));
      points += 2 * sample->n_landmarks;
    }
}

/* Copies the embeddings out of samples that only borrow them. */
static void
batch_views (MienDocument *self, Batch *batch)
{
  guint first = self->views->len;

  for (gsize i = 0; i < batch->n_samples; i++)
    {
      MienSample *sample = &batch->samples[i];
      MienFaceView view = { (guint32) sample->frame, (guint) sample->track, { 0 } };

      if (sample->embedding == NULL)
        continue;
      memcpy (view.numbers, sample->embedding, sizeof view.numbers);
      sample->embedding = NULL;
      g_array_append_val (self->views, view);
    }
  if (self->views->len == first || self->store == NULL)
    return;
  batch->n_views = self->views->len - first;
  batch->views = g_memdup2 (&g_array_index (self->views, MienFaceView, first),
                            batch->n_views * sizeof (MienFaceView));
}

static void
batch_fill (MienDocument *self, Batch *batch, const MienSample *samples, gsize n)
{
  gint64 last = self->frames.n == 0 ? G_MININT64 : self->frames.times[self->frames.n - 1];

  batch->samples = g_new (MienSample, n);
  batch->frames = g_new (MienFrameRecord, n);
  for (gsize i = 0; i < n;)
    {
      gsize end = i;
      gsize at = batch->n_samples;
      MienFrameRecord *frame = &batch->frames[batch->n_frames++];

      frame->frame = (guint32) samples[i].frame;
      /* Streams that give two frames one time exist; a nanosecond keeps them in order. */
      frame->pts_ns = last == G_MININT64 ? samples[i].pts_ns : MAX (samples[i].pts_ns, last + 1);
      last = frame->pts_ns;
      for (; end < n && samples[end].frame == samples[i].frame; end++)
        if (samples[end].status != MIEN_STATUS_NO_FACE)
          {
            MienSample *copy = &batch->samples[batch->n_samples++];

            *copy = samples[end];
            copy->pts_ns = frame->pts_ns;
            copy->n_landmarks = copy->landmarks == NULL ? 0 : copy->n_landmarks;
            mien_columns_quantise (copy, self->n_classes);
          }
      frame->faces = (guint16) (batch->n_samples - at);
      qsort (batch->samples + at, frame->faces, sizeof (MienSample), compare_tracks);
      i = end;
    }
  batch_landmarks (batch);
  batch_views (self, batch);
}

static void
batch_to_memory (MienDocument *self, const Batch *batch)
{
  GHashTableIter iter;
  gpointer key, value;
  g_autoptr (GHashTable) touched = g_hash_table_new (NULL, NULL); /* columns to former length */

  for (gsize i = 0; i < batch->n_frames; i++)
    mien_frames_append (&self->frames, &batch->frames[i]);
  for (gsize i = 0; i < batch->n_samples; i++)
    {
      const MienSample *sample = &batch->samples[i];
      MienColumns *columns;

      if (!g_hash_table_contains (self->raw, GINT_TO_POINTER (sample->track)))
        mien_document_begin_track (self, (guint) sample->track, (guint32) sample->frame);
      columns = g_hash_table_lookup (self->raw, GINT_TO_POINTER (sample->track));
      if (!g_hash_table_contains (touched, columns))
        g_hash_table_insert (touched, columns, GSIZE_TO_POINTER (columns->n));
      mien_columns_append (columns, sample);
    }
  g_hash_table_iter_init (&iter, touched);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      MienColumns *columns = key;
      MienTrack *track = g_hash_table_lookup (self->open_tracks, GUINT_TO_POINTER (columns->raw));

      if (self->state->exclusions->len > 0)
        mien_document_apply_exclusions (self, columns, GPOINTER_TO_SIZE (value));
      if (track != NULL)
        mien_track_update (track, mien_track_get_begin (track), columns->n,
                           mien_track_get_person (track));
    }
}

static void
batch_to_store (MienDocument *self, Batch *batch, gboolean new_tracks)
{
  if (self->store == NULL)
    {
      g_free (batch->frames);
      g_free (batch->samples);
      g_free (batch->landmarks);
      return;
    }
  if (new_tracks)
    mien_store_push_state (self->store, self->state);
  for (gsize i = 0; i < batch->n_samples; i++)
    batch->samples[i].landmarks = NULL;
  mien_store_push_frames (self->store, batch->frames, batch->n_frames);
  mien_store_push_samples (self->store, batch->samples, batch->n_samples, batch->landmarks);
  if (batch->views != NULL)
    mien_store_push_views (self->store, batch->views, batch->n_views);
}

static gboolean
append (MienDocument *self,
        const MienSample *samples,
        gsize n,
        gboolean with_state,
        GBytes *state,
        GError **error)
{
  Batch batch = { NULL };
  guint n_tracks = self->state->tracks->len;

  if (n == 0 && !with_state)
    return TRUE;
  if (!check_samples (self, samples, n, error))
    return FALSE;
  batch_fill (self, &batch, samples, n);
  batch_to_memory (self, &batch);
  g_clear_pointer (&self->checkpoint, g_bytes_unref);
  if (with_state && state != NULL)
    {
      self->checkpoint = g_bytes_ref (state);
      self->checkpoint_frame =
          self->frames.n == 0 ? -1 : (gint64) self->frames.numbers[self->frames.n - 1];
    }
  if (self->store != NULL)
    mien_store_hold (self->store);
  batch_to_store (self, &batch, self->state->tracks->len != n_tracks);
  if (self->store != NULL)
    {
      if (with_state)
        mien_store_push_checkpoint (self->store, self->checkpoint_frame, state);
      if (self->frames.n - self->saved_frames >= BLOCK_FRAMES)
        mien_document_push_blocks (self, self->store);
      mien_store_release (self->store);
    }
  mien_document_queue (self, MIEN_CHANGE_SAMPLES
                                 | (self->state->tracks->len != n_tracks ? MIEN_CHANGE_PEOPLE : 0));
  return TRUE;
}

gboolean
mien_document_append (MienDocument *self, const MienSample *samples, gsize n, GError **error)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self) && (samples != NULL || n == 0), FALSE);
  return append (self, samples, n, FALSE, NULL, error);
}

gboolean
mien_document_append_checkpoint (
    MienDocument *self, const MienSample *samples, gsize n, GBytes *state, GError **error)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self) && (samples != NULL || n == 0), FALSE);
  return append (self, samples, n, TRUE, state, error);
}

GBytes *
mien_document_dup_checkpoint (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), NULL);
  return self->checkpoint == NULL ? NULL : g_bytes_ref (self->checkpoint);
}

int
mien_document_get_next_track (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), 1);
  return self->next_raw;
}
