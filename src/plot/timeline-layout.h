/* Where the parts of a timeline lie. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plot/timeline-plot.h"

G_BEGIN_DECLS

typedef struct
{
  double left, right; /* of the lanes */
  double axis_height;
  double lanes_top, lanes_bottom; /* what is between is clipped */
  double lane_height, lane_gap;   /* the gap has what the view keeps free for faces in it */
  double marks_top, marks_height; /* height 0: there are none */
  double legend_top, legend_height;
  GPtrArray *people; /* those with a lane, borrowed elements */
} MienTimelineLayout;

void mien_timeline_layout_init (MienTimelineLayout *self,
                                MienDocument *document,
                                const MienTimelineView *view);
void mien_timeline_layout_clear (MienTimelineLayout *self);

/* Upper edge of lane @i, scrolling counted. */
double mien_timeline_layout_get_lane (const MienTimelineLayout *self,
                                      const MienTimelineView *view,
                                      guint i);

G_END_DECLS
