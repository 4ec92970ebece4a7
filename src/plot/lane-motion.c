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

/* The largest motion of each column. TRUE when there is any. */
static gboolean
fill_columns (const MienLaneTarget *target, MienTrack *track, float *most, guint n)
{
  const MienTimelineView *view = target->view;
  const float *values = mien_track_get_column (track, MIEN_COLUMN_FLOW);
  const gint64 *times = mien_track_get_times (track);
  gsize length = mien_track_get_length (track);
  double per_column = (double) (view->end_ns - view->start_ns) / n;
  gboolean any = FALSE;

  if (values == NULL)
    return FALSE;
  for (gsize i = mien_track_find_time (track, view->start_ns);
       i < length && times[i] < view->end_ns; i++)
    {
      guint x = (guint) ((double) (times[i] - view->start_ns) / per_column);

      if (isnan (values[i]) || x >= n)
        continue;
      most[x] = isnan (most[x]) ? values[i] : MAX (most[x], values[i]);
      any = TRUE;
    }
  return any;
}

/* A path over the columns that have a value, from the ground and back to it where there are none
 * for longer than @gap columns. */
static void
add_area (cairo_t *cr, const float *most, guint n, double gap, double height, gboolean closed)
{
  double scale = height * PART / FULL;
  int last = -1;

  for (guint x = 0; x < n; x++)
    {
      double top = height - MIN (most[x], FULL) * scale;

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

/* The name of the curve, above its end. */
static void
draw_name (const MienLaneTarget *target, const float *most, guint n)
{
  const MienLabelStyle label = { .align_x = 1, .align_y = 1, .size = 7.5 };
  MienColour ink = mien_palette_get_ink (MIEN_INK_DIM, target->view->style.dark);
  double scale = target->view->style.scale;

  while (n > 0 && isnan (most[n - 1]))
    n--;
  if (n < LABEL_WIDTH * scale || target->height < LABEL_HEIGHT * scale)
    return;
  mien_palette_set_source (target->cr, ink);
  mien_label_draw (target->cr, &target->view->style, &label, target->x + n - 3 * scale,
                   target->y + target->height * (1 - PART),
                   mien_plot_style_get_word (&target->view->style, N_ ("motion")));
}

void
mien_lane_draw_motion (const MienLaneTarget *target, MienPerson *person)
{
  const MienTimelineView *view = target->view;
  g_autoptr (GPtrArray) tracks = mien_document_dup_person_tracks (target->document, person);
  guint n = (guint) MAX (1.0, floor (target->width));
  g_autofree float *most = g_new (float, n);
  MienColour ink = mien_palette_get_ink (MIEN_INK_TEXT, view->style.dark);
  double gap = MAX (1.5, (double) mien_document_get_gap_limit (target->document)
                             / ((double) (view->end_ns - view->start_ns) / n));
  gboolean any = FALSE;

  for (guint x = 0; x < n; x++)
    most[x] = NAN;
  for (guint t = 0; t < tracks->len; t++)
    any |= fill_columns (target, tracks->pdata[t], most, n);
  if (!any)
    return;
  cairo_save (target->cr);
  cairo_translate (target->cr, target->x, target->y);
  cairo_rectangle (target->cr, 0, 0, target->width, target->height);
  cairo_clip (target->cr);
  ink.alpha = 0.16;
  mien_palette_set_source (target->cr, ink);
  add_area (target->cr, most, n, gap, target->height, TRUE);
  cairo_fill (target->cr);
  ink.alpha = 0.7;
  mien_palette_set_source (target->cr, ink);
  cairo_set_line_width (target->cr, view->style.scale);
  cairo_set_line_join (target->cr, CAIRO_LINE_JOIN_ROUND);
  add_area (target->cr, most, n, gap, target->height, FALSE);
  cairo_stroke (target->cr);
  cairo_restore (target->cr);
  draw_name (target, most, n);
}
