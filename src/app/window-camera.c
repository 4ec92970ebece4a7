/* A camera: its picture, live faces on it, and a document that grows with them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/window-private.h"

#include <glib/gi18n.h>

static void
frame_cb (MienCamera *camera, MienWindow *self)
{
  g_autoptr (MienFrame) frame = mien_camera_dup_frame (camera);

  if (frame == NULL)
    return;
  mien_window_show_frame (self, frame);
  mien_session_set_playhead (self->session, frame->pts_ns);
  mien_window_ensure_live (self);
  if (self->live != NULL)
    mien_live_push (self->live, frame);
}

static void
lost_cb (MienCamera *camera, const GError *error, MienWindow *self)
{
  mien_window_toast_with_action (self, error->message, _ ("_Try Again"), "win.camera");
}

/* Every evaluated picture becomes a row, the same as in a file: what is seen can be exported. */
void
mien_window_camera_result (MienWindow *self, const MienLiveResult *result)
{
  MienDocument *document = mien_session_get_document (self->session);
  g_autoptr (GArray) samples = g_array_new (FALSE, FALSE, sizeof (MienSample));
  g_autoptr (GError) error = NULL;
  const MienSample nobody = {
    .status = MIEN_STATUS_NO_FACE,
    .track = -1,
    .pts_ns = result->pts_ns,
  };

  if (document == NULL)
    return;
  g_array_append_vals (samples, result->samples, result->n_samples);
  if (result->n_samples == 0)
    g_array_append_val (samples, nobody);
  for (guint i = 0; i < samples->len; i++)
    g_array_index (samples, MienSample, i).frame = self->camera_frame;
  if (!mien_document_append (document, (const MienSample *) (void *) samples->data, samples->len,
                             &error))
    {
      mien_window_toast (self, error->message);
      return;
    }
  self->camera_frame++;
  mien_session_set_live (self->session, result->pts_ns, result->samples, result->n_samples);
}

static void
open_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  MienCameraOptions options = MIEN_CAMERA_OPTIONS_INIT;
  GError *error = NULL;
  MienCamera *camera;

  options.pixels = MIEN_FRAME_RGBX;
  options.wait_for_replug_ns = -1;
  camera = mien_camera_open (data, &options, cancellable, &error);
  if (camera == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, camera, g_object_unref);
}

static void
start_camera (MienWindow *self, MienCamera *camera)
{
  g_autoptr (MienDocument) document = mien_document_new ();
  MienSource source = {
    .path = "camera:",
    .size = -1,
    .duration_ns = -1,
    .frames = -1,
  };

  self->camera = camera;
  self->camera_frame = 0;
  mien_document_set_source (document, &source);
  mien_window_apply_filters (document);
  mien_session_set_document (self->session, document);
  mien_session_set_recording (self->session, TRUE);
  mien_transport_set_player (self->transport, NULL);
  g_signal_connect (camera, "frame", G_CALLBACK (frame_cb), self);
  g_signal_connect (camera, "lost", G_CALLBACK (lost_cb), self);
  mien_window_set_state (self, MIEN_WINDOW_CAMERA);
  mien_window_update_timeline_state (self);
}

static void
opened_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  MienWindow *self = MIEN_WINDOW (object);
  GCancellable *cancellable = g_task_get_cancellable (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autoptr (MienCamera) camera = g_task_propagate_pointer (G_TASK (result), &error);

  /* Something else was opened while the device took its time. */
  if (self->opening != cancellable)
    return;
  g_clear_object (&self->opening);
  if (camera == NULL)
    mien_window_show_error (self, _ ("The Camera Cannot Be Used"), error->message);
  else
    start_camera (self, g_steal_pointer (&camera));
}

void
mien_window_open_camera (MienWindow *self, const char *id)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (MIEN_IS_WINDOW (self));
  mien_window_close_film (self);
  g_clear_object (&self->file);
  g_clear_pointer (&self->film_path, g_free);
  gtk_widget_set_visible (self->missing_box, FALSE);
  mien_window_set_state (self, MIEN_WINDOW_LOADING);
  self->opening = g_cancellable_new ();
  task = g_task_new (self, self->opening, opened_cb, NULL);
  g_task_set_task_data (task, g_strdup (id == NULL ? "camera:" : id), g_free);
  g_task_run_in_thread (task, open_thread);
}

void
mien_window_close_camera (MienWindow *self)
{
  if (self->camera == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->camera, self);
  mien_camera_close (self->camera);
  g_clear_object (&self->camera);
}
