/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/session.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define MIN_VIEW_NS (G_GINT64_CONSTANT (100) * 1000 * 1000)

struct _MienSession
{
  GObject parent_instance;

  MienDocument *document;
  gulong changed_handler;
  MienPerson *person;

  gint64 film_duration; /* as the player says */
  gint64 duration;      /* what everybody sees */
  gint64 playhead;
  gint64 hover;
  gint64 selection_start, selection_end; /* both MIEN_SESSION_NO_TIME for none */
  gint64 view_start, view_end;
  MienTimelineMode mode;
  guint classes;
  gboolean follow;
  gboolean fitted; /* the view is the whole film and grows with it */
  int width, height;

  GArray *faces;   /* of MienFace */
  GArray *live;    /* of MienSample */
  gint64 live_pts; /* MIEN_SESSION_NO_TIME for none */
  gboolean recording;
};

G_DEFINE_TYPE (MienSession, mien_session, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_DOCUMENT,
  PROP_DURATION,
  PROP_PLAYHEAD,
  PROP_HOVER,
  PROP_SELECTION_START,
  PROP_SELECTION_END,
  PROP_VIEW_START,
  PROP_VIEW_END,
  PROP_PERSON,
  PROP_MODE,
  PROP_CLASSES,
  PROP_FOLLOW,
  N_PROPS
};

enum
{
  SEEK,
  CHANGED,
  FACES_CHANGED,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

static void
notify (MienSession *self, int prop)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
}

MienSession *
mien_session_new (void)
{
  return g_object_new (MIEN_TYPE_SESSION, NULL);
}

MienDocument *
mien_session_get_document (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), NULL);
  return self->document;
}

/* --- faces ------------------------------------------------------------------------------------ */

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
  g_utf8_strncpy (out->name, mien_person_get_name (out->person), sizeof out->name / 4 - 1);
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
      g_utf8_strncpy (out->name, mien_person_get_name (out->person), sizeof out->name / 4 - 1);
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
      g_array_append_val (self->faces, face);
    }
}

static void
update_faces (MienSession *self)
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
            g_array_append_val (self->faces, face);
          }
    }
  if (before != 0 || self->faces->len != 0)
    g_signal_emit (self, signals[FACES_CHANGED], 0);
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
  update_faces (self);
}

void
mien_session_set_recording (MienSession *self, gboolean recording)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  self->recording = recording;
  update_faces (self);
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

/* --- the moment ------------------------------------------------------------------------------- */

static void
follow_playhead (MienSession *self)
{
  gint64 length = self->view_end - self->view_start;

  if (!self->follow || self->fitted || length <= 0)
    return;
  if (self->playhead >= self->view_start && self->playhead < self->view_end)
    return;
  /* A new page with a little of what was before it. */
  mien_session_set_view (self, self->playhead - length / 20, self->playhead - length / 20 + length);
}

void
mien_session_set_playhead (MienSession *self, gint64 time_ns)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  if (self->playhead == time_ns)
    return;
  self->playhead = time_ns;
  follow_playhead (self);
  update_faces (self);
  notify (self, PROP_PLAYHEAD);
}

gint64
mien_session_get_playhead (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), 0);
  return self->playhead;
}

void
mien_session_seek (MienSession *self, gint64 time_ns, gboolean exact)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  time_ns = CLAMP (time_ns, 0, MAX (self->duration, 0));
  mien_session_set_playhead (self, time_ns);
  g_signal_emit (self, signals[SEEK], 0, time_ns, exact);
}

void
mien_session_set_hover (MienSession *self, gint64 time_ns)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  if (self->hover == time_ns)
    return;
  self->hover = time_ns;
  notify (self, PROP_HOVER);
}

gint64
mien_session_get_hover (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), MIEN_SESSION_NO_TIME);
  return self->hover;
}

/* --- the range -------------------------------------------------------------------------------- */

gboolean
mien_session_get_selection (MienSession *self, gint64 *start_ns, gint64 *end_ns)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), FALSE);
  if (self->selection_start == MIEN_SESSION_NO_TIME)
    return FALSE;
  *start_ns = self->selection_start;
  *end_ns = self->selection_end;
  return TRUE;
}

static void
store_selection (MienSession *self, gint64 start_ns, gint64 end_ns)
{
  gboolean start_differs = self->selection_start != start_ns;
  gboolean end_differs = self->selection_end != end_ns;

  self->selection_start = start_ns;
  self->selection_end = end_ns;
  if (start_differs)
    notify (self, PROP_SELECTION_START);
  if (end_differs)
    notify (self, PROP_SELECTION_END);
}

