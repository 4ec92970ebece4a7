/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/states.h"

#include <math.h>

#include "timeline/private.h"

static void
finish (MienDocument *document, MienTrack *track, GArray *states, MienState *state, gsize last)
{
  if (state->frames == 0)
    return;
  state->end_ns = mien_document_get_sample_end (document, track, last);
  state->mean_confidence /= state->frames;
  g_array_append_vals (states, state, 1);
  state->frames = 0;
}

static void
collect (MienDocument *document, MienTrack *track, GArray *states)
{
  const gint64 *times = mien_track_get_times (track);
  const guint8 *status = mien_track_get_status (track);
  gint64 limit = mien_document_get_gap_limit (document);
  gsize n = mien_track_get_length (track), last = 0;
  MienState state = { 0 };

  for (gsize i = 0; i < n; i++)
    {
      double confidence;
      int emotion;

      if (status[i] == MIEN_STATUS_EXCLUDED)
        finish (document, track, states, &state, last);
      if (status[i] != MIEN_STATUS_OK)
        continue;
      emotion = mien_track_get_emotion (track, i, &confidence);
      if (isnan (confidence))
        continue;
      if (state.frames > 0 && (emotion != state.emotion || times[i] - times[last] > limit))
        finish (document, track, states, &state, last);
      if (state.frames == 0)
        state = (MienState){ .track = mien_track_get_id (track),
                             .person = mien_person_get_id (mien_track_get_person (track)),
                             .start_ns = times[i],
                             .emotion = emotion };
      state.frames++;
      state.mean_confidence += confidence;
      last = i;
    }
  finish (document, track, states, &state, last);
}

GArray *
mien_states_of_track (MienDocument *document, MienTrack *track)
{
  GArray *states = g_array_new (FALSE, FALSE, sizeof (MienState));

  g_return_val_if_fail (MIEN_IS_DOCUMENT (document) && MIEN_IS_TRACK (track), states);
  collect (document, track, states);
  return states;
}

GArray *
mien_states_of_document (MienDocument *document)
{
  GArray *states = g_array_new (FALSE, FALSE, sizeof (MienState));
  GListModel *tracks;

  g_return_val_if_fail (MIEN_IS_DOCUMENT (document), states);
  tracks = mien_document_get_tracks (document);
  for (guint i = 0; i < g_list_model_get_n_items (tracks); i++)
    {
      g_autoptr (MienTrack) track = g_list_model_get_item (tracks, i);

      collect (document, track, states);
    }
  return states;
}

const char *
mien_states_get_name (MienDocument *document, int emotion)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (document), "");
  if (emotion < 0 || (guint) emotion >= mien_document_get_n_classes (document))
    return "uncertain";
  return mien_document_get_classes (document)[emotion].name;
}
