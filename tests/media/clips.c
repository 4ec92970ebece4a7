/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "clips.h"

#include <glib/gstdio.h>
#include <string.h>

static char *dir;

const char *
clips_get_dir (void)
{
  g_autoptr (GError) error = NULL;

  if (dir == NULL)
    dir = g_dir_make_tmp ("mien-clips-XXXXXX", &error);
  g_assert_no_error (error);
  return dir;
}

static void
remove_all (const char *path)
{
  g_autoptr (GDir) list = g_dir_open (path, 0, NULL);
  const char *name;

  while (list != NULL && (name = g_dir_read_name (list)) != NULL)
    {
      g_autofree char *full = g_build_filename (path, name, NULL);

      remove_all (full);
    }
  g_remove (path);
}

void
clips_clear (void)
{
  if (dir != NULL)
    remove_all (dir);
  g_clear_pointer (&dir, g_free);
}

char *
clips_path (const char *name)
{
  return g_build_filename (clips_get_dir (), name, NULL);
}

/* What @command prints. */
static char *
run (const char *command)
{
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *errors = NULL;
  char *output = NULL;
  int status;

  g_assert_true (g_shell_parse_argv (command, NULL, &argv, &error));
  g_spawn_sync (clips_get_dir (), argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &errors,
                &status, &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, &error))
    g_error ("%s: %s: %s", command, error->message, errors);
  return output;
}

char *
clips_make (const char *name, const char *args)
{
  g_autofree char *command = g_strdup_printf ("ffmpeg -v error -nostdin -y %s '%s'", args, name);

  g_free (run (command));
  return clips_path (name);
}

GArray *
clips_probe_times (const char *path)
{
  g_autofree char *command = g_strdup_printf ("ffprobe -v quiet -select_streams v:0 -show_entries "
                                              "frame=best_effort_timestamp_time -of csv=p=0 '%s'",
                                              path);
  g_autofree char *text = run (command);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GArray *times = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; lines[i] != NULL; i++)
    {
      gint64 time = G_MININT64;

      if (lines[i][0] == '\0')
        continue;
      if (g_ascii_isdigit (lines[i][0]) || lines[i][0] == '-')
        time = (gint64) (g_ascii_strtod (lines[i], NULL) * 1e6 + 0.5);
      g_array_append_val (times, time);
    }
  return times;
}

GArray *
clips_read_times (const char *path, const MienFrameSourceOptions *options, GError **error)
{
  GArray *times = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (MienFrameSource) source = mien_frame_source_open (path, options, NULL, error);
  MienFrame *frame = NULL;

  while (source != NULL && mien_frame_source_next (source, &frame, error) && frame != NULL)
    {
      g_array_append_val (times, frame->pts_ns);
      g_clear_pointer (&frame, mien_frame_unref);
    }
  return times;
}

void
clips_assert_equal (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) expected = clips_probe_times (path);
  g_autoptr (GArray) found = clips_read_times (path, NULL, &error);

  g_assert_no_error (error);
  g_test_message ("%s: %u frames", path, expected->len);
  g_assert_cmpuint (expected->len, >, 0);
  g_assert_cmpuint (found->len, ==, expected->len);
  for (guint i = 0; i < found->len; i++)
    {
      gint64 us = (g_array_index (found, gint64, i) + 500) / 1000;

      g_assert_cmpint (ABS (us - g_array_index (expected, gint64, i)), <=, 1);
    }
}

static char *
write_clip (const char *name, const char *data, gsize size)
{
  char *path = clips_path (name);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, data, (gssize) size, &error);
  g_assert_no_error (error);
  return path;
}

char *
clips_cut (const char *from, const char *name, gsize keep)
{
  g_autofree char *data = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (from, &data, &size, NULL));
  g_assert_cmpuint (keep, <=, size);
  return write_clip (name, data, keep);
}

char *
clips_break (const char *from, const char *name, gsize offset, gsize n)
{
  g_autofree char *data = NULL;
  guint32 state = 12345;
  gsize size;

  g_assert_true (g_file_get_contents (from, &data, &size, NULL));
  g_assert_cmpuint (offset + n, <=, size);
  for (gsize i = 0; i < n; i++)
    {
      state = state * 1664525u + 1013904223u;
      data[offset + i] = (char) (state >> 24);
    }
  return write_clip (name, data, size);
}

gsize
clips_get_size (const char *path)
{
  GStatBuf status;

  g_assert_cmpint (g_stat (path, &status), ==, 0);
  return (gsize) status.st_size;
}

double
clips_mean (const MienImage *image, int plane, int x, int y, int width, int height)
{
  double sum = 0;

  g_assert_nonnull (image->planes[plane]);
  for (int row = y; row < y + height; row++)
    for (int i = x; i < x + width; i++)
      sum += image->planes[plane][(gssize) row * image->strides[plane] + i];
  return sum / ((double) width * height);
}