void
mien_session_set_selection (MienSession *self, gint64 start_ns, gint64 end_ns)
{
  gint64 limit;

  g_return_if_fail (MIEN_IS_SESSION (self));
  limit = MAX (self->duration, 0);
  start_ns = CLAMP (start_ns, 0, limit);
  end_ns = CLAMP (end_ns, 0, limit);
  if (start_ns == end_ns)
    store_selection (self, MIEN_SESSION_NO_TIME, MIEN_SESSION_NO_TIME);
  else
    store_selection (self, MIN (start_ns, end_ns), MAX (start_ns, end_ns));
}

void
mien_session_clear_selection (MienSession *self)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  store_selection (self, MIEN_SESSION_NO_TIME, MIEN_SESSION_NO_TIME);
}

void
mien_session_set_selection_start (MienSession *self, gint64 time_ns)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  mien_session_set_selection (self, time_ns,
                              self->selection_end > time_ns ? self->selection_end : self->duration);
}

void
mien_session_set_selection_end (MienSession *self, gint64 time_ns)
{
  gint64 start;

  g_return_if_fail (MIEN_IS_SESSION (self));
  start = self->selection_start;
  mien_session_set_selection (self, start >= 0 && start < time_ns ? start : 0, time_ns);
}

/* --- the view --------------------------------------------------------------------------------- */

void
mien_session_get_view (MienSession *self, gint64 *start_ns, gint64 *end_ns)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  *start_ns = self->view_start;
  *end_ns = self->view_end;
}

static void
store_view (MienSession *self, gint64 start_ns, gint64 end_ns)
{
  gboolean start_differs = self->view_start != start_ns;
  gboolean end_differs = self->view_end != end_ns;

  self->view_start = start_ns;
  self->view_end = end_ns;
  self->fitted = start_ns <= 0 && end_ns >= self->duration;
  if (start_differs)
    notify (self, PROP_VIEW_START);
  if (end_differs)
    notify (self, PROP_VIEW_END);
}

void
mien_session_set_view (MienSession *self, gint64 start_ns, gint64 end_ns)
{
  gint64 whole, length;

  g_return_if_fail (MIEN_IS_SESSION (self));
  g_return_if_fail (start_ns <= end_ns);
  whole = MAX (self->duration, MIN_VIEW_NS);
  length = CLAMP (end_ns - start_ns, MIN_VIEW_NS, whole);
  start_ns = CLAMP (start_ns, 0, whole - length);
  store_view (self, start_ns, start_ns + length);
}

void
mien_session_zoom (MienSession *self, double factor, gint64 anchor_ns)
{
  double before, after, share;

  g_return_if_fail (MIEN_IS_SESSION (self));
  g_return_if_fail (factor > 0);
  before = (double) (self->view_end - self->view_start);
  if (before <= 0)
    return;
  after = CLAMP (before / factor, (double) MIN_VIEW_NS, (double) MAX (self->duration, MIN_VIEW_NS));
  share = ((double) anchor_ns - (double) self->view_start) / before;
  share = CLAMP (share, 0, 1);
  mien_session_set_view (self, anchor_ns - (gint64) (share * after),
                         anchor_ns - (gint64) (share * after) + (gint64) after);
}

void
mien_session_pan (MienSession *self, gint64 delta_ns)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  mien_session_set_view (self, self->view_start + delta_ns, self->view_end + delta_ns);
}

void
mien_session_fit (MienSession *self)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  mien_session_set_view (self, 0, MAX (self->duration, MIN_VIEW_NS));
}

void
mien_session_set_follow (MienSession *self, gboolean follow)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  if (self->follow == !!follow)
    return;
  self->follow = !!follow;
  notify (self, PROP_FOLLOW);
}

gboolean
mien_session_get_follow (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), FALSE);
  return self->follow;
}

/* --- the person ------------------------------------------------------------------------------- */

MienPerson *
mien_session_get_person (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), NULL);
  return self->person;
}

void
mien_session_set_person (MienSession *self, MienPerson *person)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  if (!g_set_object (&self->person, person))
    return;
  notify (self, PROP_PERSON);
  g_signal_emit (self, signals[FACES_CHANGED], 0);
}

/* The visible person at or after @from in steps of @step, NULL past either end. */
static MienPerson *
find_visible (MienSession *self, int from, int step)
{
  GListModel *people = mien_document_get_people (self->document);
  int n = (int) g_list_model_get_n_items (people);

  for (int i = from; i >= 0 && i < n; i += step)
    {
      g_autoptr (MienPerson) person = g_list_model_get_item (people, (guint) i);

      if (!mien_person_is_hidden (person))
        return person; /* the document keeps it */
    }
  return NULL;
}

static int
find_person_index (MienSession *self)
{
  GListModel *people = mien_document_get_people (self->document);
  guint n = g_list_model_get_n_items (people);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MienPerson) person = g_list_model_get_item (people, i);

      if (person == self->person)
        return (int) i;
    }
  return -1;
}

