/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/landmarks.h"

#include <math.h>

static MienPoint
get_mean (const MienLandmarks *self, int first, int n)
{
  MienPoint mean = { 0 };

  for (int i = first; i < first + n; i++)
    {
      mean.x += self->points[i].x / (float) n;
      mean.y += self->points[i].y / (float) n;
    }
  return mean;
}

static float
get_distance (const MienLandmarks *self, int a, int b)
{
  return hypotf (self->points[a].x - self->points[b].x, self->points[a].y - self->points[b].y);
}

MienPoint
mien_landmarks_get_right_eye (const MienLandmarks *self)
{
  return get_mean (self, 36, 6);
}

MienPoint
mien_landmarks_get_left_eye (const MienLandmarks *self)
{
  return get_mean (self, 42, 6);
}

/* The six points of an eye from @first on: corner, two above, corner, two below. */
static float
get_aspect (const MienLandmarks *self, int first)
{
  float width = get_distance (self, first, first + 3);
  float height =
      get_distance (self, first + 1, first + 5) + get_distance (self, first + 2, first + 4);

  return width > 0 ? height / (2 * width) : NAN;
}

float
mien_landmarks_get_eye_openness (const MienLandmarks *self)
{
  return (get_aspect (self, 36) + get_aspect (self, 42)) / 2;
}

float
mien_landmarks_get_mouth_openness (const MienLandmarks *self)
{
  float width = get_distance (self, 48, 54);
  float height =
      get_distance (self, 61, 67) + get_distance (self, 62, 66) + get_distance (self, 63, 65);

  return width > 0 ? height / (3 * width) : NAN;
}
