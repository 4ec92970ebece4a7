/* Where a head points, from where its points lie in the picture.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "vision/landmarks.h"

G_BEGIN_DECLS

/* Degrees. yaw > 0: the person turns to their left; pitch > 0: up; roll > 0: the head tips to
 * their right shoulder. */
typedef struct
{
  float yaw, pitch, roll;
} MienPose;

/* Fits a rigid mean head to the points under a weak-perspective camera, then refines under a
 * full-perspective one of the field of view a picture of @width x @height pixels has by default
 * (focal length = width). FALSE, @out NAN, when the points are degenerate.
 * Reference: DeMenthon & Davis 1995 (POSIT). */
gboolean mien_pose_from_landmarks (const MienLandmarks *landmarks,
                                   int width,
                                   int height,
                                   MienPose *out) G_GNUC_WARN_UNUSED_RESULT;

/* A rough pose from a detector's own key points (see MienFacePoint). FALSE when it has none. */
gboolean mien_pose_from_face (const MienFaceBox *face, MienPose *out) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
