/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/film-private.h"

#include <glib/gi18n.h>
#include <gst/app/gstappsink.h>
#include <string.h>

#include "base/error.h"
#include "media/conform.h"
#include "media/exif.h"

/* How often a waiting call looks for errors and for the cancellable. */
#define POLL_NS (50 * GST_MSECOND)
/* Behind an error the decoder gets this long to hand out what it has. */
#define DRAIN_POLLS 40
/* A demuxer that stands still for so long will not go on. */
#define STUCK_POLLS 10
/* A decoder that gives nothing for so long does not work; big stills on slow machines need some. */
#define STALL_POLLS 1200
/* Larger pictures are read in pieces, which most decoders can. */
#define MAX_IMAGE_BYTES (512 * 1024 * 1024)
/* So many pictures of a program stream in a row may have a time that is off. */
#define MAX_OFF 8
/* What a picture without any time lasts: the rate of a folder of pictures too. */
#define DEFAULT_STEP_NS (40 * GST_MSECOND)

/* ---- Watching the decoder, in threads of GStreamer ---- */

static GstPadProbeReturn
see_packet_cb (GstPad *pad, GstPadProbeInfo *probe, gpointer data)
{
  MienFilm *self = data;
  GstBuffer *buffer;

  if ((GST_PAD_PROBE_INFO_TYPE (probe) & GST_PAD_PROBE_TYPE_BUFFER) == 0)
    {
      if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (probe)) == GST_EVENT_SEGMENT)
        mien_ledger_begin_packets (self->ledger);
      return GST_PAD_PROBE_OK;
    }
  buffer = GST_PAD_PROBE_INFO_BUFFER (probe);
  if (GST_BUFFER_PTS_IS_VALID (buffer)
      && !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DECODE_ONLY))
    mien_ledger_add_packet (self->ledger, (gint64) GST_BUFFER_PTS (buffer));
  return GST_PAD_PROBE_OK;
}

/* Parsers do not hand on that a demuxer skipped something, so look before them. */
static GstPadProbeReturn
see_tear_cb (GstPad *pad, GstPadProbeInfo *probe, gpointer data)
{
  MienFilm *self = data;

  if (GST_BUFFER_FLAG_IS_SET (GST_PAD_PROBE_INFO_BUFFER (probe), GST_BUFFER_FLAG_DISCONT))
    mien_ledger_tear (self->ledger);
  return GST_PAD_PROBE_OK;
}

/* A part of an edit list may begin in the middle of a picture. Other tools leave that picture out,
 * and so do we: its time would be no time of the stream. */
static gboolean
leave_out (MienFilm *self, GstBuffer *buffer)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gboolean is_first = !self->is_part_begun;

  self->is_part_begun = TRUE;
  if (!is_first || !mien_ledger_is_cut (self->ledger, (gint64) GST_BUFFER_PTS (buffer)))
    return FALSE;
  self->has_cut = TRUE;
  return TRUE;
}

static void
see_picture (MienFilm *self, GstPadProbeInfo *probe)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (probe);
  gint64 pts = mien_ledger_repair (self->ledger, (gint64) GST_BUFFER_PTS (buffer));

  if (pts != (gint64) GST_BUFFER_PTS (buffer))
    {
      buffer = gst_buffer_make_writable (buffer);
      GST_BUFFER_PTS (buffer) = (GstClockTime) pts;
      GST_PAD_PROBE_INFO_DATA (probe) = buffer;
    }
  mien_ledger_add_frame (self->ledger, pts,
                         GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_CORRUPTED));
}

static GstPadProbeReturn
see_decoded_cb (GstPad *pad, GstPadProbeInfo *probe, gpointer data)
{
  MienFilm *self = data;

  if ((GST_PAD_PROBE_INFO_TYPE (probe) & GST_PAD_PROBE_TYPE_BUFFER) != 0)
    {
      GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (probe);

      if (!GST_BUFFER_PTS_IS_VALID (buffer))
        return GST_PAD_PROBE_OK;
      if (leave_out (self, buffer))
        return GST_PAD_PROBE_DROP;
      see_picture (self, probe);
      return GST_PAD_PROBE_OK;
    }
  switch (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (probe)))
    {
    case GST_EVENT_SEGMENT:
      mien_ledger_begin_frames (self->ledger);
      g_mutex_lock (&self->mutex);
      self->is_part_begun = FALSE;
      g_mutex_unlock (&self->mutex);
      break;
    case GST_EVENT_EOS:
      mien_ledger_end (self->ledger);
      break;
    default:
      break;
    }
  return GST_PAD_PROBE_OK;
}

