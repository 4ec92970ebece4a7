/* Which face of a frame is whose: by motion, overlap and looks.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "vision/assign.h"
#include "vision/tracker-private.h"

#define MAX_COST MIEN_TRACKER_MAX_COST
#define NEVER MIEN_TRACKER_NEVER
/* What looks count for beside motion. */
#define LOOK_PART 0.25

/* What it costs to call @face the next view of @track; above MAX_COST: it cannot be. */
static double
measure_cost (const MienTrack *track, gint64 pts_ns, const MienFaceBox *face)
{
  double seconds = mien_tracker_get_seconds (track->state.hit_ns, pts_ns);
  MienRect expected = mien_motion_predict (&track->state.motion, seconds);
  MienRect rect = mien_face_box_get_rect (face);
  double size = sqrt ((double) expected.width * expected.height);
  double other = sqrt ((double) rect.width * rect.height);
  double dx = (rect.x + rect.width / 2) - (expected.x + expected.width / 2);
  double dy = (rect.y + rect.height / 2) - (expected.y + expected.height / 2);
  double distance = hypot (dx, dy) / size, growth = fabs (log (other / size));
  /* Three standard deviations away, but never more than two faces. */
  double reach = CLAMP (3 * mien_motion_get_spread (&track->state.motion, seconds) / size, 0.5, 2);

  if (!(distance <= reach) || !(growth <= 0.7))
    return NEVER;
  return 0.45 * distance / reach + 0.35 * (1 - mien_rect_iou (&expected, &rect))
         + 0.2 * growth / 0.7;
}

/* The same with what is known of the looks. */
static double
measure_pair (const MienTracker *self,
              const MienTrack *track,
              const MienTrackerInput *input,
              guint face)
{
  double cost = measure_cost (track, input->pts_ns, &input->faces[face]);
  float likeness = mien_track_get_likeness (track, mien_tracker_get_look (input, face));
  float distance = mien_track_get_distance (track, mien_tracker_get_feature (self, input, face),
                                            self->options.n_features);

  /* Somebody who turns the head is far from himself too, but looks like a moment ago. */
  if (cost > MAX_COST
      || (distance > self->options.other_limit
          && mien_track_is_doubtful (track, mien_tracker_get_look (input, face))))
    return NEVER;
  if (!isnan (likeness))
    cost = (1 - LOOK_PART) * cost + LOOK_PART * MIN (1 - (double) likeness, 1);
  return cost;
}

/* Whether @track has ended when a frame of @input's time comes. */
static gboolean
is_over (const MienTracker *self, const MienTrack *track, const MienTrackerInput *input)
{
  return input->is_cut || input->pts_ns - track->state.hit_ns > self->options.max_gap_ns;
}

/* Matches the tracks that are, or are not, confirmed with the faces that are still free.
 * @track_of: [n_faces] index of the track, -1 while free. */
static void
match (MienTracker *self, const MienTrackerInput *input, gboolean confirmed, int *track_of)
{
  g_autofree guint *rows = g_new (guint, self->tracks->len + 1);
  g_autofree guint *columns = g_new (guint, input->n_faces + 1);
  g_autofree double *costs = NULL;
  g_autofree int *pairs = NULL;
  guint n_rows = 0, n_columns = 0;

  for (guint t = 0; t < self->tracks->len; t++)
    if (((MienTrack *) self->tracks->pdata[t])->state.is_confirmed == confirmed
        && !is_over (self, self->tracks->pdata[t], input))
      rows[n_rows++] = t;
  for (guint f = 0; f < input->n_faces; f++)
    if (track_of[f] < 0)
      columns[n_columns++] = f;
  if (n_rows == 0 || n_columns == 0)
    return;
  costs = g_new (double, (gsize) n_rows *n_columns);
  pairs = g_new (int, n_rows);
  for (guint r = 0; r < n_rows; r++)
    for (guint c = 0; c < n_columns; c++)
      costs[(gsize) r * n_columns + c] =
          measure_pair (self, self->tracks->pdata[rows[r]], input, columns[c]);
  mien_assign (costs, n_rows, n_columns, MAX_COST, pairs);
  for (guint r = 0; r < n_rows; r++)
    if (pairs[r] >= 0)
      track_of[columns[pairs[r]]] = (int) rows[r];
}

void
mien_tracker_match (MienTracker *self, const MienTrackerInput *input, int *track_of)
{
  for (guint f = 0; f < input->n_faces; f++)
    track_of[f] = -1;
  match (self, input, TRUE, track_of);
  match (self, input, FALSE, track_of);
}
