/* The pictures of faces along the lanes: where they stand and which are asked for.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "widgets/lanes-private.h"

#define SIZE 30.0  /* of a picture, at 100 % text */
#define SPACE 3.0  /* above it */
#define APART 62.0 /* two of them at least, from middle to middle */
/* So long a view stands still before pictures are asked for, and so many are at most. A film that
 * plays while somebody zooms needs the decoder's time for itself. */
#define ASK_MS 200
#define MAX_PICTURES 128
/* Where pictures stand nearer than this in time, a key frame would be the same for all of them. */
#define EXACT_NS (G_GINT64_CONSTANT (4) * 1000 * 1000 * 1000)

/* Moments stay where they are when the view moves, and every second one when it zooms: they are
 * multiples of 1/16 s times a power of two. */
static gint64
get_step (const MienTimelineView *view)
{
  double left, right, per_pixel;
  gint64 step = G_GINT64_CONSTANT (1000000000) / 16;

  mien_timeline_get_span (view, &left, &right);
  per_pixel = (double) (view->end_ns - view->start_ns) / MAX (right - left, 1.0);
  while ((double) step < per_pixel * APART * view->style.scale && step < G_MAXINT64 / 4)
    step *= 2;
  return step;
}

double
mien_lanes_get_faces_height (MienLanes *self, const MienTimelineView *view)
{
  MienDocument *document = mien_lanes_get_document (self);
  MienTimelineView with = *view;

  if (!self->show_faces || self->faces == NULL || !mien_lane_faces_has_film (self->faces))
    return 0.0;
  with.faces_height = floor ((SIZE + SPACE) * view->style.scale);
  with.scroll = 0.0;
  return mien_timeline_measure_all (document, &with) <= view->height ? with.faces_height : 0.0;
}

static void
append_picture (
    MienLanes *self, GtkSnapshot *snapshot, GdkTexture *texture, double x, double y, double size)
{
  const graphene_rect_t rect =
      GRAPHENE_RECT_INIT ((float) floor (x), (float) y, (float) size, (float) size);
  GskRoundedRect outline;

  gsk_rounded_rect_init_from_rect (&outline, &rect, (float) (size / 6));
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  mien_canvas_append_texture (snapshot, GTK_WIDGET (self), texture, &rect);
  gtk_snapshot_pop (snapshot);
}

static void
append_lane (MienLanes *self,
             GtkSnapshot *snapshot,
             const MienTimelineView *view,
             MienPerson *person,
             double top)
{
  double size = SIZE * view->style.scale, left, right;
  gint64 step = get_step (view);

  mien_timeline_get_span (view, &left, &right);
  for (gint64 time = view->start_ns / step * step; time <= view->end_ns; time += step)
    {
      double x = mien_timeline_time_to_x (view, time) - size / 2;
      GdkTexture *texture;

      if (x < left || x + size > right)
        continue;
      texture = mien_lane_faces_find (self->faces, person, time);
      if (texture != NULL)
        append_picture (self, snapshot, texture, x, top + SPACE * view->style.scale, size);
    }
}

static void
ensure_node (MienLanes *self, const MienTimelineView *view)
{
  GListModel *people = mien_document_get_people (mien_lanes_get_document (self));
  GtkSnapshot *snapshot;

  if (self->faces_node != NULL)
    return;
  snapshot = gtk_snapshot_new ();
  for (guint i = 0; i < g_list_model_get_n_items (people); i++)
    {
      g_autoptr (MienPerson) person = g_list_model_get_item (people, i);
      double y, height;

      if (mien_timeline_get_lane (mien_lanes_get_document (self), view, person, &y, &height)
          && y + height + view->faces_height > 0 && y + height < view->height)
        append_lane (self, snapshot, view, person, y + height);
    }
  self->faces_node = gtk_snapshot_free_to_node (snapshot);
}

void
mien_lanes_append_faces (MienLanes *self, GtkSnapshot *snapshot, const MienTimelineView *view)
{
  if (view->faces_height <= 0.0 || self->faces == NULL)
    return;
  ensure_node (self, view);
  if (self->faces_node == NULL)
    return;
  /* Under the axis and over the marks, as the lanes are. */
  gtk_snapshot_append_node (snapshot, self->faces_node);
}

void
mien_lanes_invalidate_faces (MienLanes *self)
{
  g_clear_pointer (&self->faces_node, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Those in the middle of the view come first. */
static gboolean
want_cb (gpointer data)
{
  MienLanes *self = data;
  gint64 times[MAX_PICTURES], step, centre;
  MienTimelineView view;
  guint n = 0;

  self->faces_source = 0;
  if (mien_lanes_get_document (self) == NULL || self->faces == NULL
      || gtk_widget_get_width (GTK_WIDGET (self)) <= 0
      || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return G_SOURCE_REMOVE;
  mien_lanes_get_plot_view (self, &view);
  if (view.faces_height <= 0.0)
    return G_SOURCE_REMOVE;
  if (view.start_ns != self->faces_start || view.end_ns != self->faces_end)
    {
      mien_lanes_queue_faces (self);
      return G_SOURCE_REMOVE;
    }
  step = get_step (&view);
  centre = (view.start_ns + view.end_ns) / 2 / step * step;
  for (gint64 away = 0; n + 2 <= MAX_PICTURES && centre - away >= view.start_ns - step;
       away += step)
    {
      if (centre - away >= 0)
        times[n++] = centre - away;
      if (away > 0 && centre + away <= view.end_ns)
        times[n++] = centre + away;
    }
  mien_lane_faces_want (self->faces, times, n, step < EXACT_NS);
  return G_SOURCE_REMOVE;
}

guint
mien_lanes_get_n_wanted_faces (MienLanes *self)
{
  g_return_val_if_fail (MIEN_IS_LANES (self), 0);
  return self->faces == NULL
             ? 0
             : mien_lane_faces_get_n_wanted (self->faces) + (self->faces_source != 0);
}

void
mien_lanes_queue_faces (MienLanes *self)
{
  if (self->faces == NULL || self->faces_source != 0)
    return;
  mien_session_get_view (self->session, &self->faces_start, &self->faces_end);
  self->faces_source = g_timeout_add (ASK_MS, want_cb, self);
}

static void
faces_changed_cb (MienLaneFaces *faces, MienLanes *self)
{
  /* Without a film the lanes get the room. */
  if (!mien_lane_faces_has_film (faces))
    g_clear_pointer (&self->lanes_node, gsk_render_node_unref);
  mien_lanes_invalidate_faces (self);
}

void
mien_lanes_attach_faces (MienLanes *self, MienSession *session)
{
  g_clear_handle_id (&self->faces_source, g_source_remove);
  g_clear_pointer (&self->faces_node, gsk_render_node_unref);
  if (self->faces != NULL)
    g_signal_handlers_disconnect_by_data (self->faces, self);
  g_clear_object (&self->faces);
  if (session == NULL)
    return;
  self->faces = mien_lane_faces_new (session);
  g_signal_connect (self->faces, "changed", G_CALLBACK (faces_changed_cb), self);
}
