/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "timeline/document.h"
#include "timeline/store-private.h"

#define COMMIT_USEC (400 * 1000) /* between two commits; the contract says at most a second */
#define RETRY_USEC (2 * G_USEC_PER_SEC)
#define BUSY_MS 5000

const double mien_store_steps[MIEN_COLUMN_VALUE] = { 100, 100, 100, 100, 1e4,
                                                     100, 100, 100, 1e4, 100 };
const char *const mien_store_columns[MIEN_COLUMN_VALUE] = {
  "x", "y", "width", "height", "score", "yaw", "pitch", "roll", "brightness", "sharpness",
};

/* Came after the first version of the schema; made where it is missing. */
#define EMBEDDING_TABLE                                                                            \
  "CREATE TABLE embedding(frame INTEGER NOT NULL, track INTEGER NOT NULL,"                         \
  " numbers BLOB NOT NULL, PRIMARY KEY(frame, track));"

static const char schema[] = EMBEDDING_TABLE
    "CREATE TABLE setting(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE frame(frame INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL,"
    " faces INTEGER NOT NULL);"
    "CREATE TABLE sample(frame INTEGER NOT NULL, track INTEGER NOT NULL, status INTEGER NOT NULL,"
    " x, y, width, height, score, yaw, pitch, roll, brightness, sharpness,"
    " v0, v1, v2, v3, v4, v5, v6, v7, PRIMARY KEY(frame, track)) WITHOUT ROWID;"
    "CREATE TABLE landmark(frame INTEGER NOT NULL, track INTEGER NOT NULL, points BLOB NOT NULL,"
    " PRIMARY KEY(frame, track));"
    "CREATE TABLE block(track INTEGER NOT NULL, first INTEGER NOT NULL, data BLOB NOT NULL,"
    " PRIMARY KEY(track, first));"
    "CREATE TABLE person(id INTEGER PRIMARY KEY, name TEXT NOT NULL, colour INTEGER NOT NULL,"
    " hidden INTEGER NOT NULL, baseline_start_ns INTEGER, baseline_end_ns INTEGER);"
    "CREATE TABLE track(id INTEGER PRIMARY KEY, raw INTEGER NOT NULL, first_frame INTEGER NOT NULL,"
    " person INTEGER NOT NULL);"
    "CREATE INDEX track_raw ON track(raw, first_frame);"
    "CREATE TABLE exclusion(person INTEGER NOT NULL, start_ns INTEGER NOT NULL,"
    " end_ns INTEGER NOT NULL);"
    "CREATE TABLE mark(id INTEGER PRIMARY KEY, start_ns INTEGER NOT NULL,"
    " end_ns INTEGER NOT NULL, label TEXT NOT NULL);"
    "CREATE TABLE diagnostic(id INTEGER PRIMARY KEY, severity TEXT NOT NULL, stage TEXT NOT NULL,"
    " time_ns INTEGER, message TEXT NOT NULL);"
    "CREATE TABLE checkpoint(frame INTEGER NOT NULL, state BLOB NOT NULL);";

typedef enum
{
  OP_FRAMES,
  OP_SAMPLES,
  OP_EMBEDDINGS,
  OP_BLOCK,
  OP_SETTING,
  OP_CHECKPOINT,
  OP_STATE,
  OP_DIAGNOSTIC,
  OP_VIEW,
} OpKind;

typedef struct
{
  OpKind kind;
  guint track;
  gint64 at; /* block: first sample; checkpoint: frame */
  gsize n;
  MienFrameRecord *frames;
  MienSample *samples;
  float *landmarks;
  MienFaceView *views;
  GBytes *bytes;
  char *key, *value;
  MienEditState *state;
  MienDiagnostic *diagnostic;
} Op;

static void
op_free (Op *op)
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

void
mien_store_set_error (MienStore *self, int code, int sqlite_code, GError **error)
{
  const char *reason = sqlite3_errmsg (self->db);

  switch (sqlite_code & 0xff)
    {
    case SQLITE_FULL:
      reason = "the disk is full";
      break;
    case SQLITE_CORRUPT:
      code = MIEN_ERROR_DAMAGED;
      break;
    case SQLITE_NOTADB:
      code = MIEN_ERROR_INPUT;
      reason = "not a Mien document";
      break;
    case SQLITE_READONLY:
      reason = "the file may not be written";
      break;
    case SQLITE_BUSY:
      reason = "another program holds the document";
      break;
    case SQLITE_IOERR:
      if (sqlite3_system_errno (self->db) != 0)
        reason = g_strerror (sqlite3_system_errno (self->db));
      break;
    default:
      break;
    }
  g_set_error (error, MIEN_ERROR, code, "%s: %s", self->path, reason);
}

