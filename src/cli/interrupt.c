/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/interrupt.h"

#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define EXIT_INTERRUPTED 130

/* What a signal handler may touch. Blocking the signals and waiting for them would not do: OpenBLAS
 * starts threads before main, and those would take them. */
static sem_t signals;

static void
on_signal (int number)
{
  int kept = errno;

  sem_post (&signals);
  errno = kept;
}

static void
wait_for_signal (void)
{
  while (sem_wait (&signals) != 0)
    ;
}

static gpointer
watch_main (gpointer data)
{
  GCancellable *cancellable = data;

  wait_for_signal ();
  g_cancellable_cancel (cancellable);
  wait_for_signal ();
  _exit (EXIT_INTERRUPTED);
  return NULL;
}

void
mien_cli_watch_interrupt (GCancellable *cancellable)
{
  g_autoptr (GThread) thread = NULL;
  struct sigaction action;

  sem_init (&signals, 0, 0);
  memset (&action, 0, sizeof action);
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset (&action.sa_mask);
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
  /* Lives as long as the process does. */
  thread = g_thread_new ("mien-signals", watch_main, g_object_ref (cancellable));
}
