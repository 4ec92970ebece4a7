/* Makes the pictures of the store page and the guide: screenshots FILM FOLDER [SECONDS [SUFFIX]].
 * Opens FILM, waits for its analysis, and writes the window in its several looks. SECONDS is the
 * moment that is shown. With SUFFIX only a tour through the window's main pages, in the language,
 * contrast and size of the environment: MIEN_SHOT_TEXT is the size of text (2 for 200 %),
 * MIEN_SHOT_RTL mirrors the window.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>

#include "app/batch-window.h"
#include "app/preferences-window.h"
#include "../find-child.h"
#include "driver.h"
#include "widgets/lanes.h"
#include "widgets/network-page.h"
#include "widgets/plot-view.h"
#include "widgets/settings.h"

static const char *folder;

static gboolean
was_drawn_again (gpointer data)
{
  gint64 *last = data;
  GdkFrameClock *clock = GSIZE_TO_POINTER (last[0]);

  return gdk_frame_clock_get_frame_counter (clock) > last[1];
}

/* Two frames more: one that lays out, one that draws it. */
static void
wait_for_drawing (GtkWidget *window)
{
  for (int i = 0; i < 2; i++)
    {
      GdkFrameClock *clock = gtk_widget_get_frame_clock (window);
      gint64 last[2] = { (gint64) GPOINTER_TO_SIZE (clock), 0 };

      driver_settle ();
      last[1] = gdk_frame_clock_get_frame_counter (clock);
      gtk_widget_queue_draw (window);
      driver_wait (was_drawn_again, last, "a drawn frame");
    }
}

static void
save (GtkWidget *window, const char *name)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (window);
  g_autofree char *path = g_strdup_printf ("%s/%s.png", folder, name);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr (GdkTexture) texture = NULL;
  GskRenderNode *node;

  wait_for_drawing (window);
  gdk_paintable_snapshot (paintable, snapshot, gdk_paintable_get_intrinsic_width (paintable),
                          gdk_paintable_get_intrinsic_height (paintable));
  node = gtk_snapshot_free_to_node (snapshot);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, NULL);
  gsk_render_node_unref (node);
  if (!gdk_texture_save_to_png (texture, path))
    g_error ("%s cannot be written", path);
  g_print ("%s\n", path);
}

static gboolean
is_at (gpointer data)
{
  gint64 *wanted = data;
  MienSession *session = GSIZE_TO_POINTER ((gsize) wanted[0]);

  return mien_session_get_playhead (session) == wanted[1];
}

static gboolean
has_faces (gpointer data)
{
  return mien_lanes_get_n_wanted_faces (data) == 0;
}

/* The picture of that moment stands: the player reports the frame's own time. */
static void
go_to (MienWindow *window, double seconds)
{
  MienSession *session = mien_window_get_session (window);
  MienDocument *document = mien_session_get_document (session);
  gsize frame = mien_document_find_frame_at (document, (gint64) (seconds * 1e9));
  gint64 wanted[2] = { (gint64) GPOINTER_TO_SIZE (session), 0 };

  frame = MIN (frame, mien_document_get_n_frames (document) - 1);
  wanted[1] = mien_document_get_frame_times (document)[frame];
  if (mien_window_get_state (window) != MIEN_WINDOW_FILM)
    return;
  g_action_group_activate_action (G_ACTION_GROUP (window), "previous-frame", NULL);
  driver_settle ();
  mien_session_seek (session, wanted[1] + 1000, TRUE);
  driver_wait (is_at, wanted, "the wanted frame");
}

static void
set_dark (gboolean dark)
{
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      dark ? ADW_COLOR_SCHEME_FORCE_DARK
                                           : ADW_COLOR_SCHEME_FORCE_LIGHT);
}

static void
show_page (MienWindow *window, const char *page)
{
  g_action_group_activate_action (G_ACTION_GROUP (window), "page", g_variant_new_string (page));
}

static void
shoot_both_of (GtkWidget *native, const char *name)
{
  g_autofree char *light = g_strdup_printf ("%s-light", name);
  g_autofree char *dark = g_strdup_printf ("%s-dark", name);

  set_dark (FALSE);
  save (native, light);
  set_dark (TRUE);
  save (native, dark);
}

