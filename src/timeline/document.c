/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/document.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "timeline/document-private.h"

#define DIAGNOSTIC_LIMIT 1000
#define MIN_GAP_NS (G_GINT64_CONSTANT (500) * 1000 * 1000)
#define GAP_FRAMES 3

enum
{
  PROP_PATH = 1,
  PROP_MODIFIED,
  PROP_CAN_UNDO,
  PROP_CAN_REDO,
  PROP_ERROR,
  N_PROPERTIES,
};

static GParamSpec *properties[N_PROPERTIES];
static guint changed_signal;

G_DEFINE_FINAL_TYPE (MienDocument, mien_document, G_TYPE_OBJECT)

static void
news_unref (gpointer data)
{
  MienNews *news = data;

  if (!g_atomic_ref_count_dec (&news->ref_count))
    return;
  g_main_context_unref (news->context);
  g_mutex_clear (&news->lock);
  g_free (news);
}

static void
tell (MienDocument *self)
{
  guint changes = self->changes;
  gboolean modified;
  g_autoptr (GError) error = self->store == NULL ? NULL : mien_store_dup_error (self->store);

  self->changes = 0;
  g_object_ref (self);
  if (changes != 0)
    g_signal_emit (self, changed_signal, 0, changes);
  modified = mien_document_is_modified (self);
  if (modified != self->was_modified)
    {
      self->was_modified = modified;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MODIFIED]);
    }
  if ((error == NULL) != (self->error == NULL)
      || (error != NULL && strcmp (error->message, self->error->message) != 0))
    {
      g_clear_error (&self->error);
      self->error = g_steal_pointer (&error);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
    }
  g_object_unref (self);
}

static gboolean
news_cb (gpointer data)
{
  MienNews *news = data;
  MienDocument *document;

  g_mutex_lock (&news->lock);
  document = news->document;
  g_clear_pointer (&news->source, g_source_unref);
  g_mutex_unlock (&news->lock);
  /* This runs on the thread that owns the document, so it cannot go meanwhile. */
  if (document != NULL)
    tell (document);
  return G_SOURCE_REMOVE;
}

static void
news_post (gpointer data)
{
  MienNews *news = data;

  g_mutex_lock (&news->lock);
  if (news->source == NULL && news->document != NULL)
    {
      g_atomic_ref_count_inc (&news->ref_count);
      news->source = g_idle_source_new ();
      g_source_set_priority (news->source, G_PRIORITY_HIGH_IDLE);
      g_source_set_callback (news->source, news_cb, news, news_unref);
      g_source_attach (news->source, news->context);
    }
  g_mutex_unlock (&news->lock);
}

void
mien_document_queue (MienDocument *self, guint changes)
{
  self->changes |= changes;
  news_post (self->news);
}

static void
start_store (MienDocument *self)
{
  mien_store_start (self->store, news_post, self->news);
}

void
mien_document_clear_source (MienSource *source)
{
  g_free ((char *) source->path);
  g_free ((char *) source->hash);
  *source = (MienSource){ .size = -1, .duration_ns = -1, .frames = -1 };
}

static void
mien_document_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  MienDocument *self = MIEN_DOCUMENT (object);

  switch (id)
    {
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_MODIFIED:
      g_value_set_boolean (value, mien_document_is_modified (self));
      break;
    case PROP_CAN_UNDO:
      g_value_set_boolean (value, mien_document_can_undo (self));
      break;
    case PROP_CAN_REDO:
      g_value_set_boolean (value, mien_document_can_redo (self));
      break;
    case PROP_ERROR:
      g_value_set_boxed (value, self->error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mien_document_dispose (GObject *object)
{
  MienDocument *self = MIEN_DOCUMENT (object);

  mien_document_close (self, NULL);
  if (self->news != NULL)
    {
      g_mutex_lock (&self->news->lock);
      self->news->document = NULL;
      if (self->news->source != NULL)
        g_source_destroy (self->news->source);
      g_clear_pointer (&self->news->source, g_source_unref);
      g_mutex_unlock (&self->news->lock);
      g_clear_pointer (&self->news, news_unref);
    }
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->tracks)); i++)
    {
      g_autoptr (MienTrack) track = g_list_model_get_item (G_LIST_MODEL (self->tracks), i);

      mien_track_orphan (track);
    }
  G_OBJECT_CLASS (mien_document_parent_class)->dispose (object);
}

