/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/motion.h"

#include <math.h>

/* In parts of the face's size: how much a detector's boxes jitter, the velocity a new face may
 * have (a second), and the acceleration of heads (a second squared). */
#define JITTER 0.04
#define START_VELOCITY 1.0
#define ACCELERATION 6.0
/* Sizes change more slowly than places. */
#define SIZE_CALM 0.4
/* Seconds in which velocity fades to a third. */
#define FADE 0.4

static double
get_size (const MienMotion *self)
{
  return sqrt (MAX (self->axes[2].x, 1) * MAX (self->axes[3].x, 1));
}

static double
fade (double seconds)
{
  return FADE * (1 - exp (-seconds / FADE));
}

void
mien_motion_init (MienMotion *self, const MienRect *rect)
{
  const double values[4] = { rect->x + rect->width / 2, rect->y + rect->height / 2, rect->width,
                             rect->height };

  for (int i = 0; i < 4; i++)
    self->axes[i].x = values[i];
  for (int i = 0; i < 4; i++)
    {
      double size = get_size (self) * (i < 2 ? 1 : SIZE_CALM);

      self->axes[i].v = 0;
      self->axes[i].xx = JITTER * JITTER * size * size;
      self->axes[i].xv = 0;
      self->axes[i].vv = START_VELOCITY * START_VELOCITY * size * size;
    }
}

/* Moves the axis on by @t seconds; @a: standard deviation of the acceleration. */
static void
advance (MienMotionAxis *self, double t, double a)
{
  double q = a * a;

  self->x += self->v * t;
  self->xx += 2 * t * self->xv + t * t * self->vv + q * t * t * t * t / 4;
  self->xv += t * self->vv + q * t * t * t / 2;
  self->vv += q * t * t;
}

static void
correct (MienMotionAxis *self, double value, double noise)
{
  double s = self->xx + noise * noise;
  double gain_x = self->xx / s, gain_v = self->xv / s, error = value - self->x;

  self->x += gain_x * error;
  self->v += gain_v * error;
  self->vv -= gain_v * self->xv;
  self->xv -= gain_x * self->xv;
  self->xx -= gain_x * self->xx;
}

void
mien_motion_update (MienMotion *self, const MienRect *rect, double seconds)
{
  const double values[4] = { rect->x + rect->width / 2, rect->y + rect->height / 2, rect->width,
                             rect->height };
  double size = get_size (self);

  for (int i = 0; i < 4; i++)
    {
      double scale = size * (i < 2 ? 1 : SIZE_CALM);

      advance (&self->axes[i], seconds, ACCELERATION * scale);
      correct (&self->axes[i], values[i], JITTER * size);
    }
}

MienRect
mien_motion_predict (const MienMotion *self, double seconds)
{
  double t = fade (seconds), values[4];

  for (int i = 0; i < 4; i++)
    values[i] = self->axes[i].x + self->axes[i].v * t;
  values[2] = MAX (values[2], self->axes[2].x / 2);
  values[3] = MAX (values[3], self->axes[3].x / 2);
  return (MienRect){ (float) (values[0] - values[2] / 2), (float) (values[1] - values[3] / 2),
                     (float) values[2], (float) values[3] };
}

double
mien_motion_get_spread (const MienMotion *self, double seconds)
{
  double size = get_size (self), sum = 0;

  for (int i = 0; i < 2; i++)
    {
      MienMotionAxis axis = self->axes[i];

      advance (&axis, fade (seconds), ACCELERATION * size);
      sum += axis.xx;
    }
  return sqrt (sum / 2);
}