static void
watch_decoder (MienFilm *self, GstElement *decoder)
{
  GstPad *in = gst_element_get_static_pad (decoder, "sink");
  GstPad *out = gst_element_get_static_pad (decoder, "src");

  if (in != NULL && out != NULL)
    {
      gst_pad_add_probe (in, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
                         see_packet_cb, self, NULL);
      gst_pad_add_probe (out, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
                         see_decoded_cb, self, NULL);
    }
  g_clear_pointer (&in, gst_object_unref);
  g_clear_pointer (&out, gst_object_unref);
}

static void
element_added_cb (GstBin *bin, GstElement *element, gpointer data)
{
  MienFilm *self = data;
  GstElementFactory *factory = gst_element_get_factory (element);
  const GstElementFactoryListType picture =
      GST_ELEMENT_FACTORY_TYPE_MEDIA_VIDEO | GST_ELEMENT_FACTORY_TYPE_MEDIA_IMAGE;
  gboolean is_decoder, is_parser;

  if (factory == NULL)
    return;
  if (gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_DEMUXER))
    {
      g_mutex_lock (&self->mutex);
      self->demuxer = element;
      g_mutex_unlock (&self->mutex);
    }
  is_decoder =
      gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_DECODER | picture);
  is_parser = gst_element_factory_list_is_type (factory, GST_ELEMENT_FACTORY_TYPE_PARSER | picture);
  if (is_decoder && self->n_threads > 0
      && g_object_class_find_property (G_OBJECT_GET_CLASS (element), "max-threads") != NULL)
    g_object_set (element, "max-threads", (int) self->n_threads, NULL);
  if (is_decoder)
    watch_decoder (self, element);
  if (is_decoder || is_parser)
    {
      GstPad *in = gst_element_get_static_pad (element, "sink");

      gst_pad_add_probe (in, GST_PAD_PROBE_TYPE_BUFFER, see_tear_cb, self, NULL);
      gst_object_unref (in);
    }
}

/* ---- Errors ---- */

static const char *
explain (const GError *reason)
{
  if (g_error_matches (reason, GST_STREAM_ERROR, GST_STREAM_ERROR_TYPE_NOT_FOUND)
      || g_error_matches (reason, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE))
    return "not a film or a picture that is known here";
  if (g_error_matches (reason, GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND)
      || g_error_matches (reason, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN))
    return "no decoder for it is installed";
  if (reason->domain == GST_STREAM_ERROR)
    return "the file is damaged";
  return NULL;
}

/* GStreamer's sentences, without line breaks, behind ours. */
static char *
describe (const GError *reason)
{
  g_autofree char *text = g_strdup (reason->message);

  g_strdelimit (text, "\r\n", ' ');
  g_strchomp (text);
  if (explain (reason) == NULL)
    return g_steal_pointer (&text);
  return g_strdup_printf ("%s (%s)", explain (reason), text);
}

static void
read_bus (MienFilm *self)
{
  GstMessage *message;

  while ((message = gst_bus_pop_filtered (self->bus, GST_MESSAGE_ERROR)) != NULL)
    {
      g_autoptr (GError) reason = NULL;

      gst_message_parse_error (message, &reason, NULL);
      if (self->failure == NULL)
        self->failure = g_steal_pointer (&reason);
      gst_message_unref (message);
    }
}

static gint64
to_stream_time (MienFilm *self, gint64 pts)
{
  guint64 time = gst_segment_to_stream_time (&self->segment, GST_FORMAT_TIME, (guint64) pts);

  return GST_CLOCK_TIME_IS_VALID (time) ? (gint64) time + self->shift_ns : self->last_pts_ns;
}

