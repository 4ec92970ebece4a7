/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "virtual-camera.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gst/gst.h>

#include "media/frame-source.h"

#define OPTION "--virtual-camera"
#define BLOCK 10
#define BITS 64
/* Of a clip: that many pictures, forwards and backwards. */
#define MAX_PICTURES 150

static GPid daemon_pid, manager_pid, camera_pid;

/* ---- The camera: a process of its own ---- */

typedef struct
{
  GPtrArray *pictures; /* of MienFrame, I420; empty: a test picture */
  guint n_shown;
  int width, height;
} Camera;

static void
copy_plane (const MienImage *image, int plane, guint8 *to, int width, int height)
{
  for (int y = 0; y < height; y++)
    memcpy (to + y * width, image->planes[plane] + (gsize) y * image->strides[plane], width);
}

/* Sizes are multiples of eight, so GStreamer's planes lie one behind the other without gaps. */
static void
draw (Camera *camera, guint8 *out)
{
  guint n = camera->pictures->len, at = camera->n_shown++ % (2 * n);
  const MienFrame *frame = g_ptr_array_index (camera->pictures, at < n ? at : 2 * n - 1 - at);
  int w = camera->width, h = camera->height;

  copy_plane (&frame->image, 0, out, w, h);
  copy_plane (&frame->image, 1, out + w * h, w / 2, h / 2);
  copy_plane (&frame->image, 2, out + w * h + w * h / 4, w / 2, h / 2);
}

/* Into the buffer as the source made it: pipewiresink (0.3.65) falls over buffers of others. */
static GstPadProbeReturn
stamp_cb (GstPad *pad, GstPadProbeInfo *probe, gpointer data)
{
  Camera *camera = data;
  gint64 now = g_get_monotonic_time () * 1000;
  GstMapInfo map;

  if (!gst_buffer_map (GST_PAD_PROBE_INFO_BUFFER (probe), &map, GST_MAP_WRITE))
    return GST_PAD_PROBE_OK;
  if (camera->pictures->len > 0)
    draw (camera, map.data);
  for (int y = 0; y < BLOCK; y++)
    for (int bit = 0; bit < BITS; bit++)
      memset (map.data + y * camera->width + bit * BLOCK, (now >> bit) & 1 ? 235 : 16, BLOCK);
  gst_buffer_unmap (GST_PAD_PROBE_INFO_BUFFER (probe), &map);
  return GST_PAD_PROBE_OK;
}

static void
load_clip (Camera *camera, const char *clip)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MienFrameSource) source = mien_frame_source_open (clip, NULL, NULL, &error);
  MienFrame *frame = NULL;

  if (source == NULL)
    g_error ("%s", error->message);
  while (camera->pictures->len < MAX_PICTURES && mien_frame_source_next (source, &frame, NULL)
         && frame != NULL)
    {
      g_assert_cmpint (frame->image.format, ==, MIEN_PIXEL_I420);
      g_ptr_array_add (camera->pictures,
                       mien_frame_new_copy (&frame->image, frame->pts_ns, frame->index));
      camera->width = frame->image.width;
      camera->height = frame->image.height;
      g_clear_pointer (&frame, mien_frame_unref);
    }
  g_assert_cmpint (camera->width % 8, ==, 0);
  g_assert_cmpint (camera->height % 8, ==, 0);
  g_assert_cmpint (camera->width, >=, BITS * BLOCK);
}

static int
run_camera (const char *clip)
{
  Camera camera = { g_ptr_array_new (), 0, 640, 360 };
  g_autofree char *line = NULL;
  GstElement *pipeline, *source;
  GstPad *pad;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  gst_init (NULL, NULL);
  if (clip != NULL)
    load_clip (&camera, clip);
  line = g_strdup_printf (
      "videotestsrc name=source is-live=true pattern=%d ! "
      "video/x-raw,format=I420,width=%d,height=%d,framerate=%d/1 ! "
      "pipewiresink mode=provide sync=false stream-properties=\"props,media.class=Video/Source,"
      "media.role=Camera,node.name=mien-test,node.description=(string)\\\"" VIRTUAL_CAMERA_NAME
      "\\\"\"",
      clip != NULL ? 2 : 0, camera.width, camera.height, VIRTUAL_CAMERA_RATE);
  pipeline = gst_parse_launch (line, NULL);
  source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  pad = gst_element_get_static_pad (source, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, stamp_cb, &camera, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_main_loop_run (g_main_loop_new (NULL, FALSE));
  return 0;
}

void
virtual_camera_main (int argc, char **argv)
{
  if (argc > 1 && strcmp (argv[1], OPTION) == 0)
    exit (run_camera (argc > 2 ? argv[2] : NULL));
}

gint64
virtual_camera_read_stamp (const MienImage *image)
{
  int bytes = image->format == MIEN_PIXEL_RGBX32 ? 4 : 1;
  guint64 time = 0;

  for (int bit = 0; bit < BITS; bit++)
    {
      int sum = 0;

      for (int i = 0; i < 16; i++)
        sum += image->planes[0][(gsize) (3 + i / 4) * image->strides[0]
                                + (gsize) (bit * BLOCK + 3 + i % 4) * bytes];
      if (sum > 16 * 128)
        time |= G_GUINT64_CONSTANT (1) << bit;
    }
  return (gint64) time;
}

/* ---- Processes ---- */

static void
die_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static GPid
start (const char *const *argv)
{
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
stop (GPid *pid)
{
  if (*pid == 0)
    return;
  kill (*pid, SIGKILL);
  waitpid (*pid, NULL, 0);
  g_spawn_close_pid (*pid);
  *pid = 0;
}

gboolean
virtual_camera_is_installed (void)
{
  static const char *const programs[] = { "pipewire", "wireplumber" };

  for (gsize i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autofree char *path = g_find_program_in_path (programs[i]);

      if (path == NULL)
        return FALSE;
    }
  return TRUE;
}

void
virtual_camera_start_daemons (void)
{
  const char *const daemon[] = { "pipewire", NULL }, *const manager[] = { "wireplumber", NULL };
  g_autofree char *path = g_build_filename (g_getenv ("XDG_RUNTIME_DIR"), "pipewire-0", NULL);
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;

  daemon_pid = start (daemon);
  while (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      if (g_get_monotonic_time () > end)
        g_error ("waited in vain for %s", path);
      g_usleep (10000);
    }
  manager_pid = start (manager);
}

void
virtual_camera_stop_daemons (void)
{
  stop (&manager_pid);
  stop (&daemon_pid);
}

void
virtual_camera_plug (const char *clip)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  const char *const argv[] = { program, OPTION, clip, NULL };

  g_assert_cmpint (camera_pid, ==, 0);
  camera_pid = start (argv);
}

void
virtual_camera_unplug (void)
{
  stop (&camera_pid);
}
