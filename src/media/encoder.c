/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/encoder.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>
#include <string.h>

#include "base/error.h"
#include "media/encoder-audio.h"
#include "media/frame.h"
#include "media/media-init.h"
#include "media/probe.h"

/* Pictures that may wait for the encoder; then pushing waits. */
#define MAX_WAITING 4
#define POLL_US 2000

struct _MienEncoder
{
  char *path, *part;
  MienEncoderOptions options;
  GstElement *pipeline;
  GstElement *source; /* these two are borrowed from the pipeline */
  GstElement *muxer;
  GstBus *bus;
  MienEncoderAudio *audio; /* NULL for a silent film */
  GstBuffer *held;         /* the newest frame: its length is known when the next one comes */
  GstVideoFormat format;   /* of the caps that were set */
  GstVideoColorimetry color;
  gint64 last_pts_ns;
  gint64 usual_step_ns; /* between the two newest frames */
  gint64 n_frames;
  gboolean is_finished;

  GMutex mutex;  /* guards the next one, which a thread of GStreamer reads */
  gint64 end_ns; /* when the last frame stops being shown, -1 while that is not known */
};

/* ---- Building ---- */

typedef enum
{
  CONTAINER_MKV,
  CONTAINER_MP4,
  CONTAINER_WEBM,
  CONTAINER_NONE
} Container;

static Container
find_container (const char *path)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);

  if (g_str_has_suffix (lower, ".mkv"))
    return CONTAINER_MKV;
  if (g_str_has_suffix (lower, ".mp4"))
    return CONTAINER_MP4;
  if (g_str_has_suffix (lower, ".webm"))
    return CONTAINER_WEBM;
  return CONTAINER_NONE;
}

static GstElement *
make_vp8 (const MienEncoderOptions *options)
{
  GstElement *encoder = gst_element_factory_make ("vp8enc", NULL);
  gint64 pixels = (gint64) options->width * options->height;

  if (encoder != NULL)
    g_object_set (encoder, "deadline", (gint64) 1, "cpu-used", options->is_live ? 8 : 4, "threads",
                  2, "keyframe-max-dist", 100, "target-bitrate",
                  (int) CLAMP (pixels * 4, 500000, 20000000), "min-quantizer", 4, "max-quantizer",
                  40, NULL);
  return encoder;
}

/* No pictures that are predicted from later ones: the times stay as they are in every container. */
static GstElement *
make_h264 (const MienEncoderOptions *options)
{
  GstElement *encoder = gst_element_factory_make ("x264enc", NULL);
  gint64 pixels = (gint64) options->width * options->height;

  if (encoder != NULL)
    {
      gst_util_set_object_arg (G_OBJECT (encoder), "pass", "qual");
      gst_util_set_object_arg (G_OBJECT (encoder), "speed-preset",
                               options->is_live ? "ultrafast" : "veryfast");
      if (options->is_live)
        gst_util_set_object_arg (G_OBJECT (encoder), "tune", "zerolatency");
      g_object_set (encoder, "quantizer", 20, "bframes", 0, "key-int-max", 100, NULL);
      return encoder;
    }
  encoder = gst_element_factory_make ("openh264enc", NULL);
  if (encoder != NULL)
    g_object_set (encoder, "bitrate", (guint) CLAMP (pixels * 6, 500000, 20000000), "gop-size",
                  100u, NULL);
  return encoder;
}

static GstElement *
make_video_encoder (Container container, const MienEncoderOptions *options)
{
  GstElement *encoder = container == CONTAINER_WEBM ? NULL : make_h264 (options);

  if (encoder == NULL && container != CONTAINER_MP4)
    encoder = make_vp8 (options);
  return encoder;
}

/* Coders work on pairs of pixels; a row and a column of black are added to odd sizes. */
static GstElement *
make_even (const MienEncoderOptions *options)
{
  GstElement *box = gst_element_factory_make ("videobox", NULL);

  if (box != NULL)
    g_object_set (box, "right", -(options->width & 1), "bottom", -(options->height & 1), NULL);
  return box;
}

/* The scale of times in MP4 on which the nominal rate has whole numbers. */
static guint
choose_timescale (const MienEncoderOptions *options)
{
  guint scale = options->rate_n > 0 ? (guint) options->rate_n : 90000;

  while (scale < 10000)
    scale *= 10;
  return scale;
}

