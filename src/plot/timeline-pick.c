/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <math.h>

#include "plot/timeline-layout.h"

/* The track of @person on the screen at @time_ns. */
static MienTrack *
find_shown (MienDocument *document, MienPerson *person, gint64 time_ns, gssize *sample)
{
  g_autoptr (GPtrArray) tracks = mien_document_dup_person_tracks (document, person);

  for (guint i = 0; i < tracks->len; i++)
    {
      *sample = mien_track_find_shown (tracks->pdata[i], time_ns);
      if (*sample >= 0)
        return tracks->pdata[i];
    }
  return NULL;
}

static double
get_smoothed (MienTrack *track, guint channel, gssize sample)
{
  const float *values = mien_track_get_smoothed (track, channel);

  return values == NULL ? NAN : values[sample];
}

/* Which class is meant @part of the way up the lane (0 at the bottom). */
static int
find_class (MienDocument *document,
            const MienTimelineView *view,
            MienTrack *track,
            gssize sample,
            double part)
{
  guint n_classes = mien_document_get_n_classes (document);
  int best = MIEN_CLASS_UNCERTAIN;
  double nearest = INFINITY, below = 0.0;

  if (view->mode == MIEN_TIMELINE_STRIP)
    return CLAMP ((int) ((1.0 - part) * n_classes), 0, (int) n_classes - 1);
  if (view->mode == MIEN_TIMELINE_BAND || view->mode == MIEN_TIMELINE_CIRCUMPLEX)
    return mien_track_get_emotion (track, (gsize) sample, NULL);
  for (guint c = 0; c < n_classes; c++)
    {
      double value = get_smoothed (track, c, sample);
      double away = fabs (value - part);

      if (view->mode == MIEN_TIMELINE_AREAS)
        away = part >= below && part < below + value ? 0.0 : 1.0;
      else if (view->classes != 0 && (view->classes & (1u << c)) == 0)
        continue;
      below += value;
      if (away < nearest)
        {
          nearest = away;
          best = (int) c;
        }
    }
  return best;
}

static void
pick_lane (MienDocument *document, const MienTimelineView *view, double part, MienTimelineHit *out)
{
  out->track = find_shown (document, out->person, out->time_ns, &out->sample);
  if (out->track == NULL)
    return;
  out->emotion = find_class (document, view, out->track, out->sample, part);
  if (out->emotion >= 0)
    out->value = get_smoothed (out->track, (guint) out->emotion, out->sample);
  else
    mien_track_get_emotion (out->track, (gsize) out->sample, &out->value);
}

static MienMark *
pick_mark (MienDocument *document, const MienTimelineView *view, double x)
{
  GListModel *marks = mien_document_get_marks (document);
  MienMark *found = NULL;
  double slack = 4.0 * view->style.scale;

  for (guint i = 0; i < g_list_model_get_n_items (marks); i++)
    {
      g_autoptr (MienMark) mark = g_list_model_get_item (marks, i);

      /* The last that begins before the point is the one on top. */
      if (mien_timeline_time_to_x (view, mien_mark_get_start (mark)) - slack <= x
          && mien_timeline_time_to_x (view, mien_mark_get_end (mark)) + slack >= x)
        found = mark;
    }
  return found;
}

void
mien_timeline_pick (
    MienDocument *document, const MienTimelineView *view, double x, double y, MienTimelineHit *out)
{
  MienTimelineLayout layout;

  g_return_if_fail (MIEN_IS_DOCUMENT (document) && view != NULL && out != NULL);
  mien_timeline_layout_init (&layout, document, view);
  *out = (MienTimelineHit){
    .area = MIEN_TIMELINE_AREA_NONE,
    .time_ns = mien_timeline_x_to_time (view, CLAMP (x, layout.left, layout.right)),
    .sample = -1,
    .emotion = MIEN_CLASS_UNCERTAIN,
    .value = NAN,
  };
  if (y >= 0.0 && y < layout.axis_height)
    out->area = MIEN_TIMELINE_AREA_AXIS;
  else if (y >= layout.marks_top && y < layout.marks_top + layout.marks_height)
    {
      out->area = MIEN_TIMELINE_AREA_MARKS;
      out->mark = pick_mark (document, view, x);
    }
  for (guint i = 0; i < layout.people->len && y >= layout.lanes_top && y < layout.lanes_bottom; i++)
    {
      double top = mien_timeline_layout_get_lane (&layout, view, i);

      /* The pictures under a lane are the same person's. */
      if (y < top || y >= top + layout.lane_height + view->faces_height)
        continue;
      out->person = layout.people->pdata[i];
      out->area = x < layout.left ? MIEN_TIMELINE_AREA_NAME : MIEN_TIMELINE_AREA_LANE;
      if (out->area == MIEN_TIMELINE_AREA_LANE)
        pick_lane (document, view, 1.0 - (y - top) / layout.lane_height, out);
    }
  mien_timeline_layout_clear (&layout);
}

char *
mien_timeline_hit_to_string (MienDocument *document,
                             const MienPlotStyle *style,
                             const MienTimelineHit *hit)
{
  g_autofree char *time = NULL;

  g_return_val_if_fail (MIEN_IS_DOCUMENT (document) && style != NULL && hit != NULL, NULL);
  time = mien_timeline_dup_time (style, hit->time_ns, 3);
  if (hit->mark != NULL)
    return g_strdup_printf ("%s, %s", mien_mark_get_label (hit->mark), time);
  if (hit->person == NULL)
    return g_steal_pointer (&time);
  if (hit->track == NULL)
    return g_strdup_printf ("%s, %s, %s", mien_plot_style_get_name (style, hit->person), time,
                            mien_plot_style_get_word (style, N_ ("no face")));
  if (isnan (hit->value))
    return g_strdup_printf ("%s, %s, %s", mien_plot_style_get_name (style, hit->person), time,
                            mien_plot_style_get_word (style, N_ ("not measured")));
  return g_strdup_printf (
      "%s, %s, %s %d %%", mien_plot_style_get_name (style, hit->person), time,
      mien_plot_style_get_emotion (
          style, hit->emotion < 0 ? NULL : mien_document_get_classes (document)[hit->emotion].name),
      (int) lround (hit->value * 100.0));
}