gboolean
mien_store_exec (MienStore *self, const char *sql, int code, GError **error)
{
  int rc = sqlite3_exec (self->db, sql, NULL, NULL, NULL);

  if (rc == SQLITE_OK)
    return TRUE;
  mien_store_set_error (self, code, rc, error);
  return FALSE;
}

gboolean
mien_store_prepare (MienStore *self, const char *sql, sqlite3_stmt **out, int code, GError **error)
{
  int rc = sqlite3_prepare_v2 (self->db, sql, -1, out, NULL);

  if (rc == SQLITE_OK)
    return TRUE;
  mien_store_set_error (self, code, rc, error);
  return FALSE;
}

static void
bind_quantity (sqlite3_stmt *statement, int at, float value, double steps)
{
  if (isnan (value))
    sqlite3_bind_null (statement, at);
  else
    sqlite3_bind_int64 (statement, at, (sqlite3_int64) llround ((double) value * steps));
}

static void
bind_time (sqlite3_stmt *statement, int at, gint64 time_ns)
{
  if (time_ns < 0)
    sqlite3_bind_null (statement, at);
  else
    sqlite3_bind_int64 (statement, at, time_ns);
}

/* Runs the bound statement and makes it ready for the next row. */
static gboolean
step_row (MienStore *self, sqlite3_stmt *statement, GError **error)
{
  int rc = sqlite3_step (statement);

  if (rc != SQLITE_DONE)
    mien_store_set_error (self, MIEN_ERROR_OUTPUT, rc, error);
  sqlite3_reset (statement);
  return rc == SQLITE_DONE;
}

static gboolean
write_frames (MienStore *self, const Op *op, GError **error)
{
  sqlite3_stmt *statement;
  gboolean ok = TRUE;

  if (!mien_store_prepare (self, "INSERT OR REPLACE INTO frame VALUES(?,?,?)", &statement,
                           MIEN_ERROR_OUTPUT, error))
    return FALSE;
  for (gsize i = 0; i < op->n && ok; i++)
    {
      sqlite3_bind_int64 (statement, 1, op->frames[i].frame);
      sqlite3_bind_int64 (statement, 2, op->frames[i].pts_ns);
      sqlite3_bind_int (statement, 3, op->frames[i].faces);
      ok = step_row (self, statement, error);
    }
  sqlite3_finalize (statement);
  return ok;
}

static void
bind_sample (sqlite3_stmt *statement, const MienSample *s)
{
  const float measured[MIEN_COLUMN_VALUE] = {
    s->x,   s->y,     s->width, s->height,     s->score,
    s->yaw, s->pitch, s->roll,  s->brightness, s->sharpness,
  };

  sqlite3_bind_int64 (statement, 1, s->frame);
  sqlite3_bind_int (statement, 2, s->track);
  sqlite3_bind_int (statement, 3, s->status);
  for (int c = 0; c < MIEN_COLUMN_VALUE; c++)
    bind_quantity (statement, 4 + c, measured[c], mien_store_steps[c]);
  for (int c = 0; c < MIEN_SAMPLE_MAX_CLASSES; c++)
    bind_quantity (statement, 4 + MIEN_COLUMN_VALUE + c, s->values[c], MIEN_STORE_VALUE_STEPS);
}

static gboolean
write_landmarks (MienStore *self, const Op *op, GError **error)
{
  sqlite3_stmt *statement;
  gboolean ok = TRUE;

  if (op->landmarks == NULL)
    return TRUE;
  if (!mien_store_prepare (self, "INSERT OR REPLACE INTO landmark VALUES(?,?,?)", &statement,
                           MIEN_ERROR_OUTPUT, error))
    return FALSE;
  for (gsize i = 0; i < op->n && ok; i++)
    {
      const float *points = op->landmarks + i * MIEN_LANDMARK_FLOATS;

      if (isnan (points[0]))
        continue;
      sqlite3_bind_int64 (statement, 1, op->samples[i].frame);
      sqlite3_bind_int (statement, 2, op->samples[i].track);
      sqlite3_bind_blob (statement, 3, points, MIEN_LANDMARK_FLOATS * sizeof (float),
                         SQLITE_STATIC);
      ok = step_row (self, statement, error);
    }
  sqlite3_finalize (statement);
  return ok;
}

