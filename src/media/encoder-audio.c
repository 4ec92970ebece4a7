/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/encoder-audio.h"

#define MAX_WAIT_US (10 * G_TIME_SPAN_SECOND)

struct _MienEncoderAudio
{
  GstElement *pipeline; /* borrowed */
  GstElement *muxer;    /* borrowed from the pipeline */
  gint64 start_ns, end_ns;

  GMutex mutex; /* guards what follows, set by threads of GStreamer */
  GCond changed;
  gboolean is_linked;
  gboolean is_settled;
};

static void
settle (MienEncoderAudio *self)
{
  g_mutex_lock (&self->mutex);
  self->is_settled = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
}

/* Times become those of the new film: what lies before and behind the wanted part is dropped. */
static GstPadProbeReturn
shift_cb (GstPad *pad, GstPadProbeInfo *probe, gpointer data)
{
  MienEncoderAudio *self = data;
  GstEvent *event;
  GstBuffer *buffer;
  const GstSegment *segment;
  guint64 time;

  if ((GST_PAD_PROBE_INFO_TYPE (probe) & GST_PAD_PROBE_TYPE_BUFFER) == 0)
    return GST_PAD_PROBE_OK;
  buffer = GST_PAD_PROBE_INFO_BUFFER (probe);
  event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  if (event == NULL || !GST_BUFFER_PTS_IS_VALID (buffer))
    {
      g_clear_pointer (&event, gst_event_unref);
      return GST_PAD_PROBE_OK;
    }
  gst_event_parse_segment (event, &segment);
  time = gst_segment_to_stream_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (!GST_CLOCK_TIME_IS_VALID (time) || (gint64) time < self->start_ns
      || (self->end_ns >= 0 && (gint64) time >= self->end_ns))
    {
      gst_event_unref (event);
      return GST_PAD_PROBE_DROP;
    }
  buffer = gst_buffer_make_writable (buffer);
  /* The muxer sees running time; this is the time whose running time is the wanted one. */
  GST_BUFFER_PTS (buffer) = gst_segment_position_from_running_time (
      segment, GST_FORMAT_TIME, time - (guint64) self->start_ns);
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_PAD_PROBE_INFO_DATA (probe) = buffer;
  gst_event_unref (event);
  return GST_PAD_PROBE_OK;
}

static GstElement *
make_encoder (MienEncoderAudio *self)
{
  static const char *const names[] = { "opusenc", "avenc_aac", "voaacenc", "vorbisenc" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GstElement *encoder = gst_element_factory_make (names[i], NULL);
      g_autoptr (GstCaps) caps = NULL;
      GstPad *source;
      GstPad *taker;

      if (encoder == NULL)
        continue;
      source = gst_element_get_static_pad (encoder, "src");
      caps = gst_pad_get_pad_template_caps (source);
      taker = gst_element_get_compatible_pad (self->muxer, source, caps);
      gst_object_unref (source);
      if (taker != NULL)
        {
          gst_element_release_request_pad (self->muxer, taker);
          gst_object_unref (taker);
          return encoder;
        }
      gst_object_unref (gst_object_ref_sink (encoder));
    }
  return NULL;
}

static gboolean
link_to_muxer (MienEncoderAudio *self, GstPad *pad, GstCaps *caps)
{
  GstPad *taker = gst_element_get_compatible_pad (self->muxer, pad, caps);
  gboolean ok = taker != NULL && gst_pad_link (pad, taker) == GST_PAD_LINK_OK;

  g_clear_pointer (&taker, gst_object_unref);
  return ok;
}

/* @pad -> queue; the source pad of the queue. */
static GstPad *
add_queue (MienEncoderAudio *self, GstPad *pad)
{
  GstElement *queue = gst_element_factory_make ("queue", NULL);
  GstPad *in = gst_element_get_static_pad (queue, "sink");

  gst_bin_add (GST_BIN (self->pipeline), queue);
  gst_pad_link (pad, in);
  gst_object_unref (in);
  gst_element_sync_state_with_parent (queue);
  return gst_element_get_static_pad (queue, "src");
}