static void
shoot_both (MienWindow *window, const char *name)
{
  shoot_both_of (GTK_WIDGET (window), name);
}

static void
shoot_modes (MienWindow *window)
{
  MienSession *session = mien_window_get_session (window);

  for (guint mode = 1; mode < MIEN_TIMELINE_N_MODES; mode++)
    {
      g_autofree char *name =
          g_strdup_printf ("mode-%s", mien_timeline_mode_get_name ((MienTimelineMode) mode));

      mien_session_set_mode (session, (MienTimelineMode) mode);
      shoot_both (window, name);
    }
  mien_session_set_mode (session, MIEN_TIMELINE_LINES);
}

typedef struct
{
  MienNetworkPage *page;
  guint n_answers;
} Answered;

static gboolean
was_answered (gpointer data)
{
  Answered *a = data;
  MienScope *scope = mien_network_page_get_scope (a->page);

  return scope != NULL && mien_scope_get_n_answers (scope) > a->n_answers;
}

static GtkWidget *
find_named (GtkWidget *widget, const char *id)
{
  if (g_strcmp0 (gtk_buildable_get_buildable_id (GTK_BUILDABLE (widget)), id) == 0)
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

static void
choose (MienNetworkPage *page, const char *dropdown, guint entry)
{
  Answered answered = { page, mien_scope_get_n_answers (mien_network_page_get_scope (page)) };

  gtk_drop_down_set_selected (GTK_DROP_DOWN (find_named (GTK_WIDGET (page), dropdown)), entry);
  driver_wait (was_answered, &answered, dropdown);
}

static gboolean
has_film (gpointer page)
{
  /* Taller than the curves of a face, which fill the window. */
  return gtk_widget_get_height (find_named (page, "influence_view"))
         > 900 * mien_chart_get_text_scale (page);
}

/* The views of the inside of the network that the guide tells of. */
static void
shoot_network (MienWindow *window)
{
  static const char *const views[] = { "kernels", "maps", "response", "influence" };
  MienNetworkPage *page =
      MIEN_NETWORK_PAGE (find_child (GTK_WIDGET (window), MIEN_TYPE_NETWORK_PAGE));
  Answered answered = { page, 0 };

  show_page (window, "network");
  driver_wait (was_answered, &answered, "a look into the network");
  for (guint i = 0; i < G_N_ELEMENTS (views); i++)
    {
      g_autofree char *name = g_strdup_printf ("network-%s", views[i]);

      answered.n_answers = mien_scope_get_n_answers (mien_network_page_get_scope (page));
      mien_network_page_set_view (page, views[i]);
      if (i > 0)
        driver_wait (was_answered, &answered, "the view's answer");
      shoot_both (window, name);
    }
  mien_network_page_set_source (page, MIEN_NETWORK_SOURCE_FILM);
  driver_wait (has_film, page, "the film's influence");
  shoot_both (window, "network-film");
  mien_network_page_set_view (page, "response");
  g_assert_true (mien_network_page_show_layer_response (page, "stage3.2.sum"));
  shoot_both (window, "network-channels");
}

static void
add_marks (MienWindow *window)
{
  MienDocument *document = mien_session_get_document (mien_window_get_session (window));
  gint64 end = mien_document_get_end (document);

  mien_document_add_mark (document, 0, end / 3, "Introduction");
  mien_document_add_mark (document, end / 2, end,
                          "Second question, with a name that is rather long");
  mien_document_add_mark (document, end * 3 / 4, end * 3 / 4, "Laughs");
}

/* The whole page of statistics at once, with something to compare. */
static void
shoot_statistics (MienWindow *window)
{
  add_marks (window);
  show_page (window, "statistics");
  shoot_both (window, "statistics-all");
}

static MienWindow *
open_film (MienApplication *app, const char *film, int width, int height)
{
  MienWindow *window;

  g_settings_set_int (mien_settings_get_default (), MIEN_SETTINGS_WINDOW_WIDTH, width);
  g_settings_set_int (mien_settings_get_default (), MIEN_SETTINGS_WINDOW_HEIGHT, height);
  window = driver_new_window (app);
  if (film != NULL)
    {
      driver_open (window, film, MIEN_WINDOW_FILM);
      driver_wait_analysed (window);
    }
  return window;
}

/* --- the inside of the network, all of it ------------------------------------------------------
 */

static gboolean
has_measured (gpointer page)
{
  return !mien_network_page_is_measuring (page);
}

static void
shoot_saliency (MienWindow *window, MienNetworkPage *page)
{
  static const char *const methods[] = { "gradcam", "guided", "integrated", "occlusion" };

  for (guint i = G_N_ELEMENTS (methods); i > 0; i--)
    {
      g_autofree char *name = g_strdup_printf ("inside-saliency-%s", methods[i - 1]);

      choose (page, "method_dropdown", i - 1);
      shoot_both (window, name);
    }
}

static void
shoot_maps (MienWindow *window, MienNetworkPage *page)
{
  GtkWidget *overlay = find_named (GTK_WIDGET (page), "map_overlay");
  Answered answered = { page, 0 };
  MienPlotView *view = MIEN_PLOT_VIEW (find_named (GTK_WIDGET (page), "map_view"));

  answered.n_answers = mien_scope_get_n_answers (mien_network_page_get_scope (page));
  mien_network_page_set_view (page, "maps");
  driver_wait (was_answered, &answered, "maps");
  shoot_both (window, "inside-maps");
  answered.n_answers = mien_scope_get_n_answers (mien_network_page_get_scope (page));
  mien_plot_view_move (view, 1, 0);
  for (guint i = 0; i < 3; i++)
    mien_plot_view_move (view, 1, 0);
  driver_wait (was_answered, &answered, "a unit");
  shoot_both (window, "inside-unit");
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (overlay), TRUE);
  shoot_both (window, "inside-overlay");
}

