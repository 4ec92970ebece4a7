/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/scrubber.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "plot/timeline-plot.h"
#include "widgets/chart.h"
#include "widgets/words.h"

#define HEIGHT 30
/* Pixels on each side of an edge in which it can be grabbed. */
#define GRIP 7
#define NS_PER_SECOND 1000000000.0

typedef enum
{
  GRAB_NONE,
  GRAB_SEEK,
  GRAB_WINDOW,
  GRAB_START,
  GRAB_END,
} Grab;

struct _MienScrubber
{
  GtkWidget parent_instance;

  MienSession *session;
  MienCanvas *canvas;
  GskRenderNode *film_node; /* the strip without its window, NULL when it has to be drawn */
  Grab grab;
  double grab_x;               /* where the button went down, */
  gint64 grab_start, grab_end; /* and the view then */
};

G_DEFINE_TYPE (MienScrubber, mien_scrubber, GTK_TYPE_WIDGET)

enum
{
  PROP_0,
  PROP_SESSION,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

GtkWidget *
mien_scrubber_new (void)
{
  return g_object_new (MIEN_TYPE_SCRUBBER, NULL);
}

static MienDocument *
get_document (MienScrubber *self)
{
  return self->session == NULL ? NULL : mien_session_get_document (self->session);
}

static void
get_plot_view (MienScrubber *self, MienTimelineView *view)
{
  GtkWidget *widget = GTK_WIDGET (self);

  mien_timeline_view_init (view, get_document (self), gtk_widget_get_width (widget),
                           gtk_widget_get_height (widget));
  mien_session_get_view (self->session, &view->start_ns, &view->end_ns);
  mien_chart_get_style (widget, &view->style);
}

/* Has the film drawn anew, not only the window on it. */
static void
invalidate (MienScrubber *self)
{
  g_clear_pointer (&self->film_node, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
draw_film_cb (cairo_t *cr, double width, double height, gpointer data)
{
  MienTimelineView view;

  get_plot_view (data, &view);
  mien_timeline_draw_scrubber_film (cr, get_document (data), &view, width, height);
}

static void
mien_scrubber_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MienScrubber *self = MIEN_SCRUBBER (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  MienTimelineView view;
  cairo_t *cr;

  if (get_document (self) == NULL || width <= 0 || height <= 0)
    return;
  get_plot_view (self, &view);
  if (self->film_node == NULL)
    self->film_node = mien_canvas_draw (self->canvas, widget, width, height, draw_film_cb, self);
  gtk_snapshot_append_node (snapshot, self->film_node);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  mien_timeline_draw_scrubber_window (cr, get_document (self), &view, width, height,
                                      mien_session_get_playhead (self->session));
  cairo_destroy (cr);
}

static void
mien_scrubber_measure (GtkWidget *widget,
                       GtkOrientation orientation,
                       int for_size,
                       int *minimum,
                       int *natural,
                       int *minimum_baseline,
                       int *natural_baseline)
{
  double scale = mien_chart_get_text_scale (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = 100;
      *natural = 800;
    }
  else
    /* There is no text in it: it grows a little, to be hit as easily as what is around it. */
    *minimum = *natural = (int) (HEIGHT * (1 + (scale - 1) / 4));
}

/* --- pointer ---------------------------------------------------------------------------------- */

/* Where the film begins and ends on the strip: under the lanes' own edges. */
static void
get_span (MienScrubber *self, double *left, double *right)
{
  MienTimelineView view;

  get_plot_view (self, &view);
  mien_timeline_get_span (&view, left, right);
}

static gint64
time_at (MienScrubber *self, double x)
{
  double left, right;

  get_span (self, &left, &right);
  return (gint64) (CLAMP ((x - left) / MAX (right - left, 1), 0, 1)
                   * (double) mien_session_get_duration (self->session));
}

static double
x_of (MienScrubber *self, gint64 time_ns)
{
  double duration = (double) MAX (mien_session_get_duration (self->session), 1), left, right;

  get_span (self, &left, &right);
  return left + (double) time_ns / duration * (right - left);
}

static Grab
find_grab (MienScrubber *self, double x)
{
  gint64 start, end;
  gboolean is_whole;

  mien_session_get_view (self->session, &start, &end);
  is_whole = start <= 0 && end >= mien_session_get_duration (self->session);
  if (ABS (x - x_of (self, start)) <= GRIP)
    return GRAB_START;
  if (ABS (x - x_of (self, end)) <= GRIP)
    return GRAB_END;
  if (!is_whole && x > x_of (self, start) && x < x_of (self, end))
    return GRAB_WINDOW;
  return GRAB_SEEK;
}

static void
drag_begin_cb (GtkGestureDrag *gesture, double x, double y, MienScrubber *self)
{
  self->grab = GRAB_NONE;
  if (get_document (self) == NULL)
    return;
  gtk_widget_grab_focus (GTK_WIDGET (self));
  mien_session_get_view (self->session, &self->grab_start, &self->grab_end);
  self->grab = find_grab (self, x);
  self->grab_x = x;
  if (self->grab == GRAB_SEEK)
    mien_session_seek (self->session, time_at (self, x), TRUE);
}

static void
drag_update_cb (GtkGestureDrag *gesture, double dx, double dy, MienScrubber *self)
{
  double x = self->grab_x;
  gint64 moved, now;

  if (self->grab == GRAB_NONE || get_document (self) == NULL)
    return;
  now = time_at (self, x + dx);
  moved = now - time_at (self, x);
  switch (self->grab)
    {
    case GRAB_SEEK:
      mien_session_seek (self->session, now, TRUE);
      break;
    case GRAB_WINDOW:
      mien_session_set_view (self->session, self->grab_start + moved, self->grab_end + moved);
      break;
    case GRAB_START:
      mien_session_set_view (self->session, MIN (self->grab_start + moved, self->grab_end),
                             self->grab_end);
      break;
    case GRAB_END:
      mien_session_set_view (self->session, self->grab_start,
                             MAX (self->grab_end + moved, self->grab_start));
      break;
    case GRAB_NONE:
    default:
      break;
    }
}

/* A click inside the window, without a drag, goes there too. */
static void
drag_end_cb (GtkGestureDrag *gesture, double dx, double dy, MienScrubber *self)
{
  if (self->grab == GRAB_WINDOW && ABS (dx) < 4 && get_document (self) != NULL)
    mien_session_seek (self->session, time_at (self, self->grab_x), TRUE);
  self->grab = GRAB_NONE;
}

static void
motion_cb (GtkEventControllerMotion *controller, double x, double y, MienScrubber *self)
{
  Grab grab = get_document (self) == NULL ? GRAB_NONE : find_grab (self, x);
  const char *cursor = NULL;

  if (grab == GRAB_START || grab == GRAB_END)
    cursor = "col-resize";
  else if (grab == GRAB_WINDOW)
    cursor = "grab";
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), cursor);
}

static gboolean
key_cb (GtkEventControllerKey *controller,
        guint keyval,
        guint keycode,
        GdkModifierType state,
        MienScrubber *self)
{
  gint64 start, end;

  if (get_document (self) == NULL || state & (GDK_CONTROL_MASK | GDK_ALT_MASK))
    return FALSE;
  mien_session_get_view (self->session, &start, &end);
  switch (keyval)
    {
    case GDK_KEY_Left:
      mien_session_pan (self->session, -(end - start) / 10);
      return TRUE;
    case GDK_KEY_Right:
      mien_session_pan (self->session, (end - start) / 10);
      return TRUE;
    case GDK_KEY_Up:
      mien_session_zoom (self->session, 1.5, mien_session_get_playhead (self->session));
      return TRUE;
    case GDK_KEY_Down:
      mien_session_zoom (self->session, 1 / 1.5, mien_session_get_playhead (self->session));
      return TRUE;
    default:
      return FALSE;
    }
}

/* --- session ---------------------------------------------------------------------------------- */

static void
redraw_cb (MienSession *session, GParamSpec *pspec, MienScrubber *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
view_cb (MienSession *session, GParamSpec *pspec, MienScrubber *self)
{
  g_autofree char *from = NULL, *to = NULL, *text = NULL;
  gint64 start, end;

  mien_session_get_view (session, &start, &end);
  from = mien_words_dup_time (start, 0);
  to = mien_words_dup_time (end, 0);
  /* Translators: the part of the film that is shown, both are times. */
  text = g_strdup_printf (_ ("%s to %s"), from, to);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 0.0,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_MAX,
                                  (double) mien_session_get_duration (session) / NS_PER_SECOND,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_NOW, (double) start / NS_PER_SECOND,
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
document_cb (MienSession *session, GParamSpec *pspec, MienScrubber *self)
{
  invalidate (self);
}

static void
changed_cb (MienSession *session, guint flags, MienScrubber *self)
{
  invalidate (self);
}

MienSession *
mien_scrubber_get_session (MienScrubber *self)
{
  g_return_val_if_fail (MIEN_IS_SCRUBBER (self), NULL);
  return self->session;
}

void
mien_scrubber_set_session (MienScrubber *self, MienSession *session)
{
  g_return_if_fail (MIEN_IS_SCRUBBER (self));
  if (self->session == session)
    return;
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_set_object (&self->session, session);
  if (session != NULL)
    {
      g_signal_connect (session, "notify::playhead-ns", G_CALLBACK (redraw_cb), self);
      g_signal_connect (session, "notify::document", G_CALLBACK (document_cb), self);
      g_signal_connect (session, "notify::view-start-ns", G_CALLBACK (view_cb), self);
      g_signal_connect (session, "notify::view-end-ns", G_CALLBACK (view_cb), self);
      g_signal_connect (session, "changed", G_CALLBACK (changed_cb), self);
      view_cb (session, NULL, self);
    }
  invalidate (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SESSION]);
}

/* Dark or light, or another display. */
static void
style_changed_cb (GObject *object, GParamSpec *pspec, MienScrubber *self)
{
  invalidate (self);
}

static void
mien_scrubber_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  invalidate (MIEN_SCRUBBER (widget));
}

static void
mien_scrubber_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_SESSION)
    g_value_set_object (value, MIEN_SCRUBBER (object)->session);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