/* Coders lose how long the last frame is shown, and a frame of no length is none in MP4. */
static GstPadProbeReturn
see_coded_cb (GstPad *pad, GstPadProbeInfo *probe, gpointer data)
{
  MienEncoder *self = data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (probe);
  GstEvent *event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  const GstSegment *segment;
  guint64 time = GST_CLOCK_TIME_NONE;
  gint64 end;

  g_mutex_lock (&self->mutex);
  end = self->end_ns;
  g_mutex_unlock (&self->mutex);
  /* Coders begin at an arbitrary time, which the segment takes away again. */
  if (event != NULL && GST_BUFFER_PTS_IS_VALID (buffer))
    {
      gst_event_parse_segment (event, &segment);
      time = gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
    }
  g_clear_pointer (&event, gst_event_unref);
  if (!GST_CLOCK_TIME_IS_VALID (time) || (gint64) time >= end)
    return GST_PAD_PROBE_OK;
  buffer = gst_buffer_make_writable (buffer);
  if (!GST_BUFFER_DURATION_IS_VALID (buffer) || GST_BUFFER_DURATION (buffer) < GST_USECOND)
    GST_BUFFER_DURATION (buffer) = (GstClockTime) end - time;
  GST_PAD_PROBE_INFO_DATA (probe) = buffer;
  return GST_PAD_PROBE_OK;
}

static void
link_muxer (MienEncoder *self, GstElement *last, Container container)
{
  GstPad *out = gst_element_get_static_pad (last, "src");
  GstPad *in = gst_element_request_pad_simple (self->muxer, "video_%u");

  if (container == CONTAINER_MP4)
    g_object_set (in, "trak-timescale", choose_timescale (&self->options), NULL);
  gst_pad_add_probe (out, GST_PAD_PROBE_TYPE_BUFFER, see_coded_cb, self, NULL);
  gst_pad_link (out, in);
  gst_object_unref (out);
  gst_object_unref (in);
}

static gboolean
build (MienEncoder *self, Container container, GError **error)
{
  static const char *const muxers[] = { "matroskamux", "mp4mux", "webmmux" };
  GstElement *convert = gst_element_factory_make ("videoconvert", NULL);
  GstElement *filter = gst_element_factory_make ("capsfilter", NULL);
  GstElement *even = make_even (&self->options);
  GstElement *encoder = make_video_encoder (container, &self->options);
  GstElement *sink = gst_element_factory_make ("filesink", NULL);
  gboolean is_h264 =
      encoder != NULL
      && g_str_has_suffix (GST_OBJECT_NAME (gst_element_get_factory (encoder)), "264enc");
  GstElement *parser = gst_element_factory_make (is_h264 ? "h264parse" : "identity", NULL);
  g_autoptr (GstCaps) caps = gst_caps_from_string ("video/x-raw, format = (string) I420");

  self->pipeline = gst_pipeline_new (NULL);
  self->bus = gst_element_get_bus (self->pipeline);
  self->source = gst_element_factory_make ("appsrc", NULL);
  self->muxer = gst_element_factory_make (muxers[container], NULL);
  if (encoder == NULL || self->muxer == NULL || even == NULL || parser == NULL)
    {
      GstElement *all[] = {
        convert, filter, even, encoder, sink, parser, self->source, self->muxer
      };

      for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
        if (all[i] != NULL)
          gst_object_unref (gst_object_ref_sink (all[i]));
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT,
                   _ ("%s: no encoder for this kind of file is installed"), self->path);
      return FALSE;
    }
  g_object_set (filter, "caps", caps, NULL);
  g_object_set (sink, "location", self->part, NULL);
  g_object_set (self->source, "format", GST_FORMAT_TIME, "max-buffers", (guint64) MAX_WAITING,
                "max-bytes", (guint64) 0, NULL);
  gst_bin_add_many (GST_BIN (self->pipeline), self->source, convert, filter, even, encoder, parser,
                    self->muxer, sink, NULL);
  gst_element_link_many (self->source, convert, filter, even, encoder, parser, NULL);
  link_muxer (self, parser, container);
  gst_element_link (self->muxer, sink);
  return TRUE;
}

/* ---- Errors ---- */

static gboolean
set_output_error (MienEncoder *self, GError **error)
{
  GstMessage *message = gst_bus_pop_filtered (self->bus, GST_MESSAGE_ERROR);
  g_autoptr (GError) reason = NULL;
  g_autofree char *text = NULL;

  if (message == NULL)
    return FALSE;
  gst_message_parse_error (message, &reason, NULL);
  gst_message_unref (message);
  text = g_strdelimit (g_strdup (reason->message), "\r\n", ' ');
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, _ ("%s: cannot be written: %s"), self->path,
               text);
  return TRUE;
}

/* Finds out before any work is done what would fail at its end. */
static gboolean
try_to_write (MienEncoder *self, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (g_file_set_contents_full (self->part, "", 0, G_FILE_SET_CONTENTS_NONE, 0644, &reason))
    return TRUE;
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: %s", self->path, reason->message);
  return FALSE;
}

