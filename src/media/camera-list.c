/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/camera-device.h"

#include <string.h>

#include "media/media-init.h"

struct _MienCameraList
{
  GObject parent_instance;

  GstDeviceMonitor *monitor; /* NULL when GStreamer does not start */
  GSource *bus_source;
  GPtrArray *devices; /* GstDevice */
};

G_DEFINE_FINAL_TYPE (MienCameraList, mien_camera_list, G_TYPE_OBJECT)
G_DEFINE_BOXED_TYPE (MienCameraInfo, mien_camera_info, mien_camera_info_copy, mien_camera_info_free)

enum
{
  SIGNAL_ADDED,
  SIGNAL_REMOVED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

MienCameraInfo *
mien_camera_info_copy (const MienCameraInfo *self)
{
  MienCameraInfo *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_new0 (MienCameraInfo, 1);
  copy->id = g_strdup (self->id);
  copy->name = g_strdup (self->name);
  copy->api = g_strdup (self->api);
  copy->n_sizes = self->n_sizes;
  copy->sizes = g_memdup2 (self->sizes, self->n_sizes * sizeof *self->sizes);
  return copy;
}

void
mien_camera_info_free (MienCameraInfo *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->name);
  g_free (self->api);
  g_free (self->sizes);
  g_free (self);
}

static void
emit (MienCameraList *self, guint signal, GstDevice *device)
{
  MienCameraInfo *info = mien_camera_device_describe (device);

  if (info == NULL)
    return;
  g_signal_emit (self, signals[signal], 0, info);
  mien_camera_info_free (info);
}

static gboolean
is_listed (MienCameraList *self, GstDevice *device)
{
  return g_ptr_array_find (self->devices, device, NULL);
}

static gpointer
copy_device (gconstpointer device, gpointer data)
{
  return gst_object_ref ((gpointer) device);
}

/* A camera that is there through both APIs may come by the worse one first. */
static void
add_device (MienCameraList *self, GstDevice *device)
{
  g_autoptr (GPtrArray) before = NULL;

  if (is_listed (self, device))
    return;
  before = g_ptr_array_copy (self->devices, copy_device, NULL);
  g_ptr_array_set_free_func (before, gst_object_unref);
  g_ptr_array_add (self->devices, gst_object_ref (device));
  mien_camera_device_drop_doubles (self->devices);
  for (guint i = 0; i < before->len; i++)
    if (!is_listed (self, g_ptr_array_index (before, i)))
      emit (self, SIGNAL_REMOVED, g_ptr_array_index (before, i));
  if (is_listed (self, device))
    emit (self, SIGNAL_ADDED, device);
}

static gboolean
bus_cb (GstBus *bus, GstMessage *message, gpointer data)
{
  MienCameraList *self = data;
  GstDevice *device = NULL;

  switch (GST_MESSAGE_TYPE (message))
    {
    case GST_MESSAGE_DEVICE_ADDED:
      gst_message_parse_device_added (message, &device);
      add_device (self, device);
      break;
    case GST_MESSAGE_DEVICE_REMOVED:
      gst_message_parse_device_removed (message, &device);
      if (is_listed (self, device))
        {
          g_ptr_array_remove (self->devices, device);
          emit (self, SIGNAL_REMOVED, device);
        }
      break;
    default:
      break;
    }
  g_clear_pointer (&device, gst_object_unref);
  return G_SOURCE_CONTINUE;
}

static int
compare_infos (gconstpointer a, gconstpointer b)
{
  const MienCameraInfo *x = *(MienCameraInfo *const *) a;
  const MienCameraInfo *y = *(MienCameraInfo *const *) b;

  return strcmp (x->name, y->name);
}

GPtrArray *
mien_camera_list_dup_cameras (MienCameraList *self)
{
  GPtrArray *infos;

  g_return_val_if_fail (MIEN_IS_CAMERA_LIST (self), NULL);

  infos = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_camera_info_free);
  for (guint i = 0; i < self->devices->len; i++)
    {
      MienCameraInfo *info = mien_camera_device_describe (g_ptr_array_index (self->devices, i));

      if (info != NULL)
        g_ptr_array_add (infos, info);
    }
  g_ptr_array_sort (infos, compare_infos);
  return infos;
}

static void
finalize (GObject *object)
{
  MienCameraList *self = MIEN_CAMERA_LIST (object);

  if (self->bus_source != NULL)
    g_source_destroy (self->bus_source);
  g_clear_pointer (&self->bus_source, g_source_unref);
  if (self->monitor != NULL)
    gst_device_monitor_stop (self->monitor);
  g_clear_pointer (&self->monitor, gst_object_unref);
  g_ptr_array_unref (self->devices);
  G_OBJECT_CLASS (mien_camera_list_parent_class)->finalize (object);
}

static void
mien_camera_list_class_init (MienCameraListClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = finalize;
  signals[SIGNAL_ADDED] = g_signal_new ("added", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, MIEN_TYPE_CAMERA_INFO);
  signals[SIGNAL_REMOVED] = g_signal_new ("removed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, MIEN_TYPE_CAMERA_INFO);
}

static void
mien_camera_list_init (MienCameraList *self)
{
  GstBus *bus;
  GList *devices;

  self->devices = g_ptr_array_new_with_free_func (gst_object_unref);
  if (!mien_media_init (NULL))
    return;
  self->monitor = mien_camera_device_monitor_new ();
  bus = gst_device_monitor_get_bus (self->monitor);
  self->bus_source = gst_bus_create_watch (bus);
  g_source_set_callback (self->bus_source, G_SOURCE_FUNC (bus_cb), self, NULL);
  g_source_attach (self->bus_source, g_main_context_get_thread_default ());
  gst_object_unref (bus);
  gst_device_monitor_start (self->monitor);
  devices = gst_device_monitor_get_devices (self->monitor);
  for (GList *l = devices; l != NULL; l = l->next)
    add_device (self, l->data);
  g_list_free_full (devices, gst_object_unref);
}

MienCameraList *
mien_camera_list_new (void)
{
  return g_object_new (MIEN_TYPE_CAMERA_LIST, NULL);
}