static void
set_damaged (MienFilm *self, gint64 time, const char *reason, GError **error)
{
  char seconds[32];

  g_ascii_formatd (seconds, sizeof seconds, "%.3f", (double) time / 1e9);
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_DAMAGED, _ ("%s: at %s s: %s"), self->input->name,
               seconds, reason);
}

/* Nanoseconds of the announced length that never came; 0 when the end is where it should be. Only
 * containers that write the length down are asked; elsewhere it is a guess from the bit rate. */
static gint64
find_early_end (MienFilm *self)
{
  static const char *const types[] = { "video/quicktime", "video/x-matroska", "video/webm",
                                       "video/x-msvideo", "video/x-flv",      "video/x-ms-asf" };
  gint64 end;
  gint64 left;

  g_mutex_lock (&self->mutex);
  end = MAX (self->last_pts_ns - self->shift_ns + self->usual_step_ns, self->other_end_ns);
  g_mutex_unlock (&self->mutex);
  left = self->duration_ns - end;
  if (self->duration_ns <= 0 || left < MAX (GST_SECOND / 2, 4 * self->usual_step_ns))
    return 0;
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_equal (self->input->type, types[i]))
      return left;
  return 0;
}

/* What is wrong with the film and from when on; NULL when it was whole. */
static char *
find_damage (MienFilm *self, gint64 *time)
{
  gint64 first = -1;
  gint64 n_damaged = mien_ledger_count_damaged (self->ledger, &first);
  gint64 early = find_early_end (self);

  *time = self->last_pts_ns;
  if (n_damaged > 0)
    {
      *time = to_stream_time (self, first);
      return g_strdup_printf ("%" G_GINT64_FORMAT " picture%s from here on damaged or missing%s",
                              n_damaged, n_damaged == 1 ? "" : "s",
                              self->input->missing > 0 ? ", and the file is cut off" : "");
    }
  if (self->input->missing > 0)
    return g_strdup_printf ("the file is cut off, at least %" G_GINT64_FORMAT " byte%s missing",
                            self->input->missing, self->input->missing == 1 ? " is" : "s are");
  if (self->failure != NULL)
    return describe (self->failure);
  if (early > 0)
    return g_strdup_printf ("the file is damaged, the last %.3f seconds cannot be read",
                            (double) early / 1e9);
  return NULL;
}

/* Behind the last picture: TRUE when the film was whole. */
static gboolean
finish (MienFilm *self, GError **error)
{
  g_autofree char *reason = self->failure != NULL ? describe (self->failure) : NULL;
  g_autofree char *damage = NULL;
  gint64 time;

  if (self->n_frames == 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, _ ("%s: no picture can be decoded: %s"),
                   self->input->name,
                   reason != NULL             ? reason
                   : self->input->missing > 0 ? _ ("the file is cut off")
                                              : _ ("there is none in it"));
      return FALSE;
    }
  damage = find_damage (self, &time);
  if (damage == NULL)
    return TRUE;
  set_damaged (self, time, damage, error);
  return FALSE;
}

/* ---- Pulling ---- */

/* Where our times differ from GStreamer's stream time, so that they are those that other tools
 * tell: the times of Matroska are taken as they are written, while its demuxer counts from the
 * first; when the edit list begins in the middle of a picture, the first whole picture is at 0; and
 * so it is in MPEG streams, whose clock begins anywhere. */
static void
find_shift (MienFilm *self, GstSample *sample, const MienFrame *frame)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gint64 pts = (gint64) GST_BUFFER_PTS (gst_sample_get_buffer (sample));

  if (frame->pts_ns < 0 || pts < 0)
    return;
  if (mien_film_is_matroska (self))
    self->shift_ns = pts - frame->pts_ns;
  else if (self->has_cut || g_str_has_prefix (self->input->type, "video/mpeg"))
    self->shift_ns = -frame->pts_ns;
}

/* Two containers whose times need help; both have a constant rate. The packets of a program stream
 * do not begin where pictures begin, and the parser gives the time of a packet to the wrong picture
 * now and then: keep to the rate as long as the times come back to it. AVI knows only the order of
 * decoding, which is early for pictures that others are predicted from. */
