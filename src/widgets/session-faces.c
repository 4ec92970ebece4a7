/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "widgets/session-private.h"
#include "widgets/words.h"

static int
find_emotion (MienDocument *document, const float *values, double *confidence)
{
  guint n = mien_document_get_n_classes (document);
  int best = MIEN_CLASS_UNCERTAIN;

  *confidence = NAN;
  for (guint i = 0; i < n; i++)
    if (!isnan (values[i]) && (best < 0 || values[i] > *confidence))
      {
        best = (int) i;
        *confidence = values[i];
      }
  if (best >= 0 && *confidence < mien_document_get_filters (document)->threshold)
    return MIEN_CLASS_UNCERTAIN;
  return best;
}

static void
fill_stored_face (MienSession *self, MienTrack *track, gsize index, MienFace *out)
{
  guint n = mien_document_get_n_classes (self->document);

  memset (out, 0, sizeof *out);
  out->track = track;
  out->person = mien_track_get_person (track);
  out->colour = mien_person_get_colour (out->person);
  g_utf8_strncpy (out->name, mien_words_get_name (out->person), sizeof out->name / 4 - 1);
  mien_track_get_sample (track, index, &out->sample);
  for (guint i = 0; i < n; i++)
    out->smoothed[i] = mien_track_get_smoothed (track, i)[index];
  out->emotion = mien_track_get_emotion (track, index, &out->confidence);
}

static void
fill_live_face (MienSession *self, guint index, MienFace *out)
{
  const MienSample *sample = &g_array_index (self->live, MienSample, index);

  memset (out, 0, sizeof *out);
  out->sample = *sample;
  memcpy (out->smoothed, sample->values, sizeof out->smoothed);
  out->emotion = find_emotion (self->document, out->smoothed, &out->confidence);
  out->is_provisional = !self->recording;
  if (self->recording && sample->track > 0)
    out->track = mien_document_find_track (self->document, (guint) sample->track);
  if (out->track != NULL)
    {
      out->person = mien_track_get_person (out->track);
      out->colour = mien_person_get_colour (out->person);
      g_utf8_strncpy (out->name, mien_words_get_name (out->person), sizeof out->name / 4 - 1);
      return;
    }
  out->colour = (guint) MAX (sample->track - 1, 0);
  /* Translators: a face in a part of the film that is not analysed yet; %d is a number. */
  g_snprintf (out->name, sizeof out->name, _ ("Face %d"), sample->track);
}

static gboolean
is_live_current (MienSession *self)
{
  return self->live_pts != MIEN_SESSION_NO_TIME && self->playhead >= self->live_pts
         && self->playhead - self->live_pts <= MIEN_SESSION_LIVE_NS;
}

/* A list changes before the news of it comes: until then the faces keep what they name. */
static void
add_face (MienSession *self, const MienFace *face)
{
  if (face->track != NULL)
    g_object_ref (face->track);
  if (face->person != NULL)
    g_object_ref (face->person);
  g_array_append_vals (self->faces, face, 1);
}

void
mien_session_clear_face (gpointer data)
{
  MienFace *face = data;

  g_clear_object (&face->track);
  g_clear_object (&face->person);
}

static void
collect_stored_faces (MienSession *self)
{
  GListModel *tracks = mien_document_get_tracks (self->document);
  guint n = g_list_model_get_n_items (tracks);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MienTrack) track = g_list_model_get_item (tracks, i);
      gssize index = mien_track_find_shown (track, self->playhead);
      MienFace face;

      if (index < 0 || mien_person_is_hidden (mien_track_get_person (track)))
        continue;
      fill_stored_face (self, track, (gsize) index, &face);
      add_face (self, &face);
    }
}

void
mien_session_update_faces (MienSession *self)
{
  guint before = self->faces->len;

  g_array_set_size (self->faces, 0);
  if (self->document != NULL)
    {
      if (!self->recording && mien_session_is_analysed (self, self->playhead))
        collect_stored_faces (self);
      else if (is_live_current (self))
        for (guint i = 0; i < self->live->len; i++)
          {
            MienFace face;

            fill_live_face (self, i, &face);
            add_face (self, &face);
          }
    }
  if (before != 0 || self->faces->len != 0)
    g_signal_emit (self, mien_session_signals[MIEN_SESSION_SIGNAL_FACES_CHANGED], 0);
}

const MienFace *
mien_session_get_faces (MienSession *self, guint *n_faces)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), NULL);
  *n_faces = self->faces->len;
  return (const MienFace *) (void *) self->faces->data;
}

const MienFace *
mien_session_find_chosen_face (MienSession *self)
{
  const MienFace *largest = NULL;

  g_return_val_if_fail (MIEN_IS_SESSION (self), NULL);
  for (guint i = 0; i < self->faces->len; i++)
    {
      const MienFace *face = &g_array_index (self->faces, MienFace, i);

      if (face->person != NULL && face->person == self->person)
        return face;
      if (largest == NULL
          || face->sample.width * face->sample.height
                 > largest->sample.width * largest->sample.height)
        largest = face;
    }
  return largest;
}

gboolean
mien_session_get_face_at (MienSession *self, MienPerson *person, gint64 time_ns, MienFace *out)
{
  g_autoptr (GPtrArray) tracks = NULL;

  g_return_val_if_fail (MIEN_IS_SESSION (self), FALSE);
  if (self->document == NULL || person == NULL || time_ns < 0)
    return FALSE;
  tracks = mien_document_dup_person_tracks (self->document, person);
  for (guint i = 0; i < tracks->len; i++)
    {
      MienTrack *track = g_ptr_array_index (tracks, i);
      gssize index = mien_track_find_shown (track, time_ns);

      if (index >= 0)
        {
          fill_stored_face (self, track, (gsize) index, out);
          return TRUE;
        }
    }
  return FALSE;
}

void
mien_session_set_live (MienSession *self, gint64 pts_ns, const MienSample *samples, guint n_samples)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  self->live_pts = pts_ns;
  g_array_set_size (self->live, 0);
  g_array_append_vals (self->live, samples, n_samples);
  mien_session_update_faces (self);
}

void
mien_session_set_recording (MienSession *self, gboolean recording)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  self->recording = recording;
  mien_session_update_faces (self);
}

gboolean
mien_session_is_analysed (MienSession *self, gint64 time_ns)
{
  gint64 frame, last;

  g_return_val_if_fail (MIEN_IS_SESSION (self), FALSE);
  if (self->document == NULL || time_ns < 0)
    return FALSE;
  if (mien_document_is_complete (self->document))
    return TRUE;
  return mien_document_get_last_frame (self->document, &frame, &last) && time_ns <= last;
}
