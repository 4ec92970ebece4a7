/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/lanes.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#include "widgets/chart.h"
#include "widgets/lanes-private.h"
#include "widgets/words.h"

#define NS_PER_SECOND 1000000000.0
#define MIN_HEIGHT 120

G_DEFINE_TYPE (MienLanes, mien_lanes, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_SESSION,
  PROP_SHOW_RAW,
  PROP_SHOW_MOTION,
  PROP_SHOW_FACES,
  PROP_READOUT,
  N_PROPS
};

static GParamSpec *props[N_PROPS];
static guint mark_activated_signal;

GtkWidget *
mien_lanes_new (void)
{
  return g_object_new (MIEN_TYPE_LANES, NULL);
}

MienDocument *
mien_lanes_get_document (MienLanes *self)
{
  return self->session == NULL ? NULL : mien_session_get_document (self->session);
}

void
mien_lanes_emit_mark_activated (MienLanes *self, MienMark *mark)
{
  g_signal_emit (self, mark_activated_signal, 0, mark);
}

/* --- drawing ---------------------------------------------------------------------------------- */

void
mien_lanes_get_plot_view (MienLanes *self, MienTimelineView *out)
{
  MienDocument *document = mien_lanes_get_document (self);
  MienPerson *person = mien_session_get_person (self->session);
  double height = gtk_widget_get_height (GTK_WIDGET (self));
  double excess;

  mien_timeline_view_init (out, document, gtk_widget_get_width (GTK_WIDGET (self)), height);
  mien_session_get_view (self->session, &out->start_ns, &out->end_ns);
  mien_chart_get_style (GTK_WIDGET (self), &out->style);
  out->mode = mien_session_get_mode (self->session);
  out->classes = mien_session_get_classes (self->session);
  out->show_raw = self->show_raw;
  out->show_motion = self->show_motion;
  out->with_legend = FALSE;
  out->scratch = self->scratch;
  out->selected_person = person == NULL ? 0 : mien_person_get_id (person);
  out->faces_height = mien_lanes_get_faces_height (self, out);
  excess = mien_timeline_measure (document, out) - height;
  self->scroll = CLAMP (self->scroll, 0, MAX (excess, 0));
  out->scroll = self->scroll;
}

static void
draw_picture_cb (cairo_t *cr, double width, double height, gpointer data)
{
  MienLanes *self = data;
  MienTimelineView view;

  mien_lanes_get_plot_view (self, &view);
  view.width = width;
  view.height = height;
  view.scroll = 0;
  view.with_legend = TRUE;
  view.faces_height = 0.0;
  mien_timeline_draw (cr, mien_lanes_get_document (self), &view);
}

GdkTexture *
mien_lanes_dup_picture (MienLanes *self)
{
  MienTimelineView view;
  double height;

  g_return_val_if_fail (MIEN_IS_LANES (self), NULL);
  if (mien_lanes_get_document (self) == NULL || gtk_widget_get_width (GTK_WIDGET (self)) <= 0)
    return NULL;
  mien_lanes_get_plot_view (self, &view);
  view.with_legend = TRUE;
  view.faces_height = 0.0;
  /* Lanes that do not fit in the window are in the picture. */
  height = MAX (view.height, mien_timeline_measure (mien_lanes_get_document (self), &view));
  return mien_chart_new_picture (view.width, height, view.style.dark, draw_picture_cb, self);
}

static void
invalidate (MienLanes *self)
{
  g_clear_pointer (&self->lanes_node, gsk_render_node_unref);
  mien_lanes_invalidate_faces (self);
  mien_lanes_queue_faces (self);
}

void
mien_lanes_scroll (MienLanes *self, double delta)
{
  self->scroll = MAX (0, self->scroll + delta);
  invalidate (self);
}

/* The film beyond what is analysed: a veil, so that an empty lane is not taken for "no face". */
static void
draw_unanalysed (MienLanes *self, cairo_t *cr, const MienTimelineView *view)
{
  MienDocument *document = mien_lanes_get_document (self);
  gint64 frame, last = 0;
  double left, right, x;

  if (mien_document_is_complete (document))
    return;
  mien_document_get_last_frame (document, &frame, &last);
  if (last >= view->end_ns)
    return;
  mien_timeline_get_span (view, &left, &right);
  x = CLAMP (mien_timeline_time_to_x (view, last), left, right);
  cairo_set_source_rgba (cr, 0.5, 0.5, 0.5, 0.10);
  cairo_rectangle (cr, x, 0, right - x, view->height);
  cairo_fill (cr);
}

