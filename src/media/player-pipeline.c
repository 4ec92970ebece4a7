/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/player-private.h"

#include <gst/app/gstappsink.h>
#include <gst/audio/streamvolume.h>

#include "media/conform.h"

/* Flags of playbin, which has no header for them: its documentation, "GstPlayFlags". */
#define PLAY_VIDEO (1 << 0)
#define PLAY_AUDIO (1 << 1)
#define PLAY_SOFT_VOLUME (1 << 4)
#define PLAY_NATIVE_VIDEO (1 << 6)

/* A picture may seem to reach this far into the next one, because times in Matroska are rounded to
 * milliseconds and lengths are not. A seek to the begin of a picture goes this much further. */
#define OVERLAP_NS (1100 * GST_USECOND)

/* ---- Pictures, in threads of GStreamer ---- */

static void
show (MienPlayer *self, GstSample *sample)
{
  g_autoptr (MienFrame) frame = mien_conform_dup_frame (sample);

  if (frame == NULL)
    return;
  if (frame->pts_ns >= 0)
    {
      gint64 begin = mien_times_find (self->times, frame->pts_ns);

      mien_times_note_shown (self->times, begin);
      frame->pts_ns = begin + self->shift_ns;
    }
  frame->pts_ns = MAX (frame->pts_ns, 0);
  g_mutex_lock (&self->tap_mutex);
  if (self->tap != NULL)
    self->tap (frame, self->tap_data);
  g_mutex_unlock (&self->tap_mutex);
  g_mutex_lock (&self->mutex);
  g_clear_pointer (&self->frame, mien_frame_unref);
  self->frame = g_steal_pointer (&frame);
  g_mutex_unlock (&self->mutex);
  mien_player_note_frame (self);
}

static GstFlowReturn
new_preroll_cb (GstAppSink *sink, gpointer data)
{
  g_autoptr (GstSample) sample = gst_app_sink_try_pull_preroll (sink, 0);

  if (sample != NULL)
    show (data, sample);
  return GST_FLOW_OK;
}

static GstFlowReturn
new_sample_cb (GstAppSink *sink, gpointer data)
{
  g_autoptr (GstSample) sample = gst_app_sink_try_pull_sample (sink, 0);

  if (sample != NULL)
    show (data, sample);
  return GST_FLOW_OK;
}

static void
deep_element_added_cb (GstBin *bin, GstBin *sub_bin, GstElement *element, gpointer data)
{
  MienPlayer *self = data;
  GstElementFactory *factory = gst_element_get_factory (element);
  GstPad *pad;

  if (factory == NULL || self->reel != NULL
      || !gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_DECODER
                                                         | GST_ELEMENT_FACTORY_TYPE_MEDIA_VIDEO
                                                         | GST_ELEMENT_FACTORY_TYPE_MEDIA_IMAGE))
    return;
  pad = gst_element_get_static_pad (element, "sink");
  if (pad != NULL)
    mien_times_watch (self->times, pad);
  g_clear_pointer (&pad, gst_object_unref);
}

static void
source_setup_cb (GstElement *playbin, GstElement *source, gpointer data)
{
  MienPlayer *self = data;

  if (self->reel != NULL)
    mien_reel_feed (self->reel, source);
}

/* ---- The bus, in the owner's thread ---- */

static gboolean
bus_cb (GstBus *bus, GstMessage *message, gpointer data)
{
  MienPlayer *self = data;
  g_autoptr (GError) reason = NULL;

  switch (GST_MESSAGE_TYPE (message))
    {
    case GST_MESSAGE_ASYNC_DONE:
      mien_player_note_ready (self);
      break;
    case GST_MESSAGE_EOS:
      mien_player_note_end (self);
      break;
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &reason, NULL);
      mien_player_note_failure (self, reason);
      return G_SOURCE_REMOVE;
    default:
      break;
    }
  return G_SOURCE_CONTINUE;
}

/* ---- Building ---- */

static GstElement *
make_video_sink (MienPlayer *self)
{
  GstElement *bin = gst_bin_new (NULL);
  GstElement *conform = mien_conform_new (MIEN_FRAME_RGBX);
  GstElement *sink = mien_conform_make_sink (1, TRUE);
  GstPad *pad = gst_element_get_static_pad (conform, "sink");
  GstAppSinkCallbacks callbacks = { NULL, new_preroll_cb, new_sample_cb, NULL, { NULL } };

  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, self, NULL);
  gst_bin_add_many (GST_BIN (bin), conform, sink, NULL);
  gst_element_link (conform, sink);
  gst_element_add_pad (bin, gst_ghost_pad_new ("sink", pad));
  gst_object_unref (pad);
  return bin;
}

