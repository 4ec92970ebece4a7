/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/walk.h"

/* A track that is on, or may come back. */
typedef struct
{
  MienTrack *track;
  const guint32 *frames;
  gsize n, at;
} Cursor;

typedef struct
{
  MienTrack *track;
  gsize index;
} Face;

struct _MienWalk
{
  MienDocument *document;
  gsize next;        /* frame */
  GPtrArray *tracks; /* all, by first frame */
  guint begun;       /* of them, how many became cursors */
  GArray *active;    /* of Cursor, by number of the track */
  GArray *faces;     /* of Face: of the current frame */
};

static int
compare_first (gconstpointer a, gconstpointer b)
{
  MienTrack *x = *(MienTrack *const *) a, *y = *(MienTrack *const *) b;
  guint32 first_x = mien_track_get_frames (x)[0], first_y = mien_track_get_frames (y)[0];

  if (first_x != first_y)
    return first_x < first_y ? -1 : 1;
  return mien_track_get_id (x) < mien_track_get_id (y) ? -1 : 1;
}

MienWalk *
mien_walk_new (MienDocument *document)
{
  MienWalk *self = g_new0 (MienWalk, 1);
  GListModel *tracks = mien_document_get_tracks (document);
  guint n = g_list_model_get_n_items (tracks);

  self->document = document;
  self->tracks = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MienTrack) track = g_list_model_get_item (tracks, i);

      if (mien_track_get_length (track) > 0)
        g_ptr_array_add (self->tracks, g_steal_pointer (&track));
    }
  g_ptr_array_sort (self->tracks, compare_first);
  self->active = g_array_new (FALSE, FALSE, sizeof (Cursor));
  self->faces = g_array_new (FALSE, FALSE, sizeof (Face));
  return self;
}

void
mien_walk_free (MienWalk *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->tracks);
  g_array_unref (self->active);
  g_array_unref (self->faces);
  g_free (self);
}

static void
begin_track (MienWalk *self, MienTrack *track)
{
  Cursor cursor = { track, mien_track_get_frames (track), mien_track_get_length (track), 0 };
  guint at = self->active->len;

  while (at > 0
         && mien_track_get_id (g_array_index (self->active, Cursor, at - 1).track)
                > mien_track_get_id (track))
    at--;
  g_array_insert_val (self->active, at, cursor);
}

gboolean
mien_walk_next (MienWalk *self, gsize *frame)
{
  guint32 number;

  g_array_set_size (self->faces, 0);
  if (self->next == mien_document_get_n_frames (self->document))
    return FALSE;
  *frame = self->next++;
  number = mien_document_get_frame_numbers (self->document)[*frame];
  while (self->begun < self->tracks->len
         && mien_track_get_frames (self->tracks->pdata[self->begun])[0] <= number)
    begin_track (self, self->tracks->pdata[self->begun++]);
  for (guint i = 0; i < self->active->len;)
    {
      Cursor *cursor = &g_array_index (self->active, Cursor, i);

      /* A damaged file may hold samples of frames that are nowhere else. */
      while (cursor->at < cursor->n && cursor->frames[cursor->at] < number)
        cursor->at++;
      if (cursor->at < cursor->n && cursor->frames[cursor->at] == number)
        {
          Face face = { cursor->track, cursor->at++ };

          g_array_append_val (self->faces, face);
        }
      if (cursor->at == cursor->n)
        g_array_remove_index (self->active, i);
      else
        i++;
    }
  return TRUE;
}

guint
mien_walk_get_n_faces (const MienWalk *self)
{
  return self->faces->len;
}

MienTrack *
mien_walk_get_index (const MienWalk *self, guint k, gsize *index)
{
  const Face *face = &g_array_index (self->faces, Face, k);

  *index = face->index;
  return face->track;
}

MienTrack *
mien_walk_get_face (const MienWalk *self, guint k, MienSample *out)
{
  const Face *face = &g_array_index (self->faces, Face, k);

  mien_track_get_sample (face->track, face->index, out);
  return face->track;
}