MienEncoder *
mien_encoder_new (const char *path, const MienEncoderOptions *options, GError **error)
{
  Container container;
  g_autoptr (MienEncoder) self = NULL;

  g_return_val_if_fail (path != NULL && options != NULL, NULL);
  g_return_val_if_fail (options->width > 0 && options->height > 0, NULL);

  container = find_container (path);
  if (container == CONTAINER_NONE)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   _ ("%s: the name must end in .mkv, .mp4 or .webm"), path);
      return NULL;
    }
  if (!mien_media_init (error))
    return NULL;
  self = g_new0 (MienEncoder, 1);
  self->path = g_strdup (path);
  self->part = g_strconcat (path, ".part", NULL);
  self->options = *options;
  self->last_pts_ns = self->end_ns = -1;
  self->usual_step_ns = 40000000;
  g_mutex_init (&self->mutex);
  if (!try_to_write (self, error) || !build (self, container, error))
    return NULL;
  if (options->audio_from != NULL)
    {
      g_autoptr (MienMediaInfo) info = mien_media_probe (options->audio_from, NULL, NULL);

      if (info != NULL && info->has_audio)
        self->audio = mien_encoder_audio_new (self->pipeline, self->muxer, info->path,
                                              options->audio_start_ns, options->audio_end_ns);
    }
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  if (self->audio != NULL)
    mien_encoder_audio_wait (self->audio);
  if (set_output_error (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* ---- Frames ---- */

static GstVideoFormat
to_gst_format (MienPixelFormat format)
{
  switch (format)
    {
    case MIEN_PIXEL_RGB24:
      return GST_VIDEO_FORMAT_RGB;
    case MIEN_PIXEL_RGBX32:
      return GST_VIDEO_FORMAT_RGBx;
    case MIEN_PIXEL_I420:
      return GST_VIDEO_FORMAT_I420;
    case MIEN_PIXEL_NV12:
      return GST_VIDEO_FORMAT_NV12;
    case MIEN_PIXEL_GRAY8:
    default:
      return GST_VIDEO_FORMAT_GRAY8;
    }
}

static void
set_caps (MienEncoder *self, GstVideoFormat format, const GstVideoColorimetry *color)
{
  GstVideoInfo info;
  g_autoptr (GstCaps) caps = NULL;

  if (self->format == format && gst_video_colorimetry_is_equal (&self->color, color))
    return;
  self->format = format;
  self->color = *color;
  gst_video_info_set_format (&info, format, (guint) self->options.width,
                             (guint) self->options.height);
  if (color->matrix != GST_VIDEO_COLOR_MATRIX_UNKNOWN)
    info.colorimetry = *color;
  info.fps_n = self->options.rate_n;
  info.fps_d = MAX (self->options.rate_d, 1);
  caps = gst_video_info_to_caps (&info);
  gst_app_src_set_caps (GST_APP_SRC (self->source), caps);
}

static gboolean
wait_for_room (MienEncoder *self, GCancellable *cancellable, GError **error)
{
  while (gst_app_src_get_current_level_buffers (GST_APP_SRC (self->source)) >= MAX_WAITING)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || set_output_error (self, error))
        return FALSE;
      g_usleep (POLL_US);
    }
  return !g_cancellable_set_error_if_cancelled (cancellable, error)
         && !set_output_error (self, error);
}

/* The held frame goes out; it is shown until @end_ns. */
static void
release_held (MienEncoder *self, gint64 end_ns)
{
  if (self->held == NULL)
    return;
  if (end_ns > self->last_pts_ns)
    GST_BUFFER_DURATION (self->held) = (GstClockTime) (end_ns - self->last_pts_ns);
  gst_app_src_push_buffer (GST_APP_SRC (self->source), g_steal_pointer (&self->held));
}

static void
copy_planes (GstBuffer *buffer, const GstVideoInfo *info, const MienImage *image)
{
  GstVideoFrame frame;

  if (!gst_video_frame_map (&frame, info, buffer, GST_MAP_WRITE))
    return;
  for (int p = 0; p < 3; p++)
    for (int y = 0; y < mien_image_get_plane_rows (image, p); y++)
      memcpy ((guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame, p)
                  + (gssize) y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, p),
              image->planes[p] + (gssize) y * image->strides[p],
              (gsize) mien_image_get_plane_row_bytes (image, p));
  gst_video_frame_unmap (&frame);
}

