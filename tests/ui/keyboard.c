/* Real key presses: everything that the shortcuts window promises, and text fields that keep
 * theirs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gdk/x11/gdkx.h>

#include "driver.h"
#include "widgets/settings.h"

#define FRAME_NS (G_GINT64_CONSTANT (40) * 1000 * 1000)
#define SECOND_NS (G_GINT64_CONSTANT (1000) * 1000 * 1000)

typedef struct
{
  MienWindow *window;
  MienSession *session;
  MienDocument *document;
  char *xid;
} Setup;

static MienApplication *app;

static gboolean
film_is_over (gpointer data)
{
  MienSession *session = data;

  return mien_session_get_playhead (session) >= mien_session_get_duration (session) - FRAME_NS;
}

/* There is no window manager to give the window the keyboard. A server that is not ready for it
 * says nothing, and xdotool's own --sync would wait for ever then, so it is asked again. */
static void
take_keyboard (Setup *s)
{
  for (int i = 0; i < 30 && !gtk_window_is_active (GTK_WINDOW (s->window)); i++)
    {
      gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC;

      g_assert_cmpint (driver_run ((const char *[]){ "xdotool", "windowfocus", s->xid, NULL }), ==,
                       0);
      while (!gtk_window_is_active (GTK_WINDOW (s->window)) && g_get_monotonic_time () < end)
        {
          driver_settle ();
          g_usleep (10000);
        }
    }
  g_assert_true (gtk_window_is_active (GTK_WINDOW (s->window)));
  driver_settle ();
}

static void
set_up (Setup *s, gconstpointer data)
{
  GSettings *settings = mien_settings_get_default ();
  GdkSurface *surface;

  if (data != NULL)
    g_settings_set_int (settings, MIEN_SETTINGS_WINDOW_HEIGHT, GPOINTER_TO_INT (data));
  s->window = driver_new_window (app);
  g_settings_reset (settings, MIEN_SETTINGS_WINDOW_HEIGHT);
  driver_open (s->window, driver_get_clip (), MIEN_WINDOW_FILM);
  driver_wait_analysed (s->window);
  s->session = mien_window_get_session (s->window);
  s->document = mien_session_get_document (s->session);
  /* What is opened plays: keys that move are only to be told from it when it stands. */
  driver_wait (film_is_over, s->session, "the end of the film");
  driver_wait (driver_is_standing, s->window, "the film to stand");
  driver_settle ();
  surface = gtk_native_get_surface (GTK_NATIVE (s->window));
  s->xid = g_strdup_printf ("%lu", gdk_x11_surface_get_xid (surface));
  take_keyboard (s);
}

static void
tear_down (Setup *s, gconstpointer data)
{
  while (mien_document_can_undo (s->document))
    mien_document_undo (s->document);
  driver_close (s->window);
  g_free (s->xid);
}

/* The question at the end comes back when the server has seen the key go up: without it the next
 * program's keys can overtake, and a Shift that is still down makes another shortcut of them. */
static void
press (const char *key)
{
  g_assert_cmpint (driver_run ((const char *[]){ "xdotool", "key", key, "getmouselocation", NULL }),
                   ==, 0);
}

/* --- what is waited for ----------------------------------------------------------------------- */

typedef struct
{
  Setup *s;
  gint64 value;
} Wait;

static gboolean
playhead_is (gpointer data)
{
  Wait *wait = data;

  return mien_session_get_playhead (wait->s->session) == wait->value;
}

static gboolean
is_at_end (gpointer data)
{
  return film_is_over (((Wait *) data)->s->session);
}

static gboolean
has_button_focus (gpointer data)
{
  return GTK_IS_BUTTON (gtk_window_get_focus (GTK_WINDOW (((Wait *) data)->s->window)));
}

static gboolean
marks_are (gpointer data)
{
  Wait *wait = data;

  return (gint64) g_list_model_get_n_items (mien_document_get_marks (wait->s->document))
         == wait->value;
}

static gboolean
view_is_shorter (gpointer data)
{
  Wait *wait = data;
  gint64 start, end;

  mien_session_get_view (wait->s->session, &start, &end);
  return end - start < wait->value;
}

static gboolean
view_is_whole (gpointer data)
{
  Wait *wait = data;
  gint64 start, end;

  mien_session_get_view (wait->s->session, &start, &end);
  return start == 0 && end == mien_session_get_duration (wait->s->session);
}

static gboolean
selection_ends_at (gpointer data)
{
  Wait *wait = data;
  gint64 start, end;

  return mien_session_get_selection (wait->s->session, &start, &end) && end == wait->value;
}

static gboolean
is_renamed (gpointer data)
{
  Wait *wait = data;

  return g_str_equal (mien_person_get_name (mien_session_get_person (wait->s->session)), "Emma");
}

