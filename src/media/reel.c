/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/reel.h"

#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>

#include "media/frame-source.h"

struct _MienReel
{
  char *path;
  MienMediaInfo *info;
  GCancellable *cancellable;

  GMutex mutex; /* guards what follows; the callbacks come in threads of GStreamer */
  MienFrameSource *source;
  MienFrame *ahead;  /* the picture that a seek goes to, found already */
  int width, height; /* of the caps that were set */
};

MienReel *
mien_reel_new (const char *path, const MienMediaInfo *info)
{
  MienReel *self = g_new0 (MienReel, 1);

  g_mutex_init (&self->mutex);
  self->path = g_strdup (path);
  self->info = mien_media_info_copy (info);
  self->cancellable = g_cancellable_new ();
  return self;
}

void
mien_reel_free (MienReel *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->ahead, mien_frame_unref);
  g_clear_pointer (&self->source, mien_frame_source_free);
  g_object_unref (self->cancellable);
  mien_media_info_free (self->info);
  g_free (self->path);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static MienFrame *
pull (MienReel *self)
{
  MienFrame *frame = g_steal_pointer (&self->ahead);

  if (frame != NULL || self->source == NULL)
    return frame;
  /* What is damaged was said when the film was analysed; here it is only shown as far as it goes.
   */
  return mien_frame_source_next (self->source, &frame, NULL) ? frame : NULL;
}

static void
open_source (MienReel *self)
{
  MienFrameSourceOptions options = MIEN_FRAME_SOURCE_OPTIONS_INIT;

  options.pixels = MIEN_FRAME_RGBX;
  g_clear_pointer (&self->ahead, mien_frame_unref);
  g_clear_pointer (&self->source, mien_frame_source_free);
  self->source = mien_frame_source_open (self->path, &options, self->cancellable, NULL);
}

static void
set_caps (MienReel *self, GstAppSrc *appsrc, const MienImage *image)
{
  g_autoptr (GstCaps) caps = NULL;

  if (image->width == self->width && image->height == self->height)
    return;
  self->width = image->width;
  self->height = image->height;
  caps = gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, "RGBx", "width", G_TYPE_INT,
                              image->width, "height", G_TYPE_INT, image->height, "framerate",
                              GST_TYPE_FRACTION, 0, 1, NULL);
  gst_app_src_set_caps (appsrc, caps);
}

/* The planes stay where they are; the buffer holds the frame. */
static GstBuffer *
wrap (MienFrame *frame)
{
  gsize size;
  gconstpointer pixels;
  g_autoptr (GBytes) bytes = mien_frame_dup_bytes (frame);
  gsize offsets[4] = { 0 };
  int strides[4] = { frame->image.strides[0], 0, 0, 0 };
  GstBuffer *buffer;

  pixels = g_bytes_get_data (bytes, &size);
  buffer = gst_buffer_new_wrapped_full (GST_MEMORY_FLAG_READONLY, (gpointer) pixels, size, 0, size,
                                        g_bytes_ref (bytes), (GDestroyNotify) g_bytes_unref);
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_RGBx,
                                  (guint) frame->image.width, (guint) frame->image.height, 1,
                                  offsets, strides);
  GST_BUFFER_PTS (buffer) = (GstClockTime) MAX (frame->pts_ns, 0);
  if (frame->duration_ns > 0)
    GST_BUFFER_DURATION (buffer) = (GstClockTime) frame->duration_ns;
  return buffer;
}

static void
need_data_cb (GstAppSrc *appsrc, guint length, gpointer data)
{
  MienReel *self = data;
  g_autoptr (MienFrame) frame = NULL;

  g_mutex_lock (&self->mutex);
  if (self->source == NULL)
    open_source (self);
  frame = pull (self);
  if (frame != NULL)
    set_caps (self, appsrc, &frame->image);
  g_mutex_unlock (&self->mutex);
  if (frame == NULL)
    gst_app_src_end_of_stream (appsrc);
  else
    gst_app_src_push_buffer (appsrc, wrap (frame));
}

/* Starts again and goes to the last picture that is not after @offset. */
static gboolean
seek_data_cb (GstAppSrc *appsrc, guint64 offset, gpointer data)
{
  MienReel *self = data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  MienFrame *next = NULL;

  open_source (self);
  while (self->source != NULL && mien_frame_source_next (self->source, &next, NULL) && next != NULL
         && (self->ahead == NULL || next->pts_ns <= (gint64) offset))
    {
      gboolean is_there =
          next->duration_ns > 0 && next->pts_ns + next->duration_ns > (gint64) offset;

      g_clear_pointer (&self->ahead, mien_frame_unref);
      self->ahead = g_steal_pointer (&next);
      if (is_there)
        break;
    }
  g_clear_pointer (&next, mien_frame_unref);
  return self->source != NULL;
}

void
mien_reel_feed (MienReel *self, GstElement *appsrc)
{
  GstAppSrcCallbacks callbacks = { need_data_cb, NULL, seek_data_cb, { NULL } };

  g_object_set (appsrc, "format", GST_FORMAT_TIME, "stream-type", GST_APP_STREAM_TYPE_SEEKABLE,
                "max-buffers", (guint64) 2, "max-bytes", (guint64) 0, NULL);
  if (self->info->duration_ns > 0)
    gst_app_src_set_duration (GST_APP_SRC (appsrc), (GstClockTime) self->info->duration_ns);
  gst_app_src_set_callbacks (GST_APP_SRC (appsrc), &callbacks, self, NULL);
}
