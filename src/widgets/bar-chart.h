/* The probabilities of the chosen face in the picture that stands: a bar a class, the threshold as
 * a tick. A provisional value is drawn lighter.
 *
 * CSS node: `chart`. Accessible role: img, the label reads the values, largest first.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "widgets/chart.h"

G_BEGIN_DECLS

#define MIEN_TYPE_BAR_CHART (mien_bar_chart_get_type ())
G_DECLARE_FINAL_TYPE (MienBarChart, mien_bar_chart, MIEN, BAR_CHART, MienChart)

GtkWidget *mien_bar_chart_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