gboolean
mien_session_step_person (MienSession *self, int step)
{
  MienPerson *next;

  g_return_val_if_fail (MIEN_IS_SESSION (self), FALSE);
  g_return_val_if_fail (step == 1 || step == -1, FALSE);
  if (self->document == NULL)
    return FALSE;
  next = find_visible (self, find_person_index (self) + step, step);
  if (next == NULL)
    return FALSE;
  mien_session_set_person (self, next);
  return TRUE;
}

/* Somebody is chosen as long as there is anybody. */
static void
ensure_person (MienSession *self)
{
  if (self->document == NULL)
    mien_session_set_person (self, NULL);
  else if (self->person == NULL || find_person_index (self) < 0
           || mien_person_is_hidden (self->person))
    mien_session_set_person (self, find_visible (self, 0, 1));
}

void
mien_session_set_mode (MienSession *self, MienTimelineMode mode)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  if (self->mode == mode)
    return;
  self->mode = mode;
  notify (self, PROP_MODE);
}

MienTimelineMode
mien_session_get_mode (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), MIEN_TIMELINE_LINES);
  return self->mode;
}

guint
mien_session_get_classes (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), 0);
  return self->classes;
}

void
mien_session_set_classes (MienSession *self, guint classes)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  if (self->classes == classes)
    return;
  self->classes = classes;
  notify (self, PROP_CLASSES);
}

/* --- the film --------------------------------------------------------------------------------- */

static void
update_duration (MienSession *self)
{
  gint64 duration = MAX (self->film_duration, 0);
  gboolean fitted = self->fitted;

  if (self->document != NULL)
    duration = MAX (duration, mien_document_get_end (self->document));
  if (duration == self->duration)
    return;
  self->duration = duration;
  if (fitted)
    mien_session_fit (self);
  notify (self, PROP_DURATION);
}

void
mien_session_set_duration (MienSession *self, gint64 duration_ns)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  self->film_duration = duration_ns;
  update_duration (self);
}

gint64
mien_session_get_duration (MienSession *self)
{
  g_return_val_if_fail (MIEN_IS_SESSION (self), 0);
  return self->duration;
}

void
mien_session_set_picture_size (MienSession *self, int width, int height)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  self->width = width;
  self->height = height;
}

void
mien_session_get_picture_size (MienSession *self, int *width, int *height)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  *width = self->width;
  *height = self->height;
  if (self->width > 0 || self->document == NULL)
    return;
  *width = mien_document_get_source (self->document)->width;
  *height = mien_document_get_source (self->document)->height;
}

static void
document_changed_cb (MienDocument *document, guint flags, MienSession *self)
{
  update_duration (self);
  ensure_person (self);
  if (flags & (MIEN_CHANGE_SAMPLES | MIEN_CHANGE_PEOPLE | MIEN_CHANGE_FILTERS))
    update_faces (self);
  g_signal_emit (self, signals[CHANGED], 0, flags);
}

static void
drop_document (MienSession *self)
{
  if (self->document != NULL)
    g_clear_signal_handler (&self->changed_handler, self->document);
  g_array_set_size (self->faces, 0);
  g_clear_object (&self->document);
}

void
mien_session_set_document (MienSession *self, MienDocument *document)
{
  g_return_if_fail (MIEN_IS_SESSION (self));
  if (self->document == document)
    return;
  drop_document (self);
  if (document != NULL)
    {
      self->document = g_object_ref (document);
      self->changed_handler =
          g_signal_connect (document, "changed", G_CALLBACK (document_changed_cb), self);
    }
  self->live_pts = MIEN_SESSION_NO_TIME;
  self->recording = FALSE;
  self->film_duration = 0;
  self->fitted = TRUE;
  self->width = self->height = 0;
  mien_session_clear_selection (self);
  mien_session_set_hover (self, MIEN_SESSION_NO_TIME);
  mien_session_set_playhead (self, 0);
  update_duration (self);
  mien_session_fit (self);
  ensure_person (self);
  notify (self, PROP_DOCUMENT);
  g_signal_emit (self, signals[FACES_CHANGED], 0);
  update_faces (self);
}

/* --- object ----------------------------------------------------------------------------------- */

