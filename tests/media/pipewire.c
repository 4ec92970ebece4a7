/* A real PipeWire daemon with a virtual camera, in a session of its own: hot-plug, latency,
 * recording, unplugging.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <gio/gunixfdlist.h>

#include "base/error.h"
#include "clips.h"
#include "media/camera-list.h"
#include "media/camera-portal.h"
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
get_part (GArray *values, guint percent)
{
  g_array_sort (values, compare_doubles);
  return g_array_index (values, double, percent * values->len / 100);
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
  age = get_part (ages, 50);
  off = get_part (errors, 50);
  g_test_message ("%d pictures in %.2f s; age when they come: median %.1f ms, p95 %.1f ms; capture "
                  "time off by median %.1f ms, p95 %.1f ms",
                  n, wall, age, get_part (ages, 95), off, get_part (errors, 95));
  /* 30 a second; medians and generous, because the machine may be busy. Pictures that queue up
   * would be seconds old. */
  g_assert_cmpfloat (wall, <, (double) n / VIRTUAL_CAMERA_RATE * 4 + 2);
  g_assert_cmpfloat (age, <, 250);
  g_assert_cmpfloat (off, <, 250);
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
}

/* ---- The portal ---- */

/* A portal that answers as told, as the desktop's would: with a connection to the daemon. */
typedef struct
{
  GDBusConnection *bus;
  guint answer;
  guint n_asked;
} Portal;

static int
connect_daemon (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("XDG_RUNTIME_DIR"), "pipewire-0", NULL);
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

static void
portal_cb (GDBusConnection *bus,
           const char *sender,
           const char *path,
           const char *interface,
           const char *method,
           GVariant *parameters,
           GDBusMethodInvocation *call,
           gpointer data)
{
  Portal *portal = data;
  g_autoptr (GVariant) options = g_variant_get_child_value (parameters, 0);
  g_autoptr (GUnixFDList) fds = NULL;
  g_autofree char *escaped = g_strdelimit (g_strdup (sender + 1), ".", '_');
  g_autofree char *request = NULL;
  const char *token;
  int fd;

  if (strcmp (method, "AccessCamera") == 0)
    {
      g_assert_true (g_variant_lookup (options, "handle_token", "&s", &token));
      request = g_strdup_printf ("/org/freedesktop/portal/desktop/request/%s/%s", escaped, token);
      portal->n_asked++;
      g_dbus_method_invocation_return_value (call, g_variant_new ("(o)", request));
      if (portal->answer <= 2)
        g_dbus_connection_emit_signal (bus, sender, request, "org.freedesktop.portal.Request",
                                       "Response", g_variant_new ("(ua{sv})", portal->answer, NULL),
                                       NULL);
      return;
    }
  fd = connect_daemon ();
  fds = g_unix_fd_list_new_from_array (&fd, 1);
  g_dbus_method_invocation_return_value_with_unix_fd_list (call, g_variant_new ("(h)", 0), fds);
}

static const GDBusInterfaceVTable portal_table = { .method_call = portal_cb };

static Portal *
start_portal (void)
{
  static const char xml[] = "<node><interface name='org.freedesktop.portal.Camera'>"
                            "<method name='AccessCamera'><arg type='a{sv}' direction='in'/>"
                            "<arg type='o' direction='out'/></method>"
                            "<method name='OpenPipeWireRemote'><arg type='a{sv}' direction='in'/>"
                            "<arg type='h' direction='out'/></method></interface></node>";
  g_autofree char *address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (xml, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  Portal *portal = g_new0 (Portal, 1);

  portal->bus =
      g_dbus_connection_new_for_address_sync (address,
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                                  | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (
      g_dbus_connection_register_object (portal->bus, "/org/freedesktop/portal/desktop",
                                         node->interfaces[0], &portal_table, portal, NULL, &error),
      >, 0);
  reply = g_dbus_connection_call_sync (portal->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName",
                                       g_variant_new ("(su)", "org.freedesktop.portal.Desktop", 0),
                                       NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
  return portal;
}

typedef struct
{
  gboolean is_done;
  int fd;
  GError *error;
} Reply;

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  Reply *reply = data;

  reply->fd = mien_camera_portal_open_finish (result, &reply->error);
  reply->is_done = TRUE;
}

static void
ask (GDBusConnection *bus, GCancellable *cancellable, Reply *reply)
{
  *reply = (Reply){ 0 };
  mien_camera_portal_open_async (bus, cancellable, opened_cb, reply);
}

static void
test_portal (void)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (MienCamera) camera = NULL;
  g_autoptr (GError) error = NULL;
  MienCameraOptions options = MIEN_CAMERA_OPTIONS_INIT;
  g_autoptr (MienCameraList) list = NULL;
  Told told = { 0 };
  Portal *portal;
  Reply reply;
  gint64 last_pts = -1;

  /* Nobody is there. */
  ask (bus, NULL, &reply);
  WAIT_FOR (reply.is_done);
  g_assert_error (reply.error, MIEN_ERROR, MIEN_ERROR_INPUT);
  g_clear_error (&reply.error);

  /* The person says no. */
  portal = start_portal ();
  portal->answer = 1;
  ask (bus, NULL, &reply);
  WAIT_FOR (reply.is_done);
  g_assert_error (reply.error, MIEN_ERROR, MIEN_ERROR_INPUT);
  g_assert_nonnull (strstr (reply.error->message, "not allowed"));
  g_assert_cmpint (reply.fd, ==, -1);
  g_clear_error (&reply.error);

  /* The person says nothing, and the window is closed. */
  portal->answer = 99;
  ask (bus, cancellable, &reply);
  WAIT_FOR (portal->n_asked == 2);
  g_cancellable_cancel (cancellable);
  WAIT_FOR (reply.is_done);
  g_assert_error (reply.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&reply.error);

  /* The person says yes. */
  list = mien_camera_list_new ();
  g_signal_connect (list, "added", G_CALLBACK (added_cb), &told);
  virtual_camera_plug (NULL);
  WAIT_FOR (told.n_added == 1);
  portal->answer = 0;
  ask (bus, NULL, &reply);
  WAIT_FOR (reply.is_done);
  g_assert_no_error (reply.error);
  g_assert_cmpint (reply.fd, >=, 0);
  camera = mien_camera_open_portal (reply.fd, &options, NULL, &error);
  g_assert_no_error (error);
  measure (camera, 30, &last_pts);
  mien_camera_close (camera);
  virtual_camera_unplug ();
  g_object_unref (portal->bus);
  g_free (portal);
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
    {
      virtual_camera_start_daemons ();
      g_test_add_func ("/media/pipewire/virtual-camera", test_virtual_camera);
      g_test_add_func ("/media/pipewire/portal", test_portal);
    }
  else
    g_test_add_func ("/media/pipewire/absent", test_absent);
  result = g_test_run ();
  virtual_camera_stop_daemons ();
  clips_clear ();
  return result;
}
