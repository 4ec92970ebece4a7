/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/tracker.h"

#include <math.h>

#include "vision/tracker-private.h"

/* A witness who is this sure saw a face: of the clips' faces it is 0.77 and more, of the back of a
 * head 0.67 and less. */
#define WITNESS_SURE 0.72f
/* Tracks that are remembered after they were lost. */
#define MAX_LOST 64

MienTrackerOptions
mien_tracker_options_init (gboolean live)
{
  return (MienTrackerOptions){ .confirm = 3,
                               .delay = live ? 0 : 12,
                               .max_gap_ns = G_GINT64_CONSTANT (1000000000),
                               .max_away_ns = G_GINT64_CONSTANT (60000000000) };
}

MienTrackerFrame *
mien_tracker_frame_new (void)
{
  MienTrackerFrame *self = g_new0 (MienTrackerFrame, 1);

  self->entries = g_array_new (FALSE, FALSE, sizeof (MienTrackerEntry));
  return self;
}

void
mien_tracker_frame_append (MienTrackerFrame *self,
                           gint64 serial,
                           int index,
                           const MienFaceBox *face)
{
  MienTrackerEntry entry = { serial, index, *face };

  g_array_append_val (self->entries, entry);
}

void
mien_tracker_frame_free (MienTrackerFrame *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->entries);
  g_free (self);
}

void
mien_track_free (MienTrack *self)
{
  if (self == NULL)
    return;
  g_free (self->feature);
  g_free (self);
}

MienTracker *
mien_tracker_new (const MienTrackerOptions *options)
{
  MienTracker *self = g_new0 (MienTracker, 1);

  self->options = *options;
  self->options.confirm = MAX (options->confirm, 1);
  self->tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_track_free);
  self->lost = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_track_free);
  self->fates = g_array_new (FALSE, FALSE, sizeof (MienTrackFate));
  self->popped_faces = g_array_new (FALSE, FALSE, sizeof (MienTrackedFace));
  g_queue_init (&self->frames);
  return self;
}

void
mien_tracker_free (MienTracker *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->tracks);
  g_ptr_array_unref (self->lost);
  g_array_unref (self->fates);
  g_array_unref (self->popped_faces);
  g_queue_clear_full (&self->frames, (GDestroyNotify) mien_tracker_frame_free);
  g_free (self);
}

guint
mien_tracker_get_n_waiting (MienTracker *self)
{
  return g_queue_get_length (&self->frames);
}

static float
mix (float a, float b, float part)
{
  return a + (b - a) * part;
}

/* The face between two detections, @part of the way. */
static MienFaceBox
interpolate (const MienFaceBox *a, const MienFaceBox *b, float part)
{
  MienFaceBox face = { .x = mix (a->x, b->x, part),
                       .y = mix (a->y, b->y, part),
                       .width = mix (a->width, b->width, part),
                       .height = mix (a->height, b->height, part),
                       .score = NAN,
                       .n_points = MIN (a->n_points, b->n_points) };

  for (guint p = 0; p < face.n_points; p++)
    {
      face.points[p].x = mix (a->points[p].x, b->points[p].x, part);
      face.points[p].y = mix (a->points[p].y, b->points[p].y, part);
    }
  return face;
}

/* Gives the waiting frames since the last detection of @track boxes on the way to @face, which is
 * in the newest of them. */
static void
fill_gap (MienTracker *self, const MienTrack *track, const MienFaceBox *face, gint64 pts_ns)
{
  double span = mien_tracker_get_seconds (track->state.hit_ns, pts_ns);

  for (GList *l = self->frames.head; l != self->frames.tail; l = l->next)
    {
      MienTrackerFrame *frame = l->data;
      double part =
          span > 0 ? mien_tracker_get_seconds (track->state.hit_ns, frame->pts_ns) / span : 0;
      MienFaceBox between;

      if (frame->order <= track->state.hit)
        continue;
      between = interpolate (&track->state.last, face, (float) CLAMP (part, 0, 1));
      mien_tracker_frame_append (frame, track->state.serial, -1, &between);
    }
}

/* Whoever might be somebody who has gone waits for a face that tells, as long as his frames wait.
 */
static gboolean
has_time (MienTracker *self, const MienTrack *track)
{
  const MienTrackState *state = &track->state;
  guint64 step = (state->hit - state->birth) / MAX (state->hits - 1, 1);

  return self->n_pushed - 1 - state->birth + step < self->options.delay
         && mien_tracker_is_known_unsure (self, track);
}

