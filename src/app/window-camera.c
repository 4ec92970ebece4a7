/* A camera: its picture, live faces on it, and a document that grows with them. The document
 * outlives the device: it may be unplugged, or another one be chosen.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/window-private.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <math.h>

#include "media/camera-portal.h"

/* How often the bar tells how late the picture is. */
#define TELL_US (G_USEC_PER_SEC / 2)
/* How long faces wait for a picture to be drawn with. */
#define FACES_WAIT_MS 40

/* What a thread opens. */
typedef struct
{
  char *id;
  int fd; /* of the portal, -1: none */
  int width, height;
  gboolean keeps; /* the document goes on */
} Wish;

static void
wish_free (gpointer data)
{
  Wish *wish = data;

  g_free (wish->id);
  g_free (wish);
}

/* --- what flows ------------------------------------------------------------------------------- */

/* The document's time of what was captured then; it rises. */
static gint64
find_time (MienWindow *self, gint64 capture_ns)
{
  if (self->camera_begin_ns < 0)
    self->camera_begin_ns = capture_ns;
  return MAX (capture_ns - self->camera_begin_ns, 0);
}

static void
tell_latency (MienWindow *self, MienFrame *frame)
{
  gint64 now = g_get_monotonic_time ();

  if (now - self->latency_shown_us < TELL_US)
    return;
  self->latency_shown_us = now;
  mien_camera_bar_set_state (self->camera_bar,
                             mien_latency_get_ms (self->latency, MIEN_LATENCY_PICTURE, 0.95),
                             mien_latency_get_ms (self->latency, MIEN_LATENCY_FACES, 0.95),
                             frame->image.width, frame->image.height);
}

/* The samples that wait as rows of the document: its own times, frames and tracks. */
static void
settle_samples (MienWindow *self, gint64 time)
{
  for (guint i = 0; i < self->waiting_faces->len; i++)
    {
      MienSample *sample = &g_array_index (self->waiting_faces, MienSample, i);

      sample->pts_ns = time;
      sample->frame = self->camera_frame;
      sample->landmarks = NULL;
      sample->n_landmarks = 0;
      sample->track += self->camera_first_track;
      self->camera_next_track = MAX (self->camera_next_track, sample->track + 1);
    }
}

/* Every evaluated picture becomes a row, the same as in a file: what is seen can be exported. */
static void
show_faces (MienWindow *self)
{
  MienDocument *document = mien_session_get_document (self->session);
  gint64 capture_ns = self->waiting_capture_ns;
  gint64 time = MAX (find_time (self, capture_ns), self->camera_last_ns + 1);
  guint n_faces = self->waiting_faces->len;
  g_autoptr (GError) error = NULL;
  const MienSample nobody = {
    .status = MIEN_STATUS_NO_FACE,
    .track = -1,
    .pts_ns = time,
    .frame = self->camera_frame,
  };
  const MienSample *samples;

  g_clear_handle_id (&self->waiting_source, g_source_remove);
  self->waiting_capture_ns = -1;
  if (document == NULL)
    return;
  settle_samples (self, time);
  samples = n_faces > 0 ? (const MienSample *) (void *) self->waiting_faces->data : &nobody;
  if (!mien_document_append (document, samples, MAX (n_faces, 1), &error))
    {
      mien_window_toast (self, error->message);
      return;
    }
  self->camera_frame++;
  self->camera_last_ns = time;
  mien_session_set_live (self->session, time, samples, n_faces);
  mien_latency_note (self->latency, MIEN_LATENCY_FACES, capture_ns);
}

static gboolean
show_faces_cb (gpointer data)
{
  MienWindow *self = data;

  self->waiting_source = 0;
  show_faces (self);
  return G_SOURCE_REMOVE;
}

/* Faces are drawn together with the next picture, which is about to come: a paint of their own
 * would only make that one wait. */
void
mien_window_camera_result (MienWindow *self, const MienLiveResult *result)
{
  if (self->waiting_capture_ns >= 0)
    show_faces (self);
  g_array_set_size (self->waiting_faces, 0);
  g_array_append_vals (self->waiting_faces, result->samples, result->n_samples);
  self->waiting_capture_ns = result->capture_ns;
  self->waiting_source = g_timeout_add (FACES_WAIT_MS, show_faces_cb, self);
}

static void
drop_faces (MienWindow *self)
{
  g_clear_handle_id (&self->waiting_source, g_source_remove);
  self->waiting_capture_ns = -1;
}

static void
frame_cb (MienCamera *camera, MienWindow *self)
{
  g_autoptr (MienFrame) frame = mien_camera_dup_frame (camera);

  if (frame == NULL)
    return;
  if (self->waiting_capture_ns >= 0)
    show_faces (self);
  mien_window_show_frame (self, frame);
  mien_latency_note (self->latency, MIEN_LATENCY_PICTURE, frame->capture_ns);
  mien_session_set_playhead (self->session, find_time (self, frame->capture_ns));
  tell_latency (self, frame);
  mien_window_ensure_live (self);
  if (self->live != NULL)
    mien_live_push (self->live, frame);
}

