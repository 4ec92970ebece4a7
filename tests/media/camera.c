/* Cameras that every machine has: the test picture and a film in real time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/camera.h"

#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "clips.h"
#include "media/camera-list.h"

static void
count_cb (guint *count)
{
  (*count)++;
}

static void
test_picture (void)
{
  MienCameraOptions options = MIEN_CAMERA_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  g_autoptr (MienCamera) camera = NULL;
  gint64 last = -1;
  guint n_signals = 0;

  options.width = 320;
  options.height = 240;
  options.rate = 50;
  options.pixels = MIEN_FRAME_RGBX;
  camera = mien_camera_open ("camera:test", &options, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect_swapped (camera, "frame", G_CALLBACK (count_cb), &n_signals);
  for (int i = 0; i < 25; i++)
    {
      MienFrame *frame = NULL;
      gint64 age;

      g_assert_true (mien_camera_next (camera, &frame, NULL, &error));
      g_assert_cmpint (frame->image.width, ==, 320);
      g_assert_cmpint (frame->image.height, ==, 240);
      g_assert_cmpint (frame->image.format, ==, MIEN_PIXEL_RGBX32);
      g_assert_cmpint (frame->pts_ns, >, last);
      age = g_get_monotonic_time () * 1000 - frame->capture_ns;
      g_assert_cmpint (age, >=, 0);
      g_assert_cmpint (age, <, 2000000000);
      last = frame->pts_ns;
      mien_frame_unref (frame);
    }
  /* 25 frames of 20 ms: real time, neither faster nor much slower. */
  g_assert_cmpint (last, >, 300000000);
  while (n_signals == 0)
    g_main_context_iteration (NULL, TRUE);
}

/* Who looks only now and then gets the newest picture, and the rest is counted. */
static void
test_newest (void)
{
  g_autofree char *path =
      clips_make ("round.mp4", "-f lavfi -i testsrc2=s=160x120:r=50:d=0.6 -c:v libx264 "
                               "-preset veryfast -pix_fmt yuv420p");
  g_autofree char *id = g_strconcat ("camera:file:", path, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MienCamera) camera = mien_camera_open (id, NULL, NULL, &error);
  MienFrame *frame = NULL;
  gint64 last_index = -1, last = -1;
  gint64 n_skipped = 0;

  g_assert_no_error (error);
  /* Over the end of the film, which is 0.6 s long, and on. */
  for (int i = 0; i < 8; i++)
    {
      g_usleep (110000);
      g_assert_true (mien_camera_next (camera, &frame, NULL, &error));
      n_skipped += frame->index - last_index - 1;
      last_index = frame->index;
      g_assert_cmpint (frame->pts_ns, >, last);
      last = frame->pts_ns;
      g_clear_pointer (&frame, mien_frame_unref);
    }
  g_assert_cmpint (n_skipped, >, 10);
  g_assert_cmpint (mien_camera_get_n_skipped (camera), ==, n_skipped);
  g_assert_cmpint (mien_camera_get_n_frames (camera), >=, last_index + 1);
  g_assert_cmpint (last, >, 700000000);
  mien_camera_close (camera);
  while (mien_camera_next (camera, &frame, NULL, &error) && frame != NULL)
    g_clear_pointer (&frame, mien_frame_unref);
  g_assert_no_error (error);
}

