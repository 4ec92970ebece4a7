/* A real PipeWire daemon with a virtual camera, in a session of its own: hot-plug, latency,
 * recording, unplugging. The camera is a second process of this program, so that it can be taken
 * away by ending it. Each of its pictures carries the time it was made as a row of black and white
 * blocks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gst/gst.h>

#include "base/error.h"
#include "clips.h"
#include "media/camera-list.h"
#include "media/camera.h"

#define WIDTH 640
#define HEIGHT 360
#define BLOCK 10
#define RATE 30
#define INSIDE "MIEN_TEST_INSIDE_SESSION"
#define NAME "Mien test camera"

static char *program;

/* ---- The camera ---- */

/* Into the buffer as the source made it: pipewiresink (0.3.65) falls over buffers of others. */
static GstPadProbeReturn
stamp_cb (GstPad *pad, GstPadProbeInfo *probe, gpointer data)
{
  gint64 now = g_get_monotonic_time () * 1000;
  GstMapInfo map;

  if (!gst_buffer_map (GST_PAD_PROBE_INFO_BUFFER (probe), &map, GST_MAP_WRITE))
    return GST_PAD_PROBE_OK;
  for (int y = 0; y < BLOCK; y++)
    for (int bit = 0; bit < 64; bit++)
      memset (map.data + y * WIDTH + bit * BLOCK, (now >> bit) & 1 ? 235 : 16, BLOCK);
  gst_buffer_unmap (GST_PAD_PROBE_INFO_BUFFER (probe), &map);
  return GST_PAD_PROBE_OK;
}

static gint64
read_picture (const MienImage *image)
{
  guint64 time = 0;

  for (int bit = 0; bit < 64; bit++)
    if (clips_mean (image, 0, bit * BLOCK + 3, 3, 4, 4) > 128)
      time |= G_GUINT64_CONSTANT (1) << bit;
  return (gint64) time;
}

