/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "plot/lane.h"
#include "plot/timeline-layout.h"

static void
draw_line (cairo_t *cr,
           const MienTimelineView *view,
           const MienTimelineLayout *layout,
           gint64 time_ns,
           MienColour colour,
           gboolean with_head)
{
  double x = mien_timeline_time_to_x (view, time_ns), scale = view->style.scale;

  if (time_ns < 0 || x < layout->left - 0.5 || x > layout->right + 0.5)
    return;
  x = floor (x);
  mien_palette_set_source (cr, colour);
  cairo_rectangle (cr, x, layout->axis_height - 6 * scale, MAX (1.0, floor (1.5 * scale)),
                   layout->legend_top - layout->axis_height + 6 * scale);
  if (with_head)
    {
      cairo_move_to (cr, x - 5 * scale, layout->axis_height - 8 * scale);
      cairo_line_to (cr, x + 6 * scale, layout->axis_height - 8 * scale);
      cairo_line_to (cr, x + 0.5 * scale, layout->axis_height);
      cairo_close_path (cr);
    }
  cairo_fill (cr);
}

gboolean
mien_timeline_get_line_extents (const MienTimelineView *view,
                                gint64 time_ns,
                                double *x,
                                double *width)
{
  double at, left, right, scale;

  g_return_val_if_fail (view != NULL && x != NULL && width != NULL, FALSE);
  if (time_ns < 0 || view->end_ns <= view->start_ns)
    return FALSE;
  scale = view->style.scale;
  at = mien_timeline_time_to_x (view, time_ns);
  mien_timeline_get_span (view, &left, &right);
  if (at < left - 0.5 || at > right + 0.5)
    return FALSE;
  /* The head is five pixels wide to the left and six to the right. */
  *x = floor (at) - ceil (5 * scale) - 1;
  *width = ceil (5 * scale) + ceil (6 * scale) + 2;
  return TRUE;
}

void
mien_timeline_draw_overlay (cairo_t *cr,
                            MienDocument *document,
                            const MienTimelineView *view,
                            gint64 playhead_ns,
                            gint64 hover_ns,
                            gint64 select_start_ns,
                            gint64 select_end_ns)
{
  MienTimelineLayout layout;
  MienColour hover;

  g_return_if_fail (cr != NULL && MIEN_IS_DOCUMENT (document) && view != NULL);
  if (view->end_ns <= view->start_ns)
    return;
  mien_timeline_layout_init (&layout, document, view);
  cairo_save (cr);
  if (select_start_ns != select_end_ns)
    {
      double begin = mien_timeline_time_to_x (view, MIN (select_start_ns, select_end_ns));
      double end = mien_timeline_time_to_x (view, MAX (select_start_ns, select_end_ns));

      begin = CLAMP (begin, layout.left, layout.right);
      end = CLAMP (end, layout.left, layout.right);
      mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_SELECT, view->style.dark));
      cairo_rectangle (cr, begin, layout.axis_height, end - begin,
                       layout.legend_top - layout.axis_height);
      cairo_fill (cr);
    }
  hover = mien_palette_get_ink (MIEN_INK_DIM, view->style.dark);
  hover.alpha = 0.7;
  draw_line (cr, view, &layout, hover_ns, hover, FALSE);
  draw_line (cr, view, &layout, playhead_ns,
             mien_palette_get_ink (MIEN_INK_ACCENT, view->style.dark), TRUE);
  cairo_restore (cr);
  mien_timeline_layout_clear (&layout);
}