static gboolean
write_samples (MienStore *self, const Op *op, GError **error)
{
  sqlite3_stmt *statement;
  gboolean ok = TRUE;

  if (!mien_store_prepare (
          self, "INSERT OR REPLACE INTO sample VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
          &statement, MIEN_ERROR_OUTPUT, error))
    return FALSE;
  for (gsize i = 0; i < op->n && ok; i++)
    {
      bind_sample (statement, &op->samples[i]);
      ok = step_row (self, statement, error);
    }
  sqlite3_finalize (statement);
  return ok && write_landmarks (self, op, error);
}

static gboolean
write_views (MienStore *self, const Op *op, GError **error)
{
  sqlite3_stmt *statement;
  gboolean ok = TRUE;

  if (!mien_store_prepare (self, "INSERT OR REPLACE INTO embedding VALUES(?,?,?)", &statement,
                           MIEN_ERROR_OUTPUT, error))
    return FALSE;
  for (gsize i = 0; i < op->n && ok; i++)
    {
      sqlite3_bind_int64 (statement, 1, op->views[i].frame);
      sqlite3_bind_int64 (statement, 2, op->views[i].raw);
      sqlite3_bind_blob (statement, 3, op->views[i].numbers, sizeof op->views[i].numbers,
                         SQLITE_STATIC);
      ok = step_row (self, statement, error);
    }
  sqlite3_finalize (statement);
  return ok;
}

/* One row of up to two integers, then up to two texts or one blob, into @sql. */
static gboolean
write_row (MienStore *self, const char *sql, const Op *op, GError **error)
{
  sqlite3_stmt *statement;
  gboolean ok;
  gsize size;

  if (!mien_store_prepare (self, sql, &statement, MIEN_ERROR_OUTPUT, error))
    return FALSE;
  if (op->bytes != NULL)
    {
      gconstpointer data = g_bytes_get_data (op->bytes, &size);

      sqlite3_bind_int64 (statement, 1, op->at);
      sqlite3_bind_blob64 (statement, 2, size == 0 ? "" : data, size, SQLITE_STATIC);
      if (op->kind == OP_BLOCK)
        sqlite3_bind_int64 (statement, 3, op->track);
    }
  if (op->key != NULL)
    sqlite3_bind_text (statement, 1, op->key, -1, SQLITE_STATIC);
  if (op->value != NULL)
    sqlite3_bind_text (statement, 2, op->value, -1, SQLITE_STATIC);
  ok = step_row (self, statement, error);
  sqlite3_finalize (statement);
  return ok;
}

static gboolean
write_checkpoint (MienStore *self, const Op *op, GError **error)
{
  if (!mien_store_exec (self, "DELETE FROM checkpoint", MIEN_ERROR_OUTPUT, error))
    return FALSE;
  return op->bytes == NULL
         || write_row (self, "INSERT INTO checkpoint(frame, state) VALUES(?,?)", op, error);
}

static gboolean
write_diagnostic (MienStore *self, const Op *op, GError **error)
{
  MienDiagnostic *d = op->diagnostic;
  sqlite3_stmt *statement;
  gboolean ok;

  if (!mien_store_prepare (
          self, "INSERT INTO diagnostic(severity, stage, time_ns, message) VALUES(?,?,?,?)",
          &statement, MIEN_ERROR_OUTPUT, error))
    return FALSE;
  sqlite3_bind_text (statement, 1, mien_severity_get_name (mien_diagnostic_get_severity (d)), -1,
                     SQLITE_STATIC);
  sqlite3_bind_text (statement, 2, mien_diagnostic_get_stage (d), -1, SQLITE_STATIC);
  bind_time (statement, 3, mien_diagnostic_get_time (d));
  sqlite3_bind_text (statement, 4, mien_diagnostic_get_message (d), -1, SQLITE_STATIC);
  ok = step_row (self, statement, error);
  sqlite3_finalize (statement);
  return ok;
}

