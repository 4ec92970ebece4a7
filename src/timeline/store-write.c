/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "base/error.h"
#include "timeline/store-private.h"

const double mien_store_steps[MIEN_COLUMN_VALUE] = { 100, 100, 100, 100, 1e4,
                                                     100, 100, 100, 1e4, 100 };
const char *const mien_store_columns[MIEN_COLUMN_VALUE] = {
  "x", "y", "width", "height", "score", "yaw", "pitch", "roll", "brightness", "sharpness",
};

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
write_frames (MienStore *self, const MienStoreOp *op, GError **error)
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
write_landmarks (MienStore *self, const MienStoreOp *op, GError **error)
{
  const float *points = op->landmarks;
  sqlite3_stmt *statement;
  gboolean ok = TRUE;

  if (op->landmarks == NULL)
    return TRUE;
  if (!mien_store_prepare (self, "INSERT OR REPLACE INTO landmark VALUES(?,?,?)", &statement,
                           MIEN_ERROR_OUTPUT, error))
    return FALSE;
  for (gsize i = 0; i < op->n && ok; i++)
    {
      guint n = op->samples[i].n_landmarks;

      if (n == 0)
        continue;
      sqlite3_bind_int64 (statement, 1, op->samples[i].frame);
      sqlite3_bind_int (statement, 2, op->samples[i].track);
      sqlite3_bind_blob (statement, 3, points, (int) (n * 2 * sizeof (float)), SQLITE_STATIC);
      points += 2 * n;
      ok = step_row (self, statement, error);
    }
  sqlite3_finalize (statement);
  return ok;
}

static gboolean
write_flows (MienStore *self, const MienStoreOp *op, GError **error)
{
  sqlite3_stmt *statement = NULL;
  gboolean ok = TRUE;

  for (gsize i = 0; i < op->n && ok; i++)
    {
      const MienSample *s = &op->samples[i];

      if (isnan (s->flow))
        continue;
      if (statement == NULL
          && !mien_store_prepare (self, "INSERT OR REPLACE INTO flow VALUES(?,?,?)", &statement,
                                  MIEN_ERROR_OUTPUT, error))
        return FALSE;
      sqlite3_bind_int64 (statement, 1, s->frame);
      sqlite3_bind_int (statement, 2, s->track);
      bind_quantity (statement, 3, s->flow, MIEN_STORE_FLOW_STEPS);
      ok = step_row (self, statement, error);
    }
  sqlite3_finalize (statement);
  return ok;
}

static gboolean
write_samples (MienStore *self, const MienStoreOp *op, GError **error)
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
  return ok && write_flows (self, op, error) && write_landmarks (self, op, error);
}

static gboolean
write_views (MienStore *self, const MienStoreOp *op, GError **error)
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
write_row (MienStore *self, const char *sql, const MienStoreOp *op, GError **error)
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
      if (op->kind == MIEN_STORE_OP_BLOCK)
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
write_checkpoint (MienStore *self, const MienStoreOp *op, GError **error)
{
  if (!mien_store_exec (self, "DELETE FROM checkpoint", MIEN_ERROR_OUTPUT, error))
    return FALSE;
  return op->bytes == NULL
         || write_row (self, "INSERT INTO checkpoint(frame, state) VALUES(?,?)", op, error);
}

static gboolean
write_diagnostic (MienStore *self, const MienStoreOp *op, GError **error)
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

gboolean
mien_store_write_op (MienStore *self, const MienStoreOp *op, GError **error)
{
  switch (op->kind)
    {
    case MIEN_STORE_OP_FRAMES:
      return write_frames (self, op, error);
    case MIEN_STORE_OP_SAMPLES:
      return write_samples (self, op, error);
    case MIEN_STORE_OP_EMBEDDINGS:
      return write_views (self, op, error);
    case MIEN_STORE_OP_BLOCK:
      return write_row (self, "INSERT OR REPLACE INTO block(first, data, track) VALUES(?,?,?)", op,
                        error);
    case MIEN_STORE_OP_SETTING:
      if (op->value == NULL)
        return write_row (self, "DELETE FROM setting WHERE key = ?", op, error);
      return write_row (self, "INSERT OR REPLACE INTO setting VALUES(?,?)", op, error);
    case MIEN_STORE_OP_CHECKPOINT:
      return write_checkpoint (self, op, error);
    case MIEN_STORE_OP_STATE:
      return write_state (self, op->state, error);
    case MIEN_STORE_OP_DIAGNOSTIC:
      return write_diagnostic (self, op, error);
    case MIEN_STORE_OP_VIEW:
      return mien_store_exec (self, "DROP VIEW IF EXISTS samples", MIEN_ERROR_OUTPUT, error)
             && mien_store_exec (self, op->value, MIEN_ERROR_OUTPUT, error);
    }
  return TRUE;
}
