/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/video-view.h"

#include <glib/gi18n.h>
#include <math.h>

#include "widgets/canvas.h"
#include "widgets/chart.h"
#include "widgets/face-overlay.h"
#include "widgets/words.h"

struct _MienVideoView
{
  GtkWidget parent_instance;

  MienSession *session;
  GdkTexture *texture;
  char *description; /* what the accessible label says */
  gboolean show_boxes;
  gboolean show_landmarks;
};

G_DEFINE_TYPE (MienVideoView, mien_video_view, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_SESSION,
  PROP_TEXTURE,
  PROP_SHOW_BOXES,
  PROP_SHOW_LANDMARKS,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

GtkWidget *
mien_video_view_new (void)
{
  return g_object_new (MIEN_TYPE_VIDEO_VIEW, NULL);
}

GdkTexture *
mien_video_view_new_texture (MienFrame *frame)
{
  int width = frame->image.width, height = frame->image.height;
  gsize stride = (gsize) width * 4;
  g_autoptr (GBytes) bytes = NULL;
  guint8 *pixels;

  g_return_val_if_fail (frame->image.format == MIEN_PIXEL_RGBX32, NULL);
  pixels = g_malloc_n ((gsize) height, stride);
  for (int y = 0; y < height; y++)
    {
      const guint8 *from = frame->image.planes[0] + (gsize) y * (gsize) frame->image.strides[0];
      guint32 *to = (guint32 *) (gpointer) (pixels + (gsize) y * stride);

      for (int x = 0; x < width; x++)
        to[x] = 0xff000000u | (guint32) from[4 * x] << 16 | (guint32) from[4 * x + 1] << 8
                | from[4 * x + 2];
    }
  bytes = g_bytes_new_take (pixels, (gsize) height * stride);
  return mien_canvas_new_texture (width, height, bytes, stride);
}

/* Where a picture of the texture's size lies in @width x @height: whole, centred. */
static gboolean
get_place (MienVideoView *self, double width, double height, MienFaceOverlayPlace *out)
{
  double picture_width, picture_height;

  if (self->texture == NULL || width <= 0 || height <= 0)
    return FALSE;
  picture_width = gdk_texture_get_width (self->texture);
  picture_height = gdk_texture_get_height (self->texture);
  out->scale = MIN (width / picture_width, height / picture_height);
  out->x = (width - picture_width * out->scale) / 2;
  out->y = (height - picture_height * out->scale) / 2;
  out->width = width;
  out->height = height;
  out->text_scale = mien_chart_get_text_scale (GTK_WIDGET (self));
  return TRUE;
}

static void
draw_overlay (MienVideoView *self, cairo_t *cr, const MienFaceOverlayPlace *place)
{
  guint n;
  const MienFace *faces = mien_session_get_faces (self->session, &n);

  if (n > 0)
    mien_face_overlay_draw (cr, gtk_widget_get_pango_context (GTK_WIDGET (self)), place,
                            mien_session_get_document (self->session), faces, n,
                            mien_session_find_chosen_face (self->session), self->show_landmarks);
}

/* In a node no larger than what is drawn: one over the whole picture would be composed with all of
 * it. */
static void
append_overlay (MienVideoView *self, GtkSnapshot *snapshot, const MienFaceOverlayPlace *place)
{
  cairo_surface_t *drawing = cairo_recording_surface_create (CAIRO_CONTENT_COLOR_ALPHA, NULL);
  cairo_t *cr = cairo_create (drawing);
  double x, y, width, height, right, bottom;

  draw_overlay (self, cr, place);
  cairo_destroy (cr);
  cairo_recording_surface_ink_extents (drawing, &x, &y, &width, &height);
  right = MIN (ceil (x + width), place->width);
  bottom = MIN (ceil (y + height), place->height);
  x = MAX (floor (x), 0.0);
  y = MAX (floor (y), 0.0);
  if (width > 0 && right > x && bottom > y)
    {
      cr = gtk_snapshot_append_cairo (
          snapshot,
          &GRAPHENE_RECT_INIT ((float) x, (float) y, (float) (right - x), (float) (bottom - y)));
      draw_overlay (self, cr, place);
      cairo_destroy (cr);
    }
  cairo_surface_destroy (drawing);
}

static void
mien_video_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MienVideoView *self = MIEN_VIDEO_VIEW (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  MienFaceOverlayPlace place;

  if (!get_place (self, width, height, &place))
    return;
  mien_canvas_append_texture (
      snapshot, widget, self->texture,
      &GRAPHENE_RECT_INIT ((float) place.x, (float) place.y,
                           (float) (gdk_texture_get_width (self->texture) * place.scale),
                           (float) (gdk_texture_get_height (self->texture) * place.scale)));
  if (self->session == NULL || !self->show_boxes)
    return;
  append_overlay (self, snapshot, &place);
}

static void
mien_video_view_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 160 : 120;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 640 : 360;
}

