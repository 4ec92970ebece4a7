/* The network page: a face is looked into, layers, views, models, keys, what a reader hears.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "events.h"
#include "fixture.h"
#include "widgets/network-page.h"
#include "widgets/plot-view.h"

#define S FIXTURE_SECOND_NS
#define WIDTH 320
#define HEIGHT 240

static MienFrame *
new_frame (void)
{
  static guint8 pixels[WIDTH * HEIGHT];
  const MienImage image = { .format = MIEN_PIXEL_GRAY8,
                            .width = WIDTH,
                            .height = HEIGHT,
                            .planes = { pixels },
                            .strides = { WIDTH } };

  for (int i = 0; i < WIDTH * HEIGHT; i++)
    pixels[i] = (guint8) (i % WIDTH * 3 + i / WIDTH * 2);
  return mien_frame_new_copy (&image, S, 25);
}

typedef struct
{
  MienNetworkPage *page;
  guint n;
} Waiting;

static gboolean
has_answered (gpointer data)
{
  Waiting *w = data;
  MienScope *scope = mien_network_page_get_scope (w->page);

  return scope != NULL && mien_scope_get_n_answers (scope) >= w->n;
}

/* The scope whose answers were waited for last, and how many there were then: an answer may be
 * there before anybody waits for it. */
static MienScope *seen_scope;
static guint n_seen;

static void
wait_for_answer (MienNetworkPage *page)
{
  MienScope *scope = mien_network_page_get_scope (page);
  Waiting w = { page, scope != NULL && scope == seen_scope ? n_seen + 1 : 1 };

  g_assert_true (fixture_wait (has_answered, &w));
  seen_scope = mien_network_page_get_scope (page);
  n_seen = mien_scope_get_n_answers (seen_scope);
}

