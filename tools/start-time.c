/* How long a window takes to come, and what it costs when nothing happens.
 *
 *   start-time [--runs N] [--idle SECONDS] [--max-ms MS] [--max-idle PERCENT] PROGRAM [ARGUMENT...]
 *
 * From fork to a usable window: something was drawn in it, and its main loop answers a ping of the
 * window manager's protocol that is sent after that. Seen from outside, through the X server of
 * $DISPLAY; the program knows nothing of it. With --idle the last run goes on: after three seconds
 * of rest its processor time over SECONDS is taken. Prints each start, the median and the load of
 * one core at rest; exit status 1 when a limit is passed.
 *
 * Run by tools/measure-start, which makes the display and a home.
 *
 * Reference: Extended Window Manager Hints 1.5, _NET_WM_PING; X Damage extension 1.1.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/Xdamage.h>
#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_US (30 * G_USEC_PER_SEC)
#define REST_SECONDS 3

static int runs = 7;
static double idle_seconds, max_ms, max_idle;
static char **command;

static const GOptionEntry entries[] = {
  { "runs", 0, 0, G_OPTION_ARG_INT, &runs, "Starts; one before them warms up", "N" },
  { "idle", 0, 0, G_OPTION_ARG_DOUBLE, &idle_seconds, "Measure the window at rest", "SECONDS" },
  { "max-ms", 0, 0, G_OPTION_ARG_DOUBLE, &max_ms, "Fail when the median is above", "MS" },
  { "max-idle", 0, 0, G_OPTION_ARG_DOUBLE, &max_idle, "Fail when a core is busier", "PERCENT" },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &command, NULL,
    "PROGRAM [ARGUMENT...]" },
  { NULL },
};

typedef struct
{
  Display *display;
  Atom protocols, ping;
  int damage_event;

  Window window; /* None until it was mapped */
  Damage damage; /* of the window */
  gint64 begin_us;
  double mapped_ms, drawn_ms, usable_ms; /* negative until then */
} Start;

static double
get_ms (const Start *start)
{
  return (double) (g_get_monotonic_time () - start->begin_us) / 1000;
}

/* The program's main loop answers by sending the message back to the root window. */
static void
send_ping (Start *start)
{
  XEvent event = { 0 };

  event.xclient.type = ClientMessage;
  event.xclient.window = start->window;
  event.xclient.message_type = start->protocols;
  event.xclient.format = 32;
  event.xclient.data.l[0] = (long) start->ping;
  event.xclient.data.l[1] = CurrentTime;
  event.xclient.data.l[2] = (long) start->window;
  XSendEvent (start->display, start->window, False, NoEventMask, &event);
  XFlush (start->display);
}

/* Something is seen: more than one colour. A window that was mapped and not drawn has one. */
static gboolean
shows_something (Start *start)
{
  XWindowAttributes attributes;
  gboolean differs = FALSE;
  XImage *image;

  if (!XGetWindowAttributes (start->display, start->window, &attributes))
    return FALSE;
  image = XGetImage (start->display, start->window, 0, 0, (unsigned) attributes.width,
                     (unsigned) attributes.height, AllPlanes, ZPixmap);
  if (image == NULL)
    return FALSE;
  for (int y = 0; y < image->height && !differs; y += 2)
    for (int x = 0; x < image->width && !differs; x += 2)
      differs = XGetPixel (image, x, y) != XGetPixel (image, image->width / 2, 0);
  XDestroyImage (image);
  return differs;
}

static void
handle (Start *start, const XEvent *event)
{
  XWindowAttributes attributes;

  if (event->type == MapNotify && start->window == None && !event->xmap.override_redirect
      && XGetWindowAttributes (start->display, event->xmap.window, &attributes)
      && attributes.width >= 200)
    {
      start->window = event->xmap.window;
      start->mapped_ms = get_ms (start);
      start->damage = XDamageCreate (start->display, start->window, XDamageReportNonEmpty);
    }
  else if (event->type == start->damage_event + XDamageNotify && start->drawn_ms < 0)
    {
      XDamageSubtract (start->display, start->damage, None, None);
      if (!shows_something (start))
        return;
      start->drawn_ms = get_ms (start);
      send_ping (start);
    }
  else if (event->type == ClientMessage && event->xclient.message_type == start->protocols
           && (Atom) event->xclient.data.l[0] == start->ping && start->drawn_ms >= 0)
    start->usable_ms = get_ms (start);
}