/* A screen reader hears a change of who is there or how they look, not every frame. */
static void
update_description (MienVideoView *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint n = 0;
  const MienFace *faces = self->session == NULL ? NULL : mien_session_get_faces (self->session, &n);

  for (guint i = 0; i < n; i++)
    {
      const char *emotion =
          mien_words_get_class (mien_session_get_document (self->session), faces[i].emotion);

      g_string_append_printf (text, "%s%s: %s", i == 0 ? "" : "; ", faces[i].name, emotion);
    }
  if (n == 0)
    g_string_assign (text, self->texture == NULL ? _ ("No picture") : _ ("Picture without a face"));
  if (g_strcmp0 (text->str, self->description) == 0)
    return;
  g_free (self->description);
  self->description = g_strdup (text->str);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  self->description, -1);
}

static void
faces_changed_cb (MienSession *session, MienVideoView *self)
{
  update_description (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, MienVideoView *self)
{
  MienFaceOverlayPlace place;
  const MienFace *faces;
  guint n;
  int hit;

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (n_press == 2)
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "win.fullscreen", NULL);
      return;
    }
  if (self->session == NULL
      || !get_place (self, gtk_widget_get_width (GTK_WIDGET (self)),
                     gtk_widget_get_height (GTK_WIDGET (self)), &place))
    return;
  faces = mien_session_get_faces (self->session, &n);
  hit = mien_face_overlay_pick (&place, faces, n, x, y);
  if (hit >= 0 && faces[hit].person != NULL)
    mien_session_set_person (self->session, faces[hit].person);
}

MienSession *
mien_video_view_get_session (MienVideoView *self)
{
  g_return_val_if_fail (MIEN_IS_VIDEO_VIEW (self), NULL);
  return self->session;
}

void
mien_video_view_set_session (MienVideoView *self, MienSession *session)
{
  g_return_if_fail (MIEN_IS_VIDEO_VIEW (self));
  if (self->session == session)
    return;
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_set_object (&self->session, session);
  if (session != NULL)
    g_signal_connect (session, "faces-changed", G_CALLBACK (faces_changed_cb), self);
  update_description (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SESSION]);
}

GdkTexture *
mien_video_view_get_texture (MienVideoView *self)
{
  g_return_val_if_fail (MIEN_IS_VIDEO_VIEW (self), NULL);
  return self->texture;
}

void
mien_video_view_set_texture (MienVideoView *self, GdkTexture *texture)
{
  g_return_if_fail (MIEN_IS_VIDEO_VIEW (self));
  if (!g_set_object (&self->texture, texture))
    return;
  update_description (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TEXTURE]);
}

gboolean
mien_video_view_get_show_boxes (MienVideoView *self)
{
  g_return_val_if_fail (MIEN_IS_VIDEO_VIEW (self), FALSE);
  return self->show_boxes;
}

void
mien_video_view_set_show_boxes (MienVideoView *self, gboolean show)
{
  g_return_if_fail (MIEN_IS_VIDEO_VIEW (self));
  if (self->show_boxes == !!show)
    return;
  self->show_boxes = !!show;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SHOW_BOXES]);
}

