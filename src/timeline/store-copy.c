/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/store-copy.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/error.h"

#define PAGES 256 /* copied between two looks at the cancellable: 1 MiB */
#define BUSY_MS 2000
#define RETRY_USEC 20000

struct _MienStoreCopy
{
  char *path;
  sqlite3 *db; /* in a read transaction, which is what keeps the moment */
};

static gboolean
fail (const char *path, int code, sqlite3 *db, int rc, GError **error)
{
  g_set_error (error, MIEN_ERROR, code, "%s: %s", path,
               db == NULL ? sqlite3_errstr (rc) : sqlite3_errmsg (db));
  return FALSE;
}

MienStoreCopy *
mien_store_copy_new (const char *path, GError **error)
{
  g_autoptr (MienStoreCopy) self = g_new0 (MienStoreCopy, 1);
  int rc;

  self->path = g_strdup (path);
  rc = sqlite3_open_v2 (path, &self->db, SQLITE_OPEN_READONLY, NULL);
  if (rc == SQLITE_OK)
    {
      sqlite3_busy_timeout (self->db, BUSY_MS);
      /* BEGIN alone reads nothing: the transaction begins with the first row. */
      rc = sqlite3_exec (self->db, "BEGIN; SELECT count(*) FROM sqlite_master", NULL, NULL, NULL);
    }
  if (rc != SQLITE_OK)
    {
      fail (path, MIEN_ERROR_INPUT, self->db, rc, error);
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
mien_store_copy_free (MienStoreCopy *self)
{
  if (self == NULL)
    return;
  sqlite3_close_v2 (self->db);
  g_free (self->path);
  g_free (self);
}

static gboolean
copy_pages (sqlite3_backup *backup,
            const char *target,
            GCancellable *cancellable,
            MienStoreCopyProgress progress,
            gpointer data,
            GError **error)
{
  for (;;)
    {
      int rc = sqlite3_backup_step (backup, PAGES);
      int total = sqlite3_backup_pagecount (backup);

      if (rc == SQLITE_DONE)
        return TRUE;
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
        g_usleep (RETRY_USEC);
      else if (rc != SQLITE_OK)
        return fail (target, MIEN_ERROR_OUTPUT, NULL, rc, error);
      if (progress != NULL && total > 0)
        progress (1.0 - (double) sqlite3_backup_remaining (backup) / total, data);
    }
}

/* The database was not written in a way that survives a power cut: only the whole file counts. */
static gboolean
sync_file (const char *path, GError **error)
{
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  gboolean ok = fd >= 0 && fsync (fd) == 0;

  if (!ok)
    g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: %s", path, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return ok;
}

gboolean
mien_store_copy_run (MienStoreCopy *self,
                     const char *target,
                     GCancellable *cancellable,
                     MienStoreCopyProgress progress,
                     gpointer data,
                     GError **error)
{
  sqlite3_backup *backup = NULL;
  sqlite3 *db = NULL;
  gboolean ok;
  int rc;

  /* Pages of another file would be kept as free ones. */
  if (g_unlink (target) != 0 && errno != ENOENT)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: %s", target, g_strerror (errno));
      return FALSE;
    }
  rc = sqlite3_open_v2 (target, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
  if (rc == SQLITE_OK)
    rc = sqlite3_exec (db, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", NULL, NULL, NULL);
  if (rc == SQLITE_OK)
    backup = sqlite3_backup_init (db, "main", self->db, "main");
  ok = backup != NULL
           ? copy_pages (backup, target, cancellable, progress, data, error)
           : fail (target, MIEN_ERROR_OUTPUT, db, rc == SQLITE_OK ? SQLITE_ERROR : rc, error);
  if (backup != NULL)
    {
      rc = sqlite3_backup_finish (backup);
      if (ok && rc != SQLITE_OK)
        ok = fail (target, MIEN_ERROR_OUTPUT, db, rc, error);
    }
  sqlite3_close_v2 (db);
  return ok && sync_file (target, error);
}