static GtkWidget *
find_named (GtkWidget *widget, const char *id)
{
  const char *name = gtk_buildable_get_buildable_id (GTK_BUILDABLE (widget));

  if (g_strcmp0 (name, id) == 0)
    return widget;
  for (GtkWidget *c = gtk_widget_get_first_child (widget); c != NULL;
       c = gtk_widget_get_next_sibling (c))
    {
      GtkWidget *found = find_named (c, id);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static const char *
get_text (GtkWidget *page, const char *id)
{
  return gtk_label_get_label (GTK_LABEL (find_named (page, id)));
}

typedef struct
{
  GtkWidget *page;
  const char *id, *part;
} Said;

static gboolean
is_said (gpointer data)
{
  Said *s = data;

  return strstr (get_text (s->page, s->id), s->part) != NULL;
}

static void
wait_for_text (GtkWidget *page, const char *id, const char *part)
{
  Said said = { page, id, part };

  g_assert_true (fixture_wait (is_said, &said));
}

static GtkWidget *
show_page (MienSession **session, gboolean with_frame)
{
  GtkWidget *page = mien_network_page_new ();
  g_autoptr (MienFrame) frame = with_frame ? new_frame () : NULL;

  seen_scope = NULL;
  *session = fixture_session_new ();
  mien_session_set_playhead (*session, S);
  mien_network_page_set_session (MIEN_NETWORK_PAGE (page), *session);
  mien_network_page_set_frame (MIEN_NETWORK_PAGE (page), frame);
  return page;
}

static void
test_face (void)
{
  MienSession *session;
  GtkWidget *page = show_page (&session, TRUE), *window;
  MienNetworkPage *self = MIEN_NETWORK_PAGE (page);

  g_assert_null (mien_network_page_get_scope (self));
  window = fixture_show (page, 1200, 800);
  wait_for_answer (self);
  g_assert_nonnull (strchr (get_text (page, "face_note"), '%'));
  g_assert_nonnull (strstr (get_text (page, "share_label"), "Mouth"));
  g_assert_nonnull (strstr (get_text (page, "kernel_note"), "3 × 3"));
  /* Past the film's end there is nobody. */
  mien_session_set_playhead (session, 11 * S);
  fixture_settle ();
  g_assert_cmpstr (get_text (page, "face_note"), ==, "No face here");
  mien_session_set_playhead (session, S);
  wait_for_text (page, "face_note", "%");
  fixture_assert_finalises (window, page);
  g_object_unref (session);
}

static void
test_views (void)
{
  MienSession *session;
  GtkWidget *page = show_page (&session, TRUE), *window = fixture_show (page, 1200, 800), *map;
  MienNetworkPage *self = MIEN_NETWORK_PAGE (page);

  wait_for_answer (self);
  mien_network_page_set_view (self, "maps");
  wait_for_text (page, "map_note", "maps of");
  fixture_settle ();
  map = find_named (page, "map_view");
  /* Keys choose a channel, and its strongest place. */
  gtk_widget_grab_focus (map);
  events_key (map, GDK_KEY_Right);
  wait_for_text (page, "map_note", "Channel 0,");
  events_key (map, GDK_KEY_Right);
  g_assert_true (g_str_has_prefix (get_text (page, "map_note"), "Channel 1,"));
  fixture_assert_property (map, GTK_ACCESSIBLE_PROPERTY_LABEL, get_text (page, "map_note"), -1);
  events_key (map, GDK_KEY_Down);
  g_assert_false (g_str_has_prefix (get_text (page, "map_note"), "Channel 1,"));
  events_key (map, GDK_KEY_Up);
  g_assert_true (g_str_has_prefix (get_text (page, "map_note"), "Channel 1,"));
  mien_network_page_set_view (self, "influence");
  wait_for_answer (self);
  fixture_settle ();
  mien_network_page_set_view (self, "response");
  fixture_settle ();
  g_assert_cmpstr (get_text (page, "response_note"), !=, "");
  fixture_assert_finalises (window, page);
  g_object_unref (session);
}

/* Every text in @widget has the lines that it needs. */
static void
assert_whole (GtkWidget *widget)
{
  int least = 0;

  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget))
    {
      gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, gtk_widget_get_width (widget), &least,
                          NULL, NULL, NULL);
      g_assert_cmpint (gtk_widget_get_height (widget), >=, least);
    }
  for (GtkWidget *c = gtk_widget_get_first_child (widget); c != NULL;
       c = gtk_widget_get_next_sibling (c))
    assert_whole (c);
}

/* As tall as it asks for, no more and no less, once it is laid out. */
static gboolean
has_room (gpointer content)
{
  int needed;

  gtk_widget_measure (content, GTK_ORIENTATION_VERTICAL, gtk_widget_get_width (content), &needed,
                      NULL, NULL, NULL);
  return gtk_widget_get_width (content) > 0 && gtk_widget_get_height (content) == needed;
}

/* What is open over @page has room for its content. */
static GtkWidget *
assert_popover (GtkWidget *page)
{
  GtkWidget *popover = gtk_widget_get_first_child (page), *content;
  graphene_rect_t inner, outer;

  while (popover != NULL && !(GTK_IS_POPOVER (popover) && gtk_widget_get_visible (popover)))
    popover = gtk_widget_get_next_sibling (popover);
  g_assert_nonnull (popover);
  g_assert_true (gtk_widget_get_mapped (popover));
  content = gtk_popover_get_child (GTK_POPOVER (popover));
  g_assert_true (fixture_wait (has_room, content));
  assert_whole (content);
  g_assert_true (gtk_widget_compute_bounds (content, popover, &inner));
  g_assert_true (gtk_widget_compute_bounds (popover, popover, &outer));
  g_assert_true (graphene_rect_contains_rect (&outer, &inner));
  return popover;
}

static gboolean
is_null (gpointer data)
{
  return *(gpointer *) data == NULL;
}

/* A slice with its numbers; of a layer whose kernels are one weight, the words alone. What is open
 * goes with the window. */