static void
smooth_time (MienFilm *self, MienFrame *frame)
{
  gboolean is_avi = g_str_equal (self->input->type, "video/x-msvideo");
  gint64 expected = self->last_pts_ns + frame->duration_ns;
  gint64 off = frame->pts_ns - expected;

  if (self->n_frames == 0 || frame->duration_ns <= 0
      || (!is_avi && !g_str_equal (self->input->type, "video/mpeg")))
    return;
  self->n_off = ABS (off) > frame->duration_ns / 2 ? self->n_off + 1 : 0;
  if (ABS (off) < 4 * frame->duration_ns && (is_avi ? off < 0 : self->n_off < MAX_OFF))
    frame->pts_ns = expected;
}

/* Every picture gets a time, and a later one than the picture before, whatever the file says. */
static void
set_time (MienFilm *self, MienFrame *frame)
{
  gint64 step = frame->duration_ns > 0 ? frame->duration_ns : self->usual_step_ns;

  smooth_time (self, frame);
  if (frame->pts_ns < 0)
    frame->pts_ns = self->n_frames == 0 ? 0 : self->last_pts_ns + self->usual_step_ns;
  else if (self->n_frames > 0 && frame->pts_ns <= self->last_pts_ns)
    frame->pts_ns = self->last_pts_ns + GST_USECOND;
  self->last_pts_ns = frame->pts_ns;
  self->usual_step_ns = step;
}

static gboolean
is_hopeless (MienFilm *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (!self->is_exposed || self->is_connected)
    return FALSE;
  if (self->missing != NULL && self->has_video)
    g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, _ ("%s: no decoder for %s is installed"),
                 self->input->name, self->missing);
  else
    g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT,
                 self->streams->len > 0 ? _ ("%s: there is no picture in it, only sound or text")
                                        : _ ("%s: there is no picture in it"),
                 self->input->name);
  return TRUE;
}

/* decodebin swallows the error of a demuxer that fails while it is being plugged in. What is left
 * is a demuxer that has stopped reading and has no streams. */
static gboolean
is_stuck (MienFilm *self)
{
  GstElement *demuxer;
  GstPad *pad;
  GstTask *task;
  gboolean is_stopped;

  g_mutex_lock (&self->mutex);
  demuxer = self->demuxer;
  g_mutex_unlock (&self->mutex);
  if (demuxer == NULL)
    return FALSE;
  pad = gst_element_get_static_pad (demuxer, "sink");
  if (pad == NULL)
    return FALSE;
  GST_OBJECT_LOCK (pad);
  task = GST_PAD_TASK (pad);
  is_stopped = task != NULL && gst_task_get_state (task) == GST_TASK_PAUSED;
  GST_OBJECT_UNLOCK (pad);
  gst_object_unref (pad);
  return is_stopped && demuxer->numsrcpads == 0;
}

/* The next sample, or NULL at the end (without an error) or with an error. */
static GstSample *
pull (MienFilm *self, GCancellable *cancellable, GError **error)
{
  guint n_idle = 0;

  while (!g_cancellable_set_error_if_cancelled (cancellable, error))
    {
      GstSample *sample = gst_app_sink_try_pull_sample (GST_APP_SINK (self->sink), POLL_NS);

      if (sample != NULL)
        return sample;
      read_bus (self);
      n_idle++;
      if (gst_app_sink_is_eos (GST_APP_SINK (self->sink))
          || (self->failure != NULL && (self->n_frames == 0 || n_idle > DRAIN_POLLS)))
        return NULL;
      if (is_hopeless (self, error))
        return NULL;
      if (n_idle > STUCK_POLLS && self->failure == NULL && is_stuck (self))
        self->failure = g_error_new (GST_STREAM_ERROR, GST_STREAM_ERROR_DEMUX,
                                     _ ("it holds no streams that can be read"));
      if (n_idle > STALL_POLLS && self->failure == NULL)
        self->failure = g_error_new (GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE,
                                     _ ("the decoder does not answer"));
    }
  return NULL;
}

