/* Some columns of a picture of a lane and what is laid on them. Private to the room.
 *
 * Stroking thousands of line segments takes cairo tens of milliseconds; how far a curve covers a
 * column is a few numbers. The picture lies on its side while it is drawn, so that a column is one
 * stretch of memory.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plot/lane-rows.h"
#include "plot/palette.h"

G_BEGIN_DECLS

/* Columns of a lane's picture that are drawn together, from the ground to the last stripe: they
 * stay in the first cache. */
#define MIEN_LANE_BLOCK 32

typedef struct
{
  guint begin, end, height; /* columns begin..end of the lane, MIEN_LANE_BLOCK of them at most */
  guint32 *pixels;          /* [end - begin][height], and MIEN_LANE_SPARE more */
  const MienLaneRows *rows;
} MienLaneCanvas;

/* A colour as it is laid over pixels, and how much of 256 it takes there. */
typedef struct
{
  guint32 over;
  float part;
} MienLaneInk;

MienLaneInk mien_lane_ink (MienColour colour);

/* Rows @top to @bottom of column @x, edges in part. */
void
mien_lane_canvas_fill (MienLaneCanvas *canvas, guint x, float top, float bottom, MienLaneInk ink);

/* A curve over the @n columns of a lane: its middle and how it is stroked. */
typedef struct
{
  guint n;
  const float *mean;  /* [n] value in the middle of each column; NaN: no curve there */
  const float *edges; /* [n + 1] value where each column begins; NULL: half way between the means */
  const float *least, *largest; /* [n] of the curve within each column, with @edges */
  float high;                   /* value whose line touches row 0 */
  float scale;                  /* rows a unit of value */
  float half;                   /* thickness in pixels, halved */
  MienLaneInk ink;
} MienLaneCurve;

/* Strokes @curve with a round pen, edges smooth in both directions. */
void mien_lane_canvas_stroke (MienLaneCanvas *canvas, const MienLaneCurve *curve);

/* Puts the columns of @canvas upright into @out, whose rows are @stride pixels long. */
void mien_lane_canvas_stand_up (const MienLaneCanvas *canvas, guint32 *out, gsize stride);

G_END_DECLS