gboolean
mien_video_view_get_show_landmarks (MienVideoView *self)
{
  g_return_val_if_fail (MIEN_IS_VIDEO_VIEW (self), FALSE);
  return self->show_landmarks;
}

void
mien_video_view_set_show_landmarks (MienVideoView *self, gboolean show)
{
  g_return_if_fail (MIEN_IS_VIDEO_VIEW (self));
  if (self->show_landmarks == !!show)
    return;
  self->show_landmarks = !!show;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SHOW_LANDMARKS]);
}

GdkTexture *
mien_video_view_dup_picture (MienVideoView *self)
{
  MienFaceOverlayPlace place;
  cairo_surface_t *surface;
  GdkTexture *result;
  GBytes *bytes;
  cairo_t *cr;
  int width, height, stride;

  g_return_val_if_fail (MIEN_IS_VIDEO_VIEW (self), NULL);
  if (self->texture == NULL)
    return NULL;
  width = gdk_texture_get_width (self->texture);
  height = gdk_texture_get_height (self->texture);
  surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  stride = cairo_image_surface_get_stride (surface);
  gdk_texture_download (self->texture, cairo_image_surface_get_data (surface), (gsize) stride);
  cairo_surface_mark_dirty (surface);
  cr = cairo_create (surface);
  if (self->session != NULL && self->show_boxes && get_place (self, width, height, &place))
    draw_overlay (self, cr, &place);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  bytes = g_bytes_new_with_free_func (cairo_image_surface_get_data (surface),
                                      (gsize) stride * (gsize) height,
                                      (GDestroyNotify) cairo_surface_destroy, surface);
  result = gdk_memory_texture_new (width, height, GDK_MEMORY_DEFAULT, bytes, (gsize) stride);
  g_bytes_unref (bytes);
  return result;
}

static void
mien_video_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  MienVideoView *self = MIEN_VIDEO_VIEW (object);

  switch (id)
    {
    case PROP_SESSION:
      g_value_set_object (value, self->session);
      break;
    case PROP_TEXTURE:
      g_value_set_object (value, self->texture);
      break;
    case PROP_SHOW_BOXES:
      g_value_set_boolean (value, self->show_boxes);
      break;
    case PROP_SHOW_LANDMARKS:
      g_value_set_boolean (value, self->show_landmarks);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mien_video_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  MienVideoView *self = MIEN_VIDEO_VIEW (object);

  switch (id)
    {
    case PROP_SESSION:
      mien_video_view_set_session (self, g_value_get_object (value));
      break;
    case PROP_TEXTURE:
      mien_video_view_set_texture (self, g_value_get_object (value));
      break;
    case PROP_SHOW_BOXES:
      mien_video_view_set_show_boxes (self, g_value_get_boolean (value));
      break;
    case PROP_SHOW_LANDMARKS:
      mien_video_view_set_show_landmarks (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mien_video_view_dispose (GObject *object)
{
  MienVideoView *self = MIEN_VIDEO_VIEW (object);

  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  g_clear_object (&self->texture);
  g_clear_pointer (&self->description, g_free);
  G_OBJECT_CLASS (mien_video_view_parent_class)->dispose (object);
}

static void
mien_video_view_class_init (MienVideoViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = mien_video_view_get_property;
  object_class->set_property = mien_video_view_set_property;
  object_class->dispose = mien_video_view_dispose;
  widget_class->snapshot = mien_video_view_snapshot;
  widget_class->measure = mien_video_view_measure;

  props[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, MIEN_TYPE_SESSION, flags);
  props[PROP_TEXTURE] = g_param_spec_object ("texture", NULL, NULL, GDK_TYPE_TEXTURE, flags);
  props[PROP_SHOW_BOXES] = g_param_spec_boolean ("show-boxes", NULL, NULL, TRUE, flags);
  props[PROP_SHOW_LANDMARKS] = g_param_spec_boolean ("show-landmarks", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
  gtk_widget_class_set_css_name (widget_class, "videoview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
mien_video_view_init (MienVideoView *self)
{
  GtkGesture *click = gtk_gesture_click_new ();

  self->show_boxes = TRUE;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  update_description (self);
}
