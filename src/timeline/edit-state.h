/* Everything that a person can edit, as one value that is copied before it is changed: undo is
 * going back to an older copy, and the writer stores whichever it was last given.
 *
 * Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint id;
  guint colour;
  gboolean hidden;
  char *name;                                /* GRefString */
  gint64 baseline_start_ns, baseline_end_ns; /* equal: none */
} MienPersonState;

/* A track as people see it: a stretch of what analysis called one track. */
typedef struct
{
  guint id;
  guint raw;           /* number that analysis gave */
  guint32 first_frame; /* of @raw; it lasts to the next entry of the same @raw */
  guint person;
} MienTrackState;

typedef struct
{
  guint person; /* 0: everyone */
  gint64 start_ns, end_ns;
} MienExclusionState;

typedef struct
{
  guint id;
  gint64 start_ns, end_ns;
  char *label; /* GRefString */
} MienMarkState;

typedef struct
{
  gatomicrefcount ref_count;
  GArray *people;     /* by id */
  GArray *tracks;     /* by id */
  GArray *exclusions; /* by start */
  GArray *marks;      /* by start, then id */
} MienEditState;

MienEditState *mien_edit_state_new (void) G_GNUC_WARN_UNUSED_RESULT;
MienEditState *mien_edit_state_copy (const MienEditState *self) G_GNUC_WARN_UNUSED_RESULT;
/* Any thread. */
MienEditState *mien_edit_state_ref (MienEditState *self);
void mien_edit_state_unref (MienEditState *self);

/* NULL when there is none. Valid until the array changes. */
MienPersonState *mien_edit_state_find_person (MienEditState *self, guint id);
MienTrackState *mien_edit_state_find_track (MienEditState *self, guint id);
MienMarkState *mien_edit_state_find_mark (MienEditState *self, guint id);
/* Any entry of the track that analysis called @raw, the first by frame. */
MienTrackState *mien_edit_state_find_raw (MienEditState *self, guint raw);

/* Each takes a copy of @name or @label, made valid UTF-8. */
void mien_edit_state_add_person (MienEditState *self, guint id, const char *name, guint colour);
void
mien_edit_state_add_track (MienEditState *self, guint id, guint raw, guint32 first, guint person);
void mien_edit_state_add_exclusion (MienEditState *self, guint person, gint64 start, gint64 end);
void mien_edit_state_add_mark (
    MienEditState *self, guint id, gint64 start, gint64 end, const char *label);
void mien_edit_state_remove_person (MienEditState *self, guint id);
void mien_edit_state_remove_mark (MienEditState *self, guint id);
void mien_edit_state_set_text (char **ref_string, const char *text);

guint mien_edit_state_next_person (const MienEditState *self);
guint mien_edit_state_next_track (const MienEditState *self);
guint mien_edit_state_next_mark (const MienEditState *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienEditState, mien_edit_state_unref)

G_END_DECLS
