/* Saving as another file: at once, or by a thread while the document goes on being edited and
 * filled.
 *
 * The thread has its own picture of the document as it was when saving began: a read transaction on
 * the document's file, or, of a document without one, a copy in memory. When its file is whole, the
 * document's thread puts it in place, goes on there, and hands what came meanwhile to the new
 * file's writer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib/gstdio.h>

#include "base/error.h"
#include "timeline/document-private.h"
#include "timeline/store-copy.h"

#define TELL_USEC (100 * 1000) /* between two reports of progress */

/* --- in place of what is there ---------------------------------------------------------------- */

/* Moves the whole document at @part to @path and goes on there. */
static gboolean
take_over (MienDocument *self, const char *part, const char *path, GError **error)
{
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);

  /* Closing the former file must not touch the new one's -wal, so it goes first. */
  if (self->store != NULL)
    mien_store_close (g_steal_pointer (&self->store), NULL);
  g_remove (wal);
  if (g_rename (part, path) != 0)
    {
      int saved = errno;

      g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: %s", path, g_strerror (saved));
      g_remove (part);
      if (self->path != NULL && !self->read_only)
        self->store = mien_store_open (self->path, MIEN_STORE_WRITE, NULL);
      if (self->store != NULL)
        mien_document_start_store (self);
      return FALSE;
    }
  self->store = mien_store_open (path, MIEN_STORE_WRITE, error);
  if (self->store == NULL)
    return FALSE;
  g_free (self->path);
  self->path = g_strdup (path);
  self->read_only = FALSE;
  mien_document_start_store (self);
  return TRUE;
}

static void
tell_path (MienDocument *self)
{
  g_object_notify (G_OBJECT (self), "path");
  mien_document_queue (self, 0);
}

static void
remove_part (const char *part)
{
  static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strconcat (part, suffixes[i], NULL);

      g_remove (name);
    }
}

/* All of @self into a new document at @part. */
static gboolean
write_whole (MienDocument *self, const char *part, const MienDocumentWatch *watch, GError **error)
{
  MienStore *store = mien_store_open (part, MIEN_STORE_CREATE, error);
  gboolean ok;

  if (store == NULL)
    return FALSE;
  mien_store_start (store, NULL, NULL);
  ok = mien_document_push_all (self, store, watch, error);
  ok = mien_store_close (store, ok ? error : NULL) && ok;
  if (!ok)
    remove_part (part);
  return ok;
}

gboolean
mien_document_save_as (MienDocument *self, const char *path, GError **error)
{
  g_autofree char *part = NULL;

  g_return_val_if_fail (MIEN_IS_DOCUMENT (self) && path != NULL, FALSE);
  part = g_strconcat (path, ".part", NULL);
  if (!write_whole (self, part, NULL, error) || !take_over (self, part, path, error))
    return FALSE;
  tell_path (self);
  return TRUE;
}

/* --- in a thread ------------------------------------------------------------------------------ */

typedef struct
{
  char *path, *part;
  MienStoreCopy *copy;   /* of the document's file, or NULL and: */
  MienDocument *memory;  /* what was in memory, the thread's own */
  GMainContext *context; /* of the document's thread: progress is told there */
  MienDocumentProgress progress;
  gpointer progress_data;
  gint64 told_us; /* when progress was told last */

  /* What the picture holds; what is beyond it comes afterwards. */
  gsize n_frames;
  guint n_diagnostics;
  char **keys; /* of settings */
} Save;

static void
save_free (gpointer data)
{
  Save *save = data;

  g_free (save->path);
  g_free (save->part);
  mien_store_copy_free (save->copy);
  g_clear_object (&save->memory);
  g_main_context_unref (save->context);
  g_strfreev (save->keys);
  g_free (save);
}

MienDocument *
mien_document_dup (MienDocument *self)
{
  g_autoptr (GMainContext) nowhere = g_main_context_new ();
  MienDocument *copy;
  GHashTableIter iter;
  gpointer key, value;

  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), NULL);
  g_main_context_push_thread_default (nowhere);
  copy = mien_document_new ();
  g_main_context_pop_thread_default (nowhere);
  mien_document_set_source (copy, &self->source);
  if (self->n_classes > 0)
    mien_document_set_classes (copy, self->classes, self->n_classes);
  copy->filters = self->filters;
  copy->complete = self->complete;
  copy->next_raw = self->next_raw;
  g_hash_table_iter_init (&iter, self->settings);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (copy->settings, g_strdup (key), g_strdup (value));
  mien_frames_copy (&copy->frames, &self->frames);
  g_hash_table_iter_init (&iter, self->raw);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (copy->raw, key, mien_columns_dup (value));
  g_array_append_vals (copy->views, self->views->data, self->views->len);
  if (self->checkpoint != NULL)
    copy->checkpoint = g_bytes_ref (self->checkpoint);
  copy->checkpoint_frame = self->checkpoint_frame;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->diagnostics)); i++)
    {
      g_autoptr (GObject) diagnostic = g_list_model_get_item (G_LIST_MODEL (self->diagnostics), i);

      g_list_store_append (copy->diagnostics, diagnostic);
    }
  mien_edit_state_unref (copy->state);
  copy->state = mien_edit_state_ref (self->state);
  mien_document_apply_state (copy);
  return copy;
}

/* --- progress */