static void
lost_cb (MienCamera *camera, const GError *error, MienWindow *self)
{
  mien_window_toast_with_action (self, error->message, _ ("_Try Again"), "win.camera");
  mien_camera_bar_set_state (self->camera_bar, NAN, NAN, 0, 0);
  mien_latency_reset (self->latency);
}

static void
found_cb (MienCamera *camera, MienWindow *self)
{
  g_autofree char *text =
      /* Translators: the name of a camera that was plugged in again. */
      g_strdup_printf (_ ("“%s” is back"), mien_camera_get_name (camera));

  mien_window_toast (self, text);
}

/* --- which cameras there are ------------------------------------------------------------------ */

static void
show_cameras (MienWindow *self)
{
  g_autoptr (GPtrArray) cameras = NULL;

  if (self->camera == NULL)
    return;
  if (self->cameras != NULL)
    cameras = mien_camera_list_dup_cameras (self->cameras);
  mien_camera_bar_set_cameras (self->camera_bar, cameras, mien_camera_get_name (self->camera));
}

static void
cameras_changed_cb (MienCameraList *list, const MienCameraInfo *info, MienWindow *self)
{
  show_cameras (self);
}

/* --- opening ---------------------------------------------------------------------------------- */

typedef struct
{
  MienCamera *camera;
  MienCameraList *cameras; /* nullable */
} Opened;

static void
opened_free (gpointer data)
{
  Opened *opened = data;

  g_clear_object (&opened->camera);
  g_clear_object (&opened->cameras);
  g_free (opened);
}

static void
open_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  MienCameraOptions options = MIEN_CAMERA_OPTIONS_INIT;
  const Wish *wish = data;
  Opened *opened;
  GError *error = NULL;
  MienCamera *camera;

  options.pixels = MIEN_FRAME_RGBX;
  options.width = wish->width;
  options.height = wish->height;
  /* A connection of the portal is good for one camera only. */
  options.wait_for_replug_ns = wish->fd >= 0 ? 0 : -1;
  camera = wish->fd >= 0 ? mien_camera_open_portal (wish->fd, &options, cancellable, &error)
                         : mien_camera_open (wish->id, &options, cancellable, &error);
  if (camera == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  opened = g_new0 (Opened, 1);
  opened->camera = camera;
  if (wish->fd < 0)
    opened->cameras = mien_camera_list_new ();
  g_task_return_pointer (task, opened, opened_free);
}

static void
begin_document (MienWindow *self)
{
  g_autoptr (MienDocument) document = mien_document_new ();
  MienSource source = {
    .path = "camera:",
    .size = -1,
    .duration_ns = -1,
    .frames = -1,
  };

  self->camera_frame = 0;
  self->camera_begin_ns = -1;
  self->camera_last_ns = -1;
  self->camera_first_track = self->camera_next_track = 0;
  mien_document_set_source (document, &source);
  mien_window_apply_filters (document);
  mien_session_set_document (self->session, document);
  mien_session_set_recording (self->session, TRUE);
}

static void
start_camera (MienWindow *self, Opened *opened, gboolean keeps)
{
  self->camera = g_steal_pointer (&opened->camera);
  if (!keeps || mien_session_get_document (self->session) == NULL)
    begin_document (self);
  if (self->latency == NULL)
    self->latency = mien_latency_new (GTK_WIDGET (self->video_view));
  mien_latency_reset (self->latency);
  if (self->cameras == NULL && opened->cameras != NULL)
    {
      self->cameras = g_steal_pointer (&opened->cameras);
      g_signal_connect (self->cameras, "added", G_CALLBACK (cameras_changed_cb), self);
      g_signal_connect (self->cameras, "removed", G_CALLBACK (cameras_changed_cb), self);
    }
  mien_transport_set_player (self->transport, NULL);
  mien_transport_set_player (mien_network_page_get_transport (self->network_page), NULL);
  g_signal_connect (self->camera, "frame", G_CALLBACK (frame_cb), self);
  g_signal_connect (self->camera, "lost", G_CALLBACK (lost_cb), self);
  g_signal_connect (self->camera, "found", G_CALLBACK (found_cb), self);
  show_cameras (self);
  mien_camera_bar_set_state (self->camera_bar, NAN, NAN, 0, 0);
  gtk_widget_set_visible (GTK_WIDGET (self->camera_bar), TRUE);
  mien_window_set_state (self, MIEN_WINDOW_CAMERA);
  mien_window_update_timeline_state (self);
}

/* A document that is kept is still worth seeing when its camera cannot be had. */
static void
fail (MienWindow *self, const GError *error, gboolean keeps)
{
  if (keeps)
    mien_window_toast_with_action (self, error->message, _ ("_Try Again"), "win.camera");
  else
    mien_window_show_error (self, _ ("The Camera Cannot Be Used"), error->message);
}

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MienWindow) self = user_data;
  GCancellable *cancellable = g_task_get_cancellable (G_TASK (result));
  const Wish *wish = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  Opened *opened = g_task_propagate_pointer (G_TASK (result), &error);

  /* Something else was opened while the device took its time. */
  if (self->opening == cancellable)
    {
      g_clear_object (&self->opening);
      if (opened == NULL)
        fail (self, error, wish->keeps);
      else
        start_camera (self, opened, wish->keeps);
    }
  g_clear_pointer (&opened, opened_free);
}

