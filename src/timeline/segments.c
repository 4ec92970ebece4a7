/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/segments.h"

#include <math.h>
#include <string.h>

#include "timeline/private.h"

static int
find_largest (const double *values, guint n)
{
  int best = 0;

  for (guint c = 1; c < n; c++)
    if (values[c] > values[best])
      best = (int) c;
  return best;
}

static void
finish (MienDocument *document, GArray *segments, MienSegment *segment)
{
  guint n_classes = mien_document_get_n_classes (document);
  gint64 end = mien_document_get_end (document);

  if (segment->frames == 0)
    return;
  for (guint c = 0; c < n_classes; c++)
    segment->values[c] /= segment->frames;
  segment->emotion = find_largest (segment->values, n_classes);
  segment->confidence = segment->values[segment->emotion];
  segment->kept = segment->confidence >= mien_document_get_filters (document)->threshold;
  if (end > segment->start_ns)
    segment->end_ns = MIN (segment->end_ns, end);
  g_array_append_vals (segments, segment, 1);
  segment->frames = 0;
}

static void
collect (MienDocument *document, MienTrack *track, GArray *segments)
{
  guint n_classes = mien_document_get_n_classes (document);
  double length = mien_document_get_filters (document)->segment_seconds * 1e9;
  const gint64 *times = mien_track_get_times (track);
  const guint8 *status = mien_track_get_status (track);
  const float *values[MIEN_SAMPLE_MAX_CLASSES];
  gsize n = mien_track_get_length (track);
  MienSegment segment = { 0 };
  gint64 current = -1;

  for (guint c = 0; c < n_classes; c++)
    values[c] = mien_track_get_corrected (track, c);
  for (gsize i = 0; i < n && values[0] != NULL; i++)
    {
      gint64 k = (gint64) floor ((double) times[i] / length);

      if (status[i] != MIEN_STATUS_OK || isnan (values[0][i]))
        continue;
      if (segment.frames > 0 && k != current)
        finish (document, segments, &segment);
      if (segment.frames == 0)
        segment = (MienSegment){ .track = mien_track_get_id (track),
                                 .person = mien_person_get_id (mien_track_get_person (track)),
                                 .start_ns = (gint64) llround ((double) k * length),
                                 .end_ns = (gint64) llround ((double) (k + 1) * length) };
      current = k;
      segment.frames++;
      for (guint c = 0; c < n_classes; c++)
        segment.values[c] += values[c][i];
    }
  finish (document, segments, &segment);
}

GArray *
mien_segments_of_document (MienDocument *document)
{
  GArray *segments = g_array_new (FALSE, FALSE, sizeof (MienSegment));
  GListModel *tracks;

  g_return_val_if_fail (MIEN_IS_DOCUMENT (document), segments);
  tracks = mien_document_get_tracks (document);
  for (guint i = 0; i < g_list_model_get_n_items (tracks); i++)
    {
      g_autoptr (MienTrack) track = g_list_model_get_item (tracks, i);

      collect (document, track, segments);
    }
  return segments;
}

static gboolean
concerns (MienDocument *document, const MienSegment *segment, guint person)
{
  MienPerson *whose;

  if (person != 0)
    return segment->person == person;
  whose = mien_document_find_person (document, segment->person);
  return whose != NULL && !mien_person_is_hidden (whose);
}

void
mien_segments_judge (MienDocument *document, const GArray *segments, guint person, MienVerdict *out)
{
  guint n_classes;

  g_return_if_fail (MIEN_IS_DOCUMENT (document) && segments != NULL && out != NULL);
  n_classes = mien_document_get_n_classes (document);
  memset (out, 0, sizeof *out);
  out->emotion = MIEN_CLASS_UNCERTAIN;
  for (guint i = 0; i < segments->len; i++)
    {
      const MienSegment *segment = &g_array_index (segments, MienSegment, i);

      if (!concerns (document, segment, person))
        continue;
      out->total++;
      if (!segment->kept)
        continue;
      out->kept++;
      for (guint c = 0; c < n_classes; c++)
        out->values[c] += segment->values[c];
    }
  if (out->kept == 0)
    return;
  for (guint c = 0; c < n_classes; c++)
    out->values[c] /= out->kept;
  out->emotion = find_largest (out->values, n_classes);
  out->confidence = out->values[out->emotion];
}
