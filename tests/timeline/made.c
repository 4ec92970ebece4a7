/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "made.h"

#include <glib/gstdio.h>
#include <math.h>

#include "timeline/export-csv.h"
#include "timeline/export-text.h"

void
made_set_classes (MienDocument *document)
{
  static const MienClass classes[] = {
    { "neutral", 0, -0.2 },  { "happiness", 1, 0.5 }, { "surprise", 0, 0.8 },
    { "sadness", -1, -0.4 }, { "anger", -1, 0.7 },    { "disgust", -1, 0.3 },
    { "fear", -1, 0.8 },     { "contempt", -1, 0.1 },
  };

  mien_document_set_classes (document, classes, G_N_ELEMENTS (classes));
}

MienSample
made_sample (gint64 frame, int track, int emotion, double top)
{
  MienSample s = {
    .frame = frame,
    .pts_ns = frame * 40000000,
    .track = track,
    .status = MIEN_STATUS_OK,
    .x = 10.5f * (float) track,
    .y = 20.25f,
    .width = 64,
    .height = 80,
    .score = 0.9876f,
    .yaw = NAN,
    .pitch = NAN,
    .roll = NAN,
    .brightness = 0.5f,
    .sharpness = 123.45f,
    .flow = NAN,
  };

  for (int c = 0; c < 8; c++)
    s.values[c] = (float) (c == emotion ? top : (1.0 - top) / 7.0);
  return s;
}

MienSample
made_no_face (gint64 frame)
{
  return (MienSample){
    .frame = frame, .pts_ns = frame * 40000000, .track = -1, .status = MIEN_STATUS_NO_FACE
  };
}

/* A number in 0..1 that depends on @x alone. */
static double
noise (guint64 x)
{
  x += G_GUINT64_CONSTANT (0x9E3779B97F4A7C15);
  x = (x ^ (x >> 30)) * G_GUINT64_CONSTANT (0xBF58476D1CE4E5B9);
  x = (x ^ (x >> 27)) * G_GUINT64_CONSTANT (0x94D049BB133111EB);
  return (double) ((x ^ (x >> 31)) >> 11) / 9007199254740992.0;
}

static MienSample
drifting_sample (gint64 frame, double rate, int person)
{
  double t = (double) frame / rate, total = 0.0, p[8];
  MienSample s = made_sample (frame, person, 0, 0.5);

  s.pts_ns = (gint64) llround (t * 1e9);
  for (int c = 0; c < 8; c++)
    {
      double phase = t / (3.0 + c + 0.7 * person) + c * 1.3 + person;

      p[c] = exp (2.5 * sin (phase) + 0.6 * noise ((guint64) (frame * 64 + person * 8 + c)));
      p[c] *= c < 2 ? 3.0 : c == 3 ? 2.0 : 0.6;
      total += p[c];
    }
  for (int c = 0; c < 8; c++)
    s.values[c] = (float) (p[c] / total);
  s.x = (float) (100.0 * person + 20.0 * sin (t));
  if (noise ((guint64) frame * 7 + (guint64) person) < 0.01)
    s.status = MIEN_STATUS_LOW_QUALITY;
  return s;
}

static void
append (
    MienDocument *document, gint64 begin, gint64 end, double rate, int n_people, gboolean moving)
{
  g_autoptr (GArray) samples = g_array_new (FALSE, FALSE, sizeof (MienSample));

  for (gint64 frame = begin; frame < end; frame++)
    {
      guint before = samples->len;

      for (int person = 1; person <= n_people; person++)
        {
          MienSample s = drifting_sample (frame, rate, person);

          /* Each is away for the last tenth of every ten minutes or, in short films, of ten
           * seconds. */
          if (((gint64) ((double) frame / rate) / 10 + person) % 9 == 8)
            continue;
          if (moving && frame % 50 != 0)
            s.flow = (float) (40.0 * noise ((guint64) frame * 11 + (guint64) person));
          g_array_append_val (samples, s);
        }
      if (samples->len == before)
        {
          MienSample s = made_no_face (frame);

          s.pts_ns = (gint64) llround ((double) frame / rate * 1e9);
          g_array_append_val (samples, s);
        }
      if (samples->len >= 4096 || frame + 1 == end)
        {
          g_autoptr (GError) error = NULL;

          mien_document_append (document, &g_array_index (samples, MienSample, 0), samples->len,
                                &error);
          g_assert_no_error (error);
          g_array_set_size (samples, 0);
        }
    }
}

void
made_append (MienDocument *document, gint64 begin, gint64 end, double rate, int n_people)
{
  append (document, begin, end, rate, n_people, FALSE);
}

void
made_append_moving (MienDocument *document, gint64 begin, gint64 end, double rate, int n_people)
{
  append (document, begin, end, rate, n_people, TRUE);
}

char *
made_export (MienDocument *document, const char *format)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  char *text = NULL;
  int fd = g_file_open_tmp ("mien-export-XXXXXX", &path, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  mien_export_file (document, format, path, &error);
  g_assert_no_error (error);
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_remove (path);
  return text;
}
