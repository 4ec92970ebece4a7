/* Draws every mode and chart into a folder, to be looked at: gallery DIR [DOC.mien].
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "made.h"
#include "plot/charts.h"
#include "plot/picture.h"

typedef struct
{
  MienDocument *document;
  MienTimelineView view;
} Timeline;

static void
timeline_cb (cairo_t *cr, double width, double height, gpointer data)
{
  Timeline *t = data;
  gint64 length = t->view.end_ns - t->view.start_ns;

  mien_timeline_draw (cr, t->document, &t->view);
  mien_timeline_draw_overlay (cr, t->document, &t->view, t->view.start_ns + length / 3,
                              t->view.start_ns + length / 2, t->view.start_ns + length / 5,
                              t->view.start_ns + length / 4);
}

static void
write_timeline (Timeline *timeline, const char *directory, const char *name, double scale)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autoptr (GError) error = NULL;

  if (!mien_picture_write (path, timeline->view.width, timeline->view.height, scale, timeline_cb,
                           timeline, &error))
    g_printerr ("%s\n", error->message);
}

typedef struct
{
  MienDocument *document;
  MienPlotStyle style;
  int chart;
} Chart;

static const char *const chart_names[] = { "bars",      "circumplex",  "pie",    "share",
                                           "histogram", "transitions", "compare" };

static void
chart_cb (cairo_t *cr, double width, double height, gpointer data)
{
  Chart *c = data;
  MienTrack *track = mien_document_find_track (c->document, 1);
  MienPerson *person = mien_document_find_person (c->document, 1);
  const gint64 time = 12000000000;
  gssize at = track == NULL ? -1 : mien_track_find_shown (track, time);
  MienStatistics a, b;
  MienSample sample;
  float low[8], high[8];
  guint bins[40];

  mien_statistics_of_person (c->document, person, &a);
  mien_statistics_of_person (c->document, mien_document_find_person (c->document, 2), &b);
  mien_statistics_histogram (c->document, person, 3, 0, G_MAXINT64, 40, bins);
  if (at >= 0)
    mien_track_get_sample (track, (gsize) at, &sample);
  for (int k = 0; k < 8; k++)
    {
      low[k] = at < 0 ? 0 : sample.values[k] - 0.05f;
      high[k] = at < 0 ? 0 : sample.values[k] + 0.05f;
    }
  if (c->chart == 0)
    mien_chart_draw_bars (cr, &c->style, width, height, mien_document_get_classes (c->document),
                          mien_document_get_n_classes (c->document), at < 0 ? NULL : sample.values,
                          low, high, 0.5);
  else if (c->chart == 1)
    mien_chart_draw_circumplex (cr, &c->style, width, height, c->document, track, time, 8000000000);
  else if (c->chart == 2)
    mien_chart_draw_pie (cr, &c->style, width, height, c->document, &a);
  else if (c->chart == 3)
    mien_chart_draw_share (cr, &c->style, width, height, c->document, &a);
  else if (c->chart == 4)
    mien_chart_draw_histogram (cr, &c->style, width, height, c->document, 3, bins, 40);
  else if (c->chart == 5)
    mien_chart_draw_transitions (cr, &c->style, width, height, c->document, &a);
  else
    mien_chart_draw_compare (cr, &c->style, width, height, c->document, &a, "Anna", &b,
                             "Maximiliane von und zu Hohenstein");
}

static void
write_charts (MienDocument *document, const char *directory)
{
  for (int i = 0; i < 2 * (int) G_N_ELEMENTS (chart_names); i++)
    {
      Chart chart = { document, { i % 2 == 1, 1.0, NULL }, i / 2 };
      g_autofree char *name =
          g_strdup_printf ("chart-%s-%s.png", chart_names[i / 2], i % 2 == 1 ? "dark" : "light");
      g_autofree char *path = g_build_filename (directory, name, NULL);

      mien_picture_write (path, i / 2 == 3 ? 600 : 420, i / 2 == 3 ? 36 : 280, 1.0, chart_cb,
                          &chart, NULL);
    }
}

static MienDocument *
make_document (void)
{
  MienDocument *document = mien_document_new ();

  made_set_classes (document);
  made_append (document, 0, 1500, 25.0, 3);
  mien_document_rename_person (document, mien_document_find_person (document, 1), "Anna");
  mien_document_rename_person (document, mien_document_find_person (document, 2),
                               "Maximiliane von und zu Hohenstein-Sonnental");
  mien_document_exclude (document, mien_document_find_person (document, 1), 20000000000,
                         26000000000);
  mien_document_add_mark (document, 3000000000, 9000000000, "intro");
  mien_document_add_mark (document, 10000000000, 10000000000, "question 1, the long one");
  mien_document_add_mark (document, 11000000000, 11000000000, "x");
  mien_document_add_mark (document, 40000000000, 52000000000, "answer");
  return document;
}

int
main (int argc, char **argv)
{
  g_autoptr (MienDocument) document = NULL;
  g_autoptr (GError) error = NULL;

  if (argc < 2)
    {
      g_printerr ("gallery DIR [DOC.mien]\n");
      return 1;
    }
  document = argc > 2 ? mien_document_open_read_only (argv[2], &error) : make_document ();
  if (document == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  for (int mode = 0; mode < MIEN_TIMELINE_N_MODES; mode++)
    for (int dark = 0; dark < 2; dark++)
      {
        Timeline timeline = { .document = document };
        g_autofree char *name = g_strdup_printf (
            "timeline-%s-%s.png", mien_timeline_mode_get_name (mode), dark ? "dark" : "light");
        g_autofree char *zoomed = g_strconcat ("zoom-", name, NULL);
        g_autofree char *svg =
            g_strdup_printf ("timeline-%s.svg", mien_timeline_mode_get_name (mode));

        mien_timeline_view_init (&timeline.view, document, 1000, 400);
        timeline.view.mode = mode;
        timeline.view.style.dark = dark;
        timeline.view.selected_person = 2;
        timeline.view.show_raw = TRUE;
        write_timeline (&timeline, argv[1], name, 1.0);
        if (!dark)
          write_timeline (&timeline, argv[1], svg, 1.0);
        timeline.view.start_ns = 12000000000;
        timeline.view.end_ns = 15000000000;
        write_timeline (&timeline, argv[1], zoomed, 2.0);
      }
  write_charts (document, argv[1]);
  return 0;
}
