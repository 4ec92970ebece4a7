/* Zooming while a film plays, in a real window over a document of ten hours: how long each frame
 * takes. fluency [HOURS | DOC.mien [SECONDS]]: a document with the samples of ten hours, 30 frames
 * a second and two people is made when none is given; SECONDS (3) are spent in each mode of the
 * timeline. A benchmark: fails when a frame is over the bar.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "driver.h"
#include "made.h"
#include "widgets/settings.h"

#define BAR_MS 33.0

typedef struct
{
  MienSession *session;
  gint64 until;  /* monotonic, us */
  gint64 begun;  /* what the thread had worked when the frame under way began, us */
  gint64 last;   /* when the last one was painted, 0: none yet */
  GArray *work;  /* of double: ms that a frame takes from its beginning to its last pixel */
  GArray *gaps;  /* of double: ms between two painted frames */
  gint64 played; /* where the playhead was last */
  guint moves;   /* how often it moved */
} Run;

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

/* Microseconds that this thread has worked: other programs on the machine do not count. */
static gint64
get_worked (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
before_cb (GdkFrameClock *clock, Run *run)
{
  run->begun = get_worked ();
}

static void
after_cb (GdkFrameClock *clock, Run *run)
{
  gint64 now = g_get_monotonic_time ();
  gint64 playhead = mien_session_get_playhead (run->session);
  double work = (double) (get_worked () - run->begun) * 1e-3,
         gap = (double) (now - run->last) * 1e-3;

  g_array_append_val (run->work, work);
  if (run->last != 0)
    g_array_append_val (run->gaps, gap);
  run->last = now;
  run->moves += playhead != run->played;
  run->played = playhead;
}

/* Out to the whole and in to a second, twice every three seconds, around the playhead. */
static gboolean
zoom_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  Run *run = data;
  double whole = (double) mien_session_get_duration (run->session);
  double phase = (double) (gdk_frame_clock_get_frame_time (clock) % 1500000) / 1500000.0;
  double part = 0.5 + 0.5 * cos (2.0 * G_PI * phase);
  gint64 length = (gint64) (1e9 * pow (whole / 1e9, part));
  gint64 centre = mien_session_get_playhead (run->session);

  mien_session_set_view (run->session, centre - length / 2, centre + length / 2);
  return G_SOURCE_CONTINUE;
}

static gboolean
is_over (gpointer data)
{
  return g_get_monotonic_time () >= ((Run *) data)->until;
}

static double
quantile (GArray *values, double part)
{
  qsort (values->data, values->len, sizeof (double), compare);
  return g_array_index (values, double, (guint) ((values->len - 1) * part));
}

/* The longest frame, ms. */
static double
measure (MienWindow *window, MienTimelineMode mode, double seconds)
{
  GtkWidget *widget = GTK_WIDGET (window);
  GdkFrameClock *clock = gtk_widget_get_frame_clock (widget);
  Run run = { .session = mien_window_get_session (window) };
  double longest;
  guint tick;
  gulong before, after;

  run.work = g_array_new (FALSE, FALSE, sizeof (double));
  run.gaps = g_array_new (FALSE, FALSE, sizeof (double));
  mien_session_set_mode (run.session, mode);
  mien_session_seek (run.session, 0, TRUE);
  driver_settle ();
  tick = gtk_widget_add_tick_callback (widget, zoom_cb, &run, NULL);
  /* The first half second is the film's, which seeks. */
  run.until = g_get_monotonic_time () + G_USEC_PER_SEC / 2;
  driver_wait (is_over, &run, "the film");
  before = g_signal_connect (clock, "before-paint", G_CALLBACK (before_cb), &run);
  after = g_signal_connect (clock, "after-paint", G_CALLBACK (after_cb), &run);
  run.until = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);
  driver_wait (is_over, &run, "the frames");
  g_signal_handler_disconnect (clock, before);
  g_signal_handler_disconnect (clock, after);
  gtk_widget_remove_tick_callback (widget, tick);
  longest = quantile (run.work, 1.0);
  g_print (
      "%-10s %4u frames, playhead moved %3u times; work: median %5.1f, p99 %5.1f, longest %5.1f "
      "ms; between frames: median %5.1f, p99 %5.1f, longest %5.1f ms\n",
      mien_timeline_mode_get_name (mode), run.work->len, run.moves, quantile (run.work, 0.5),
      quantile (run.work, 0.99), longest, quantile (run.gaps, 0.5), quantile (run.gaps, 0.99),
      quantile (run.gaps, 1.0));
  if (run.moves < seconds * 3)
    g_error ("the film did not play");
  g_array_unref (run.work);
  g_array_unref (run.gaps);
  return longest;
}

static char *
make_document (double hours)
{
  char *path = g_build_filename (driver_get_folder (), "long.mien", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDocument) document = mien_document_new ();
  const MienSource source = {
    driver_get_demo (), -1, NULL, (gint64) (hours * 3600e9), 640, 480, 30.0, -1
  };

  made_set_classes (document);
  mien_document_set_source (document, &source);
  made_append (document, 0, (gint64) (hours * 3600.0 * 30.0), 30.0, 2);
  mien_document_set_complete (document, TRUE);
  mien_document_save_as (document, path, &error);
  g_assert_no_error (error);
  mien_document_close (document, &error);
  g_assert_no_error (error);
  return path;
}

int
main (int argc, char **argv)
{
  MienApplication *app;
  MienWindow *window;
  g_autofree char *path = NULL;
  double worst = 0.0, seconds = argc > 2 ? g_ascii_strtod (argv[2], NULL) : 3.0;
  gint64 start, worked;

  app = driver_start ();
  g_settings_set_int (mien_settings_get_default (), MIEN_SETTINGS_WINDOW_WIDTH, 1600);
  g_settings_set_int (mien_settings_get_default (), MIEN_SETTINGS_WINDOW_HEIGHT, 1000);
  if (argc > 1 && g_str_has_suffix (argv[1], ".mien"))
    path = g_strdup (argv[1]);
  else
    path = make_document (argc > 1 ? g_ascii_strtod (argv[1], NULL) : MADE_HOURS);
  window = driver_new_window (app);
  start = g_get_monotonic_time ();
  worked = get_worked ();
  driver_open (window, path, MIEN_WINDOW_FILM);
  g_print ("opened in the window after %.0f ms, of which the main thread worked %.0f ms\n",
           (double) (g_get_monotonic_time () - start) * 1e-3,
           (double) (get_worked () - worked) * 1e-3);
  g_action_group_activate_action (G_ACTION_GROUP (window), "play", NULL);
  for (int mode = 0; mode < MIEN_TIMELINE_N_MODES; mode++)
    {
      double longest = measure (window, (MienTimelineMode) mode, seconds);

      worst = MAX (worst, longest);
    }
  g_print ("longest frame %.1f ms, bar %.0f ms\n", worst, BAR_MS);
  driver_close (window);
  g_object_unref (app);
  return worst <= BAR_MS ? 0 : 1;
}
