/* The composite widgets: people, legend, pane, panel, transport, progress, statistics, split.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "../find-child.h"
#include "fixture.h"
#include "widgets/analysis-bar.h"
#include "widgets/compare-card.h"
#include "widgets/filters-button.h"
#include "widgets/job-bar.h"
#include "widgets/legend.h"
#include "widgets/likeness-bar.h"
#include "widgets/marks-table.h"
#include "widgets/people-list.h"
#include "widgets/side-panel.h"
#include "widgets/split.h"
#include "widgets/state-item.h"
#include "widgets/statistics-page.h"
#include "widgets/timeline-pane.h"
#include "widgets/transport.h"
#include "widgets/words.h"

#define S FIXTURE_SECOND_NS

static void
test_people (void)
{
  GtkWidget *list = mien_people_list_new ();
  g_autoptr (MienSession) session = fixture_session_new ();
  MienDocument *document = mien_session_get_document (session);
  GtkWidget *window;

  mien_people_list_set_session (MIEN_PEOPLE_LIST (list), session);
  window = fixture_show (list, 300, 300);
  g_assert_cmpuint (mien_people_list_get_n_rows (MIEN_PEOPLE_LIST (list)), ==, 2);
  g_assert_true (mien_people_list_rename_chosen (MIEN_PEOPLE_LIST (list)));
  mien_document_merge_people (document, fixture_get_person (session, 0),
                              fixture_get_person (session, 1));
  fixture_settle ();
  g_assert_cmpuint (mien_people_list_get_n_rows (MIEN_PEOPLE_LIST (list)), ==, 1);
  mien_document_undo (document);
  fixture_settle ();
  g_assert_cmpuint (mien_people_list_get_n_rows (MIEN_PEOPLE_LIST (list)), ==, 2);
  mien_session_set_document (session, NULL);
  g_assert_false (mien_people_list_rename_chosen (MIEN_PEOPLE_LIST (list)));
  fixture_assert_finalises (window, list);
}

static void
test_rename (void)
{
  GtkWidget *list = mien_people_list_new ();
  g_autoptr (MienSession) session = fixture_session_new ();
  GtkWidget *window, *label;

  mien_people_list_set_session (MIEN_PEOPLE_LIST (list), session);
  window = fixture_show (list, 300, 300);
  g_assert_true (mien_people_list_rename_chosen (MIEN_PEOPLE_LIST (list)));
  label = find_child (list, GTK_TYPE_EDITABLE_LABEL);
  gtk_editable_set_text (GTK_EDITABLE (label), "Anna");
  gtk_editable_label_stop_editing (GTK_EDITABLE_LABEL (label), TRUE);
  g_assert_cmpstr (mien_person_get_name (fixture_get_person (session, 0)), ==, "Anna");
  /* An empty name is no name. */
  g_assert_true (mien_people_list_rename_chosen (MIEN_PEOPLE_LIST (list)));
  gtk_editable_set_text (GTK_EDITABLE (label), "");
  gtk_editable_label_stop_editing (GTK_EDITABLE_LABEL (label), TRUE);
  g_assert_cmpstr (mien_person_get_name (fixture_get_person (session, 0)), ==, "Anna");
  fixture_settle ();
  fixture_assert_finalises (window, list);
}

static guint
count_mapped (GtkWidget *widget)
{
  guint n = 0;

  for (GtkWidget *c = gtk_widget_get_first_child (widget); c != NULL;
       c = gtk_widget_get_next_sibling (c))
    n += gtk_widget_get_mapped (c);
  return n;
}

static int
measure_height (GtkWidget *widget, int width)
{
  int height;

  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, width, &height, NULL, NULL, NULL);
  return height;
}

