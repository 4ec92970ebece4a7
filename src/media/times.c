/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/times.h"

/* Times that are this close are one time that was rounded on two ways. */
#define ROUNDING_NS 1000

/* A stretch of the film of which all times are known. */
typedef struct
{
  gint64 begin, end;
} Stretch;

struct _MienTimes
{
  GMutex mutex;   /* guards what follows */
  GArray *sorted; /* gint64, rising, all different */
  gboolean is_useless;
  GArray *stretches; /* Stretch, apart from each other, in no order */
  gint64 run_begin;  /* first time behind the newest seek, -1 before it came */
};

MienTimes *
mien_times_new (void)
{
  MienTimes *self = g_new0 (MienTimes, 1);

  g_mutex_init (&self->mutex);
  self->sorted = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->stretches = g_array_new (FALSE, FALSE, sizeof (Stretch));
  self->run_begin = -1;
  return self;
}

void
mien_times_free (MienTimes *self)
{
  g_array_unref (self->sorted);
  g_array_unref (self->stretches);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* How many times are not after @time. */
static guint
count_until (const MienTimes *self, gint64 time)
{
  guint low = 0;
  guint high = self->sorted->len;

  /* Nearly always the newest packet: look at the end first. */
  if (high == 0 || g_array_index (self->sorted, gint64, high - 1) <= time)
    return high;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->sorted, gint64, middle) <= time)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

void
mien_times_add (MienTimes *self, gint64 time)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  guint n = count_until (self, time);

  if (self->run_begin < 0)
    self->run_begin = time;
  if (n > 0 && time - g_array_index (self->sorted, gint64, n - 1) <= ROUNDING_NS)
    return;
  if (n < self->sorted->len && g_array_index (self->sorted, gint64, n) - time <= ROUNDING_NS)
    return;
  g_array_insert_val (self->sorted, n, time);
}

void
mien_times_give_up (MienTimes *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->is_useless = TRUE;
}

void
mien_times_note_shown (MienTimes *self, gint64 time)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Stretch stretch = { self->run_begin, time };

  if (self->run_begin < 0 || time < self->run_begin)
    return;
  for (guint i = self->stretches->len; i-- > 0;)
    {
      const Stretch *other = &g_array_index (self->stretches, Stretch, i);

      if (other->end < stretch.begin || other->begin > stretch.end)
        continue;
      stretch.begin = MIN (stretch.begin, other->begin);
      stretch.end = MAX (stretch.end, other->end);
      g_array_remove_index_fast (self->stretches, i);
    }
  g_array_append_val (self->stretches, stretch);
}

static gboolean
is_known (const MienTimes *self, gint64 begin, gint64 end)
{
  for (guint i = 0; i < self->stretches->len; i++)
    {
      const Stretch *stretch = &g_array_index (self->stretches, Stretch, i);

      if (stretch->begin - ROUNDING_NS <= begin && end <= stretch->end + ROUNDING_NS)
        return TRUE;
    }
  return FALSE;
}

gint64
mien_times_find (MienTimes *self, gint64 time)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  guint n = count_until (self, time + ROUNDING_NS);

  return self->is_useless || n == 0 ? time : g_array_index (self->sorted, gint64, n - 1);
}

gint64
mien_times_find_before (MienTimes *self, gint64 time, guint n_back)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  guint n = count_until (self, time + ROUNDING_NS);
  gint64 found;

  if (self->is_useless || n <= n_back)
    return -1;
  found = g_array_index (self->sorted, gint64, n - 1 - n_back);
  return is_known (self, found, g_array_index (self->sorted, gint64, n - 1)) ? found : -1;
}

static GstPadProbeReturn
see_packet_cb (GstPad *pad, GstPadProbeInfo *probe, gpointer data)
{
  MienTimes *self = data;
  GstBuffer *buffer;
  GstEvent *event;
  const GstSegment *segment;
  guint64 time = 0;

  if ((GST_PAD_PROBE_INFO_TYPE (probe) & GST_PAD_PROBE_TYPE_BUFFER) == 0)
    {
      g_mutex_lock (&self->mutex);
      if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (probe)) == GST_EVENT_SEGMENT)
        self->run_begin = -1;
      g_mutex_unlock (&self->mutex);
      return GST_PAD_PROBE_OK;
    }
  buffer = GST_PAD_PROBE_INFO_BUFFER (probe);
  event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  if (!GST_BUFFER_PTS_IS_VALID (buffer))
    mien_times_give_up (data);
  if (event == NULL)
    return GST_PAD_PROBE_OK;
  gst_event_parse_segment (event, &segment);
  /* Pictures before the place of a seek are needed too: one of them may reach into it. */
  if (GST_BUFFER_PTS_IS_VALID (buffer) && segment->format == GST_FORMAT_TIME
      && gst_segment_to_stream_time_full (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer), &time)
             > 0)
    mien_times_add (data, (gint64) time);
  gst_event_unref (event);
  return GST_PAD_PROBE_OK;
}

void
mien_times_watch (MienTimes *self, GstPad *decoder_sink)
{
  gst_pad_add_probe (decoder_sink, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
                     see_packet_cb, self, NULL);
}
