/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "timeline/store-private.h"

/* Called per row; FALSE refuses it. */
typedef gboolean (*RowFunc) (gpointer data, sqlite3_stmt *statement);

static gboolean
read_rows (MienStore *self,
           const char *table,
           sqlite3_stmt *statement,
           RowFunc func,
           gpointer data,
           GError **error)
{
  guint64 row = 0;
  int rc;

  while ((rc = sqlite3_step (statement)) == SQLITE_ROW)
    {
      row++;
      if (!func (data, statement))
        {
          g_set_error (error, MIEN_ERROR, MIEN_ERROR_DAMAGED,
                       "%s: table %s: row %" G_GUINT64_FORMAT " makes no sense", self->path, table,
                       row);
          break;
        }
    }
  if (rc != SQLITE_DONE && rc != SQLITE_ROW)
    mien_store_set_error (self, MIEN_ERROR_DAMAGED, rc, error);
  sqlite3_finalize (statement);
  return rc == SQLITE_DONE;
}

/* Prepares @sql with up to one integer and reads its rows. */
static gboolean
query (MienStore *self,
       const char *table,
       const char *sql,
       gint64 after,
       RowFunc func,
       gpointer data,
       GError **error)
{
  sqlite3_stmt *statement;

  if (!mien_store_prepare (self, sql, &statement, MIEN_ERROR_DAMAGED, error))
    return FALSE;
  if (sqlite3_bind_parameter_count (statement) > 0)
    sqlite3_bind_int64 (statement, 1, after);
  return read_rows (self, table, statement, func, data, error);
}

static const char *
get_text (sqlite3_stmt *statement, int at)
{
  const char *text = (const char *) sqlite3_column_text (statement, at);

  return text == NULL ? "" : text;
}

static gboolean
get_uint (sqlite3_stmt *statement, int at, guint *out)
{
  gint64 value = sqlite3_column_int64 (statement, at);

  *out = (guint) value;
  return value >= 0 && value <= G_MAXINT;
}

typedef struct
{
  gpointer data;
  MienStoreSettingFunc setting;
  MienStoreFrameFunc frame;
  MienStoreSampleFunc sample;
  MienStoreBlockFunc block;
  MienStoreViewFunc view;
  MienStoreDiagnosticFunc diagnostic;
} Reader;

static gboolean
setting_row (gpointer data, sqlite3_stmt *statement)
{
  const Reader *reader = data;

  return reader->setting (reader->data, get_text (statement, 0), get_text (statement, 1));
}

gboolean
mien_store_read_settings (MienStore *self, MienStoreSettingFunc func, gpointer data, GError **error)
{
  Reader reader = { .data = data, .setting = func };

  return query (self, "setting", "SELECT key, value FROM setting ORDER BY key", 0, setting_row,
                &reader, error);
}

static gboolean
frame_row (gpointer data, sqlite3_stmt *statement)
{
  const Reader *reader = data;
  gint64 frame = sqlite3_column_int64 (statement, 0);
  guint faces;
  MienFrameRecord record;

  if (frame < 0 || frame > G_MAXUINT32 || !get_uint (statement, 2, &faces) || faces > G_MAXUINT16)
    return FALSE;
  record.frame = (guint32) frame;
  record.pts_ns = sqlite3_column_int64 (statement, 1);
  record.faces = (guint16) faces;
  return reader->frame (reader->data, &record);
}

gboolean
mien_store_read_frames (
    MienStore *self, gint64 after, MienStoreFrameFunc func, gpointer data, GError **error)
{
  Reader reader = { .data = data, .frame = func };

  return query (self, "frame",
                "SELECT frame, time_ns, faces FROM frame WHERE frame > ? ORDER BY frame", after,
                frame_row, &reader, error);
}

static float
get_quantity (sqlite3_stmt *statement, int at, double steps)
{
  if (sqlite3_column_type (statement, at) == SQLITE_NULL)
    return NAN;
  return (float) ((double) sqlite3_column_int64 (statement, at) / steps);
}