static void
test_legend (void)
{
  GtkWidget *legend = mien_legend_new ();
  g_autoptr (MienSession) session = fixture_session_new ();
  GtkWidget *window, *button;
  int width;

  mien_legend_set_session (MIEN_LEGEND (legend), session);
  window = fixture_show (legend, 900, 60);
  g_assert_true (gtk_test_accessible_has_role (GTK_ACCESSIBLE (legend), GTK_ACCESSIBLE_ROLE_GROUP));
  g_assert_cmpuint (mien_session_get_classes (session), ==, 0);
  button = find_child (legend, GTK_TYPE_TOGGLE_BUTTON);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), FALSE);
  g_assert_cmphex (mien_session_get_classes (session), ==, 0xfe);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
  g_assert_cmphex (mien_session_get_classes (session), ==, 0);
  g_assert_cmpuint (count_mapped (legend), ==, 8);
  /* Where all do not fit beside each other they take rows, and nothing is cut. */
  gtk_widget_measure (legend, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &width, NULL, NULL);
  g_assert_cmpint (measure_height (legend, width - 1), >, measure_height (legend, width));
  g_assert_cmpint (measure_height (legend, width / 3), >, 2 * measure_height (legend, width));
  mien_session_set_mode (session, MIEN_TIMELINE_CIRCUMPLEX);
  g_assert_false (gtk_widget_get_mapped (button));
  g_assert_cmpuint (count_mapped (legend), ==, 2);
  /* The band is the one that shows where nothing is sure enough. */
  mien_session_set_mode (session, MIEN_TIMELINE_BAND);
  g_assert_true (gtk_widget_get_mapped (button));
  g_assert_cmpuint (count_mapped (legend), ==, 9);
  mien_session_set_document (session, NULL);
  g_assert_null (find_child (legend, GTK_TYPE_TOGGLE_BUTTON));
  fixture_assert_finalises (window, legend);
}

static void
test_pane (void)
{
  GtkWidget *pane = mien_timeline_pane_new ();
  g_autoptr (MienSession) session = fixture_session_new ();
  GtkWidget *window, *dropdown, *motion;

  mien_timeline_pane_set_session (MIEN_TIMELINE_PANE (pane), session);
  window = fixture_show (pane, 900, 300);
  dropdown = find_child (pane, GTK_TYPE_DROP_DOWN);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (dropdown), MIEN_TIMELINE_BAND);
  g_assert_cmpint ((int) mien_session_get_mode (session), ==, MIEN_TIMELINE_BAND);
  mien_session_set_mode (session, MIEN_TIMELINE_STRIP);
  g_assert_cmpuint (gtk_drop_down_get_selected (GTK_DROP_DOWN (dropdown)), ==, MIEN_TIMELINE_STRIP);
  mien_timeline_pane_set_state (MIEN_TIMELINE_PANE (pane), "Looking for faces…");
  mien_timeline_pane_set_compact (MIEN_TIMELINE_PANE (pane), TRUE);
  g_assert_false (gtk_widget_get_mapped (
      GTK_WIDGET (mien_timeline_pane_get_lanes (MIEN_TIMELINE_PANE (pane)))));
  mien_timeline_pane_set_compact (MIEN_TIMELINE_PANE (pane), FALSE);
  /* Every mode fits into a telephone's width, with all switches there. */
  mien_timeline_pane_set_folded (MIEN_TIMELINE_PANE (pane), TRUE);
  motion = gtk_widget_get_next_sibling (gtk_widget_get_next_sibling (dropdown));
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (motion)), ==, "Motion");
  gtk_widget_set_visible (motion, TRUE);
  for (int mode = 0; mode < MIEN_TIMELINE_N_MODES; mode++)
    {
      int width;

      mien_session_set_mode (session, mode);
      fixture_settle ();
      gtk_widget_measure (pane, GTK_ORIENTATION_HORIZONTAL, -1, &width, NULL, NULL, NULL);
      g_assert_cmpint (width, <=, 340);
    }
  mien_timeline_pane_set_folded (MIEN_TIMELINE_PANE (pane), FALSE);
  fixture_settle ();
  fixture_assert_finalises (window, pane);
}

