/* The maps of a middle layer while a film plays, in a real window: how many are shown a second, and
 * whether the film still shows every picture. live-maps [FILM [SECONDS [LAYER]]]: the demo film,
 * ten seconds on the page with the picture and ten on the page of the network, twice. A benchmark:
 * fails below 15 new sets of maps a second, or when more pictures of the film are left out than on
 * the page with the picture.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../find-child.h"
#include "driver.h"
#include "widgets/network-page.h"
#include "widgets/settings.h"

#define BAR 15.0 /* sets of maps a second */
#define ROUNDS 2

typedef struct
{
  MienSession *session;
  MienDocument *document;
  gint64 until; /* monotonic, us */
  gint64 first; /* the picture that the run began on, ns; -1: none yet */
  gint64 last;  /* the picture that was there last, ns */
  gint64 drawn; /* the picture that stood when the window was last drawn, ns */
  guint n_pictures;
  guint n_drawn;
  guint n_maps; /* answers with maps */
  guint n_maps_drawn;
  gboolean is_new; /* maps came since the window was last drawn */
} Run;

/* Milliseconds that the thread of this name has worked; 0 when there is none. */
static double
get_thread_ms (const char *name)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *task;

  while (tasks != NULL && (task = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *comm_path = g_build_filename ("/proc/self/task", task, "comm", NULL);
      g_autofree char *stat_path = g_build_filename ("/proc/self/task", task, "schedstat", NULL);
      g_autofree char *comm = NULL, *stat = NULL;

      if (g_file_get_contents (comm_path, &comm, NULL, NULL)
          && strcmp (g_strstrip (comm), name) == 0
          && g_file_get_contents (stat_path, &stat, NULL, NULL))
        return (double) g_ascii_strtoull (stat, NULL, 10) * 1e-6;
    }
  return 0;
}

static double
get_main_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec * 1e-6;
}

static void
playhead_cb (MienSession *session, GParamSpec *pspec, Run *run)
{
  gint64 now = mien_session_get_playhead (session);

  if (run->first < 0)
    run->first = now;
  else if (now > run->last)
    run->n_pictures++;
  run->last = now;
}

static void
answered_cb (MienScope *scope, MienScopeAnswer *answer, Run *run)
{
  if (answer->problem != NULL)
    g_error ("%s", answer->problem);
  run->n_maps += answer->maps != NULL;
  run->is_new |= answer->maps != NULL;
}

static void
after_cb (GdkFrameClock *clock, Run *run)
{
  run->n_drawn += run->drawn != run->last;
  run->drawn = run->last;
  run->n_maps_drawn += run->is_new;
  run->is_new = FALSE;
}

static gboolean
is_over (gpointer data)
{
  return g_get_monotonic_time () >= ((Run *) data)->until;
}

/* Pictures of the film after the first up to the last of the run. */
static guint
count_film (const Run *run)
{
  const gint64 *times = mien_document_get_frame_times (run->document);
  guint n = 0;

  for (gsize i = 0; i < mien_document_get_n_frames (run->document); i++)
    n += times[i] > run->first && times[i] <= run->last;
  return n;
}

static void
show_page (MienWindow *window, const char *page)
{
  g_action_group_activate_action (G_ACTION_GROUP (window), "page", g_variant_new_string (page));
}

static void
let_play (Run *run, double seconds)
{
  run->until = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);
  driver_wait (is_over, run, "the film");
}