static gboolean
write_people (MienStore *self, const MienEditState *state, GError **error)
{
  sqlite3_stmt *statement;
  gboolean ok = TRUE;

  if (!mien_store_prepare (self, "INSERT INTO person VALUES(?,?,?,?,?,?)", &statement,
                           MIEN_ERROR_OUTPUT, error))
    return FALSE;
  for (guint i = 0; i < state->people->len && ok; i++)
    {
      const MienPersonState *p = &g_array_index (state->people, MienPersonState, i);

      sqlite3_clear_bindings (statement);
      sqlite3_bind_int64 (statement, 1, p->id);
      sqlite3_bind_text (statement, 2, p->name, -1, SQLITE_STATIC);
      sqlite3_bind_int64 (statement, 3, p->colour);
      sqlite3_bind_int (statement, 4, p->hidden);
      if (p->baseline_end_ns > p->baseline_start_ns)
        {
          sqlite3_bind_int64 (statement, 5, p->baseline_start_ns);
          sqlite3_bind_int64 (statement, 6, p->baseline_end_ns);
        }
      ok = step_row (self, statement, error);
    }
  sqlite3_finalize (statement);
  return ok;
}

static gboolean
write_tracks (MienStore *self, const MienEditState *state, GError **error)
{
  sqlite3_stmt *statement;
  gboolean ok = TRUE;

  if (!mien_store_prepare (self, "INSERT INTO track VALUES(?,?,?,?)", &statement, MIEN_ERROR_OUTPUT,
                           error))
    return FALSE;
  for (guint i = 0; i < state->tracks->len && ok; i++)
    {
      const MienTrackState *t = &g_array_index (state->tracks, MienTrackState, i);

      sqlite3_bind_int64 (statement, 1, t->id);
      sqlite3_bind_int64 (statement, 2, t->raw);
      sqlite3_bind_int64 (statement, 3, t->first_frame);
      sqlite3_bind_int64 (statement, 4, t->person);
      ok = step_row (self, statement, error);
    }
  sqlite3_finalize (statement);
  return ok;
}

static gboolean
write_ranges (MienStore *self, const MienEditState *state, GError **error)
{
  sqlite3_stmt *statement;
  gboolean ok = TRUE;

  if (!mien_store_prepare (self, "INSERT INTO exclusion VALUES(?,?,?)", &statement,
                           MIEN_ERROR_OUTPUT, error))
    return FALSE;
  for (guint i = 0; i < state->exclusions->len && ok; i++)
    {
      const MienExclusionState *e = &g_array_index (state->exclusions, MienExclusionState, i);

      sqlite3_bind_int64 (statement, 1, e->person);
      sqlite3_bind_int64 (statement, 2, e->start_ns);
      sqlite3_bind_int64 (statement, 3, e->end_ns);
      ok = step_row (self, statement, error);
    }
  sqlite3_finalize (statement);
  if (!ok
      || !mien_store_prepare (self, "INSERT INTO mark VALUES(?,?,?,?)", &statement,
                              MIEN_ERROR_OUTPUT, error))
    return FALSE;
  for (guint i = 0; i < state->marks->len && ok; i++)
    {
      const MienMarkState *m = &g_array_index (state->marks, MienMarkState, i);

      sqlite3_bind_int64 (statement, 1, m->id);
      sqlite3_bind_int64 (statement, 2, m->start_ns);
      sqlite3_bind_int64 (statement, 3, m->end_ns);
      sqlite3_bind_text (statement, 4, m->label, -1, SQLITE_STATIC);
      ok = step_row (self, statement, error);
    }
  sqlite3_finalize (statement);
  return ok;
}

static gboolean
write_state (MienStore *self, const MienEditState *state, GError **error)
{
  return mien_store_exec (self,
                          "DELETE FROM person; DELETE FROM track; DELETE FROM exclusion;"
                          "DELETE FROM mark;",
                          MIEN_ERROR_OUTPUT, error)
         && write_people (self, state, error) && write_tracks (self, state, error)
         && write_ranges (self, state, error);
}

