/* Where a face will be: a constant-velocity Kalman filter for each of centre x, centre y, width and
 * height, in seconds and pixels.
 * Reference: Kalman 1960; Bar-Shalom et al. 2001, ch. 6 (white-noise acceleration).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vision/rect.h"

G_BEGIN_DECLS

/* Value, velocity and their covariances. */
typedef struct
{
  double x, v;
  double xx, xv, vv;
} MienMotionAxis;

/* Plain data: it is saved as it is. */
typedef struct
{
  MienMotionAxis axes[4]; /* centre x, centre y, width, height */
} MienMotion;

void mien_motion_init (MienMotion *self, const MienRect *rect);
/* @seconds since the last update. */
void mien_motion_update (MienMotion *self, const MienRect *rect, double seconds);
/* Where it is @seconds after the last update. Velocity fades, so that a face that went out of sight
 * is looked for near where it was last seen. */
MienRect mien_motion_predict (const MienMotion *self, double seconds);
/* Standard deviation of the predicted centre in pixels. */
double mien_motion_get_spread (const MienMotion *self, double seconds);

G_END_DECLS