/* What is turned here is the document's at once; what the document is told elsewhere is shown. */
static void
test_filters (void)
{
  GtkWidget *button = mien_filters_button_new ();
  g_autoptr (MienSession) session = fixture_session_new ();
  MienDocument *document = mien_session_get_document (session);
  MienFilters filters = *mien_document_get_filters (document);
  GtkWidget *window, *dropdown, *spin;

  mien_filters_button_set_session (MIEN_FILTERS_BUTTON (button), session);
  window = fixture_show (button, 200, 60);
  dropdown = find_child (button, GTK_TYPE_DROP_DOWN);
  spin = find_child (button, GTK_TYPE_SPIN_BUTTON);
  g_assert_cmpuint (gtk_drop_down_get_selected (GTK_DROP_DOWN (dropdown)), ==,
                    filters.smoothing.kind);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (dropdown), MIEN_SMOOTHING_MEDIAN);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), 0.8);
  g_assert_cmpint (mien_document_get_filters (document)->smoothing.kind, ==, MIEN_SMOOTHING_MEDIAN);
  g_assert_cmpfloat_with_epsilon (mien_document_get_filters (document)->smoothing.seconds, 0.8,
                                  1e-9);
  g_assert_cmpfloat (mien_document_get_filters (document)->threshold, ==, filters.threshold);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (dropdown), MIEN_SMOOTHING_NONE);
  g_assert_cmpfloat (mien_document_get_filters (document)->smoothing.seconds, ==, 0.0);
  g_assert_false (gtk_widget_get_sensitive (spin));
  filters.smoothing = (MienSmoothing){ MIEN_SMOOTHING_GAUSS, 2.0 };
  mien_document_set_filters (document, &filters);
  fixture_settle ();
  g_assert_cmpfloat (gtk_spin_button_get_value (GTK_SPIN_BUTTON (spin)), ==, 2.0);
  fixture_assert_finalises (window, button);
}

/* A name and an end typed into the table are edits of the document; nonsense is put back. */
static void
test_marks (void)
{
  GtkWidget *table = mien_marks_table_new ();
  g_autoptr (MienSession) session = fixture_session_new ();
  MienDocument *document = mien_session_get_document (session);
  GtkWidget *window, *view, *label, *button;
  MienMark *mark;

  mien_marks_table_set_session (MIEN_MARKS_TABLE (table), session);
  window = fixture_show (table, 700, 300);
  view = find_child (table, GTK_TYPE_COLUMN_VIEW);
  g_assert_false (gtk_widget_get_mapped (view));
  mark = mien_document_add_mark (document, 1 * S, 3 * S, "intro");
  fixture_settle ();
  g_assert_true (gtk_widget_get_mapped (view));
  label = find_child (view, GTK_TYPE_EDITABLE_LABEL);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (label)), ==, "intro");
  gtk_editable_label_start_editing (GTK_EDITABLE_LABEL (label));
  gtk_editable_set_text (GTK_EDITABLE (label), "question");
  gtk_editable_label_stop_editing (GTK_EDITABLE_LABEL (label), TRUE);
  fixture_settle ();
  g_assert_cmpstr (mien_mark_get_label (mark), ==, "question");
  g_assert_cmpint (mien_mark_get_end (mark), ==, 3 * S);
  mien_document_undo (document);
  fixture_settle ();
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (label)), ==, "intro");
  button = find_child (view, GTK_TYPE_BUTTON);
  g_signal_emit_by_name (button, "clicked");
  fixture_settle ();
  g_assert_cmpuint (g_list_model_get_n_items (mien_document_get_marks (document)), ==, 0);
  g_assert_false (gtk_widget_get_mapped (view));
  mien_marks_table_set_session (MIEN_MARKS_TABLE (table), NULL);
  fixture_assert_finalises (window, table);
}

/* Two faces of one look, one after the other: a document to be asked about. */
static MienDocument *
alike_document_new (void)
{
  static const MienClass classes[] = { { "neutral", 0, 0 }, { "happiness", 1, 0.5 } };
  static float look[2][MIEN_SAMPLE_EMBEDDING];
  MienDocument *document = mien_document_new ();
  GError *error = NULL;

  mien_document_set_classes (document, classes, 2);
  for (int i = 0; i < MIEN_SAMPLE_EMBEDDING; i++)
    {
      look[0][i] = 0.1f;
      look[1][i] = 0.1f + (i % 2 == 0 ? 0.035f : -0.035f);
    }
  for (int frame = 0; frame < 20; frame++)
    {
      MienSample sample = {
        .frame = frame,
        .pts_ns = frame * FIXTURE_FRAME_NS,
        .track = frame < 10 ? 1 : 2,
        .status = MIEN_STATUS_OK,
        .width = 90,
        .height = 90,
        .values = { 0.8f, 0.2f },
        .embedding = look[frame < 10 ? 0 : 1],
      };

      g_assert_true (mien_document_append (document, &sample, 1, &error));
      g_assert_no_error (error);
    }
  mien_document_set_complete (document, TRUE);
  return document;
}

