/* Whether a face can be read at all.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vision/pose.h"

G_BEGIN_DECLS

/* Side of the aligned gray crop that sharpness is measured on. */
#define MIEN_QUALITY_SIZE 64

/* What was not measured is NAN. */
typedef struct
{
  float size;       /* larger side of the box in pixels */
  float brightness; /* mean luma of the box, 0 .. 1 */
  float sharpness;  /* variance of the 4-neighbour Laplacian of the crop of 64 x 64, luma 0..255 */
  float inside;     /* share of the box, and of the points where known, in the picture */
  float covered;    /* probability that something hides the face (vision/face-net.h); whoever has
                     * such a network fills it in */
} MienQuality;

/* Thresholds; zero-filled switches a test off. */
typedef struct
{
  float min_size;       /* 20 pixels */
  float min_brightness; /* 0.06 */
  float max_brightness; /* 0.97 */
  float min_sharpness;  /* 4 */
  float min_inside;     /* 0.6 */
  float max_covered;    /* off: the network's card has it */
  float max_yaw;        /* 60 degrees */
  float max_pitch;      /* 45 degrees */
} MienQualityLimits;

MienQualityLimits mien_quality_limits_init (void);

/* @landmarks: nullable; where given, or where the detector has eyes, the crop is turned upright by
 * them. Any thread; allocates nothing. */
MienQuality mien_quality_measure (const MienImage *image,
                                  const MienFaceBox *face,
                                  const MienLandmarks *landmarks);

/* A reason in words ("too small", "too dark", ...) not to trust the face, or NULL when it is fine.
 * @pose: nullable. Static text, untranslated. */
const char *mien_quality_find_fault (const MienQuality *self,
                                     const MienPose *pose,
                                     const MienQualityLimits *limits);

G_END_DECLS
