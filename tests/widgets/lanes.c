/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/lanes.h"

#include "events.h"
#include "fixture.h"
#include "widgets/access.h"

#define S FIXTURE_SECOND_NS

typedef struct
{
  MienSession *session;
  GtkWidget *lanes;
  GtkWidget *window;
} Setup;

static void
set_up (Setup *s, gconstpointer data)
{
  s->session = fixture_session_new ();
  s->lanes = mien_lanes_new ();
  mien_lanes_set_session (MIEN_LANES (s->lanes), s->session);
  s->window = fixture_show (s->lanes, 900, 300);
}

static void
tear_down (Setup *s, gconstpointer data)
{
  fixture_assert_finalises (s->window, s->lanes);
  g_assert_finalize_object (s->session);
}

static void
get_view (Setup *s, MienTimelineView *view)
{
  mien_lanes_get_plot_view (MIEN_LANES (s->lanes), view);
}

static double
x_of (Setup *s, gint64 time_ns)
{
  MienTimelineView view;

  get_view (s, &view);
  return mien_timeline_time_to_x (&view, time_ns);
}

static double
y_of (Setup *s, guint person)
{
  MienTimelineView view;
  double y, height;

  get_view (s, &view);
  g_assert_true (mien_timeline_get_lane (mien_session_get_document (s->session), &view,
                                         fixture_get_person (s->session, person), &y, &height));
  return y + height / 2;
}

static void
assert_near (gint64 a, gint64 b)
{
  g_assert_cmpint (ABS (a - b), <, S / 20);
}

static void
test_role (Setup *s, gconstpointer data)
{
  g_assert_true (
      gtk_test_accessible_has_role (GTK_ACCESSIBLE (s->lanes), GTK_ACCESSIBLE_ROLE_SLIDER));
  fixture_assert_property (s->lanes, GTK_ACCESSIBLE_PROPERTY_LABEL, "Timeline");
  mien_session_seek (s->session, 3 * S, TRUE);
  fixture_assert_property (s->lanes, GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, 3.0);
  fixture_assert_property (s->lanes, GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, 10.0);
  fixture_assert_property (s->lanes, GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                           mien_lanes_get_readout (MIEN_LANES (s->lanes)));
}

static GtkDragSource *
find_drag_source (GtkWidget *widget)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_DRAG_SOURCE (controller))
        return GTK_DRAG_SOURCE (controller); /* the widget keeps it */
    }
  return NULL;
}

static GdkContentProvider *
take_out (Setup *s, gint64 time_ns)
{
  GdkContentProvider *provider = NULL;

  g_signal_emit_by_name (find_drag_source (s->lanes), "prepare", x_of (s, time_ns), y_of (s, 0),
                         &provider);
  return provider;
}

/* The selected range, and nothing beside it, can be dragged out as a table. */
static void
test_taken_out (Setup *s, gconstpointer data)
{
  MienDocument *document = mien_session_get_document (s->session);
  g_autoptr (GdkContentProvider) provider = NULL;
  g_autoptr (GdkContentFormats) formats = NULL;
  g_auto (GStrv) lines = NULL;
  GValue value = G_VALUE_INIT;
  double first, last;
  guint n;

  g_assert_null (take_out (s, 3 * S));
  mien_session_set_selection (s->session, 2 * S, 4 * S);
  g_assert_null (take_out (s, 5 * S));
  provider = take_out (s, 3 * S);
  g_assert_nonnull (provider);
  formats = gdk_content_provider_ref_formats (provider);
  g_assert_true (gdk_content_formats_contain_mime_type (formats, "text/csv"));
  g_assert_true (gdk_content_formats_contain_gtype (formats, GDK_TYPE_FILE_LIST));
  g_value_init (&value, G_TYPE_STRING);
  g_assert_true (gdk_content_provider_get_value (provider, &value, NULL));
  lines = g_strsplit (g_value_get_string (&value), "\n", -1);
  n = g_strv_length (lines);
  g_assert_cmpuint (n, >, 10);
  g_assert_true (g_str_has_prefix (lines[0], "frame,time,status,track,person,"));
  first = g_ascii_strtod (strchr (lines[1], ',') + 1, NULL);
  last = g_ascii_strtod (strchr (lines[n - 2], ',') + 1, NULL);
  g_assert_cmpfloat (first, >=, 2);
  g_assert_cmpfloat (last, <, 4);
  g_assert_cmpfloat (last - first, >, 1.9);
  g_assert_cmpstr (lines[n - 1], ==, "");
  g_assert_cmpuint (mien_document_get_n_frames (document), >, n);
  g_value_unset (&value);
}