static void
watch (Start *start)
{
  struct pollfd fd = { .fd = ConnectionNumber (start->display), .events = POLLIN };

  while (start->usable_ms < 0 && g_get_monotonic_time () - start->begin_us < LIMIT_US)
    {
      while (XPending (start->display) > 0)
        {
          XEvent event;

          XNextEvent (start->display, &event);
          handle (start, &event);
        }
      XFlush (start->display);
      if (start->usable_ms < 0)
        poll (&fd, 1, 100);
    }
}

/* Processor seconds of the process so far, of all of its threads. */
static double
get_cpu_seconds (pid_t pid)
{
  struct timespec time;
  clockid_t clock;

  if (clock_getcpuclockid (pid, &clock) != 0 || clock_gettime (clock, &time) != 0)
    return -1;
  return (double) time.tv_sec + (double) time.tv_nsec / 1e9;
}

static pid_t
spawn (void)
{
  pid_t pid = fork ();

  if (pid == 0)
    {
      execvp (command[0], command);
      _exit (127);
    }
  return pid;
}

/* A window that went takes its damage along; the server says so in errors that mean nothing. */
static int
error_cb (Display *display, XErrorEvent *event)
{
  return 0;
}

static pid_t
run_once (Start *start)
{
  pid_t pid;

  start->window = None;
  start->mapped_ms = start->drawn_ms = start->usable_ms = -1;
  start->begin_us = g_get_monotonic_time ();
  pid = spawn ();
  watch (start);
  return pid;
}

static void
end (Start *start, pid_t pid)
{
  kill (pid, SIGTERM);
  waitpid (pid, NULL, 0);
  XSync (start->display, True);
}

static double
measure_idle (pid_t pid)
{
  double before, after;

  g_usleep (REST_SECONDS * G_USEC_PER_SEC);
  before = get_cpu_seconds (pid);
  g_usleep ((gulong) (idle_seconds * G_USEC_PER_SEC));
  after = get_cpu_seconds (pid);
  return before < 0 || after < 0 ? -1 : 100 * (after - before) / idle_seconds;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static gboolean
measure (Start *start, double *median, double *idle)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));

  for (int i = -1; i < runs; i++)
    {
      pid_t pid = run_once (start);
      gboolean usable = start->usable_ms >= 0;

      if (usable)
        g_print ("%s: mapped %.0f ms, drawn %.0f ms, usable %.0f ms (%.0f ms of processor)\n",
                 i < 0 ? "warming up" : "start", start->mapped_ms, start->drawn_ms,
                 start->usable_ms, 1000 * get_cpu_seconds (pid));
      if (usable && i >= 0)
        g_array_append_val (times, start->usable_ms);
      if (usable && i == runs - 1 && idle_seconds > 0)
        *idle = measure_idle (pid);
      end (start, pid);
      if (!usable)
        return FALSE;
    }
  g_array_sort (times, compare);
  *median = g_array_index (times, double, times->len / 2);
  g_print ("median of %u: %.0f ms (%.0f to %.0f)\n", times->len, *median,
           g_array_index (times, double, 0), g_array_index (times, double, times->len - 1));
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  Start start = { 0 };
  double median = 0, idle = -1;
  int damage_error;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_strict_posix (context, TRUE);
  if (!g_option_context_parse (context, &argc, &argv, &error) || command == NULL || runs < 1)
    {
      g_printerr ("start-time: %s\n", error == NULL ? "no program" : error->message);
      return 2;
    }
  start.display = XOpenDisplay (NULL);
  if (start.display == NULL
      || !XDamageQueryExtension (start.display, &start.damage_event, &damage_error))
    {
      g_printerr ("start-time: no display with the damage extension\n");
      return 2;
    }
  XSetErrorHandler (error_cb);
  start.protocols = XInternAtom (start.display, "WM_PROTOCOLS", False);
  start.ping = XInternAtom (start.display, "_NET_WM_PING", False);
  XSelectInput (start.display, DefaultRootWindow (start.display), SubstructureNotifyMask);
  if (!measure (&start, &median, &idle))
    {
      g_printerr ("start-time: %s has shown no window that answers\n", command[0]);
      return 1;
    }
  if (idle_seconds > 0)
    g_print ("at rest over %.0f s: %.3f %% of one core\n", idle_seconds, idle);
  XCloseDisplay (start.display);
  return (max_ms > 0 && median > max_ms) || (max_idle > 0 && (idle < 0 || idle > max_idle));
}
