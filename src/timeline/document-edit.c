/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "timeline/document-private.h"

#define UNDO_LIMIT 200

MienEditState *
mien_document_own_state (MienDocument *self)
{
  if (!g_atomic_ref_count_compare (&self->state->ref_count, 1))
    {
      MienEditState *copy = mien_edit_state_copy (self->state);

      mien_edit_state_unref (self->state);
      self->state = copy;
    }
  return self->state;
}

void
mien_document_begin_track (MienDocument *self, guint raw, guint32 first_frame)
{
  MienEditState *state = mien_document_own_state (self);
  guint person = mien_edit_state_next_person (state);
  guint id = mien_edit_state_next_track (state);
  g_autofree char *name = g_strdup_printf ("Person %u", person);
  MienColumns *columns = mien_columns_new (raw);

  g_hash_table_insert (self->raw, GUINT_TO_POINTER (raw), columns);
  self->next_raw = MAX (self->next_raw, (int) raw + 1);
  mien_edit_state_add_person (state, person, name, person - 1);
  mien_edit_state_add_track (state, id, raw, first_frame, person);
  /* The lists grow at their ends; going through everything for each new face would be slow. */
  {
    g_autoptr (MienPerson) object = mien_person_new (person);
    g_autoptr (MienTrack) track = mien_track_new (id, self, columns);

    mien_person_update (object, mien_edit_state_find_person (state, person));
    g_hash_table_insert (self->person_index, GUINT_TO_POINTER (person), object);
    g_hash_table_insert (self->track_index, GUINT_TO_POINTER (id), track);
    g_hash_table_insert (self->open_tracks, GUINT_TO_POINTER (raw), track);
    mien_track_update (track, 0, 0, object);
    g_list_store_append (self->people, object);
    g_list_store_append (self->tracks, track);
  }
}

void
mien_document_forget_undo (MienDocument *self)
{
  g_queue_clear_full (&self->undo, (GDestroyNotify) mien_edit_state_unref);
  g_queue_clear_full (&self->redo, (GDestroyNotify) mien_edit_state_unref);
}

void
mien_document_replace_state (MienDocument *self, MienEditState *state)
{
  mien_edit_state_unref (self->state);
  self->state = state;
  mien_document_apply_state (self);
  if (self->store != NULL)
    mien_store_push_state (self->store, self->state);
}

void
mien_document_begin_edit (MienDocument *self)
{
  g_return_if_fail (MIEN_IS_DOCUMENT (self));
  if (self->edit_depth++ == 0)
    self->edit_before = mien_edit_state_ref (self->state);
}

static void
notify_undo (MienDocument *self, gboolean could_undo, gboolean could_redo)
{
  if (could_undo != mien_document_can_undo (self))
    g_object_notify (G_OBJECT (self), "can-undo");
  if (could_redo != mien_document_can_redo (self))
    g_object_notify (G_OBJECT (self), "can-redo");
}

void
mien_document_end_edit (MienDocument *self)
{
  g_autoptr (MienEditState) before = NULL;
  gboolean could_undo, could_redo;

  g_return_if_fail (MIEN_IS_DOCUMENT (self) && self->edit_depth > 0);
  if (--self->edit_depth > 0)
    return;
  before = g_steal_pointer (&self->edit_before);
  if (before == self->state)
    return;
  could_undo = mien_document_can_undo (self);
  could_redo = mien_document_can_redo (self);
  g_queue_push_head (&self->undo, g_steal_pointer (&before));
  if (self->undo.length > UNDO_LIMIT)
    mien_edit_state_unref (g_queue_pop_tail (&self->undo));
  g_queue_clear_full (&self->redo, (GDestroyNotify) mien_edit_state_unref);
  if (self->store != NULL)
    mien_store_push_state (self->store, self->state);
  mien_document_queue (self, 0);
  notify_undo (self, could_undo, could_redo);
}