gboolean
mien_film_next (MienFilm *self, MienFrame **frame, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) reason = NULL;

  *frame = g_steal_pointer (&self->first);
  while (*frame == NULL)
    {
      g_autoptr (GstSample) sample = pull (self, cancellable, &reason);

      if (reason != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
      if (sample == NULL)
        return finish (self, error);
      *frame = mien_conform_dup_frame (sample);
      if (*frame == NULL)
        continue;
      self->segment = *gst_sample_get_segment (sample);
      if (self->n_frames == 0)
        find_shift (self, sample, *frame);
      if ((*frame)->pts_ns >= 0)
        (*frame)->pts_ns += self->shift_ns;
      set_time (self, *frame);
      self->n_frames++;
    }
  return TRUE;
}

gint64
mien_film_get_n_damaged (MienFilm *self)
{
  return mien_ledger_count_damaged (self->ledger, NULL);
}

gint64
mien_film_get_shift_ns (const MienFilm *self)
{
  return self->shift_ns;
}

/* ---- Opening and closing ---- */

static void
clear_stream (gpointer data)
{
  MienStreamInfo *stream = data;

  g_free (stream->codec);
  g_free (stream->caps);
}

static void
build (MienFilm *self, const MienFrameSourceOptions *options)
{
  GstElement *source = gst_element_factory_make ("filesrc", NULL);

  self->pipeline = gst_pipeline_new (NULL);
  self->decodebin = gst_element_factory_make ("decodebin", NULL);
  self->conform = mien_conform_new (options->pixels);
  self->sink = mien_conform_make_sink (options->max_waiting > 0 ? options->max_waiting : 4, FALSE);
  self->bus = gst_element_get_bus (self->pipeline);
  g_object_set (source, "location", self->input->path, NULL);
  /* Several picture decoders want the file in one piece. */
  if (self->input->kind == MIEN_MEDIA_IMAGE)
    g_object_set (source, "blocksize", (guint) CLAMP (self->input->bytes, 4096, MAX_IMAGE_BYTES),
                  NULL);
  g_object_set (self->decodebin, "force-sw-decoders", TRUE, NULL);
  mien_film_choose_streams (self);
  g_signal_connect (self->decodebin, "element-added", G_CALLBACK (element_added_cb), self);
  gst_bin_add_many (GST_BIN (self->pipeline), source, self->decodebin, self->conform, self->sink,
                    NULL);
  gst_element_link (source, self->decodebin);
  gst_element_link (self->conform, self->sink);
  if (g_strcmp0 (self->input->type, "image/jpeg") == 0)
    mien_conform_set_orientation (self->conform, mien_exif_read_orientation (self->input->path));
}

MienFilm *
mien_film_open (const MienInput *input,
                const MienFrameSourceOptions *options,
                MienMediaInfo *info,
                GCancellable *cancellable,
                GError **error)
{
  g_autoptr (MienFilm) self = g_new0 (MienFilm, 1);
  MienFrame *frame = NULL;

  self->input = input;
  self->n_threads = options->n_threads;
  self->ledger = mien_ledger_new ();
  self->last_pts_ns = -1;
  self->usual_step_ns = DEFAULT_STEP_NS;
  self->streams = g_array_new (FALSE, FALSE, sizeof (MienStreamInfo));
  g_array_set_clear_func (self->streams, clear_stream);
  g_mutex_init (&self->mutex);
  gst_segment_init (&self->segment, GST_FORMAT_TIME);
  build (self, options);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  if (!mien_film_next (self, &frame, cancellable, error))
    return NULL;
  if (frame == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, _ ("%s: there is no picture in it"),
                   input->name);
      return NULL;
    }
  self->first = frame;
  mien_film_fill_info (self, info);
  self->duration_ns = self->is_length_guessed ? -1 : info->duration_ns;
  return g_steal_pointer (&self);
}

void
mien_film_free (MienFilm *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_clear_pointer (&self->first, mien_frame_unref);
  g_clear_pointer (&self->bus, gst_object_unref);
  g_clear_pointer (&self->pipeline, gst_object_unref);
  g_clear_error (&self->failure);
  g_array_unref (self->streams);
  g_free (self->container);
  g_free (self->missing);
  g_mutex_clear (&self->mutex);
  mien_ledger_free (self->ledger);
  g_free (self);
}
