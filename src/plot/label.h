/* Short texts in charts.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plot/palette.h"

G_BEGIN_DECLS

/* @x is the left edge at 0, the middle at 0.5, the right edge at 1; @y the same from top to bottom.
 */
typedef struct
{
  double align_x, align_y;
  double size; /* points at scale 1 */
  gboolean bold;
  double max_width;  /* logical pixels; longer texts end in an ellipsis. 0: no limit */
  gboolean keep_end; /* the ellipsis stands in the middle: "Person 1" and "Person 2" differ */
} MienLabelStyle;

/* Texts that were drawn before: shaping them anew is most of the work of a label. Who draws again
 * and again keeps one, and tells of it before and after each picture. One thread at a time. */
typedef struct _MienLabels MienLabels;

MienLabels *mien_labels_new (void) G_GNUC_WARN_UNUSED_RESULT;
void mien_labels_free (MienLabels *self); /* NULL does nothing */
/* What is drawn with @cr uses @self, until it is told NULL. */
void mien_labels_attach (MienLabels *self, cairo_t *cr);

/* The width of @text, or of its longest line. */
double mien_label_measure (cairo_t *cr,
                           const MienPlotStyle *style,
                           const MienLabelStyle *label,
                           const char *text);
/* Draws @text in the colour set on @cr and returns its width. */
double mien_label_draw (cairo_t *cr,
                        const MienPlotStyle *style,
                        const MienLabelStyle *label,
                        double x,
                        double y,
                        const char *text);

/* The same in one ink, around @y in height, as most labels of charts are; @max_width as above. */
double mien_label_draw_middle (cairo_t *cr,
                               const MienPlotStyle *style,
                               MienInk ink,
                               double align_x,
                               double size,
                               gboolean bold,
                               double max_width,
                               double x,
                               double y,
                               const char *text);

/* Draws @text, around @y in height, where mien_label_draw() would have to cut it smaller, down to
 * @least points, and then in two lines; only what is longer still ends in an ellipsis. Its left
 * edge is @x. */
void mien_label_draw_fitted (cairo_t *cr,
                             const MienPlotStyle *style,
                             const MienLabelStyle *label,
                             double least,
                             double x,
                             double y,
                             const char *text);

/* Draws @text in lines of at most @width and returns their height; @y is their upper edge. @size:
 * points at scale 1. */
double mien_label_draw_lines (cairo_t *cr,
                              const MienPlotStyle *style,
                              double size,
                              double x,
                              double y,
                              double width,
                              const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienLabels, mien_labels_free)

G_END_DECLS