static gboolean
push (MienEncoder *self,
      const MienImage *image,
      GstVideoFormat format,
      gint64 pts_ns,
      GCancellable *cancellable,
      GError **error)
{
  GstVideoColorimetry color = { 0 };
  GstVideoInfo info;
  GstBuffer *buffer;

  g_return_val_if_fail (image->width == self->options.width, FALSE);
  g_return_val_if_fail (image->height == self->options.height, FALSE);
  g_return_val_if_fail (pts_ns > self->last_pts_ns, FALSE);

  if (!wait_for_room (self, cancellable, error))
    return FALSE;
  if (mien_image_get_plane_rows (image, 1) > 0)
    gst_video_colorimetry_from_string (&color, image->matrix == MIEN_MATRIX_BT709    ? "bt709"
                                               : image->matrix == MIEN_MATRIX_BT2020 ? "bt2020"
                                                                                     : "bt601");
  if (image->full_range && color.matrix != GST_VIDEO_COLOR_MATRIX_UNKNOWN)
    color.range = GST_VIDEO_COLOR_RANGE_0_255;
  if (self->n_frames > 0)
    self->usual_step_ns = pts_ns - self->last_pts_ns;
  release_held (self, pts_ns);
  set_caps (self, format, &color);
  gst_video_info_set_format (&info, format, (guint) image->width, (guint) image->height);
  buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  copy_planes (buffer, &info, image);
  GST_BUFFER_PTS (buffer) = (GstClockTime) pts_ns;
  self->held = buffer;
  self->last_pts_ns = pts_ns;
  self->n_frames++;
  return TRUE;
}

gboolean
mien_encoder_push (MienEncoder *self,
                   const MienImage *image,
                   gint64 pts_ns,
                   GCancellable *cancellable,
                   GError **error)
{
  g_return_val_if_fail (self != NULL && image != NULL, FALSE);

  return push (self, image, to_gst_format (image->format), pts_ns, cancellable, error);
}

gboolean
mien_encoder_push_cairo (MienEncoder *self,
                         const guint8 *pixels,
                         int stride,
                         gint64 pts_ns,
                         GCancellable *cancellable,
                         GError **error)
{
  MienImage image = { MIEN_PIXEL_RGBX32 };

  g_return_val_if_fail (self != NULL && pixels != NULL, FALSE);

  image.width = self->options.width;
  image.height = self->options.height;
  image.planes[0] = pixels;
  image.strides[0] = stride;
  return push (self, &image,
               G_BYTE_ORDER == G_LITTLE_ENDIAN ? GST_VIDEO_FORMAT_BGRx : GST_VIDEO_FORMAT_xRGB,
               pts_ns, cancellable, error);
}

/* ---- The end ---- */

static gboolean
wait_for_end (MienEncoder *self, GCancellable *cancellable, GError **error)
{
  while (!g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      GstMessage *message;

      if (set_output_error (self, error))
        return FALSE;
      message = gst_bus_timed_pop_filtered (self->bus, 20 * GST_MSECOND, GST_MESSAGE_EOS);
      if (message != NULL)
        {
          gst_message_unref (message);
          return TRUE;
        }
    }
  return FALSE;
}

gboolean
mien_encoder_finish (MienEncoder *self, gint64 end_ns, GCancellable *cancellable, GError **error)
{
  gboolean ok;

  g_return_val_if_fail (self != NULL && !self->is_finished, FALSE);

  self->is_finished = TRUE;
  if (self->n_frames == 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, _ ("%s: there are no frames to write"),
                   self->path);
      ok = FALSE;
    }
  else
    {
      end_ns = MAX (end_ns, self->last_pts_ns + self->usual_step_ns);
      g_mutex_lock (&self->mutex);
      self->end_ns = end_ns;
      g_mutex_unlock (&self->mutex);
      release_held (self, end_ns);
      gst_app_src_end_of_stream (GST_APP_SRC (self->source));
      ok = wait_for_end (self, cancellable, error);
    }
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  if (ok && g_rename (self->part, self->path) != 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT,
                   _ ("%s: the finished file cannot be renamed"), self->path);
      ok = FALSE;
    }
  if (!ok)
    g_remove (self->part);
  return ok;
}

void
mien_encoder_free (MienEncoder *self)
{
  if (self == NULL)
    return;
  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  if (!self->is_finished)
    g_remove (self->part);
  gst_clear_buffer (&self->held);
  g_clear_pointer (&self->bus, gst_object_unref);
  g_clear_pointer (&self->pipeline, gst_object_unref);
  g_clear_pointer (&self->audio, mien_encoder_audio_free);
  g_free (self->path);
  g_free (self->part);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

gint64
mien_encoder_get_n_frames (const MienEncoder *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_frames;
}