/* The command line reads a camera as any other input. */
static void
test_source (void)
{
  MienFrameSourceOptions options = MIEN_FRAME_SOURCE_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  g_autoptr (MienFrameSource) source = NULL;
  MienFrame *frame = NULL;
  gint64 last = -1;
  int n = 0;

  options.end_ns = 500000000;
  source = mien_frame_source_open ("camera:test", &options, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (mien_frame_source_is_live (source));
  g_assert_cmpint (mien_frame_source_get_info (source)->kind, ==, MIEN_MEDIA_CAMERA);
  while (mien_frame_source_next (source, &frame, &error) && frame != NULL)
    {
      g_assert_cmpint (frame->pts_ns, >, last);
      last = frame->pts_ns;
      n++;
      g_clear_pointer (&frame, mien_frame_unref);
    }
  g_assert_no_error (error);
  /* The newest wins: a loaded machine sees few of the fifteen. */
  g_assert_cmpint (n, >, 1);
  g_assert_cmpint (n, <=, 16);
  g_assert_cmpint (last, <, 500000000);
}

static void
test_recording (void)
{
  g_autofree char *path = clips_path ("recorded.mkv");
  g_autoptr (GError) error = NULL;
  g_autoptr (MienCamera) camera = mien_camera_open ("camera:test", NULL, NULL, &error);
  g_autoptr (GArray) times = NULL;
  gint64 before, after, n_left_out = -1, end = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  g_assert_no_error (error);
  before = mien_camera_get_n_frames (camera);
  g_assert_true (mien_camera_start_recording (camera, path, &error));
  g_assert_true (mien_camera_is_recording (camera));
  while (mien_camera_get_n_frames (camera) < before + 30)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (5000);
    }
  g_assert_true (mien_camera_stop_recording (camera, &n_left_out, &error));
  g_assert_no_error (error);
  after = mien_camera_get_n_frames (camera);
  times = clips_read_times (path, NULL, &error);
  g_assert_no_error (error);
  /* Frames that come while the encoder starts are neither; under a sanitiser that takes a while. */
  g_assert_cmpint ((gint64) times->len + n_left_out, >=, 15);
  g_assert_cmpint ((gint64) times->len + n_left_out, <=, after - before);
  g_assert_cmpint (times->len, >, 10);
  g_assert_false (mien_camera_is_recording (camera));
}

/* A machine that stood still is not a camera that sends nothing. */
static void
test_stalled (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienCamera) camera = mien_camera_open ("camera:test", NULL, NULL, &error);
  g_autofree char *command =
      g_strdup_printf ("sh -c 'kill -STOP %d; sleep 4; kill -CONT %d'", getpid (), getpid ());
  g_auto (GStrv) argv = NULL;
  gint64 before = g_get_monotonic_time (), longest = 0, end = before + 60 * G_USEC_PER_SEC;

  g_assert_no_error (error);
  g_assert_true (g_shell_parse_argv (command, NULL, &argv, &error));
  g_assert_true (g_spawn_async (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &error));
  while (longest < 3500000 && before < end)
    {
      MienFrame *frame = NULL;
      gint64 now;

      g_assert_true (mien_camera_next (camera, &frame, NULL, &error));
      g_assert_no_error (error);
      g_assert_nonnull (frame);
      mien_frame_unref (frame);
      now = g_get_monotonic_time ();
      longest = MAX (longest, now - before);
      before = now;
    }
  g_assert_cmpint (longest, >=, 3500000);
  /* And it goes on. */
  for (int i = 0; i < 10; i++)
    {
      MienFrame *frame = NULL;

      g_assert_true (mien_camera_next (camera, &frame, NULL, &error));
      g_assert_nonnull (frame);
      mien_frame_unref (frame);
    }
}

static void
test_errors (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mien_camera_open ("camera:no such thing", NULL, NULL, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
  g_assert_nonnull (strstr (error->message, "no such thing"));
  g_clear_error (&error);
  g_assert_null (mien_camera_open ("camera:file:/no/such/file.mp4", NULL, NULL, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
}

static void
test_cancel (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (MienCamera) camera = mien_camera_open ("camera:test", NULL, NULL, &error);
  MienFrame *frame = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_true (mien_camera_next (camera, &frame, NULL, &error));
  g_clear_pointer (&frame, mien_frame_unref);
  while (mien_camera_next (camera, &frame, cancellable, &error))
    g_clear_pointer (&frame, mien_frame_unref);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_list (void)
{
  g_autoptr (MienCameraList) list = mien_camera_list_new ();
  g_autoptr (GPtrArray) cameras = mien_camera_list_dup_cameras (list);

  for (guint i = 0; i < cameras->len; i++)
    {
      const MienCameraInfo *info = g_ptr_array_index (cameras, i);

      g_assert_true (g_str_has_prefix (info->id, "camera:"));
      g_assert_cmpstr (info->name, !=, "");
    }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/camera/picture", test_picture);
  g_test_add_func ("/media/camera/newest", test_newest);
  g_test_add_func ("/media/camera/source", test_source);
  g_test_add_func ("/media/camera/recording", test_recording);
  g_test_add_func ("/media/camera/stalled", test_stalled);
  g_test_add_func ("/media/camera/errors", test_errors);
  g_test_add_func ("/media/camera/cancel", test_cancel);
  g_test_add_func ("/media/camera/list", test_list);
  result = g_test_run ();
  clips_clear ();
  return result;
}
