/* Everything about time under the picture: mode, read-out, zoom, scrubber, lanes, legend.
 *
 * CSS node: `timelinepane`. Accessible role: group.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "widgets/lanes.h"
#include "widgets/session.h"

G_BEGIN_DECLS

#define MIEN_TYPE_TIMELINE_PANE (mien_timeline_pane_get_type ())
G_DECLARE_FINAL_TYPE (MienTimelinePane, mien_timeline_pane, MIEN, TIMELINE_PANE, GtkWidget)

GtkWidget *mien_timeline_pane_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* A reference is kept. */
void mien_timeline_pane_set_session (MienTimelinePane *self, MienSession *session);
MienLanes *mien_timeline_pane_get_lanes (MienTimelinePane *self); /* borrowed */

/* Words over empty lanes ("Looking for faces…"); NULL or "" for none. */
void mien_timeline_pane_set_state (MienTimelinePane *self, const char *text);

/* A narrow window: read-out and zoom on a line of their own, no faces along the lanes. */
void mien_timeline_pane_set_folded (MienTimelinePane *self, gboolean folded);

/* Full screen: the scrubber alone. */
void mien_timeline_pane_set_compact (MienTimelinePane *self, gboolean compact);

G_END_DECLS
