/* Films that are written: as many pictures as went in, their times, colours and sound.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/encoder.h"

#include <string.h>

#include "base/error.h"
#include "clips.h"

#define WIDTH 161
#define HEIGHT 91

/* A variable rate: steps of 40 and 80 ms in turn. */
static gint64
get_time (int i)
{
  return ((gint64) i * 60 + (i % 2) * -20) * 1000000;
}

/* Left half of one colour, right half of another; in the byte order of cairo. */
static void
paint (guint8 *pixels, int stride)
{
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        guint32 word = x < WIDTH / 2 ? 0xffc00000u : 0xff0000c0u;

        memcpy (pixels + (gssize) y * stride + 4 * x, &word, 4);
      }
}

static char *
write_film (const char *name, const char *audio_from, int n, GError **error)
{
  g_autofree char *path = clips_path (name);
  MienEncoderOptions options = { WIDTH, HEIGHT, 0, 1, audio_from, 0, (gint64) n * 60000000, FALSE };
  g_autoptr (MienEncoder) encoder = mien_encoder_new (path, &options, error);
  g_autofree guint8 *pixels = g_malloc0 ((gsize) (WIDTH * 4 + 12) * HEIGHT);

  if (encoder == NULL)
    return NULL;
  paint (pixels, WIDTH * 4 + 12);
  for (int i = 0; i < n; i++)
    if (!mien_encoder_push_cairo (encoder, pixels, WIDTH * 4 + 12, get_time (i), NULL, error))
      return NULL;
  g_assert_cmpint (mien_encoder_get_n_frames (encoder), ==, n);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  if (!mien_encoder_finish (encoder, (gint64) n * 60000000, NULL, error))
    return NULL;
  return g_steal_pointer (&path);
}

static void
assert_colours (const char *path)
{
  MienFrameSourceOptions options = MIEN_FRAME_SOURCE_OPTIONS_INIT;
  g_autoptr (MienFrameSource) source = NULL;
  MienFrame *frame = NULL;
  const guint8 *left, *right;

  options.pixels = MIEN_FRAME_RGBX;
  source = mien_frame_source_open (path, &options, NULL, NULL);
  g_assert_true (mien_frame_source_next (source, &frame, NULL));
  /* One column and row of black make the size even. */
  g_assert_cmpint (frame->image.width, ==, WIDTH + 1);
  g_assert_cmpint (frame->image.height, ==, HEIGHT + 1);
  left = frame->image.planes[0] + 40 * (gssize) frame->image.strides[0] + 4 * 40;
  right = left + 4 * 80;
  g_assert_cmpint (ABS (left[0] - 0xc0), <=, 12);
  g_assert_cmpint (left[2], <=, 12);
  g_assert_cmpint (ABS (right[2] - 0xc0), <=, 12);
  g_assert_cmpint (right[0], <=, 12);
  mien_frame_unref (frame);
}

static void
test_silent (gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = write_film (data, NULL, 30, &error);
  g_autoptr (GArray) times = NULL;

  g_assert_no_error (error);
  times = clips_read_times (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (times->len, ==, 30);
  for (guint i = 0; i < times->len; i++)
    g_assert_cmpint (ABS (g_array_index (times, gint64, i) - get_time ((int) i)), <=, 1000000);
  assert_colours (path);
  clips_assert_equal (path);
}

/* Times of the packets of the sound as ffprobe tells them: their number, first and last. */
static int
count_sound (const char *path, double *first, double *last)
{
  g_autofree char *command =
      g_strdup_printf ("ffprobe -v error -select_streams a:0 -show_entries packet=pts_time "
                       "-of csv=p=0 '%s'",
                       path);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  int n = 0;

  g_assert_true (g_spawn_command_line_sync (command, &text, NULL, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    {
      *last = g_ascii_strtod (lines[i], NULL);
      if (n++ == 0)
        *first = *last;
    }
  return n;
}

static void
test_sound (void)
{
  static const char *const films[] = { "with.mkv", "with.mp4", "with.webm" };
  g_autofree char *sound =
      clips_make ("source.mp4", "-f lavfi -i testsrc2=s=64x48:r=25:d=3 -f lavfi -i sine=d=3 "
                                "-c:v libx264 -preset ultrafast -c:a aac");

  for (gsize i = 0; i < G_N_ELEMENTS (films); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *path = write_film (films[i], sound, 30, &error);
      double first = 0, last = 0;

      g_test_message ("%s", films[i]);
      g_assert_no_error (error);
      /* 1.8 of the 3 seconds; AAC is copied, WebM gets another coding. */
      g_assert_cmpint (count_sound (path, &first, &last), >, 60);
      g_assert_cmpfloat (ABS (first), <, 0.05);
      g_assert_cmpfloat (ABS (last - 1.8), <, 0.1);
      clips_assert_equal (path);
    }
}

static void
test_errors (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *nowhere = g_build_filename (clips_get_dir (), "none", "film.mkv", NULL);
  g_autofree char *path = clips_path ("gone.mkv");
  g_autofree char *part = clips_path ("gone.mkv.part");
  MienEncoderOptions options = { 64, 48, 25, 1, NULL, 0, -1, FALSE };
  MienEncoder *encoder;

  g_assert_null (mien_encoder_new ("film.avi", &options, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_USAGE);
  g_clear_error (&error);
  g_assert_null (mien_encoder_new (nowhere, &options, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT);
  g_assert_nonnull (strstr (error->message, "film.mkv"));
  g_clear_error (&error);
  /* Without a finish nothing stays. */
  encoder = mien_encoder_new (path, &options, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_test (part, G_FILE_TEST_EXISTS));
  mien_encoder_free (encoder);
  g_assert_false (g_file_test (part, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_cancel (void)
{
  g_autofree char *path = clips_path ("cancelled.mkv");
  MienEncoderOptions options = { 64, 48, 25, 1, NULL, 0, -1, FALSE };
  g_autoptr (GError) error = NULL;
  g_autoptr (MienEncoder) encoder = mien_encoder_new (path, &options, &error);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  guint8 grey[64 * 48];
  MienImage image = { MIEN_PIXEL_GRAY8, 64, 48, { grey }, { 64 }, MIEN_MATRIX_BT601, TRUE };

  memset (grey, 100, sizeof grey);
  g_assert_true (mien_encoder_push (encoder, &image, 0, cancellable, &error));
  g_cancellable_cancel (cancellable);
  g_assert_false (mien_encoder_push (encoder, &image, 40000000, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/media/encoder/mkv", "silent.mkv", test_silent);
  g_test_add_data_func ("/media/encoder/mp4", "silent.mp4", test_silent);
  g_test_add_data_func ("/media/encoder/webm", "silent.webm", test_silent);
  g_test_add_func ("/media/encoder/sound", test_sound);
  g_test_add_func ("/media/encoder/errors", test_errors);
  g_test_add_func ("/media/encoder/cancel", test_cancel);
  result = g_test_run ();
  clips_clear ();
  return result;
}
