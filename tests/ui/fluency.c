/* Zooming while a film plays, in a real window over a document of ten hours: how long each frame
 * takes. fluency [HOURS | DOC.mien [SECONDS]]: a document with the samples of ten hours, 30 frames
 * a second and two people is made when none is given; SECONDS (3) are spent in each mode of the
 * timeline. Every frame is told by the clock and by what the main thread itself worked (the
 * difference is other programs' and waiting), and the work by what it went into: main loop (all
 * that is dispatched between two frames), update (tick callbacks), layout, paint (snapshot and
 * drawing). A benchmark: fails when a frame is work over the bar.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "driver.h"
#include "made.h"
#include "widgets/settings.h"

#define BAR_MS 33.0  /* between two frames on a machine that has nothing else to do */
#define WORK_MS 12.0 /* of that, the main thread's own work at the 99th percentile */

/* What a frame consists of, in the order in which the frame clock goes through it. */
typedef enum
{
  PHASE_LOOP, /* from the end of the frame before to the beginning of this one */
  PHASE_UPDATE,
  PHASE_LAYOUT,
  PHASE_PAINT,
  PHASE_WHOLE, /* all of them */
  N_PHASES
} Phase;

static const char *const phase_names[] = { "loop", "update", "layout", "paint", "whole" };

typedef struct
{
  MienSession *session;
  gint64 until;              /* monotonic, us */
  gint64 phase_begun;        /* what the thread had worked when the present phase began, us */
  double phase_ms[N_PHASES]; /* work in the frame under way */
  gint64 last;               /* when the last one was painted, 0: none yet */
  GArray *work[N_PHASES];    /* of double: ms of work, per frame */
  GArray *gaps;              /* of double: ms by the clock between two painted frames */
  gint64 played;             /* where the playhead was last */
  guint moves;               /* how often it moved */
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

/* Counts what was worked since the last call as @phase. */
static void
end_phase (Run *run, Phase phase)
{
  gint64 worked = get_worked ();
  double ms = (double) (worked - run->phase_begun) * 1e-3;

  run->phase_ms[phase] += ms;
  run->phase_ms[PHASE_WHOLE] += ms;
  run->phase_begun = worked;
}

static void
before_cb (GdkFrameClock *clock, Run *run)
{
  end_phase (run, PHASE_LOOP);
}

static void
update_done_cb (GdkFrameClock *clock, Run *run)
{
  end_phase (run, PHASE_UPDATE);
}

static void
layout_done_cb (GdkFrameClock *clock, Run *run)
{
  end_phase (run, PHASE_LAYOUT);
}

static void
after_cb (GdkFrameClock *clock, Run *run)
{
  gint64 now = g_get_monotonic_time ();
  gint64 playhead = mien_session_get_playhead (run->session);
  double gap = (double) (now - run->last) * 1e-3;

  end_phase (run, PHASE_PAINT);
  if (run->last != 0)
    {
      g_array_append_val (run->gaps, gap);
      for (int phase = 0; phase < N_PHASES; phase++)
        g_array_append_val (run->work[phase], run->phase_ms[phase]);
    }
  for (int phase = 0; phase < N_PHASES; phase++)
    run->phase_ms[phase] = 0.0;
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

static double
mean (GArray *values)
{
  double sum = 0.0;

  for (guint i = 0; i < values->len; i++)
    sum += g_array_index (values, double, i);
  return sum / MAX (values->len, 1);
}

static void
print_quantiles (const char *name, GArray *values)
{
  g_print (" %s %.1f/%.1f/%.1f", name, quantile (values, 0.5), quantile (values, 0.99),
           quantile (values, 1.0));
}

/* The work of a frame at the 99th percentile, ms; the longest into *@longest. *@played becomes
 * FALSE when the film did not. */
static double
measure (
    MienWindow *window, MienTimelineMode mode, double seconds, double *longest, gboolean *played)
{
  GtkWidget *widget = GTK_WIDGET (window);
  GdkFrameClock *clock = gtk_widget_get_frame_clock (widget);
  Run run = { .session = mien_window_get_session (window) };
  double p99;
  guint tick;

  for (int phase = 0; phase < N_PHASES; phase++)
    run.work[phase] = g_array_new (FALSE, FALSE, sizeof (double));
  run.gaps = g_array_new (FALSE, FALSE, sizeof (double));
  mien_session_set_mode (run.session, mode);
  mien_session_seek (run.session, 0, TRUE);
  driver_settle ();
  tick = gtk_widget_add_tick_callback (widget, zoom_cb, &run, NULL);
  /* The first half second is the film's, which seeks. */
  run.until = g_get_monotonic_time () + G_USEC_PER_SEC / 2;
  driver_wait (is_over, &run, "the film");
  run.phase_begun = get_worked ();
  g_signal_connect (clock, "before-paint", G_CALLBACK (before_cb), &run);
  g_signal_connect_after (clock, "update", G_CALLBACK (update_done_cb), &run);
  g_signal_connect_after (clock, "layout", G_CALLBACK (layout_done_cb), &run);
  g_signal_connect_after (clock, "after-paint", G_CALLBACK (after_cb), &run);
  run.until = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);
  driver_wait (is_over, &run, "the frames");
  g_signal_handlers_disconnect_by_data (clock, &run);
  gtk_widget_remove_tick_callback (widget, tick);
  p99 = quantile (run.work[PHASE_WHOLE], 0.99);
  *longest = quantile (run.work[PHASE_WHOLE], 1.0);
  g_print ("%-10s %4u frames, playhead moved %3u times; ms at median/p99/longest, by the clock",
           mien_timeline_mode_get_name (mode), run.gaps->len, run.moves);
  print_quantiles ("", run.gaps);
  g_print ("; work mean %.1f,", mean (run.work[PHASE_WHOLE]));
  for (int phase = 0; phase < N_PHASES; phase++)
    {
      print_quantiles (phase_names[phase], run.work[phase]);
      g_array_unref (run.work[phase]);
    }
  g_print ("\n");
  *played = *played && run.moves >= MIN (seconds * 3, run.gaps->len / 3.0);
  g_array_unref (run.gaps);
  return p99;
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
  double worst = 0.0, worst_p99 = 0.0, seconds = argc > 2 ? g_ascii_strtod (argv[2], NULL) : 3.0;
  gboolean played = TRUE;
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
      double longest;
      double p99 = measure (window, (MienTimelineMode) mode, seconds, &longest, &played);

      worst = MAX (worst, longest);
      worst_p99 = MAX (worst_p99, p99);
    }
  g_print ("work of a frame: p99 %.1f ms, bar %.0f ms; longest %.1f ms, bar %.0f ms\n", worst_p99,
           WORK_MS, worst, BAR_MS);
  if (!played)
    g_print ("the film did not play: this machine is too busy for a verdict\n");
  driver_close (window);
  g_object_unref (app);
  return played && worst <= BAR_MS && worst_p99 <= WORK_MS ? 0 : 1;
}