static gboolean
write_op (MienStore *self, const Op *op, GError **error)
{
  switch (op->kind)
    {
    case OP_FRAMES:
      return write_frames (self, op, error);
    case OP_SAMPLES:
      return write_samples (self, op, error);
    case OP_EMBEDDINGS:
      return write_views (self, op, error);
    case OP_BLOCK:
      return write_row (self, "INSERT OR REPLACE INTO block(first, data, track) VALUES(?,?,?)", op,
                        error);
    case OP_SETTING:
      if (op->value == NULL)
        return write_row (self, "DELETE FROM setting WHERE key = ?", op, error);
      return write_row (self, "INSERT OR REPLACE INTO setting VALUES(?,?)", op, error);
    case OP_CHECKPOINT:
      return write_checkpoint (self, op, error);
    case OP_STATE:
      return write_state (self, op->state, error);
    case OP_DIAGNOSTIC:
      return write_diagnostic (self, op, error);
    case OP_VIEW:
      return mien_store_exec (self, "DROP VIEW IF EXISTS samples", MIEN_ERROR_OUTPUT, error)
             && mien_store_exec (self, op->value, MIEN_ERROR_OUTPUT, error);
    }
  return TRUE;
}

/* All of @ops in one transaction. Of several edit states only the last one matters. */
static gboolean
commit_ops (MienStore *self, GQueue *ops, GError **error)
{
  const Op *last_state = NULL;
  gboolean ok = mien_store_exec (self, "BEGIN IMMEDIATE", MIEN_ERROR_OUTPUT, error);

  if (!ok)
    return FALSE;
  for (GList *l = ops->head; l != NULL; l = l->next)
    if (((Op *) l->data)->kind == OP_STATE)
      last_state = l->data;
  for (GList *l = ops->head; l != NULL && ok; l = l->next)
    {
      const Op *op = l->data;

      if (op->kind != OP_STATE || op == last_state)
        ok = write_op (self, op, error);
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

static gboolean
check_kind (MienStore *self, GError **error)
{
  sqlite3_stmt *statement;
  gint64 id = 0, version = 0;

  if (!mien_store_prepare (
          self,
          "SELECT application_id, user_version FROM pragma_application_id, pragma_user_version",
          &statement, MIEN_ERROR_INPUT, error))
    return FALSE;
  if (sqlite3_step (statement) == SQLITE_ROW)
    {
      id = sqlite3_column_int64 (statement, 0);
      version = sqlite3_column_int64 (statement, 1);
    }
  sqlite3_finalize (statement);
  if (id != MIEN_DOCUMENT_APPLICATION_ID)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: not a Mien document", self->path);
      return FALSE;
    }
  if (version < 1 || version > MIEN_DOCUMENT_SCHEMA_VERSION)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT,
                   "%s: made by a newer Mien (schema %" G_GINT64_FORMAT
                   ", this one reads up to %d)",
                   self->path, version, MIEN_DOCUMENT_SCHEMA_VERSION);
      return FALSE;
    }
  return TRUE;
}

static gboolean
create_schema (MienStore *self, GError **error)
{
  g_autofree char *pragmas =
      g_strdup_printf ("PRAGMA application_id=%d; PRAGMA user_version=%d;",
                       MIEN_DOCUMENT_APPLICATION_ID, MIEN_DOCUMENT_SCHEMA_VERSION);

  return mien_store_exec (self, "BEGIN", MIEN_ERROR_OUTPUT, error)
         && mien_store_exec (self, pragmas, MIEN_ERROR_OUTPUT, error)
         && mien_store_exec (self, schema, MIEN_ERROR_OUTPUT, error)
         && mien_store_exec (self, "COMMIT", MIEN_ERROR_OUTPUT, error);
}

/* What lies around a file of this name from before. */
static gboolean
remove_old (const char *path, GError **error)
{
  static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strconcat (path, suffixes[i], NULL);

      if (g_unlink (name) != 0 && errno != ENOENT)
        {
          g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: %s", name, g_strerror (errno));
          return FALSE;
        }
    }
  return TRUE;
}

/* Makes an empty document beside @path and moves it there whole: a program that is killed meanwhile
 * leaves no file that is no document. */
