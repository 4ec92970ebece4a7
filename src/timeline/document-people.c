/* Which tracks are of one person. SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "timeline/document-private.h"
#include "timeline/identity.h"

/* Mean embeddings nearer than this are one person's without asking. */
#define SAME_LIMIT 0.43
/* Tracks that are compared; what comes after them stays as it is. */
#define MAX_TRACKS 3000
/* What the last call decided, so that the next one knows what a person has changed since. */
#define KEY "_people"

/* A stretch of the film that shows one face: a track, or all tracks of a person. */
typedef struct
{
  GPtrArray *tracks; /* of MienTrack, borrowed */
  float mean[MIEN_SAMPLE_EMBEDDING];
  guint n_views;
} Face;

static void
clear_face (gpointer data)
{
  g_ptr_array_unref (((Face *) data)->tracks);
}

static GArray *
new_faces (void)
{
  GArray *faces = g_array_new (FALSE, FALSE, sizeof (Face));

  g_array_set_clear_func (faces, clear_face);
  return faces;
}

/* Whether @view is of @track. */
static gboolean
has_view (MienTrack *track, const MienFaceView *view)
{
  const guint32 *frames = mien_track_get_frames (track);
  gsize n = mien_track_get_length (track);

  return mien_track_get_columns (track)->raw == view->raw && n > 0 && view->frame >= frames[0]
         && view->frame <= frames[n - 1];
}

static void
fill_mean (MienDocument *self, Face *face)
{
  double sums[MIEN_SAMPLE_EMBEDDING] = { 0 };

  face->n_views = 0;
  for (guint v = 0; v < self->views->len; v++)
    {
      const MienFaceView *view = &g_array_index (self->views, MienFaceView, v);
      gboolean is_its = FALSE;

      for (guint t = 0; t < face->tracks->len && !is_its; t++)
        is_its = has_view (face->tracks->pdata[t], view);
      for (guint i = 0; i < MIEN_SAMPLE_EMBEDDING && is_its; i++)
        sums[i] += view->numbers[i];
      face->n_views += is_its;
    }
  for (guint i = 0; i < MIEN_SAMPLE_EMBEDDING; i++)
    face->mean[i] = (float) (sums[i] / MAX (face->n_views, 1));
}

static gboolean
share_frame (MienTrack *a, MienTrack *b)
{
  const guint32 *x = mien_track_get_frames (a), *y = mien_track_get_frames (b);
  gsize n = mien_track_get_length (a), m = mien_track_get_length (b), i = 0, j = 0;

  if (n == 0 || m == 0 || x[n - 1] < y[0] || y[m - 1] < x[0])
    return FALSE;
  while (i < n && j < m)
    {
      if (x[i] == y[j])
        return TRUE;
      if (x[i] < y[j])
        i++;
      else
        j++;
    }
  return FALSE;
}

/* Two faces in one frame are two people. */
static gboolean
are_apart (const Face *a, const Face *b)
{
  for (guint i = 0; i < a->tracks->len; i++)
    for (guint j = 0; j < b->tracks->len; j++)
      if (share_frame (a->tracks->pdata[i], b->tracks->pdata[j]))
        return TRUE;
  return FALSE;
}

/* -- what the last call decided -- */

/* "track:person track:person ..." of all tracks, as a JSON text. */
static char *
dup_assignment (const MienEditState *state)
{
  GString *text = g_string_new ("\"");

  for (guint i = 0; i < state->tracks->len; i++)
    {
      const MienTrackState *track = &g_array_index (state->tracks, MienTrackState, i);

      g_string_append_printf (text, "%s%u:%u", i == 0 ? "" : " ", track->id, track->person);
    }
  return g_string_free (g_string_append_c (text, '"'), FALSE);
}

/* Whether tracks and people are as analysis made them: those of the last call as it left them, and
 * each later track with a person of its own. */
