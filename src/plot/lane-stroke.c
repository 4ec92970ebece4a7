/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "plot/lane-canvas.h"
#include "plot/lane.h"

/* In each slice of a column a pen drawn along a curve that has one value everywhere covers one
 * stretch from top to bottom, so the coverage of a pixel is the mean of four differences. */
#define SLICES MIEN_LANE_SLICES
#define MAX_REACH 16             /* slices that half of the pen covers */
#define PAD (MAX_REACH / SLICES) /* columns at both ends that the pen comes from */
#define FLAT 0.6f /* rows that both edges of a column rise or fall together: nobody sees it */
#define N_FINE ((MIEN_LANE_BLOCK + 2 * PAD) * SLICES)
#define N_SLICES (MIEN_LANE_BLOCK * SLICES)

/* Where the pen begins and ends in each slice of the block, rows; begins below its end: nowhere. */
typedef struct
{
  float top[N_SLICES], bottom[N_SLICES];
} Stretches;

/* The value where column @x begins. */
static float
get_edge (const MienLaneCurve *curve, guint x)
{
  if (curve->edges != NULL)
    return curve->edges[x];
  return x > 0 && x < curve->n ? (curve->mean[x - 1] + curve->mean[x]) / 2.0f : NAN;
}

/* The curve in the middle of each slice of column @x. */
static void
follow (const MienLaneCurve *curve, guint x, float values[SLICES])
{
  float mean = curve->mean[x], left = get_edge (curve, x), right = get_edge (curve, x + 1);
  float corners[2];

  left = isnan (left) ? mean : left;
  right = isnan (right) ? mean : right;
  if (curve->edges == NULL)
    {
      values[0] = left + (mean - left) * 0.25f;
      values[1] = left + (mean - left) * 0.75f;
      values[2] = right + (mean - right) * 0.75f;
      values[3] = right + (mean - right) * 0.25f;
      return;
    }
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

/* Takes in what lies @height above and below of each of @n values. */
static void
widen (Stretches *self, const float *values, float height, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      float top = values[i] - height, bottom = values[i] + height;

      /* Neither is true of NaN. */
      self->top[i] = top < self->top[i] ? top : self->top[i];
      self->bottom[i] = bottom > self->bottom[i] ? bottom : self->bottom[i];
    }
}

/* What a round pen covers whose middle follows @middle, @n slices with PAD columns on both sides.
 */
static void
find_stretches (const float middle[N_FINE], float half, guint n, Stretches *out)
{
  const float *from = middle + PAD * SLICES;
  int reach = MIN ((int) (half * SLICES), MAX_REACH - 1);
  float rest = MIN (half * SLICES - (float) reach, 1.0f), ends[2][N_SLICES];

  for (guint i = 0; i < n; i++)
    {
      out->top[i] = INFINITY;
      out->bottom[i] = -INFINITY;
    }
  for (int k = -reach; k <= reach; k++)
    {
      float away = (float) k / SLICES;

      widen (out, from + k, sqrtf (half * half - away * away), n);
    }
  /* The very ends of the pen, between two slices. */
  for (guint i = 0; i < n; i++)
    {
      const float *left = from + i - reach, *right = from + i + reach;

      ends[0][i] = left[0] + (left[-1] - left[0]) * rest;
      ends[1][i] = right[0] + (right[1] - right[0]) * rest;
    }
  widen (out, ends[0], 0.0f, n);
  widen (out, ends[1], 0.0f, n);
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
  mien_lane_canvas_cover (column, first, whole_first, top, bottom, ink);
  if (whole_first < whole_last)
    mien_lane_mix (column, whole_first, whole_last, ink.over, (guint32) (ink.part + 0.5f));
  mien_lane_canvas_cover (column, whole_last, last, top, bottom, ink);
}

void
mien_lane_canvas_stroke (MienLaneCanvas *canvas, const MienLaneCurve *curve)
{
  guint n = canvas->end - canvas->begin, first = canvas->begin - MIN (canvas->begin, PAD);
  guint last = MIN (canvas->end + PAD, curve->n);
  float middle[N_FINE];
  Stretches stretches;

  for (guint i = 0; i < N_FINE; i++)
    middle[i] = NAN;
  for (guint x = first; x < last; x++)
    {
      float *values = middle + (x + PAD - canvas->begin) * SLICES;

      follow (curve, x, values);
      for (guint i = 0; i < SLICES; i++)
        values[i] = (curve->high - values[i]) * curve->scale + curve->half;
    }
  find_stretches (middle, curve->half, n * SLICES, &stretches);
  for (guint x = 0; x < n; x++)
    draw_column (canvas, canvas->begin + x, stretches.top + x * SLICES,
                 stretches.bottom + x * SLICES, curve->ink);
}
