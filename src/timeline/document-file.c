/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "timeline/document-private.h"
#include "timeline/walk.h"

#define BLOCKS_KEY "document.blocks" /* the frame up to which blocks hold all */
#define BLOCK_SAMPLES 32768
#define CHUNK 65536 /* samples written at once by save as */

typedef struct
{
  MienDocument *document;
  gint64 blocks_until;
} Loader;

static gboolean
load_setting (gpointer data, const char *key, const char *value)
{
  Loader *loader = data;

  if (strcmp (key, BLOCKS_KEY) == 0)
    {
      loader->blocks_until = g_ascii_strtoll (value, NULL, 10);
      return TRUE;
    }
  return mien_document_take_own_setting (loader->document, key, value);
}

static MienColumns *
ensure_columns (MienDocument *self, guint raw)
{
  MienColumns *columns = g_hash_table_lookup (self->raw, GUINT_TO_POINTER (raw));

  if (columns == NULL)
    {
      columns = mien_columns_new (raw);
      g_hash_table_insert (self->raw, GUINT_TO_POINTER (raw), columns);
      self->next_raw = MAX (self->next_raw, (int) raw + 1);
    }
  return columns;
}

static gboolean
load_block (gpointer data, guint track, const guint8 *bytes, gsize size)
{
  Loader *loader = data;
  MienDocument *self = loader->document;

  if (track == 0)
    return mien_frames_decode (&self->frames, bytes, size);
  return mien_columns_decode (ensure_columns (self, track), bytes, size);
}

static gboolean
load_frame (gpointer data, const MienFrameRecord *frame)
{
  MienDocument *self = ((Loader *) data)->document;
  gsize n = self->frames.n;

  if (n > 0
      && (frame->frame <= self->frames.numbers[n - 1]
          || frame->pts_ns <= self->frames.times[n - 1]))
    return FALSE;
  mien_frames_append (&self->frames, frame);
  return TRUE;
}

static gboolean
load_sample (gpointer data, const MienSample *sample)
{
  MienColumns *columns = ensure_columns (((Loader *) data)->document, (guint) sample->track);

  if (columns->n > 0
      && (sample->frame <= (gint64) columns->frames[columns->n - 1]
          || sample->pts_ns <= columns->times[columns->n - 1]))
    return FALSE;
  mien_columns_append (columns, sample);
  return TRUE;
}

static gboolean
load_view (gpointer data, const MienFaceView *view)
{
  MienDocument *self = ((Loader *) data)->document;

  /* Of a track that somebody took out by hand it says nothing any more. */
  if (g_hash_table_contains (self->raw, GUINT_TO_POINTER (view->raw)))
    g_array_append_vals (self->views, view, 1);
  return TRUE;
}

static gboolean
load_diagnostic (gpointer data, MienDiagnostic *diagnostic)
{
  g_list_store_append (((Loader *) data)->document->diagnostics, diagnostic);
  return TRUE;
}

/* Every track of the state has samples, every sample a track, and no two tracks the same stretch.
 */
static gboolean
check_tracks (MienDocument *self)
{
  GHashTableIter iter;
  gpointer key, value;

  for (guint i = 0; i < self->state->tracks->len; i++)
    {
      const MienTrackState *track = &g_array_index (self->state->tracks, MienTrackState, i);
      const MienColumns *columns = g_hash_table_lookup (self->raw, GUINT_TO_POINTER (track->raw));

      if (columns == NULL || columns->n == 0)
        return FALSE;
    }
  g_hash_table_iter_init (&iter, self->raw);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const MienTrackState *track = mien_edit_state_find_raw (self->state, GPOINTER_TO_UINT (key));

      if (track == NULL || track->first_frame > ((MienColumns *) value)->frames[0])
        return FALSE;
    }
  return TRUE;
}

static gboolean
load_checkpoint (MienDocument *self, MienStore *store, GError **error)
{
  g_autoptr (GBytes) state = NULL;
  gint64 frame, last = -1;

  if (!mien_store_read_checkpoint (store, &frame, &state, error))
    return FALSE;
  mien_document_get_last_frame (self, &last, NULL);
  if (state != NULL && frame == last)
    {
      self->checkpoint = g_steal_pointer (&state);
      self->checkpoint_frame = frame;
    }
  return TRUE;
}

static void
note_saved (MienDocument *self)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->raw);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (self->saved, key, GSIZE_TO_POINTER (((MienColumns *) value)->n));
  self->saved_frames = self->frames.n;
}

gboolean
mien_document_load (MienDocument *self, MienStore *store, GError **error)
{
  Loader loader = { self, -1 };
  MienEditState *state;

  if (!mien_store_read_settings (store, load_setting, &loader, error)
      || !mien_store_read_blocks (store, load_block, &loader, error))
    return FALSE;
  note_saved (self);
  if (!mien_store_read_frames (store, loader.blocks_until, load_frame, &loader, error)
      || !mien_store_read_samples (store, loader.blocks_until, load_sample, &loader, error)
      || !mien_store_read_views (store, load_view, &loader, error)
      || !mien_store_read_diagnostics (store, load_diagnostic, &loader, error)
      || !load_checkpoint (self, store, error))
    return FALSE;
  state = mien_store_read_state (store, error);
  if (state == NULL)
    return FALSE;
  mien_edit_state_unref (self->state);
  self->state = state;
  if (!check_tracks (self) || (g_hash_table_size (self->raw) > 0 && self->n_classes == 0))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_DAMAGED,
                   "%s: table track: tracks and samples do not fit together", self->path);
      return FALSE;
    }
  mien_document_apply_state (self);
  return TRUE;
}

