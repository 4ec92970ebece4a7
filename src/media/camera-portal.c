/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/camera-portal.h"

#include <gio/gunixfdlist.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

#define NAME "org.freedesktop.portal.Desktop"
#define PATH "/org/freedesktop/portal/desktop"
#define CAMERA "org.freedesktop.portal.Camera"
#define REQUEST "org.freedesktop.portal.Request"

/* One question; owned by its task. */
typedef struct
{
  GDBusConnection *bus;
  guint subscription; /* to the answer, 0: none */
  GSource *cancel;    /* nullable */
} Question;

gboolean
mien_camera_portal_is_needed (void)
{
  return g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS);
}

/* Nothing is waited for any more: what holds the task lets it go. */
static void
stop_waiting (Question *question)
{
  if (question->subscription != 0)
    g_dbus_connection_signal_unsubscribe (question->bus, question->subscription);
  question->subscription = 0;
  if (question->cancel != NULL)
    g_source_destroy (question->cancel);
  g_clear_pointer (&question->cancel, g_source_unref);
}

static void
question_free (gpointer data)
{
  Question *question = data;

  stop_waiting (question);
  g_object_unref (question->bus);
  g_free (question);
}

static void
refuse (GTask *task, const char *why)
{
  g_task_return_new_error (task, MIEN_ERROR, MIEN_ERROR_INPUT, "camera: %s", why);
}

static void
remote_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_with_unix_fd_list_finish (
      G_DBUS_CONNECTION (object), &fds, result, &error);
  gint32 index = -1;
  int fd = -1;

  if (reply != NULL)
    g_variant_get (reply, "(h)", &index);
  if (reply != NULL && fds != NULL && index >= 0 && index < g_unix_fd_list_get_length (fds))
    fd = g_unix_fd_list_get (fds, index, &error);
  if (fd >= 0)
    g_task_return_int (task, fd);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    refuse (task, error != NULL ? error->message : "the desktop's portal gave no connection");
}

/* The subscription holds a reference to the task, so that it lives until the answer. */
static void
response_cb (GDBusConnection *bus,
             const char *sender,
             const char *path,
             const char *interface,
             const char *signal,
             GVariant *parameters,
             gpointer data)
{
  g_autoptr (GTask) task = g_object_ref (data);
  Question *question = g_task_get_task_data (task);
  guint32 response = 2;

  if (g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ua{sv})")))
    g_variant_get (parameters, "(u@a{sv})", &response, NULL);
  stop_waiting (question);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (response != 0)
    {
      refuse (task,
              response == 1 ? "access was not allowed" : "the desktop's portal gives no access");
      return;
    }
  g_dbus_connection_call_with_unix_fd_list (
      bus, NAME, PATH, CAMERA, "OpenPipeWireRemote", g_variant_new ("(a{sv})", NULL),
      G_VARIANT_TYPE ("(h)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, g_task_get_cancellable (task),
      remote_cb, g_object_ref (task));
}

static void
asked_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Question *question = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (object), result, &error);

  /* The answer, or a cancel, may have come already. */
  if (reply != NULL || question->subscription == 0)
    return;
  stop_waiting (question);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    {
      g_dbus_error_strip_remote_error (error);
      refuse (task, error->message);
    }
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  g_autoptr (GTask) task = g_object_ref (data);

  stop_waiting (g_task_get_task_data (task));
  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

/* ":1.42" and "mien7" make "/org/freedesktop/portal/desktop/request/1_42/mien7": the portal answers
 * there, and who listens before asking misses no answer. */
static char *
dup_request_path (GDBusConnection *bus, const char *token)
{
  g_autofree char *sender = g_strdup (g_dbus_connection_get_unique_name (bus) + 1);

  g_strdelimit (sender, ".", '_');
  return g_strdup_printf (PATH "/request/%s/%s", sender, token);
}

void
mien_camera_portal_open_async (GDBusConnection *bus,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Question *question = g_new0 (Question, 1);
  g_autofree char *token = g_strdup_printf ("mien%u", g_random_int ());
  g_autofree char *path = NULL;
  GVariantBuilder options;

  g_return_if_fail (G_IS_DBUS_CONNECTION (bus));

  path = dup_request_path (bus, token);
  question->bus = g_object_ref (bus);
  g_task_set_task_data (task, question, question_free);
  question->subscription = g_dbus_connection_signal_subscribe (
      bus, NAME, REQUEST, "Response", path, NULL, G_DBUS_SIGNAL_FLAGS_NONE, response_cb,
      g_object_ref (task), g_object_unref);
  if (cancellable != NULL)
    {
      question->cancel = g_cancellable_source_new (cancellable);
      g_source_set_callback (question->cancel, G_SOURCE_FUNC (cancelled_cb), g_object_ref (task),
                             g_object_unref);
      g_source_attach (question->cancel, g_main_context_get_thread_default ());
    }
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "handle_token", g_variant_new_string (token));
  g_dbus_connection_call (bus, NAME, PATH, CAMERA, "AccessCamera",
                          g_variant_new ("(a{sv})", &options), G_VARIANT_TYPE ("(o)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, cancellable, asked_cb, g_object_ref (task));
}

int
mien_camera_portal_open_finish (GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), -1);

  return (int) g_task_propagate_int (G_TASK (result), error);
}
