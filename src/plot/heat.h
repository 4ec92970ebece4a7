/* Numbers as colours, and pictures made of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "plot/palette.h"

G_BEGIN_DECLS

/* -1 .. 1: blue, the colour of the ground, orange. Blue and orange stay apart for every kind of
 * colour blindness. */
MienColour mien_heat_diverging (double value, gboolean dark);
/* 0 .. 1: from the ground to full strength, brightness growing evenly. */
MienColour mien_heat_sequential (double value, gboolean dark);
/* 0 .. 1: black to white, for what the network sees. */
MienColour mien_heat_grey (double value);

typedef MienColour (*MienHeatFunc) (double value, gboolean dark);

/* @values [rows, columns] into x, y, width, height, as sharp cells; each is (value - @zero) /
 * @scale before the colour. NaN stays empty. */
void mien_heat_draw (cairo_t *cr,
                     const float *values,
                     guint rows,
                     guint columns,
                     double zero,
                     double scale,
                     MienHeatFunc colour,
                     gboolean dark,
                     double x,
                     double y,
                     double width,
                     double height);

/* The same in grey from @low to @high. */
void mien_heat_draw_grey (cairo_t *cr,
                          const float *values,
                          guint rows,
                          guint columns,
                          double low,
                          double high,
                          double x,
                          double y,
                          double width,
                          double height);

G_END_DECLS
