/* Frames leave the tracker once no later one can change them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "vision/tracker-private.h"

/* Live pictures: how long a face that was missed is still shown, where it should be. */
#define COAST_NS (G_GINT64_CONSTANT (250) * 1000000)

static MienTrack *
find_track (MienTracker *self, gint64 serial)
{
  for (guint t = 0; t < self->tracks->len; t++)
    {
      MienTrack *track = self->tracks->pdata[t];

      if (track->state.serial == serial)
        return track;
    }
  for (guint t = 0; t < self->lost->len; t++)
    {
      MienTrack *track = self->lost->pdata[t];

      if (track->state.serial == serial)
        return track;
    }
  return NULL;
}

/* Where the number of a track and the count of its faces are kept; FALSE when nobody believes in
 * it. */
static gboolean
find_number (MienTracker *self, gint64 serial, int **number, guint **n_given)
{
  MienTrack *track = find_track (self, serial);

  if (track != NULL)
    {
      *number = &track->state.number;
      *n_given = &track->state.n_given;
      return track->state.is_confirmed;
    }
  for (guint i = 0; i < self->fates->len; i++)
    {
      MienTrackFate *fate = &g_array_index (self->fates, MienTrackFate, i);

      if (fate->serial != serial)
        continue;
      *number = &fate->number;
      *n_given = &fate->n_given;
      return fate->is_confirmed;
    }
  return FALSE;
}

/* Whether a later frame can still change @frame. */
static gboolean
is_open (MienTracker *self, const MienTrackerFrame *frame)
{
  if (self->n_pushed - 1 - frame->order >= self->options.delay)
    return FALSE;
  for (guint t = 0; t < self->tracks->len; t++)
    {
      const MienTrackState *state = &((MienTrack *) self->tracks->pdata[t])->state;

      if (state->birth <= frame->order && (!state->is_confirmed || state->hit < frame->order))
        return TRUE;
    }
  return FALSE;
}

/* Adds where faces should be that the frame's detection, if any, did not give: in live pictures for
 * a moment, else only where no detector looked. */
static void
add_predictions (MienTracker *self, MienTrackerFrame *frame)
{
  for (guint t = 0; t < self->tracks->len; t++)
    {
      const MienTrackState *state = &((MienTrack *) self->tracks->pdata[t])->state;
      gint64 age = frame->pts_ns - state->hit_ns;
      MienFaceBox face = { .score = NAN };
      MienRect rect;

      if (!state->is_confirmed || state->hit >= frame->order)
        continue;
      if (self->options.delay == 0 ? age > COAST_NS && state->misses > 0
                                   : frame->is_detected || state->misses > 0)
        continue;
      rect = mien_motion_predict (&state->motion, (double) MAX (age, 0) / 1e9);
      face.x = rect.x;
      face.y = rect.y;
      face.width = rect.width;
      face.height = rect.height;
      mien_tracker_frame_append (frame, state->serial, -1, &face);
    }
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const MienTrackerEntry *x = a, *y = b;

  return x->serial < y->serial ? -1 : x->serial > y->serial;
}

static int
compare_faces (gconstpointer a, gconstpointer b)
{
  const MienTrackedFace *x = a, *y = b;

  return x->track < y->track ? -1 : x->track > y->track;
}

/* Forgets ended tracks that no waiting frame names: all when none waits. */
static void
forget_fates (MienTracker *self)
{
  for (guint i = self->fates->len; i > 0; i--)
    {
      gint64 serial = g_array_index (self->fates, MienTrackFate, i - 1).serial;
      gboolean is_named = FALSE;

      for (GList *l = self->frames.head; l != NULL && !is_named; l = l->next)
        {
          const GArray *entries = ((MienTrackerFrame *) l->data)->entries;

          for (guint e = 0; e < entries->len && !is_named; e++)
            is_named = g_array_index (entries, MienTrackerEntry, e).serial == serial;
        }
      if (!is_named)
        g_array_remove_index (self->fates, i - 1);
    }
}

const MienTrackedFrame *
mien_tracker_pop (MienTracker *self)
{
  g_autoptr (MienTrackerFrame) frame = NULL;

  if (g_queue_is_empty (&self->frames)
      || (!self->is_finished && is_open (self, g_queue_peek_head (&self->frames))))
    return NULL;
  frame = g_queue_pop_head (&self->frames);
  add_predictions (self, frame);
  g_array_sort (frame->entries, compare_entries);
  g_array_set_size (self->popped_faces, 0);
  for (guint e = 0; e < frame->entries->len; e++)
    {
      const MienTrackerEntry *entry = &g_array_index (frame->entries, MienTrackerEntry, e);
      MienTrackedFace face = { 0, entry->face, entry->index, 0 };
      int *number;
      guint *n_given;

      if (!find_number (self, entry->serial, &number, &n_given))
        continue;
      if (*number == 0)
        *number = ++self->n_numbers;
      face.track = *number;
      face.ordinal = ++*n_given;
      g_array_append_val (self->popped_faces, face);
    }
  g_array_sort (self->popped_faces, compare_faces);
  forget_fates (self);
  self->popped =
      (MienTrackedFrame){ .frame = frame->frame,
                          .pts_ns = frame->pts_ns,
                          .is_cut = frame->is_cut,
                          .n_faces = self->popped_faces->len,
                          .faces = (const MienTrackedFace *) (gpointer) self->popped_faces->data };
  return &self->popped;
}