/* Pictures left out, and sets of maps drawn a second of film. */
static guint
measure (MienWindow *window, const char *page, double seconds, MienScope *scope, double *rate)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (window));
  Run run = { .session = mien_window_get_session (window), .first = -1, .last = -1, .drawn = -1 };
  double worked, scoped, film;
  gint64 begun;
  gulong after, playhead, answered;
  guint n_film;

  run.document = mien_session_get_document (run.session);
  show_page (window, page);
  mien_session_seek (run.session, 0, TRUE);
  let_play (&run, 1);
  after = g_signal_connect (clock, "after-paint", G_CALLBACK (after_cb), &run);
  playhead = g_signal_connect (run.session, "notify::playhead-ns", G_CALLBACK (playhead_cb), &run);
  answered = g_signal_connect (scope, "answered", G_CALLBACK (answered_cb), &run);
  worked = get_main_ms ();
  scoped = get_thread_ms ("scope");
  begun = g_get_monotonic_time ();
  let_play (&run, seconds);
  worked = get_main_ms () - worked;
  scoped = get_thread_ms ("scope") - scoped;
  seconds = (double) (g_get_monotonic_time () - begun) * 1e-6;
  g_signal_handler_disconnect (clock, after);
  g_signal_handler_disconnect (run.session, playhead);
  g_signal_handler_disconnect (scope, answered);
  n_film = count_film (&run);
  film = (double) (run.last - run.first) * 1e-9;
  if (n_film < seconds * 3)
    g_error ("the film did not play");
  *rate = run.n_maps_drawn / seconds;
  g_print ("%-8s %4.1f s, film %4.1f s of %3u pictures: %3u came, %3u drawn; maps %3u, drawn %3u "
           "(%.1f a second); main thread %.1f ms a picture, scope %.1f ms a set of maps\n",
           page, seconds, film, n_film, run.n_pictures, run.n_drawn, run.n_maps, run.n_maps_drawn,
           *rate, worked / MAX (run.n_pictures, 1), scoped / MAX (run.n_maps, 1));
  return n_film - MIN (run.n_drawn, n_film);
}

/* The convolution in the middle of the network. */
static const char *
find_middle (MienScope *scope)
{
  GArray *layers = mien_scope_get_layers (scope);
  const char *name = NULL;

  for (guint i = 0; i < layers->len && (name == NULL || i < layers->len / 2); i++)
    if (g_array_index (layers, MienLayer, i).rank == 4
        && g_str_equal (g_array_index (layers, MienLayer, i).op_type, "Conv")
        && g_array_index (layers, MienLayer, i).dims[2] > 1)
      name = g_array_index (layers, MienLayer, i).name;
  return name;
}

static gboolean
has_scope (gpointer page)
{
  MienScope *scope = mien_network_page_get_scope (page);

  return scope != NULL && mien_scope_get_n_answers (scope) > 0;
}

int
main (int argc, char **argv)
{
  MienApplication *app = driver_start ();
  const char *film = argc > 1 ? argv[1] : driver_get_demo ();
  double seconds = argc > 2 ? g_ascii_strtod (argv[2], NULL) : 10, rate, slowest = G_MAXDOUBLE;
  guint without = 0, with = 0;
  MienNetworkPage *page;
  MienWindow *window;
  MienScope *scope;
  const char *name;
  const MienLayer *layer;

  g_settings_set_int (mien_settings_get_default (), MIEN_SETTINGS_WINDOW_WIDTH, 1280);
  g_settings_set_int (mien_settings_get_default (), MIEN_SETTINGS_WINDOW_HEIGHT, 900);
  window = driver_new_window (app);
  driver_open (window, film, MIEN_WINDOW_FILM);
  driver_wait_analysed (window);
  page = MIEN_NETWORK_PAGE (find_child (GTK_WIDGET (window), MIEN_TYPE_NETWORK_PAGE));
  show_page (window, "network");
  driver_wait (has_scope, page, "a look into the network");
  scope = mien_network_page_get_scope (page);
  name = argc > 3 ? argv[3] : find_middle (scope);
  mien_network_page_set_view (page, "maps");
  if (!mien_network_page_set_layer (page, name))
    g_error ("there is no layer '%s'", name);
  layer = mien_layers_find (mien_scope_get_layers (scope), name);
  g_print ("layer %s: %d maps of %d x %d\n", name, (int) layer->dims[1], (int) layer->dims[2],
           (int) layer->dims[3]);
  /* What is opened plays, and where the analysis is fast it still does. */
  if (driver_is_standing (window))
    g_action_group_activate_action (G_ACTION_GROUP (window), "play", NULL);
  for (int round = 0; round < ROUNDS; round++)
    {
      without += measure (window, "picture", seconds, scope, &rate);
      with += measure (window, "network", seconds, scope, &rate);
      slowest = MIN (slowest, rate);
    }
  g_print ("%.1f sets of maps a second, bar %.0f; pictures not drawn: %u, without the network %u\n",
           slowest, BAR, with, without);
  driver_close (window);
  g_object_unref (app);
  return slowest >= BAR && with <= without ? 0 : 1;
}
