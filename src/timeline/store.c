/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "timeline/store-private.h"

#define COMMIT_USEC (400 * 1000) /* between two commits; the contract says at most a second */
#define RETRY_USEC (2 * G_USEC_PER_SEC)

static void
op_free (MienStoreOp *op)
{
  g_free (op->frames);
  g_free (op->samples);
  g_free (op->landmarks);
  g_free (op->views);
  g_clear_pointer (&op->bytes, g_bytes_unref);
  g_free (op->key);
  g_free (op->value);
  g_clear_pointer (&op->state, mien_edit_state_unref);
  g_clear_object (&op->diagnostic);
  g_free (op);
}

/* All of @ops in one transaction. Of several edit states only the last one matters. */
static gboolean
commit_ops (MienStore *self, GQueue *ops, GError **error)
{
  const MienStoreOp *last_state = NULL;
  gboolean ok = mien_store_exec (self, "BEGIN IMMEDIATE", MIEN_ERROR_OUTPUT, error);

  if (!ok)
    return FALSE;
  for (GList *l = ops->head; l != NULL; l = l->next)
    if (((MienStoreOp *) l->data)->kind == MIEN_STORE_OP_STATE)
      last_state = l->data;
  for (GList *l = ops->head; l != NULL && ok; l = l->next)
    {
      const MienStoreOp *op = l->data;

      if (op->kind != MIEN_STORE_OP_STATE || op == last_state)
        ok = mien_store_write_op (self, op, error);
    }
  ok = ok && mien_store_exec (self, "COMMIT", MIEN_ERROR_OUTPUT, error);
  if (!ok)
    sqlite3_exec (self->db, "ROLLBACK", NULL, NULL, NULL);
  return ok;
}

/* Sleeps until there is something to commit. Holds the lock. */
static void
wait_for_work (MienStore *self, gint64 last_try)
{
  for (;;)
    {
      gboolean urgent = self->flushers > 0 || self->stopping;
      gint64 due = last_try + (self->error != NULL ? RETRY_USEC : COMMIT_USEC);

      if (self->holds > 0)
        g_cond_wait (&self->wake, &self->lock);
      else if (self->stopping || (urgent && !g_queue_is_empty (&self->pending)))
        return;
      else if (g_queue_is_empty (&self->pending))
        g_cond_wait (&self->wake, &self->lock);
      else if (!g_cond_wait_until (&self->wake, &self->lock, due))
        return;
    }
}

static gpointer
run_writer (gpointer data)
{
  MienStore *self = data;
  gint64 last_try = 0;
  gboolean stopping = FALSE;

  while (!stopping)
    {
      GQueue ops = G_QUEUE_INIT;
      g_autoptr (GError) error = NULL;
      gboolean ok = TRUE;

      g_mutex_lock (&self->lock);
      wait_for_work (self, last_try);
      stopping = self->stopping;
      ops = self->pending;
      g_queue_init (&self->pending);
      g_mutex_unlock (&self->lock);

      last_try = g_get_monotonic_time ();
      if (!g_queue_is_empty (&ops))
        ok = commit_ops (self, &ops, &error);

      g_mutex_lock (&self->lock);
      self->attempts++;
      g_clear_error (&self->error);
      if (ok)
        self->committed += ops.length;
      else
        {
          /* Kept for the next try, before what came meanwhile. */
          self->error = g_steal_pointer (&error);
          while (!g_queue_is_empty (&ops))
            g_queue_push_head (&self->pending, g_queue_pop_tail (&ops));
        }
      /* A waiter counts itself off; nobody waits any more for what was tried. */
      g_cond_broadcast (&self->done);
      g_mutex_unlock (&self->lock);
      g_queue_clear_full (&ops, (GDestroyNotify) op_free);
      if (self->notify != NULL)
        self->notify (self->notify_data);
    }
  return NULL;
}

MienStore *
mien_store_open (const char *path, MienStoreMode mode, GError **error)
{
  MienStore *self = g_new0 (MienStore, 1);

  self->path = g_strdup (path);
  self->read_only = mode == MIEN_STORE_READ_ONLY;
  g_mutex_init (&self->lock);
  g_cond_init (&self->wake);
  g_cond_init (&self->done);
  g_queue_init (&self->pending);
  if (!mien_store_open_database (self, mode, error))
    {
      mien_store_close (self, NULL);
      return NULL;
    }
  return self;
}

void
mien_store_start (MienStore *self, MienStoreNotify notify, gpointer data)
{
  g_assert (self->writer == NULL && !self->read_only);
  self->notify = notify;
  self->notify_data = data;
  self->writer = g_thread_new ("mien-store", run_writer, self);
}

gboolean
mien_store_close (MienStore *self, GError **error)
{
  gboolean ok = TRUE;

  if (self->writer != NULL)
    {
      g_mutex_lock (&self->lock);
      self->stopping = TRUE;
      self->holds = 0;
      g_cond_signal (&self->wake);
      g_mutex_unlock (&self->lock);
      g_thread_join (self->writer);
      /* One file when closed; where that cannot be, the -wal beside it is as good. */
      sqlite3_exec (self->db, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    }
  if (self->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->error));
      ok = FALSE;
    }
  sqlite3_close_v2 (self->db);
  g_queue_clear_full (&self->pending, (GDestroyNotify) op_free);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->wake);
  g_cond_clear (&self->done);
  g_free (self->path);
  g_free (self);
  return ok;
}

void
mien_store_hold (MienStore *self)
{
  g_mutex_lock (&self->lock);
  self->holds++;
  g_mutex_unlock (&self->lock);
}

