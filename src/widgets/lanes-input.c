/* Pointer, wheel, touch and keys of the timeline widget.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/lanes-private.h"

#include <glib/gi18n.h>
#include <math.h>

#include "widgets/values.h"
#include "widgets/words.h"

/* A press that moves less than this many pixels is a click. */
#define DRAG_THRESHOLD 4
#define WHEEL_ZOOM 1.25
/* Part of the view that one notch of a sideways wheel moves. */
#define WHEEL_PAN 0.1

static gint64
time_at (MienLanes *self, double x)
{
  MienTimelineView view;

  mien_lanes_get_plot_view (self, &view);
  return CLAMP (mien_timeline_x_to_time (&view, x), 0,
                MAX (mien_session_get_duration (self->session), 0));
}

static void
pick (MienLanes *self, double x, double y, MienTimelineHit *hit)
{
  MienTimelineView view;

  mien_lanes_get_plot_view (self, &view);
  mien_timeline_pick (mien_lanes_get_document (self), &view, x, y, hit);
}

static gboolean
is_ready (MienLanes *self)
{
  return mien_lanes_get_document (self) != NULL && gtk_widget_get_width (GTK_WIDGET (self)) > 0;
}

/* Whether a point lies in the selected range of the lanes. */
static gboolean
is_in_selection (MienLanes *self, double x, double y)
{
  MienTimelineHit hit;
  gint64 start, end, time;

  if (!is_ready (self) || !mien_session_get_selection (self->session, &start, &end))
    return FALSE;
  pick (self, x, y, &hit);
  time = time_at (self, x);
  return hit.area == MIEN_TIMELINE_AREA_LANE && hit.mark == NULL && time >= start && time < end;
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, MienLanes *self)
{
  MienTimelineHit hit;

  self->drag = MIEN_DRAG_NONE;
  if (!is_ready (self))
    return;
  self->drag_x = x;
  self->drag_y = y;
  gtk_widget_grab_focus (GTK_WIDGET (self));
  pick (self, x, y, &hit);
  if (hit.person != NULL)
    mien_session_set_person (self->session, hit.person);
  if (hit.area == MIEN_TIMELINE_AREA_NAME)
    return;
  self->drag_start_ns = time_at (self, x);
  self->drag = hit.area == MIEN_TIMELINE_AREA_AXIS ? MIEN_DRAG_SCRUB : MIEN_DRAG_SELECT;
  if (hit.mark != NULL)
    mien_session_seek (self->session, mien_mark_get_start (hit.mark), TRUE);
  else if (self->drag == MIEN_DRAG_SCRUB)
    mien_session_seek (self->session, self->drag_start_ns, TRUE);
  if (is_in_selection (self, x, y))
    self->drag = MIEN_DRAG_OUT;
}

static void
drag_update_cb (GtkGestureDrag *gesture, double dx, double dy, MienLanes *self)
{
  double x = self->drag_x;

  if (self->drag == MIEN_DRAG_NONE || self->drag == MIEN_DRAG_OUT || !is_ready (self))
    return;
  if (self->drag == MIEN_DRAG_SCRUB)
    mien_session_seek (self->session, time_at (self, x + dx), TRUE);
  else if (ABS (dx) >= DRAG_THRESHOLD)
    mien_session_set_selection (self->session, self->drag_start_ns, time_at (self, x + dx));
}

static void
drag_end_cb (GtkGestureDrag *gesture, double dx, double dy, MienLanes *self)
{
  MienTimelineHit hit;

  if ((self->drag != MIEN_DRAG_SELECT && self->drag != MIEN_DRAG_OUT)
      || hypot (dx, self->drag == MIEN_DRAG_OUT ? dy : 0) >= DRAG_THRESHOLD || !is_ready (self))
    return;
  self->drag = MIEN_DRAG_NONE;
  pick (self, self->drag_x, self->drag_y, &hit);
  mien_session_clear_selection (self->session);
  if (hit.mark == NULL)
    mien_session_seek (self->session, self->drag_start_ns, TRUE);
}

static void
pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, MienLanes *self)
{
  MienTimelineHit hit;

  if (n_press != 2 || !is_ready (self))
    return;
  pick (self, x, y, &hit);
  if (hit.mark == NULL)
    return;
  if (mien_mark_is_range (hit.mark))
    mien_session_set_selection (self->session, mien_mark_get_start (hit.mark),
                                mien_mark_get_end (hit.mark));
  mien_lanes_emit_mark_activated (self, hit.mark);
}

static void
motion_cb (GtkEventControllerMotion *controller, double x, double y, MienLanes *self)
{
  g_autofree char *text = NULL;
  MienTimelineView view;
  MienTimelineHit hit;

  self->pointer_x = x;
  if (!is_ready (self))
    return;
  mien_lanes_get_plot_view (self, &view);
  mien_timeline_pick (mien_lanes_get_document (self), &view, x, y, &hit);
  if (hit.area == MIEN_TIMELINE_AREA_NONE || hit.area == MIEN_TIMELINE_AREA_NAME)
    {
      mien_session_set_hover (self->session, MIEN_SESSION_NO_TIME);
      mien_lanes_update_readout (self);
      return;
    }
  mien_session_set_hover (self->session, time_at (self, x));
  text = mien_timeline_hit_to_string (mien_lanes_get_document (self), &view.style, &hit);
  mien_lanes_set_readout (self, text);
}