static void
draw_lanes_cb (cairo_t *cr, double width, double height, gpointer data)
{
  MienLanes *self = data;
  MienTimelineView view;

  mien_lanes_get_plot_view (self, &view);
  mien_timeline_draw (cr, mien_lanes_get_document (self), &view);
  draw_unanalysed (self, cr, &view);
}

/* One part of what moves in a node no larger than it: a node over all lanes would have all of them
 * composed anew for a line. */
static void
append_overlay (MienLanes *self,
                GtkSnapshot *snapshot,
                const MienTimelineView *view,
                double x,
                double width,
                gint64 playhead,
                gint64 hover,
                gint64 select_start,
                gint64 select_end)
{
  cairo_t *cr = gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT ((float) x, 0, (float) width, (float) view->height));

  mien_timeline_draw_overlay (cr, mien_lanes_get_document (self), view, playhead, hover,
                              select_start, select_end);
  cairo_destroy (cr);
}

static void
append_overlays (MienLanes *self, GtkSnapshot *snapshot, const MienTimelineView *view)
{
  gint64 playhead = mien_session_get_playhead (self->session);
  gint64 hover = mien_session_get_hover (self->session), start, end;
  double x, width;

  if (mien_session_get_selection (self->session, &start, &end))
    {
      double left = MAX (floor (mien_timeline_time_to_x (view, start)), 0.0);
      double right = MIN (ceil (mien_timeline_time_to_x (view, end)), view->width);

      if (right > left)
        append_overlay (self, snapshot, view, left, right - left, -1, -1, start, end);
    }
  if (mien_timeline_get_line_extents (view, hover, &x, &width))
    append_overlay (self, snapshot, view, x, width, -1, hover, 0, 0);
  if (mien_timeline_get_line_extents (view, playhead, &x, &width))
    append_overlay (self, snapshot, view, x, width, playhead, -1, 0, 0);
}

static void
mien_lanes_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MienLanes *self = MIEN_LANES (widget);
  MienTimelineView view;

  if (mien_lanes_get_document (self) == NULL || gtk_widget_get_width (widget) <= 0
      || gtk_widget_get_height (widget) <= 0)
    return;
  mien_lanes_get_plot_view (self, &view);
  /* The lanes are drawn again only when they changed; while a film plays only the overlay is. */
  if (self->lanes_node == NULL)
    self->lanes_node =
        mien_canvas_draw (self->canvas, widget, view.width, view.height, draw_lanes_cb, self);
  gtk_snapshot_append_node (snapshot, self->lanes_node);
  mien_lanes_append_faces (self, snapshot, &view);
  append_overlays (self, snapshot, &view);
}

static void
mien_lanes_measure (GtkWidget *widget,
                    GtkOrientation orientation,
                    int for_size,
                    int *minimum,
                    int *natural,
                    int *minimum_baseline,
                    int *natural_baseline)
{
  MienLanes *self = MIEN_LANES (widget);
  double scale = mien_chart_get_text_scale (widget);
  guint lanes = 1;

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = 200;
      *natural = 800;
      return;
    }
  if (mien_lanes_get_document (self) != NULL)
    lanes = g_list_model_get_n_items (mien_document_get_people (mien_lanes_get_document (self)));
  /* The times, one lane and the marks; a page that is too low for it is scrolled. */
  *minimum = (int) MAX (MIN_HEIGHT, 100 * scale);
  /* With the marks below, and a row of pictures under each lane. */
  *natural =
      (int) (scale * (lanes <= 1 ? 160 : 52 + (self->show_faces ? 92 : 64) * MIN (lanes, 4)));
}

static void
mien_lanes_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  g_clear_pointer (&MIEN_LANES (widget)->lanes_node, gsk_render_node_unref);
  mien_lanes_invalidate_faces (MIEN_LANES (widget));
  mien_lanes_queue_faces (MIEN_LANES (widget));
}

/* --- words ------------------------------------------------------------------------------------ */