/* One edit: what happens between is applied and becomes a step, or part of one. */
static MienEditState *
begin (MienDocument *self)
{
  mien_document_begin_edit (self);
  return mien_document_own_state (self);
}

static void
end (MienDocument *self)
{
  mien_document_apply_state (self);
  mien_document_end_edit (self);
}

gboolean
mien_document_can_undo (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), FALSE);
  return !g_queue_is_empty (&self->undo);
}

gboolean
mien_document_can_redo (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), FALSE);
  return !g_queue_is_empty (&self->redo);
}

/* Tracks that analysis began after @state was kept stay, with the person they have now. */
static MienEditState *
carry_over (MienDocument *self, MienEditState *state)
{
  g_autoptr (MienEditState) old = state;
  MienEditState *copy = NULL;
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->raw);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      guint raw = GPOINTER_TO_UINT (key);
      const MienTrackState *track;
      const MienPersonState *person;

      if (mien_edit_state_find_raw (old, raw) != NULL)
        continue;
      if (copy == NULL)
        copy = mien_edit_state_copy (old);
      track = mien_edit_state_find_raw (self->state, raw);
      person = mien_edit_state_find_person (self->state, track->person);
      if (mien_edit_state_find_person (copy, person->id) == NULL)
        mien_edit_state_add_person (copy, person->id, person->name, person->colour);
      mien_edit_state_add_track (copy, track->id, raw, track->first_frame, person->id);
    }
  return copy != NULL ? copy : g_steal_pointer (&old);
}

static void
step (MienDocument *self, GQueue *from, GQueue *to)
{
  gboolean could_undo = mien_document_can_undo (self);
  gboolean could_redo = mien_document_can_redo (self);
  MienEditState *next;

  if (g_queue_is_empty (from) || self->edit_depth > 0)
    return;
  next = carry_over (self, g_queue_pop_head (from));
  g_queue_push_head (to, self->state);
  self->state = next;
  mien_document_apply_state (self);
  if (self->store != NULL)
    mien_store_push_state (self->store, self->state);
  notify_undo (self, could_undo, could_redo);
}

void
mien_document_undo (MienDocument *self)
{
  g_return_if_fail (MIEN_IS_DOCUMENT (self));
  step (self, &self->undo, &self->redo);
}

void
mien_document_redo (MienDocument *self)
{
  g_return_if_fail (MIEN_IS_DOCUMENT (self));
  step (self, &self->redo, &self->undo);
}

void
mien_document_rename_person (MienDocument *self, MienPerson *person, const char *name)
{
  g_return_if_fail (MIEN_IS_DOCUMENT (self) && MIEN_IS_PERSON (person) && name != NULL);
  if (strcmp (mien_person_get_name (person), name) == 0)
    return;
  mien_edit_state_set_text (
      &mien_edit_state_find_person (begin (self), mien_person_get_id (person))->name, name);
  end (self);
}

void
mien_document_set_person_colour (MienDocument *self, MienPerson *person, guint colour)
{
  g_return_if_fail (MIEN_IS_DOCUMENT (self) && MIEN_IS_PERSON (person) && colour <= G_MAXINT);
  if (mien_person_get_colour (person) == colour)
    return;
  mien_edit_state_find_person (begin (self), mien_person_get_id (person))->colour = colour;
  end (self);
}

void
mien_document_set_person_hidden (MienDocument *self, MienPerson *person, gboolean hidden)
{
  g_return_if_fail (MIEN_IS_DOCUMENT (self) && MIEN_IS_PERSON (person));
  if (mien_person_is_hidden (person) == !!hidden)
    return;
  mien_edit_state_find_person (begin (self), mien_person_get_id (person))->hidden = !!hidden;
  end (self);
}

