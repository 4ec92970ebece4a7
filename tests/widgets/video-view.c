/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/video-view.h"

#include "events.h"
#include "fixture.h"
#include "widgets/face-crop.h"
#include "widgets/face-overlay.h"
#include "widgets/label-places.h"
#include "widgets/words.h"

#define S FIXTURE_SECOND_NS

static void
test_properties (void)
{
  GtkWidget *view = g_object_ref_sink (mien_video_view_new ());
  g_autoptr (MienSession) session = fixture_session_new ();
  g_autoptr (GdkTexture) texture = fixture_texture_new (320, 240);
  guint *textures = fixture_count_notify (view, "texture");
  guint *boxes = fixture_count_notify (view, "show-boxes");

  g_assert_true (gtk_test_accessible_has_role (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_ROLE_IMG));
  g_object_set (view, "texture", texture, "session", session, NULL);
  g_assert_true (mien_video_view_get_texture (MIEN_VIDEO_VIEW (view)) == texture);
  g_assert_true (mien_video_view_get_session (MIEN_VIDEO_VIEW (view)) == session);
  mien_video_view_set_texture (MIEN_VIDEO_VIEW (view), texture);
  g_assert_cmpuint (*textures, ==, 1);
  g_assert_true (mien_video_view_get_show_boxes (MIEN_VIDEO_VIEW (view)));
  g_object_set (view, "show-boxes", FALSE, "show-landmarks", TRUE, NULL);
  g_assert_cmpuint (*boxes, ==, 1);
  g_assert_true (mien_video_view_get_show_landmarks (MIEN_VIDEO_VIEW (view)));
  g_assert_finalize_object (view);
}

static void
test_label (void)
{
  GtkWidget *view = mien_video_view_new ();
  g_autoptr (MienSession) session = fixture_session_new ();
  g_autoptr (GdkTexture) texture = fixture_texture_new (320, 240);
  GtkWidget *window;

  mien_video_view_set_texture (MIEN_VIDEO_VIEW (view), texture);
  mien_video_view_set_session (MIEN_VIDEO_VIEW (view), session);
  window = fixture_show (view, 640, 480);
  fixture_assert_property (view, GTK_ACCESSIBLE_PROPERTY_LABEL, "Person 1: Neutral");
  mien_session_set_playhead (session, 3 * S);
  fixture_assert_property (view, GTK_ACCESSIBLE_PROPERTY_LABEL,
                           "Person 1: Neutral; Person 2: Sadness");
  fixture_assert_finalises (window, view);
}

/* Two faces, 320x240 shown at twice its size: a click chooses whose box it hits. */
static void
test_choose (void)
{
  GtkWidget *view = mien_video_view_new ();
  g_autoptr (MienSession) session = fixture_session_new ();
  g_autoptr (GdkTexture) texture = fixture_texture_new (320, 240);
  GtkWidget *window;
  double scale;

  mien_video_view_set_texture (MIEN_VIDEO_VIEW (view), texture);
  mien_video_view_set_session (MIEN_VIDEO_VIEW (view), session);
  mien_session_set_playhead (session, 3 * S);
  window = fixture_show (view, 640, 480);
  scale = MIN (gtk_widget_get_width (view) / 320.0, gtk_widget_get_height (view) / 240.0);
  events_click (view, gtk_widget_get_width (view) / 2.0 + (240 - 160) * scale,
                gtk_widget_get_height (view) / 2.0 + (70 - 120) * scale, 1);
  g_assert_true (mien_session_get_person (session) == fixture_get_person (session, 1));
  events_click (view, 1, gtk_widget_get_height (view) - 1, 1);
  g_assert_true (mien_session_get_person (session) == fixture_get_person (session, 1));
  fixture_assert_finalises (window, view);
}