/* What is known of the channels of a layer. */
static void
shoot_kinds (MienWindow *window, MienNetworkPage *page)
{
  static const char *const names[] = { "inside-response-layer", "inside-response-losses",
                                       "inside-response-shared" };
  GtkDropDown *kind = GTK_DROP_DOWN (find_named (GTK_WIDGET (page), "response_kind"));

  g_assert_true (mien_network_page_show_layer_response (page, "stage3.2.sum"));
  for (guint i = G_N_ELEMENTS (names); i > 0; i--)
    {
      gtk_drop_down_set_selected (kind, i - 1);
      shoot_both (window, names[i - 1]);
    }
}

/* What is open over the page. */
static void
shoot_popover (MienNetworkPage *page, const char *name)
{
  GtkWidget *popover = gtk_widget_get_first_child (GTK_WIDGET (page));

  while (!(GTK_IS_POPOVER (popover) && gtk_widget_get_visible (popover)))
    popover = gtk_widget_get_next_sibling (popover);
  shoot_both_of (popover, name);
  gtk_popover_popdown (GTK_POPOVER (popover));
}

/* A slice with its numbers, and a layer whose kernels are one matrix. */
static void
shoot_kernels (MienWindow *window, MienNetworkPage *page)
{
  MienPlotView *view = MIEN_PLOT_VIEW (find_named (GTK_WIDGET (page), "kernel_view"));

  shoot_both (window, "inside-kernels");
  mien_plot_view_move (view, 1, 0);
  mien_plot_view_move (view, 2, 3);
  mien_plot_view_activate (view);
  shoot_popover (page, "inside-slice");
  g_assert_true (mien_network_page_set_layer (page, "ferplus.logits"));
  shoot_both (window, "inside-matrix");
  mien_plot_view_move (view, 1, 0);
  mien_plot_view_activate (view);
  shoot_popover (page, "inside-weight");
  g_assert_true (mien_network_page_set_layer (page, "stem.2.conv"));
}