static gboolean
is_untouched (MienDocument *self)
{
  const char *before = mien_document_get_setting (self, KEY);
  g_autoptr (GHashTable) owners = g_hash_table_new (NULL, NULL);
  g_auto (GStrv) pairs = NULL;

  if (before != NULL)
    {
      g_autofree char *inner =
          g_strndup (before + 1, strlen (before) > 1 ? strlen (before) - 2 : 0);

      pairs = g_strsplit (inner, " ", 0);
    }
  for (guint i = 0; pairs != NULL && pairs[i] != NULL; i++)
    {
      const char *colon = strchr (pairs[i], ':');

      if (colon != NULL)
        g_hash_table_insert (owners,
                             GUINT_TO_POINTER ((guint) g_ascii_strtoull (pairs[i], NULL, 10)),
                             GUINT_TO_POINTER ((guint) g_ascii_strtoull (colon + 1, NULL, 10)));
    }
  for (guint i = 0; i < self->state->tracks->len; i++)
    {
      const MienTrackState *track = &g_array_index (self->state->tracks, MienTrackState, i);
      gpointer person = g_hash_table_lookup (owners, GUINT_TO_POINTER (track->id));
      guint n = 0;

      if (track->id != track->raw || (person != NULL && GPOINTER_TO_UINT (person) != track->person))
        return FALSE;
      for (guint j = 0; j < self->state->tracks->len && person == NULL; j++)
        n += g_array_index (self->state->tracks, MienTrackState, j).person == track->person;
      if (n > 1)
        return FALSE;
    }
  for (guint i = 0; i < self->state->people->len; i++)
    {
      const MienPersonState *person = &g_array_index (self->state->people, MienPersonState, i);
      g_autofree char *name = g_strdup_printf ("Person %u", person->id);

      if (strcmp (person->name, name) != 0 || person->colour != person->id - 1 || person->hidden
          || person->baseline_end_ns > person->baseline_start_ns)
        return FALSE;
    }
  for (guint i = 0; i < self->state->exclusions->len; i++)
    if (g_array_index (self->state->exclusions, MienExclusionState, i).person != 0)
      return FALSE;
  return !mien_document_can_undo (self) && !mien_document_can_redo (self);
}

/* -- finding people -- */

static void
group_faces (GArray *faces, guint *group_of)
{
  guint n = faces->len;
  g_autofree float *means = g_new (float, (gsize) n *MIEN_SAMPLE_EMBEDDING + 1);
  g_autofree guint *weights = g_new (guint, n + 1);
  g_autofree guint8 *apart = g_malloc0 ((gsize) n * n + 1);

  for (guint i = 0; i < n; i++)
    {
      const Face *face = &g_array_index (faces, Face, i);

      memcpy (means + (gsize) i * MIEN_SAMPLE_EMBEDDING, face->mean, sizeof face->mean);
      weights[i] = face->n_views;
      for (guint j = 0; j < i; j++)
        apart[(gsize) i * n + j] = apart[(gsize) j * n + i] =
            are_apart (face, &g_array_index (faces, Face, j));
    }
  mien_identity_group (means, weights, apart, n, MIEN_SAMPLE_EMBEDDING, SAME_LIMIT, group_of);
}

/* Faces that have been looked at: of each track, or of each person. */
static GArray *
list_faces (MienDocument *self, gboolean by_person)
{
  GArray *faces = new_faces ();
  GListModel *model = G_LIST_MODEL (by_person ? self->people : self->tracks);
  guint n = g_list_model_get_n_items (model);

  for (guint i = 0; i < n && faces->len < MAX_TRACKS; i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (model, i);
      Face face = { 0 };

      if (by_person)
        face.tracks = mien_document_dup_person_tracks (self, MIEN_PERSON (item));
      else
        {
          face.tracks = g_ptr_array_new ();
          g_ptr_array_add (face.tracks, item);
        }
      fill_mean (self, &face);
      if (face.n_views > 0)
        g_array_append_val (faces, face);
      else
        g_ptr_array_unref (face.tracks);
    }
  return faces;
}

/* Nobody has edited anything: all tracks anew, people numbered in order of appearance. */
static void
regroup (MienDocument *self)
{
  g_autoptr (GArray) faces = list_faces (self, FALSE);
  g_autofree guint *group_of = g_new (guint, faces->len + 1);
  g_autoptr (GHashTable) leaders = g_hash_table_new (NULL, NULL); /* track id to leader's */
  g_autoptr (GHashTable) numbers = g_hash_table_new (NULL, NULL); /* leader's id to person */
  MienEditState *state = mien_edit_state_copy (self->state);
  guint n_people = 0;

  group_faces (faces, group_of);
  for (guint i = 0; i < faces->len; i++)
    {
      MienTrack *track = g_array_index (faces, Face, i).tracks->pdata[0];
      MienTrack *leader = g_array_index (faces, Face, group_of[i]).tracks->pdata[0];

      g_hash_table_insert (leaders, GUINT_TO_POINTER (mien_track_get_id (track)),
                           GUINT_TO_POINTER (mien_track_get_id (leader)));
    }
  while (state->people->len > 0)
    mien_edit_state_remove_person (state, g_array_index (state->people, MienPersonState, 0).id);
  for (guint i = 0; i < state->tracks->len; i++)
    {
      MienTrackState *track = &g_array_index (state->tracks, MienTrackState, i);
      gpointer leader = g_hash_table_lookup (leaders, GUINT_TO_POINTER (track->id));
      guint person;

      if (leader == NULL)
        leader = GUINT_TO_POINTER (track->id);
      person = GPOINTER_TO_UINT (g_hash_table_lookup (numbers, leader));
      if (person == 0)
        {
          g_autofree char *name = g_strdup_printf ("Person %u", n_people + 1);

          person = ++n_people;
          mien_edit_state_add_person (state, person, name, person - 1);
          g_hash_table_insert (numbers, leader, GUINT_TO_POINTER (person));
        }
      track->person = person;
    }
  mien_document_replace_state (self, state);
}

