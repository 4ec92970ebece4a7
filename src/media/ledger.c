/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/ledger.h"

#include <string.h>

/* The middle one of this many distances between pictures is the usual distance. */
#define N_STEPS 9
/* A coded picture this much of a usual distance behind the picture before is one of its own; closer
 * ones are second fields, and pictures that are only there to predict from. */
#define OWN_PICTURE 0.6
/* A hole of more usual distances than this, where the demuxer skipped something, is a loss. */
#define HOLE 1.5

/* Times that are this close are one time that was rounded on two ways. */
#define ROUNDING_NS 1000

/* A coded picture that has not come out. */
typedef struct
{
  guint part; /* of the film, counted by what goes in */
  gint64 time;
} Pending;

struct _MienLedger
{
  GMutex mutex;       /* guards all fields */
  GSequence *pending; /* Pending, rising */
  guint part_in, part_out;
  gint64 last_frame;  /* time of the newest picture that came out, -1 before the first */
  gint64 last_packet; /* largest time that went in, -1 before the first */
  gint64 torn_at;     /* where the demuxer skipped something, -1: nowhere that is still open */
  gboolean was_clean; /* a picture without damage has come out: joins in mid-stream are over */
  gint64 steps[N_STEPS];
  guint n_steps;
  gint64 n_damaged;
  gint64 first_damaged;
};

MienLedger *
mien_ledger_new (void)
{
  MienLedger *self = g_new0 (MienLedger, 1);

  g_mutex_init (&self->mutex);
  self->pending = g_sequence_new (g_free);
  self->last_frame = self->last_packet = self->torn_at = self->first_damaged = -1;
  return self;
}

void
mien_ledger_free (MienLedger *self)
{
  g_sequence_free (self->pending);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static int
compare_steps (const void *a, const void *b)
{
  gint64 x = *(const gint64 *) a;
  gint64 y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

static int
compare_pending (gconstpointer a, gconstpointer b, gpointer data)
{
  const Pending *x = a;
  const Pending *y = b;

  if (x->part != y->part)
    return x->part < y->part ? -1 : 1;
  return x->time < y->time ? -1 : x->time > y->time;
}

/* 0 while nothing is known. */
static gint64
get_usual_step (const MienLedger *self)
{
  gint64 sorted[N_STEPS];
  guint n = MIN (self->n_steps, N_STEPS);

  if (n == 0)
    return 0;
  memcpy (sorted, self->steps, n * sizeof *sorted);
  qsort (sorted, n, sizeof *sorted, compare_steps);
  return sorted[n / 2];
}

static void
count_damage (MienLedger *self, gint64 pts)
{
  self->n_damaged++;
  if (self->first_damaged < 0 || pts < self->first_damaged)
    self->first_damaged = pts;
}

void
mien_ledger_add_packet (MienLedger *self, gint64 pts)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Pending *pending = g_new (Pending, 1);

  pending->part = self->part_in;
  pending->time = pts;
  g_sequence_insert_sorted (self->pending, pending, compare_pending, NULL);
  self->last_packet = MAX (self->last_packet, pts);
}

void
mien_ledger_tear (MienLedger *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->last_packet >= 0 && self->torn_at < 0)
    self->torn_at = self->last_packet;
}

gboolean
mien_ledger_is_cut (MienLedger *self, gint64 pts)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GSequenceIter *iter;
  gboolean has_earlier = FALSE;

  for (iter = g_sequence_get_begin_iter (self->pending); !g_sequence_iter_is_end (iter);
       iter = g_sequence_iter_next (iter))
    {
      const Pending *pending = g_sequence_get (iter);

      if (pending->part < self->part_out)
        continue;
      if (pending->part > self->part_out || pending->time > pts + ROUNDING_NS)
        break;
      if (pending->time >= pts - ROUNDING_NS)
        return FALSE;
      has_earlier = TRUE;
    }
  return has_earlier;
}

gint64
mien_ledger_repair (MienLedger *self, gint64 pts)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GSequenceIter *iter;

  if (self->last_frame < 0 || pts > self->last_frame)
    return pts;
  for (iter = g_sequence_get_begin_iter (self->pending); !g_sequence_iter_is_end (iter);
       iter = g_sequence_iter_next (iter))
    {
      const Pending *pending = g_sequence_get (iter);

      if (pending->part == self->part_out && pending->time > self->last_frame)
        return pending->time;
    }
  return pts;
}

/* Takes the coded pictures before @pts away and counts those that should have come out. */
static void
settle (MienLedger *self, gint64 pts)
{
  gint64 step = get_usual_step (self);
  gint64 before = self->last_frame;
  double own;

  /* The first step has only itself to compare with. */
  if (step == 0 && before >= 0 && pts != G_MAXINT64)
    step = pts - before;
  own = OWN_PICTURE * (double) step;
  while (!g_sequence_is_empty (self->pending))
    {
      GSequenceIter *first = g_sequence_get_begin_iter (self->pending);
      Pending pending = *(Pending *) g_sequence_get (first);

      if (pending.part > self->part_out || (pending.part == self->part_out && pending.time >= pts))
        break;
      g_sequence_remove (first);
      if (pending.part == self->part_out && before >= 0 && self->was_clean
          && (double) (pending.time - before) >= own && (double) (pts - pending.time) >= own)
        {
          count_damage (self, pending.time);
          before = pending.time;
        }
    }
}

static void
forget_pending (MienLedger *self, gint64 pts)
{
  GSequenceIter *first = g_sequence_get_begin_iter (self->pending);
  const Pending *pending;

  if (g_sequence_iter_is_end (first))
    return;
  pending = g_sequence_get (first);
  if (pending->part == self->part_out && pending->time == pts)
    g_sequence_remove (first);
}

void
mien_ledger_add_frame (MienLedger *self, gint64 pts, gboolean is_damaged)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gint64 n_before = self->n_damaged;
  gint64 step = get_usual_step (self);

  settle (self, pts);
  forget_pending (self, pts);
  if (is_damaged && self->was_clean)
    count_damage (self, pts);
  if (self->torn_at >= 0 && pts > self->torn_at)
    {
      if (step > 0 && self->n_damaged == n_before && self->last_frame >= 0
          && (double) (pts - self->last_frame) > HOLE * (double) step)
        count_damage (self, self->last_frame + step);
      self->torn_at = -1;
    }
  if (self->last_frame >= 0 && pts > self->last_frame)
    self->steps[self->n_steps++ % N_STEPS] = pts - self->last_frame;
  self->last_frame = pts;
  self->was_clean |= !is_damaged;
}

void
mien_ledger_begin_packets (MienLedger *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->part_in++;
  self->last_packet = -1;
}

void
mien_ledger_begin_frames (MienLedger *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->part_out++;
  self->last_frame = self->torn_at = -1;
}

void
mien_ledger_end (MienLedger *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  settle (self, G_MAXINT64);
}

gint64
mien_ledger_count_damaged (MienLedger *self, gint64 *first)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (first != NULL)
    *first = self->first_damaged;
  return self->n_damaged;
}
