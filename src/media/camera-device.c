/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "media/camera-device.h"

#include <stdlib.h>
#include <string.h>

static GstDeviceMonitor *
make_monitor (void)
{
  GstDeviceMonitor *monitor = gst_device_monitor_new ();

  gst_device_monitor_add_filter (monitor, "Video/Source", NULL);
  return monitor;
}

static gpointer
start_first (gpointer data)
{
  GstDeviceMonitor *monitor = make_monitor ();

  gst_device_monitor_start (monitor);
  return monitor;
}

/* This monitor runs as long as the program: PipeWire's provider (seen in 0.3.65) damages the heap
 * when the last monitor stops it, and forgets to tell about devices after any other stops. */
static GstDeviceMonitor *
get_monitor (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, start_first, NULL);
}

GstDeviceMonitor *
mien_camera_device_monitor_new (void)
{
  get_monitor ();
  return make_monitor ();
}

static char *
dup_property (GstDevice *device, const char *name)
{
  g_autoptr (GstStructure) properties = gst_device_get_properties (device);

  return properties != NULL ? g_strdup (gst_structure_get_string (properties, name)) : NULL;
}

char *
mien_camera_device_dup_node (GstDevice *device)
{
  static const char *const names[] = { "device.path", "api.v4l2.path" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *node = dup_property (device, names[i]);

      if (node != NULL && g_str_has_prefix (node, "/dev/"))
        return g_steal_pointer (&node);
    }
  return NULL;
}

static gboolean
is_pipewire (GstDevice *device)
{
  return g_str_has_prefix (G_OBJECT_TYPE_NAME (device), "GstPipeWire");
}

/* ---- Sizes ---- */

static int
compare_sizes (gconstpointer a, gconstpointer b)
{
  const MienCameraSize *x = a, *y = b;

  return x->width != y->width ? y->width - x->width : y->height - x->height;
}

static void
add_size (GArray *sizes, int width, int height)
{
  MienCameraSize size = { width, height };

  for (guint i = 0; i < sizes->len; i++)
    if (compare_sizes (&g_array_index (sizes, MienCameraSize, i), &size) == 0)
      return;
  g_array_append_val (sizes, size);
}

/* Whether the width or height in @kind, a number, a list or a range, may be @n. */
static gboolean
allows (const GstStructure *kind, const char *field, int n)
{
  GstStructure *wanted = gst_structure_new ("kind", field, G_TYPE_INT, n, NULL);
  GstStructure *offered = gst_structure_new_empty ("kind");
  gboolean fits;

  gst_structure_set_value (offered, field, gst_structure_get_value (kind, field));
  fits = gst_structure_can_intersect (wanted, offered);
  gst_structure_free (wanted);
  gst_structure_free (offered);
  return fits;
}

static void
add_sizes (GArray *sizes, const GstStructure *kind)
{
  static const MienCameraSize usual[] = { { 3840, 2160 }, { 1920, 1080 }, { 1280, 720 },
                                          { 1024, 576 },  { 800, 600 },   { 640, 480 },
                                          { 640, 360 },   { 320, 240 } };
  int width, height;

  if (gst_structure_get_int (kind, "width", &width)
      && gst_structure_get_int (kind, "height", &height))
    {
      add_size (sizes, width, height);
      return;
    }
  if (!gst_structure_has_field (kind, "width") || !gst_structure_has_field (kind, "height"))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (usual); i++)
    if (allows (kind, "width", usual[i].width) && allows (kind, "height", usual[i].height))
      add_size (sizes, usual[i].width, usual[i].height);
}

static void
fill_sizes (GstDevice *device, MienCameraInfo *info)
{
  g_autoptr (GstCaps) caps = gst_device_get_caps (device);
  GArray *sizes = g_array_new (FALSE, FALSE, sizeof (MienCameraSize));

  for (guint i = 0; caps != NULL && i < gst_caps_get_size (caps); i++)
    add_sizes (sizes, gst_caps_get_structure (caps, i));
  g_array_sort (sizes, compare_sizes);
  info->n_sizes = sizes->len;
  info->sizes = (MienCameraSize *) (void *) g_array_free (sizes, FALSE);
}

MienCameraInfo *
mien_camera_device_describe (GstDevice *device)
{
  g_autofree char *name = NULL;
  MienCameraInfo *info;

  if (!gst_device_has_classes (device, "Video/Source"))
    return NULL;
  name = gst_device_get_display_name (device);
  info = g_new0 (MienCameraInfo, 1);
  info->id = g_strconcat ("camera:", name, NULL);
  info->api = g_strdup (is_pipewire (device) ? "pipewire" : "v4l2");
  info->name = g_steal_pointer (&name);
  fill_sizes (device, info);
  return info;
}

