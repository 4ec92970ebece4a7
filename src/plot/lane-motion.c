/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gi18n.h>
#include <math.h>

#include "plot/label.h"
#include "plot/lane.h"

/* Part of the lane's height that full motion takes, and what full motion is: percent of the face's
 * width a second. Faces that talk and laugh reach about half of it. */
#define PART 0.3
#define FULL 60.0f
/* Least width and height of a lane that has room for the name of the curve. */
#define LABEL_WIDTH 240.0
#define LABEL_HEIGHT 40.0
/* Faces of a track that are asked whether motion was measured: it is known from the second on. */
#define ASKED 16

gboolean
mien_timeline_has_motion (MienDocument *document)
{
  GListModel *tracks = mien_document_get_tracks (document);

  for (guint t = 0; t < g_list_model_get_n_items (tracks); t++)
    {
      g_autoptr (MienTrack) track = g_list_model_get_item (tracks, t);
      const float *values = mien_track_get_column (track, MIEN_COLUMN_FLOW);
      gsize n = MIN (mien_track_get_length (track), ASKED);

      for (gsize i = 0; values != NULL && i < n; i++)
        if (!isnan (values[i]))
          return TRUE;
    }
  return FALSE;
}

double
mien_lane_get_motion_height (float motion, double height)
{
  return MIN (motion, FULL) * height * PART / FULL;
}

double
mien_lane_get_motion_gap (const MienLaneTarget *target, const MienLane *lane)
{
  const MienTimelineView *view = target->view;

  return MAX (1.5, (double) mien_document_get_gap_limit (target->document)
                       / ((double) (view->end_ns - view->start_ns) / lane->n));
}

/* A path over the columns that have a value, from the ground and back to it where there are none
 * for longer than @gap columns. */
static void
add_area (cairo_t *cr, const float *most, guint n, double gap, double height, gboolean closed)
{
  int last = -1;

  for (guint x = 0; x < n; x++)
    {
      double top = height - mien_lane_get_motion_height (most[x], height);

      if (isnan (most[x]))
        continue;
      if (last < 0 || x - (guint) last > gap)
        {
          if (closed && last >= 0)
            cairo_line_to (cr, last + 0.5, height);
          cairo_move_to (cr, x + 0.5, closed ? height : top);
        }
      cairo_line_to (cr, x + 0.5, top);
      last = (int) x;
    }
  if (closed && last >= 0)
    cairo_line_to (cr, last + 0.5, height);
}

void
mien_lane_draw_motion_name (const MienLaneTarget *target, const MienLane *lane)
{
  const MienLabelStyle label = { .align_x = 1, .align_y = 0.5, .size = 7.5 };
  const MienPlotStyle *style = &target->view->style;
  const char *name = mien_plot_style_get_word (style, N_ ("motion"));
  MienColour ink = mien_palette_get_ink (MIEN_INK_TEXT, style->dark);
  MienColour patch = mien_palette_get_ink (MIEN_INK_LANE, style->dark);
  double scale = style->scale, end, x, y, width;
  guint n = lane->n;

  while (n > 0 && isnan (lane->motion[n - 1]))
    n--;
  end = n * target->width / MAX (lane->n, 1);
  if (n == 0 || end < LABEL_WIDTH * scale || target->height < LABEL_HEIGHT * scale)
    return;
  /* Above its end, on a patch of the ground: any colour may lie there. */
  x = target->x + end - 5 * scale;
  y = target->y + target->height * (1 - PART) - 8 * scale;
  width = mien_label_measure (target->cr, style, &label, name);
  patch.alpha = 0.8;
  mien_palette_set_source (target->cr, patch);
  cairo_rectangle (target->cr, x - width - 3 * scale, y - 7 * scale, width + 6 * scale, 14 * scale);
  cairo_fill (target->cr);
  mien_palette_set_source (target->cr, ink);
  mien_label_draw (target->cr, style, &label, x, y, name);
}

void
mien_lane_draw_motion_paths (const MienLaneTarget *target, const MienLane *lane)
{
  MienColour ink = mien_palette_get_ink (MIEN_INK_TEXT, target->view->style.dark);
  double gap = mien_lane_get_motion_gap (target, lane);

  if (!lane->moves)
    return;
  ink.alpha = MIEN_LANE_MOTION_AREA;
  mien_palette_set_source (target->cr, ink);
  add_area (target->cr, lane->motion, lane->n, gap, target->height, TRUE);
  cairo_fill (target->cr);
  ink.alpha = MIEN_LANE_MOTION_LINE;
  mien_palette_set_source (target->cr, ink);
  cairo_set_line_width (target->cr, target->view->style.scale);
  cairo_set_line_join (target->cr, CAIRO_LINE_JOIN_ROUND);
  add_area (target->cr, lane->motion, lane->n, gap, target->height, FALSE);
  cairo_stroke (target->cr);
}
