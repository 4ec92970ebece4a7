/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/timeline-layout.h"

#include <math.h>
#include <string.h>

#define HEADING 132.0
#define MARGIN 10.0
#define AXIS 26.0
#define GAP 6.0
#define MARKS 22.0
#define LEGEND 30.0
#define LANE_DEFAULT_MAX 180.0

void
mien_timeline_get_span (const MienTimelineView *view, double *left, double *right)
{
  double scale = view->style.scale;

  /* On a narrow picture the names get a third at most. */
  *left = floor (MIN (HEADING * scale, view->width / 3.0));
  *right = MAX (*left + 1.0, floor (view->width - MARGIN * scale));
}

double
mien_timeline_time_to_x (const MienTimelineView *view, gint64 time_ns)
{
  double left, right;

  mien_timeline_get_span (view, &left, &right);
  if (view->end_ns <= view->start_ns)
    return left;
  return left
         + (double) (time_ns - view->start_ns) / (double) (view->end_ns - view->start_ns)
               * (right - left);
}

gint64
mien_timeline_x_to_time (const MienTimelineView *view, double x)
{
  double left, right;

  mien_timeline_get_span (view, &left, &right);
  return view->start_ns
         + (gint64) llround ((x - left) / (right - left)
                             * (double) (view->end_ns - view->start_ns));
}

static GPtrArray *
list_people (MienDocument *document)
{
  GListModel *model = mien_document_get_people (document);
  GPtrArray *people = g_ptr_array_new ();

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (MienPerson) person = g_list_model_get_item (model, i);

      if (!mien_person_is_hidden (person))
        g_ptr_array_add (people, person);
    }
  return people;
}

void
mien_timeline_layout_init (MienTimelineLayout *self,
                           MienDocument *document,
                           const MienTimelineView *view)
{
  double scale = view->style.scale;
  double least =
      (view->mode == MIEN_TIMELINE_STRIP ? MIEN_TIMELINE_STRIP_MIN : MIEN_TIMELINE_LANE_MIN)
      * scale;
  double room;
  guint n;

  memset (self, 0, sizeof *self);
  mien_timeline_get_span (view, &self->left, &self->right);
  self->people = list_people (document);
  self->axis_height = AXIS * scale;
  self->lanes_top = self->axis_height;
  self->lane_gap = GAP * scale + view->faces_height;
  if (g_list_model_get_n_items (mien_document_get_marks (document)) > 0)
    self->marks_height = MARKS * scale;
  if (view->with_legend)
    self->legend_height = LEGEND * scale;
  self->legend_top = view->height - self->legend_height;
  self->marks_top = self->legend_top - self->marks_height;
  self->lanes_bottom = MAX (self->lanes_top, self->marks_top);
  n = MAX (self->people->len, 1);
  room = (self->lanes_bottom - self->lanes_top) / n - self->lane_gap;
  self->lane_height =
      view->lane_height > 0.0 ? view->lane_height : CLAMP (room, least, LANE_DEFAULT_MAX * scale);
  self->lane_height = floor (self->lane_height);
}

void
mien_timeline_layout_clear (MienTimelineLayout *self)
{
  g_clear_pointer (&self->people, g_ptr_array_unref);
}

double
mien_timeline_layout_get_lane (const MienTimelineLayout *self,
                               const MienTimelineView *view,
                               guint i)
{
  return floor (self->lanes_top + i * (self->lane_height + self->lane_gap) - view->scroll);
}

double
mien_timeline_measure (MienDocument *document, const MienTimelineView *view)
{
  MienTimelineLayout layout;
  double height;

  mien_timeline_layout_init (&layout, document, view);
  height = MAX (layout.people->len, 1) * (layout.lane_height + layout.lane_gap);
  mien_timeline_layout_clear (&layout);
  return height;
}

double
mien_timeline_measure_all (MienDocument *document, const MienTimelineView *view)
{
  MienTimelineLayout layout;
  double height;

  mien_timeline_layout_init (&layout, document, view);
  height = layout.axis_height + layout.marks_height + layout.legend_height
           + MAX (layout.people->len, 1) * (layout.lane_height + layout.lane_gap);
  mien_timeline_layout_clear (&layout);
  return height;
}

gboolean
mien_timeline_get_lane (MienDocument *document,
                        const MienTimelineView *view,
                        MienPerson *person,
                        double *y,
                        double *height)
{
  MienTimelineLayout layout;
  guint i;
  gboolean found;

  mien_timeline_layout_init (&layout, document, view);
  found = g_ptr_array_find (layout.people, person, &i);
  if (found)
    {
      *y = mien_timeline_layout_get_lane (&layout, view, i);
      *height = layout.lane_height;
    }
  mien_timeline_layout_clear (&layout);
  return found;
}

void
mien_timeline_view_init (MienTimelineView *self,
                         MienDocument *document,
                         double width,
                         double height)
{
  memset (self, 0, sizeof *self);
  self->width = width;
  self->height = height;
  self->end_ns = MAX (mien_document_get_end (document), 1000000);
  mien_plot_style_init (&self->style);
  self->show_motion = TRUE;
  self->with_legend = TRUE;
}

char *
mien_timeline_format_time (gint64 time_ns, guint decimals)
{
  static const gint64 units[] = { 1000000000, 100000000, 10000000, 1000000 };
  gint64 unit, parts, per_second, seconds;
  g_autofree char *fraction = NULL;

  decimals = MIN (decimals, 3);
  unit = units[decimals];
  per_second = G_GINT64_CONSTANT (1000000000) / unit;
  parts = (ABS (time_ns) + unit / 2) / unit;
  seconds = parts / per_second;
  fraction = decimals == 0 ? g_strdup ("")
                           : g_strdup_printf (".%0*d", (int) decimals, (int) (parts % per_second));
  if (seconds >= 3600)
    return g_strdup_printf ("%s%d:%02d:%02d%s", time_ns < 0 ? "-" : "", (int) (seconds / 3600),
                            (int) (seconds / 60 % 60), (int) (seconds % 60), fraction);
  return g_strdup_printf ("%s%02d:%02d%s", time_ns < 0 ? "-" : "", (int) (seconds / 60),
                          (int) (seconds % 60), fraction);
}

char *
mien_timeline_dup_time (const MienPlotStyle *style, gint64 time_ns, guint decimals)
{
  g_autofree char *text = mien_timeline_format_time (time_ns, decimals);

  return mien_plot_style_dup_number (style, text);
}
