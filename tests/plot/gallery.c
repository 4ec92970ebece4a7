/* Draws every mode and chart into a folder, to be looked at: gallery DIR [DOC.mien].
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "made.h"
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
  return 0;
}
