/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/quality.h"

#include <math.h>

#include "vision/sampling.h"

#define SIDE MIEN_QUALITY_SIZE

/* Where the eyes come to lie in the aligned crop, in parts of its side. */
#define EYE_X 0.31f
#define EYE_Y 0.38f

MienQualityLimits
mien_quality_limits_init (void)
{
  return (MienQualityLimits){ .min_size = 20,
                              .min_brightness = 0.06f,
                              .max_brightness = 0.97f,
                              .min_sharpness = 4,
                              .min_inside = 0.6f,
                              .max_yaw = 60,
                              .max_pitch = 45 };
}

/* From the aligned crop to the picture: upright eyes where they are known, else the square. */
static MienAffine
find_map (const MienFaceBox *face, const MienLandmarks *landmarks)
{
  const MienPoint places[2] = { { EYE_X * SIDE, EYE_Y * SIDE },
                                { (1 - EYE_X) * SIDE, EYE_Y * SIDE } };
  MienRect box = mien_face_box_get_rect (face), square = mien_rect_square (&box, 1);
  MienPoint eyes[2] = { { 0 } };
  MienAffine map;

  if (landmarks != NULL)
    {
      eyes[0] = mien_landmarks_get_right_eye (landmarks);
      eyes[1] = mien_landmarks_get_left_eye (landmarks);
    }
  else if (face->n_points >= 2)
    {
      eyes[0] = face->points[MIEN_FACE_RIGHT_EYE];
      eyes[1] = face->points[MIEN_FACE_LEFT_EYE];
    }
  /* Eyes closer than an eighth of the box are a profile or a mistake. */
  if (hypotf (eyes[1].x - eyes[0].x, eyes[1].y - eyes[0].y) > face->width / 8
      && mien_affine_fit_similarity (places, eyes, 2, &map))
    return map;
  return mien_affine_from_rect (&square, SIDE, SIDE);
}

/* Variance of the 4-neighbour Laplacian. Reference: Pech-Pacheco et al. 2000. */
static float
measure_sharpness (const float *crop)
{
  double sum = 0, squares = 0, n = (SIDE - 2) * (SIDE - 2);

  for (int y = 1; y < SIDE - 1; y++)
    for (int x = 1; x < SIDE - 1; x++)
      {
        const float *p = crop + y * SIDE + x;
        double v = p[-SIDE] + p[SIDE] + p[-1] + p[1] - 4 * p[0];

        sum += v;
        squares += v * v;
      }
  return (float) MAX ((squares - sum * sum / n) / n, 0);
}

/* How many of the points lie in the picture, as a share. */
static float
get_share_inside (const MienLandmarks *landmarks, const MienImage *image)
{
  guint n = 0;

  for (guint i = 0; i < MIEN_LANDMARKS_N; i++)
    {
      MienPoint p = landmarks->points[i];

      n += p.x >= 0 && p.y >= 0 && p.x < (float) image->width && p.y < (float) image->height;
    }
  return (float) n / MIEN_LANDMARKS_N;
}

MienQuality
mien_quality_measure (const MienImage *image,
                      const MienFaceBox *face,
                      const MienLandmarks *landmarks)
{
  MienSampling sampling = mien_sampling_init (SIDE, SIDE, MIEN_CHANNELS_GRAY);
  MienRect rect = mien_face_box_get_rect (face), inside;
  MienQuality out = { NAN, NAN, NAN, 0, NAN };
  float crop[SIDE * SIDE];
  MienAffine map;

  if (!(face->width > 0 && face->height > 0))
    return out;
  out.size = MAX (face->width, face->height);
  out.brightness = mien_image_mean_luma (image, &rect);
  if (mien_rect_clip (&rect, image->width, image->height, &inside))
    out.inside = inside.width * inside.height / (rect.width * rect.height);
  /* Detectors end their boxes at the edge; the points show what lies beyond. */
  if (landmarks != NULL)
    out.inside = MIN (out.inside, get_share_inside (landmarks, image));
  map = find_map (face, landmarks);
  mien_image_sample_affine (image, &map, &sampling, crop);
  out.sharpness = measure_sharpness (crop);
  return out;
}

const char *
mien_quality_find_fault (const MienQuality *self,
                         const MienPose *pose,
                         const MienQualityLimits *limits)
{
  if (limits->min_size > 0 && self->size < limits->min_size)
    return "too small";
  if (limits->min_inside > 0 && self->inside < limits->min_inside)
    return "cut by the edge of the picture";
  if (limits->min_brightness > 0 && self->brightness < limits->min_brightness)
    return "too dark";
  if (limits->max_brightness > 0 && self->brightness > limits->max_brightness)
    return "too bright";
  if (limits->min_sharpness > 0 && self->sharpness < limits->min_sharpness)
    return "too blurred";
  if (limits->max_covered > 0 && self->covered > limits->max_covered)
    return "covered";
  if (pose == NULL)
    return NULL;
  if (limits->max_yaw > 0 && fabsf (pose->yaw) > limits->max_yaw)
    return "turned away";
  if (limits->max_pitch > 0 && fabsf (pose->pitch) > limits->max_pitch)
    return "tilted away";
  return NULL;
}
