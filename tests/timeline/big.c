/* A made document of the samples of 10 hours x 30 frames a second x 2 people: how long it takes to
 * open, how much memory it needs. big PATH [HOURS] makes it when it is not there. Not a test: its
 * numbers are those of the machine; docs/SPEED.md has them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "made.h"

static gsize
get_resident_bytes (const char *key)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    return 0;
  line = strstr (text, key);
  return line == NULL ? 0 : (gsize) g_ascii_strtoull (line + strlen (key), NULL, 10) * 1024;
}

static void
make (const char *path, double hours)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDocument) document = mien_document_create (path, &error);
  const gint64 frames = (gint64) (hours * 3600.0 * 30.0);
  const MienSource source = {
    "made.mp4", -1, NULL, (gint64) (hours * 3600e9), 1920, 1080, 30.0, -1
  };

  g_assert_no_error (error);
  made_set_classes (document);
  mien_document_set_source (document, &source);
  for (gint64 frame = 0; frame < frames; frame += 30000)
    {
      made_append (document, frame, MIN (frame + 30000, frames), 30.0, 2);
      mien_document_flush (document, &error);
      g_assert_no_error (error);
    }
  mien_document_close (document, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienDocument) document = NULL;
  double hours = argc > 2 ? g_ascii_strtod (argv[2], NULL) : MADE_HOURS;
  gint64 start;
  gsize samples = 0;

  if (argc < 2)
    {
      fprintf (stderr, "big PATH [HOURS]\n");
      return 1;
    }
  if (!g_file_test (argv[1], G_FILE_TEST_EXISTS))
    {
      start = g_get_monotonic_time ();
      make (argv[1], hours);
      printf ("made in %.1f s\n", (double) (g_get_monotonic_time () - start) * 1e-6);
    }
  start = g_get_monotonic_time ();
  document = mien_document_open_read_only (argv[1], &error);
  g_assert_no_error (error);
  printf ("open: %.3f s\n", (double) (g_get_monotonic_time () - start) * 1e-6);
  for (guint i = 1; i <= 2; i++)
    samples += mien_track_get_length (mien_document_find_track (document, i));
  printf ("samples: %zu, resident: %.0f MB\n", samples,
          (double) get_resident_bytes ("VmRSS:") * 1e-6);
  start = g_get_monotonic_time ();
  for (guint i = 1; i <= 2; i++)
    {
      MienTrack *track = mien_document_find_track (document, i);
      MienSummary summary;

      mien_track_summarise (track, 0, TRUE, 0, mien_track_get_length (track), &summary);
      mien_track_summarise (track, 0, FALSE, 0, mien_track_get_length (track), &summary);
    }
  printf ("smoothing and pyramids: %.3f s\n", (double) (g_get_monotonic_time () - start) * 1e-6);
  printf ("resident: %.0f MB = %.1f bytes a sample, peak %.0f MB (limit %.0f MB)\n",
          (double) get_resident_bytes ("VmRSS:") * 1e-6,
          (double) get_resident_bytes ("VmRSS:") / (double) MAX (samples, 1),
          (double) get_resident_bytes ("VmHWM:") * 1e-6, (double) samples * 1e-4 + 150.0);
  return 0;
}