/* One thin row per person, dominant emotions only. */
static void
draw_rows (cairo_t *cr,
           MienDocument *document,
           const MienTimelineView *all,
           double left,
           double width,
           double height)
{
  g_autoptr (MienTimelineScratch) own = NULL;
  MienTimelineScratch *scratch = mien_timeline_ensure_scratch (all, &own);
  MienTimelineLayout layout;
  guint n;

  mien_timeline_layout_init (&layout, document, all);
  n = MIN (layout.people->len, (guint) MAX (1.0, height / 3.0));
  for (guint i = 0; i < n; i++)
    {
      MienLaneTarget target = {
        .cr = cr,
        .x = left,
        .y = floor (height * i / n),
        .width = width,
        .height = floor (height * (i + 1) / n) - floor (height * i / n) - (n > 1 ? 1 : 0),
        .device_scale = 1.0,
        .view = all,
        .document = document,
        .scratch = scratch,
      };

      mien_lane_reset (&scratch->lane, (guint) MAX (1.0, width),
                       (1u << mien_document_get_n_classes (document)) - 1);
      mien_lane_compute (&scratch->lane, document, layout.people->pdata[i], all->start_ns,
                         all->end_ns, TRUE);
      mien_lane_draw (&target, &scratch->lane, NULL);
    }
  mien_timeline_layout_clear (&layout);
}

/* @view over the whole film. */
static void
init_whole (MienTimelineView *all,
            MienDocument *document,
            const MienTimelineView *view,
            double width)
{
  *all = *view;
  all->width = width;
  all->start_ns = 0;
  all->end_ns = MAX (mien_document_get_end (document), 1);
  all->mode = MIEN_TIMELINE_BAND;
}

void
mien_timeline_draw_scrubber_film (
    cairo_t *cr, MienDocument *document, const MienTimelineView *view, double width, double height)
{
  MienTimelineView all;
  double left, right;

  g_return_if_fail (cr != NULL && MIEN_IS_DOCUMENT (document) && view != NULL);
  init_whole (&all, document, view, width);
  mien_timeline_get_span (&all, &left, &right);
  cairo_save (cr);
  mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_GROUND, view->style.dark));
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_fill (cr);
  draw_rows (cr, document, &all, left, right - left, height);
  cairo_restore (cr);
}

void
mien_timeline_draw_scrubber_window (cairo_t *cr,
                                    MienDocument *document,
                                    const MienTimelineView *view,
                                    double width,
                                    double height,
                                    gint64 playhead_ns)
{
  MienTimelineView all;
  double left, right, from, to;
  MienColour veil;

  g_return_if_fail (cr != NULL && MIEN_IS_DOCUMENT (document) && view != NULL);
  init_whole (&all, document, view, width);
  mien_timeline_get_span (&all, &left, &right);
  cairo_save (cr);
  from = CLAMP (mien_timeline_time_to_x (&all, view->start_ns), left, right);
  to = CLAMP (mien_timeline_time_to_x (&all, view->end_ns), left, right);
  to = MAX (to, from + 3.0);
  /* What is outside the window pales. */
  veil = mien_palette_get_ink (MIEN_INK_GROUND, view->style.dark);
  veil.alpha = 0.6;
  mien_palette_set_source (cr, veil);
  cairo_rectangle (cr, left, 0, from - left, height);
  cairo_rectangle (cr, to, 0, MAX (right - to, 0.0), height);
  cairo_fill (cr);
  mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_TEXT, view->style.dark));
  cairo_set_line_width (cr, 1.5);
  cairo_rectangle (cr, from + 0.75, 0.75, MAX (to - from - 1.5, 1.0), height - 1.5);
  cairo_stroke (cr);
  if (playhead_ns >= 0)
    {
      mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_ACCENT, view->style.dark));
      cairo_rectangle (cr, floor (mien_timeline_time_to_x (&all, playhead_ns)), 0, 2, height);
      cairo_fill (cr);
    }
  cairo_restore (cr);
}

void
mien_timeline_draw_scrubber (cairo_t *cr,
                             MienDocument *document,
                             const MienTimelineView *view,
                             double width,
                             double height,
                             gint64 playhead_ns)
{
  mien_timeline_draw_scrubber_film (cr, document, view, width, height);
  mien_timeline_draw_scrubber_window (cr, document, view, width, height, playhead_ns);
}
