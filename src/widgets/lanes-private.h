/* What the parts of the timeline widget share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "widgets/canvas.h"
#include "widgets/lane-faces.h"
#include "widgets/lanes.h"

G_BEGIN_DECLS

typedef enum
{
  MIEN_DRAG_NONE,
  MIEN_DRAG_SCRUB,  /* the playhead follows the pointer */
  MIEN_DRAG_SELECT, /* a range grows from where the button went down */
  MIEN_DRAG_OUT,    /* the selected range is taken out of the window */
} MienDrag;

struct _MienLanes
{
  GtkWidget parent_instance;

  MienSession *session;
  MienTimelineScratch *scratch;
  MienCanvas *canvas;
  GskRenderNode *lanes_node; /* the lanes as last drawn, NULL when they have to be again */
  MienLaneFaces *faces;      /* NULL without a session */
  GskRenderNode *faces_node; /* the pictures as last drawn, NULL when they have to be again */
  gboolean show_faces;
  guint faces_source;            /* pictures will be asked for */
  gint64 faces_start, faces_end; /* the view when that was settled: one that moves waits */
  double scroll;                 /* pixels that the lanes are moved up by */
  gboolean show_raw, show_motion;
  char *readout;
  gint64 told_ns; /* the playhead when the accessible value was last updated, */
  char *told;     /* and what was told then */

  MienDrag drag;
  double drag_x, drag_y; /* where the button went down */
  gint64 drag_start_ns;
  double pinch_start; /* length of the view when a pinch began, ns */
  double pointer_x;   /* where a wheel turn zooms */
};

MienDocument *mien_lanes_get_document (MienLanes *self);
void mien_lanes_scroll (MienLanes *self, double delta);
void mien_lanes_set_readout (MienLanes *self, const char *text);
/* Of the playhead. */
void mien_lanes_update_readout (MienLanes *self);
void mien_lanes_emit_mark_activated (MienLanes *self, MienMark *mark);

/* lanes-faces.c */
/* How much room a lane's pictures need below it; 0 where lanes are too low for any. */
double mien_lanes_get_faces_height (MienLanes *self, const MienTimelineView *view);
void mien_lanes_append_faces (MienLanes *self, GtkSnapshot *snapshot, const MienTimelineView *view);
/* Follows the session, or nobody. */
void mien_lanes_attach_faces (MienLanes *self, MienSession *session);
/* Something else is seen now. */
void mien_lanes_queue_faces (MienLanes *self);
/* Have them drawn again. */
void mien_lanes_invalidate_faces (MienLanes *self);

/* lanes-input.c */
void mien_lanes_add_controllers (MienLanes *self);

G_END_DECLS
