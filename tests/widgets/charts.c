/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture.h"
#include "widgets/affect-chart.h"
#include "widgets/bar-chart.h"
#include "widgets/statistics-chart.h"

#define S FIXTURE_SECOND_NS

static void
test_bars (void)
{
  GtkWidget *chart = mien_bar_chart_new ();
  g_autoptr (MienSession) session = fixture_session_new ();
  guint *sessions = fixture_count_notify (chart, "session");
  GtkWidget *window;

  mien_chart_set_session (MIEN_CHART (chart), session);
  mien_chart_set_session (MIEN_CHART (chart), session);
  g_assert_cmpuint (*sessions, ==, 1);
  window = fixture_show (chart, 300, 200);
  g_assert_true (gtk_test_accessible_has_role (GTK_ACCESSIBLE (chart), GTK_ACCESSIBLE_ROLE_IMG));
  mien_session_set_playhead (session, 7 * S);
  fixture_assert_property (
      chart, GTK_ACCESSIBLE_PROPERTY_LABEL,
      "Person 1, Happiness 90\u00a0%, Neutral 1\u00a0%, Surprise 1\u00a0%, Sadness 1\u00a0%, "
      "Anger 1\u00a0%, Disgust 1\u00a0%, Fear 1\u00a0%, Contempt 1\u00a0%");
  mien_session_set_document (session, NULL);
  fixture_assert_property (chart, GTK_ACCESSIBLE_PROPERTY_LABEL, "No face in this picture");
  fixture_settle ();
  fixture_assert_finalises (window, chart);
}

static void
test_affect (void)
{
  GtkWidget *chart = mien_affect_chart_new ();
  g_autoptr (MienSession) session = fixture_session_new ();
  GtkWidget *window;

  mien_chart_set_session (MIEN_CHART (chart), session);
  window = fixture_show (chart, 240, 240);
  mien_session_set_playhead (session, 7 * S);
  fixture_assert_property (chart, GTK_ACCESSIBLE_PROPERTY_LABEL, "Valence 0.8, arousal 0.2");
  mien_session_set_document (session, NULL);
  fixture_settle ();
  fixture_assert_finalises (window, chart);
}

static void
test_statistics (void)
{
  GtkWidget *chart = mien_statistics_chart_new (MIEN_STATISTICS_CHART_SHARES);
  g_autoptr (MienDocument) document = fixture_document_new ();
  MienStatistics statistics;
  GtkWidget *window;

  mien_statistics_of_range (document, NULL, 0, 4 * S, &statistics);
  mien_statistics_chart_set (MIEN_STATISTICS_CHART (chart), document, &statistics);
  window = fixture_show (chart, 300, 240);
  /* Four seconds of one neutral face, two of a sad one. */
  fixture_assert_property (chart, GTK_ACCESSIBLE_PROPERTY_LABEL,
                           "Share of time, Neutral 67\u00a0%, Sadness 33\u00a0%");
  fixture_assert_finalises (window, chart);
}

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  g_test_add_func ("/charts/bars", test_bars);
  g_test_add_func ("/charts/affect", test_affect);
  g_test_add_func ("/charts/statistics", test_statistics);
  return g_test_run ();
}