static void
test_slices (void)
{
  MienSession *session;
  GtkWidget *page = show_page (&session, FALSE), *window = fixture_show (page, 1200, 800);
  MienNetworkPage *self = MIEN_NETWORK_PAGE (page);
  GtkWidget *kernels = find_named (page, "kernel_view");
  gpointer weak = NULL;

  for (int i = 0; i < 2; i++)
    {
      g_assert_true (mien_network_page_set_layer (self, i == 0 ? "stem.2.conv" : "ferplus.logits"));
      fixture_settle ();
      mien_plot_view_move (MIEN_PLOT_VIEW (kernels), 1, 0);
      mien_plot_view_activate (MIEN_PLOT_VIEW (kernels));
      weak = assert_popover (page);
    }
  g_object_add_weak_pointer (weak, &weak);
  fixture_assert_finalises (window, page);
  g_assert_true (fixture_wait (is_null, &weak));
  g_object_unref (session);
}

static void
test_layers (void)
{
  MienSession *session;
  GtkWidget *page = show_page (&session, FALSE), *window = fixture_show (page, 1200, 800);
  MienNetworkPage *self = MIEN_NETWORK_PAGE (page);
  GtkListBox *list = GTK_LIST_BOX (find_named (page, "layer_list"));
  GArray *layers = mien_scope_get_layers (mien_network_page_get_scope (self));
  const MienLayer *last = &g_array_index (layers, MienLayer, layers->len - 1);

  g_assert_true (mien_network_page_set_layer (self, last->name));
  g_assert_cmpstr (mien_network_page_get_layer (self), ==, last->name);
  g_assert_cmpint (gtk_list_box_row_get_index (gtk_list_box_get_selected_row (list)), ==,
                   layers->len - 1);
  g_assert_false (mien_network_page_set_layer (self, "no such layer"));
  gtk_list_box_select_row (list, gtk_list_box_get_row_at_index (list, 0));
  g_assert_cmpstr (mien_network_page_get_layer (self), ==,
                   g_array_index (layers, MienLayer, 0).name);
  /* Without a picture nothing was asked. */
  fixture_settle ();
  g_assert_cmpuint (mien_scope_get_n_answers (mien_network_page_get_scope (self)), ==, 0);
  fixture_assert_finalises (window, page);
  g_object_unref (session);
}

static void
test_models (void)
{
  MienSession *session;
  GtkWidget *page = show_page (&session, TRUE), *window = fixture_show (page, 1200, 800);
  MienNetworkPage *self = MIEN_NETWORK_PAGE (page);
  MienScope *before = mien_network_page_get_scope (self);
  g_autoptr (GError) error = NULL;

  wait_for_answer (self);
  g_assert_true (mien_network_page_set_model (self, "reference48", &error));
  g_assert_no_error (error);
  g_assert_true (mien_network_page_get_scope (self) != before);
  wait_for_answer (self);
  /* What cannot be used leaves what is there. */
  before = mien_network_page_get_scope (self);
  g_assert_false (mien_network_page_set_model (self, "/nowhere/none.onnx", &error));
  g_assert_nonnull (strstr (error->message, "none.onnx"));
  g_assert_true (mien_network_page_get_scope (self) == before);
  fixture_assert_finalises (window, page);
  g_object_unref (session);
}

static void
test_narrow (void)
{
  MienSession *session;
  GtkWidget *page = show_page (&session, TRUE), *window = fixture_show (page, 380, 800);

  wait_for_answer (MIEN_NETWORK_PAGE (page));
  fixture_settle ();
  g_assert_true (gtk_widget_get_visible (find_named (page, "layer_dropdown")));
  g_assert_false (gtk_widget_get_visible (find_named (page, "layer_scroller")));
  fixture_assert_finalises (window, page);
  g_object_unref (session);
}