void
mien_document_merge_people (MienDocument *self, MienPerson *into, MienPerson *from)
{
  MienEditState *state;
  guint target, source;

  g_return_if_fail (MIEN_IS_DOCUMENT (self) && MIEN_IS_PERSON (into) && MIEN_IS_PERSON (from));
  if (into == from)
    return;
  target = mien_person_get_id (into);
  source = mien_person_get_id (from);
  state = begin (self);
  for (guint i = 0; i < state->tracks->len; i++)
    if (g_array_index (state->tracks, MienTrackState, i).person == source)
      g_array_index (state->tracks, MienTrackState, i).person = target;
  /* What was excluded stays excluded, under the name that stays. */
  for (guint i = 0; i < state->exclusions->len; i++)
    if (g_array_index (state->exclusions, MienExclusionState, i).person == source)
      g_array_index (state->exclusions, MienExclusionState, i).person = target;
  mien_edit_state_remove_person (state, source);
  end (self);
}

static guint
add_person (MienEditState *state)
{
  guint id = mien_edit_state_next_person (state);
  g_autofree char *name = g_strdup_printf ("Person %u", id);

  mien_edit_state_add_person (state, id, name, id - 1);
  return id;
}

MienPerson *
mien_document_assign_track (MienDocument *self, MienTrack *track, MienPerson *person)
{
  MienEditState *state;
  guint id;

  g_return_val_if_fail (MIEN_IS_DOCUMENT (self) && MIEN_IS_TRACK (track), NULL);
  if (person == mien_track_get_person (track))
    return person;
  state = begin (self);
  id = person == NULL ? add_person (state) : mien_person_get_id (person);
  mien_edit_state_find_track (state, mien_track_get_id (track))->person = id;
  end (self);
  return mien_document_find_person (self, id);
}

MienTrack *
mien_document_split_track (MienDocument *self, MienTrack *track, gint64 time_ns)
{
  MienEditState *state;
  MienColumns *columns;
  gsize at;
  guint id;

  g_return_val_if_fail (MIEN_IS_DOCUMENT (self) && MIEN_IS_TRACK (track), NULL);
  at = mien_track_find_time (track, time_ns);
  if (at == 0 || at == mien_track_get_length (track))
    return NULL;
  columns = mien_track_get_columns (track);
  state = begin (self);
  id = mien_edit_state_next_track (state);
  mien_edit_state_add_track (state, id, columns->raw, mien_track_get_frames (track)[at],
                             add_person (state));
  end (self);
  return mien_document_find_track (self, id);
}

static void
add_range (GArray *ranges, guint person, gint64 start, gint64 end_ns)
{
  MienExclusionState range = { person, start, end_ns };

  if (start < end_ns)
    g_array_append_val (ranges, range);
}

/* Sorts, and joins ranges of the same person that touch. */
static void
set_exclusions (MienEditState *state, GArray *ranges)
{
  g_array_set_size (state->exclusions, 0);
  for (guint i = 0; i < ranges->len; i++)
    {
      MienExclusionState range = g_array_index (ranges, MienExclusionState, i);

      for (guint j = 0; j < state->exclusions->len;)
        {
          const MienExclusionState other = g_array_index (state->exclusions, MienExclusionState, j);

          if (other.person == range.person && other.start_ns <= range.end_ns
              && other.end_ns >= range.start_ns)
            {
              range.start_ns = MIN (range.start_ns, other.start_ns);
              range.end_ns = MAX (range.end_ns, other.end_ns);
              g_array_remove_index (state->exclusions, j);
              j = 0;
            }
          else
            j++;
        }
      mien_edit_state_add_exclusion (state, range.person, range.start_ns, range.end_ns);
    }
}

void
mien_document_exclude (MienDocument *self, MienPerson *person, gint64 start_ns, gint64 end_ns)
{
  MienEditState *state;
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (MienExclusionState));

  g_return_if_fail (MIEN_IS_DOCUMENT (self) && (person == NULL || MIEN_IS_PERSON (person)));
  if (start_ns >= end_ns)
    return;
  state = begin (self);
  g_array_append_vals (ranges, state->exclusions->data, state->exclusions->len);
  add_range (ranges, person == NULL ? 0 : mien_person_get_id (person), start_ns, end_ns);
  set_exclusions (state, ranges);
  end (self);
}

