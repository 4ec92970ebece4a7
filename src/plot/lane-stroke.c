/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "plot/lane-canvas.h"
#include "plot/lane.h"

/* In each slice of a column a pen drawn along a curve that has one value everywhere covers one
 * stretch from top to bottom, so the coverage of a pixel is the mean of four differences. */
#define SLICES MIEN_LANE_SLICES
#define PAD (MIEN_LANE_REACH / SLICES) /* columns at both ends that the pen comes from */
#define FLAT 0.6f /* rows that both edges of a column rise or fall together: nobody sees it */
#define N_FINE ((MIEN_LANE_BLOCK + 2 * PAD + 1) * SLICES)
#define N_SLICES ((MIEN_LANE_BLOCK + 1) * SLICES)

/* The curve in the middle of each slice of columns @begin to @end, from middle to middle. */
static void
follow_means (const MienLaneCurve *curve, guint begin, guint end, float *values)
{
  float left = begin > 0 ? curve->mean[begin - 1] : NAN, mean = curve->mean[begin];

  for (guint x = begin; x < end; x++, values += SLICES)
    {
      float right = x + 1 < curve->n ? curve->mean[x + 1] : NAN;
      float to_left = isnan (left) ? 0.0f : (left - mean) * 0.125f;
      float to_right = isnan (right) ? 0.0f : (right - mean) * 0.125f;

      values[0] = mean + to_left * 3.0f;
      values[1] = mean + to_left;
      values[2] = mean + to_right;
      values[3] = mean + to_right * 3.0f;
      left = mean;
      mean = right;
    }
}

/* The same of column @x, from one edge to the other. */
static void
follow_edges (const MienLaneCurve *curve, guint x, float values[SLICES])
{
  float mean = curve->mean[x], left = curve->edges[x], right = curve->edges[x + 1];
  float corners[2];

  left = isnan (left) ? mean : left;
  right = isnan (right) ? mean : right;
  switch (mien_lane_find_corners (left, right, curve->least[x], curve->largest[x], corners))
    {
    case 0:
      corners[0] = left + (right - left) * 0.375f;
      corners[1] = left + (right - left) * 0.625f;
      break;
    case 1:
      corners[1] = corners[0];
      break;
    default:
      break;
    }
  values[0] = left + (corners[0] - left) / 3.0f;
  values[1] = corners[0];
  values[2] = corners[1];
  values[3] = right + (corners[1] - right) / 3.0f;
}

static void
draw_column (MienLaneCanvas *canvas,
             guint x,
             const float top[SLICES],
             const float bottom[SLICES],
             MienLaneInk ink)
{
  guint32 *column = canvas->pixels + (gsize) (x - canvas->begin) * canvas->height;
  float height = (float) canvas->height;
  float begin = INFINITY, end = -INFINITY, whole_begin = 0.0f, whole_end = height;
  int first, last, whole_first, whole_last;

  for (guint i = 0; i < SLICES; i++)
    {
      begin = MIN (begin, top[i]);
      end = MAX (end, bottom[i]);
      whole_begin = MAX (whole_begin, top[i]);
      whole_end = MIN (whole_end, bottom[i]);
    }
  if (whole_begin - begin + end - whole_end < FLAT)
    {
      mien_lane_canvas_fill (canvas, x, (begin + whole_begin) * 0.5f, (end + whole_end) * 0.5f,
                             ink);
      return;
    }
  begin = MAX (begin, 0.0f);
  end = MIN (end, height);
  if (!(begin < end))
    return;
  first = (int) begin;
  last = (int) ceilf (end);
  whole_first = whole_begin < whole_end ? (int) ceilf (whole_begin) : last;
  whole_last = whole_begin < whole_end ? (int) whole_end : last;
  if (whole_last - whole_first < 4)
    whole_first = whole_last = last;
  canvas->rows->cover (column, first, whole_first, top, bottom, ink.over, ink.part);
  if (whole_first == whole_last)
    return;
  canvas->rows->mix (column, whole_first, whole_last, ink.over, (guint32) (ink.part + 0.5f));
  canvas->rows->cover (column, whole_last, last, top, bottom, ink.over, ink.part);
}

void
mien_lane_canvas_stroke (MienLaneCanvas *canvas, const MienLaneCurve *curve)
{
  guint n = canvas->end - canvas->begin, first = canvas->begin - MIN (canvas->begin, PAD);
  guint last = MIN (canvas->end + PAD, curve->n);
  float middle[N_FINE], top[N_SLICES], bottom[N_SLICES];

  for (guint i = 0; i < N_FINE; i++)
    middle[i] = NAN;
  if (curve->edges == NULL)
    follow_means (curve, first, last, middle + (first + PAD - canvas->begin) * SLICES);
  else
    for (guint x = first; x < last; x++)
      follow_edges (curve, x, middle + (x + PAD - canvas->begin) * SLICES);
  for (guint i = 0; i < N_FINE; i++)
    middle[i] = (curve->high - middle[i]) * curve->scale + curve->half;
  canvas->rows->find_stretches (middle + PAD * SLICES, curve->half, n * SLICES, top, bottom);
  for (guint x = 0; x < n; x++)
    draw_column (canvas, canvas->begin + x, top + x * SLICES, bottom + x * SLICES, curve->ink);
}
