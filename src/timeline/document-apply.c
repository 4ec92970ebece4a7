/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "timeline/document-private.h"

/* ln (1 / 100): the other classes of a neutral face against neutral. */
#define NEUTRAL_LOG_ODDS (-4.605170185988091)
#define PROBABILITY_FLOOR 1e-4

/* Makes @store hold @objects, touching only the stretch that differs. */
static gboolean
sync_store (GListStore *store, GPtrArray *objects)
{
  GListModel *model = G_LIST_MODEL (store);
  guint n = g_list_model_get_n_items (model);
  guint head = 0, tail = 0;

  while (head < n && head < objects->len)
    {
      g_autoptr (GObject) item = g_list_model_get_item (model, head);

      if (item != objects->pdata[head])
        break;
      head++;
    }
  while (tail < n - head && tail < objects->len - head)
    {
      g_autoptr (GObject) item = g_list_model_get_item (model, n - 1 - tail);

      if (item != objects->pdata[objects->len - 1 - tail])
        break;
      tail++;
    }
  if (head == n && n == objects->len)
    return FALSE;
  g_list_store_splice (store, head, n - head - tail, objects->pdata + head,
                       objects->len - head - tail);
  return TRUE;
}

static gboolean
sync_people (MienDocument *self)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean changed = FALSE;

  for (guint i = 0; i < self->state->people->len; i++)
    {
      const MienPersonState *state = &g_array_index (self->state->people, MienPersonState, i);
      MienPerson *person = g_hash_table_lookup (self->person_index, GUINT_TO_POINTER (state->id));

      person = person == NULL ? mien_person_new (state->id) : g_object_ref (person);
      changed = mien_person_update (person, state) || changed;
      g_ptr_array_add (objects, person);
    }
  g_hash_table_remove_all (self->person_index);
  for (guint i = 0; i < objects->len; i++)
    g_hash_table_insert (self->person_index,
                         GUINT_TO_POINTER (mien_person_get_id (objects->pdata[i])),
                         objects->pdata[i]);
  return sync_store (self->people, objects) || changed;
}

static int
compare_windows (gconstpointer a, gconstpointer b)
{
  const MienTrackState *x = *(const MienTrackState *const *) a;
  const MienTrackState *y = *(const MienTrackState *const *) b;

  if (x->raw != y->raw)
    return x->raw < y->raw ? -1 : 1;
  return x->first_frame < y->first_frame ? -1 : x->first_frame > y->first_frame;
}

/* The track states in order of raw track and frame: borrowed elements. */
static GPtrArray *
list_windows (MienDocument *self)
{
  GPtrArray *windows = g_ptr_array_new ();

  for (guint i = 0; i < self->state->tracks->len; i++)
    g_ptr_array_add (windows, &g_array_index (self->state->tracks, MienTrackState, i));
  g_ptr_array_sort (windows, compare_windows);
  return windows;
}

static MienTrack *
sync_track (MienDocument *self, const MienTrackState *state, const MienTrackState *next)
{
  MienColumns *columns = g_hash_table_lookup (self->raw, GUINT_TO_POINTER (state->raw));
  MienTrack *track = g_hash_table_lookup (self->track_index, GUINT_TO_POINTER (state->id));
  gsize begin, end;

  /* An id never passes from one raw track to another but through undo of a split and a new split.
   */
  if (track != NULL && mien_track_get_columns (track) == columns)
    g_object_ref (track);
  else
    track = mien_track_new (state->id, self, columns);
  begin = mien_columns_find_frame (columns, 0, columns->n, state->first_frame);
  end = columns->n;
  if (next != NULL && next->raw == state->raw)
    end = mien_columns_find_frame (columns, 0, columns->n, next->first_frame);
  else
    g_hash_table_insert (self->open_tracks, GUINT_TO_POINTER (state->raw), track);
  mien_track_update (track, begin, end,
                     g_hash_table_lookup (self->person_index, GUINT_TO_POINTER (state->person)));
  return track;
}

static int
compare_track_ids (gconstpointer a, gconstpointer b)
{
  guint x = mien_track_get_id (*(MienTrack *const *) a);
  guint y = mien_track_get_id (*(MienTrack *const *) b);

  return x < y ? -1 : x > y;
}

static gboolean
sync_tracks (MienDocument *self)
{
  g_autoptr (GPtrArray) windows = list_windows (self);
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean changed;

  g_hash_table_remove_all (self->open_tracks);
  for (guint i = 0; i < windows->len; i++)
    g_ptr_array_add (objects, sync_track (self, windows->pdata[i],
                                          i + 1 < windows->len ? windows->pdata[i + 1] : NULL));
  g_ptr_array_sort (objects, compare_track_ids);
  g_hash_table_remove_all (self->track_index);
  for (guint i = 0; i < objects->len; i++)
    g_hash_table_insert (self->track_index,
                         GUINT_TO_POINTER (mien_track_get_id (objects->pdata[i])),
                         objects->pdata[i]);
  changed = sync_store (self->tracks, objects);
  return changed;
}

static gboolean
sync_marks (MienDocument *self)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) index = g_hash_table_new (NULL, NULL);
  GListModel *model = G_LIST_MODEL (self->marks);
  gboolean changed = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (MienMark) mark = g_list_model_get_item (model, i);

      g_hash_table_insert (index, GUINT_TO_POINTER (mien_mark_get_id (mark)), mark);
    }
  for (guint i = 0; i < self->state->marks->len; i++)
    {
      const MienMarkState *state = &g_array_index (self->state->marks, MienMarkState, i);
      MienMark *mark = g_hash_table_lookup (index, GUINT_TO_POINTER (state->id));

      mark = mark == NULL ? mien_mark_new (state->id) : g_object_ref (mark);
      changed = mien_mark_update (mark, state) || changed;
      g_ptr_array_add (objects, mark);
    }
  return sync_store (self->marks, objects) || changed;
}