/* The labelled pictures are nobody's to publish. */
static void
shoot_labelled (MienWindow *window, MienNetworkPage *page, const char *data)
{
  mien_network_page_set_view (page, "response");
  shoot_kinds (window, page);
  /* Opened by itself, like those of the last time. */
  g_settings_set_string (mien_settings_get_default (), MIEN_SETTINGS_LABELLED_DATA, data);
  mien_network_page_show_channel (page, 2);
  driver_wait (has_measured, page, "the labelled pictures");
  driver_settle ();
  shoot_popover (page, "inside-channel");
  mien_network_page_set_view (page, "influence");
  mien_network_page_set_source (page, MIEN_NETWORK_SOURCE_SET);
  shoot_both (window, "inside-influence-set-empty");
  mien_network_page_measure (page, "robustness", NULL);
  shoot_both (window, "inside-measuring");
  driver_wait (has_measured, page, "the robustness");
  shoot_both (window, "inside-influence-set");
}

/* With MIEN_SHOT_INSIDE: every view of the page of the network, light and dark. MIEN_SHOT_DATA: a
 * table of labelled pictures with its votes beside it, for what is measured over such. */
static void
shoot_inside (MienApplication *app, const char *film, double seconds, int width, int height)
{
  MienWindow *window = open_film (app, film, width, height);
  MienNetworkPage *page =
      MIEN_NETWORK_PAGE (find_child (GTK_WIDGET (window), MIEN_TYPE_NETWORK_PAGE));
  Answered answered = { page, 0 };

  go_to (window, seconds);
  show_page (window, "network");
  driver_wait (was_answered, &answered, "a look into the network");
  shoot_kernels (window, page);
  shoot_saliency (window, page);
  shoot_maps (window, page);
  mien_network_page_set_view (page, "response");
  shoot_both (window, "inside-response");
  mien_network_page_set_view (page, "influence");
  choose (page, "sweep_dropdown", MIEN_SWEEP_ROTATION);
  shoot_both (window, "inside-influence-face");
  mien_network_page_set_source (page, MIEN_NETWORK_SOURCE_FILM);
  driver_wait (has_film, page, "the film's influence");
  shoot_both (window, "inside-influence-film");
  if (g_getenv ("MIEN_SHOT_DATA") != NULL)
    shoot_labelled (window, page, g_getenv ("MIEN_SHOT_DATA"));
  driver_close (window);
}

/* With MIEN_SHOT_CHARTS: every mode of the timeline and every chart of the statistics, in the
 * window's size that it says. */
static void
shoot_charts (MienApplication *app, const char *film, double seconds, const char *suffix)
{
  g_autofree char *name = NULL;
  int width = 1280, height = 900;
  MienWindow *window;
  MienSession *session;

  sscanf (g_getenv ("MIEN_SHOT_CHARTS"), "%dx%d", &width, &height);
  window = open_film (app, film, width, height);
  session = mien_window_get_session (window);
  go_to (window, seconds);
  for (guint mode = 0; mode < MIEN_TIMELINE_N_MODES; mode++)
    {
      g_autofree char *mode_name = g_strdup_printf (
          "charts-%d-%s%s", width, mien_timeline_mode_get_name ((MienTimelineMode) mode), suffix);

      mien_session_set_mode (session, (MienTimelineMode) mode);
      shoot_both (window, mode_name);
    }
  driver_close (window);
  window = open_film (app, film, width, 2700);
  name = g_strdup_printf ("charts-%d-statistics%s", width, suffix);
  add_marks (window);
  show_page (window, "statistics");
  shoot_both (window, name);
  driver_close (window);
}

/* --- a tour in another look ------------------------------------------------------------------- */

static void
shoot (GtkWidget *window, const char *name, const char *suffix)
{
  g_autofree char *full = g_strdup_printf ("%s-%s", name, suffix);

  save (window, full);
}

static gboolean
is_shown (gpointer window)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);

  return clock != NULL && gtk_widget_get_mapped (window)
         && gdk_frame_clock_get_frame_counter (clock) >= 1;
}

static void
show_window (GtkWidget *window)
{
  gtk_window_present (GTK_WINDOW (window));
  driver_wait (is_shown, window, "a window");
}

