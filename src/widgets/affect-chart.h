/* The plane of valence and arousal with the chosen face and where it came from.
 *
 * CSS node: `chart`. Accessible role: img, the label reads both values.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "widgets/chart.h"

G_BEGIN_DECLS

#define MIEN_TYPE_AFFECT_CHART (mien_affect_chart_get_type ())
G_DECLARE_FINAL_TYPE (MienAffectChart, mien_affect_chart, MIEN, AFFECT_CHART, MienChart)

GtkWidget *mien_affect_chart_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
