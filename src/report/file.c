/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/file.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

static gboolean
fail (const char *path, const char *why, GError **error)
{
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, _ ("%s: cannot be written: %s"), path, why);
  return FALSE;
}

/* Lets @func write to @fd, which stays open. */
static gboolean
write_fd (int fd, const char *path, MienFileFunc func, gpointer user_data, GError **error)
{
  g_autoptr (GOutputStream) stream = g_unix_output_stream_new (fd, FALSE);
  g_autoptr (GOutputStream) buffered = g_buffered_output_stream_new_sized (stream, 1 << 16);
  g_autoptr (GError) reason = NULL;

  if (func (buffered, user_data, &reason) && g_output_stream_close (buffered, NULL, &reason))
    return TRUE;
  if (reason != NULL && reason->domain == MIEN_ERROR)
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  return fail (path, reason != NULL ? reason->message : "unknown reason", error);
}

static gboolean
write_special (const char *path, MienFileFunc func, gpointer user_data, GError **error)
{
  int fd = g_open (path, O_WRONLY | O_CLOEXEC, 0);
  gboolean ok;

  if (fd < 0)
    return fail (path, g_strerror (errno), error);
  ok = write_fd (fd, path, func, user_data, error);
  if (close (fd) != 0 && ok)
    return fail (path, g_strerror (errno), error);
  return ok;
}

gboolean
mien_file_write (const char *path, MienFileFunc func, gpointer user_data, GError **error)
{
  g_autofree char *temporary = NULL;
  GStatBuf info;
  mode_t mode = 0666;
  gboolean ok;
  int fd;

  g_return_val_if_fail (path != NULL, FALSE);

  if (g_stat (path, &info) == 0)
    {
      if (!S_ISREG (info.st_mode) && !S_ISDIR (info.st_mode))
        return write_special (path, func, user_data, error);
      if (S_ISDIR (info.st_mode))
        return fail (path, "it is a folder", error);
      mode = info.st_mode & 0777;
    }
  temporary = g_strdup_printf ("%s.part-XXXXXX", path);
  fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, (int) mode);
  if (fd < 0)
    return fail (path, g_strerror (errno), error);
  ok = write_fd (fd, path, func, user_data, error);
  if (ok && fsync (fd) != 0 && errno != EINVAL && errno != EROFS)
    ok = fail (path, g_strerror (errno), error);
  if (close (fd) != 0 && ok)
    ok = fail (path, g_strerror (errno), error);
  if (ok && g_rename (temporary, path) != 0)
    ok = fail (path, g_strerror (errno), error);
  if (!ok)
    g_unlink (temporary);
  return ok;
}