/* @range without start..end, into @ranges. */
static void
cut_range (GArray *ranges, const MienExclusionState *range, guint person, gint64 start, gint64 stop)
{
  add_range (ranges, person, range->start_ns, MIN (range->end_ns, start));
  add_range (ranges, person, MAX (range->start_ns, stop), range->end_ns);
}

void
mien_document_include (MienDocument *self, MienPerson *person, gint64 start_ns, gint64 end_ns)
{
  MienEditState *state;
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (MienExclusionState));
  guint id = person == NULL ? 0 : mien_person_get_id (person);

  g_return_if_fail (MIEN_IS_DOCUMENT (self) && (person == NULL || MIEN_IS_PERSON (person)));
  if (start_ns >= end_ns || self->state->exclusions->len == 0)
    return;
  state = begin (self);
  for (guint i = 0; i < state->exclusions->len; i++)
    {
      const MienExclusionState *range = &g_array_index (state->exclusions, MienExclusionState, i);

      if (id == 0 || range->person == id)
        cut_range (ranges, range, range->person, start_ns, end_ns);
      else if (range->person != 0)
        add_range (ranges, range->person, range->start_ns, range->end_ns);
      else
        /* Excluded for everyone: it becomes one range per person, cut for this one. */
        for (guint p = 0; p < state->people->len; p++)
          {
            guint other = g_array_index (state->people, MienPersonState, p).id;

            if (other == id)
              cut_range (ranges, range, other, start_ns, end_ns);
            else
              add_range (ranges, other, range->start_ns, range->end_ns);
          }
    }
  set_exclusions (state, ranges);
  end (self);
}

void
mien_document_set_baseline (MienDocument *self, MienPerson *person, gint64 start_ns, gint64 end_ns)
{
  MienPersonState *state;

  g_return_if_fail (MIEN_IS_DOCUMENT (self) && MIEN_IS_PERSON (person) && start_ns <= end_ns);
  state = mien_edit_state_find_person (begin (self), mien_person_get_id (person));
  state->baseline_start_ns = start_ns == end_ns ? 0 : start_ns;
  state->baseline_end_ns = start_ns == end_ns ? 0 : end_ns;
  end (self);
}

MienMark *
mien_document_add_mark (MienDocument *self, gint64 start_ns, gint64 end_ns, const char *label)
{
  MienEditState *state;
  guint id;

  g_return_val_if_fail (MIEN_IS_DOCUMENT (self) && label != NULL && start_ns <= end_ns, NULL);
  state = begin (self);
  id = mien_edit_state_next_mark (state);
  mien_edit_state_add_mark (state, id, start_ns, end_ns, label);
  end (self);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->marks)); i++)
    {
      g_autoptr (MienMark) mark = g_list_model_get_item (G_LIST_MODEL (self->marks), i);

      if (mien_mark_get_id (mark) == id)
        return mark;
    }
  return NULL;
}

void
mien_document_edit_mark (
    MienDocument *self, MienMark *mark, gint64 start_ns, gint64 end_ns, const char *label)
{
  MienEditState *state;
  guint id;

  g_return_if_fail (MIEN_IS_DOCUMENT (self) && MIEN_IS_MARK (mark));
  g_return_if_fail (label != NULL && start_ns <= end_ns);
  id = mien_mark_get_id (mark);
  state = begin (self);
  mien_edit_state_remove_mark (state, id);
  mien_edit_state_add_mark (state, id, start_ns, end_ns, label);
  end (self);
}

void
mien_document_remove_mark (MienDocument *self, MienMark *mark)
{
  g_return_if_fail (MIEN_IS_DOCUMENT (self) && MIEN_IS_MARK (mark));
  mien_edit_state_remove_mark (begin (self), mien_mark_get_id (mark));
  end (self);
}