static gboolean
create_file (const char *path, GError **error)
{
  g_autofree char *fresh = g_strconcat (path, ".new", NULL);
  MienStore self = { .path = fresh };
  gboolean ok = remove_old (fresh, error);

  if (ok)
    {
      int rc = sqlite3_open_v2 (fresh, &self.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);

      if (rc != SQLITE_OK)
        mien_store_set_error (&self, MIEN_ERROR_OUTPUT, rc, error);
      ok = rc == SQLITE_OK && create_schema (&self, error);
      sqlite3_close_v2 (self.db);
    }
  ok = ok && remove_old (path, error);
  if (ok && g_rename (fresh, path) != 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: %s", path, g_strerror (errno));
      ok = FALSE;
    }
  if (!ok)
    g_unlink (fresh);
  return ok;
}

/* A file of an older version has no table for embeddings. */
static gboolean
ensure_embeddings (MienStore *self, int code, GError **error)
{
  sqlite3_stmt *statement;
  gboolean is_there;

  if (!mien_store_prepare (
          self, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'embedding'",
          &statement, code, error))
    return FALSE;
  is_there = sqlite3_step (statement) == SQLITE_ROW;
  sqlite3_finalize (statement);
  return is_there || mien_store_exec (self, EMBEDDING_TABLE, code, error);
}

static gboolean
open_database (MienStore *self, MienStoreMode mode, GError **error)
{
  int code = mode == MIEN_STORE_CREATE ? MIEN_ERROR_OUTPUT : MIEN_ERROR_INPUT;
  int flags = mode == MIEN_STORE_READ_ONLY ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  int rc;

  if (mode == MIEN_STORE_CREATE)
    {
      if (!create_file (self->path, error))
        return FALSE;
    }
  else if (g_access (self->path, R_OK) != 0)
    {
      g_set_error (error, MIEN_ERROR, code, "%s: %s", self->path, g_strerror (errno));
      return FALSE;
    }
  rc = sqlite3_open_v2 (self->path, &self->db, flags, NULL);
  if (rc != SQLITE_OK)
    {
      mien_store_set_error (self, code, rc, error);
      return FALSE;
    }
  sqlite3_extended_result_codes (self->db, 1);
  sqlite3_busy_timeout (self->db, BUSY_MS);
  /* The file may come from anybody: its schema may run nothing of ours. */
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (self->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  if (!check_kind (self, error))
    return FALSE;
  if (mode == MIEN_STORE_READ_ONLY)
    return TRUE;
  /* Before the -wal is there: nothing is written that is there already. */
  return ensure_embeddings (self, code, error)
         && mien_store_exec (self, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;", code,
                             error);
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
  if (!open_database (self, mode, error))
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
push (MienStore *self, Op op)
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
  push (self, (Op){ .kind = OP_FRAMES, .frames = frames, .n = n });
}

void
mien_store_push_samples (MienStore *self, MienSample *samples, gsize n, float *landmarks)
{
  push (self, (Op){ .kind = OP_SAMPLES, .samples = samples, .n = n, .landmarks = landmarks });
}

void
mien_store_push_views (MienStore *self, MienFaceView *views, gsize n)
{
  push (self, (Op){ .kind = OP_EMBEDDINGS, .views = views, .n = n });
}

void
mien_store_push_block (MienStore *self, guint track, gsize first, GBytes *data)
{
  push (
      self,
      (Op){ .kind = OP_BLOCK, .track = track, .at = (gint64) first, .bytes = g_bytes_ref (data) });
}

void
mien_store_push_setting (MienStore *self, const char *key, const char *value)
{
  push (self, (Op){ .kind = OP_SETTING, .key = g_strdup (key), .value = g_strdup (value) });
}

void
mien_store_push_checkpoint (MienStore *self, gint64 frame, GBytes *state)
{
  push (self, (Op){ .kind = OP_CHECKPOINT,
                    .at = frame,
                    .bytes = state == NULL ? NULL : g_bytes_ref (state) });
}

void
mien_store_push_state (MienStore *self, MienEditState *state)
{
  push (self, (Op){ .kind = OP_STATE, .state = mien_edit_state_ref (state) });
}

void
mien_store_push_diagnostic (MienStore *self, MienDiagnostic *diagnostic)
{
  push (self, (Op){ .kind = OP_DIAGNOSTIC, .diagnostic = g_object_ref (diagnostic) });
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
  push (self, (Op){ .kind = OP_VIEW, .value = g_string_free (sql, FALSE) });
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
