/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/parallel.h"

#include <sched.h>

/* How often an idle thread looks for work before it sleeps. A network runs tens of short rounds one
 * after another; sleeping between them would cost more than the work. First it looks without a
 * pause worth mentioning, then it offers its processor to others each time: where there are more
 * threads than processors, the one it waits for may need this very processor. */
#define SPIN_ROUNDS 128
#define YIELD_ROUNDS 128

struct _MienParallel
{
  guint n_threads;
  GThread **threads; /* n_threads - 1 helpers */
  GMutex mutex;
  GCond wake;     /* helpers wait here; guarded by mutex */
  GCond finished; /* the caller waits here; guarded by mutex */

  /* Set by the caller before round is raised, read by helpers after they saw it: the atomic on
   * round orders them. */
  MienParallelFunc func;
  gpointer data;
  guint n_parts;

  gint round;   /* atomic; raised once a call */
  gint next;    /* atomic; the next part */
  gint running; /* atomic; helpers that have not finished this round */
  gint quit;    /* atomic */
};

typedef struct
{
  MienParallel *self;
  guint worker;
} Helper;

static void
run_parts (MienParallel *self, guint worker)
{
  for (;;)
    {
      guint part = (guint) g_atomic_int_add (&self->next, 1);

      if (part >= self->n_parts)
        return;
      self->func (self->data, part, worker);
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

static gpointer
helper_main (gpointer user_data)
{
  Helper *helper = user_data;
  MienParallel *self = helper->self;
  guint worker = helper->worker;
  gint seen = 0;

  g_free (helper);
  for (;;)
    {
      for (guint i = 0; i < SPIN_ROUNDS && g_atomic_int_get (&self->round) == seen
                        && !g_atomic_int_get (&self->quit);
           i++)
        relax (i);
      if (g_atomic_int_get (&self->round) == seen)
        {
          g_mutex_lock (&self->mutex);
          while (g_atomic_int_get (&self->round) == seen && !g_atomic_int_get (&self->quit))
            g_cond_wait (&self->wake, &self->mutex);
          g_mutex_unlock (&self->mutex);
        }
      if (g_atomic_int_get (&self->quit))
        return NULL;
      seen = g_atomic_int_get (&self->round);
      run_parts (self, worker);
      if (g_atomic_int_dec_and_test (&self->running))
        {
          g_mutex_lock (&self->mutex);
          g_cond_signal (&self->finished);
          g_mutex_unlock (&self->mutex);
        }
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
  g_atomic_int_set (&self->quit, 1);
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
  if (self == NULL || self->n_threads == 1 || n_parts <= 1)
    {
      for (guint part = 0; part < n_parts; part++)
        func (data, part, 0);
      return;
    }

  self->func = func;
  self->data = data;
  self->n_parts = n_parts;
  g_atomic_int_set (&self->next, 0);
  g_atomic_int_set (&self->running, (gint) self->n_threads - 1);
  g_mutex_lock (&self->mutex);
  g_atomic_int_inc (&self->round);
  g_cond_broadcast (&self->wake);
  g_mutex_unlock (&self->mutex);

  run_parts (self, 0);

  for (guint i = 0; i < SPIN_ROUNDS && g_atomic_int_get (&self->running) > 0; i++)
    relax (i);
  if (g_atomic_int_get (&self->running) > 0)
    {
      g_mutex_lock (&self->mutex);
      while (g_atomic_int_get (&self->running) > 0)
        g_cond_wait (&self->finished, &self->mutex);
      g_mutex_unlock (&self->mutex);
    }
}
