/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/edit-state.h"

static void
clear_person (gpointer data)
{
  g_clear_pointer (&((MienPersonState *) data)->name, g_ref_string_release);
}

static void
clear_mark (gpointer data)
{
  g_clear_pointer (&((MienMarkState *) data)->label, g_ref_string_release);
}

MienEditState *
mien_edit_state_new (void)
{
  MienEditState *self = g_new0 (MienEditState, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->people = g_array_new (FALSE, TRUE, sizeof (MienPersonState));
  g_array_set_clear_func (self->people, clear_person);
  self->tracks = g_array_new (FALSE, TRUE, sizeof (MienTrackState));
  self->exclusions = g_array_new (FALSE, TRUE, sizeof (MienExclusionState));
  self->marks = g_array_new (FALSE, TRUE, sizeof (MienMarkState));
  g_array_set_clear_func (self->marks, clear_mark);
  return self;
}

MienEditState *
mien_edit_state_copy (const MienEditState *self)
{
  MienEditState *copy = mien_edit_state_new ();

  g_array_append_vals (copy->people, self->people->data, self->people->len);
  for (guint i = 0; i < copy->people->len; i++)
    g_ref_string_acquire (g_array_index (copy->people, MienPersonState, i).name);
  g_array_append_vals (copy->tracks, self->tracks->data, self->tracks->len);
  g_array_append_vals (copy->exclusions, self->exclusions->data, self->exclusions->len);
  g_array_append_vals (copy->marks, self->marks->data, self->marks->len);
  for (guint i = 0; i < copy->marks->len; i++)
    g_ref_string_acquire (g_array_index (copy->marks, MienMarkState, i).label);
  return copy;
}

MienEditState *
mien_edit_state_ref (MienEditState *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
mien_edit_state_unref (MienEditState *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_array_unref (self->people);
  g_array_unref (self->tracks);
  g_array_unref (self->exclusions);
  g_array_unref (self->marks);
  g_free (self);
}

MienPersonState *
mien_edit_state_find_person (MienEditState *self, guint id)
{
  for (guint i = 0; i < self->people->len; i++)
    if (g_array_index (self->people, MienPersonState, i).id == id)
      return &g_array_index (self->people, MienPersonState, i);
  return NULL;
}

MienTrackState *
mien_edit_state_find_track (MienEditState *self, guint id)
{
  for (guint i = 0; i < self->tracks->len; i++)
    if (g_array_index (self->tracks, MienTrackState, i).id == id)
      return &g_array_index (self->tracks, MienTrackState, i);
  return NULL;
}

MienMarkState *
mien_edit_state_find_mark (MienEditState *self, guint id)
{
  for (guint i = 0; i < self->marks->len; i++)
    if (g_array_index (self->marks, MienMarkState, i).id == id)
      return &g_array_index (self->marks, MienMarkState, i);
  return NULL;
}

MienTrackState *
mien_edit_state_find_raw (MienEditState *self, guint raw)
{
  MienTrackState *found = NULL;

  for (guint i = 0; i < self->tracks->len; i++)
    {
      MienTrackState *track = &g_array_index (self->tracks, MienTrackState, i);

      if (track->raw == raw && (found == NULL || track->first_frame < found->first_frame))
        found = track;
    }
  return found;
}

void
mien_edit_state_set_text (char **ref_string, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  char *old = *ref_string;

  *ref_string = g_ref_string_new (valid);
  if (old != NULL)
    g_ref_string_release (old);
}

void
mien_edit_state_add_person (MienEditState *self, guint id, const char *name, guint colour)
{
  MienPersonState person = { .id = id, .colour = colour };
  guint at = self->people->len;

  mien_edit_state_set_text (&person.name, name);
  while (at > 0 && g_array_index (self->people, MienPersonState, at - 1).id > id)
    at--;
  g_array_insert_val (self->people, at, person);
}

void
mien_edit_state_add_track (MienEditState *self, guint id, guint raw, guint32 first, guint person)
{
  MienTrackState track = { id, raw, first, person };
  guint at = self->tracks->len;

  while (at > 0 && g_array_index (self->tracks, MienTrackState, at - 1).id > id)
    at--;
  g_array_insert_val (self->tracks, at, track);
}

void
mien_edit_state_add_exclusion (MienEditState *self, guint person, gint64 start, gint64 end)
{
  MienExclusionState exclusion = { person, start, end };
  guint at = self->exclusions->len;

  while (at > 0 && g_array_index (self->exclusions, MienExclusionState, at - 1).start_ns > start)
    at--;
  g_array_insert_val (self->exclusions, at, exclusion);
}

void
mien_edit_state_add_mark (
    MienEditState *self, guint id, gint64 start, gint64 end, const char *label)
{
  MienMarkState mark = { id, start, end, NULL };
  guint at = self->marks->len;

  mien_edit_state_set_text (&mark.label, label);
  while (at > 0)
    {
      const MienMarkState *before = &g_array_index (self->marks, MienMarkState, at - 1);

      if (before->start_ns < start || (before->start_ns == start && before->id < id))
        break;
      at--;
    }
  g_array_insert_val (self->marks, at, mark);
}

void
mien_edit_state_remove_person (MienEditState *self, guint id)
{
  MienPersonState *person = mien_edit_state_find_person (self, id);

  if (person != NULL)
    g_array_remove_index (self->people,
                          (guint) (person - (MienPersonState *) (void *) self->people->data));
  for (guint i = self->exclusions->len; i-- > 0;)
    if (id != 0 && g_array_index (self->exclusions, MienExclusionState, i).person == id)
      g_array_remove_index (self->exclusions, i);
}

void
mien_edit_state_remove_mark (MienEditState *self, guint id)
{
  MienMarkState *mark = mien_edit_state_find_mark (self, id);

  if (mark != NULL)
    g_array_remove_index (self->marks,
                          (guint) (mark - (MienMarkState *) (void *) self->marks->data));
}

guint
mien_edit_state_next_person (const MienEditState *self)
{
  guint n = self->people->len;

  return n == 0 ? 1 : g_array_index (self->people, MienPersonState, n - 1).id + 1;
}

guint
mien_edit_state_next_track (const MienEditState *self)
{
  guint n = self->tracks->len;

  return n == 0 ? 1 : g_array_index (self->tracks, MienTrackState, n - 1).id + 1;
}

guint
mien_edit_state_next_mark (const MienEditState *self)
{
  guint next = 1;

  for (guint i = 0; i < self->marks->len; i++)
    next = MAX (next, g_array_index (self->marks, MienMarkState, i).id + 1);
  return next;
}