static gboolean
is_unnamed (gpointer data)
{
  Wait *wait = data;

  return !mien_person_is_named (mien_session_get_person (wait->s->session));
}

static gboolean
people_are (gpointer data)
{
  Wait *wait = data;

  return (gint64) g_list_model_get_n_items (mien_document_get_people (wait->s->document))
         == wait->value;
}

static gboolean
baseline_is (gpointer data)
{
  Wait *wait = data;

  return mien_person_has_baseline (mien_session_get_person (wait->s->session)) == wait->value;
}

static void
press_and_wait (Setup *s, const char *key, DriverFunc done, gint64 value)
{
  Wait wait = { s, value };

  press (key);
  driver_wait (done, &wait, key);
}

/* --- tests ------------------------------------------------------------------------------------ */

static void
test_moving (Setup *s, gconstpointer data)
{
  press_and_wait (s, "Home", playhead_is, 0);
  press_and_wait (s, "period", playhead_is, FRAME_NS);
  press_and_wait (s, "period", playhead_is, 2 * FRAME_NS);
  press_and_wait (s, "comma", playhead_is, FRAME_NS);
  press_and_wait (s, "Right", playhead_is, FRAME_NS + SECOND_NS);
  press_and_wait (s, "Left", playhead_is, FRAME_NS);
}

/* Where the page is higher than the window, keys move in the film and not the page, wherever in it
 * the focus is. */
static void
test_low (Setup *s, gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      press_and_wait (s, "Home", playhead_is, 0);
      press_and_wait (s, "period", playhead_is, FRAME_NS);
      press_and_wait (s, "End", is_at_end, 0);
      press_and_wait (s, "Tab", has_button_focus, 0);
    }
}

static void
test_timeline (Setup *s, gconstpointer data)
{
  gint64 whole = mien_session_get_duration (s->session);

  press_and_wait (s, "Home", playhead_is, 0);
  press_and_wait (s, "plus", view_is_shorter, whole);
  press_and_wait (s, "f", view_is_whole, 0);
  press_and_wait (s, "Right", playhead_is, SECOND_NS);
  press_and_wait (s, "bracketright", selection_ends_at, SECOND_NS);
  press_and_wait (s, "m", marks_are, 1);
  press_and_wait (s, "ctrl+z", marks_are, 0);
  press_and_wait (s, "ctrl+shift+z", marks_are, 1);
}

/* One person is two from here on, and one again; every step can be taken back. */
static void
test_people (Setup *s, gconstpointer data)
{
  gint64 n = g_list_model_get_n_items (mien_document_get_people (s->document));

  press_and_wait (s, "Home", playhead_is, 0);
  press_and_wait (s, "Right", playhead_is, SECOND_NS);
  press_and_wait (s, "s", people_are, n + 1);
  press_and_wait (s, "shift+m", people_are, n);
  press_and_wait (s, "ctrl+z", people_are, n + 1);
  press_and_wait (s, "ctrl+z", people_are, n);
  press_and_wait (s, "bracketright", selection_ends_at, SECOND_NS);
  press_and_wait (s, "b", baseline_is, TRUE);
  press_and_wait (s, "ctrl+z", baseline_is, FALSE);
}

/* Letters that are shortcuts are letters in a text field. */
static void
test_text (Setup *s, gconstpointer data)
{
  Wait wait = { s, 0 };

  g_assert_nonnull (mien_session_get_person (s->session));
  press ("F2");
  driver_settle ();
  g_assert_cmpint (driver_run ((const char *[]){ "xdotool", "type", "Emma", NULL }), ==, 0);
  press ("Return");
  driver_wait (is_renamed, &wait, "a new name");
  g_assert_true (marks_are (&wait));
  /* A name is taken back and given again like everything else. */
  press_and_wait (s, "ctrl+z", is_unnamed, 0);
  press_and_wait (s, "ctrl+shift+z", is_renamed, 0);
}

#define ADD(name, func) g_test_add ("/keyboard/" name, Setup, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_autofree char *xdotool = g_find_program_in_path ("xdotool");
  int result;

  gtk_test_init (&argc, &argv, NULL);
  if (xdotool == NULL || !GDK_IS_X11_DISPLAY (gdk_display_get_default ()))
    {
      g_print ("1..0 # SKIP xdotool and an X display are needed\n");
      return 0;
    }
  app = driver_start ();
  if (driver_get_clip () == NULL)
    {
      g_print ("1..0 # SKIP ffmpeg is needed\n");
      return 0;
    }
  ADD ("moving", test_moving);
  g_test_add ("/keyboard/low", Setup, GINT_TO_POINTER (400), set_up, test_low, tear_down);
  ADD ("timeline", test_timeline);
  ADD ("people", test_people);
  ADD ("text", test_text);
  result = g_test_run ();
  g_object_unref (app);
  return result;
}
