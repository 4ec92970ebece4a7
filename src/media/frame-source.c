/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/frame-source-private.h"

#include "base/error.h"
#include "media/camera.h"
#include "media/film.h"
#include "media/folder.h"
#include "media/input.h"
#include "media/picture.h"

struct _MienFrameSource
{
  MienFrameSourceOptions options;
  GCancellable *cancellable;
  MienInput *input; /* NULL for a camera */
  MienMediaInfo *info;
  MienFilm *film; /* one of these four */
  MienPicture *picture;
  MienFolder *folder;
  MienCamera *camera;
  gboolean is_over; /* the end or an error was handed out */

  GMutex mutex; /* guards what follows, read by any thread */
  gint64 n_decoded;
  gint64 position_ns;
};

static gboolean
open_reel (MienFrameSource *self, GError **error)
{
  self->info = g_new0 (MienMediaInfo, 1);
  if (self->input->kind == MIEN_MEDIA_FOLDER)
    self->folder =
        mien_folder_open (self->input, &self->options, self->info, self->cancellable, error);
  else if (mien_picture_is_for (self->input))
    self->picture = mien_picture_open (self->input, self->info, error);
  else
    self->film = mien_film_open (self->input, &self->options, self->info, self->cancellable, error);
  return self->film != NULL || self->folder != NULL || self->picture != NULL;
}

/* A camera that is unplugged may come back for so long. */
#define REPLUG_NS G_GINT64_CONSTANT (5000000000)

static gboolean
open_camera (MienFrameSource *self, const char *id, GError **error)
{
  MienCameraOptions options = MIEN_CAMERA_OPTIONS_INIT;
  g_autoptr (MienFrame) frame = NULL;

  options.pixels = self->options.pixels;
  options.wait_for_replug_ns = REPLUG_NS;
  self->camera = mien_camera_open (id, &options, self->cancellable, error);
  if (self->camera == NULL)
    return FALSE;
  frame = mien_camera_dup_frame (self->camera);
  self->info = g_new0 (MienMediaInfo, 1);
  self->info->kind = MIEN_MEDIA_CAMERA;
  self->info->path = g_strdup (mien_camera_get_name (self->camera));
  self->info->container = g_strdup ("camera");
  self->info->bytes = self->info->duration_ns = self->info->n_frames = -1;
  self->info->width = self->info->coded_width = frame->image.width;
  self->info->height = self->info->coded_height = frame->image.height;
  self->info->par_n = self->info->par_d = self->info->rate_d = 1;
  self->info->bit_depth = 8;
  self->info->is_variable_rate = TRUE;
  self->info->pixel_format = g_strdup ("");
  self->info->colorimetry = g_strdup ("");
  self->info->tags = g_strdup ("");
  self->info->streams = g_new0 (MienStreamInfo, 1);
  return TRUE;
}

