/* Emotions over what was measured of pose, light and size. Draws into 0,0,width,height.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "insight/dependence.h"
#include "plot/palette.h"

G_BEGIN_DECLS

/* A panel a factor: mean probability of each class with 95 % bands, under it how many seconds were
 * measured; hatched where the results should not be trusted. @factors: [MIEN_N_FACTORS]. Any
 * thread; @classes are those of the document. Two panels side by side where they fit. The first
 * says how tall it has to be at @width. */
double mien_dependence_plot_measure (const MienPlotStyle *style, double width);
void mien_dependence_plot_draw (cairo_t *cr,
                                const MienPlotStyle *style,
                                double width,
                                double height,
                                MienDependence *const *factors,
                                const MienClass *classes,
                                const char *title);

/* A factor in plain English, marked for translation. */
const char *mien_dependence_plot_get_title (MienFactor factor);

G_END_DECLS