static void
push_column_blocks (MienStore *store, const MienColumns *columns, gsize from)
{
  for (gsize at = from; at < columns->n; at += BLOCK_SAMPLES)
    {
      g_autoptr (GBytes) block =
          mien_columns_encode (columns, at, MIN (at + BLOCK_SAMPLES, columns->n));

      mien_store_push_block (store, columns->raw, at, block);
    }
}

void
mien_document_push_blocks (MienDocument *self, MienStore *store)
{
  GHashTableIter iter;
  gpointer key, value;
  g_autofree char *until = NULL;

  if (self->saved_frames == self->frames.n)
    return;
  mien_store_hold (store);
  g_hash_table_iter_init (&iter, self->raw);
  while (g_hash_table_iter_next (&iter, &key, &value))
    push_column_blocks (store, value, GPOINTER_TO_SIZE (g_hash_table_lookup (self->saved, key)));
  for (gsize at = self->saved_frames; at < self->frames.n; at += BLOCK_SAMPLES)
    {
      g_autoptr (GBytes) block =
          mien_frames_encode (&self->frames, at, MIN (at + BLOCK_SAMPLES, self->frames.n));

      mien_store_push_block (store, 0, at, block);
    }
  until = g_strdup_printf ("%u", self->frames.numbers[self->frames.n - 1]);
  mien_store_push_setting (store, BLOCKS_KEY, until);
  mien_store_release (store);
  note_saved (self);
}

/* Tells how far it is. FALSE when it was cancelled. */
static gboolean
look_up (const MienDocumentWatch *watch, double done, GError **error)
{
  if (watch == NULL)
    return TRUE;
  watch->progress (done, watch->data);
  return !g_cancellable_set_error_if_cancelled (watch->cancellable, error);
}

/* In order. The store gets the numbers of the tracks as analysis gave them. */
gboolean
mien_document_push_rows (MienDocument *self,
                         MienStore *store,
                         gsize begin,
                         const MienDocumentWatch *watch,
                         GError **error)
{
  g_autoptr (MienWalk) walk = mien_walk_new (self);
  g_autoptr (GArray) samples = g_array_new (FALSE, FALSE, sizeof (MienSample));
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (float));
  gsize frame;

  while (mien_walk_next (walk, &frame))
    {
      gboolean last = frame + 1 == self->frames.n;

      for (guint k = 0; frame >= begin && k < mien_walk_get_n_faces (walk); k++)
        {
          MienSample sample;
          MienTrack *track = mien_walk_get_face (walk, k, &sample);
          const MienColumns *columns = mien_track_get_columns (track);
          gsize at = mien_columns_find_frame (columns, 0, columns->n, sample.frame);

          sample.track = (int) columns->raw;
          sample.status = (MienStatus) columns->status[at];
          if (sample.n_landmarks > 0)
            g_array_append_vals (points, sample.landmarks, 2 * sample.n_landmarks);
          sample.landmarks = NULL;
          g_array_append_val (samples, sample);
        }
      if (samples->len >= CHUNK || (last && samples->len > 0))
        {
          guint n = samples->len;

          mien_store_push_samples (
              store, g_memdup2 (samples->data, n * sizeof (MienSample)), n,
              points->len == 0 ? NULL : g_memdup2 (points->data, points->len * sizeof (float)));
          g_array_set_size (samples, 0);
          g_array_set_size (points, 0);
          if (!mien_store_flush (store, error)
              || !look_up (watch, (double) frame / (double) self->frames.n, error))
            return FALSE;
        }
    }
  return TRUE;
}

void
mien_document_push_frames (MienDocument *self, MienStore *store, gsize begin)
{
  gsize n = self->frames.n - begin;
  MienFrameRecord *records = g_new (MienFrameRecord, n);

  for (gsize i = 0; i < n; i++)
    records[i] = (MienFrameRecord){ self->frames.numbers[begin + i], self->frames.faces[begin + i],
                                    self->frames.times[begin + i] };
  mien_store_push_frames (store, records, n);
  if (self->views->len > 0)
    mien_store_push_views (store,
                           g_memdup2 (self->views->data, self->views->len * sizeof (MienFaceView)),
                           self->views->len);
}

void
mien_document_push_settings (MienDocument *self, MienStore *store)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->settings);
  while (g_hash_table_iter_next (&iter, &key, &value))
    mien_store_push_setting (store, key, value);
}

static gboolean
push_all (MienDocument *self, MienStore *store, const MienDocumentWatch *watch, GError **error)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->diagnostics));

  mien_document_push_own_settings (self, store);
  mien_document_push_settings (self, store);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MienDiagnostic) diagnostic =
          g_list_model_get_item (G_LIST_MODEL (self->diagnostics), i);

      mien_store_push_diagnostic (store, diagnostic);
    }
  mien_store_push_state (store, self->state);
  if (self->checkpoint != NULL)
    mien_store_push_checkpoint (store, self->checkpoint_frame, self->checkpoint);
  if (self->frames.n > 0)
    mien_document_push_frames (self, store, 0);
  if (!mien_document_push_rows (self, store, 0, watch, error))
    return FALSE;
  mien_document_push_blocks (self, store);
  return mien_store_flush (store, error);
}

gboolean
mien_document_push_all (MienDocument *self,
                        MienStore *store,
                        const MienDocumentWatch *watch,
                        GError **error)
{
  g_autoptr (GHashTable) saved = g_steal_pointer (&self->saved);
  gsize saved_frames = self->saved_frames;

  /* What is in blocks of the former file is not in this one. */
  self->saved = g_hash_table_new (NULL, NULL);
  self->saved_frames = 0;
  if (push_all (self, store, watch, error))
    return TRUE;
  g_hash_table_unref (self->saved);
  self->saved = g_steal_pointer (&saved);
  self->saved_frames = saved_frames;
  return FALSE;
}
