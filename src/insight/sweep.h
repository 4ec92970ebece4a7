/* Ways to change the picture of a face a little at a time: where it lies, how it is turned, how it
 * is lit and how well it was recorded.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  MIEN_SWEEP_SHIFT,      /* of the side, series "right" and "down" */
  MIEN_SWEEP_SCALE,      /* factor; above 1 the face fills more of the crop */
  MIEN_SWEEP_ROTATION,   /* degrees in the plane, positive clockwise on the screen */
  MIEN_SWEEP_BRIGHTNESS, /* added, part of the full range */
  MIEN_SWEEP_CONTRAST,   /* factor around the mean */
  MIEN_SWEEP_GAMMA,      /* exponent */
  MIEN_SWEEP_SIDELIGHT,  /* -1: right half of the picture dark, 1: left half dark */
  MIEN_SWEEP_BLUR,       /* standard deviation of a Gaussian, part of the side */
  MIEN_SWEEP_NOISE,      /* standard deviation, part of the full range */
  MIEN_SWEEP_JPEG,       /* quality */
  MIEN_SWEEP_OCCLUDER,   /* grey square of a third of the side; value is its place 0..8 in reading
                            order */
  MIEN_SWEEP_YAW,        /* degrees, the face's picture on an ellipsoid turned to its own left */
  MIEN_SWEEP_PITCH,      /* degrees, turned up */
  MIEN_N_SWEEPS,
} MienSweep;

/* The names of the command line: "shift", "scale", ... */
const char *mien_sweep_get_name (MienSweep sweep);
gboolean mien_sweep_from_name (const char *name, MienSweep *out);
/* "part of the side", "degrees", ...: what the values mean, for an axis. Untranslated. */
const char *mien_sweep_get_unit (MienSweep sweep);

typedef struct
{
  const char *series; /* "" but for shift */
  double value;
  gboolean is_neutral; /* leaves the picture alone */
} MienSweepStep;

/* The steps of a sweep, in order of series and value; static. */
const MienSweepStep *mien_sweep_get_steps (MienSweep sweep, guint *n_steps);

/* @in: [height, width] gray pixels 0..255; @out the same, changed by @step. @seed decides the
 * noise. Pixels from outside repeat the edge. @out may not be @in. Any thread. */
void mien_sweep_apply (MienSweep sweep,
                       const MienSweepStep *step,
                       guint64 seed,
                       const float *in,
                       guint width,
                       guint height,
                       float *out);

G_END_DECLS