static void
test_picture (Setup *s, gconstpointer data)
{
  g_autoptr (GdkTexture) picture = mien_lanes_dup_picture (MIEN_LANES (s->lanes));

  g_assert_nonnull (picture);
  g_assert_cmpint (gdk_texture_get_width (picture), ==, 2 * gtk_widget_get_width (s->lanes));
  g_assert_cmpint (gdk_texture_get_height (picture), >=, 2 * gtk_widget_get_height (s->lanes));
}

/* What a screen reader says of a control: without mnemonics and without the key. */
static void
test_names (void)
{
  static const char *const names[][2] = {
    { "_Open", "Open" },    { "To the Beginning (Home)", "To the Beginning" },
    { "A__B", "A_B" },      { "One Frame Back (,)", "One Frame Back" },
    { "导出(_E)", "导出" }, { "全屏（F11）", "全屏" },
    { "(all)", "(all)" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = mien_access_dup_name (names[i][0], TRUE);

      g_assert_cmpstr (name, ==, names[i][1]);
    }
}

/* What is left of a tooltip when the name has been made of it. */
static void
test_rests (void)
{
  static const char *const rests[][3] = {
    { "To the Beginning (Home)", "To the Beginning", "Home" },
    { "全屏（F11）", "全屏", "F11" },
    { "Speed", "Speed", "" },
    { "Show the Values Before Smoothing Too", "Raw", "Show the Values Before Smoothing Too" },
    { "Open a Video (Ctrl+O)", "Open", "Open a Video (Ctrl+O)" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rests); i++)
    {
      g_autofree char *rest = mien_access_dup_rest (rests[i][0], rests[i][1]);

      g_assert_cmpstr (rest, ==, rests[i][2]);
    }
}

static void
test_readout (Setup *s, gconstpointer data)
{
  guint *count = fixture_count_notify (s->lanes, "readout");
  const char *text;

  mien_session_set_playhead (s->session, 7 * S);
  text = mien_lanes_get_readout (MIEN_LANES (s->lanes));
  g_assert_nonnull (strstr (text, "00:07"));
  g_assert_nonnull (strstr (text, "Happiness"));
  g_assert_cmpuint (*count, ==, 1);
  mien_session_set_person (s->session, fixture_get_person (s->session, 1));
  g_assert_nonnull (strstr (mien_lanes_get_readout (MIEN_LANES (s->lanes)), "not there"));
  events_move (s->lanes, x_of (s, 3 * S), y_of (s, 1));
  assert_near (mien_session_get_hover (s->session), 3 * S);
  g_assert_nonnull (strstr (mien_lanes_get_readout (MIEN_LANES (s->lanes)), "00:0"));
  g_signal_emit_by_name (events_find (s->lanes, GTK_TYPE_EVENT_CONTROLLER_MOTION), "leave");
  g_assert_cmpint (mien_session_get_hover (s->session), ==, MIEN_SESSION_NO_TIME);
}

/* What was said of a moment is said anew when it is not true any more. */
static void
test_correction (Setup *s, gconstpointer data)
{
  MienDocument *document = mien_session_get_document (s->session);
  MienFilters filters = *mien_document_get_filters (document);
  const char *readout;

  mien_session_seek (s->session, 7 * S, TRUE);
  mien_session_set_playhead (s->session, 7 * S);
  g_assert_nonnull (strstr (mien_lanes_get_readout (MIEN_LANES (s->lanes)), "Happiness"));
  filters.threshold = 0.999;
  mien_document_set_filters (document, &filters);
  fixture_settle ();
  readout = mien_lanes_get_readout (MIEN_LANES (s->lanes));
  g_assert_nonnull (strstr (readout, "00:07"));
  g_assert_nonnull (strstr (readout, "Uncertain"));
  fixture_assert_property (s->lanes, GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, readout);
  fixture_assert_property (s->lanes, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, readout);
}

static void
test_click (Setup *s, gconstpointer data)
{
  events_drag (s->lanes, x_of (s, 4 * S), y_of (s, 1), 0, 0);
  assert_near (mien_session_get_playhead (s->session), 4 * S);
  g_assert_true (mien_session_get_person (s->session) == fixture_get_person (s->session, 1));
  g_assert_false (mien_session_get_selection (s->session, &(gint64){ 0 }, &(gint64){ 0 }));
}

static void
test_select (Setup *s, gconstpointer data)
{
  gint64 start, end, before = mien_session_get_playhead (s->session);
  double x = x_of (s, 2 * S);

  events_drag (s->lanes, x, y_of (s, 0), x_of (s, 6 * S) - x, 3);
  g_assert_true (mien_session_get_selection (s->session, &start, &end));
  assert_near (start, 2 * S);
  assert_near (end, 6 * S);
  g_assert_cmpint (mien_session_get_playhead (s->session), ==, before);
  /* A click takes the selection away. */
  events_drag (s->lanes, x, y_of (s, 0), 0, 0);
  g_assert_false (mien_session_get_selection (s->session, &start, &end));
}

static void
test_wheel (Setup *s, gconstpointer data)
{
  gint64 start, end, length;

  events_move (s->lanes, x_of (s, 5 * S), y_of (s, 0));
  g_assert_true (events_scroll (s->lanes, 0, -1));
  mien_session_get_view (s->session, &start, &end);
  length = end - start;
  g_assert_cmpint (length, <, 10 * S);
  assert_near (start + length / 2, 5 * S);
  g_assert_true (events_scroll (s->lanes, 1, 0));
  mien_session_get_view (s->session, &start, &end);
  g_assert_cmpint (start + length / 2, >, 5 * S);
  g_assert_cmpint (end - start, ==, length);
  g_assert_true (events_scroll (s->lanes, 0, 1));
  mien_session_get_view (s->session, &start, &end);
  g_assert_cmpint (end - start, >, length);
}

static void
test_keys (Setup *s, gconstpointer data)
{
  g_assert_true (events_key (s->lanes, GDK_KEY_Down));
  g_assert_true (mien_session_get_person (s->session) == fixture_get_person (s->session, 1));
  g_assert_true (events_key (s->lanes, GDK_KEY_Up));
  g_assert_true (mien_session_get_person (s->session) == fixture_get_person (s->session, 0));
  mien_session_set_view (s->session, 0, 2 * S);
  g_assert_true (events_key (s->lanes, GDK_KEY_Page_Down));
  g_assert_cmpint (mien_session_get_playhead (s->session), >, S);
  /* What the window handles is left to it. */
  g_assert_false (events_key (s->lanes, GDK_KEY_m));
  mien_session_set_selection (s->session, S, 2 * S);
  g_assert_false (events_key (s->lanes, GDK_KEY_Escape));
  g_assert_false (mien_session_get_selection (s->session, &(gint64){ 0 }, &(gint64){ 0 }));
}

/* Tab walks through the lanes and then leaves. */
static void
test_focus (Setup *s, gconstpointer data)
{
  g_assert_true (gtk_widget_grab_focus (s->lanes));
  g_assert_true (gtk_widget_child_focus (s->lanes, GTK_DIR_TAB_FORWARD));
  g_assert_true (mien_session_get_person (s->session) == fixture_get_person (s->session, 1));
  g_assert_true (gtk_widget_is_focus (s->lanes));
  g_assert_false (gtk_widget_child_focus (s->lanes, GTK_DIR_TAB_FORWARD));
  g_assert_true (gtk_widget_child_focus (s->lanes, GTK_DIR_TAB_BACKWARD));
  g_assert_true (mien_session_get_person (s->session) == fixture_get_person (s->session, 0));
}

static void
mark_cb (MienLanes *lanes, MienMark *mark, guint *id)
{
  *id = mien_mark_get_id (mark);
}

static void
test_mark (Setup *s, gconstpointer data)
{
  MienDocument *document = mien_session_get_document (s->session);
  MienMark *mark = mien_document_add_mark (document, 2 * S, 4 * S, "question");
  MienTimelineView view;
  MienTimelineHit hit;
  guint id = 0;
  double y;

  fixture_settle ();
  get_view (s, &view);
  /* Wherever the plot room draws it. */
  for (y = 0; y < view.height; y++)
    {
      mien_timeline_pick (document, &view, x_of (s, 3 * S), y, &hit);
      if (hit.mark != NULL)
        break;
    }
  g_assert_true (hit.mark == mark);
  g_signal_connect (s->lanes, "mark-activated", G_CALLBACK (mark_cb), &id);
  events_click (s->lanes, x_of (s, 3 * S), y, 2);
  g_assert_cmpuint (id, ==, mien_mark_get_id (mark));
  g_assert_true (mien_session_get_selection (s->session, &(gint64){ 0 }, &(gint64){ 0 }));
}

static void
test_modes (Setup *s, gconstpointer data)
{
  MienTimelineView view;

  for (guint mode = 0; mode < MIEN_TIMELINE_N_MODES; mode++)
    {
      mien_session_set_mode (s->session, (MienTimelineMode) mode);
      get_view (s, &view);
      g_assert_cmpint ((int) view.mode, ==, (int) mode);
      gtk_widget_queue_draw (s->lanes);
      fixture_settle ();
    }
  mien_lanes_set_show_raw (MIEN_LANES (s->lanes), TRUE);
  get_view (s, &view);
  g_assert_true (view.show_raw);
  g_assert_true (view.show_motion);
  mien_lanes_set_show_motion (MIEN_LANES (s->lanes), FALSE);
  get_view (s, &view);
  g_assert_false (view.show_motion);
}

/* Without a film there is nothing to show, and the lanes have the room; with one they give it. */
static void
test_faces_room (Setup *s, gconstpointer data)
{
  MienDocument *document = mien_session_get_document (s->session);
  guint *notified = fixture_count_notify (s->lanes, "show-faces");
  MienSource source = *mien_document_get_source (document);
  MienTimelineView view;

  g_assert_true (mien_lanes_get_show_faces (MIEN_LANES (s->lanes)));
  source.path = NULL;
  mien_document_set_source (document, &source);
  get_view (s, &view);
  g_assert_cmpfloat (view.faces_height, ==, 0.0);
  source.path = "/nowhere/film.mp4";
  mien_document_set_source (document, &source);
  get_view (s, &view);
  g_assert_cmpfloat (view.faces_height, >, 0.0);
  mien_lanes_set_show_faces (MIEN_LANES (s->lanes), FALSE);
  mien_lanes_set_show_faces (MIEN_LANES (s->lanes), FALSE);
  g_assert_cmpuint (*notified, ==, 1);
  get_view (s, &view);
  g_assert_cmpfloat (view.faces_height, ==, 0.0);
}

/* Nothing is open: no drawing, no input, no crash. */
static void
test_empty (void)
{
  GtkWidget *lanes = mien_lanes_new ();
  g_autoptr (MienSession) session = mien_session_new ();
  GtkWidget *window;

  mien_lanes_set_session (MIEN_LANES (lanes), session);
  window = fixture_show (lanes, 500, 200);
  events_drag (lanes, 100, 50, 40, 0);
  events_move (lanes, 120, 50);
  events_click (lanes, 120, 50, 2);
  g_assert_false (events_scroll (lanes, 0, 1));
  g_assert_false (events_key (lanes, GDK_KEY_Down));
  g_assert_cmpstr (mien_lanes_get_readout (MIEN_LANES (lanes)), ==, "");
  fixture_assert_finalises (window, lanes);
}

#define ADD(name, func) g_test_add ("/lanes/" name, Setup, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  ADD ("role", test_role);
  ADD ("readout", test_readout);
  ADD ("correction", test_correction);
  ADD ("click", test_click);
  ADD ("select", test_select);
  ADD ("wheel", test_wheel);
  ADD ("keys", test_keys);
  ADD ("focus", test_focus);
  ADD ("mark", test_mark);
  ADD ("modes", test_modes);
  ADD ("taken-out", test_taken_out);
  ADD ("picture", test_picture);
  ADD ("faces-room", test_faces_room);
  g_test_add_func ("/lanes/empty", test_empty);
  g_test_add_func ("/lanes/names", test_names);
  g_test_add_func ("/lanes/rests", test_rests);
  return g_test_run ();
}