/* The copied picture has the film's size and holds the boxes. */
static void
test_picture (void)
{
  GtkWidget *view = g_object_ref_sink (mien_video_view_new ());
  g_autoptr (MienSession) session = fixture_session_new ();
  g_autoptr (GdkTexture) texture = fixture_texture_new (320, 240);
  g_autoptr (GdkTexture) with = NULL, without = NULL;
  g_autofree guint32 *a = g_new (guint32, 320 * 240), *b = g_new (guint32, 320 * 240);
  guint differing = 0;

  g_assert_null (mien_video_view_dup_picture (MIEN_VIDEO_VIEW (view)));
  mien_video_view_set_texture (MIEN_VIDEO_VIEW (view), texture);
  mien_video_view_set_session (MIEN_VIDEO_VIEW (view), session);
  with = mien_video_view_dup_picture (MIEN_VIDEO_VIEW (view));
  mien_video_view_set_show_boxes (MIEN_VIDEO_VIEW (view), FALSE);
  without = mien_video_view_dup_picture (MIEN_VIDEO_VIEW (view));
  g_assert_cmpint (gdk_texture_get_width (with), ==, 320);
  g_assert_cmpint (gdk_texture_get_height (with), ==, 240);
  gdk_texture_download (with, (guchar *) a, 320 * 4);
  gdk_texture_download (without, (guchar *) b, 320 * 4);
  for (guint i = 0; i < 320 * 240; i++)
    differing += a[i] != b[i];
  /* The outline of an 80x90 box at least, and by far not all. */
  g_assert_cmpuint (differing, >, 2 * (80 + 90));
  g_assert_cmpuint (differing, <, 320 * 240 / 4);
  g_assert_finalize_object (view);
}

static void
test_pick (void)
{
  const MienFaceOverlayPlace place = { .x = 100, .y = 50, .scale = 2, .width = 900, .height = 600 };
  MienFace faces[2] = { 0 };

  faces[0].sample = (MienSample){ .x = 0, .y = 0, .width = 100, .height = 100 };
  faces[1].sample = (MienSample){ .x = 50, .y = 50, .width = 20, .height = 20 };
  g_assert_cmpint (mien_face_overlay_pick (&place, faces, 2, 110, 60), ==, 0);
  /* The smaller of two, and the edge belongs outside. */
  g_assert_cmpint (mien_face_overlay_pick (&place, faces, 2, 220, 170), ==, 1);
  g_assert_cmpint (mien_face_overlay_pick (&place, faces, 2, 300, 60), ==, -1);
  g_assert_cmpint (mien_face_overlay_pick (&place, faces, 2, 99, 60), ==, -1);
}

/* Long labels of faces that are close together: each finds a place that hides neither a face nor
 * another label, above, below or aside. */
static void
test_labels (void)
{
  const MienFaceOverlayPlace place = { .scale = 1, .width = 640, .height = 360, .text_scale = 1 };
  GtkWidget *label = g_object_ref_sink (gtk_label_new (""));
  g_autoptr (MienDocument) document = fixture_document_new ();
  const struct
  {
    float x, y;
  } boxes[] = { { 100, 120 }, { 250, 100 }, { 400, 110 }, { 0, 0 } };
  MienFace faces[G_N_ELEMENTS (boxes)] = { 0 };
  guint32 *pixels = g_new0 (guint32, 640 * 360);
  cairo_surface_t *surface = cairo_image_surface_create_for_data (
      (guint8 *) pixels, CAIRO_FORMAT_ARGB32, 640, 360, 640 * 4);
  cairo_t *cr = cairo_create (surface);
  guint ink = 0;

  for (guint i = 0; i < G_N_ELEMENTS (boxes); i++)
    {
      faces[i].sample = (MienSample){ .x = boxes[i].x, .y = boxes[i].y, .width = 80, .height = 90 };
      faces[i].emotion = FIXTURE_HAPPINESS;
      faces[i].confidence = 0.9;
      g_strlcpy (faces[i].name, "Somebody called Anna", sizeof faces[i].name);
    }
  mien_face_overlay_draw (cr, gtk_widget_get_pango_context (label), &place, document, faces,
                          G_N_ELEMENTS (faces), &faces[1], FALSE);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  for (int y = 0; y < 360; y++)
    for (int x = 0; x < 640; x++)
      {
        ink += pixels[y * 640 + x] != 0;
        /* Within the lines of a box there is nothing. */
        for (guint i = 0; i < G_N_ELEMENTS (boxes); i++)
          if (x > boxes[i].x + 4 && x < boxes[i].x + 76 && y > boxes[i].y + 4
              && y < boxes[i].y + 86)
            g_assert_cmphex (pixels[y * 640 + x], ==, 0);
      }
  /* Four labels of 200 x 20 at least, none under another. */
  g_assert_cmpuint (ink, >, 4 * 200 * 18);
  cairo_surface_destroy (surface);
  g_free (pixels);
  g_object_unref (label);
}