/* What is known about the chosen person at @time_ns. */
static char *
describe_moment (MienLanes *self, gint64 time_ns)
{
  g_autofree char *time = mien_words_dup_time (time_ns, 3);
  g_autofree char *face_text = NULL;
  MienFace face;

  if (mien_session_get_face_at (self->session, mien_session_get_person (self->session), time_ns,
                                &face))
    face_text = mien_words_dup_face (mien_lanes_get_document (self), &face);
  else if (mien_session_is_analysed (self->session, time_ns))
    face_text = g_strdup (mien_session_get_person (self->session) == NULL
                              ? _ ("no face")
                              : _ ("the chosen person is not there"));
  else
    face_text = g_strdup (_ ("not analysed yet"));
  return g_strdup_printf ("%s  %s", time, face_text);
}

void
mien_lanes_set_readout (MienLanes *self, const char *text)
{
  if (g_strcmp0 (text, self->readout) == 0)
    return;
  g_free (self->readout);
  self->readout = g_strdup (text);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_READOUT]);
}

void
mien_lanes_update_readout (MienLanes *self)
{
  g_autofree char *text = NULL;

  if (mien_lanes_get_document (self) == NULL)
    return mien_lanes_set_readout (self, "");
  text = describe_moment (self, mien_session_get_playhead (self->session));
  mien_lanes_set_readout (self, text);
}