static gboolean
is_believable (const MienTracker *self, const MienTrack *track)
{
  const MienTrackState *state = &track->state;

  return state->hits >= self->options.confirm
         && state->total >= self->options.min_score_new * (float) state->hits
         && (state->n_seen > 0 || state->n_asked == 0 || self->options.min_score_new <= 0);
}

static void
hit (MienTracker *self,
     MienTrack *track,
     const MienFaceBox *face,
     const MienTrackerFrame *frame,
     const float *look,
     const float *feature)
{
  MienTrackState *state = &track->state;
  MienRect rect = mien_face_box_get_rect (face);

  fill_gap (self, track, face, frame->pts_ns);
  mien_motion_update (&state->motion, &rect,
                      mien_tracker_get_seconds (state->hit_ns, frame->pts_ns));
  state->hits++;
  state->seen++;
  state->misses = 0;
  state->hit = frame->order;
  state->hit_ns = frame->pts_ns;
  state->last = *face;
  state->total += face->score;
  mien_track_learn (track, look, feature, self->options.n_features);
}

/* @track, which is new, turns out to be @known, who was there before. */
static void
become (MienTracker *self, MienTrack *track, MienTrack *known)
{
  MienTrackState *state = &known->state;
  guint index;

  for (GList *l = self->frames.head; l != NULL; l = l->next)
    {
      GArray *entries = ((MienTrackerFrame *) l->data)->entries;

      for (guint e = 0; e < entries->len; e++)
        if (g_array_index (entries, MienTrackerEntry, e).serial == track->state.serial)
          g_array_index (entries, MienTrackerEntry, e).serial = state->serial;
    }
  state->hits += track->state.hits;
  state->due += track->state.due;
  state->seen += track->state.seen;
  state->misses = track->state.misses;
  state->hit = track->state.hit;
  state->hit_ns = track->state.hit_ns;
  state->total += track->state.total;
  state->n_asked += track->state.n_asked;
  state->n_seen += track->state.n_seen;
  state->last = track->state.last;
  state->motion = track->state.motion;
  mien_track_learn (known, track->state.has_look ? track->state.look : NULL, track->feature,
                    self->options.n_features);
  if (g_ptr_array_find (self->lost, known, &index))
    g_ptr_array_add (self->tracks, g_ptr_array_steal_index (self->lost, index));
  g_ptr_array_remove (self->tracks, track);
}

/* Believes in @track if that is due; it may be gone then. @is_last: no better view of it comes. */
static void
confirm (MienTracker *self, MienTrack *track, gboolean is_last)
{
  MienTrack *known;

  if (track->state.is_confirmed || !is_believable (self, track)
      || (!is_last && has_time (self, track)))
    return;
  track->state.is_confirmed = TRUE;
  known = mien_tracker_find_known (self, track);
  if (known != NULL)
    become (self, track, known);
}

static MienTrack *
begin (MienTracker *self,
       const MienFaceBox *face,
       const MienTrackerFrame *frame,
       const float *look,
       const float *feature)
{
  MienTrack *track = g_new0 (MienTrack, 1);
  MienTrackState *state = &track->state;
  MienRect rect = mien_face_box_get_rect (face);

  state->serial = ++self->n_serials;
  state->hits = state->seen = 1;
  state->birth = state->hit = frame->order;
  state->hit_ns = frame->pts_ns;
  state->last = *face;
  state->total = face->score;
  mien_motion_init (&state->motion, &rect);
  mien_track_learn (track, look, feature, self->options.n_features);
  g_ptr_array_add (self->tracks, track);
  return track;
}

/* Ends track @index; frames that wait still have to know what became of it. */
static void
end_in (MienTracker *self, GPtrArray *tracks, guint index)
{
  const MienTrack *track = tracks->pdata[index];
  MienTrackFate fate = { track->state.serial, track->state.number, track->state.n_given,
                         track->state.is_confirmed };

  g_array_append_val (self->fates, fate);
  g_ptr_array_remove_index (tracks, index);
}

/* Track @index is gone, but may come back if there is a way to know that. */
static void
lose (MienTracker *self, guint index)
{
  const MienTrack *track = self->tracks->pdata[index];

  if (!track->state.is_confirmed || track->feature == NULL)
    {
      end_in (self, self->tracks, index);
      return;
    }
  g_ptr_array_add (self->lost, g_ptr_array_steal_index (self->tracks, index));
  if (self->lost->len > MAX_LOST)
    end_in (self, self->lost, 0);
}

