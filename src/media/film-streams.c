/* Which streams of a file are decoded: the first picture, no sound. Runs in threads of GStreamer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/film-private.h"

#include <gst/pbutils/pbutils.h>

static gboolean
is_demuxer_pad (GstPad *pad)
{
  /* decodebin wraps the pads of demuxers. */
  GstPad *target = GST_IS_GHOST_PAD (pad) ? gst_ghost_pad_get_target (GST_GHOST_PAD (pad)) : NULL;
  GstElement *owner = gst_pad_get_parent_element (target != NULL ? target : pad);
  GstElementFactory *factory = owner != NULL ? gst_element_get_factory (owner) : NULL;
  gboolean is_demuxer =
      factory != NULL
      && gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_DEMUXER);

  g_clear_pointer (&owner, gst_object_unref);
  g_clear_pointer (&target, gst_object_unref);
  return is_demuxer;
}

static MienStreamKind
find_stream_kind (const char *name)
{
  if (g_str_has_prefix (name, "video/") || g_str_has_prefix (name, "image/"))
    return MIEN_STREAM_VIDEO;
  if (g_str_has_prefix (name, "audio/"))
    return MIEN_STREAM_AUDIO;
  if (g_str_has_prefix (name, "text/") || g_str_has_prefix (name, "subpicture/")
      || g_str_has_prefix (name, "application/x-ass")
      || g_str_has_prefix (name, "application/x-ssa"))
    return MIEN_STREAM_TEXT;
  return MIEN_STREAM_OTHER;
}

static gboolean
add_stream (MienFilm *self, GstCaps *caps)
{
  const char *name = gst_structure_get_name (gst_caps_get_structure (caps, 0));
  MienStreamInfo stream = { find_stream_kind (name), NULL, NULL, FALSE };
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  stream.codec = gst_pb_utils_get_codec_description (caps);
  if (stream.codec == NULL)
    stream.codec = g_strdup (name);
  stream.caps = gst_caps_to_string (caps);
  stream.used = stream.kind == MIEN_STREAM_VIDEO && !self->has_video;
  self->has_video |= stream.used;
  g_array_append_val (self->streams, stream);
  return stream.used;
}

/* Asked for each stream, from the outside in. FALSE leaves a stream as it is coded: sound is not
 * decoded, nor is a second picture. */
static gboolean
autoplug_continue_cb (GstElement *decodebin, GstPad *pad, GstCaps *caps, gpointer data)
{
  MienFilm *self = data;
  const char *name;

  if (gst_caps_is_any (caps) || gst_caps_is_empty (caps))
    return TRUE;
  name = gst_structure_get_name (gst_caps_get_structure (caps, 0));
  if (is_demuxer_pad (pad))
    return add_stream (self, caps);
  g_mutex_lock (&self->mutex);
  if (self->container == NULL)
    self->container = gst_pb_utils_get_codec_description (caps);
  g_mutex_unlock (&self->mutex);
  return find_stream_kind (name) == MIEN_STREAM_VIDEO || !g_str_has_prefix (name, "audio/");
}

/* An elementary stream has no demuxer, so its stream is first seen where it comes out decoded. */
static void
note_elementary (MienFilm *self, GstPad *pad)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->streams->len == 0)
    {
      MienStreamInfo stream = { MIEN_STREAM_VIDEO, g_strdup (self->container),
                                g_strdup (self->input->type), TRUE };

      if (stream.codec == NULL)
        stream.codec = g_strdup (self->input->type);
      g_array_append_val (self->streams, stream);
      self->has_video = TRUE;
    }
}

/* How far the streams reach that are not decoded: the film ends where the longest of them does. */
static GstPadProbeReturn
see_end_cb (GstPad *pad, GstPadProbeInfo *probe, gpointer data)
{
  MienFilm *self = data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (probe);
  GstEvent *event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  const GstSegment *segment;
  guint64 time;

  if (event == NULL)
    return GST_PAD_PROBE_OK;
  gst_event_parse_segment (event, &segment);
  time = segment->format == GST_FORMAT_TIME && GST_BUFFER_PTS_IS_VALID (buffer)
             ? gst_segment_to_stream_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer))
             : GST_CLOCK_TIME_NONE;
  gst_event_unref (event);
  if (!GST_CLOCK_TIME_IS_VALID (time))
    return GST_PAD_PROBE_OK;
  g_mutex_lock (&self->mutex);
  self->other_end_ns = MAX (self->other_end_ns, (gint64) time);
  g_mutex_unlock (&self->mutex);
  return GST_PAD_PROBE_OK;
}

static void
swallow (MienFilm *self, GstPad *pad)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  GstPad *sink_pad = gst_element_get_static_pad (sink, "sink");

  g_object_set (sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, NULL);
  gst_bin_add (GST_BIN (self->pipeline), sink);
  gst_pad_add_probe (sink_pad, GST_PAD_PROBE_TYPE_BUFFER, see_end_cb, self, NULL);
  gst_pad_link (pad, sink_pad);
  gst_object_unref (sink_pad);
  gst_element_sync_state_with_parent (sink);
}

static void
pad_added_cb (GstElement *decodebin, GstPad *pad, gpointer data)
{
  MienFilm *self = data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstPad *sink_pad = gst_element_get_static_pad (self->conform, "sink");

  if (caps == NULL)
    caps = gst_pad_query_caps (pad, NULL);
  if (!gst_pad_is_linked (sink_pad) && gst_caps_get_size (caps) > 0
      && gst_structure_has_name (gst_caps_get_structure (caps, 0), "video/x-raw")
      && gst_pad_link (pad, sink_pad) == GST_PAD_LINK_OK)
    {
      note_elementary (self, pad);
      g_mutex_lock (&self->mutex);
      self->is_connected = TRUE;
      g_mutex_unlock (&self->mutex);
    }
  else
    swallow (self, pad);
  gst_object_unref (sink_pad);
}

static void
no_more_pads_cb (GstElement *decodebin, gpointer data)
{
  MienFilm *self = data;

  g_mutex_lock (&self->mutex);
  self->is_exposed = TRUE;
  g_mutex_unlock (&self->mutex);
}

static void
unknown_type_cb (GstElement *decodebin, GstPad *pad, GstCaps *caps, gpointer data)
{
  MienFilm *self = data;

  g_mutex_lock (&self->mutex);
  if (self->missing == NULL && !gst_caps_is_empty (caps) && !gst_caps_is_any (caps))
    self->missing = gst_pb_utils_get_codec_description (caps);
  g_mutex_unlock (&self->mutex);
}

void
mien_film_choose_streams (MienFilm *self)
{
  g_signal_connect (self->decodebin, "autoplug-continue", G_CALLBACK (autoplug_continue_cb), self);
  g_signal_connect (self->decodebin, "pad-added", G_CALLBACK (pad_added_cb), self);
  g_signal_connect (self->decodebin, "no-more-pads", G_CALLBACK (no_more_pads_cb), self);
  g_signal_connect (self->decodebin, "unknown-type", G_CALLBACK (unknown_type_cb), self);
}
