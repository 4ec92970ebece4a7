/* Saving and restoring a tracker. SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/cursor.h"
#include "vision/tracker-private.h"

/* Changes with every change of a stored struct; read on the other byte order it differs too. */
#define MAGIC 0x4d54524bu
#define VERSION 6u
/* Times beyond this (73 years) could overflow in differences. */
#define MAX_NS (G_GINT64_CONSTANT (1) << 61)

typedef struct
{
  guint32 magic, version, sizes[4];
  MienTrackerOptions options;
  guint64 n_pushed;
  gint64 n_serials;
  gint32 n_numbers;
  guint32 n_detected, n_tracks, n_lost, n_fates, n_frames;
  gboolean is_finished;
} Header;

typedef struct
{
  gint64 frame, pts_ns;
  guint64 order;
  gboolean is_cut, is_detected;
  guint32 n_entries;
} FrameHeader;

static void
init_header (Header *header)
{
  memset (header, 0, sizeof *header);
  header->magic = MAGIC;
  header->version = VERSION;
  header->sizes[0] = sizeof (MienTrackState);
  header->sizes[1] = sizeof (MienTrackerEntry);
  header->sizes[2] = sizeof (MienTrackFate);
  header->sizes[3] = sizeof (FrameHeader);
}

static void
append (GByteArray *bytes, const void *data, gsize size)
{
  if (size > 0)
    g_byte_array_append (bytes, data, (guint) size);
}

static void
append_tracks (GByteArray *bytes, const MienTracker *self, const GPtrArray *tracks)
{
  for (guint t = 0; t < tracks->len; t++)
    {
      const MienTrack *track = tracks->pdata[t];
      guint32 n = track->feature != NULL ? self->options.n_features : 0;

      append (bytes, &track->state, sizeof track->state);
      append (bytes, &n, sizeof n);
      append (bytes, track->feature, n * sizeof (float));
    }
}

GBytes *
mien_tracker_save (MienTracker *self)
{
  GByteArray *bytes = g_byte_array_new ();
  Header header;

  init_header (&header);
  header.options = self->options;
  header.n_pushed = self->n_pushed;
  header.n_serials = self->n_serials;
  header.n_numbers = self->n_numbers;
  header.n_detected = self->n_detected;
  header.n_tracks = self->tracks->len;
  header.n_lost = self->lost->len;
  header.n_fates = self->fates->len;
  header.n_frames = g_queue_get_length (&self->frames);
  header.is_finished = self->is_finished;
  append (bytes, &header, sizeof header);
  append_tracks (bytes, self, self->tracks);
  append_tracks (bytes, self, self->lost);
  append (bytes, self->fates->data, self->fates->len * sizeof (MienTrackFate));
  for (GList *l = self->frames.head; l != NULL; l = l->next)
    {
      const MienTrackerFrame *frame = l->data;
      FrameHeader f = { frame->frame,  frame->pts_ns,      frame->order,
                        frame->is_cut, frame->is_detected, frame->entries->len };

      append (bytes, &f, sizeof f);
      append (bytes, frame->entries->data, frame->entries->len * sizeof (MienTrackerEntry));
    }
  return g_byte_array_free_to_bytes (bytes);
}

static gboolean
take (MienCursor *cursor, void *out, gsize size)
{
  const guint8 *data = mien_cursor_take (cursor, size);

  if (data == NULL)
    return FALSE;
  if (size > 0)
    memcpy (out, data, size);
  return TRUE;
}

static gboolean
is_time (gint64 ns)
{
  return ns > -MAX_NS && ns < MAX_NS;
}

static gboolean
options_match (const MienTrackerOptions *a, const MienTrackerOptions *b)
{
  return MAX (a->confirm, 1) == MAX (b->confirm, 1) && a->delay == b->delay
         && a->max_gap_ns == b->max_gap_ns && a->min_score_new == b->min_score_new
         && a->n_features == b->n_features && a->max_away_ns == b->max_away_ns
         && a->same_limit == b->same_limit && a->other_limit == b->other_limit;
}

