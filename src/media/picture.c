/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/picture.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gi18n.h>
#include <string.h>
#include <webp/demux.h>

#include "base/error.h"
#include "media/gif.h"

/* The coded file is held in memory. */
#define MAX_BYTES (256 * 1024 * 1024)

/* One of the three is used. */
struct _MienPicture
{
  char *name; /* for messages */
  guint8 *data;
  gsize size;
  MienGif *gif;
  WebPAnimDecoder *webp;
  GdkPixbuf *pixbuf; /* NULL again when it was handed out */
  int width, height;
  gint64 time_ns; /* of the next frame */
  GMutex mutex;   /* guards the next one, read by any thread */
  gint64 n_damaged;
};

gboolean
mien_picture_is_for (const MienInput *input)
{
  static const char *const others[] = { "image/png", "image/jpeg", "image/webp" };

  if (input->kind == MIEN_MEDIA_ANIMATION)
    return TRUE;
  if (input->kind != MIEN_MEDIA_IMAGE)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    if (g_str_equal (input->type, others[i]))
      return FALSE;
  return TRUE;
}

/* ---- The three kinds ---- */

static MienFrame *
make_frame (MienPicture *self, const guint8 *pixels, int n_channels, int stride, gint64 duration)
{
  guint8 *copy = g_malloc ((gsize) self->width * (gsize) self->height * 4);
  MienImage image = { MIEN_PIXEL_RGBX32, self->width, self->height, { copy }, { self->width * 4 } };
  MienFrame *frame;

  for (int y = 0; y < self->height; y++)
    for (int x = 0; x < self->width; x++)
      {
        const guint8 *from = pixels + (gssize) y * stride + (gssize) x * n_channels;
        guint8 *to = copy + ((gsize) y * (gsize) self->width + (gsize) x) * 4;
        guint alpha = n_channels == 4 ? from[3] : 255;

        for (int c = 0; c < 3; c++)
          to[c] = (guint8) ((from[c] * alpha + 255 * (255 - alpha) + 127) / 255);
        to[3] = 255;
      }
  image.full_range = TRUE;
  frame = mien_frame_new_wrapped (&image, self->time_ns, -1, g_free, copy);
  frame->duration_ns = duration;
  self->time_ns += duration;
  return frame;
}

static gboolean
set_damaged (MienPicture *self, GError **error)
{
  g_mutex_lock (&self->mutex);
  self->n_damaged++;
  g_mutex_unlock (&self->mutex);
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_DAMAGED,
               _ ("%s: at %.3f s: the animation is damaged or cut off"), self->name,
               (double) self->time_ns / 1e9);
  return FALSE;
}

static gboolean
next_gif (MienPicture *self, MienFrame **frame, GError **error)
{
  const guint8 *canvas;
  gint64 delay;

  switch (mien_gif_next (self->gif, &canvas, &delay))
    {
    case MIEN_GIF_FRAME:
      *frame = make_frame (self, canvas, 4, self->width * 4, delay);
      return TRUE;
    case MIEN_GIF_END:
      return TRUE;
    case MIEN_GIF_DAMAGED:
    default:
      return set_damaged (self, error);
    }
}

static gboolean
next_webp (MienPicture *self, MienFrame **frame, GError **error)
{
  guint8 *canvas;
  int end_ms;

  if (!WebPAnimDecoderHasMoreFrames (self->webp))
    return TRUE;
  if (!WebPAnimDecoderGetNext (self->webp, &canvas, &end_ms))
    return set_damaged (self, error);
  /* A frame of no length still is one. */
  *frame = make_frame (self, canvas, 4, self->width * 4,
                       MAX ((gint64) end_ms * 1000000 - self->time_ns, 1000000));
  return TRUE;
}

gboolean
mien_picture_next (MienPicture *self, MienFrame **frame, GCancellable *cancellable, GError **error)
{
  *frame = NULL;
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (self->gif != NULL)
    return next_gif (self, frame, error);
  if (self->webp != NULL)
    return next_webp (self, frame, error);
  if (self->pixbuf != NULL)
    *frame = make_frame (self, gdk_pixbuf_read_pixels (self->pixbuf),
                         gdk_pixbuf_get_n_channels (self->pixbuf),
                         gdk_pixbuf_get_rowstride (self->pixbuf), -1);
  g_clear_object (&self->pixbuf);
  return TRUE;
}

/* ---- Opening ---- */

