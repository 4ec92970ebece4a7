/* How long the timeline takes to be drawn: every mode at every zoom, 1600 pixels wide, two people,
 * with their motion, and lines with the raw values beside them too.
 * redraw [DOC.mien | HOURS [MODE]]: a document of the samples of ten hours at 30 frames a second is
 * made when none is given; MODE is one that is to be looked at alone, "raw" among them. Tells what
 * the thread worked, what passed by the clock, how many pages of memory the kernel had to hand out
 * (each costs about a microsecond, more on a virtual machine) and the ratio to filling the same
 * area plainly. A benchmark: fails, as `meson test --benchmark` shows, when the 99th percentile of
 * the work of any mode and zoom is over the bar.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "made.h"
#include "plot/timeline-plot.h"

#define WIDTH 1600
#define HEIGHT 320
#define ROUNDS 200
#define BAR_MS 8.0

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

/* Microseconds that this thread has worked: other programs on the machine do not count. */
static gint64
get_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Pages that this thread was given on first touch. */
static double
get_faults (void)
{
  struct rusage usage;

  getrusage (RUSAGE_THREAD, &usage);
  return (double) usage.ru_minflt;
}

static double
fill_plainly (cairo_t *cr)
{
  double times[ROUNDS];

  for (int i = 0; i < ROUNDS; i++)
    {
      gint64 start = get_time ();

      for (int k = 0; k < 10; k++)
        {
          cairo_set_source_rgb (cr, k * 0.1, 0.5, 0.5);
          cairo_paint (cr);
        }
      times[i] = (double) (get_time () - start) * 1e-4;
    }
  qsort (times, ROUNDS, sizeof (double), compare);
  return times[ROUNDS / 2];
}

/* Returns the worst 99th percentile, ms. */
static double
measure (
    cairo_t *cr, MienDocument *document, MienTimelineMode mode, gboolean show_raw, double plain)
{
  g_autoptr (MienTimelineScratch) scratch = mien_timeline_scratch_new ();
  gint64 whole = mien_document_get_end (document);
  double worst = 0.0;

  for (gint64 length = whole; length > 500000000; length /= 8)
    {
      double times[ROUNDS], walls[ROUNDS], faults[ROUNDS];
      MienTimelineView view;

      mien_timeline_view_init (&view, document, WIDTH, HEIGHT);
      view.scratch = scratch;
      view.show_raw = show_raw;
      view.mode = mode;
      view.with_legend = FALSE;
      /* What is worked out once when a document is first shown is not a redraw. */
      mien_timeline_draw (cr, document, &view);
      for (int i = 0; i < ROUNDS; i++)
        {
          gint64 start, wall;

          view.start_ns = (gint64) ((double) (whole - length) * fmod (i * 0.618, 1.0));
          view.end_ns = view.start_ns + length;
          faults[i] = get_faults ();
          wall = g_get_monotonic_time ();
          start = get_time ();
          mien_timeline_draw (cr, document, &view);
          times[i] = (double) (get_time () - start) * 1e-3;
          walls[i] = (double) (g_get_monotonic_time () - wall) * 1e-3;
          faults[i] = get_faults () - faults[i];
        }
      qsort (times, ROUNDS, sizeof (double), compare);
      qsort (walls, ROUNDS, sizeof (double), compare);
      qsort (faults, ROUNDS, sizeof (double), compare);
      printf ("%-10s %9.1f s  work: median %6.2f ms  p99 %6.2f ms  clock: %6.2f  %6.2f ms  "
              "faults: %4.0f  %4.0f  %6.1f x plain\n",
              show_raw ? "with raw" : mien_timeline_mode_get_name (mode), (double) length * 1e-9,
              times[ROUNDS / 2], times[ROUNDS * 99 / 100], walls[ROUNDS / 2],
              walls[ROUNDS * 99 / 100], faults[ROUNDS / 2], faults[ROUNDS * 99 / 100],
              times[ROUNDS / 2] / plain);
      worst = MAX (worst, times[ROUNDS * 99 / 100]);
    }
  return worst;
}

int
main (int argc, char **argv)
{
  g_autoptr (MienDocument) document = NULL;
  g_autoptr (GError) error = NULL;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (surface);
  const char *only = argc > 2 ? argv[2] : NULL;
  double plain, worst = 0.0, hours = argc > 1 ? g_ascii_strtod (argv[1], NULL) : MADE_HOURS;

  if (argc > 1 && g_str_has_suffix (argv[1], ".mien"))
    document = mien_document_open_read_only (argv[1], &error);
  else
    {
      document = mien_document_new ();
      made_set_classes (document);
      made_append_moving (document, 0, (gint64) (hours * 3600.0 * 30.0), 30.0, 2);
    }
  g_assert_no_error (error);
  plain = fill_plainly (cr);
  printf ("plain fill of %d x %d: %.3f ms\n", WIDTH, HEIGHT, plain);
  if (only == NULL || g_str_equal (only, "raw"))
    worst = measure (cr, document, MIEN_TIMELINE_LINES, TRUE, plain);
  for (int mode = 0; mode < MIEN_TIMELINE_N_MODES; mode++)
    {
      double p99 = 0.0;

      if (only == NULL || g_strcmp0 (only, mien_timeline_mode_get_name (mode)) == 0)
        p99 = measure (cr, document, mode, FALSE, plain);
      worst = MAX (worst, p99);
    }
  if (worst <= 0.0)
    {
      fprintf (stderr, "redraw: there is no mode \"%s\"\n", only);
      return 2;
    }
  printf ("worst p99 %.2f ms, bar %.1f ms\n", worst, BAR_MS);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  return worst < BAR_MS ? 0 : 1;
}
