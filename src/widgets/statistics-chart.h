/* A chart of sums over a stretch of time: ring of shares, or what followed what.
 *
 * CSS node: `chart`. Accessible role: img, the label says the shares.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "timeline/statistics.h"
#include "widgets/chart.h"

G_BEGIN_DECLS

typedef enum
{
  MIEN_STATISTICS_CHART_SHARES,
  MIEN_STATISTICS_CHART_TRANSITIONS,
  MIEN_STATISTICS_CHART_HISTOGRAM, /* see mien_statistics_chart_set_histogram() */
} MienStatisticsChartKind;

#define MIEN_TYPE_STATISTICS_CHART (mien_statistics_chart_get_type ())
G_DECLARE_FINAL_TYPE (MienStatisticsChart, mien_statistics_chart, MIEN, STATISTICS_CHART, MienChart)

GtkWidget *mien_statistics_chart_new (MienStatisticsChartKind kind) G_GNUC_WARN_UNUSED_RESULT;

/* Copies @statistics; @document is kept, for the names of its classes. */
void mien_statistics_chart_set (MienStatisticsChart *self,
                                MienDocument *document,
                                const MienStatistics *statistics);

/* How often each value of @channel occurs in start..end of @person; for a chart of that kind. */
void mien_statistics_chart_set_histogram (MienStatisticsChart *self,
                                          MienDocument *document,
                                          MienPerson *person,
                                          guint channel,
                                          gint64 start_ns,
                                          gint64 end_ns);

G_END_DECLS
