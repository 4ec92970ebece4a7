/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "plot/lane.h"

/* Part of the lane's height that full motion takes, and what full motion is: percent of the face's
 * width a second. Faces that talk and laugh reach about half of it. */
#define PART 0.3
#define FULL 60.0f
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