static void
click (GtkWidget *widget, guint index)
{
  GtkWidget *button = find_child (widget, GTK_TYPE_BUTTON);

  while (index-- > 0)
    button = gtk_widget_get_next_sibling (button);
  g_signal_emit_by_name (button, "clicked");
}

static void
test_likeness (void)
{
  GtkWidget *bar = mien_likeness_bar_new ();
  g_autoptr (MienSession) session = mien_session_new ();
  g_autoptr (MienDocument) document = alike_document_new ();
  GListModel *people = mien_document_get_people (document);
  GtkWidget *window, *button;

  mien_session_set_document (session, document);
  mien_likeness_bar_set_session (MIEN_LIKENESS_BAR (bar), session);
  window = fixture_show (bar, 320, 200);
  button = find_child (bar, GTK_TYPE_BUTTON);
  g_assert_true (gtk_widget_get_mapped (button));
  click (bar, 0);
  g_assert_cmpuint (g_list_model_get_n_items (people), ==, 1);
  g_assert_false (gtk_widget_get_mapped (button));
  mien_document_undo (document);
  g_assert_cmpuint (g_list_model_get_n_items (people), ==, 2);
  /* They are asked about again, and after a no never more. */
  mien_session_set_document (session, NULL);
  mien_session_set_document (session, document);
  fixture_settle ();
  g_assert_true (gtk_widget_get_mapped (button));
  click (bar, 1);
  g_assert_false (gtk_widget_get_mapped (button));
  mien_session_set_document (session, NULL);
  mien_session_set_document (session, document);
  fixture_settle ();
  g_assert_false (gtk_widget_get_mapped (button));
  g_assert_cmpstr (mien_document_get_setting (document, "_different_people"), ==, "\" 1-2 \"");
  fixture_assert_finalises (window, bar);
}

/* Every label below @widget, one a line. */
static void
collect_labels (GtkWidget *widget, GString *out)
{
  if (GTK_IS_LABEL (widget))
    g_string_append_printf (out, "%s\n", gtk_label_get_label (GTK_LABEL (widget)));
  for (GtkWidget *c = gtk_widget_get_first_child (widget); c != NULL;
       c = gtk_widget_get_next_sibling (c))
    collect_labels (c, out);
}

/* The first person was happy half of the time, the second never. */
static void
test_compare (void)
{
  GtkWidget *card = mien_compare_card_new ();
  g_autoptr (MienSession) session = fixture_session_new ();
  g_autoptr (GString) labels = g_string_new (NULL);
  GtkWidget *window;

  mien_compare_card_set_session (MIEN_COMPARE_CARD (card), session);
  mien_compare_card_update (MIEN_COMPARE_CARD (card));
  window = fixture_show (card, 1000, 400);
  collect_labels (find_child (card, GTK_TYPE_GRID), labels);
  g_assert_nonnull (strstr (labels->str, "Person 1\nPerson 2\nDifference\n"));
  g_assert_nonnull (strstr (labels->str, "Happiness\n50\u00a0%\n0\u00a0%\n\u221250 pp\n"));
  mien_session_set_document (session, NULL);
  mien_compare_card_update (MIEN_COMPARE_CARD (card));
  fixture_assert_finalises (window, card);
}

static void
test_side_panel (void)
{
  GtkWidget *panel = mien_side_panel_new ();
  g_autoptr (MienSession) session = fixture_session_new ();
  g_autoptr (GdkTexture) texture = fixture_texture_new (320, 240);
  GtkWidget *window, *expander;

  mien_side_panel_set_session (MIEN_SIDE_PANEL (panel), session);
  mien_side_panel_set_texture (MIEN_SIDE_PANEL (panel), texture);
  window = fixture_show (panel, 340, 700);
  expander = find_child (panel, GTK_TYPE_EXPANDER);
  gtk_expander_set_expanded (GTK_EXPANDER (expander), TRUE);
  mien_session_set_playhead (session, 7 * S);
  g_assert_nonnull (
      strstr (gtk_label_get_label (GTK_LABEL (gtk_expander_get_child (GTK_EXPANDER (expander)))),
              "Frame 175, 7.000000 s, track 1"));
  fixture_assert_finalises (window, panel);
}

