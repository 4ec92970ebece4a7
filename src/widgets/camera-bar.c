/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/camera-bar.h"

#include <glib/gi18n.h>
#include <math.h>

struct _MienCameraBar
{
  GtkWidget parent_instance;

  GtkDropDown *camera_choice;
  GtkDropDown *size_choice;
  GtkWidget *record_button;
  GtkLabel *latency_label;

  GPtrArray *cameras; /* of MienCameraInfo, as in the list; the one in use may have no sizes */
  gboolean is_filling;
};

G_DEFINE_FINAL_TYPE (MienCameraBar, mien_camera_bar, GTK_TYPE_WIDGET)

static guint chosen_signal;

GtkWidget *
mien_camera_bar_new (void)
{
  return g_object_new (MIEN_TYPE_CAMERA_BAR, NULL);
}

static const MienCameraInfo *
get_current (MienCameraBar *self)
{
  guint i = gtk_drop_down_get_selected (self->camera_choice);

  return i < self->cameras->len ? g_ptr_array_index (self->cameras, i) : NULL;
}

/* The first row is the camera's own choice. */
static void
fill_sizes (MienCameraBar *self)
{
  const MienCameraInfo *info = get_current (self);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  /* Translators: the camera chooses the size of its picture. */
  gtk_string_list_append (names, _ ("Automatic"));
  for (guint i = 0; info != NULL && i < info->n_sizes; i++)
    {
      /* Translators: width and height of a picture. */
      g_autofree char *name =
          g_strdup_printf (_ ("%d × %d"), info->sizes[i].width, info->sizes[i].height);

      gtk_string_list_append (names, name);
    }
  gtk_drop_down_set_model (self->size_choice, G_LIST_MODEL (names));
  gtk_widget_set_sensitive (GTK_WIDGET (self->size_choice), info != NULL && info->n_sizes > 0);
}

static void
emit_chosen (MienCameraBar *self)
{
  const MienCameraInfo *info = get_current (self);
  guint row = gtk_drop_down_get_selected (self->size_choice);
  gboolean has_size = info != NULL && row > 0 && row <= info->n_sizes;

  if (info != NULL)
    g_signal_emit (self, chosen_signal, 0, info->id, has_size ? info->sizes[row - 1].width : 0,
                   has_size ? info->sizes[row - 1].height : 0);
}

static void
camera_cb (GtkDropDown *choice, GParamSpec *pspec, MienCameraBar *self)
{
  if (self->is_filling)
    return;
  self->is_filling = TRUE;
  fill_sizes (self);
  self->is_filling = FALSE;
  emit_chosen (self);
}

static void
size_cb (GtkDropDown *choice, GParamSpec *pspec, MienCameraBar *self)
{
  if (!self->is_filling)
    emit_chosen (self);
}

static gboolean
has_name (gconstpointer info, gconstpointer name)
{
  return g_strcmp0 (((const MienCameraInfo *) info)->name, name) == 0;
}

void
mien_camera_bar_set_cameras (MienCameraBar *self, GPtrArray *cameras, const char *current)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint row = gtk_drop_down_get_selected (self->size_choice);
  const MienCameraInfo *before;
  gboolean is_same;
  guint at = 0;

  g_return_if_fail (MIEN_IS_CAMERA_BAR (self));
  g_return_if_fail (current != NULL);

  self->is_filling = TRUE;
  before = get_current (self);
  is_same = before != NULL && has_name (before, current);
  g_ptr_array_set_size (self->cameras, 0);
  for (guint i = 0; cameras != NULL && i < cameras->len; i++)
    g_ptr_array_add (self->cameras, mien_camera_info_copy (g_ptr_array_index (cameras, i)));
  if (!g_ptr_array_find_with_equal_func (self->cameras, current, has_name, &at))
    {
      MienCameraInfo unlisted = { .name = (char *) current, .api = (char *) "" };
      g_autofree char *id = g_strconcat ("camera:", current, NULL);

      unlisted.id = id;
      at = 0;
      g_ptr_array_insert (self->cameras, 0, mien_camera_info_copy (&unlisted));
    }
  for (guint i = 0; i < self->cameras->len; i++)
    gtk_string_list_append (names, ((MienCameraInfo *) g_ptr_array_index (self->cameras, i))->name);
  gtk_drop_down_set_model (self->camera_choice, G_LIST_MODEL (names));
  gtk_drop_down_set_selected (self->camera_choice, at);
  fill_sizes (self);
  if (is_same && row <= get_current (self)->n_sizes)
    gtk_drop_down_set_selected (self->size_choice, row);
  self->is_filling = FALSE;
}

void
mien_camera_bar_set_state (
    MienCameraBar *self, double picture_ms, double faces_ms, int width, int height)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_if_fail (MIEN_IS_CAMERA_BAR (self));

  if (width > 0)
    g_string_append_printf (text, _ ("%d × %d"), width, height);
  if (!isnan (picture_ms))
    {
      g_string_append (text, text->len > 0 ? "  ·  " : "");
      /* Translators: how long a picture takes from the camera to the screen. */
      g_string_append_printf (text, _ ("picture %.0f ms"), picture_ms);
    }
  if (!isnan (faces_ms))
    {
      g_string_append (text, "  ·  ");
      /* Translators: how long it takes from the camera until a picture's faces are on the screen.
       */
      g_string_append_printf (text, _ ("faces %.0f ms"), faces_ms);
    }
  gtk_label_set_label (self->latency_label, text->str);
}

const char *
mien_camera_bar_get_text (MienCameraBar *self)
{
  g_return_val_if_fail (MIEN_IS_CAMERA_BAR (self), "");
  return gtk_label_get_label (self->latency_label);
}

static void
mien_camera_bar_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (mien_camera_bar_parent_class)->dispose (object);
}

static void
mien_camera_bar_finalize (GObject *object)
{
  g_ptr_array_unref (MIEN_CAMERA_BAR (object)->cameras);
  G_OBJECT_CLASS (mien_camera_bar_parent_class)->finalize (object);
}

static void
mien_camera_bar_class_init (MienCameraBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mien_camera_bar_dispose;
  G_OBJECT_CLASS (klass)->finalize = mien_camera_bar_finalize;
  chosen_signal = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_INT, G_TYPE_INT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/mien/Mien/camera-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, MienCameraBar, camera_choice);
  gtk_widget_class_bind_template_child (widget_class, MienCameraBar, size_choice);
  gtk_widget_class_bind_template_child (widget_class, MienCameraBar, record_button);
  gtk_widget_class_bind_template_child (widget_class, MienCameraBar, latency_label);
  gtk_widget_class_set_css_name (widget_class, "camerabar");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
mien_camera_bar_init (MienCameraBar *self)
{
  self->cameras = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_camera_info_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self->camera_choice, "notify::selected", G_CALLBACK (camera_cb), self);
  g_signal_connect (self->size_choice, "notify::selected", G_CALLBACK (size_cb), self);
}