MienFrameSource *
mien_frame_source_open (const char *input,
                        const MienFrameSourceOptions *options,
                        GCancellable *cancellable,
                        GError **error)
{
  const MienFrameSourceOptions defaults = MIEN_FRAME_SOURCE_OPTIONS_INIT;
  g_autoptr (MienFrameSource) self = NULL;

  g_return_val_if_fail (input != NULL, NULL);

  self = g_new0 (MienFrameSource, 1);
  g_mutex_init (&self->mutex);
  self->options = options != NULL ? *options : defaults;
  self->options.every = MAX (self->options.every, 1);
  self->position_ns = -1;
  g_set_object (&self->cancellable, cancellable);
  if (mien_media_is_camera (input))
    return open_camera (self, input, error) ? g_steal_pointer (&self) : NULL;
  self->input = mien_input_new (input, error);
  if (self->input == NULL || !open_reel (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
mien_frame_source_free (MienFrameSource *self)
{
  if (self == NULL)
    return;
  g_clear_object (&self->camera);
  g_clear_pointer (&self->film, mien_film_free);
  g_clear_pointer (&self->folder, mien_folder_free);
  g_clear_pointer (&self->picture, mien_picture_free);
  g_clear_pointer (&self->input, mien_input_free);
  g_clear_pointer (&self->info, mien_media_info_free);
  g_clear_object (&self->cancellable);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* Only its newest picture is looked at, so its number is the camera's and the count goes with it.
 */
static gboolean
next_live (MienFrameSource *self, MienFrame **frame, GError **error)
{
  if (!mien_camera_next (self->camera, frame, self->cancellable, error))
    return FALSE;
  if (*frame == NULL)
    return TRUE;
  g_mutex_lock (&self->mutex);
  self->n_decoded = (*frame)->index + 1;
  self->position_ns = (*frame)->pts_ns;
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

static gboolean
next_decoded (MienFrameSource *self, MienFrame **frame, GError **error)
{
  gboolean ok;

  if (self->camera != NULL)
    return next_live (self, frame, error);
  if (self->folder != NULL)
    ok = mien_folder_next (self->folder, frame, self->cancellable, error);
  else if (self->picture != NULL)
    ok = mien_picture_next (self->picture, frame, self->cancellable, error);
  else
    ok = mien_film_next (self->film, frame, self->cancellable, error);
  if (!ok || *frame == NULL)
    return ok;
  g_mutex_lock (&self->mutex);
  (*frame)->index = self->n_decoded++;
  self->position_ns = (*frame)->pts_ns;
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

/* The wanted part has been handed out; what comes behind it is not looked at. */
static gboolean
end_early (MienFrameSource *self, GError **error)
{
  gint64 n_damaged = mien_frame_source_get_n_damaged (self);

  self->is_over = TRUE;
  if (n_damaged == 0)
    return TRUE;
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_DAMAGED,
               "%s: before %.3f s: %" G_GINT64_FORMAT " damaged or missing picture%s",
               self->input->name, (double) self->options.end_ns / 1e9, n_damaged,
               n_damaged == 1 ? "" : "s");
  return FALSE;
}

gboolean
mien_frame_source_next (MienFrameSource *self, MienFrame **frame, GError **error)
{
  g_return_val_if_fail (self != NULL && frame != NULL, FALSE);

  *frame = NULL;
  while (!self->is_over)
    {
      g_autoptr (MienFrame) decoded = NULL;

      if (!next_decoded (self, &decoded, error))
        {
          self->is_over = TRUE;
          return FALSE;
        }
      if (decoded == NULL)
        break;
      if (self->options.end_ns >= 0 && decoded->pts_ns >= self->options.end_ns)
        return end_early (self, error);
      if (decoded->pts_ns < self->options.start_ns || decoded->index % self->options.every != 0)
        continue;
      *frame = g_steal_pointer (&decoded);
      return TRUE;
    }
  self->is_over = TRUE;
  return TRUE;
}

const MienMediaInfo *
mien_frame_source_get_info (const MienFrameSource *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->info;
}

gint64
mien_frame_source_get_n_decoded (const MienFrameSource *self)
{
  MienFrameSource *mutable = (MienFrameSource *) self;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutable->mutex);

  return self->n_decoded;
}

gint64
mien_frame_source_get_position_ns (const MienFrameSource *self)
{
  MienFrameSource *mutable = (MienFrameSource *) self;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutable->mutex);

  return self->position_ns;
}

gint64
mien_frame_source_get_n_damaged (const MienFrameSource *self)
{
  g_return_val_if_fail (self != NULL, 0);

  if (self->camera != NULL)
    return 0;
  if (self->folder != NULL)
    return mien_folder_get_n_damaged (self->folder);
  if (self->picture != NULL)
    return mien_picture_get_n_damaged (self->picture);
  return mien_film_get_n_damaged (self->film);
}

gint64
mien_frame_source_get_shift_ns (const MienFrameSource *self)
{
  return self->film != NULL ? mien_film_get_shift_ns (self->film) : 0;
}

gboolean
mien_frame_source_is_live (const MienFrameSource *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->info->kind == MIEN_MEDIA_CAMERA;
}