typedef struct
{
  GTask *task;
  double done;
} News;

static gboolean
tell_cb (gpointer data)
{
  News *news = data;
  Save *save = g_task_get_task_data (news->task);

  if (!g_task_get_completed (news->task))
    save->progress (news->done, save->progress_data);
  return G_SOURCE_REMOVE;
}

static void
news_free (gpointer data)
{
  g_object_unref (((News *) data)->task);
  g_free (data);
}

static void
progress_cb (double done, gpointer data)
{
  GTask *task = data;
  Save *save = g_task_get_task_data (task);
  gint64 now = g_get_monotonic_time ();
  News *news;

  if (save->progress == NULL || now - save->told_us < TELL_USEC)
    return;
  save->told_us = now;
  news = g_new (News, 1);
  *news = (News){ g_object_ref (task), done };
  g_main_context_invoke_full (save->context, G_PRIORITY_DEFAULT_IDLE, tell_cb, news, news_free);
}

static void
save_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Save *save = data;
  MienDocumentWatch watch = { cancellable, progress_cb, task };
  GError *error = NULL;
  gboolean ok;

  if (save->copy != NULL)
    {
      ok = mien_store_copy_run (save->copy, save->part, cancellable, progress_cb, task, &error);
      /* Its transaction would keep the former file from being closed as one file. */
      g_clear_pointer (&save->copy, mien_store_copy_free);
    }
  else
    ok = write_whole (save->memory, save->part, &watch, &error);
  if (ok && g_cancellable_set_error_if_cancelled (cancellable, &error))
    ok = FALSE;
  if (!ok)
    {
      remove_part (save->part);
      g_task_return_error (task, error);
      return;
    }
  g_task_return_boolean (task, TRUE);
}

/* --- afterwards */

/* What came while the thread wrote. Everything but diagnostics replaces what is there. */
static gboolean
push_rest (MienDocument *self, const Save *save, GError **error)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->diagnostics));

  mien_store_hold (self->store);
  mien_document_push_own_settings (self, self->store);
  for (guint i = 0; save->keys[i] != NULL; i++)
    if (!g_hash_table_contains (self->settings, save->keys[i]))
      mien_store_push_setting (self->store, save->keys[i], NULL);
  mien_document_push_settings (self, self->store);
  for (guint i = save->n_diagnostics; i < n; i++)
    {
      g_autoptr (MienDiagnostic) diagnostic =
          g_list_model_get_item (G_LIST_MODEL (self->diagnostics), i);

      mien_store_push_diagnostic (self->store, diagnostic);
    }
  mien_store_push_state (self->store, self->state);
  if (self->frames.n > save->n_frames)
    mien_document_push_frames (self, self->store, save->n_frames);
  mien_store_push_checkpoint (self->store, self->checkpoint_frame, self->checkpoint);
  mien_store_release (self->store);
  return self->frames.n == save->n_frames
         || mien_document_push_rows (self, self->store, save->n_frames, NULL, error);
}

static void
written_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) outer = user_data;
  MienDocument *self = g_task_get_source_object (outer);
  Save *save = g_task_get_task_data (G_TASK (result));
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error)
      || !take_over (self, save->part, save->path, &error))
    {
      g_task_return_error (outer, error);
      return;
    }
  /* The blocks that a document from memory has in its new file are those that the thread made. */
  if (save->memory != NULL)
    {
      g_hash_table_unref (self->saved);
      self->saved = g_hash_table_ref (save->memory->saved);
      self->saved_frames = save->memory->saved_frames;
    }
  if (!push_rest (self, save, &error))
    {
      g_task_return_error (outer, error);
      return;
    }
  tell_path (self);
  g_task_return_boolean (outer, TRUE);
}

void
mien_document_save_as_async (MienDocument *self,
                             const char *path,
                             GCancellable *cancellable,
                             MienDocumentProgress progress,
                             gpointer progress_data,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  GTask *outer;
  g_autoptr (GTask) inner = NULL;
  Save *save;

  g_return_if_fail (MIEN_IS_DOCUMENT (self) && path != NULL);
  outer = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (outer, mien_document_save_as_async);
  /* What is done is done, though it was cancelled a moment before. */
  g_task_set_check_cancellable (outer, FALSE);
  save = g_new0 (Save, 1);
  save->path = g_strdup (path);
  save->part = g_strconcat (path, ".part", NULL);
  save->context = g_main_context_ref_thread_default ();
  save->progress = progress;
  save->progress_data = progress_data;
  save->n_frames = self->frames.n;
  save->n_diagnostics = g_list_model_get_n_items (G_LIST_MODEL (self->diagnostics));
  save->keys = mien_document_dup_setting_keys (self);
  /* A file that cannot be written to any more (a full disk) lacks what is only in memory. */
  if (self->store != NULL && mien_store_flush (self->store, NULL))
    save->copy = mien_store_copy_new (self->path, NULL);
  if (save->copy == NULL)
    save->memory = mien_document_dup (self);
  /* Without the document: the thread may be the last to let go of a task, and of its source. */
  inner = g_task_new (NULL, cancellable, written_cb, outer);
  g_task_set_check_cancellable (inner, FALSE);
  g_task_set_task_data (inner, save, save_free);
  g_task_run_in_thread (inner, save_thread);
}

gboolean
mien_document_save_as_finish (MienDocument *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
