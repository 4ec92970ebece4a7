/* Dense optical flow between two small gray pictures, such as aligned faces of neighbouring frames.
 * Reference: Farneback 2003, "Two-Frame Motion Estimation Based on Polynomial Expansion".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  int levels;     /* of the pyramid, each half the one before; at most as many as fit; 3 */
  int window;     /* side of the box over which motion is taken to be the same, odd; 9 */
  int iterations; /* at each level; 3 */
  int reach;      /* pixels each way of the polynomial's neighbourhood; 3 */
  float sigma;    /* of its Gaussian weights; 1.2 */
} MienFlowOptions;

/* The defaults above, fit for 64 x 64 pixels. */
MienFlowOptions mien_flow_options_init (void);

/* @from, @to: [@height, @width], brightness 0 .. 255. @flow: [2, @height, @width], x then y:
 * what is at (x, y) in @from is at (x, y) + flow in @to, in pixels. Pixels without texture move by
 * 0.
 * @width and @height: 8 to 4096. Any thread. */
void mien_flow_compute (const float *from,
                        const float *to,
                        int width,
                        int height,
                        const MienFlowOptions *options,
                        float *flow);

/* Mean length of the flow after its best similarity (shift, turn, scale) is taken away: how much a
 * face changed its shape, whatever the crop did. In pixels. */
float mien_flow_get_deformation (const float *flow, int width, int height);

G_END_DECLS