/* The shot is over: nothing goes on. A shot too short to confirm anything keeps what was in all of
 * it, so that a still picture has its faces. */
static void
end_shot (MienTracker *self)
{
  for (guint t = self->tracks->len; t > 0; t--)
    confirm (self, self->tracks->pdata[t - 1], TRUE);
  while (self->tracks->len > 0)
    {
      MienTrack *track = self->tracks->pdata[0];

      if (self->n_detected < self->options.confirm && track->state.hits == self->n_detected)
        track->state.is_confirmed = TRUE;
      end_in (self, self->tracks, 0);
    }
  while (self->lost->len > 0)
    end_in (self, self->lost, 0);
  self->n_detected = 0;
}

/* Whether @track has not been seen for too long, or too seldom to be believed. */
static gboolean
is_ending (const MienTracker *self, const MienTrack *track, gint64 pts_ns)
{
  const MienTrackState *state = &track->state;

  return pts_ns - state->hit_ns > self->options.max_gap_ns
         || (!state->is_confirmed && state->seen >= self->options.confirm + 2
             && 2 * state->hits < state->seen + 1);
}

static void
end_lost (MienTracker *self, gint64 pts_ns)
{
  for (guint t = self->tracks->len; t > 0; t--)
    if (is_ending (self, self->tracks->pdata[t - 1], pts_ns))
      confirm (self, self->tracks->pdata[t - 1], TRUE);
  for (guint t = self->tracks->len; t > 0; t--)
    if (is_ending (self, self->tracks->pdata[t - 1], pts_ns))
      lose (self, t - 1);
  for (guint t = self->lost->len; t > 0; t--)
    if (pts_ns - ((MienTrack *) self->lost->pdata[t - 1])->state.hit_ns > self->options.max_away_ns)
      end_in (self, self->lost, t - 1);
}

static void
count_witness (MienTrack *track, const MienTrackerInput *input, guint face)
{
  if (input->witnessed == NULL || isnan (input->witnessed[face]))
    return;
  track->state.n_asked++;
  track->state.n_seen += input->witnessed[face] >= WITNESS_SURE;
}

static void
track_faces (MienTracker *self, const MienTrackerInput *input, MienTrackerFrame *frame)
{
  guint n_old = self->tracks->len;
  g_autofree int *track_of = g_new (int, input->n_faces + 1);
  g_autofree MienTrack **of_face = g_new (MienTrack *, input->n_faces + 1);

  mien_tracker_match (self, input, track_of);
  for (guint f = 0; f < input->n_faces; f++)
    {
      const float *look = mien_tracker_get_look (input, f),
                  *feature = mien_tracker_get_feature (self, input, f);
      const MienFaceBox *face = &input->faces[f];

      if (track_of[f] >= 0)
        {
          of_face[f] = self->tracks->pdata[track_of[f]];
          hit (self, of_face[f], face, frame, look, feature);
        }
      else
        of_face[f] = begin (self, face, frame, look, feature);
      of_face[f]->state.due += input->is_due;
      count_witness (of_face[f], input, f);
      mien_tracker_frame_append (frame, of_face[f]->state.serial, (int) f, face);
    }
  for (guint t = 0; t < n_old; t++)
    {
      MienTrackState *state = &((MienTrack *) self->tracks->pdata[t])->state;

      if (state->hit == frame->order)
        continue;
      state->seen++;
      state->misses++;
    }
  /* Once it is known who else is here. */
  for (guint f = 0; f < input->n_faces; f++)
    confirm (self, of_face[f], FALSE);
}

void
mien_tracker_push (MienTracker *self, const MienTrackerInput *input)
{
  MienTrackerFrame *frame;

  g_return_if_fail (!self->is_finished);
  g_return_if_fail (input->n_faces <= MIEN_TRACKER_MAX_FACES);
  if (input->is_cut)
    end_shot (self);
  else
    end_lost (self, input->pts_ns);
  frame = mien_tracker_frame_new ();
  frame->frame = input->frame;
  frame->pts_ns = input->pts_ns;
  frame->order = self->n_pushed++;
  frame->is_cut = input->is_cut;
  frame->is_detected = input->is_detected;
  g_queue_push_tail (&self->frames, frame);
  if (input->is_detected)
    {
      self->n_detected++;
      track_faces (self, input, frame);
    }
}

void
mien_tracker_finish (MienTracker *self)
{
  end_shot (self);
  self->is_finished = TRUE;
}