static void
decoded_cb (GstElement *decodebin, GstPad *pad, gpointer data)
{
  MienEncoderAudio *self = data;
  GstElement *encoder = make_encoder (self);
  GstElement *convert, *resample;
  GstPad *in;

  if (encoder == NULL)
    return;
  convert = gst_element_factory_make ("audioconvert", NULL);
  resample = gst_element_factory_make ("audioresample", NULL);
  gst_bin_add_many (GST_BIN (self->pipeline), convert, resample, encoder, NULL);
  gst_element_link_many (convert, resample, encoder, self->muxer, NULL);
  in = gst_element_get_static_pad (convert, "sink");
  gst_pad_link (pad, in);
  gst_object_unref (in);
  gst_element_sync_state_with_parent (encoder);
  gst_element_sync_state_with_parent (resample);
  gst_element_sync_state_with_parent (convert);
  settle (self);
}

static void
code_anew (MienEncoderAudio *self, GstPad *pad)
{
  GstElement *decodebin = gst_element_factory_make ("decodebin", NULL);
  GstPad *in = gst_element_get_static_pad (decodebin, "sink");

  g_signal_connect (decodebin, "pad-added", G_CALLBACK (decoded_cb), self);
  gst_bin_add (GST_BIN (self->pipeline), decodebin);
  gst_pad_link (pad, in);
  gst_object_unref (in);
  gst_element_sync_state_with_parent (decodebin);
}

static void
pad_added_cb (GstElement *parsebin, GstPad *pad, gpointer data)
{
  MienEncoderAudio *self = data;
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstPad *out;

  if (caps == NULL)
    caps = gst_pad_query_caps (pad, NULL);
  if (self->is_linked || gst_caps_get_size (caps) == 0
      || !g_str_has_prefix (gst_structure_get_name (gst_caps_get_structure (caps, 0)), "audio/"))
    return;
  self->is_linked = TRUE;
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, shift_cb, self, NULL);
  out = add_queue (self, pad);
  if (link_to_muxer (self, out, caps))
    settle (self);
  else
    code_anew (self, out);
  gst_object_unref (out);
}

static void
no_more_pads_cb (GstElement *parsebin, gpointer data)
{
  MienEncoderAudio *self = data;

  if (!self->is_linked)
    settle (self);
}

MienEncoderAudio *
mien_encoder_audio_new (
    GstElement *pipeline, GstElement *muxer, const char *path, gint64 start_ns, gint64 end_ns)
{
  MienEncoderAudio *self = g_new0 (MienEncoderAudio, 1);
  GstElement *source = gst_element_factory_make ("filesrc", NULL);
  GstElement *parsebin = gst_element_factory_make ("parsebin", NULL);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  self->pipeline = pipeline;
  self->muxer = muxer;
  self->start_ns = start_ns;
  self->end_ns = end_ns;
  g_object_set (source, "location", path, NULL);
  gst_bin_add_many (GST_BIN (pipeline), source, parsebin, NULL);
  gst_element_link (source, parsebin);
  g_signal_connect (parsebin, "pad-added", G_CALLBACK (pad_added_cb), self);
  g_signal_connect (parsebin, "no-more-pads", G_CALLBACK (no_more_pads_cb), self);
  return self;
}

void
mien_encoder_audio_wait (MienEncoderAudio *self)
{
  gint64 end = g_get_monotonic_time () + MAX_WAIT_US;

  g_mutex_lock (&self->mutex);
  while (!self->is_settled && g_cond_wait_until (&self->changed, &self->mutex, end))
    ;
  g_mutex_unlock (&self->mutex);
}

void
mien_encoder_audio_free (MienEncoderAudio *self)
{
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
  g_free (self);
}
