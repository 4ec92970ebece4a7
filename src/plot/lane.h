/* One person over a stretch of time, as numbers per pixel column: what every mode of the timeline
 * is drawn from. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plot/label.h"
#include "plot/timeline-plot.h"

G_BEGIN_DECLS

typedef enum
{
  MIEN_PRESENCE_ABSENT = 0, /* analysed, but the face is not there */
  MIEN_PRESENCE_SHOWN,
  MIEN_PRESENCE_WEAK, /* low quality only */
  MIEN_PRESENCE_EXCLUDED,
  MIEN_PRESENCE_UNKNOWN, /* not analysed */
} MienPresence;

typedef struct
{
  guint n;        /* columns */
  guint channels; /* bits of those that are filled */
  gboolean dense; /* columns hold many samples: the range is a pale shade, the mean the curve */
  float *least[MIEN_N_CHANNELS]; /* of the curve within the column, ends included; NaN: none */
  float *largest[MIEN_N_CHANNELS];
  float *mean[MIEN_N_CHANNELS];
  float *edges[MIEN_N_CHANNELS]; /* [n + 1] where columns begin, the last one's end too; NaN: no
                                  * curve there, or columns of very many samples */
  float *motion;    /* the largest within the column, percent of the face's width a second */
  gboolean moves;   /* there is any */
  guint8 *presence; /* MienPresence */
  /* What the arrays lie in, and what they are worked out with. It stays from one picture to the
   * next: memory that is given back after each has to be had from the kernel again, page by page.
   */
  guint room; /* columns that there is memory for */
  float *block;
  gsize *bounds;          /* [room + 1] */
  MienSummary *summaries; /* [room][MIEN_N_CHANNELS] */
} MienLane;

#define MIEN_LANE_MOTION (1u << MIEN_N_CHANNELS) /* bit of what faces move, beside the channels */

/* @n empty columns. The second of these goes for a lane that was used before as well, and keeps its
 * memory when it is enough; { 0 } is a lane that was not. */
void mien_lane_init (MienLane *self, guint n, guint channels);
void mien_lane_reset (MienLane *self, guint n, guint channels);
void mien_lane_clear (MienLane *self);

/* Fills @self with @person between @start_ns and @end_ns. */
void mien_lane_compute (MienLane *self,
                        MienDocument *document,
                        MienPerson *person,
                        gint64 start_ns,
                        gint64 end_ns,
                        gboolean smoothed);

/* Where a curve turns within a column, between the values at its edges: none to two values in
 * @corners. */
guint
mien_lane_find_corners (float left, float right, float least, float largest, float corners[2]);

/* When column @x begins. */
gint64 mien_lane_get_column_time (gint64 start_ns, double ns_per_column, guint x);
/* The first sample of @track at or after the beginning of each of @n columns and the end of the
 * last one into @bounds[n + 1], rounded down to a multiple of @grain but for the end of the track.
 */
void mien_lane_find_bounds (
    MienTrack *track, gint64 start_ns, double ns_per_column, guint n, gsize grain, gsize *bounds);

/* The class of the largest mean in column @x; MIEN_CLASS_UNCERTAIN below @threshold. -2: nothing.
 */
int mien_lane_get_dominant (const MienLane *self, guint x, guint n_classes, double threshold);

/* Whatever drawing works in, kept from one picture to the next. */
struct _MienTimelineScratch
{
  MienLane lane, raw;
  guint32 *pixels; /* of one lane's picture */
  gsize n_pixels;
  MienLabels *labels;
};

/* That of @view, or else a new one, which is stored in @own too. */
MienTimelineScratch *
mien_timeline_ensure_scratch (const MienTimelineView *view, MienTimelineScratch **own);

/* How a lane is drawn: into x, y, width, height logical pixels of @cr. */
typedef struct
{
  cairo_t *cr;
  double x, y, width, height;
  double device_scale;
  const MienTimelineView *view;
  MienDocument *document;
  MienTimelineScratch *scratch;
} MienLaneTarget;

/* Whether the target of @cr is SVG, PDF or the like. */
gboolean mien_lane_keeps_shapes (cairo_t *cr);
/* The one of the two below that fits the target. */
void mien_lane_draw (const MienLaneTarget *target, const MienLane *lane, const MienLane *raw);

/* Pixels for screens and PNG, paths for SVG and PDF: the same numbers. @raw may be NULL. */
void
mien_lane_draw_pixels (const MienLaneTarget *target, const MienLane *lane, const MienLane *raw);
void mien_lane_draw_paths (const MienLaneTarget *target, const MienLane *lane, const MienLane *raw);

/* The path of one curve, or of its mean alone, into @cr; how many vertices it has. */
guint mien_lane_add_curve (
    cairo_t *cr, const MienLane *lane, guint channel, double low, double high, double height);
guint mien_lane_add_mean (
    cairo_t *cr, const MienLane *lane, guint channel, double low, double high, double height);

/* The path of one class's areas in the stack into @cr, at most four vertices per column; how many
 * it has. */
guint
mien_lane_add_area (cairo_t *cr, const MienLane *lane, guint c, guint n_classes, double height);

/* How fast the face moves, as a curve along the lower edge of the lane, where it was measured: its
 * paths, and its height over that edge for a lane of @height. */
void mien_lane_draw_motion_paths (const MienLaneTarget *target, const MienLane *lane);
double mien_lane_get_motion_height (float motion, double height);
/* Over how many columns without a value the curve goes on. */
double mien_lane_get_motion_gap (const MienLaneTarget *target, const MienLane *lane);

#define MIEN_LANE_MOTION_AREA 0.16 /* of the ink below the curve, */
#define MIEN_LANE_MOTION_LINE 0.7  /* and of the curve itself */

/* Where columns hold many samples: what is drawn of a curve. With raw values beside them the range
 * is theirs and the mean that of the smoothed ones. */
typedef enum
{
  MIEN_LANE_RANGE = 1,
  MIEN_LANE_MEAN = 2,
  MIEN_LANE_ALL = 3,
} MienLaneParts;

#define MIEN_LANE_RANGE_ALPHA 0.16 /* of the shade behind the mean */
#define MIEN_LANE_RAW_ALPHA 0.35   /* of the line of raw values */

G_END_DECLS
