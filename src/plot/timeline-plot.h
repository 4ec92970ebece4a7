/* The timeline: one lane per person over a stretch of time, and what lies under the pointer.
 *
 * Plain functions of a document and a view; nothing is kept but what the document caches and memory
 * to work in, so the same call draws on the screen, into PNG, SVG and PDF. The document's thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plot/palette.h"
#include "timeline/document.h"

G_BEGIN_DECLS

typedef enum
{
  MIEN_TIMELINE_LINES, /* one line per emotion; where a column holds many samples, their range */
  MIEN_TIMELINE_AREAS, /* stacked means */
  MIEN_TIMELINE_STRIP, /* one row per emotion, the darker the likelier */
  MIEN_TIMELINE_BAND,  /* the dominant emotion's colour and letter */
  MIEN_TIMELINE_CIRCUMPLEX, /* valence and arousal */
  MIEN_TIMELINE_N_MODES,
} MienTimelineMode;

const char *mien_timeline_mode_get_name (MienTimelineMode mode); /* "lines", "areas", ... */

/* The colour of MIEN_CHANNEL_VALENCE or MIEN_CHANNEL_AROUSAL where they are drawn as lines. */
MienColour mien_timeline_get_axis_colour (guint channel, gboolean dark);

/* Memory that drawing works in. Who draws the same view again and again keeps one between the
 * pictures, which saves asking the kernel for megabytes each time. One thread at a time. */
typedef struct _MienTimelineScratch MienTimelineScratch;

MienTimelineScratch *mien_timeline_scratch_new (void) G_GNUC_WARN_UNUSED_RESULT;
void mien_timeline_scratch_free (MienTimelineScratch *self); /* NULL does nothing */

/* What to draw. Lengths in logical pixels. */
typedef struct
{
  double width, height;    /* of the whole drawing */
  gint64 start_ns, end_ns; /* the stretch shown between the left and right edge of the lanes */
  MienTimelineMode mode;
  MienPlotStyle style;
  guint classes; /* bit per class to draw; 0 draws all (areas and strip always do) */
  gboolean
      show_raw; /* unsmoothed values beside the smoothed ones: a thin pale line, or their range */
  gboolean show_motion; /* how fast faces move, where it was measured, at the foot of the lanes */
  gboolean with_legend; /* emotion colours below, and why there is nobody; the window has its own */
  double scroll;        /* pixels that the lanes are moved up by when they do not all fit */
  double lane_height;   /* 0: share the height, at least MIEN_TIMELINE_LANE_MIN each */
  double faces_height;  /* kept free under each lane, for pictures of faces; 0 in exports */
  guint selected_person;        /* lane drawn stronger; 0 none */
  double device_scale;          /* device pixels per logical one; 0: as the target surface says */
  MienTimelineScratch *scratch; /* borrowed; NULL: memory of its own for each picture */
} MienTimelineView;

/* Times style.scale; the second where each emotion has a row. */
#define MIEN_TIMELINE_LANE_MIN 36.0
#define MIEN_TIMELINE_STRIP_MIN 45.0

/* Whether motion was measured in @document: the first faces of a track tell. */
gboolean mien_timeline_has_motion (MienDocument *document);

/* The whole film of @document in lines mode, legend and motion on. */
void mien_timeline_view_init (MienTimelineView *self,
                              MienDocument *document,
                              double width,
                              double height);

/* Ground, time axis, lanes, names, marks. The origin is the upper left corner. */
void mien_timeline_draw (cairo_t *cr, MienDocument *document, const MienTimelineView *view);
/* What moves, to be drawn over a kept picture of the rest: playhead and hover line (-1: none) and
 * the selected range (start == end: none). */
void mien_timeline_draw_overlay (cairo_t *cr,
                                 MienDocument *document,
                                 const MienTimelineView *view,
                                 gint64 playhead_ns,
                                 gint64 hover_ns,
                                 gint64 select_start_ns,
                                 gint64 select_end_ns);
/* Where such a line at @time_ns may leave ink, playhead or hover: no need to draw over more than
 * that. FALSE when it is not in view. */
gboolean mien_timeline_get_line_extents (const MienTimelineView *view,
                                         gint64 time_ns,
                                         double *x,
                                         double *width);
/* The scrubber: the whole film as a strip of dominant emotions, faces or not, with the view's
 * window on it. Drawn into 0,0,width,height. */
void mien_timeline_draw_scrubber (cairo_t *cr,
                                  MienDocument *document,
                                  const MienTimelineView *view,
                                  double width,
                                  double height,
                                  gint64 playhead_ns);

/* Its two layers: the film, which stays while the view moves and takes most of the time, and over
 * it the window with the playhead (-1: none). */
void mien_timeline_draw_scrubber_film (
    cairo_t *cr, MienDocument *document, const MienTimelineView *view, double width, double height);
void mien_timeline_draw_scrubber_window (cairo_t *cr,
                                         MienDocument *document,
                                         const MienTimelineView *view,
                                         double width,
                                         double height,
                                         gint64 playhead_ns);

/* Height that all lanes need with @view's lane height, for scrolling. */
double mien_timeline_measure (MienDocument *document, const MienTimelineView *view);

/* The height that shows all lanes, axis, marks and legend with @view's lane height at once. */
double mien_timeline_measure_all (MienDocument *document, const MienTimelineView *view);

/* Where the lanes begin and end horizontally, and the linear map between time and x. */
void mien_timeline_get_span (const MienTimelineView *view, double *left, double *right);
double mien_timeline_time_to_x (const MienTimelineView *view, gint64 time_ns);
gint64 mien_timeline_x_to_time (const MienTimelineView *view, double x);

typedef enum
{
  MIEN_TIMELINE_AREA_NONE,
  MIEN_TIMELINE_AREA_AXIS,
  MIEN_TIMELINE_AREA_NAME, /* the heading of a lane */
  MIEN_TIMELINE_AREA_LANE,
  MIEN_TIMELINE_AREA_MARKS,
} MienTimelineArea;

/* What lies at a point. */
typedef struct
{
  MienTimelineArea area;
  gint64 time_ns;
  MienPerson *person; /* borrowed, NULL outside lanes */
  MienTrack *track;   /* the face shown at that time, borrowed, NULL for none */
  gssize sample;      /* of it, -1 for none */
  int emotion;        /* class nearest to the point in the mode shown, else the dominant one */
  double value;       /* its smoothed value, NaN for none */
  MienMark *mark;     /* borrowed, NULL for none */
} MienTimelineHit;

void mien_timeline_pick (
    MienDocument *document, const MienTimelineView *view, double x, double y, MienTimelineHit *out);
/* The lane of @person: y and height. FALSE when it has none. */
gboolean mien_timeline_get_lane (MienDocument *document,
                                 const MienTimelineView *view,
                                 MienPerson *person,
                                 double *y,
                                 double *height);
/* "Anna, 00:41.208, happiness 87 %" for read-outs and screen readers, in the words of @style. */
char *mien_timeline_hit_to_string (MienDocument *document,
                                   const MienPlotStyle *style,
                                   const MienTimelineHit *hit) G_GNUC_WARN_UNUSED_RESULT;

/* "1:02:03.456", "00:41.208"; @decimals 0 to 3. */
char *mien_timeline_format_time (gint64 time_ns, guint decimals) G_GNUC_WARN_UNUSED_RESULT;
/* The same with the point of @style. */
char *mien_timeline_dup_time (const MienPlotStyle *style,
                              gint64 time_ns,
                              guint decimals) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienTimelineScratch, mien_timeline_scratch_free)

G_END_DECLS