static void
mien_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  MienSession *self = MIEN_SESSION (object);

  switch (id)
    {
    case PROP_DOCUMENT:
      g_value_set_object (value, self->document);
      break;
    case PROP_DURATION:
      g_value_set_int64 (value, self->duration);
      break;
    case PROP_PLAYHEAD:
      g_value_set_int64 (value, self->playhead);
      break;
    case PROP_HOVER:
      g_value_set_int64 (value, self->hover);
      break;
    case PROP_SELECTION_START:
      g_value_set_int64 (value, self->selection_start);
      break;
    case PROP_SELECTION_END:
      g_value_set_int64 (value, self->selection_end);
      break;
    case PROP_VIEW_START:
      g_value_set_int64 (value, self->view_start);
      break;
    case PROP_VIEW_END:
      g_value_set_int64 (value, self->view_end);
      break;
    case PROP_PERSON:
      g_value_set_object (value, self->person);
      break;
    case PROP_MODE:
      g_value_set_uint (value, self->mode);
      break;
    case PROP_CLASSES:
      g_value_set_uint (value, self->classes);
      break;
    case PROP_FOLLOW:
      g_value_set_boolean (value, self->follow);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mien_session_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  MienSession *self = MIEN_SESSION (object);

  switch (id)
    {
    case PROP_DOCUMENT:
      mien_session_set_document (self, g_value_get_object (value));
      break;
    case PROP_DURATION:
      mien_session_set_duration (self, g_value_get_int64 (value));
      break;
    case PROP_PLAYHEAD:
      mien_session_set_playhead (self, g_value_get_int64 (value));
      break;
    case PROP_HOVER:
      mien_session_set_hover (self, g_value_get_int64 (value));
      break;
    case PROP_PERSON:
      mien_session_set_person (self, g_value_get_object (value));
      break;
    case PROP_MODE:
      mien_session_set_mode (self, g_value_get_uint (value));
      break;
    case PROP_CLASSES:
      mien_session_set_classes (self, g_value_get_uint (value));
      break;
    case PROP_FOLLOW:
      mien_session_set_follow (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mien_session_dispose (GObject *object)
{
  MienSession *self = MIEN_SESSION (object);

  drop_document (self);
  g_clear_object (&self->person);
  G_OBJECT_CLASS (mien_session_parent_class)->dispose (object);
}

static void
mien_session_finalize (GObject *object)
{
  MienSession *self = MIEN_SESSION (object);

  g_array_unref (self->faces);
  g_array_unref (self->live);
  G_OBJECT_CLASS (mien_session_parent_class)->finalize (object);
}

static GParamSpec *
new_time_prop (const char *name, GParamFlags access)
{
  return g_param_spec_int64 (name, NULL, NULL, -1, G_MAXINT64, 0,
                             access | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
}

static void
mien_session_class_init (MienSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = mien_session_get_property;
  object_class->set_property = mien_session_set_property;
  object_class->dispose = mien_session_dispose;
  object_class->finalize = mien_session_finalize;

  props[PROP_DOCUMENT] = g_param_spec_object ("document", NULL, NULL, MIEN_TYPE_DOCUMENT, flags);
  props[PROP_DURATION] = new_time_prop ("duration-ns", G_PARAM_READWRITE);
  props[PROP_PLAYHEAD] = new_time_prop ("playhead-ns", G_PARAM_READWRITE);
  props[PROP_HOVER] = new_time_prop ("hover-ns", G_PARAM_READWRITE);
  props[PROP_SELECTION_START] = new_time_prop ("selection-start-ns", G_PARAM_READABLE);
  props[PROP_SELECTION_END] = new_time_prop ("selection-end-ns", G_PARAM_READABLE);
  props[PROP_VIEW_START] = new_time_prop ("view-start-ns", G_PARAM_READABLE);
  props[PROP_VIEW_END] = new_time_prop ("view-end-ns", G_PARAM_READABLE);
  props[PROP_PERSON] = g_param_spec_object ("person", NULL, NULL, MIEN_TYPE_PERSON, flags);
  props[PROP_MODE] = g_param_spec_uint ("mode", NULL, NULL, MIEN_TIMELINE_LINES,
                                        MIEN_TIMELINE_CIRCUMPLEX, MIEN_TIMELINE_LINES, flags);
  props[PROP_CLASSES] = g_param_spec_uint ("classes", NULL, NULL, 0, G_MAXUINT, 0, flags);
  props[PROP_FOLLOW] = g_param_spec_boolean ("follow", NULL, NULL, TRUE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[SEEK] = g_signal_new ("seek", MIEN_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 2, G_TYPE_INT64, G_TYPE_BOOLEAN);
  signals[CHANGED] = g_signal_new ("changed", MIEN_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[FACES_CHANGED] = g_signal_new ("faces-changed", MIEN_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mien_session_init (MienSession *self)
{
  self->faces = g_array_new (FALSE, FALSE, sizeof (MienFace));
  self->live = g_array_new (FALSE, FALSE, sizeof (MienSample));
  self->live_pts = MIEN_SESSION_NO_TIME;
  self->hover = MIEN_SESSION_NO_TIME;
  self->selection_start = self->selection_end = MIEN_SESSION_NO_TIME;
  self->view_end = MIN_VIEW_NS;
  self->follow = TRUE;
  self->fitted = TRUE;
}