static void
open_wish (MienWindow *self, Wish *wish)
{
  /* Not as the source: the thread may be the last to let go of a task, and of that. */
  g_autoptr (GTask) task = g_task_new (NULL, self->opening, opened_cb, g_object_ref (self));

  g_task_set_task_data (task, wish, wish_free);
  g_task_run_in_thread (task, open_thread);
}

/* What the portal's answer is for. */
typedef struct
{
  MienWindow *window;
  GCancellable *opening;
  Wish *wish;
} Asked;

static void
portal_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autofree Asked *asked = data;
  g_autoptr (MienWindow) self = asked->window;
  g_autoptr (GCancellable) opening = asked->opening;
  g_autoptr (GError) error = NULL;

  asked->wish->fd = mien_camera_portal_open_finish (result, &error);
  if (self->opening == opening && asked->wish->fd >= 0)
    {
      open_wish (self, asked->wish);
      return;
    }
  if (asked->wish->fd >= 0)
    g_close (asked->wish->fd, NULL);
  else if (self->opening == opening)
    {
      g_clear_object (&self->opening);
      fail (self, error, asked->wish->keeps);
    }
  wish_free (asked->wish);
}

static void
ask_portal (MienWindow *self, Wish *wish)
{
  GApplication *app = G_APPLICATION (gtk_window_get_application (GTK_WINDOW (self)));
  Asked *asked = g_new0 (Asked, 1);

  asked->window = g_object_ref (self);
  asked->opening = g_object_ref (self->opening);
  asked->wish = wish;
  mien_camera_portal_open_async (g_application_get_dbus_connection (app), self->opening, portal_cb,
                                 asked);
}

static void
begin_opening (MienWindow *self, const char *id, int width, int height, gboolean keeps)
{
  Wish *wish = g_new0 (Wish, 1);

  wish->id = g_strdup (id == NULL ? "camera:" : id);
  wish->fd = -1;
  wish->width = width;
  wish->height = height;
  wish->keeps = keeps;
  self->opening = g_cancellable_new ();
  if (id == NULL && mien_camera_portal_is_needed ())
    ask_portal (self, wish);
  else
    open_wish (self, wish);
}

/* Another device, or another size, for the same document. */
static void
change_camera (MienWindow *self, const char *id, int width, int height)
{
  drop_faces (self);
  g_cancellable_cancel (self->opening);
  g_clear_object (&self->opening);
  mien_window_drop_live (self);
  mien_window_stop_recording (self);
  if (self->camera != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->camera, self);
      mien_camera_close (self->camera);
      g_clear_object (&self->camera);
    }
  /* A face in front of the next one is not the face that was there, as far as can be told. */
  self->camera_first_track = self->camera_next_track;
  begin_opening (self, id, width, height, TRUE);
}

static void
chosen_cb (MienCameraBar *bar, const char *id, int width, int height, MienWindow *self)
{
  change_camera (self, id, width, height);
}

void
mien_window_open_camera (MienWindow *self, const char *id)
{
  g_return_if_fail (MIEN_IS_WINDOW (self));

  if (self->state == MIEN_WINDOW_CAMERA && id == NULL)
    {
      change_camera (self, NULL, 0, 0);
      return;
    }
  mien_window_close_film (self);
  g_clear_object (&self->file);
  g_clear_pointer (&self->film_path, g_free);
  gtk_widget_set_visible (self->missing_box, FALSE);
  mien_window_set_state (self, MIEN_WINDOW_LOADING);
  begin_opening (self, id, 0, 0, FALSE);
}

void
mien_window_init_camera (MienWindow *self)
{
  self->waiting_faces = g_array_new (FALSE, FALSE, sizeof (MienSample));
  self->waiting_capture_ns = -1;
  g_signal_connect (self->camera_bar, "chosen", G_CALLBACK (chosen_cb), self);
}

void
mien_window_close_camera (MienWindow *self)
{
  drop_faces (self);
  gtk_widget_set_visible (GTK_WIDGET (self->camera_bar), FALSE);
  if (self->cameras != NULL)
    g_signal_handlers_disconnect_by_data (self->cameras, self);
  g_clear_object (&self->cameras);
  if (self->camera == NULL)
    return;
  mien_window_stop_recording (self);
  g_signal_handlers_disconnect_by_data (self->camera, self);
  mien_camera_close (self->camera);
  g_clear_object (&self->camera);
}

MienCamera *
mien_window_get_camera (MienWindow *self)
{
  g_return_val_if_fail (MIEN_IS_WINDOW (self), NULL);

  return self->camera;
}

MienLatency *
mien_window_get_latency (MienWindow *self)
{
  g_return_val_if_fail (MIEN_IS_WINDOW (self), NULL);

  return self->latency;
}

const char *
mien_window_get_camera_text (MienWindow *self)
{
  g_return_val_if_fail (MIEN_IS_WINDOW (self), "");

  return mien_camera_bar_get_text (self->camera_bar);
}