void
mien_store_release (MienStore *self)
{
  g_mutex_lock (&self->lock);
  g_assert (self->holds > 0);
  self->holds--;
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->lock);
}

static void
push (MienStore *self, MienStoreOp op)
{
  g_mutex_lock (&self->lock);
  /* The writer sleeps without a limit only while there is nothing. */
  if (g_queue_is_empty (&self->pending))
    g_cond_signal (&self->wake);
  g_queue_push_tail (&self->pending, g_memdup2 (&op, sizeof op));
  self->pushed++;
  g_mutex_unlock (&self->lock);
}

void
mien_store_push_frames (MienStore *self, MienFrameRecord *frames, gsize n)
{
  push (self, (MienStoreOp){ .kind = MIEN_STORE_OP_FRAMES, .frames = frames, .n = n });
}

void
mien_store_push_samples (MienStore *self, MienSample *samples, gsize n, float *landmarks)
{
  push (self,
        (MienStoreOp){
            .kind = MIEN_STORE_OP_SAMPLES, .samples = samples, .n = n, .landmarks = landmarks });
}

void
mien_store_push_views (MienStore *self, MienFaceView *views, gsize n)
{
  push (self, (MienStoreOp){ .kind = MIEN_STORE_OP_EMBEDDINGS, .views = views, .n = n });
}

void
mien_store_push_block (MienStore *self, guint track, gsize first, GBytes *data)
{
  push (self, (MienStoreOp){ .kind = MIEN_STORE_OP_BLOCK,
                             .track = track,
                             .at = (gint64) first,
                             .bytes = g_bytes_ref (data) });
}

void
mien_store_push_setting (MienStore *self, const char *key, const char *value)
{
  push (self, (MienStoreOp){ .kind = MIEN_STORE_OP_SETTING,
                             .key = g_strdup (key),
                             .value = g_strdup (value) });
}

void
mien_store_push_checkpoint (MienStore *self, gint64 frame, GBytes *state)
{
  push (self, (MienStoreOp){ .kind = MIEN_STORE_OP_CHECKPOINT,
                             .at = frame,
                             .bytes = state == NULL ? NULL : g_bytes_ref (state) });
}

void
mien_store_push_state (MienStore *self, MienEditState *state)
{
  push (self, (MienStoreOp){ .kind = MIEN_STORE_OP_STATE, .state = mien_edit_state_ref (state) });
}

void
mien_store_push_diagnostic (MienStore *self, MienDiagnostic *diagnostic)
{
  push (self,
        (MienStoreOp){ .kind = MIEN_STORE_OP_DIAGNOSTIC, .diagnostic = g_object_ref (diagnostic) });
}

void
mien_store_push_view (MienStore *self, const char *const *class_names)
{
  GString *sql = g_string_new (
      "CREATE VIEW samples AS SELECT s.frame, f.time_ns / 1e9 AS time,"
      " CASE WHEN EXISTS (SELECT 1 FROM exclusion e WHERE (e.person = 0 OR e.person = t.person)"
      " AND f.time_ns >= e.start_ns AND f.time_ns < e.end_ns) THEN 'excluded'"
      " WHEN s.status = 2 THEN 'low_quality' ELSE 'ok' END AS status,"
      " t.id AS track, p.name AS person");

  for (guint c = 0; c < MIEN_COLUMN_VALUE; c++)
    g_string_append_printf (sql, ", s.%s / %d.0 AS %s", mien_store_columns[c],
                            (int) mien_store_steps[c], mien_store_columns[c]);
  for (guint c = 0; class_names[c] != NULL; c++)
    {
      char *quoted = sqlite3_mprintf ("%w", class_names[c]);

      g_string_append_printf (sql, ", s.v%u / 1e6 AS \"%s\"", c, quoted);
      sqlite3_free (quoted);
    }
  g_string_append (sql, " FROM sample s JOIN frame f USING (frame)"
                        " JOIN track t ON t.raw = s.track AND t.first_frame ="
                        " (SELECT max(first_frame) FROM track"
                        " WHERE raw = s.track AND first_frame <= s.frame)"
                        " JOIN person p ON p.id = t.person");
  push (self, (MienStoreOp){ .kind = MIEN_STORE_OP_VIEW, .value = g_string_free (sql, FALSE) });
}

gboolean
mien_store_flush (MienStore *self, GError **error)
{
  guint64 target, tried;
  gboolean ok;

  if (self->writer == NULL)
    return TRUE;
  g_mutex_lock (&self->lock);
  g_assert (self->holds == 0);
  target = self->pushed;
  /* An attempt under way may have begun before the last push: the one after it has all. */
  tried = self->attempts;
  self->flushers++;
  g_cond_signal (&self->wake);
  while (self->committed < target && (self->error == NULL || self->attempts <= tried))
    g_cond_wait (&self->done, &self->lock);
  self->flushers--;
  ok = self->committed >= target;
  if (!ok)
    g_propagate_error (error, g_error_copy (self->error));
  g_mutex_unlock (&self->lock);
  return ok;
}

gboolean
mien_store_is_idle (MienStore *self)
{
  gboolean idle;

  g_mutex_lock (&self->lock);
  idle = self->committed == self->pushed;
  g_mutex_unlock (&self->lock);
  return idle;
}

GError *
mien_store_dup_error (MienStore *self)
{
  GError *error;

  g_mutex_lock (&self->lock);
  error = self->error == NULL ? NULL : g_error_copy (self->error);
  g_mutex_unlock (&self->lock);
  return error;
}