/* The words for why a face is not counted are those of what measures it. */
static void
test_faults (void)
{
  static const struct
  {
    float width, brightness, sharpness, yaw, pitch;
    const char *text;
  } cases[] = {
    { 90, 0.4f, 30, 0, 0, "covered or cut off" }, { 10, 0.4f, 30, 0, 0, "too small" },
    { 90, 0.01f, 30, 0, 0, "too dark" },          { 90, 0.99f, 30, 0, 0, "too bright" },
    { 90, 0.4f, 1, 0, 0, "too blurred" },         { 90, 0.4f, 30, -70, 0, "turned away" },
    { 90, 0.4f, 30, 0, 50, "tilted away" },       { 90, 0.4f, 30, NAN, NAN, "covered or cut off" }
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const MienSample sample = { .width = cases[i].width,
                                  .height = cases[i].width,
                                  .brightness = cases[i].brightness,
                                  .sharpness = cases[i].sharpness,
                                  .yaw = cases[i].yaw,
                                  .pitch = cases[i].pitch };

      g_assert_cmpstr (mien_words_get_fault (&sample), ==, cases[i].text);
    }
}

static void
test_transport (void)
{
  GtkWidget *transport = mien_transport_new ();
  g_autoptr (MienSession) session = fixture_session_new ();
  g_autoptr (MienPlayer) player = mien_player_new ();
  GtkWidget *window;
  int natural, whole;

  mien_transport_set_session (MIEN_TRANSPORT (transport), session);
  mien_transport_set_player (MIEN_TRANSPORT (transport), player);
  window = fixture_show (transport, 700, 60);
  g_assert_true (
      gtk_test_accessible_has_role (GTK_ACCESSIBLE (transport), GTK_ACCESSIBLE_ROLE_GROUP));
  mien_session_set_playhead (session, 7 * S + S / 2);
  mien_player_set_rate (player, 2);
  fixture_settle ();
  /* As narrow as it gets the time is there in full. */
  mien_transport_set_folded (MIEN_TRANSPORT (transport), TRUE);
  gtk_widget_measure (transport, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
  g_assert_cmpint (natural, <=, 348);
  mien_transport_set_folded (MIEN_TRANSPORT (transport), FALSE);
  gtk_widget_measure (transport, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &whole, NULL, NULL);
  g_assert_cmpint (whole, >, natural);
  mien_transport_set_player (MIEN_TRANSPORT (transport), NULL);
  fixture_assert_finalises (window, transport);
}

static void
test_progress (void)
{
  GtkWidget *bar = mien_analysis_bar_new ();
  MienAnalysisProgress progress = { .fps = NAN, .seconds_left = NAN };
  GtkWidget *window;

  window = fixture_show (bar, 600, 60);
  mien_analysis_bar_set_progress (MIEN_ANALYSIS_BAR (bar), &progress);
  g_assert_cmpstr (mien_analysis_bar_get_text (MIEN_ANALYSIS_BAR (bar)), ==,
                   "Preparing the analysis…");
  progress = (MienAnalysisProgress){
    .phase = MIEN_ANALYSIS_RUNNING,
    .frames_done = 61,
    .frames_total = 100,
    .fps = 84.2,
    .seconds_left = 80,
  };
  mien_analysis_bar_set_progress (MIEN_ANALYSIS_BAR (bar), &progress);
  g_assert_cmpstr (mien_analysis_bar_get_text (MIEN_ANALYSIS_BAR (bar)), ==,
                   "Analysing 61\u00a0%  ·  84\u00a0frames/s  ·  1:20\u00a0left");
  fixture_assert_property (bar, GTK_ACCESSIBLE_PROPERTY_LABEL,
                           "Analysing 61\u00a0%  ·  84\u00a0frames/s  ·  1:20\u00a0left");
  /* A screen reader hears of the next tenth, not of everything before. */
  progress.frames_done = 69;
  mien_analysis_bar_set_progress (MIEN_ANALYSIS_BAR (bar), &progress);
  fixture_assert_property (bar, GTK_ACCESSIBLE_PROPERTY_LABEL,
                           "Analysing 61\u00a0%  ·  84\u00a0frames/s  ·  1:20\u00a0left");
  progress.frames_done = 70;
  mien_analysis_bar_set_progress (MIEN_ANALYSIS_BAR (bar), &progress);
  fixture_assert_property (bar, GTK_ACCESSIBLE_PROPERTY_LABEL,
                           "Analysing 70\u00a0%  ·  84\u00a0frames/s  ·  1:20\u00a0left");
  progress.frames_done = 61;
  progress.frames_total = 0;
  progress.seconds_left = NAN;
  mien_analysis_bar_set_progress (MIEN_ANALYSIS_BAR (bar), &progress);
  g_assert_cmpstr (mien_analysis_bar_get_text (MIEN_ANALYSIS_BAR (bar)), ==,
                   "Analysing, 61 frames done  ·  84\u00a0frames/s");
  g_assert_true (gtk_test_accessible_has_role (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_ROLE_STATUS));
  fixture_assert_finalises (window, bar);
}

static void
test_statistics (void)
{
  GtkWidget *page = mien_statistics_page_new ();
  g_autoptr (MienSession) session = fixture_session_new ();
  g_autoptr (MienStateItem) item = NULL;
  GListModel *states;
  GtkWidget *window, *view, *dropdown;

  mien_statistics_page_set_session (MIEN_STATISTICS_PAGE (page), session);
  window = fixture_show (page, 900, 700);
  states = mien_statistics_page_get_states (MIEN_STATISTICS_PAGE (page));
  /* Neutral, for a moment neither, and happy of the first; sad and uncertain of the second. */
  g_assert_cmpuint (g_list_model_get_n_items (states), ==, 5);
  item = g_list_model_get_item (states, 2);
  g_assert_cmpstr (mien_state_item_get_class_name (item), ==, "happiness");
  /* The table of states is the last part of the page. */
  view = find_child (
      gtk_widget_get_last_child (gtk_widget_get_parent (find_child (page, MIEN_TYPE_MARKS_TABLE))),
      GTK_TYPE_COLUMN_VIEW);
  g_assert_true (GTK_IS_COLUMN_VIEW (view));
  g_signal_emit_by_name (view, "activate", 2);
  g_assert_cmpint (mien_session_get_playhead (session), ==,
                   mien_state_item_get_state (item)->start_ns);
  dropdown = find_child (page, GTK_TYPE_DROP_DOWN);
  mien_session_set_selection (session, 8 * S, 9 * S);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (dropdown), 1);
  g_assert_cmpuint (g_list_model_get_n_items (states), ==, 1);
  g_assert_cmpint (strlen (mien_statistics_page_get_verdict (MIEN_STATISTICS_PAGE (page))), >, 0);
  mien_session_set_document (session, NULL);
  fixture_assert_finalises (window, page);
}