/* A playing film is told once a second; what a person asks for, at once. */
static void
update_accessible_value (MienLanes *self, gboolean at_once)
{
  gint64 playhead = mien_session_get_playhead (self->session);
  g_autofree char *text = NULL;

  if (mien_lanes_get_document (self) == NULL
      || (!at_once && ABS (playhead - self->told_ns) < NS_PER_SECOND))
    return;
  text = describe_moment (self, playhead);
  self->told_ns = playhead;
  g_free (self->told);
  self->told = g_strdup (text);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 0.0,
      GTK_ACCESSIBLE_PROPERTY_VALUE_MAX,
      (double) mien_session_get_duration (self->session) / NS_PER_SECOND,
      GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, (double) playhead / NS_PER_SECOND,
      GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text,
      /* GTK 4.8 tells the value of its own sliders only, but everybody's description. */
      GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

/* What was told is not true any more: so it is told anew. */
static void
tell_correction (MienLanes *self)
{
  g_autofree char *text = NULL;

  if (self->told == NULL || mien_lanes_get_document (self) == NULL)
    return;
  text = describe_moment (self, self->told_ns);
  if (!g_str_equal (text, self->told))
    update_accessible_value (self, TRUE);
}

/* --- what the session tells ------------------------------------------------------------------- */

static void
playhead_cb (MienSession *session, GParamSpec *pspec, MienLanes *self)
{
  if (mien_session_get_hover (session) == MIEN_SESSION_NO_TIME)
    mien_lanes_update_readout (self);
  update_accessible_value (self, FALSE);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
seek_cb (MienSession *session, gint64 time_ns, gboolean exact, MienLanes *self)
{
  update_accessible_value (self, TRUE);
}

static void
overlay_cb (MienSession *session, GParamSpec *pspec, MienLanes *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
picture_cb (MienSession *session, GParamSpec *pspec, MienLanes *self)
{
  invalidate (self);
}

/* Moves the lanes so that the chosen person's is seen. */
static void
show_lane (MienLanes *self)
{
  MienPerson *person = mien_session_get_person (self->session);
  MienTimelineView view;
  double y, height;

  if (mien_lanes_get_document (self) == NULL || person == NULL
      || gtk_widget_get_height (GTK_WIDGET (self)) <= 0)
    return;
  mien_lanes_get_plot_view (self, &view);
  if (!mien_timeline_get_lane (mien_lanes_get_document (self), &view, person, &y, &height))
    return;
  if (y < 0)
    self->scroll = MAX (0, self->scroll + y);
  else if (y + height > view.height)
    self->scroll += y + height - view.height;
}

static void
person_cb (MienSession *session, GParamSpec *pspec, MienLanes *self)
{
  show_lane (self);
  mien_lanes_update_readout (self);
  update_accessible_value (self, TRUE);
  invalidate (self);
}

static void
document_cb (MienSession *session, GParamSpec *pspec, MienLanes *self)
{
  self->scroll = 0;
  mien_lanes_update_readout (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  invalidate (self);
}

static void
changed_cb (MienSession *session, guint flags, MienLanes *self)
{
  if (flags & MIEN_CHANGE_PEOPLE)
    gtk_widget_queue_resize (GTK_WIDGET (self));
  invalidate (self);
  /* What was not analysed yet may be now, and values may be read in another way. */
  if (mien_session_get_hover (session) == MIEN_SESSION_NO_TIME)
    mien_lanes_update_readout (self);
  tell_correction (self);
}

/* Dark or light, or another display. */
static void
style_changed_cb (GObject *object, GParamSpec *pspec, MienLanes *self)
{
  invalidate (self);
}

/* --- focus ------------------------------------------------------------------------------------ */

/* Tab walks through the lanes like through a list of widgets, and out at its ends. */
static gboolean
mien_lanes_focus (GtkWidget *widget, GtkDirectionType direction)
{
  MienLanes *self = MIEN_LANES (widget);

  if (gtk_widget_is_focus (widget) && self->session != NULL)
    {
      if (direction == GTK_DIR_TAB_FORWARD)
        return mien_session_step_person (self->session, 1);
      if (direction == GTK_DIR_TAB_BACKWARD)
        return mien_session_step_person (self->session, -1);
      return FALSE;
    }
  return gtk_widget_grab_focus (widget);
}

/* --- properties ------------------------------------------------------------------------------- */

MienSession *
mien_lanes_get_session (MienLanes *self)
{
  g_return_val_if_fail (MIEN_IS_LANES (self), NULL);
  return self->session;
}

void
mien_lanes_set_session (MienLanes *self, MienSession *session)
{
  g_return_if_fail (MIEN_IS_LANES (self));
  if (self->session == session)
    return;
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_set_object (&self->session, session);
  mien_lanes_attach_faces (self, session);
  if (session != NULL)
    {
      g_signal_connect (session, "notify::playhead-ns", G_CALLBACK (playhead_cb), self);
      g_signal_connect (session, "notify::hover-ns", G_CALLBACK (overlay_cb), self);
      g_signal_connect (session, "notify::selection-start-ns", G_CALLBACK (overlay_cb), self);
      g_signal_connect (session, "notify::selection-end-ns", G_CALLBACK (overlay_cb), self);
      g_signal_connect (session, "notify::view-start-ns", G_CALLBACK (picture_cb), self);
      g_signal_connect (session, "notify::view-end-ns", G_CALLBACK (picture_cb), self);
      g_signal_connect (session, "notify::mode", G_CALLBACK (picture_cb), self);
      g_signal_connect (session, "notify::classes", G_CALLBACK (picture_cb), self);
      g_signal_connect (session, "notify::person", G_CALLBACK (person_cb), self);
      g_signal_connect (session, "notify::document", G_CALLBACK (document_cb), self);
      g_signal_connect (session, "changed", G_CALLBACK (changed_cb), self);
      g_signal_connect (session, "seek", G_CALLBACK (seek_cb), self);
      mien_lanes_update_readout (self);
    }
  invalidate (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SESSION]);
}

gboolean
mien_lanes_get_show_raw (MienLanes *self)
{
  g_return_val_if_fail (MIEN_IS_LANES (self), FALSE);
  return self->show_raw;
}

void
mien_lanes_set_show_raw (MienLanes *self, gboolean show_raw)
{
  g_return_if_fail (MIEN_IS_LANES (self));
  if (self->show_raw == !!show_raw)
    return;
  self->show_raw = !!show_raw;
  invalidate (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SHOW_RAW]);
}

gboolean
mien_lanes_get_show_motion (MienLanes *self)
{
  g_return_val_if_fail (MIEN_IS_LANES (self), FALSE);
  return self->show_motion;
}

void
mien_lanes_set_show_motion (MienLanes *self, gboolean show_motion)
{
  g_return_if_fail (MIEN_IS_LANES (self));
  if (self->show_motion == !!show_motion)
    return;
  self->show_motion = !!show_motion;
  invalidate (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SHOW_MOTION]);
}

gboolean
mien_lanes_get_show_faces (MienLanes *self)
{
  g_return_val_if_fail (MIEN_IS_LANES (self), FALSE);
  return self->show_faces;
}

void
mien_lanes_set_show_faces (MienLanes *self, gboolean show_faces)
{
  g_return_if_fail (MIEN_IS_LANES (self));
  if (self->show_faces == !!show_faces)
    return;
  self->show_faces = !!show_faces;
  gtk_widget_queue_resize (GTK_WIDGET (self));
  invalidate (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SHOW_FACES]);
}

