/* What the charts share. Private to the room.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plot/label.h"
#include "timeline/document.h"

G_BEGIN_DECLS

/* Fills the ground, unless the style is bare. */
void mien_chart_begin (cairo_t *cr, const MienPlotStyle *style, double width, double height);
void mien_chart_set_ink (cairo_t *cr, const MienPlotStyle *style, MienInk ink);
/* @text, its middle at @y, @align 0 left to 1 right of @x, cut at @max_width unless that is 0.
 * Returns its width. */
double mien_chart_text (cairo_t *cr,
                        const MienPlotStyle *style,
                        double x,
                        double y,
                        double align,
                        double size,
                        double max_width,
                        const char *text);

/* The same of a text marked with N_(). */
double mien_chart_word (cairo_t *cr,
                        const MienPlotStyle *style,
                        double x,
                        double y,
                        double align,
                        double size,
                        double max_width,
                        const char *text);

/* The width of the longest emotion's name; "uncertain" counts too with @with_uncertain. */
double mien_chart_measure_emotions (cairo_t *cr,
                                    const MienPlotStyle *style,
                                    double size,
                                    const MienClass *classes,
                                    guint n_classes,
                                    gboolean with_uncertain);

G_END_DECLS
