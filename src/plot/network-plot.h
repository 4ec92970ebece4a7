/* The inside of a network as pictures: kernels, feature maps, saliency, answers, influence.
 * Each draws into 0,0,width,height, on any thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "insight/influence.h"
#include "insight/kernels.h"
#include "insight/layers.h"
#include "insight/response.h"
#include "plot/palette.h"

G_BEGIN_DECLS

/* The network as a column: name, operator, shape, weights, work and, where @times_ms is not NULL,
 * the time of each of @layers (of MienLayer). */
double mien_layers_plot_measure (GArray *layers, const MienPlotStyle *style);
void mien_layers_plot_draw (cairo_t *cr,
                            const MienPlotStyle *style,
                            double width,
                            double height,
                            GArray *layers,
                            const float *times_ms,
                            const char *title);

typedef struct
{
  const MienTensor *weights; /* [c_out, c_in, k_h, k_w] */
  GArray *stats;             /* of MienKernelStats: the filters in order */
  gboolean own_scale;        /* each slice by its own largest weight, not by the layer's */
  const char *title;
} MienKernelPlot;

/* Height that the kernels need at @width. */
double
mien_kernel_plot_measure (const MienKernelPlot *self, const MienPlotStyle *style, double width);
/* A row, or as many as it takes, for each filter with a slice for each input channel, or one matrix
 * for 1x1 kernels; filters of a single slice flow side by side. */
void mien_kernel_plot_draw (const MienKernelPlot *self,
                            cairo_t *cr,
                            const MienPlotStyle *style,
                            double width,
                            double height);
/* Which slice, or weight of a matrix, is at a point; FALSE when there is none. */
gboolean mien_kernel_plot_pick (const MienKernelPlot *self,
                                const MienPlotStyle *style,
                                double width,
                                double x,
                                double y,
                                guint *c_out,
                                guint *c_in);

/* Where the slice, or the row of a filter (@c_in G_MAXUINT), lies. FALSE when it is not drawn. */
gboolean mien_kernel_plot_locate (const MienKernelPlot *self,
                                  const MienPlotStyle *style,
                                  double width,
                                  guint c_out,
                                  guint c_in,
                                  cairo_rectangle_t *out);
/* One slice enlarged with its numbers, and its spectrum beside it. */
void mien_kernel_plot_draw_slice (cairo_t *cr,
                                  const MienPlotStyle *style,
                                  double width,
                                  double height,
                                  const MienTensor *weights,
                                  guint c_out,
                                  guint c_in);

/* The maps of one picture, [1, channels, h, w], each scaled by itself from its least to its largest
 * value; channels in the order of @order, or by index for NULL. */
typedef struct
{
  const MienTensor *maps;
  const guint *order;
  const char *title;
} MienMapPlot;

double mien_map_plot_measure (const MienMapPlot *self, const MienPlotStyle *style, double width);
void mien_map_plot_draw (
    const MienMapPlot *self, cairo_t *cr, const MienPlotStyle *style, double width, double height);
gboolean mien_map_plot_pick (const MienMapPlot *self,
                             const MienPlotStyle *style,
                             double width,
                             double x,
                             double y,
                             guint *channel);
/* Where the map of @channel lies. */
gboolean mien_map_plot_locate (const MienMapPlot *self,
                               const MienPlotStyle *style,
                               double width,
                               guint channel,
                               cairo_rectangle_t *out);

/* One face as large as there is room for, the map over it (nullable), and a frame around part of it
 * (nullable: x, y, width, height in pixels of the face). @is_signed: blue below zero, orange above;
 * else from nothing to orange. */
void mien_face_plot_draw (cairo_t *cr,
                          const MienPlotStyle *style,
                          double width,
                          double height,
                          const MienTensor *face,
                          const MienTensor *map,
                          gboolean is_signed,
                          const int *frame);

/* The face as the network takes it, the map over it, and a scale. @face: [1, c, h, w] pixels; @map:
 * [h, w]. */
void mien_saliency_plot_draw (cairo_t *cr,
                              const MienPlotStyle *style,
                              double width,
                              double height,
                              const MienTensor *face,
                              const MienTensor *map,
                              const char *title);

/* Layers x emotions: how strongly the tenth of a layer's channels that answers most to an emotion
 * answers (mean z), and the probe's accuracy. */
void mien_response_plot_draw (cairo_t *cr,
                              const MienPlotStyle *style,
                              double width,
                              double height,
                              const MienResponse *response);
/* What is shown of the channels of one layer. */
typedef enum
{
  MIEN_RESPONSE_ANSWERS, /* z of the class means; the most selective channel first */
  MIEN_RESPONSE_LOSSES,  /* recall lost without the channel; the one that matters most first */
  MIEN_RESPONSE_OVERLAP, /* how many of the strongest channels two classes share: a row a class */
} MienResponseView;

/* Channels x emotions of one layer; as many as there is room for. */
void mien_response_plot_draw_layer (cairo_t *cr,
                                    const MienPlotStyle *style,
                                    double width,
                                    double height,
                                    const MienResponse *response,
                                    guint layer,
                                    MienResponseView view);

/* Where the row of a layer, or with @layer not -1 a row of its table, lies. FALSE when it is not
 * drawn. */
gboolean mien_response_plot_locate (const MienPlotStyle *style,
                                    double width,
                                    double height,
                                    const MienResponse *response,
                                    int layer,
                                    MienResponseView view,
                                    guint row,
                                    cairo_rectangle_t *out);
/* How many rows there are where there is room for all. */
guint
mien_response_plot_count_rows (const MienResponse *response, int layer, MienResponseView view);
/* Height that has room for all of them. */
double mien_response_plot_measure (const MienPlotStyle *style,
                                   double width,
                                   const MienResponse *response,
                                   int layer,
                                   MienResponseView view);
/* The channel in row @row of @layer's table. */
guint mien_response_plot_get_channel (const MienResponse *response,
                                      guint layer,
                                      MienResponseView view,
                                      guint row);

/* Grey pictures [height, width], three a row, as large as there is room for. */
void mien_examples_plot_draw (cairo_t *cr,
                              const MienPlotStyle *style,
                              double width,
                              double height,
                              const guint8 *const *pictures,
                              guint n_pictures,
                              guint picture_width,
                              guint picture_height);

/* What a sweep changes, in plain English, marked for translation. */
const char *mien_influence_plot_get_title (MienSweep sweep);
/* A step's value for people: "-0.25"; of places, which stand in reading order, "none", "1" to "9".
 */
char *mien_influence_plot_dup_value (const MienPlotStyle *style,
                                     MienSweep sweep,
                                     const MienSweepStep *step) G_GNUC_WARN_UNUSED_RESULT;

/* Curves of one sweep: probabilities of the classes over the value, with bands; over a set also the
 * accuracy. */
void mien_influence_plot_draw (cairo_t *cr,
                               const MienPlotStyle *style,
                               double width,
                               double height,
                               const MienInfluence *influence,
                               const char *const *labels);

G_END_DECLS
