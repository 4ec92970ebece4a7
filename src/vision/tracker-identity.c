/* Who a face is, where motion does not say. SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "vision/tracker-private.h"

/* Looks less alike than this from one detection to the next are looked into. */
#define DOUBT 0.8f
/* Distances of embeddings within a shot, where light and camera are the same: one person's views
 * lie mostly below 0.3, two people's above 0.45, half hidden faces anywhere. */
#define SAME 0.46f
#define OTHER 0.42f
/* Somebody nearer is known, and somebody further away is not, without a second look. */
#define SURE 0.36f
#define FAR 0.6f
/* How many views a feature is the mean of at most: later ones still count then. */
#define MAX_VIEWS 16
/* How many detections more than it takes to believe in a face each come with a view. */
#define MORE_VIEWS 8

void
mien_tracker_options_use_features (MienTrackerOptions *self, guint n)
{
  self->n_features = n;
  self->same_limit = SAME;
  self->other_limit = OTHER;
}

float
mien_track_get_likeness (const MienTrack *self, const float *look)
{
  float likeness = 0;

  if (look == NULL || !self->state.has_look)
    return NAN;
  for (int i = 0; i < MIEN_LOOK_N; i++)
    likeness += look[i] * self->state.look[i];
  return likeness;
}

float
mien_track_get_distance (const MienTrack *self, const float *feature, guint n)
{
  double sum = 0;

  if (feature == NULL || self->feature == NULL || n == 0)
    return NAN;
  for (guint i = 0; i < n; i++)
    sum += ((double) feature[i] - self->feature[i]) * ((double) feature[i] - self->feature[i]);
  return (float) sqrt (sum);
}

void
mien_track_learn (MienTrack *self, const float *look, const float *feature, guint n)
{
  MienTrackState *state = &self->state;

  if (look != NULL)
    {
      memcpy (state->look, look, sizeof state->look);
      state->has_look = TRUE;
    }
  if (feature == NULL || n == 0 || isnan (feature[0]))
    return;
  if (self->feature == NULL)
    self->feature = g_new0 (float, n);
  state->n_views = MIN (state->n_views, MAX_VIEWS - 1) + 1;
  for (guint i = 0; i < n; i++)
    self->feature[i] += (feature[i] - self->feature[i]) / (float) state->n_views;
}

gboolean
mien_track_is_doubtful (const MienTrack *self, const float *look)
{
  float likeness = mien_track_get_likeness (self, look);

  return self->feature != NULL && !(likeness >= DOUBT) && !isnan (likeness);
}

gboolean
mien_track_is_view_due (const MienTrack *self, const MienTrackerInput *input, guint confirm)
{
  guint hits = self->state.hits + 1, due = self->state.due + 1;
  gboolean is_known = self->feature != NULL && self->state.is_confirmed;

  if (!is_known && hits < confirm + MORE_VIEWS)
    return hits >= confirm;
  if (!input->is_due)
    return FALSE;
  return is_known ? due >= 8 && due <= 128 && (due & (due - 1)) == 0 : due % 8 == 0;
}

/* Whether no detection that comes soon decides who @track is. */
static gboolean
is_settled (const MienTracker *self, const MienTrack *track)
{
  const MienTrackState *state = &track->state;

  return state->hits + 1 >= self->options.confirm + MORE_VIEWS
         || (state->is_confirmed && (track->feature != NULL || self->options.n_features == 0));
}

gboolean
mien_tracker_is_steady (MienTracker *self, const MienTrackerInput *input)
{
  g_autofree int *track_of = g_new (int, input->n_faces + 1);

  for (guint t = 0; t < self->tracks->len; t++)
    {
      const MienTrack *track = self->tracks->pdata[t];

      if (!is_settled (self, track))
        return FALSE;
    }
  mien_tracker_match (self, input, track_of);
  for (guint f = 0; f < input->n_faces; f++)
    {
      const float *look = input->looks == NULL ? NULL : input->looks + (gsize) f * MIEN_LOOK_N;

      if (track_of[f] < 0 || mien_track_is_doubtful (self->tracks->pdata[track_of[f]], look))
        return FALSE;
    }
  return TRUE;
}

/* Whether @other was there before @track and not since. */
static gboolean
is_earlier (const MienTrack *other, const MienTrack *track)
{
  return other != track && other->state.is_confirmed && other->feature != NULL
         && other->state.hit < track->state.birth;
}

/* Of those who were there before @track the one that it is most like; *distance NAN when its looks
 * are not known yet. NULL: nobody was. */
static MienTrack *
find_nearest (MienTracker *self, const MienTrack *track, float *distance)
{
  GPtrArray *const lists[] = { self->tracks, self->lost };
  MienTrack *best = NULL;

  *distance = NAN;
  for (guint l = 0; l < G_N_ELEMENTS (lists); l++)
    for (guint t = 0; t < lists[l]->len; t++)
      {
        MienTrack *other = lists[l]->pdata[t];
        float d;

        if (!is_earlier (other, track))
          continue;
        d = mien_track_get_distance (other, track->feature, self->options.n_features);
        if (best == NULL || d < *distance)
          {
            best = other;
            *distance = d;
          }
      }
  return best;
}

MienTrack *
mien_tracker_find_known (MienTracker *self, const MienTrack *track)
{
  float distance;
  MienTrack *known = find_nearest (self, track, &distance);

  return distance <= self->options.same_limit ? known : NULL;
}

gboolean
mien_tracker_is_known_unsure (MienTracker *self, const MienTrack *track)
{
  float distance;

  return find_nearest (self, track, &distance) != NULL && !(distance < SURE || distance > FAR);
}

guint
mien_tracker_find_unsure (MienTracker *self, const MienTrackerInput *input, guint8 *unsure)
{
  g_autofree int *track_of = NULL;
  guint n = 0;

  memset (unsure, 0, input->n_faces);
  if (self->options.n_features == 0 || !input->is_detected)
    return 0;
  track_of = g_new (int, input->n_faces + 1);
  mien_tracker_match (self, input, track_of);
  for (guint f = 0; f < input->n_faces; f++)
    {
      const float *look = input->looks == NULL ? NULL : input->looks + (gsize) f * MIEN_LOOK_N;
      const MienTrack *track = track_of[f] < 0 ? NULL : self->tracks->pdata[track_of[f]];

      unsure[f] = track == NULL
                      ? self->options.confirm == 1
                      : mien_track_is_doubtful (track, look)
                            || mien_track_is_view_due (track, input, self->options.confirm);
      n += unsure[f];
    }
  return n;
}
