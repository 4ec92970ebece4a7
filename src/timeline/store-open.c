/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "timeline/document.h"
#include "timeline/store-private.h"

#define BUSY_MS 5000

/* Came after the first version of the schema; made where it is missing. */
#define EMBEDDING_TABLE                                                                            \
  "CREATE TABLE embedding(frame INTEGER NOT NULL, track INTEGER NOT NULL,"                         \
  " numbers BLOB NOT NULL, PRIMARY KEY(frame, track));"

#define FLOW_TABLE                                                                                 \
  "CREATE TABLE flow(frame INTEGER NOT NULL, track INTEGER NOT NULL, value INTEGER NOT NULL,"      \
  " PRIMARY KEY(frame, track)) WITHOUT ROWID;"

static const char schema[] = EMBEDDING_TABLE FLOW_TABLE
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
      reason = _ ("not a Mien document");
      break;
    case SQLITE_READONLY:
      reason = sqlite_code == SQLITE_READONLY_ROLLBACK
                   ? _ ("writing it broke off, and it may not be written to put that right")
                   : _ ("the file may not be written");
      break;
    case SQLITE_BUSY:
      reason = _ ("another program holds the document");
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
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, _ ("%s: not a Mien document"), self->path);
      return FALSE;
    }
  if (version < 1 || version > MIEN_DOCUMENT_SCHEMA_VERSION)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT,
                   _ ("%s: made by a newer Mien (schema %lld, this one reads up to %d)"),
                   self->path, (long long) version, MIEN_DOCUMENT_SCHEMA_VERSION);
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

/* Makes a table that a file of an older version does not have. */
static gboolean
ensure_table (MienStore *self, const char *name, const char *sql, int code, GError **error)
{
  sqlite3_stmt *statement;
  gboolean is_there;

  if (!mien_store_prepare (self, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?",
                           &statement, code, error))
    return FALSE;
  sqlite3_bind_text (statement, 1, name, -1, SQLITE_STATIC);
  is_there = sqlite3_step (statement) == SQLITE_ROW;
  sqlite3_finalize (statement);
  return is_there || mien_store_exec (self, sql, code, error);
}

/* Whether the journal of @path names a super-journal, which Mien never makes and which rolling back
 * may delete: it came from elsewhere. See "The Rollback Journal" in SQLite's file format. */
static gboolean
names_another (const char *path)
{
  static const guint8 magic[8] = { 0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7 };
  g_autofree char *journal = g_strconcat (path, "-journal", NULL);
  guint8 tail[8] = { 0 };
  FILE *file = g_fopen (journal, "rb");
  gboolean names;

  if (file == NULL)
    return FALSE;
  names = fseek (file, -8, SEEK_END) == 0 && fread (tail, 1, 8, file) == 8
          && memcmp (tail, magic, 8) == 0;
  fclose (file);
  return names;
}

/* A program killed while it closed the document, or made its tables, leaves a journal from which
 * the file has to be put right before anybody reads it, and a connection that only reads may not.
 * Failure shows when it is read. */
static void
roll_back (const char *path)
{
  sqlite3 *db = NULL;

  if (names_another (path))
    return;
  if (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK)
    {
      sqlite3_busy_timeout (db, BUSY_MS);
      sqlite3_exec (db, "SELECT count(*) FROM sqlite_master", NULL, NULL, NULL);
    }
  sqlite3_close_v2 (db);
}

/* Whether what is left of a write that broke off keeps @self from being read. */
static gboolean
is_half_written (MienStore *self)
{
  int rc = sqlite3_exec (self->db, "SELECT count(*) FROM sqlite_master", NULL, NULL, NULL);

  return rc == SQLITE_READONLY_ROLLBACK || rc == SQLITE_READONLY_RECOVERY;
}

gboolean
mien_store_open_database (MienStore *self, MienStoreMode mode, GError **error)
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
  if (mode == MIEN_STORE_READ_ONLY && is_half_written (self))
    roll_back (self->path);
  if (!check_kind (self, error))
    return FALSE;
  if (mode == MIEN_STORE_READ_ONLY)
    return TRUE;
  /* Before the -wal is there: nothing is written that is there already. */
  return ensure_table (self, "embedding", EMBEDDING_TABLE, code, error)
         && ensure_table (self, "flow", FLOW_TABLE, code, error)
         && mien_store_exec (self, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;", code,
                             error);
}