static gboolean
is_edited (MienDocument *self, MienPerson *person)
{
  g_autofree char *name = g_strdup_printf ("Person %u", mien_person_get_id (person));
  g_autoptr (GPtrArray) tracks = mien_document_dup_person_tracks (self, person);

  return tracks->len > 1 || strcmp (name, mien_person_get_name (person)) != 0
         || mien_person_is_hidden (person) || mien_person_has_baseline (person);
}

/* Somebody has edited people: whole people are joined, and never two that were edited. */
static void
merge_more (MienDocument *self)
{
  g_autoptr (GArray) likenesses = mien_document_dup_likenesses (self, SAME_LIMIT);
  g_autoptr (GHashTable) gone = g_hash_table_new (NULL, NULL);

  mien_document_begin_edit (self);
  for (guint i = 0; i < likenesses->len; i++)
    {
      const MienLikeness *pair = &g_array_index (likenesses, MienLikeness, i);
      gboolean swap;

      if (g_hash_table_contains (gone, pair->a) || g_hash_table_contains (gone, pair->b)
          || (is_edited (self, pair->a) && is_edited (self, pair->b)))
        continue;
      swap = is_edited (self, pair->b);
      /* Either may now be on the screen together with what the other gained. */
      g_hash_table_add (gone, pair->a);
      g_hash_table_add (gone, pair->b);
      mien_document_merge_people (self, swap ? pair->b : pair->a, swap ? pair->a : pair->b);
    }
  mien_document_end_edit (self);
}

void
mien_document_find_people (MienDocument *self)
{
  g_autofree char *assignment = NULL;

  g_return_if_fail (MIEN_IS_DOCUMENT (self));
  if (self->views->len == 0)
    return;
  if (is_untouched (self))
    {
      regroup (self);
      assignment = dup_assignment (self->state);
      mien_document_set_setting (self, KEY, assignment, NULL);
    }
  else
    merge_more (self);
}

/* -- what a person is asked -- */

static int
compare_likenesses (gconstpointer a, gconstpointer b)
{
  const MienLikeness *x = a, *y = b;

  if (x->distance != y->distance)
    return x->distance < y->distance ? -1 : 1;
  if (x->a != y->a)
    return mien_person_get_id (x->a) < mien_person_get_id (y->a) ? -1 : 1;
  return mien_person_get_id (x->b) < mien_person_get_id (y->b) ? -1 : 1;
}

GArray *
mien_document_dup_likenesses (MienDocument *self, double limit)
{
  g_autoptr (GArray) faces = NULL;
  GArray *out = g_array_new (FALSE, FALSE, sizeof (MienLikeness));

  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), out);
  faces = list_faces (self, TRUE);
  for (guint i = 0; i < faces->len; i++)
    for (guint j = i + 1; j < faces->len; j++)
      {
        const Face *a = &g_array_index (faces, Face, i), *b = &g_array_index (faces, Face, j);
        MienLikeness likeness = {
          mien_track_get_person (a->tracks->pdata[0]),
          mien_track_get_person (b->tracks->pdata[0]),
          mien_identity_distance (a->mean, b->mean, MIEN_SAMPLE_EMBEDDING),
        };

        if (likeness.distance <= limit && !are_apart (a, b))
          g_array_append_val (out, likeness);
      }
  g_array_sort (out, compare_likenesses);
  return out;
}

float *
mien_document_dup_embeddings (MienDocument *self, MienTrack *track, gsize *n)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (float));

  g_return_val_if_fail (MIEN_IS_DOCUMENT (self) && MIEN_IS_TRACK (track) && n != NULL, NULL);
  for (guint v = 0; v < self->views->len; v++)
    {
      const MienFaceView *view = &g_array_index (self->views, MienFaceView, v);

      if (has_view (track, view))
        g_array_append_vals (numbers, view->numbers, MIEN_SAMPLE_EMBEDDING);
    }
  *n = numbers->len / MIEN_SAMPLE_EMBEDDING;
  return (float *) (gpointer) g_array_free (g_steal_pointer (&numbers), FALSE);
}