void
mien_camera_device_drop_doubles (GPtrArray *devices)
{
  for (guint i = devices->len; i-- > 0;)
    {
      g_autofree char *node = mien_camera_device_dup_node (g_ptr_array_index (devices, i));

      if (node == NULL || is_pipewire (g_ptr_array_index (devices, i)))
        continue;
      for (guint k = 0; k < devices->len; k++)
        {
          GstDevice *other = g_ptr_array_index (devices, k);
          g_autofree char *other_node = mien_camera_device_dup_node (other);

          if (k != i && is_pipewire (other) && g_strcmp0 (node, other_node) == 0)
            {
              g_ptr_array_remove_index (devices, i);
              break;
            }
        }
    }
}

static gboolean
is_meant (GstDevice *device, const char *name)
{
  g_autofree char *shown = gst_device_get_display_name (device);
  g_autofree char *node = mien_camera_device_dup_node (device);
  g_autofree char *inner = dup_property (device, "node.name");

  return name[0] == '\0' || g_strcmp0 (name, shown) == 0 || g_strcmp0 (name, node) == 0
         || g_strcmp0 (name, inner) == 0;
}

GstDevice *
mien_camera_device_find (const char *name)
{
  g_autoptr (GPtrArray) devices = g_ptr_array_new_with_free_func (gst_object_unref);
  GstDevice *found = NULL;
  GList *list;

  list = gst_device_monitor_get_devices (get_monitor ());
  for (GList *l = list; l != NULL; l = l->next)
    g_ptr_array_add (devices, l->data);
  g_list_free (list);
  mien_camera_device_drop_doubles (devices);
  for (guint i = 0; i < devices->len && found == NULL; i++)
    if (gst_device_has_classes (g_ptr_array_index (devices, i), "Video/Source")
        && is_meant (g_ptr_array_index (devices, i), name))
      found = gst_object_ref (g_ptr_array_index (devices, i));
  return found;
}

/* How far a kind of pictures, made definite, is from what is wanted; less is better. */
static double
rate_kind (GstStructure *kind, const MienCameraOptions *options)
{
  int width = options->width > 0 ? options->width : 1280;
  int height = options->height > 0 ? options->height : 720;
  int rate = options->rate > 0 ? options->rate : 30;
  int n = rate, d = 1, w = width, h = height;
  double distance;

  gst_structure_fixate_field_nearest_int (kind, "width", width);
  gst_structure_fixate_field_nearest_int (kind, "height", height);
  if (gst_structure_has_field (kind, "framerate"))
    gst_structure_fixate_field_nearest_fraction (kind, "framerate", rate, 1);
  gst_structure_get_int (kind, "width", &w);
  gst_structure_get_int (kind, "height", &h);
  gst_structure_get_fraction (kind, "framerate", &n, &d);
  distance = abs (w - width) + abs (h - height);
  /* Each missing frame a second counts as much as a strip of pixels; too many cost less. */
  if (d > 0 && n > 0)
    distance +=
        (double) n / d < rate ? 60.0 * (rate - (double) n / d) : 5.0 * ((double) n / d - rate);
  /* Coded pictures have to be decoded first. */
  if (!gst_structure_has_name (kind, "video/x-raw"))
    distance += 10;
  return distance;
}

GstCaps *
mien_camera_device_choose_caps (GstDevice *device, const MienCameraOptions *options)
{
  g_autoptr (GstCaps) caps = gst_device_get_caps (device);
  GstStructure *best = NULL;
  double best_distance = 0;
  GstCaps *chosen = gst_caps_new_empty ();

  for (guint i = 0; caps != NULL && i < gst_caps_get_size (caps); i++)
    {
      GstStructure *kind = gst_structure_copy (gst_caps_get_structure (caps, i));
      double distance;

      if (!gst_structure_has_field (kind, "width") || !gst_structure_has_field (kind, "height"))
        {
          gst_structure_free (kind);
          continue;
        }
      distance = rate_kind (kind, options);
      if (best == NULL || distance < best_distance)
        {
          g_clear_pointer (&best, gst_structure_free);
          best = gst_structure_copy (kind);
          best_distance = distance;
        }
      gst_structure_free (kind);
    }
  if (best == NULL)
    {
      gst_caps_unref (chosen);
      return gst_caps_new_any ();
    }
  gst_structure_remove_fields (best, "format", "colorimetry", "interlace-mode", NULL);
  gst_caps_append_structure (chosen, best);
  return chosen;
}
