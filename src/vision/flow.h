/* Dense optical flow between two small gray pictures, such as aligned faces of neighbouring frames.
 * Reference: Farneback 2003, "Two-Frame Motion Estimation Based on Polynomial Expansion".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vision/landmarks.h"

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

/* Side of the gray crop of a face that motion is measured on. */
#define MIEN_FLOW_SIDE 64

/* The crop of @face: upright by the eyes where @landmarks (nullable) are known, else the square of
 * its box, so that all faces of a film are cut out alike. @out: [MIEN_FLOW_SIDE, MIEN_FLOW_SIDE].
 */
void mien_flow_take_face (const MienImage *image,
                          const MienFaceBox *face,
                          const MienLandmarks *landmarks,
                          guint8 *out);

/* How fast a face changed its shape between two such crops @seconds apart, in percent of the crop's
 * side a second; NAN when they are not apart. */
float mien_flow_compare_faces (const guint8 *before, const guint8 *after, double seconds);

G_END_DECLS
