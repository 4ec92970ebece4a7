/* A drawing of the plot room that is as tall as it has to be, and that a pointer or the arrow keys
 * can choose something in.
 *
 * CSS node: `plotview`. Accessible role: img; whoever fills it keeps the label true.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "widgets/chart.h"

G_BEGIN_DECLS

typedef struct
{
  /* Into 0,0,width,height. */
  void (*draw) (
      gpointer data, cairo_t *cr, const MienPlotStyle *style, double width, double height);
  /* Height at @width; NULL: as tall as there is room. */
  double (*measure) (gpointer data, const MienPlotStyle *style, double width);
  /* A press, at a point; nullable. */
  void (*pick) (
      gpointer data, const MienPlotStyle *style, double width, double height, double x, double y);
  /* What is at a point, for a tooltip, or NULL; nullable. */
  char *(*describe) (
      gpointer data, const MienPlotStyle *style, double width, double height, double x, double y);
  /* Arrow keys, in steps; nullable. */
  void (*move) (gpointer data, int right, int down);
  /* Enter or Space; nullable. */
  void (*activate) (gpointer data);
  /* The pointer moved to a point, or away: both -1; nullable. */
  void (*hover) (
      gpointer data, const MienPlotStyle *style, double width, double height, double x, double y);
  /* Where what the keys have chosen lies, so that it is scrolled to; FALSE: nothing; nullable. */
  gboolean (*locate) (gpointer data,
                      const MienPlotStyle *style,
                      double width,
                      double height,
                      cairo_rectangle_t *out);
} MienPlotViewFuncs;

#define MIEN_TYPE_PLOT_VIEW (mien_plot_view_get_type ())
G_DECLARE_FINAL_TYPE (MienPlotView, mien_plot_view, MIEN, PLOT_VIEW, MienChart)

GtkWidget *mien_plot_view_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* @funcs: static; @data must live until it is replaced. NULL: nothing is drawn. */
void mien_plot_view_set_funcs (MienPlotView *self, const MienPlotViewFuncs *funcs, gpointer data);
/* The size may be another now. */
void mien_plot_view_changed (MienPlotView *self);

/* As the arrow keys and Enter do it; what is chosen comes into view. */
void mien_plot_view_move (MienPlotView *self, int right, int down);
void mien_plot_view_activate (MienPlotView *self);

G_END_DECLS