static void
assert_apart (const MienLabelPlace *labels, guint n, double width, double height)
{
  for (guint i = 0; i < n; i++)
    {
      const cairo_rectangle_t *a = &labels[i].at;

      g_assert_cmpfloat (a->x, >=, 0);
      g_assert_cmpfloat (a->y, >=, 0);
      g_assert_cmpfloat (a->x + a->width, <=, width);
      g_assert_cmpfloat (a->y + a->height, <=, height);
      for (guint j = 0; j < i; j++)
        {
          const cairo_rectangle_t *b = &labels[j].at;

          g_assert_true (a->x + a->width <= b->x || b->x + b->width <= a->x
                         || a->y + a->height <= b->y || b->y + b->height <= a->y);
        }
    }
}

/* A narrow window with text of 200 %: four people in a row, labels wider than the faces. */
static void
test_places (void)
{
  const cairo_rectangle_t faces[] = {
    { 10, 60, 60, 70 }, { 100, 50, 60, 70 }, { 190, 60, 60, 70 }, { 290, 55, 60, 70 }
  };
  const cairo_rectangle_t lone = { 100, 50, 60, 70 }, top = { 100, 0, 60, 70 };
  MienLabelPlace labels[4] = { 0 }, one = { .box = lone, 200, 110, 38 };

  for (guint i = 0; i < 4; i++)
    labels[i] = (MienLabelPlace){ .box = faces[i], 300, 110, 38 };
  mien_label_places_arrange (360, 202, faces, 4, labels, 4);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpfloat (labels[i].at.width, >=, 110);
  assert_apart (labels, 4, 360, 202);
  /* Where there is room none is cut. */
  mien_label_places_arrange (1400, 800, faces, 4, labels, 4);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpfloat (labels[i].at.width, ==, 300);
  assert_apart (labels, 4, 1400, 800);

  /* Alone: whole, above the box; below it where there is no room above. */
  mien_label_places_arrange (360, 202, &lone, 1, &one, 1);
  g_assert_cmpfloat (one.at.width, ==, 200);
  g_assert_cmpfloat (one.at.y + one.at.height, <=, lone.y);
  one = (MienLabelPlace){ .box = top, 200, 110, 38 };
  mien_label_places_arrange (360, 202, &top, 1, &one, 1);
  g_assert_cmpfloat (one.at.y, >=, top.y + top.height);
  /* Wider than the view: cut to it. */
  one = (MienLabelPlace){ .box = lone, 900, 110, 38 };
  mien_label_places_arrange (360, 202, &lone, 1, &one, 1);
  assert_apart (&one, 1, 360, 202);
}

static void
test_signs (void)
{
  g_autofree char *minus = mien_words_take_minus (g_strdup ("-0.25, +3, a-1, 2-3, -x, +0.00, -0"));
  g_autofree char *plain = mien_words_take_unbroken (g_strdup ("1:20 left"));
  g_autofree char *wide = mien_words_take_unbroken (g_strdup ("剩余 1:20"));

  g_assert_cmpstr (minus, ==, "\u22120.25, +3, a-1, 2-3, -x, 0.00, 0");
  g_assert_cmpstr (plain, ==, "1:20\u00a0left");
  g_assert_cmpstr (wide, ==, "剩\u2060余\u2060\u00a01:20");
}

static void
test_crop (void)
{
  GtkWidget *crop = mien_face_crop_new ();
  g_autoptr (MienSession) session = fixture_session_new ();
  g_autoptr (GdkTexture) texture = fixture_texture_new (320, 240);
  guint *textures = fixture_count_notify (crop, "texture");
  GtkWidget *window;

  g_object_set (crop, "texture", texture, "session", session, NULL);
  g_assert_cmpuint (*textures, ==, 1);
  g_assert_true (gtk_test_accessible_has_role (GTK_ACCESSIBLE (crop), GTK_ACCESSIBLE_ROLE_IMG));
  window = fixture_show (crop, 200, 200);
  g_assert_true (mien_face_crop_get_session (MIEN_FACE_CROP (crop)) == session);
  fixture_assert_finalises (window, crop);
}

int
main (int argc, char **argv)
{
  fixture_init (&argc, &argv);
  g_test_add_func ("/video-view/properties", test_properties);
  g_test_add_func ("/video-view/label", test_label);
  g_test_add_func ("/video-view/choose", test_choose);
  g_test_add_func ("/video-view/picture", test_picture);
  g_test_add_func ("/face-overlay/pick", test_pick);
  g_test_add_func ("/face-overlay/labels", test_labels);
  g_test_add_func ("/face-overlay/places", test_places);
  g_test_add_func ("/words/signs", test_signs);
  g_test_add_func ("/face-crop", test_crop);
  return g_test_run ();
}
