/* One person over a stretch of time, as numbers per pixel column: what every mode of the timeline
 * is drawn from. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

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
  guint8 *presence; /* MienPresence */
  float *block;     /* what the arrays point into */
} MienLane;

void mien_lane_init (MienLane *self, guint n, guint channels);
void mien_lane_clear (MienLane *self);

/* Fills @self with @person between @start_ns and @end_ns. */
void mien_lane_compute (MienLane *self,
                        MienDocument *document,
                        MienPerson *person,
                        gint64 start_ns,
                        gint64 end_ns,
                        gboolean smoothed);

/* The class of the largest mean in column @x; MIEN_CLASS_UNCERTAIN below @threshold. -2: nothing.
 */
int mien_lane_get_dominant (const MienLane *self, guint x, guint n_classes, double threshold);

/* How a lane is drawn: into x, y, width, height logical pixels of @cr. */
typedef struct
{
  cairo_t *cr;
  double x, y, width, height;
  double device_scale;
  const MienTimelineView *view;
  MienDocument *document;
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

/* How fast the face moves, as a curve along the lower edge of the lane, where it was measured. */
void mien_lane_draw_motion (const MienLaneTarget *target, MienPerson *person);

#define MIEN_LANE_RANGE_ALPHA 0.16 /* of the shade behind the mean */

G_END_DECLS