static gboolean
take_track (MienTracker *self, MienCursor *cursor, GPtrArray *tracks)
{
  g_autoptr (MienTrack) track = g_new0 (MienTrack, 1);
  MienTrackState *state = &track->state;
  guint32 n;

  if (!take (cursor, state, sizeof *state) || !take (cursor, &n, sizeof n)
      || (n != 0 && n != self->options.n_features) || state->serial < 1
      || state->serial > self->n_serials || state->number < 0 || state->number > self->n_numbers
      || state->birth > state->hit || state->hit >= self->n_pushed || !is_time (state->hit_ns)
      || state->last.n_points > MIEN_FACE_MAX_POINTS)
    return FALSE;
  if (n > 0)
    {
      track->feature = g_new (float, n);
      if (!take (cursor, track->feature, n * sizeof (float)))
        return FALSE;
    }
  g_ptr_array_add (tracks, g_steal_pointer (&track));
  return TRUE;
}

static gboolean
take_fate (MienTracker *self, MienCursor *cursor)
{
  MienTrackFate fate;

  if (!take (cursor, &fate, sizeof fate) || fate.number < 0 || fate.number > self->n_numbers)
    return FALSE;
  g_array_append_val (self->fates, fate);
  return TRUE;
}

static gboolean
take_frame (MienTracker *self, MienCursor *cursor)
{
  g_autoptr (MienTrackerFrame) frame = mien_tracker_frame_new ();
  const MienTrackerFrame *before = g_queue_peek_tail (&self->frames);
  FrameHeader header;

  if (!take (cursor, &header, sizeof header) || header.order >= self->n_pushed
      || (before != NULL && header.order <= before->order) || !is_time (header.pts_ns)
      || header.n_entries > 2 * MIEN_TRACKER_MAX_FACES)
    return FALSE;
  frame->frame = header.frame;
  frame->pts_ns = header.pts_ns;
  frame->order = header.order;
  frame->is_cut = header.is_cut;
  frame->is_detected = header.is_detected;
  for (guint e = 0; e < header.n_entries; e++)
    {
      MienTrackerEntry entry;

      if (!take (cursor, &entry, sizeof entry) || entry.face.n_points > MIEN_FACE_MAX_POINTS)
        return FALSE;
      g_array_append_val (frame->entries, entry);
    }
  g_queue_push_tail (&self->frames, g_steal_pointer (&frame));
  return TRUE;
}

static gboolean
take_all (MienTracker *self, const Header *header, MienCursor *cursor)
{
  /* Each item takes bytes, so the loops end with them. */
  for (guint i = 0; i < header->n_tracks; i++)
    if (!take_track (self, cursor, self->tracks))
      return FALSE;
  for (guint i = 0; i < header->n_lost; i++)
    if (!take_track (self, cursor, self->lost))
      return FALSE;
  for (guint i = 0; i < header->n_fates; i++)
    if (!take_fate (self, cursor))
      return FALSE;
  for (guint i = 0; i < header->n_frames; i++)
    if (!take_frame (self, cursor))
      return FALSE;
  return mien_cursor_get_left (cursor) == 0;
}

MienTracker *
mien_tracker_restore (const MienTrackerOptions *options, GBytes *state)
{
  g_autoptr (MienTracker) self = NULL;
  MienCursor cursor;
  Header header, wanted;
  gsize size;
  const void *data = g_bytes_get_data (state, &size);

  mien_cursor_init (&cursor, data, size);
  init_header (&wanted);
  if (!take (&cursor, &header, sizeof header) || header.magic != wanted.magic
      || header.version != wanted.version
      || memcmp (header.sizes, wanted.sizes, sizeof wanted.sizes) != 0
      || !options_match (&header.options, options)
      || options->n_features > MIEN_TRACKER_MAX_FEATURES || header.n_serials < 0
      || header.n_numbers < 0)
    return NULL;
  self = mien_tracker_new (options);
  self->n_pushed = header.n_pushed;
  self->n_serials = header.n_serials;
  self->n_numbers = header.n_numbers;
  self->n_detected = header.n_detected;
  self->is_finished = header.is_finished;
  return take_all (self, &header, &cursor) ? g_steal_pointer (&self) : NULL;
}
