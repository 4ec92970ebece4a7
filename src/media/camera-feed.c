/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/camera-feed.h"

#include <glib/gi18n.h>
#include <gst/app/gstappsink.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "media/camera-device.h"
#include "media/conform.h"
#include "media/film-thread.h"
#include "media/media-init.h"

/* A capture time that lies further back than this is none: the clocks do not belong together. */
#define MAX_LATENCY_NS (5 * GST_SECOND)

struct _MienCameraFeed
{
  char *name;
  MienCameraFeedFunc func;
  gpointer data;

  MienFilmThread *film; /* either this */
  GstElement *pipeline; /* or this */
  GstBus *bus;
  GstDevice *device; /* NULL for the test picture and the portal */
};

/* ---- Pictures, in a thread of GStreamer ---- */

/* Sources stamp a buffer with the running time of its capture on the clock of the pipeline. */
static gint64
find_capture_time (MienCameraFeed *self, GstSample *sample)
{
  gint64 now = g_get_monotonic_time () * 1000;
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  GstClock *clock = gst_element_get_clock (self->pipeline);
  guint64 running = GST_CLOCK_TIME_NONE;
  gint64 late = 0;

  if (clock == NULL)
    return now;
  if (GST_BUFFER_PTS_IS_VALID (buffer))
    running = gst_segment_to_running_time (gst_sample_get_segment (sample), GST_FORMAT_TIME,
                                           GST_BUFFER_PTS (buffer));
  if (GST_CLOCK_TIME_IS_VALID (running))
    late = GST_CLOCK_DIFF (running + gst_element_get_base_time (self->pipeline),
                           gst_clock_get_time (clock));
  gst_object_unref (clock);
  return late > 0 && late < (gint64) MAX_LATENCY_NS ? now - late : now;
}

static GstFlowReturn
new_sample_cb (GstAppSink *sink, gpointer data)
{
  MienCameraFeed *self = data;
  g_autoptr (GstSample) sample = gst_app_sink_try_pull_sample (sink, 0);
  g_autoptr (MienFrame) frame = sample != NULL ? mien_conform_dup_frame (sample) : NULL;

  if (frame == NULL)
    return GST_FLOW_OK;
  frame->capture_ns = find_capture_time (self, sample);
  self->func (frame, self->data);
  return GST_FLOW_OK;
}

/* ---- Building ---- */

static GstElement *
make_test_source (const MienCameraOptions *options, GstCaps **caps)
{
  GstElement *source = gst_element_factory_make ("videotestsrc", NULL);

  g_object_set (source, "is-live", TRUE, "pattern", 18 /* a ball that moves */, "do-timestamp",
                TRUE, NULL);
  *caps = gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, "I420", "width", G_TYPE_INT,
                               options->width > 0 ? options->width : 640, "height", G_TYPE_INT,
                               options->height > 0 ? options->height : 480, "framerate",
                               GST_TYPE_FRACTION, options->rate > 0 ? options->rate : 30, 1, NULL);
  return source;
}

static GstElement *
make_portal_source (int fd, GstCaps **caps)
{
  GstElement *source = gst_element_factory_make ("pipewiresrc", NULL);

  if (source != NULL)
    g_object_set (source, "fd", fd, NULL);
  /* What kinds there are cannot be asked before; of "any" PipeWire's source (0.3.65) makes none. */
  *caps = gst_caps_from_string ("video/x-raw; image/jpeg");
  return source;
}

static GstElement *
make_device_source (MienCameraFeed *self,
                    const char *name,
                    const MienCameraOptions *options,
                    GstCaps **caps,
                    GError **error)
{
  GstElement *source;

  self->device = mien_camera_device_find (name);
  if (self->device == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT,
                   name[0] == '\0' ? _ ("camera:%s: there is no camera")
                                   : _ ("camera:%s: there is no such camera"),
                   name);
      return NULL;
    }
  g_free (self->name);
  self->name = gst_device_get_display_name (self->device);
  source = gst_device_create_element (self->device, NULL);
  if (source == NULL)
    g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, _ ("camera:%s: it cannot be opened"), name);
  *caps = mien_camera_device_choose_caps (self->device, options);
  return source;
}