static void
shoot_preferences (MienWindow *parent, const char *suffix)
{
  MienPreferencesWindow *window = mien_preferences_window_new ();

  gtk_window_set_default_size (GTK_WINDOW (window), 640, 900);
  show_window (GTK_WIDGET (window));
  shoot (GTK_WIDGET (window), "preferences", suffix);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* How far the bar is that moves. */
static double
get_fraction (GtkWidget *widget)
{
  double fraction = 0;

  if (!gtk_widget_get_visible (widget))
    return 0;
  if (GTK_IS_PROGRESS_BAR (widget))
    return gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (widget));
  for (GtkWidget *c = gtk_widget_get_first_child (widget); c != NULL;
       c = gtk_widget_get_next_sibling (c))
    fraction = MAX (fraction, get_fraction (c));
  return fraction;
}

static gboolean
is_amid_third (gpointer batch)
{
  return mien_batch_window_get_state (batch, 2) == MIEN_BATCH_RUNNING && get_fraction (batch) > 0.3;
}

/* A queue with a film in each state: one is done, one cannot be read, one runs, one waits. */
static void
shoot_batch (MienApplication *app, const char *film, const char *suffix)
{
  static const char *const names[] = { "1 Anna, first visit.mp4", "2 Anna, second visit.mp4",
                                       "3 Ben, first visit.mp4", "4 Ben, second visit.mp4" };
  g_autofree char *place = g_dir_make_tmp ("mien-shots-XXXXXX", NULL);
  g_autoptr (GFile) files = g_file_new_for_path (place);
  g_autoptr (GFile) source = g_file_new_for_path (film);
  MienBatchWindow *batch = mien_batch_window_new (GTK_APPLICATION (app));

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GFile) target = g_file_get_child (files, names[i]);

      if (i == 1)
        g_file_replace_contents (target, "no film", 7, NULL, FALSE, 0, NULL, NULL, NULL);
      else
        g_file_copy (source, target, G_FILE_COPY_NONE, NULL, NULL, NULL, NULL);
    }
  show_window (GTK_WIDGET (batch));
  mien_batch_window_add (batch, files);
  driver_wait (is_amid_third, batch, "the third film of the queue");
  shoot (GTK_WIDGET (batch), "batch", suffix);
  gtk_window_close (GTK_WINDOW (batch));
  driver_settle ();
  g_assert_cmpint (driver_run ((const char *[]){ "rm", "-rf", place, NULL }), ==, 0);
}

static gboolean
is_well_begun (gpointer window)
{
  MienDocument *document = mien_session_get_document (mien_window_get_session (window));

  return document != NULL && mien_document_get_n_frames (document) >= 250;
}

/* While the demo film is being analysed, as far as a fifth. */
static void
shoot_running (MienApplication *app, const char *demo, const char *suffix)
{
  MienWindow *window = driver_new_window (app);

  driver_open (window, demo, MIEN_WINDOW_FILM);
  driver_wait (is_well_begun, window, "a part of the analysis");
  shoot (GTK_WIDGET (window), "running", suffix);
  driver_close (window);
}