static gboolean
open_gif (MienPicture *self, MienMediaInfo *info)
{
  /* All of it once, for the length: animations are short. */
  g_autoptr (MienGif) whole = mien_gif_new (self->data, self->size);
  const guint8 *canvas;
  gint64 delay;

  self->gif = mien_gif_new (self->data, self->size);
  if (self->gif == NULL)
    return FALSE;
  self->width = mien_gif_get_width (self->gif);
  self->height = mien_gif_get_height (self->gif);
  while (mien_gif_next (whole, &canvas, &delay) == MIEN_GIF_FRAME)
    {
      info->n_frames++;
      info->duration_ns += delay;
    }
  return info->n_frames > 0;
}

static gboolean
open_webp (MienPicture *self, MienMediaInfo *info)
{
  WebPData data = { self->data, self->size };
  WebPAnimDecoderOptions options;
  WebPAnimInfo animation;
  guint8 *canvas;
  int end_ms = 0;

  WebPAnimDecoderOptionsInit (&options);
  options.color_mode = MODE_RGBA;
  self->webp = WebPAnimDecoderNew (&data, &options);
  if (self->webp == NULL || !WebPAnimDecoderGetInfo (self->webp, &animation))
    return FALSE;
  self->width = (int) animation.canvas_width;
  self->height = (int) animation.canvas_height;
  while (WebPAnimDecoderHasMoreFrames (self->webp)
         && WebPAnimDecoderGetNext (self->webp, &canvas, &end_ms))
    info->n_frames++;
  info->duration_ns = (gint64) end_ms * 1000000;
  WebPAnimDecoderReset (self->webp);
  return info->n_frames > 0;
}

static gboolean
open_still (MienPicture *self, MienMediaInfo *info)
{
  g_autoptr (GInputStream) stream =
      g_memory_input_stream_new_from_data (self->data, (gssize) self->size, NULL);
  g_autoptr (GdkPixbuf) loaded = gdk_pixbuf_new_from_stream (stream, NULL, NULL);

  if (loaded == NULL)
    return FALSE;
  self->pixbuf = gdk_pixbuf_apply_embedded_orientation (loaded);
  self->width = gdk_pixbuf_get_width (self->pixbuf);
  self->height = gdk_pixbuf_get_height (self->pixbuf);
  info->n_frames = 1;
  return TRUE;
}

static void
fill_info (MienPicture *self, const MienInput *input, MienMediaInfo *info)
{
  info->kind = input->kind;
  info->path = g_strdup (input->path);
  info->container = g_strdup (input->type);
  info->bytes = input->bytes;
  info->width = info->coded_width = self->width;
  info->height = info->coded_height = self->height;
  info->par_n = info->par_d = info->rate_d = 1;
  info->bit_depth = 8;
  info->pixel_format = g_strdup ("RGBA");
  info->colorimetry = g_strdup ("sRGB");
  info->is_count_exact = TRUE;
  info->is_variable_rate = info->n_frames > 1;
  if (info->duration_ns > 0)
    {
      info->rate_n = (int) MIN (info->n_frames * 1000, G_MAXINT);
      info->rate_d = (int) CLAMP (info->duration_ns / 1000000, 1, G_MAXINT);
    }
  info->tags = g_strdup ("");
  info->n_streams = 1;
  info->streams = g_new0 (MienStreamInfo, 1);
  info->streams[0].kind = MIEN_STREAM_VIDEO;
  info->streams[0].codec = g_strdup (input->type);
  info->streams[0].caps = g_strdup (input->type);
  info->streams[0].used = TRUE;
}

MienPicture *
mien_picture_open (const MienInput *input, MienMediaInfo *info, GError **error)
{
  g_autoptr (MienPicture) self = g_new0 (MienPicture, 1);
  gboolean ok = FALSE;

  g_mutex_init (&self->mutex);
  self->name = g_strdup (input->name);
  if (input->bytes > MAX_BYTES
      || !g_file_get_contents (input->path, (char **) &self->data, &self->size, NULL))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT,
                   _ ("%s: the file cannot be read or is too large"), input->name);
      return NULL;
    }
  if (g_str_equal (input->type, "image/gif"))
    ok = open_gif (self, info);
  else if (input->kind == MIEN_MEDIA_ANIMATION)
    ok = open_webp (self, info);
  else
    ok = open_still (self, info);
  if (!ok)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT,
                   _ ("%s: no picture can be decoded: it is damaged"), input->name);
      return NULL;
    }
  fill_info (self, input, info);
  return g_steal_pointer (&self);
}

void
mien_picture_free (MienPicture *self)
{
  g_clear_pointer (&self->gif, mien_gif_free);
  g_clear_pointer (&self->webp, WebPAnimDecoderDelete);
  g_clear_object (&self->pixbuf);
  g_mutex_clear (&self->mutex);
  g_free (self->data);
  g_free (self->name);
  g_free (self);
}

gint64
mien_picture_get_n_damaged (MienPicture *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->n_damaged;
}
