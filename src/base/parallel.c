/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/parallel.h"

#include <sched.h>
#include <stdatomic.h>

/* How often a waiting thread looks for work before it sleeps. A network runs tens of short rounds
 * one after another; sleeping between them would cost more than the work. First it only looks, for
 * as long as the last part of a round may take, some tenths of a millisecond: a processor that is
 * offered to others is gone for their whole slice, milliseconds, and the round with it. Then it
 * does offer its processor: where there are more threads than processors, the one it waits for may
 * need it. */
#define SPIN_ROUNDS 8192
#define YIELD_ROUNDS 512
/* A helper changes its processor by itself at most this often. */
#define MOVE_INTERVAL_US 2000

/* The next part of the current round: the round in the upper half, the part in the lower. A part is
 * taken by raising the lower half, which fails once the round is over: so a helper that wakes late
 * takes nothing, and the caller need not wait for it. That matters when the processors are shared
 * with other programs. */
typedef guint64 Ticket;

/* A part number no round has: nothing to take while a round is being prepared. */
#define CLOSED 0xffffffffu

struct _MienParallel
{
  guint n_threads;
  GThread **threads; /* n_threads - 1 helpers */
  GMutex mutex;
  GCond wake;     /* helpers wait here; guarded by mutex */
  GCond finished; /* the caller waits here; guarded by mutex */

  _Atomic Ticket ticket;
  /* Written by the caller while the ticket is closed. A helper may read them at any time, but uses
   * them only when it then takes a part of the round it read them in. */
  _Atomic (MienParallelFunc) func;
  _Atomic (gpointer) data;
  _Atomic guint n_parts;

  _Atomic guint done;     /* parts of this round that are finished */
  _Atomic guint sleepers; /* helpers that need a signal to wake */
  _Atomic int processor;  /* where the caller was when it opened the round */
  _Atomic gboolean quit;
};

typedef struct
{
  MienParallel *self;
  guint worker;
} Helper;

static guint32
ticket_round (Ticket ticket)
{
  return (guint32) (ticket >> 32);
}

/* Takes parts until there are none left. */
static void
run_parts (MienParallel *self, guint worker)
{
  for (;;)
    {
      Ticket ticket = atomic_load (&self->ticket);
      MienParallelFunc func = atomic_load (&self->func);
      gpointer data = atomic_load (&self->data);
      guint n_parts = atomic_load (&self->n_parts);
      guint part = (guint32) ticket;

      if (part >= n_parts)
        return;
      if (!atomic_compare_exchange_weak (&self->ticket, &ticket, ticket + 1))
        continue;
      func (data, part, worker);
      if (atomic_fetch_add (&self->done, 1) + 1 == n_parts && worker != 0)
        {
          g_mutex_lock (&self->mutex);
          g_cond_signal (&self->finished);
          g_mutex_unlock (&self->mutex);
        }
    }
}

static inline void
relax (guint round)
{
  if (round >= SPIN_ROUNDS)
    sched_yield ();
#if defined(__x86_64__) || defined(__i386__)
  else
    __builtin_ia32_pause ();
#endif
}

/* Nothing to do for a helper that has seen round @seen: it still is that one, or the next is being
 * prepared. */
static gboolean
is_idle (MienParallel *self, guint32 seen)
{
  Ticket ticket = atomic_load (&self->ticket);

  return (ticket_round (ticket) == seen || (guint32) ticket == CLOSED)
         && !atomic_load (&self->quit);
}

/* Moves this thread away from @processor, where the caller works, if it is there. The system would
 * leave both on one processor for tens of milliseconds, as neither is ever seen to wait; and on a
 * machine that was busy a moment ago it does not look for an idle one when it wakes a thread. */
static void
leave_processor (int processor, gint64 *moved)
{
  cpu_set_t all, others;
  gint64 now;

  if (processor < 0 || sched_getcpu () != processor)
    return;
  now = g_get_monotonic_time ();
  if (now - *moved < MOVE_INTERVAL_US)
    return;
  *moved = now;
  if (sched_getaffinity (0, sizeof all, &all) != 0 || CPU_COUNT (&all) < 2)
    return;
  others = all;
  CPU_CLR (processor, &others);
  if (sched_setaffinity (0, sizeof others, &others) == 0)
    sched_setaffinity (0, sizeof all, &all);
}