static void
shoot_tour (MienApplication *app, const char *film, double seconds, const char *suffix)
{
  g_autofree char *demo = g_build_filename (g_getenv ("MIEN_DATA_DIR"), "demo/cap12.mp4", NULL);
  MienWindow *window = open_film (app, NULL, 1180, 800);
  MienNetworkPage *page;
  Answered answered = { NULL, 0 };

  shoot (GTK_WIDGET (window), "welcome", suffix);
  shoot_preferences (window, suffix);
  driver_close (window);
  window = open_film (app, film, 1280, 900);
  go_to (window, seconds);
  shoot (GTK_WIDGET (window), "analysis", suffix);
  show_page (window, "statistics");
  shoot (GTK_WIDGET (window), "statistics", suffix);
  page = MIEN_NETWORK_PAGE (find_child (GTK_WIDGET (window), MIEN_TYPE_NETWORK_PAGE));
  answered.page = page;
  show_page (window, "network");
  driver_wait (was_answered, &answered, "a look into the network");
  answered.n_answers = mien_scope_get_n_answers (mien_network_page_get_scope (page));
  mien_network_page_set_view (page, "maps");
  driver_wait (was_answered, &answered, "the view's answer");
  shoot (GTK_WIDGET (window), "network", suffix);
  mien_network_page_set_view (page, "influence");
  mien_network_page_set_source (page, MIEN_NETWORK_SOURCE_SET);
  shoot (GTK_WIDGET (window), "network-unmeasured", suffix);
  driver_close (window);
  window = open_film (app, film, 360, 720);
  go_to (window, seconds);
  shoot (GTK_WIDGET (window), "narrow", suffix);
  show_page (window, "network");
  shoot (GTK_WIDGET (window), "narrow-network", suffix);
  page = MIEN_NETWORK_PAGE (find_child (GTK_WIDGET (window), MIEN_TYPE_NETWORK_PAGE));
  mien_network_page_set_view (page, "influence");
  mien_network_page_set_source (page, MIEN_NETWORK_SOURCE_SET);
  shoot (GTK_WIDGET (window), "narrow-network-unmeasured", suffix);
  driver_close (window);
  window = open_film (app, NULL, 360, 720);
  shoot (GTK_WIDGET (window), "narrow-welcome", suffix);
  driver_close (window);
  shoot_running (app, demo, suffix);
  shoot_batch (app, demo, suffix);
}

/* As the environment asks for it. */
static void
set_looks (void)
{
  const char *text = g_getenv ("MIEN_SHOT_TEXT");

  if (text != NULL)
    g_object_set (gtk_settings_get_default (), "gtk-xft-dpi",
                  (int) (96 * 1024 * g_ascii_strtod (text, NULL)), NULL);
  if (g_getenv ("MIEN_SHOT_RTL") != NULL)
    gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
}

int
main (int argc, char **argv)
{
  MienApplication *app;
  MienWindow *window;
  double seconds;

  if (argc < 3)
    {
      g_printerr ("usage: %s FILM FOLDER [SECONDS [SUFFIX]]\n", argv[0]);
      return 1;
    }
  folder = argv[2];
  mien_application_init_language ();
  seconds = argc > 3 ? g_ascii_strtod (argv[3], NULL) : 0;
  g_mkdir_with_parents (folder, 0755);
  app = driver_start ();
  /* What was measured is kept for the narrow window. */
  g_settings_set_boolean (mien_settings_get_default (), MIEN_SETTINGS_KEEP, TRUE);
  set_looks ();
  if (g_getenv ("MIEN_SHOT_INSIDE") != NULL)
    {
      int width = 1280, height = 900;

      sscanf (g_getenv ("MIEN_SHOT_INSIDE"), "%dx%d", &width, &height);
      shoot_inside (app, argv[1], seconds, width, height);
      g_object_unref (app);
      return 0;
    }
  if (g_getenv ("MIEN_SHOT_CHARTS") != NULL)
    {
      shoot_charts (app, argv[1], seconds, argc > 4 ? argv[4] : "");
      g_object_unref (app);
      return 0;
    }
  if (argc > 4)
    {
      shoot_tour (app, argv[1], seconds, argv[4]);
      g_object_unref (app);
      return 0;
    }
  window = open_film (app, NULL, 1180, 800);
  shoot_both (window, "welcome");
  driver_close (window);
  window = open_film (app, argv[1], 1280, 900);
  go_to (window, seconds);
  driver_wait (has_faces, find_child (GTK_WIDGET (window), MIEN_TYPE_LANES),
               "faces along the lanes");
  shoot_both (window, "analysis");
  shoot_modes (window);
  show_page (window, "statistics");
  shoot_both (window, "statistics");
  shoot_network (window);
  driver_close (window);
  window = open_film (app, argv[1], 1180, 2600);
  shoot_statistics (window);
  driver_close (window);
  window = open_film (app, argv[1], 360, 720);
  go_to (window, seconds);
  shoot_both (window, "narrow");
  driver_close (window);
  g_object_unref (app);
  return 0;
}