mien_scrubber_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_SESSION)
    mien_scrubber_set_session (MIEN_SCRUBBER (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
mien_scrubber_dispose (GObject *object)
{
  MienScrubber *self = MIEN_SCRUBBER (object);

  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  g_clear_object (&self->session);
  g_clear_pointer (&self->film_node, gsk_render_node_unref);
  G_OBJECT_CLASS (mien_scrubber_parent_class)->dispose (object);
}

static void
mien_scrubber_finalize (GObject *object)
{
  mien_canvas_free (MIEN_SCRUBBER (object)->canvas);
  G_OBJECT_CLASS (mien_scrubber_parent_class)->finalize (object);
}

static void
mien_scrubber_class_init (MienScrubberClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = mien_scrubber_get_property;
  object_class->set_property = mien_scrubber_set_property;
  object_class->dispose = mien_scrubber_dispose;
  object_class->finalize = mien_scrubber_finalize;
  widget_class->snapshot = mien_scrubber_snapshot;
  widget_class->measure = mien_scrubber_measure;
  widget_class->size_allocate = mien_scrubber_size_allocate;
  props[PROP_SESSION] =
      g_param_spec_object ("session", NULL, NULL, MIEN_TYPE_SESSION,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);
  gtk_widget_class_set_css_name (widget_class, "scrubber");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_SCROLLBAR);
}

static void
mien_scrubber_init (MienScrubber *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *key = gtk_event_controller_key_new ();

  self->canvas = mien_canvas_new ();
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Part of the film that is shown"), -1);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (key, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (style_changed_cb), self);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (style_changed_cb), self, 0);
}