static gboolean
sample_row (gpointer data, sqlite3_stmt *statement)
{
  const Reader *reader = data;
  MienSample s = { 0 };
  float *const measured[MIEN_COLUMN_VALUE] = {
    &s.x,   &s.y,     &s.width, &s.height,     &s.score,
    &s.yaw, &s.pitch, &s.roll,  &s.brightness, &s.sharpness,
  };
  float points[2 * (MIEN_SAMPLE_LANDMARKS + MIEN_SAMPLE_MESH)];
  int n_points;
  guint track, status;

  s.frame = sqlite3_column_int64 (statement, 0);
  s.pts_ns = sqlite3_column_int64 (statement, 1);
  if (s.frame < 0 || s.frame > G_MAXUINT32 || !get_uint (statement, 2, &track) || track == 0
      || !get_uint (statement, 3, &status) || status > MIEN_STATUS_EXCLUDED
      || status == MIEN_STATUS_NO_FACE)
    return FALSE;
  s.track = (int) track;
  s.status = (MienStatus) status;
  for (int c = 0; c < MIEN_COLUMN_VALUE; c++)
    *measured[c] = get_quantity (statement, 5 + c, mien_store_steps[c]);
  for (int c = 0; c < MIEN_SAMPLE_MAX_CLASSES; c++)
    s.values[c] = get_quantity (statement, 5 + MIEN_COLUMN_VALUE + c, MIEN_STORE_VALUE_STEPS);
  s.flow = get_quantity (statement, 5 + MIEN_COLUMN_VALUE + MIEN_SAMPLE_MAX_CLASSES,
                         MIEN_STORE_FLOW_STEPS);
  n_points = sqlite3_column_bytes (statement, 4);
  if (n_points == (int) sizeof points
      || n_points == MIEN_SAMPLE_LANDMARKS * 2 * (int) sizeof (float))
    {
      memcpy (points, sqlite3_column_blob (statement, 4), (gsize) n_points);
      s.landmarks = points;
      s.n_landmarks = (guint) n_points / (2 * sizeof (float));
    }
  return reader->sample (reader->data, &s);
}

static gboolean
count_row (gpointer data, sqlite3_stmt *statement)
{
  *(gint64 *) data = sqlite3_column_int64 (statement, 0);
  return TRUE;
}

/* A file that an older version made and that is only read may lack a table. */
static gboolean
has_table (MienStore *self, const char *name, gboolean *out, GError **error)
{
  g_autofree char *sql = g_strdup_printf (
      "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '%s'", name);
  gint64 n = 0;

  if (!query (self, "sqlite_master", sql, 0, count_row, &n, error))
    return FALSE;
  *out = n > 0;
  return TRUE;
}

gboolean
mien_store_read_samples (
    MienStore *self, gint64 after, MienStoreSampleFunc func, gpointer data, GError **error)
{
  Reader reader = { .data = data, .sample = func };
  g_autofree char *sql = NULL;
  gboolean has_flow;

  if (!has_table (self, "flow", &has_flow, error))
    return FALSE;
  sql = g_strconcat (
      "SELECT s.frame, f.time_ns, s.track, s.status, l.points, x, y, width, height,"
      " score, yaw, pitch, roll, brightness, sharpness, v0, v1, v2, v3, v4, v5, v6, v7, ",
      has_flow ? "o.value" : "NULL",
      " FROM sample s JOIN frame f USING (frame)"
      " LEFT JOIN landmark l ON l.frame = s.frame AND l.track = s.track",
      has_flow ? " LEFT JOIN flow o ON o.frame = s.frame AND o.track = s.track" : "",
      " WHERE s.frame > ? ORDER BY s.frame, s.track", NULL);
  return query (self, "sample", sql, after, sample_row, &reader, error);
}

static gboolean
block_row (gpointer data, sqlite3_stmt *statement)
{
  const Reader *reader = data;
  const guint8 *bytes = sqlite3_column_blob (statement, 1);
  int size = sqlite3_column_bytes (statement, 1);
  guint track;

  return get_uint (statement, 0, &track) && bytes != NULL
         && reader->block (reader->data, track, bytes, (gsize) size);
}

gboolean
mien_store_read_blocks (MienStore *self, MienStoreBlockFunc func, gpointer data, GError **error)
{
  Reader reader = { .data = data, .block = func };

  return query (self, "block", "SELECT track, data FROM block ORDER BY track, first", 0, block_row,
                &reader, error);
}

static gboolean
view_row (gpointer data, sqlite3_stmt *statement)
{
  const Reader *reader = data;
  gint64 frame = sqlite3_column_int64 (statement, 0);
  MienFaceView view;

  if (frame < 0 || frame > G_MAXUINT32 || !get_uint (statement, 1, &view.raw)
      || sqlite3_column_bytes (statement, 2) != (int) sizeof view.numbers)
    return FALSE;
  view.frame = (guint32) frame;
  memcpy (view.numbers, sqlite3_column_blob (statement, 2), sizeof view.numbers);
  return reader->view (reader->data, &view);
}

gboolean
mien_store_read_views (MienStore *self, MienStoreViewFunc func, gpointer data, GError **error)
{
  Reader reader = { .data = data, .view = func };
  gboolean is_there;

  if (!has_table (self, "embedding", &is_there, error))
    return FALSE;
  return !is_there
         || query (self, "embedding",
                   "SELECT frame, track, numbers FROM embedding ORDER BY frame, track", 0, view_row,
                   &reader, error);
}