static void
test_split (void)
{
  GtkWidget *split = mien_split_new ();
  GtkWidget *main_child = gtk_label_new ("main"), *side = gtk_label_new ("side");
  graphene_rect_t a, b;
  GtkWidget *window;

  gtk_widget_set_size_request (side, 300, -1);
  mien_split_set_main (MIEN_SPLIT (split), main_child);
  mien_split_set_side (MIEN_SPLIT (split), side);
  window = fixture_show (split, 1000, 500);
  g_assert_false (mien_split_is_folded (MIEN_SPLIT (split)));
  g_assert_true (gtk_widget_compute_bounds (main_child, split, &a));
  g_assert_true (gtk_widget_compute_bounds (side, split, &b));
  g_assert_cmpfloat (a.origin.x + a.size.width, ==, b.origin.x);
  fixture_assert_finalises (window, split);

  split = mien_split_new ();
  side = gtk_label_new ("side");
  main_child = gtk_label_new ("main");
  gtk_widget_set_size_request (side, 300, -1);
  mien_split_set_main (MIEN_SPLIT (split), main_child);
  mien_split_set_side (MIEN_SPLIT (split), side);
  window = fixture_show (split, 360, 500);
  g_assert_true (mien_split_is_folded (MIEN_SPLIT (split)));
  g_assert_true (gtk_widget_compute_bounds (main_child, split, &a));
  g_assert_true (gtk_widget_compute_bounds (side, split, &b));
  g_assert_cmpfloat (a.origin.y + a.size.height, <=, b.origin.y);
  fixture_assert_finalises (window, split);
}