static void
mien_document_finalize (GObject *object)
{
  MienDocument *self = MIEN_DOCUMENT (object);

  mien_document_forget_undo (self);
  g_clear_pointer (&self->edit_before, mien_edit_state_unref);
  g_clear_pointer (&self->state, mien_edit_state_unref);
  g_clear_pointer (&self->checkpoint, g_bytes_unref);
  g_clear_error (&self->error);
  g_free (self->path);
  mien_document_clear_source (&self->source);
  for (guint c = 0; c < self->n_classes; c++)
    g_free ((char *) self->classes[c].name);
  g_hash_table_unref (self->settings);
  mien_frames_clear (&self->frames);
  g_hash_table_unref (self->track_index);
  g_hash_table_unref (self->person_index);
  g_hash_table_unref (self->open_tracks);
  g_hash_table_unref (self->diagnostic_counts);
  g_object_unref (self->tracks);
  g_object_unref (self->people);
  g_object_unref (self->marks);
  g_object_unref (self->diagnostics);
  g_hash_table_unref (self->raw);
  g_array_unref (self->views);
  g_hash_table_unref (self->saved);
  G_OBJECT_CLASS (mien_document_parent_class)->finalize (object);
}

static void
mien_document_class_init (MienDocumentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = mien_document_get_property;
  object_class->dispose = mien_document_dispose;
  object_class->finalize = mien_document_finalize;
  properties[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);
  properties[PROP_MODIFIED] = g_param_spec_boolean ("modified", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE, flags);
  properties[PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  changed_signal = g_signal_new ("changed", MIEN_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
mien_document_init (MienDocument *self)
{
  self->news = g_new0 (MienNews, 1);
  g_atomic_ref_count_init (&self->news->ref_count);
  g_mutex_init (&self->news->lock);
  self->news->context = g_main_context_ref_thread_default ();
  self->news->document = self;
  mien_document_clear_source (&self->source);
  self->neutral = -1;
  self->settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  mien_filters_init (&self->filters);
  self->views = g_array_new (FALSE, FALSE, sizeof (MienFaceView));
  self->raw = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) mien_columns_free);
  self->next_raw = 1;
  self->saved = g_hash_table_new (NULL, NULL);
  self->checkpoint_frame = -1;
  self->state = mien_edit_state_new ();
  self->tracks = g_list_store_new (MIEN_TYPE_TRACK);
  self->people = g_list_store_new (MIEN_TYPE_PERSON);
  self->marks = g_list_store_new (MIEN_TYPE_MARK);
  self->diagnostics = g_list_store_new (MIEN_TYPE_DIAGNOSTIC);
  self->track_index = g_hash_table_new (NULL, NULL);
  self->person_index = g_hash_table_new (NULL, NULL);
  self->open_tracks = g_hash_table_new (NULL, NULL);
  self->diagnostic_counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

MienDocument *
mien_document_new (void)
{
  return g_object_new (MIEN_TYPE_DOCUMENT, NULL);
}

MienDocument *
mien_document_create (const char *path, GError **error)
{
  g_autoptr (MienDocument) self = mien_document_new ();

  g_return_val_if_fail (path != NULL, NULL);
  self->store = mien_store_open (path, MIEN_STORE_CREATE, error);
  if (self->store == NULL)
    return NULL;
  self->path = g_strdup (path);
  mien_document_push_own_settings (self, self->store);
  start_store (self);
  return g_steal_pointer (&self);
}

static MienDocument *
open_with (const char *path, MienStoreMode mode, GError **error)
{
  g_autoptr (MienDocument) self = mien_document_new ();
  MienStore *store;

  store = mien_store_open (path, mode, error);
  if (store == NULL)
    return NULL;
  self->path = g_strdup (path);
  self->read_only = mode == MIEN_STORE_READ_ONLY;
  if (!mien_document_load (self, store, error))
    {
      mien_store_close (store, NULL);
      return NULL;
    }
  self->changes = 0;
  if (self->read_only)
    mien_store_close (store, NULL);
  else
    {
      self->store = store;
      start_store (self);
    }
  return g_steal_pointer (&self);
}

MienDocument *
mien_document_open (const char *path, GError **error)
{
  g_return_val_if_fail (path != NULL, NULL);
  return open_with (path, MIEN_STORE_WRITE, error);
}

MienDocument *
mien_document_open_read_only (const char *path, GError **error)
{
  g_return_val_if_fail (path != NULL, NULL);
  return open_with (path, MIEN_STORE_READ_ONLY, error);
}

gboolean
mien_document_save_as (MienDocument *self, const char *path, GError **error)
{
  g_autofree char *part = NULL;
  g_autofree char *wal = NULL;
  MienStore *store;
  gboolean ok;

  g_return_val_if_fail (MIEN_IS_DOCUMENT (self) && path != NULL, FALSE);
  part = g_strconcat (path, ".part", NULL);
  store = mien_store_open (part, MIEN_STORE_CREATE, error);
  if (store == NULL)
    return FALSE;
  mien_store_start (store, NULL, NULL);
  ok = mien_document_push_all (self, store, error);
  ok = mien_store_close (store, ok ? error : NULL) && ok;
  if (!ok)
    {
      remove (part);
      return FALSE;
    }
  /* Closing the former file must not touch the new one's -wal, so it goes first. */
  if (self->store != NULL)
    mien_store_close (g_steal_pointer (&self->store), NULL);
  wal = g_strconcat (path, "-wal", NULL);
  remove (wal);
  if (rename (part, path) != 0)
    {
      int saved = errno;

      g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: %s", path, g_strerror (saved));
      remove (part);
      if (self->path != NULL)
        self->store = mien_store_open (self->path, MIEN_STORE_WRITE, NULL);
      if (self->store != NULL)
        start_store (self);
      return FALSE;
    }
  self->store = mien_store_open (path, MIEN_STORE_WRITE, error);
  if (self->store == NULL)
    return FALSE;
  g_free (self->path);
  self->path = g_strdup (path);
  self->read_only = FALSE;
  start_store (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PATH]);
  mien_document_queue (self, 0);
  return TRUE;
}

gboolean
mien_document_flush (MienDocument *self, GError **error)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), FALSE);
  return self->store == NULL || mien_store_flush (self->store, error);
}