static gboolean
diagnostic_row (gpointer data, sqlite3_stmt *statement)
{
  const Reader *reader = data;
  const char *name = get_text (statement, 0);
  MienSeverity severity = MIEN_DIAGNOSTIC_NOTE;
  g_autoptr (MienDiagnostic) diagnostic = NULL;
  gint64 time = -1;

  while (severity < MIEN_DIAGNOSTIC_ERROR && strcmp (name, mien_severity_get_name (severity)) != 0)
    severity++;
  if (sqlite3_column_type (statement, 2) != SQLITE_NULL)
    time = sqlite3_column_int64 (statement, 2);
  diagnostic =
      mien_diagnostic_new (severity, get_text (statement, 1), time, get_text (statement, 3));
  return reader->diagnostic (reader->data, diagnostic);
}

gboolean
mien_store_read_diagnostics (MienStore *self,
                             MienStoreDiagnosticFunc func,
                             gpointer data,
                             GError **error)
{
  Reader reader = { .data = data, .diagnostic = func };

  return query (self, "diagnostic",
                "SELECT severity, stage, time_ns, message FROM diagnostic ORDER BY id", 0,
                diagnostic_row, &reader, error);
}

static gboolean
person_row (gpointer data, sqlite3_stmt *statement)
{
  MienEditState *state = data;
  MienPersonState *person;
  guint id, colour;

  if (!get_uint (statement, 0, &id) || id == 0 || !get_uint (statement, 2, &colour)
      || mien_edit_state_find_person (state, id) != NULL)
    return FALSE;
  mien_edit_state_add_person (state, id, get_text (statement, 1), colour);
  person = mien_edit_state_find_person (state, id);
  person->hidden = sqlite3_column_int (statement, 3) != 0;
  person->baseline_start_ns = sqlite3_column_int64 (statement, 4);
  person->baseline_end_ns = sqlite3_column_int64 (statement, 5);
  return TRUE;
}

static gboolean
track_row (gpointer data, sqlite3_stmt *statement)
{
  MienEditState *state = data;
  guint id, raw, first, person;

  if (!get_uint (statement, 0, &id) || id == 0 || !get_uint (statement, 1, &raw) || raw == 0
      || !get_uint (statement, 2, &first) || !get_uint (statement, 3, &person)
      || mien_edit_state_find_person (state, person) == NULL)
    return FALSE;
  mien_edit_state_add_track (state, id, raw, first, person);
  return TRUE;
}

static gboolean
exclusion_row (gpointer data, sqlite3_stmt *statement)
{
  guint person;

  if (!get_uint (statement, 0, &person))
    return FALSE;
  mien_edit_state_add_exclusion (data, person, sqlite3_column_int64 (statement, 1),
                                 sqlite3_column_int64 (statement, 2));
  return TRUE;
}

static gboolean
mark_row (gpointer data, sqlite3_stmt *statement)
{
  gint64 start = sqlite3_column_int64 (statement, 1);
  gint64 end = sqlite3_column_int64 (statement, 2);
  guint id;

  if (!get_uint (statement, 0, &id) || id == 0 || end < start)
    return FALSE;
  mien_edit_state_add_mark (data, id, start, end, get_text (statement, 3));
  return TRUE;
}

MienEditState *
mien_store_read_state (MienStore *self, GError **error)
{
  g_autoptr (MienEditState) state = mien_edit_state_new ();

  if (!query (self, "person",
              "SELECT id, name, colour, hidden, baseline_start_ns, baseline_end_ns FROM person"
              " ORDER BY id",
              0, person_row, state, error)
      || !query (self, "track", "SELECT id, raw, first_frame, person FROM track ORDER BY id", 0,
                 track_row, state, error)
      || !query (self, "exclusion",
                 "SELECT person, start_ns, end_ns FROM exclusion ORDER BY start_ns, rowid", 0,
                 exclusion_row, state, error)
      || !query (self, "mark", "SELECT id, start_ns, end_ns, label FROM mark ORDER BY start_ns, id",
                 0, mark_row, state, error))
    return NULL;
  return g_steal_pointer (&state);
}

typedef struct
{
  gint64 frame;
  GBytes *state;
} Checkpoint;

static gboolean
checkpoint_row (gpointer data, sqlite3_stmt *statement)
{
  Checkpoint *checkpoint = data;
  gconstpointer bytes = sqlite3_column_blob (statement, 1);

  checkpoint->frame = sqlite3_column_int64 (statement, 0);
  g_clear_pointer (&checkpoint->state, g_bytes_unref);
  checkpoint->state = g_bytes_new (bytes, (gsize) sqlite3_column_bytes (statement, 1));
  return TRUE;
}

gboolean
mien_store_read_checkpoint (MienStore *self, gint64 *frame, GBytes **state, GError **error)
{
  Checkpoint checkpoint = { -1, NULL };

  if (!query (self, "checkpoint", "SELECT frame, state FROM checkpoint", 0, checkpoint_row,
              &checkpoint, error))
    {
      g_clear_pointer (&checkpoint.state, g_bytes_unref);
      return FALSE;
    }
  *frame = checkpoint.frame;
  *state = checkpoint.state;
  return TRUE;
}
