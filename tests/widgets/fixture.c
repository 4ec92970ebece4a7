/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fixture.h"

#include <adwaita.h>
#include <math.h>

#include "widgets/widgets.h"

/* Networks run some ten times slower under the address sanitiser. */
#ifdef __SANITIZE_ADDRESS__
#define WAIT_US (300 * G_USEC_PER_SEC)
#else
#define WAIT_US (60 * G_USEC_PER_SEC)
#endif

static void
fill_sample (MienSample *s, gint64 frame, int track, int emotion, float value)
{
  *s = (MienSample){
    .frame = frame,
    .pts_ns = frame * FIXTURE_FRAME_NS,
    .track = track,
    .status = MIEN_STATUS_OK,
    .x = track == 1 ? 20 : 200,
    .y = 30,
    .width = 80,
    .height = 90,
    .score = 0.9f,
    .yaw = NAN,
    .pitch = NAN,
    .roll = NAN,
    .brightness = 0.5f,
    .sharpness = 100,
  };
  for (int i = 0; i < FIXTURE_N_CLASSES; i++)
    s->values[i] = i == emotion ? value : (1 - value) / (FIXTURE_N_CLASSES - 1);
}

static guint
fill_frame (MienSample *samples, gint64 frame)
{
  guint n = 1;

  fill_sample (&samples[0], frame, 1, frame < 125 ? FIXTURE_NEUTRAL : FIXTURE_HAPPINESS, 0.9f);
  if (frame >= 50 && frame < 150)
    fill_sample (&samples[n++], frame, 2, FIXTURE_SADNESS, frame < 100 ? 0.8f : 0.4f);
  return n;
}

MienDocument *
fixture_document_new_part (gint64 n_frames)
{
  static const MienClass classes[FIXTURE_N_CLASSES] = {
    { "neutral", 0, 0 },  { "happiness", 1, 0.2 }, { "surprise", 0, 0.8 }, { "sadness", -1, -0.5 },
    { "anger", -1, 0.7 }, { "disgust", -1, 0.3 },  { "fear", -1, 0.8 },    { "contempt", -1, 0.1 },
  };
  const MienSource source = {
    .path = "made-for-a-test.mp4",
    .size = -1,
    .duration_ns = FIXTURE_END_NS,
    .width = 320,
    .height = 240,
    .rate = 25,
    .frames = FIXTURE_FRAMES,
  };
  MienDocument *document = mien_document_new ();

  mien_document_set_source (document, &source);
  mien_document_set_classes (document, classes, FIXTURE_N_CLASSES);
  for (gint64 frame = 0; frame < n_frames; frame++)
    {
      MienSample samples[2];
      guint n = fill_frame (samples, frame);
      g_autoptr (GError) error = NULL;

      mien_document_append (document, samples, n, &error);
      g_assert_no_error (error);
    }
  return document;
}

MienDocument *
fixture_document_new (void)
{
  MienDocument *document = fixture_document_new_part (FIXTURE_FRAMES);

  mien_document_set_complete (document, TRUE);
  return document;
}

MienSession *
fixture_session_new (void)
{
  g_autoptr (MienDocument) document = fixture_document_new ();
  MienSession *session = mien_session_new ();

  mien_session_set_document (session, document);
  mien_session_set_duration (session, FIXTURE_END_NS);
  fixture_settle ();
  return session;
}

MienPerson *
fixture_get_person (MienSession *session, guint index)
{
  GListModel *people = mien_document_get_people (mien_session_get_document (session));
  g_autoptr (MienPerson) person = g_list_model_get_item (people, index);

  g_assert_nonnull (person);
  return person; /* the document keeps it */
}

GdkTexture *
fixture_texture_new (int width, int height)
{
  gsize size = (gsize) width * (gsize) height * 4;
  guint8 *pixels = g_malloc (size);
  GdkTexture *texture;
  GBytes *bytes;

  memset (pixels, 128, size);
  bytes = g_bytes_new_take (pixels, size);
  texture = gdk_memory_texture_new (width, height, GDK_MEMORY_R8G8B8A8, bytes, (gsize) width * 4);
  g_bytes_unref (bytes);
  return texture;
}

static gboolean
tick_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

gboolean
fixture_wait (FixtureFunc done, gpointer data)
{
  gint64 end = g_get_monotonic_time () + WAIT_US;
  /* Wakes the loop when what is waited for makes no event of its own. */
  guint tick = g_timeout_add_full (G_PRIORITY_LOW, 20, tick_cb, NULL, NULL);
  gboolean ok;

  while (!(ok = done (data)) && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (tick);
  return ok;
}

void
fixture_settle (void)
{
  for (int i = 0; i < 1000 && g_main_context_pending (NULL); i++)
    g_main_context_iteration (NULL, FALSE);
}

static gboolean
is_drawn (gpointer data)
{
  GtkWidget *window = data;
  GdkFrameClock *clock = gtk_widget_get_frame_clock (window);

  return clock != NULL && gtk_widget_get_mapped (window) && gtk_widget_get_width (window) > 0
         && gdk_frame_clock_get_frame_counter (clock) >= 1;
}

GtkWidget *
fixture_show (GtkWidget *widget, int width, int height)
{
  GtkWidget *window = gtk_window_new ();

  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  gtk_window_set_child (GTK_WINDOW (window), widget);
  gtk_window_present (GTK_WINDOW (window));
  g_assert_true (fixture_wait (is_drawn, window));
  fixture_settle ();
  return window;
}

static gboolean
is_null (gpointer data)
{
  return *(gpointer *) data == NULL;
}

void
fixture_assert_finalises (GtkWidget *window, GtkWidget *widget)
{
  gpointer weak = widget;

  g_object_add_weak_pointer (G_OBJECT (widget), &weak);
  gtk_window_destroy (GTK_WINDOW (window));
  g_assert_true (fixture_wait (is_null, &weak));
}

static void
notify_cb (GObject *object, GParamSpec *pspec, guint *count)
{
  (*count)++;
}

guint *
fixture_count_notify (gpointer object, const char *property)
{
  g_autofree char *signal = g_strconcat ("notify::", property, NULL);
  guint *count = g_new0 (guint, 1);

  g_object_set_data_full (object, g_intern_string (signal), count, g_free);
  g_signal_connect (object, signal, G_CALLBACK (notify_cb), count);
  return count;
}

void
fixture_init (int *argc, char ***argv)
{
  gtk_test_init (argc, argv, NULL);
  adw_init ();
  mien_widgets_init ();
}