static gpointer
helper_main (gpointer user_data)
{
  Helper *helper = user_data;
  MienParallel *self = helper->self;
  guint worker = helper->worker;
  guint32 seen = 0;
  gint64 moved = 0;

  g_free (helper);
  for (;;)
    {
      for (guint i = 0; i < SPIN_ROUNDS + YIELD_ROUNDS && is_idle (self, seen); i++)
        relax (i);
      if (is_idle (self, seen))
        {
          g_mutex_lock (&self->mutex);
          atomic_fetch_add (&self->sleepers, 1);
          while (is_idle (self, seen))
            g_cond_wait (&self->wake, &self->mutex);
          atomic_fetch_sub (&self->sleepers, 1);
          g_mutex_unlock (&self->mutex);
        }
      if (atomic_load (&self->quit))
        return NULL;
      leave_processor (atomic_load (&self->processor), &moved);
      seen = ticket_round (atomic_load (&self->ticket));
      run_parts (self, worker);
    }
}

guint
mien_parallel_count_processors (void)
{
  cpu_set_t set;

  if (sched_getaffinity (0, sizeof set, &set) == 0)
    return MAX (1, (guint) CPU_COUNT (&set));
  return MAX (1, g_get_num_processors ());
}

MienParallel *
mien_parallel_new (guint n_threads)
{
  MienParallel *self = g_new0 (MienParallel, 1);

  self->n_threads = n_threads == 0 ? mien_parallel_count_processors () : n_threads;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->wake);
  g_cond_init (&self->finished);
  self->threads = g_new0 (GThread *, self->n_threads);
  for (guint i = 1; i < self->n_threads; i++)
    {
      Helper *helper = g_new (Helper, 1);

      helper->self = self;
      helper->worker = i;
      self->threads[i - 1] = g_thread_new ("mien-parallel", helper_main, helper);
    }
  return self;
}

void
mien_parallel_free (MienParallel *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  atomic_store (&self->quit, TRUE);
  g_cond_broadcast (&self->wake);
  g_mutex_unlock (&self->mutex);
  for (guint i = 1; i < self->n_threads; i++)
    g_thread_join (self->threads[i - 1]);
  g_free (self->threads);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->wake);
  g_cond_clear (&self->finished);
  g_free (self);
}

guint
mien_parallel_get_n_threads (const MienParallel *self)
{
  return self == NULL ? 1 : self->n_threads;
}

void
mien_parallel_for (MienParallel *self, guint n_parts, MienParallelFunc func, gpointer data)
{
  guint32 round;

  if (self == NULL || self->n_threads == 1 || n_parts <= 1)
    {
      for (guint part = 0; part < n_parts; part++)
        func (data, part, 0);
      return;
    }

  atomic_store (&self->processor, sched_getcpu ());
  round = ticket_round (atomic_load (&self->ticket)) + 1;
  atomic_store (&self->ticket, (Ticket) round << 32 | CLOSED);
  atomic_store (&self->func, func);
  atomic_store (&self->data, data);
  atomic_store (&self->n_parts, n_parts);
  atomic_store (&self->done, 0);
  atomic_store (&self->ticket, (Ticket) round << 32);
  if (atomic_load (&self->sleepers) > 0)
    {
      g_mutex_lock (&self->mutex);
      g_cond_broadcast (&self->wake);
      g_mutex_unlock (&self->mutex);
    }

  run_parts (self, 0);

  for (guint i = 0; i < SPIN_ROUNDS + YIELD_ROUNDS && atomic_load (&self->done) < n_parts; i++)
    relax (i);
  if (atomic_load (&self->done) < n_parts)
    {
      g_mutex_lock (&self->mutex);
      while (atomic_load (&self->done) < n_parts)
        g_cond_wait (&self->finished, &self->mutex);
      g_mutex_unlock (&self->mutex);
    }
}
