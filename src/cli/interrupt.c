/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

#define EXIT_INTERRUPTED 130

static void
fill_set (sigset_t *set)
{
  sigemptyset (set);
  sigaddset (set, SIGINT);
  sigaddset (set, SIGTERM);
}

static gpointer
watch_main (gpointer data)
{
  GCancellable *cancellable = data;
  sigset_t set;
  int number;

  fill_set (&set);
  while (sigwait (&set, &number) != 0)
    ;
  g_cancellable_cancel (cancellable);
  while (sigwait (&set, &number) != 0)
    ;
  _exit (EXIT_INTERRUPTED);
  return NULL;
}

void
mien_cli_watch_interrupt (GCancellable *cancellable)
{
  g_autoptr (GThread) thread = NULL;
  sigset_t set;

  fill_set (&set);
  pthread_sigmask (SIG_BLOCK, &set, NULL);
  /* Lives as long as the process does. */
  thread = g_thread_new ("mien-signals", watch_main, g_object_ref (cancellable));
}