const char *
mien_lanes_get_readout (MienLanes *self)
{
  g_return_val_if_fail (MIEN_IS_LANES (self), "");
  return self->readout;
}

static void
mien_lanes_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  MienLanes *self = MIEN_LANES (object);

  switch (id)
    {
    case PROP_SESSION:
      g_value_set_object (value, self->session);
      break;
    case PROP_SHOW_RAW:
      g_value_set_boolean (value, self->show_raw);
      break;
    case PROP_SHOW_MOTION:
      g_value_set_boolean (value, self->show_motion);
      break;
    case PROP_SHOW_FACES:
      g_value_set_boolean (value, self->show_faces);
      break;
    case PROP_READOUT:
      g_value_set_string (value, self->readout);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mien_lanes_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  MienLanes *self = MIEN_LANES (object);

  switch (id)
    {
    case PROP_SESSION:
      mien_lanes_set_session (self, g_value_get_object (value));
      break;
    case PROP_SHOW_RAW:
      mien_lanes_set_show_raw (self, g_value_get_boolean (value));
      break;
    case PROP_SHOW_MOTION:
      mien_lanes_set_show_motion (self, g_value_get_boolean (value));
      break;
    case PROP_SHOW_FACES:
      mien_lanes_set_show_faces (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mien_lanes_dispose (GObject *object)
{
  MienLanes *self = MIEN_LANES (object);

  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  mien_lanes_attach_faces (self, NULL);
  g_clear_object (&self->session);
  g_clear_pointer (&self->lanes_node, gsk_render_node_unref);
  G_OBJECT_CLASS (mien_lanes_parent_class)->dispose (object);
}

static void
mien_lanes_finalize (GObject *object)
{
  g_free (MIEN_LANES (object)->readout);
  g_free (MIEN_LANES (object)->told);
  mien_timeline_scratch_free (MIEN_LANES (object)->scratch);
  mien_canvas_free (MIEN_LANES (object)->canvas);
  G_OBJECT_CLASS (mien_lanes_parent_class)->finalize (object);
}

static void
mien_lanes_class_init (MienLanesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = mien_lanes_get_property;
  object_class->set_property = mien_lanes_set_property;
  object_class->dispose = mien_lanes_dispose;
  object_class->finalize = mien_lanes_finalize;
  widget_class->snapshot = mien_lanes_snapshot;
  widget_class->measure = mien_lanes_measure;
  widget_class->size_allocate = mien_lanes_size_allocate;
  widget_class->focus = mien_lanes_focus;
  props[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, MIEN_TYPE_SESSION, flags);
  props[PROP_SHOW_RAW] = g_param_spec_boolean ("show-raw", NULL, NULL, FALSE, flags);
  props[PROP_SHOW_MOTION] = g_param_spec_boolean ("show-motion", NULL, NULL, TRUE, flags);
  props[PROP_SHOW_FACES] = g_param_spec_boolean ("show-faces", NULL, NULL, TRUE, flags);
  props[PROP_READOUT] =
      g_param_spec_string ("readout", NULL, NULL, "",
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);
  mark_activated_signal = g_signal_new ("mark-activated", MIEN_TYPE_LANES, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 1, MIEN_TYPE_MARK);
  gtk_widget_class_set_css_name (widget_class, "lanes");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_SLIDER);
}

static void
mien_lanes_init (MienLanes *self)
{
  self->readout = g_strdup ("");
  self->scratch = mien_timeline_scratch_new ();
  self->canvas = mien_canvas_new ();
  self->show_faces = TRUE;
  self->show_motion = TRUE;
  self->told_ns = G_MININT64 / 2;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Timeline"), -1);
  mien_lanes_add_controllers (self);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (style_changed_cb), self);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (style_changed_cb), self, 0);
}
