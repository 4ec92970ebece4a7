/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/scrubber.h"

#include "events.h"
#include "fixture.h"

#define S FIXTURE_SECOND_NS

typedef struct
{
  MienSession *session;
  GtkWidget *scrubber;
  GtkWidget *window;
  double width;
} Setup;

static void
set_up (Setup *s, gconstpointer data)
{
  s->session = fixture_session_new ();
  s->scrubber = mien_scrubber_new ();
  mien_scrubber_set_session (MIEN_SCRUBBER (s->scrubber), s->session);
  s->window = fixture_show (s->scrubber, 1000, 60);
  s->width = gtk_widget_get_width (s->scrubber);
}

static void
tear_down (Setup *s, gconstpointer data)
{
  fixture_assert_finalises (s->window, s->scrubber);
  g_assert_finalize_object (s->session);
}

static double
x_of (Setup *s, gint64 time_ns)
{
  MienTimelineView view;
  double left, right;

  mien_timeline_view_init (&view, mien_session_get_document (s->session), s->width, 30);
  mien_timeline_get_span (&view, &left, &right);
  return left + (double) time_ns / (double) FIXTURE_END_NS * (right - left);
}

static void
assert_view (Setup *s, gint64 expected_start, gint64 expected_end)
{
  gint64 start, end;

  mien_session_get_view (s->session, &start, &end);
  g_assert_cmpint (ABS (start - expected_start), <, S / 20);
  g_assert_cmpint (ABS (end - expected_end), <, S / 20);
}

static void
test_role (Setup *s, gconstpointer data)
{
  g_assert_true (
      gtk_test_accessible_has_role (GTK_ACCESSIBLE (s->scrubber), GTK_ACCESSIBLE_ROLE_SCROLLBAR));
  mien_session_set_view (s->session, 2 * S, 4 * S);
  fixture_assert_property (s->scrubber, GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, 2.0);
  fixture_assert_property (s->scrubber, GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, 10.0);
}

static void
test_seek (Setup *s, gconstpointer data)
{
  events_drag (s->scrubber, x_of (s, 3 * S), 10, x_of (s, 5 * S) - x_of (s, 3 * S), 0);
  g_assert_cmpint (ABS (mien_session_get_playhead (s->session) - 5 * S), <, S / 20);
  assert_view (s, 0, 10 * S);
}

static void
test_move (Setup *s, gconstpointer data)
{
  mien_session_set_view (s->session, 2 * S, 4 * S);
  events_drag (s->scrubber, x_of (s, 3 * S), 10, x_of (s, 7 * S) - x_of (s, 3 * S), 0);
  assert_view (s, 6 * S, 8 * S);
  g_assert_cmpint (mien_session_get_playhead (s->session), ==, 0);
  /* Without moving it is a click that goes there. */
  events_drag (s->scrubber, x_of (s, 7 * S), 10, 0, 0);
  g_assert_cmpint (ABS (mien_session_get_playhead (s->session) - 7 * S), <, S / 20);
}

static void
test_edges (Setup *s, gconstpointer data)
{
  mien_session_set_view (s->session, 2 * S, 4 * S);
  events_drag (s->scrubber, x_of (s, 4 * S), 10, x_of (s, 7 * S) - x_of (s, 4 * S), 0);
  assert_view (s, 2 * S, 7 * S);
  events_drag (s->scrubber, x_of (s, 2 * S), 10, x_of (s, 3 * S) - x_of (s, 2 * S), 0);
  assert_view (s, 3 * S, 7 * S);
}

static void
test_keys (Setup *s, gconstpointer data)
{
  mien_session_set_view (s->session, 2 * S, 4 * S);
  g_assert_true (events_key (s->scrubber, GDK_KEY_Right));
  assert_view (s, 2 * S + S / 5, 4 * S + S / 5);
  g_assert_true (events_key (s->scrubber, GDK_KEY_Left));
  assert_view (s, 2 * S, 4 * S);
  g_assert_true (events_key (s->scrubber, GDK_KEY_Down));
  g_assert_false (events_key (s->scrubber, GDK_KEY_space));
}

#define ADD(name, func) g_test_add ("/scrubber/" name, Setup, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  ADD ("role", test_role);
  ADD ("seek", test_seek);
  ADD ("move", test_move);
  ADD ("edges", test_edges);
  ADD ("keys", test_keys);
  return g_test_run ();
}
