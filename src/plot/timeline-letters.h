/* Letters that tell emotions apart where colours do not suffice. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plot/lane.h"

G_BEGIN_DECLS

/* Letter and colour of class @emotion; MIEN_CLASS_UNCERTAIN is one too. */
const char *
mien_timeline_get_letter (MienDocument *document, const MienTimelineView *view, int emotion);
MienColour
mien_timeline_get_class_colour (MienDocument *document, const MienTimelineView *view, int emotion);

/* One letter around x, y, in the font and colour that @cr has. */
void mien_timeline_draw_letter (
    cairo_t *cr, const MienTimelineView *view, double x, double y, const char *letter);

/* Those of a whole lane, where its mode has room for them. */
void mien_timeline_draw_letters (const MienLaneTarget *target, const MienLane *lane);

G_END_DECLS