/* A table of FER2013 with @n test pictures and its votes beside it. */
static char *
write_faces (const char *folder, guint n)
{
  g_autoptr (GString) table = g_string_new ("emotion,pixels,Usage\n");
  g_autoptr (GString) votes = g_string_new ("Usage,Image name,neutral,happiness,surprise,sadness,"
                                            "anger,disgust,fear,contempt,unknown,NF\n");
  char *path = g_build_filename (folder, "fer2013.csv", NULL);
  g_autofree char *votes_path = g_build_filename (folder, "fer2013new.csv", NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_string_append (table, i % 2 == 0 ? "3,\"" : "6,\"");
      for (guint k = 0; k < 48 * 48; k++)
        g_string_append_printf (table, "%s%u", k > 0 ? " " : "", (k * (i + 3) + k / 48 * 5) % 256);
      g_string_append (table, "\",PrivateTest\n");
      g_string_append_printf (votes, "PrivateTest,fer%07u.png,%s,0,0,0,0,0,0,0,0\n", i,
                              i % 2 == 0 ? "0,10" : "10,0");
    }
  g_file_set_contents (path, table->str, -1, &error);
  g_assert_no_error (error);
  g_file_set_contents (votes_path, votes->str, -1, &error);
  g_assert_no_error (error);
  return path;
}

static gboolean
is_idle (gpointer page)
{
  return !mien_network_page_is_measuring (page);
}

static void
count_cb (MienNetworkPage *page, const char *text, guint *n)
{
  g_test_message ("%s", text);
  (*n)++;
}

static gboolean
is_long (gpointer adjustment)
{
  return gtk_adjustment_get_upper (adjustment) > 5000;
}

/* Robustness over labelled pictures, in the background; a channel's pictures; what is cancelled
 * ends and what cannot be read is said. */