static void
test_words (void)
{
  g_autofree char *whole = mien_words_dup_percent (0.874);
  g_autofree char *nothing = mien_words_dup_percent (NAN);
  g_autofree char *shorter = mien_words_dup_duration (192 * S);
  g_autofree char *longer = mien_words_dup_duration (3723 * S);

  g_assert_cmpstr (whole, ==, "87\u00a0%");
  g_assert_cmpstr (nothing, ==, "–");
  g_assert_cmpstr (shorter, ==, "3:12");
  g_assert_cmpstr (longer, ==, "1:02:03");
  g_assert_cmpstr (mien_words_get_emotion ("happy"), ==, "Happiness");
  g_assert_cmpstr (mien_words_get_emotion (NULL), ==, "Uncertain");
  g_assert_cmpstr (mien_words_get_emotion ("boredom"), ==, "boredom");
  g_assert_cmpstr (mien_words_get_letter ("surprise"), ==, "Su");
  g_assert_cmpstr (mien_words_get_letter (NULL), ==, "?");
}

/* A job tells how far it is, after some moments how long still, and is cancelled by its button. */
static void
test_job (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GtkWidget *bar = g_object_ref_sink (mien_job_bar_new ("Writing a.mp4", cancellable));
  MienJobBar *job = MIEN_JOB_BAR (bar);

  g_assert_cmpstr (mien_job_bar_get_text (job), ==, "Writing a.mp4");
  fixture_assert_property (bar, GTK_ACCESSIBLE_PROPERTY_LABEL, "Writing a.mp4");
  fixture_assert_property (find_child (bar, GTK_TYPE_BUTTON), GTK_ACCESSIBLE_PROPERTY_LABEL,
                           "Cancel");
  mien_job_bar_set_progress (job, 0.25);
  g_assert_cmpstr (mien_job_bar_get_text (job), ==, "Writing a.mp4  25\u00a0%");
  g_usleep (2 * G_USEC_PER_SEC);
  mien_job_bar_set_progress (job, 0.0);
  g_assert_null (strstr (mien_job_bar_get_text (job), "left"));
  mien_job_bar_set_progress (job, 0.02);
  /* Two seconds for a fiftieth: at least 98 for the rest. */
  g_assert_nonnull (strstr (mien_job_bar_get_text (job), "2\u00a0%  ·  1:"));
  g_assert_true (g_str_has_suffix (mien_job_bar_get_text (job), "\u00a0left"));
  mien_job_bar_cancel (job);
  g_assert_true (g_cancellable_is_cancelled (cancellable));
  mien_job_bar_fail (job, "The disk is full.");
  g_assert_cmpstr (mien_job_bar_get_text (job), ==, "Writing a.mp4 failed. The disk is full.");
  fixture_assert_property (find_child (bar, GTK_TYPE_BUTTON), GTK_ACCESSIBLE_PROPERTY_LABEL,
                           "Close");
  g_object_unref (bar);
}

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  g_test_add_func ("/people/rows", test_people);
  g_test_add_func ("/people/rename", test_rename);
  g_test_add_func ("/legend", test_legend);
  g_test_add_func ("/filters", test_filters);
  g_test_add_func ("/marks", test_marks);
  g_test_add_func ("/compare", test_compare);
  g_test_add_func ("/likeness", test_likeness);
  g_test_add_func ("/pane", test_pane);
  g_test_add_func ("/side-panel", test_side_panel);
  g_test_add_func ("/faults", test_faults);
  g_test_add_func ("/transport", test_transport);
  g_test_add_func ("/progress", test_progress);
  g_test_add_func ("/statistics", test_statistics);
  g_test_add_func ("/split", test_split);
  g_test_add_func ("/words", test_words);
  g_test_add_func ("/job", test_job);
  return g_test_run ();
}