static void
leave_cb (GtkEventControllerMotion *controller, MienLanes *self)
{
  if (self->session == NULL)
    return;
  mien_session_set_hover (self->session, MIEN_SESSION_NO_TIME);
  mien_lanes_update_readout (self);
}

static gboolean
scroll_cb (GtkEventControllerScroll *controller, double dx, double dy, MienLanes *self)
{
  GdkModifierType state =
      gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (controller));
  MienTimelineView view;
  gint64 start, end;

  if (!is_ready (self))
    return FALSE;
  if (state & GDK_SHIFT_MASK && dx == 0)
    {
      dx = dy;
      dy = 0;
    }
  mien_session_get_view (self->session, &start, &end);
  if (dx != 0)
    mien_session_pan (self->session, (gint64) (dx * WHEEL_PAN * (double) (end - start)));
  if (dy == 0)
    return TRUE;
  mien_lanes_get_plot_view (self, &view);
  /* Lanes that do not fit come first; with Ctrl, or when all are seen, the wheel zooms. */
  if (!(state & GDK_CONTROL_MASK)
      && mien_timeline_measure (mien_lanes_get_document (self), &view) > view.height + 1)
    mien_lanes_scroll (self, dy * 40);
  else
    mien_session_zoom (self->session, dy < 0 ? WHEEL_ZOOM : 1 / WHEEL_ZOOM,
                       time_at (self, self->pointer_x));
  return TRUE;
}

static void
pinch_begin_cb (GtkGesture *gesture, GdkEventSequence *sequence, MienLanes *self)
{
  gint64 start = 0, end = 0;

  if (is_ready (self))
    mien_session_get_view (self->session, &start, &end);
  self->pinch_start = (double) (end - start);
}

static void
pinch_cb (GtkGestureZoom *gesture, double scale, MienLanes *self)
{
  gint64 start, end;
  double x, y;

  if (!is_ready (self) || self->pinch_start <= 0 || scale <= 0)
    return;
  if (!gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y))
    x = self->pointer_x;
  mien_session_get_view (self->session, &start, &end);
  if (end > start)
    mien_session_zoom (self->session, (double) (end - start) / (self->pinch_start / scale),
                       time_at (self, x));
}

static void
page (MienLanes *self, int direction)
{
  gint64 start, end;

  mien_session_get_view (self->session, &start, &end);
  mien_session_seek (self->session,
                     mien_session_get_playhead (self->session) + direction * (end - start) / 10 * 9,
                     TRUE);
}

static gboolean
key_cb (GtkEventControllerKey *controller,
        guint keyval,
        guint keycode,
        GdkModifierType state,
        MienLanes *self)
{
  if (!is_ready (self) || state & (GDK_CONTROL_MASK | GDK_ALT_MASK))
    return FALSE;
  switch (keyval)
    {
    case GDK_KEY_Up:
      mien_session_step_person (self->session, -1);
      return TRUE;
    case GDK_KEY_Down:
      mien_session_step_person (self->session, 1);
      return TRUE;
    case GDK_KEY_Page_Up:
      page (self, -1);
      return TRUE;
    case GDK_KEY_Page_Down:
      page (self, 1);
      return TRUE;
    case GDK_KEY_Escape:
      mien_session_clear_selection (self->session);
      return FALSE; /* leaving full screen is the window's */
    default:
      return FALSE;
    }
}

/* --- taking the selection out ----------------------------------------------------------------- */

static GdkContentProvider *
prepare_cb (GtkDragSource *source, double x, double y, MienLanes *self)
{
  gint64 start, end;

  if (!is_in_selection (self, x, y) || !mien_session_get_selection (self->session, &start, &end))
    return NULL;
  return mien_values_new_provider (mien_lanes_get_document (self), start, end, TRUE);
}

/* Under the pointer: how long a stretch is dragged. */
static void
take_out_cb (GtkDragSource *source, GdkDrag *drag, MienLanes *self)
{
  GtkWidget *label;
  g_autofree char *length = NULL, *text = NULL;
  gint64 start, end;

  if (!mien_session_get_selection (self->session, &start, &end))
    return;
  length = mien_words_dup_time (end - start, 3);
  /* Translators: what is dragged out of the window; %s is a length of time. */
  text = g_strdup_printf (_ ("Values of %s"), length);
  label = gtk_label_new (text);
  gtk_widget_add_css_class (label, "dragged");
  gtk_drag_icon_set_child (GTK_DRAG_ICON (gtk_drag_icon_get_for_drag (drag)), label);
}

void
mien_lanes_add_controllers (MienLanes *self)
{
  GtkDragSource *out = gtk_drag_source_new ();
  GtkWidget *widget = GTK_WIDGET (self);
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *pinch = gtk_gesture_zoom_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll =
      gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkEventController *key = gtk_event_controller_key_new ();

  g_signal_connect (out, "prepare", G_CALLBACK (prepare_cb), self);
  g_signal_connect (out, "drag-begin", G_CALLBACK (take_out_cb), self);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  g_signal_connect (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (pinch_cb), self);
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect (key, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (out));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (pinch));
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, scroll);
  gtk_widget_add_controller (widget, key);
}