/* Marks what @exclusion covers of the stretch begin..end. */
static void
exclude_stretch (MienColumns *columns, const MienExclusionState *exclusion, gsize begin, gsize end)
{
  gsize from = mien_columns_find_time (columns, begin, end, exclusion->start_ns);
  gsize to = mien_columns_find_time (columns, begin, end, exclusion->end_ns);

  if (from < to)
    memset (columns->effective + from, MIEN_STATUS_EXCLUDED, to - from);
}

void
mien_document_apply_exclusions (MienDocument *self, MienColumns *columns, gsize begin)
{
  memcpy (columns->effective + begin, columns->status + begin, columns->n - begin);
  for (guint e = 0; e < self->state->exclusions->len; e++)
    {
      const MienExclusionState *exclusion =
          &g_array_index (self->state->exclusions, MienExclusionState, e);
      guint n = exclusion->person == 0 ? 0 : g_list_model_get_n_items (G_LIST_MODEL (self->tracks));

      if (exclusion->person == 0)
        exclude_stretch (columns, exclusion, begin, columns->n);
      for (guint i = 0; i < n; i++)
        {
          g_autoptr (MienTrack) track = g_list_model_get_item (G_LIST_MODEL (self->tracks), i);
          gsize from = mien_track_get_begin (track);
          gsize to = from + mien_track_get_length (track);
          gboolean open =
              track == g_hash_table_lookup (self->open_tracks, GUINT_TO_POINTER (columns->raw));

          if (mien_track_get_columns (track) == columns
              && mien_person_get_id (mien_track_get_person (track)) == exclusion->person)
            exclude_stretch (columns, exclusion, MAX (from, begin), open ? columns->n : to);
        }
    }
}

static gboolean
sync_exclusions (MienDocument *self)
{
  GHashTableIter iter;
  gpointer value;
  gboolean changed = FALSE;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->tracks));

  g_hash_table_iter_init (&iter, self->raw);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      MienColumns *columns = value;
      g_autofree guint8 *old = g_memdup2 (columns->effective, columns->n);

      mien_document_apply_exclusions (self, columns, 0);
      if (memcmp (old, columns->effective, columns->n) == 0)
        continue;
      changed = TRUE;
      for (guint i = 0; i < n; i++)
        {
          g_autoptr (MienTrack) track = g_list_model_get_item (G_LIST_MODEL (self->tracks), i);

          if (mien_track_get_columns (track) == columns)
            mien_track_invalidate (track, G_MININT64);
        }
    }
  return changed;
}

/* Adds the log-odds against neutral of @track's OK samples in the range to @sums. */
static guint
sum_log_odds (MienDocument *self, MienTrack *track, gint64 start, gint64 end, double *sums)
{
  const guint8 *status = mien_track_get_status (track);
  gsize from = mien_track_find_time (track, start), to = mien_track_find_time (track, end);
  const float *neutral =
      mien_track_get_column (track, (MienColumn) (MIEN_COLUMN_VALUE + self->neutral));
  guint n = 0;

  for (gsize i = from; i < to && neutral != NULL; i++)
    {
      if (status[i] != MIEN_STATUS_OK || isnan (neutral[i]))
        continue;
      n++;
      for (guint c = 0; c < self->n_classes; c++)
        {
          double p = mien_track_get_column (track, (MienColumn) (MIEN_COLUMN_VALUE + c))[i];

          sums[c] += log (MAX (p, PROBABILITY_FLOOR) / MAX (neutral[i], PROBABILITY_FLOOR));
        }
    }
  return n;
}

static gboolean
sync_baseline (MienDocument *self, MienPerson *person)
{
  const double *old = mien_person_get_offsets (person);
  double offsets[MIEN_SAMPLE_MAX_CLASSES] = { 0.0 };
  g_autoptr (GPtrArray) tracks = NULL;
  gint64 start, end;
  guint n = 0;

  if (!mien_person_get_baseline (person, &start, &end) && old == NULL)
    return FALSE;
  tracks = mien_document_dup_person_tracks (self, person);
  if (mien_person_has_baseline (person) && self->neutral >= 0)
    for (guint i = 0; i < tracks->len; i++)
      n += sum_log_odds (self, tracks->pdata[i], start, end, offsets);
  for (guint c = 0; c < self->n_classes && n > 0; c++)
    offsets[c] = (int) c == self->neutral ? 0.0 : offsets[c] / n - NEUTRAL_LOG_ODDS;
  if (n == 0 ? old == NULL : old != NULL && memcmp (old, offsets, sizeof offsets) == 0)
    return FALSE;
  mien_person_set_offsets (person, n == 0 ? NULL : offsets);
  for (guint i = 0; i < tracks->len; i++)
    mien_track_invalidate (tracks->pdata[i], G_MININT64);
  return TRUE;
}

void
mien_document_apply_state (MienDocument *self)
{
  gboolean people = FALSE;
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_object_unref);
  guint n;

  /* Tracks name people, and what the two lists let go of must live until both are right. */
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->people)); i++)
    g_ptr_array_add (gone, g_list_model_get_item (G_LIST_MODEL (self->people), i));
  people = sync_people (self);
  people = sync_tracks (self) || people;
  people = sync_exclusions (self) || people;
  n = g_list_model_get_n_items (G_LIST_MODEL (self->people));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MienPerson) person = g_list_model_get_item (G_LIST_MODEL (self->people), i);

      people = sync_baseline (self, person) || people;
    }
  mien_document_queue (self, (people ? MIEN_CHANGE_PEOPLE : 0)
                                 | (sync_marks (self) ? MIEN_CHANGE_MARKS : 0));
}