static void
test_data (void)
{
  MienSession *session;
  GtkWidget *page = show_page (&session, FALSE), *window = fixture_show (page, 1200, 800);
  MienNetworkPage *self = MIEN_NETWORK_PAGE (page);
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("mien-network-XXXXXX", &error);
  g_autofree char *path = write_faces (folder, 6);
  g_autofree char *report = g_build_filename (folder, "report.png", NULL);
  g_autofree char *votes = g_build_filename (folder, "fer2013new.csv", NULL);
  GtkWidget *view = find_named (page, "response_view");
  GtkAdjustment *vertical = gtk_scrolled_window_get_vadjustment (
      GTK_SCROLLED_WINDOW (gtk_widget_get_ancestor (view, GTK_TYPE_SCROLLED_WINDOW)));
  guint n_problems = 0;
  double scrolled;

  g_signal_connect (page, "problem", G_CALLBACK (count_cb), &n_problems);
  mien_network_page_set_view (self, "influence");
  mien_network_page_set_source (self, MIEN_NETWORK_SOURCE_SET);
  fixture_settle ();
  g_assert_true (gtk_widget_get_visible (find_named (page, "influence_measure")));
  g_assert_false (gtk_widget_get_visible (find_named (page, "influence_save")));
  mien_network_page_measure (self, "robustness", path);
  g_assert_true (gtk_widget_get_visible (find_named (page, "job_box")));
  wait_for_text (page, "influence_note", "Over 6 pictures");
  g_assert_true (is_idle (self));
  g_assert_false (gtk_widget_get_visible (find_named (page, "job_box")));
  g_assert_true (gtk_widget_get_visible (find_named (page, "influence_save")));
  g_assert_true (mien_network_page_save_report (self, report, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_test (report, G_FILE_TEST_IS_REGULAR));

  /* The model's own table is of other pictures than these six. */
  mien_network_page_set_view (self, "response");
  fixture_settle ();
  g_assert_false (mien_network_page_show_layer_response (self, "no such layer"));
  g_assert_true (mien_network_page_show_layer_response (self, "stage3.2.sum"));
  fixture_settle ();
  g_assert_true (fixture_wait (is_long, vertical));
  /* Keys scroll, the focus that comes does not. */
  mien_plot_view_move (MIEN_PLOT_VIEW (view), 0, 1);
  mien_plot_view_move (MIEN_PLOT_VIEW (view), 0, 200);
  scrolled = gtk_adjustment_get_value (vertical);
  g_assert_cmpfloat (scrolled, >, 3000);
  g_assert_cmpfloat (scrolled, <, 4080);
  gtk_widget_grab_focus (find_named (page, "response_back"));
  fixture_settle ();
  gtk_widget_grab_focus (view);
  fixture_settle ();
  g_assert_cmpfloat (gtk_adjustment_get_value (vertical), ==, scrolled);
  mien_plot_view_move (MIEN_PLOT_VIEW (view), 0, -300);
  g_assert_cmpfloat (gtk_adjustment_get_value (vertical), ==, 0);
  mien_network_page_show_channel (self, 3);
  fixture_settle ();
  assert_popover (page);
  g_object_set (gtk_settings_get_default (), "gtk-xft-dpi", 2 * 96 * 1024, NULL);
  fixture_settle ();
  mien_network_page_show_channel (self, 4);
  fixture_settle ();
  assert_popover (page);
  gtk_settings_reset_property (gtk_settings_get_default (), "gtk-xft-dpi");
  fixture_settle ();

  /* Cancelled at once: nothing comes of it. */
  mien_network_page_measure (self, "response", NULL);
  g_assert_false (is_idle (self));
  g_signal_emit_by_name (find_named (page, "job_cancel"), "clicked");
  g_assert_true (is_idle (self));
  g_assert_cmpuint (n_problems, ==, 0);
  mien_network_page_measure (self, "response", "/nowhere/faces.csv");
  g_assert_true (fixture_wait (is_idle, self));
  g_assert_cmpuint (n_problems, ==, 1);
  /* A page that goes while it measures. */
  mien_network_page_measure (self, "robustness", NULL);
  fixture_assert_finalises (window, page);
  g_object_unref (session);
  g_unlink (report);
  g_unlink (votes);
  g_unlink (path);
  g_rmdir (folder);
}

static gboolean
is_tall (gpointer view)
{
  return gtk_widget_get_height (view) > 900;
}

/* What the document measured, with a note where not to trust it. */
static void
test_film (void)
{
  MienSession *session;
  GtkWidget *page = show_page (&session, TRUE), *window = fixture_show (page, 1200, 800);
  MienNetworkPage *self = MIEN_NETWORK_PAGE (page);

  mien_network_page_set_view (self, "influence");
  fixture_settle ();
  g_assert_true (gtk_widget_get_visible (find_named (page, "sweep_dropdown")));
  mien_network_page_set_source (self, MIEN_NETWORK_SOURCE_FILM);
  fixture_settle ();
  g_assert_false (gtk_widget_get_visible (find_named (page, "sweep_dropdown")));
  wait_for_text (page, "influence_note", "trust");
  g_assert_nonnull (strstr (get_text (page, "words_label"), "95 %"));
  g_assert_true (fixture_wait (is_tall, find_named (page, "influence_view")));
  mien_session_set_document (session, NULL);
  wait_for_text (page, "influence_note", "Nothing analysed yet");
  fixture_assert_finalises (window, page);
  g_object_unref (session);
}

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  g_test_add_func ("/widgets/network/face", test_face);
  g_test_add_func ("/widgets/network/views", test_views);
  g_test_add_func ("/widgets/network/slices", test_slices);
  g_test_add_func ("/widgets/network/layers", test_layers);
  g_test_add_func ("/widgets/network/models", test_models);
  g_test_add_func ("/widgets/network/narrow", test_narrow);
  g_test_add_func ("/widgets/network/film", test_film);
  g_test_add_func ("/widgets/network/data", test_data);
  return g_test_run ();
}
