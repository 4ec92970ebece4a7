/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/scan.h"

#include <gst/gst.h>
#include <string.h>

#define MAX_WALL_NS (GST_SECOND / 2)
/* Times in Matroska are rounded to a millisecond, so equal distances may differ by one. */
#define EQUAL_NS (GST_MSECOND + GST_USECOND * 100)
/* Enough to see what the rate is; more are only counted. */
#define MAX_TIMES 20000

typedef struct
{
  GstElement *pipeline;
  GMutex mutex; /* guards what follows */
  gboolean has_stream;
  GArray *times; /* gint64 */
  gint64 n_packets;
} Scan;

static GstPadProbeReturn
see_packet_cb (GstPad *pad, GstPadProbeInfo *probe, gpointer data)
{
  Scan *self = data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (probe);
  gint64 time = (gint64) GST_BUFFER_PTS (buffer);

  g_mutex_lock (&self->mutex);
  self->n_packets++;
  if (GST_BUFFER_PTS_IS_VALID (buffer) && self->times->len < MAX_TIMES)
    g_array_append_val (self->times, time);
  g_mutex_unlock (&self->mutex);
  return GST_PAD_PROBE_OK;
}

static gboolean
is_picture (GstPad *pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const char *name;

  if (caps == NULL)
    caps = gst_pad_query_caps (pad, NULL);
  if (gst_caps_get_size (caps) == 0)
    return FALSE;
  name = gst_structure_get_name (gst_caps_get_structure (caps, 0));
  return g_str_has_prefix (name, "video/") || g_str_has_prefix (name, "image/");
}

static void
pad_added_cb (GstElement *parsebin, GstPad *pad, gpointer data)
{
  Scan *self = data;
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  GstPad *sink_pad = gst_element_get_static_pad (sink, "sink");

  g_object_set (sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, NULL);
  gst_bin_add (GST_BIN (self->pipeline), sink);
  g_mutex_lock (&self->mutex);
  if (!self->has_stream && is_picture (pad))
    {
      self->has_stream = TRUE;
      gst_pad_add_probe (sink_pad, GST_PAD_PROBE_TYPE_BUFFER, see_packet_cb, self, NULL);
    }
  g_mutex_unlock (&self->mutex);
  gst_pad_link (pad, sink_pad);
  gst_object_unref (sink_pad);
  gst_element_sync_state_with_parent (sink);
}

/* TRUE when the whole file was read. */
static gboolean
run (Scan *self, const char *path, GCancellable *cancellable)
{
  GstElement *source = gst_element_factory_make ("filesrc", NULL);
  GstElement *parsebin = gst_element_factory_make ("parsebin", NULL);
  GstBus *bus = gst_element_get_bus (self->pipeline);
  gint64 end = g_get_monotonic_time () * 1000 + MAX_WALL_NS;
  gboolean is_whole = FALSE;

  g_object_set (source, "location", path, NULL);
  gst_bin_add_many (GST_BIN (self->pipeline), source, parsebin, NULL);
  gst_element_link (source, parsebin);
  g_signal_connect (parsebin, "pad-added", G_CALLBACK (pad_added_cb), self);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  while (!g_cancellable_is_cancelled (cancellable))
    {
      gint64 left = end - g_get_monotonic_time () * 1000;
      GstMessage *message =
          left <= 0 ? NULL
                    : gst_bus_timed_pop_filtered (bus, (GstClockTime) MIN (left, 50 * GST_MSECOND),
                                                  GST_MESSAGE_EOS | GST_MESSAGE_ERROR);

      if (message != NULL)
        {
          is_whole = GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
          gst_message_unref (message);
        }
      if (message != NULL || left <= 0)
        break;
    }
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  return is_whole;
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a;
  gint64 y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

/* The last distances of a part that was not read to its end are those of pictures whose
 * predecessors in time are still to come, so leave some out. */
static gboolean
find_varying (const GArray *times, gboolean is_whole)
{
  guint n = times->len > 16 && !is_whole ? times->len - 16 : times->len;
  gint64 low = G_MAXINT64;
  gint64 high = 0;

  for (guint i = 1; i < n; i++)
    {
      gint64 step = g_array_index (times, gint64, i) - g_array_index (times, gint64, i - 1);

      low = MIN (low, step);
      high = MAX (high, step);
    }
  return n > 2 && high - low > 2 * EQUAL_NS;
}

static void
conclude (const Scan *self, gboolean is_whole, MienMediaInfo *info)
{
  guint n = self->times->len;
  gint64 span;

  g_array_sort (self->times, compare_times);
  if (is_whole)
    {
      info->n_frames = self->n_packets;
      info->is_count_exact = TRUE;
    }
  if (n < 2)
    return;
  span = g_array_index (self->times, gint64, n - 1) - g_array_index (self->times, gint64, 0);
  info->is_variable_rate = find_varying (self->times, is_whole);
  if (span > 0 && (info->rate_n <= 0 || info->is_variable_rate))
    {
      double rate = (double) (n - 1) * 1e9 / (double) span;

      gst_util_double_to_fraction (rate, &info->rate_n, &info->rate_d);
      if (!is_whole && info->duration_ns > 0)
        info->n_frames = MAX (1, (gint64) ((double) info->duration_ns / 1e9 * rate + 0.5));
    }
  if (is_whole && info->duration_ns <= 0)
    info->duration_ns = span + span / (gint64) (n - 1);
}

void
mien_scan_packets (MienMediaInfo *info, GCancellable *cancellable)
{
  Scan self = { 0 };
  gboolean is_whole;

  g_mutex_init (&self.mutex);
  self.times = g_array_new (FALSE, FALSE, sizeof (gint64));
  self.pipeline = gst_pipeline_new (NULL);
  is_whole = run (&self, info->path, cancellable);
  conclude (&self, is_whole, info);
  gst_object_unref (self.pipeline);
  g_array_unref (self.times);
  g_mutex_clear (&self.mutex);
}