gboolean
mien_document_close (MienDocument *self, GError **error)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), FALSE);
  if (self->store == NULL)
    return TRUE;
  mien_document_push_blocks (self, self->store);
  return mien_store_close (g_steal_pointer (&self->store), error);
}

const char *
mien_document_get_path (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), NULL);
  return self->path;
}

gboolean
mien_document_is_read_only (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), TRUE);
  return self->read_only;
}

gboolean
mien_document_is_modified (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), FALSE);
  if (self->store != NULL)
    return !mien_store_is_idle (self->store);
  if (self->path == NULL)
    return self->frames.n > 0 || self->state->marks->len > 0;
  return !g_queue_is_empty (&self->undo);
}

const GError *
mien_document_get_error (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), NULL);
  return self->error;
}

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
  float *landmarks;
  MienFaceView *views; /* nullable */
  gsize n_views;
} Batch;

static void
batch_landmarks (Batch *batch)
{
  gboolean any = FALSE;

  for (gsize i = 0; i < batch->n_samples; i++)
    any = any || batch->samples[i].landmarks != NULL;
  if (!any)
    return;
  batch->landmarks = g_malloc_n (batch->n_samples, MIEN_LANDMARK_FLOATS * sizeof (float));
  for (gsize i = 0; i < batch->n_samples; i++)
    {
      float *points = batch->landmarks + i * MIEN_LANDMARK_FLOATS;

      if (batch->samples[i].landmarks != NULL)
        memcpy (points, batch->samples[i].landmarks, MIEN_LANDMARK_FLOATS * sizeof (float));
      else
        points[0] = NAN;
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

#define BLOCK_FRAMES 32768 /* rows that at most are read one by one after a crash */

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
  self->has_landmarks = self->has_landmarks || batch.landmarks != NULL;
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

gboolean
mien_document_get_last_frame (MienDocument *self, gint64 *frame, gint64 *pts_ns)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), FALSE);
  if (self->frames.n == 0)
    return FALSE;
  if (frame != NULL)
    *frame = self->frames.numbers[self->frames.n - 1];
  if (pts_ns != NULL)
    *pts_ns = self->frames.times[self->frames.n - 1];
  return TRUE;
}