static void
decoded_cb (GstElement *decodebin, GstPad *pad, gpointer conform)
{
  GstPad *in = gst_element_get_static_pad (conform, "sink");

  if (!gst_pad_is_linked (in))
    gst_pad_link (pad, in);
  gst_object_unref (in);
}

static void
build (MienCameraFeed *self, GstElement *source, GstCaps *caps, MienFramePixels pixels)
{
  GstElement *filter = gst_element_factory_make ("capsfilter", NULL);
  GstElement *decodebin = gst_element_factory_make ("decodebin", NULL);
  GstElement *conform = mien_conform_new (pixels);
  GstElement *sink = mien_conform_make_sink (1, TRUE);
  GstAppSinkCallbacks callbacks = { NULL, NULL, new_sample_cb, NULL, { NULL } };

  self->pipeline = gst_pipeline_new (NULL);
  self->bus = gst_element_get_bus (self->pipeline);
  g_object_set (filter, "caps", caps, NULL);
  /* As early as possible: what is shown late is old. */
  g_object_set (sink, "sync", FALSE, NULL);
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, self, NULL);
  g_signal_connect (decodebin, "pad-added", G_CALLBACK (decoded_cb), conform);
  gst_bin_add_many (GST_BIN (self->pipeline), source, filter, decodebin, conform, sink, NULL);
  gst_element_link_many (source, filter, decodebin, NULL);
  gst_element_link (conform, sink);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
}

MienCameraFeed *
mien_camera_feed_new (const char *name,
                      int fd,
                      const MienCameraOptions *options,
                      MienCameraFeedFunc func,
                      gpointer data,
                      GError **error)
{
  g_autoptr (MienCameraFeed) self = g_new0 (MienCameraFeed, 1);
  g_autoptr (GstCaps) caps = NULL;
  GstElement *source;

  if (!mien_media_init (error))
    return NULL;
  self->name = g_strdup (name);
  self->func = func;
  self->data = data;
  if (fd < 0 && g_str_has_prefix (name, "file:"))
    {
      self->film = mien_film_thread_new (name + strlen ("file:"), options, func, data, error);
      return self->film != NULL ? g_steal_pointer (&self) : NULL;
    }
  if (fd >= 0)
    source = make_portal_source (fd, &caps);
  else if (g_str_equal (name, "test"))
    source = make_test_source (options, &caps);
  else
    {
      source = make_device_source (self, name, options, &caps, error);
      if (source == NULL)
        return NULL;
    }
  if (source == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT,
                   _ ("camera:%s: GStreamer's PipeWire plug-in is not installed"), name);
      return NULL;
    }
  build (self, source, caps, options->pixels);
  return g_steal_pointer (&self);
}

gboolean
mien_camera_feed_check (MienCameraFeed *self, GError **error)
{
  GstMessage *message;
  g_autoptr (GError) reason = NULL;
  g_autofree char *text = NULL;

  if (self->film != NULL)
    return mien_film_thread_check (self->film, error);
  message = gst_bus_pop_filtered (self->bus, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  if (message == NULL)
    return TRUE;
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &reason, NULL);
  gst_message_unref (message);
  text = g_strdelimit (g_strdup (reason != NULL ? reason->message : _ ("it sends no more")), "\r\n",
                       ' ');
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "camera:%s: %s", self->name, text);
  return FALSE;
}

const char *
mien_camera_feed_get_name (MienCameraFeed *self)
{
  return self->name;
}

void
mien_camera_feed_free (MienCameraFeed *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->film, mien_film_thread_free);
  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_clear_pointer (&self->bus, gst_object_unref);
  g_clear_pointer (&self->pipeline, gst_object_unref);
  g_clear_pointer (&self->device, gst_object_unref);
  g_free (self->name);
  g_free (self);
}
