/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/face-crop.h"

#include <glib/gi18n.h>
#include <math.h>

#include "plot/palette.h"
#include "widgets/canvas.h"

#define SIZE 84
#define RADIUS 12
/* Part of the box's size that is shown around it on each side. */
#define MARGIN 0.15

struct _MienFaceCrop
{
  GtkWidget parent_instance;

  MienSession *session;
  GdkTexture *texture;
};

G_DEFINE_TYPE (MienFaceCrop, mien_face_crop, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_SESSION,
  PROP_TEXTURE,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

GtkWidget *
mien_face_crop_new (void)
{
  return g_object_new (MIEN_TYPE_FACE_CROP, NULL);
}

static void
append_face (MienFaceCrop *self, GtkSnapshot *snapshot, const MienSample *s, float size)
{
  double side = MAX (s->width, s->height) * (1 + 2 * MARGIN);
  double scale = size / side;
  double left = s->x + s->width / 2 - side / 2;
  double top = s->y + s->height / 2 - side / 2;
  /* Whole pixels, one more on each side for what is mixed at the edges. */
  int x = MAX ((int) floor (left) - 1, 0), y = MAX ((int) floor (top) - 1, 0);
  int right = MIN ((int) ceil (left + side) + 1, gdk_texture_get_width (self->texture));
  int bottom = MIN ((int) ceil (top + side) + 1, gdk_texture_get_height (self->texture));
  g_autoptr (GdkTexture) part = NULL;

  if (right <= x || bottom <= y)
    return;
  part = mien_canvas_cut_texture (self->texture, x, y, right - x, bottom - y);
  if (part == NULL)
    {
      part = g_object_ref (self->texture);
      x = y = 0;
      right = gdk_texture_get_width (part);
      bottom = gdk_texture_get_height (part);
    }
  mien_canvas_append_texture (
      snapshot, GTK_WIDGET (self), part,
      &GRAPHENE_RECT_INIT ((float) ((x - left) * scale), (float) ((y - top) * scale),
                           (float) ((right - x) * scale), (float) ((bottom - y) * scale)));
}

static void
mien_face_crop_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MienFaceCrop *self = MIEN_FACE_CROP (widget);
  const MienFace *face =
      self->session == NULL ? NULL : mien_session_find_chosen_face (self->session);
  float size = (float) MIN (gtk_widget_get_width (widget), gtk_widget_get_height (widget));
  MienColour colour;
  GskRoundedRect outline;
  GdkRGBA ring;

  if (face == NULL || self->texture == NULL || face->sample.width <= 0)
    return;
  gsk_rounded_rect_init_from_rect (&outline, &GRAPHENE_RECT_INIT (0, 0, size, size), RADIUS);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  append_face (self, snapshot, &face->sample, size);
  gtk_snapshot_pop (snapshot);
  colour = mien_palette_get_person (face->colour, TRUE);
  ring = (GdkRGBA){ (float) colour.red, (float) colour.green, (float) colour.blue, 1 };
  gtk_snapshot_append_border (snapshot, &outline, (float[4]){ 3, 3, 3, 3 },
                              (GdkRGBA[4]){ ring, ring, ring, ring });
}

static void
mien_face_crop_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  *minimum = *natural = SIZE;
}

static void
faces_changed_cb (MienSession *session, GtkWidget *widget)
{
  gtk_widget_queue_draw (widget);
}

MienSession *
mien_face_crop_get_session (MienFaceCrop *self)
{
  g_return_val_if_fail (MIEN_IS_FACE_CROP (self), NULL);
  return self->session;
}

void
mien_face_crop_set_session (MienFaceCrop *self, MienSession *session)
{
  g_return_if_fail (MIEN_IS_FACE_CROP (self));
  if (self->session == session)
    return;
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_set_object (&self->session, session);
  if (session != NULL)
    g_signal_connect (session, "faces-changed", G_CALLBACK (faces_changed_cb), self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SESSION]);
}

GdkTexture *
mien_face_crop_get_texture (MienFaceCrop *self)
{
  g_return_val_if_fail (MIEN_IS_FACE_CROP (self), NULL);
  return self->texture;
}

void
mien_face_crop_set_texture (MienFaceCrop *self, GdkTexture *texture)
{
  g_return_if_fail (MIEN_IS_FACE_CROP (self));
  if (!g_set_object (&self->texture, texture))
    return;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TEXTURE]);
}

static void
mien_face_crop_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  MienFaceCrop *self = MIEN_FACE_CROP (object);

  switch (id)
    {
    case PROP_SESSION:
      g_value_set_object (value, self->session);
      break;
    case PROP_TEXTURE:
      g_value_set_object (value, self->texture);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mien_face_crop_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  MienFaceCrop *self = MIEN_FACE_CROP (object);

  switch (id)
    {
    case PROP_SESSION:
      mien_face_crop_set_session (self, g_value_get_object (value));
      break;
    case PROP_TEXTURE:
      mien_face_crop_set_texture (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mien_face_crop_dispose (GObject *object)
{
  MienFaceCrop *self = MIEN_FACE_CROP (object);

  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  g_clear_object (&self->texture);
  G_OBJECT_CLASS (mien_face_crop_parent_class)->dispose (object);
}

static void
mien_face_crop_class_init (MienFaceCropClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = mien_face_crop_get_property;
  object_class->set_property = mien_face_crop_set_property;
  object_class->dispose = mien_face_crop_dispose;
  widget_class->snapshot = mien_face_crop_snapshot;
  widget_class->measure = mien_face_crop_measure;
  props[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, MIEN_TYPE_SESSION, flags);
  props[PROP_TEXTURE] = g_param_spec_object ("texture", NULL, NULL, GDK_TYPE_TEXTURE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
  gtk_widget_class_set_css_name (widget_class, "facecrop");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
mien_face_crop_init (MienFaceCrop *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("The chosen face"), -1);
}
