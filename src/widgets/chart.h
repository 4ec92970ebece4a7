/* A widget that shows one chart of the plot room: the base class of all of them.
 *
 * CSS node: `chart`. Accessible role: img; subclasses keep the label true, which says in words what
 * the chart shows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "plot/palette.h"
#include "widgets/canvas.h"
#include "widgets/session.h"

G_BEGIN_DECLS

#define MIEN_TYPE_CHART (mien_chart_get_type ())
G_DECLARE_DERIVABLE_TYPE (MienChart, mien_chart, MIEN, CHART, GtkWidget)

struct _MienChartClass
{
  GtkWidgetClass parent_class;

  /* Draws into 0,0,width,height. */
  void (*draw) (
      MienChart *self, cairo_t *cr, const MienPlotStyle *style, double width, double height);
  /* A session came: connect to its signals with @self as data, the base class disconnects. */
  void (*session_set) (MienChart *self, MienSession *session);
  /* Logical pixels at 100 % text. */
  int natural_width, natural_height;
};

/* Property "session": whom the chart listens to. A reference is kept. */
void mien_chart_set_session (MienChart *self, MienSession *session);
MienSession *mien_chart_get_session (MienChart *self); /* nullable, borrowed */

/* The look of plots on @widget: dark or light, text size, font. The font is borrowed from it. */
void mien_chart_get_style (GtkWidget *widget, MienPlotStyle *style);

/* A picture of what the chart shows, twice as fine as its logical pixels; NULL before it has a
 * size. */
GdkTexture *mien_chart_dup_picture (MienChart *self) G_GNUC_WARN_UNUSED_RESULT;
/* The same of anything drawn with Cairo, on the ground of plots. */
GdkTexture *mien_chart_new_picture (double width,
                                    double height,
                                    gboolean dark,
                                    MienCanvasDraw draw,
                                    gpointer data) G_GNUC_WARN_UNUSED_RESULT;

/* Text size relative to 100 %. */
double mien_chart_get_text_scale (GtkWidget *widget);

G_END_DECLS
