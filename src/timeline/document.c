/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/document.h"

#include <string.h>

#include "base/error.h"
#include "timeline/document-private.h"

#define DIAGNOSTIC_LIMIT 1000

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

void
mien_document_start_store (MienDocument *self)
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
  mien_document_start_store (self);
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
      mien_document_start_store (self);
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
