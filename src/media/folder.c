/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/folder.h"

#include "base/error.h"

struct _MienFolder
{
  MienFrameSourceOptions options;
  GPtrArray *paths;
  guint next;
  MienFrame *first; /* read while opening */
  GError *damage;   /* of the first picture that could not be read */
  gint64 n_damaged;
  GMutex mutex; /* guards n_damaged */
};

static void
note_damage (MienFolder *self, GError *reason)
{
  gint64 ms = (gint64) (self->next - 1) * (1000 / MIEN_FOLDER_RATE);

  g_mutex_lock (&self->mutex);
  self->n_damaged++;
  g_mutex_unlock (&self->mutex);
  if (self->damage == NULL)
    self->damage =
        g_error_new (MIEN_ERROR, MIEN_ERROR_DAMAGED, "%s (at %" G_GINT64_FORMAT ".%03d s)",
                     reason->message, ms / 1000, (int) (ms % 1000));
  g_error_free (reason);
}

/* One picture by a source of its own; formats and sizes may differ within a folder. Of an animation
 * the first picture is taken; only the end of a still tells about damage. */
static MienFrame *
read_picture (MienFolder *self,
              const char *path,
              MienMediaInfo **info,
              GCancellable *cancellable,
              GError **error)
{
  MienFrameSourceOptions options = MIEN_FRAME_SOURCE_OPTIONS_INIT;
  g_autoptr (MienFrameSource) source = NULL;
  g_autoptr (GError) reason = NULL;
  MienFrame *frame = NULL;
  MienFrame *end = NULL;

  options.pixels = self->options.pixels;
  source = mien_frame_source_open (path, &options, cancellable, error);
  if (source == NULL || !mien_frame_source_next (source, &frame, error))
    return NULL;
  *info = mien_media_info_copy (mien_frame_source_get_info (source));
  if ((*info)->kind == MIEN_MEDIA_IMAGE && !mien_frame_source_next (source, &end, &reason))
    note_damage (self, g_steal_pointer (&reason));
  g_clear_pointer (&end, mien_frame_unref);
  return frame;
}

gboolean
mien_folder_next (MienFolder *self, MienFrame **frame, GCancellable *cancellable, GError **error)
{
  const gint64 step = G_GINT64_CONSTANT (1000000000) / MIEN_FOLDER_RATE;

  *frame = g_steal_pointer (&self->first);
  while (*frame == NULL && self->next < self->paths->len)
    {
      g_autoptr (MienMediaInfo) unused = NULL;
      const char *path = g_ptr_array_index (self->paths, self->next++);
      GError *reason = NULL;

      *frame = read_picture (self, path, &unused, cancellable, &reason);
      if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, reason);
          return FALSE;
        }
      if (reason != NULL)
        note_damage (self, reason);
    }
  if (*frame != NULL)
    {
      (*frame)->pts_ns = (gint64) (self->next - 1) * step;
      (*frame)->duration_ns = step;
      return TRUE;
    }
  if (self->damage == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->damage));
  return FALSE;
}

/* The first picture that can be read tells size and format of the film. */
static gboolean
open_first (MienFolder *self, MienMediaInfo **info, GCancellable *cancellable, GError **error)
{
  while (self->first == NULL && self->next < self->paths->len)
    {
      g_autoptr (MienMediaInfo) found = NULL;
      const char *path = g_ptr_array_index (self->paths, self->next++);
      GError *reason = NULL;

      self->first = read_picture (self, path, &found, cancellable, &reason);
      if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, reason);
          return FALSE;
        }
      if (reason != NULL)
        note_damage (self, reason);
      else
        *info = g_steal_pointer (&found);
    }
  if (self->first != NULL)
    return TRUE;
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s", self->damage->message);
  return FALSE;
}

MienFolder *
mien_folder_open (const MienInput *input,
                  const MienFrameSourceOptions *options,
                  MienMediaInfo *info,
                  GCancellable *cancellable,
                  GError **error)
{
  g_autoptr (MienFolder) self = g_new0 (MienFolder, 1);
  MienMediaInfo *found = NULL;

  g_mutex_init (&self->mutex);
  self->options = *options;
  self->paths = mien_input_list_pictures (input->path, error);
  if (self->paths == NULL || !open_first (self, &found, cancellable, error))
    return NULL;
  *info = *found;
  g_free (found);
  g_free (info->path);
  info->path = g_strdup (input->path);
  info->kind = MIEN_MEDIA_FOLDER;
  info->bytes = -1;
  info->rate_n = MIEN_FOLDER_RATE;
  info->rate_d = 1;
  info->n_frames = self->paths->len;
  info->is_count_exact = TRUE;
  info->duration_ns = info->n_frames * (G_GINT64_CONSTANT (1000000000) / MIEN_FOLDER_RATE);
  return g_steal_pointer (&self);
}

gint64
mien_folder_get_n_damaged (MienFolder *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->n_damaged;
}

void
mien_folder_free (MienFolder *self)
{
  g_clear_pointer (&self->paths, g_ptr_array_unref);
  g_clear_pointer (&self->first, mien_frame_unref);
  g_clear_error (&self->damage);
  g_mutex_clear (&self->mutex);
  g_free (self);
}
