/* One page that says how far a network can be trusted when faces move, turn and are badly lit or
 * recorded. Draws into 0,0,width,height, on any thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "insight/influence.h"
#include "plot/palette.h"

G_BEGIN_DECLS

/* The page at scale 1: A4, 96 pixels to the inch. */
#define MIEN_ROBUSTNESS_WIDTH 794.0
#define MIEN_ROBUSTNESS_HEIGHT 1123.0
/* Accuracy that may be lost before a value counts as one where the network is not to be trusted. */
#define MIEN_ROBUSTNESS_LOSS 0.05

typedef struct
{
  const char *model, *hash, *data;    /* name, hash of the file, what was looked at in words */
  const MienInfluence *const *sweeps; /* over a set */
  guint n_sweeps;                     /* any number of at most MIEN_N_SWEEPS */
} MienRobustnessPlot;

/* A panel a sweep: accuracy and the share of answers that stay, over the value, with 95 % bands;
 * below it where the accuracy holds. As many side by side as there is room for, at most three. */
void mien_robustness_plot_draw (const MienRobustnessPlot *self,
                                cairo_t *cr,
                                const MienPlotStyle *style,
                                double width,
                                double height);
/* Height that the page needs at @width. */
double mien_robustness_plot_measure (const MienRobustnessPlot *self,
                                     const MienPlotStyle *style,
                                     double width);

/* "holds: -0.1 to 0.15", for every series, "worst: mouth and chin, 12.3 points less" for the
 * occluder: what is under a panel, in the words of @style. */
char *mien_robustness_plot_dup_caption (const MienPlotStyle *style,
                                        const MienInfluence *influence) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
