/* A real PipeWire daemon with a virtual camera, in a session of its own: hot-plug, latency,
 * recording, unplugging.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "clips.h"
#include "media/camera-list.h"
#include "media/camera.h"
#include "virtual-camera.h"

#define WIDTH 640
#define HEIGHT 360
#define INSIDE "MIEN_TEST_INSIDE_SESSION"
#define NAME VIRTUAL_CAMERA_NAME

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
      made = virtual_camera_read_stamp (&frame->image);
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
  g_assert_cmpfloat (wall, <, (double) n / VIRTUAL_CAMERA_RATE * 2 + 1);
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
  Told told = { 0 };
  gint64 last_pts = -1, n_left_out = 0;
  int n = g_test_slow () ? 900 : 90;

  virtual_camera_start_daemons ();
  list = mien_camera_list_new ();
  g_signal_connect (list, "added", G_CALLBACK (added_cb), &told);
  g_signal_connect (list, "removed", G_CALLBACK (removed_cb), &told);
  virtual_camera_plug (NULL);
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

  virtual_camera_unplug ();
  WAIT_FOR (told.lost != NULL);
  WAIT_FOR (told.n_removed == 1);

  g_test_message ("unplugged: %s", told.lost->message);
  g_assert_error (told.lost, MIEN_ERROR, MIEN_ERROR_INPUT);
  g_assert_nonnull (strstr (told.lost->message, NAME));
  virtual_camera_plug (NULL);
  WAIT_FOR (told.n_found == 1);
  measure (camera, 30, &last_pts);

  mien_camera_close (camera);
  virtual_camera_unplug ();
  WAIT_FOR (told.n_removed == 2);
  g_assert_cmpuint (told.n_added, ==, 2);
  g_clear_error (&told.lost);
  g_clear_object (&list);
  virtual_camera_stop_daemons ();
}

static gboolean
is_installed (void)
{
  g_autofree char *session = g_find_program_in_path ("dbus-run-session");

  return session != NULL && virtual_camera_is_installed ();
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

  virtual_camera_main (argc, argv);
  if (is_installed () && g_getenv (INSIDE) == NULL)
    enter_session (argv);
  g_test_init (&argc, &argv, NULL);
  if (is_installed ())
    g_test_add_func ("/media/pipewire/virtual-camera", test_virtual_camera);
  else
    g_test_add_func ("/media/pipewire/absent", test_absent);
  result = g_test_run ();
  clips_clear ();
  return result;
}
