/* The smaller charts. Each draws into 0,0,width,height; the document's thread where one is taken.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plot/palette.h"
#include "timeline/document.h"
#include "timeline/statistics.h"

G_BEGIN_DECLS

/* One bar per class with name, value and the threshold as a tick. @values: n_classes probabilities,
 * NULL or NaN for a frame without them; @low, @high: bounds of uncertainty per class, NULL for
 * none. */
void mien_chart_draw_bars (cairo_t *cr,
                           const MienPlotStyle *style,
                           double width,
                           double height,
                           const MienClass *classes,
                           guint n_classes,
                           const float *values,
                           const float *low,
                           const float *high,
                           double threshold);

/* The plane of valence and arousal with the point of @track shown at @time_ns and a trail of
 * @trail_ns before it. @track NULL: the empty plane. */
void mien_chart_draw_circumplex (cairo_t *cr,
                                 const MienPlotStyle *style,
                                 double width,
                                 double height,
                                 MienDocument *document,
                                 MienTrack *track,
                                 gint64 time_ns,
                                 gint64 trail_ns);

/* Share of time per emotion, uncertain last: a ring with legend, or one stacked bar. */
void mien_chart_draw_pie (cairo_t *cr,
                          const MienPlotStyle *style,
                          double width,
                          double height,
                          MienDocument *document,
                          const MienStatistics *statistics);
void mien_chart_draw_share (cairo_t *cr,
                            const MienPlotStyle *style,
                            double width,
                            double height,
                            MienDocument *document,
                            const MienStatistics *statistics);

/* A square of the emotion's colour with its letter, for legends; NULL is uncertain. */
void mien_chart_draw_patch (cairo_t *cr,
                            const MienPlotStyle *style,
                            double x,
                            double y,
                            double size,
                            const char *class_name);

/* How often each value of @channel occurs, from mien_statistics_histogram(). */
void mien_chart_draw_histogram (cairo_t *cr,
                                const MienPlotStyle *style,
                                double width,
                                double height,
                                MienDocument *document,
                                guint channel,
                                const guint *bins,
                                guint n_bins);

/* Rows: from; columns: to; cells: how often. */
void mien_chart_draw_transitions (cairo_t *cr,
                                  const MienPlotStyle *style,
                                  double width,
                                  double height,
                                  MienDocument *document,
                                  const MienStatistics *statistics);

/* Mean value per class with spread, @a beside @b: two people or two ranges, with their names. */
void mien_chart_draw_compare (cairo_t *cr,
                              const MienPlotStyle *style,
                              double width,
                              double height,
                              MienDocument *document,
                              const MienStatistics *a,
                              const char *name_a,
                              const MienStatistics *b,
                              const char *name_b);

G_END_DECLS