gsize
mien_document_get_n_frames (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), 0);
  return self->frames.n;
}

const guint32 *
mien_document_get_frame_numbers (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), NULL);
  return self->frames.numbers;
}

const gint64 *
mien_document_get_frame_times (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), NULL);
  return self->frames.times;
}

const guint16 *
mien_document_get_frame_faces (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), NULL);
  return self->frames.faces;
}

gsize
mien_document_find_frame_at (MienDocument *self, gint64 time_ns)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), 0);
  return mien_frames_find_time (&self->frames, time_ns);
}

/* Usual time between two analysed frames. */
static gint64
get_spacing (MienDocument *self)
{
  gsize n = self->frames.n;
  double every = mien_document_get_setting_number (self, "every", 1.0);

  if (self->source.rate > 0.0 && every >= 1.0)
    return (gint64) (1e9 * every / self->source.rate + 0.5);
  if (n >= 2)
    return (self->frames.times[n - 1] - self->frames.times[0]) / (gint64) (n - 1);
  return G_GINT64_CONSTANT (40000000);
}

gint64
mien_document_get_frame_end (MienDocument *self, gsize i)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self) && i < self->frames.n, 0);
  if (i + 1 < self->frames.n)
    return self->frames.times[i + 1];
  return self->frames.times[i] + get_spacing (self);
}

gint64
mien_document_get_end (MienDocument *self)
{
  gint64 end;

  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), 0);
  end = self->frames.n == 0 ? 0 : mien_document_get_frame_end (self, self->frames.n - 1);
  return MAX (end, self->source.duration_ns);
}

gint64
mien_document_get_gap_limit (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), MIN_GAP_NS);
  return MAX (MIN_GAP_NS, GAP_FRAMES * get_spacing (self));
}

gint64
mien_document_get_sample_end (MienDocument *self, MienTrack *track, gsize i)
{
  const gint64 *times = mien_track_get_times (track);
  gsize frame = mien_frames_find_time (&self->frames, times[i]);

  return frame < self->frames.n ? mien_document_get_frame_end (self, frame) : times[i];
}

GListModel *
mien_document_get_tracks (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), NULL);
  return G_LIST_MODEL (self->tracks);
}

GListModel *
mien_document_get_people (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), NULL);
  return G_LIST_MODEL (self->people);
}

GListModel *
mien_document_get_marks (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), NULL);
  return G_LIST_MODEL (self->marks);
}

GListModel *
mien_document_get_diagnostics (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), NULL);
  return G_LIST_MODEL (self->diagnostics);
}

MienTrack *
mien_document_find_track (MienDocument *self, guint id)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), NULL);
  return g_hash_table_lookup (self->track_index, GUINT_TO_POINTER (id));
}

MienPerson *
mien_document_find_person (MienDocument *self, guint id)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), NULL);
  return g_hash_table_lookup (self->person_index, GUINT_TO_POINTER (id));
}

GPtrArray *
mien_document_dup_person_tracks (MienDocument *self, MienPerson *person)
{
  GPtrArray *tracks = g_ptr_array_new ();
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->tracks));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MienTrack) track = g_list_model_get_item (G_LIST_MODEL (self->tracks), i);

      if (mien_track_get_person (track) == person)
        g_ptr_array_add (tracks, track);
    }
  return tracks;
}

void
mien_document_add_diagnostic (MienDocument *self, MienDiagnostic *diagnostic)
{
  g_autofree char *key = NULL;
  guint count;

  g_return_if_fail (MIEN_IS_DOCUMENT (self) && MIEN_IS_DIAGNOSTIC (diagnostic));
  key = g_strdup_printf ("%d %s", mien_diagnostic_get_severity (diagnostic),
                         mien_diagnostic_get_stage (diagnostic));
  count = GPOINTER_TO_UINT (g_hash_table_lookup (self->diagnostic_counts, key)) + 1;
  g_hash_table_replace (self->diagnostic_counts, g_steal_pointer (&key), GUINT_TO_POINTER (count));
  if (count > DIAGNOSTIC_LIMIT)
    return;
  g_list_store_append (self->diagnostics, diagnostic);
  if (self->store != NULL)
    mien_store_push_diagnostic (self->store, diagnostic);
  mien_document_queue (self, MIEN_CHANGE_DIAGNOSTICS);
}