void
mien_player_pipeline_open (MienPlayer *self)
{
  g_autofree char *uri = NULL;
  GstElement *tempo = gst_element_factory_make ("scaletempo", NULL);
  GstBus *bus;

  self->playbin = gst_object_ref_sink (gst_element_factory_make ("playbin", NULL));
  self->times = mien_times_new ();
  if (self->info->kind != MIEN_MEDIA_VIDEO)
    self->reel = mien_reel_new (self->info->path, self->info);
  uri = self->reel != NULL ? g_strdup ("appsrc://")
                           : g_filename_to_uri (self->info->path, NULL, NULL);
  g_object_set (self->playbin, "uri", uri, "flags",
                PLAY_VIDEO | PLAY_AUDIO | PLAY_SOFT_VOLUME | PLAY_NATIVE_VIDEO, "video-sink",
                make_video_sink (self), NULL);
  if (tempo != NULL)
    g_object_set (self->playbin, "audio-filter", tempo, NULL);
  if (self->audio_sink_name != NULL)
    {
      GstElement *sink = gst_element_factory_make (self->audio_sink_name, NULL);

      if (sink != NULL && g_object_class_find_property (G_OBJECT_GET_CLASS (sink), "sync") != NULL)
        g_object_set (sink, "sync", TRUE, NULL);
      g_object_set (self->playbin, "audio-sink", sink, NULL);
    }
  g_signal_connect (self->playbin, "deep-element-added", G_CALLBACK (deep_element_added_cb), self);
  g_signal_connect (self->playbin, "source-setup", G_CALLBACK (source_setup_cb), self);
  mien_player_pipeline_apply_volume (self);
  bus = gst_element_get_bus (self->playbin);
  self->bus_source = gst_bus_create_watch (bus);
  g_source_set_callback (self->bus_source, G_SOURCE_FUNC (bus_cb), self, NULL);
  g_source_attach (self->bus_source, self->context);
  gst_object_unref (bus);
  self->is_busy = TRUE;
  self->is_ending = FALSE;
  gst_element_set_state (self->playbin, GST_STATE_PAUSED);
}

void
mien_player_pipeline_close (MienPlayer *self)
{
  if (self->playbin == NULL)
    return;
  g_source_destroy (self->bus_source);
  g_clear_pointer (&self->bus_source, g_source_unref);
  if (self->reel != NULL)
    g_signal_handlers_disconnect_by_data (self->playbin, self);
  gst_element_set_state (self->playbin, GST_STATE_NULL);
  gst_clear_object (&self->playbin);
  g_clear_pointer (&self->reel, mien_reel_free);
  g_clear_pointer (&self->times, mien_times_free);
}

/* ---- Doing ---- */

gboolean
mien_player_pipeline_seek (MienPlayer *self, gint64 time_ns, MienSeekMode mode, gboolean is_begin)
{
  GstSeekFlags flags = GST_SEEK_FLAG_FLUSH
                       | (mode == MIEN_SEEK_KEY ? GST_SEEK_FLAG_KEY_UNIT | GST_SEEK_FLAG_SNAP_BEFORE
                                                : GST_SEEK_FLAG_ACCURATE);
  gint64 start = MAX (time_ns - self->shift_ns, 0);
  gint64 stop = self->is_loop && self->loop_end_ns >= 0 ? self->loop_end_ns - self->shift_ns : -1;
  gint64 duration = self->info->duration_ns;

  if (is_begin && mode == MIEN_SEEK_ACCURATE && self->reel == NULL)
    start += OVERLAP_NS;
  /* A seek to the very end would show nothing. */
  if (duration > 0 && start >= duration)
    start = MAX (duration - GST_MSECOND, 0);
  self->target_ns = mode == MIEN_SEEK_ACCURATE && self->reel == NULL ? start + self->shift_ns : -1;
  if (stop <= start)
    stop = -1;
  return gst_element_seek (self->playbin, self->rate, GST_FORMAT_TIME, flags, GST_SEEK_TYPE_SET,
                           start, stop < 0 ? GST_SEEK_TYPE_NONE : GST_SEEK_TYPE_SET, stop);
}

gboolean
mien_player_pipeline_step (MienPlayer *self, guint n_frames)
{
  return gst_element_send_event (
      self->playbin, gst_event_new_step (GST_FORMAT_BUFFERS, n_frames, 1.0, TRUE, FALSE));
}

void
mien_player_pipeline_set_playing (MienPlayer *self, gboolean playing)
{
  gst_element_set_state (self->playbin, playing ? GST_STATE_PLAYING : GST_STATE_PAUSED);
}

void
mien_player_pipeline_apply_volume (MienPlayer *self)
{
  if (self->playbin == NULL)
    return;
  gst_stream_volume_set_volume (GST_STREAM_VOLUME (self->playbin), GST_STREAM_VOLUME_FORMAT_CUBIC,
                                self->volume);
  gst_stream_volume_set_mute (GST_STREAM_VOLUME (self->playbin), self->is_muted);
}

gint64
mien_player_pipeline_get_position_ns (MienPlayer *self)
{
  gint64 position = -1;

  if (self->playbin == NULL
      || !gst_element_query_position (self->playbin, GST_FORMAT_TIME, &position))
    return -1;
  return MAX (position + self->shift_ns, 0);
}

gint64
mien_player_pipeline_find (MienPlayer *self, gint64 time_ns)
{
  return mien_times_find (self->times, time_ns - self->shift_ns) + self->shift_ns;
}

gint64
mien_player_pipeline_find_before (MienPlayer *self, gint64 time_ns, guint n_back)
{
  gint64 found = mien_times_find_before (self->times, time_ns - self->shift_ns, n_back);

  return found < 0 ? -1 : MAX (found + self->shift_ns, 0);
}
