/* The timeline: a lane per person, playhead, selection, marks. Click to seek, drag to select, wheel
 * and touchpad to zoom and move; every one of these by keyboard too.
 *
 * Keys, while it has the focus: Tab and Shift+Tab walk through the lanes before they leave it, Up
 * and Down choose a lane, Page Up and Page Down move by a page. The rest (Space, arrows, `,` `.`,
 * `+` `-` F, M, [ ], E) are actions of the window and hold without the focus as well.
 *
 * CSS node: `lanes`. Accessible role: slider over the film's seconds; the value text tells time,
 * person, emotion and value at the playhead.
 *
 * A selected range can be dragged out of it: its values come as a table, as text or as a file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "widgets/session.h"

G_BEGIN_DECLS

#define MIEN_TYPE_LANES (mien_lanes_get_type ())
G_DECLARE_FINAL_TYPE (MienLanes, mien_lanes, MIEN, LANES, GtkWidget)

/* Properties: session; show-raw (unsmoothed values beside the smoothed ones);
 * show-motion (how fast faces move, where it was measured, TRUE at first); show-faces (pictures
 * of the faces under each lane that has room for them, TRUE at first); readout (what lies
 * under the pointer, else under the playhead, for people); all notified.
 * Signal "mark-activated" (MienMark *): a double click on a mark. */
GtkWidget *mien_lanes_new (void) G_GNUC_WARN_UNUSED_RESULT;

void mien_lanes_set_session (MienLanes *self, MienSession *session);
MienSession *mien_lanes_get_session (MienLanes *self);
void mien_lanes_set_show_raw (MienLanes *self, gboolean show_raw);
gboolean mien_lanes_get_show_raw (MienLanes *self);
void mien_lanes_set_show_motion (MienLanes *self, gboolean show_motion);
gboolean mien_lanes_get_show_motion (MienLanes *self);
void mien_lanes_set_show_faces (MienLanes *self, gboolean show_faces);
gboolean mien_lanes_get_show_faces (MienLanes *self);
const char *mien_lanes_get_readout (MienLanes *self); /* never NULL */

/* A picture of the timeline as it is shown, with the colours' names below; NULL without a document.
 */
GdkTexture *mien_lanes_dup_picture (MienLanes *self) G_GNUC_WARN_UNUSED_RESULT;

/* How many pictures of faces are still to come; 0 when all that are seen are there. */
guint mien_lanes_get_n_wanted_faces (MienLanes *self);

/* What the plot room draws now; for tests and for copies of the picture. */
void mien_lanes_get_plot_view (MienLanes *self, MienTimelineView *out);

G_END_DECLS