static int
run_camera (void)
{
  GstElement *pipeline, *source;
  GstPad *pad;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  gst_init (NULL, NULL);
  pipeline = gst_parse_launch (
      "videotestsrc name=source is-live=true ! "
      "video/x-raw,format=I420,width=640,height=360,framerate=30/1 ! "
      "pipewiresink mode=provide stream-properties=\"props,media.class=Video/Source,"
      "media.role=Camera,node.name=mien-test,node.description=(string)\\\"" NAME "\\\"\"",
      NULL);
  source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  pad = gst_element_get_static_pad (source, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, stamp_cb, NULL, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_main_loop_run (g_main_loop_new (NULL, FALSE));
  return 0;
}

/* ---- Processes ---- */

static void
die_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static GPid
start (const char *name, const char *argument)
{
  const char *argv[] = { name, argument, NULL };
  g_autoptr (GError) error = NULL;
  GPid pid = 0;

  g_spawn_async (NULL, (char **) argv, NULL,
                 G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL
                     | G_SPAWN_STDERR_TO_DEV_NULL,
                 die_with_parent, NULL, &pid, &error);
  g_assert_no_error (error);
  return pid;
}

static void
stop (GPid pid)
{
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  g_spawn_close_pid (pid);
}

static gboolean
has_socket (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("XDG_RUNTIME_DIR"), "pipewire-0", NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

#define WAIT_FOR(condition)                                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 end_ = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;                               \
    while (!(condition))                                                                           \
      {                                                                                            \
        if (g_get_monotonic_time () > end_)                                                        \
          g_error ("waited in vain for: %s", #condition);                                          \
        if (!g_main_context_iteration (NULL, FALSE))                                               \
          g_usleep (2000);                                                                         \
      }                                                                                            \
  }                                                                                                \
  G_STMT_END

/* ---- The test ---- */

typedef struct
{
  guint n_added, n_removed, n_found;
  GError *lost;
} Told;

static void
added_cb (MienCameraList *list, const MienCameraInfo *info, Told *told)
{
  if (strcmp (info->name, NAME) == 0)
    {
      g_assert_cmpstr (info->api, ==, "pipewire");
      told->n_added++;
    }
}

static void
removed_cb (MienCameraList *list, const MienCameraInfo *info, Told *told)
{
  told->n_removed += strcmp (info->name, NAME) == 0;
}

static void
lost_cb (MienCamera *camera, const GError *error, Told *told)
{
  told->lost = g_error_copy (error);
}

static void
found_cb (MienCamera *camera, Told *told)
{
  told->n_found++;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static double
get_p95 (GArray *values)
{
  g_array_sort (values, compare_doubles);
  return g_array_index (values, double, values->len * 95 / 100);
}

/* Reads for a while: how old the pictures are when they come, by the time painted into them, and
 * how far the time that the camera object tells is from that. */
static void
measure (MienCamera *camera, int n, gint64 *last_pts)
{
  g_autoptr (GArray) ages = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) errors = g_array_new (FALSE, FALSE, sizeof (double));
  gint64 began = g_get_monotonic_time ();
  double wall, age, off;

  for (int i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;
      MienFrame *frame = NULL;
      gint64 now, made;

      g_assert_true (mien_camera_next (camera, &frame, NULL, &error));
      g_assert_no_error (error);
      now = g_get_monotonic_time () * 1000;
      g_assert_cmpint (frame->image.width, ==, WIDTH);
      g_assert_cmpint (frame->image.height, ==, HEIGHT);
      made = read_picture (&frame->image);
      age = (double) (now - made) / 1e6;
      off = (double) ABS (frame->capture_ns - made) / 1e6;
      g_assert_cmpfloat (age, >=, 0);
      g_array_append_val (ages, age);
      g_array_append_val (errors, off);
      g_assert_cmpint (frame->pts_ns, >, *last_pts);
      *last_pts = frame->pts_ns;
      mien_frame_unref (frame);
    }
  wall = (double) (g_get_monotonic_time () - began) / 1e6;
  age = get_p95 (ages);
  off = get_p95 (errors);
  g_test_message ("%d pictures in %.2f s; age when they come: median %.1f ms, p95 %.1f ms; capture "
                  "time off by p95 %.1f ms",
                  n, wall, g_array_index (ages, double, ages->len / 2), age, off);
  /* 30 a second; generous, because the machine may be busy. */
  g_assert_cmpfloat (wall, <, (double) n / RATE * 2 + 1);
  g_assert_cmpfloat (age, <, 150);
  g_assert_cmpfloat (off, <, 150);
}

static void
test_virtual_camera (void)
{
  MienCameraOptions options = MIEN_CAMERA_OPTIONS_INIT;
  g_autofree char *recording = clips_path ("live.mkv");
  g_autoptr (MienCameraList) list = NULL;
  g_autoptr (MienCamera) camera = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) times = NULL;
  GPid daemon = start ("pipewire", NULL);
  GPid manager, device;
  Told told = { 0 };
  gint64 last_pts = -1, n_left_out = 0;
  int n = g_test_slow () ? 900 : 90;

  WAIT_FOR (has_socket ());
  manager = start ("wireplumber", NULL);
  list = mien_camera_list_new ();
  g_signal_connect (list, "added", G_CALLBACK (added_cb), &told);
  g_signal_connect (list, "removed", G_CALLBACK (removed_cb), &told);
  device = start (program, "--camera");
  WAIT_FOR (told.n_added == 1);
  options.wait_for_replug_ns = -1;
  camera = mien_camera_open ("camera:" NAME, &options, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (mien_camera_get_name (camera), ==, NAME);
  g_signal_connect (camera, "lost", G_CALLBACK (lost_cb), &told);
  g_signal_connect (camera, "found", G_CALLBACK (found_cb), &told);
  g_assert_true (mien_camera_start_recording (camera, recording, &error));
  measure (camera, n, &last_pts);
  g_assert_true (mien_camera_stop_recording (camera, &n_left_out, &error));
  g_assert_no_error (error);
  times = clips_read_times (recording, NULL, &error);
  g_assert_no_error (error);
  g_test_message ("recorded %u pictures, %" G_GINT64_FORMAT " left out", times->len, n_left_out);
  g_assert_cmpint ((gint64) times->len + n_left_out, >=, n - 2);
  g_assert_cmpint (times->len, >, n / 2);

  stop (device);
  WAIT_FOR (told.lost != NULL);
  WAIT_FOR (told.n_removed == 1);

  g_test_message ("unplugged: %s", told.lost->message);
  g_assert_error (told.lost, MIEN_ERROR, MIEN_ERROR_INPUT);
  g_assert_nonnull (strstr (told.lost->message, NAME));
  device = start (program, "--camera");
  WAIT_FOR (told.n_found == 1);
  measure (camera, 30, &last_pts);

  mien_camera_close (camera);
  stop (device);
  WAIT_FOR (told.n_removed == 2);
  g_assert_cmpuint (told.n_added, ==, 2);
  g_clear_error (&told.lost);
  g_clear_object (&list);
  stop (manager);
  stop (daemon);
}

static gboolean
is_installed (void)
{
  static const char *const programs[] = { "pipewire", "wireplumber", "dbus-run-session" };

  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autofree char *path = g_find_program_in_path (programs[i]);

      if (path == NULL)
        return FALSE;
    }
  return TRUE;
}

/* Runs this program again in a session of its own; does not return when that works. */
static void
enter_session (char **argv)
{
  g_autofree char *runtime = g_dir_make_tmp ("mien-run-XXXXXX", NULL);
  g_autoptr (GPtrArray) command = g_ptr_array_new ();

  g_setenv ("XDG_RUNTIME_DIR", runtime, TRUE);
  g_setenv ("HOME", runtime, TRUE);
  g_setenv ("XDG_CONFIG_HOME", runtime, TRUE);
  g_setenv ("XDG_STATE_HOME", runtime, TRUE);
  g_setenv (INSIDE, runtime, TRUE);
  g_ptr_array_add (command, (gpointer) "dbus-run-session");
  g_ptr_array_add (command, (gpointer) "--");
  for (char **a = argv; *a != NULL; a++)
    g_ptr_array_add (command, *a);
  g_ptr_array_add (command, NULL);
  execvp ("dbus-run-session", (char **) command->pdata);
}

static void
test_absent (void)
{
  g_test_skip ("pipewire, wireplumber or dbus-run-session is not installed");
}

int
main (int argc, char **argv)
{
  int result;

  if (argc > 1 && strcmp (argv[1], "--camera") == 0)
    return run_camera ();
  if (is_installed () && g_getenv (INSIDE) == NULL)
    enter_session (argv);
  program = g_file_read_link ("/proc/self/exe", NULL);
  g_test_init (&argc, &argv, NULL);
  if (is_installed ())
    g_test_add_func ("/media/pipewire/virtual-camera", test_virtual_camera);
  else
    g_test_add_func ("/media/pipewire/absent", test_absent);
  result = g_test_run ();
  clips_clear ();
  g_free (program);
  return result;
}
