/* Angles of a head that was turned by known ones. SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/pose.h"

#include <math.h>

/* Rough places of some of the 68 points on a head, millimetres: x to the viewer's right, y down, z
 * away. Not the numbers of pose.c: another head. */
static const struct
{
  int point;
  double x, y, z;
} head[] = {
  { 8, 0, 100, 20 },   { 17, -55, -18, 14 }, { 21, -13, -20, -3 }, { 22, 13, -20, -3 },
  { 26, 55, -18, 14 }, { 27, 0, -3, -7 },    { 30, 0, 31, -28 },   { 31, -15, 42, -8 },
  { 33, 0, 45, -15 },  { 35, 15, 42, -8 },   { 36, -43, 0, 12 },   { 39, -16, 1, 5 },
  { 42, 16, 1, 5 },    { 45, 43, 0, 12 },    { 48, -25, 67, 5 },   { 51, 0, 61, -10 },
  { 54, 25, 67, 5 },
};

/* Turns by @yaw to the person's left, @pitch up, @roll to the right shoulder (degrees), seen from
 * 700 mm away with a focal length of the picture's width. */
static void
make_landmarks (double yaw, double pitch, double roll, double aside, MienLandmarks *out)
{
  double cy = cos (yaw * G_PI / 180), sy = sin (yaw * G_PI / 180);
  double cp = cos (pitch * G_PI / 180), sp = sin (pitch * G_PI / 180);
  double cr = cos (roll * G_PI / 180), sr = sin (roll * G_PI / 180);

  for (int i = 0; i < MIEN_LANDMARKS_N; i++)
    out->points[i] = (MienPoint){ 0, 0 };
  for (guint i = 0; i < G_N_ELEMENTS (head); i++)
    {
      double x = head[i].x, y = head[i].y, z = head[i].z, t;

      /* Roll first: towards the viewer's left, so what is at the right goes up. */
      t = cr * x + sr * y;
      y = -sr * x + cr * y;
      x = t;
      /* Pitch: the nose, at negative z, goes up, to negative y. */
      t = cp * y + sp * z;
      z = -sp * y + cp * z;
      y = t;
      /* Yaw: the nose goes to the viewer's right. */
      t = cy * x - sy * z;
      z = sy * x + cy * z;
      x = t;
      z += 700;
      out->points[head[i].point] =
          (MienPoint){ (float) (320 + 640 * (x + aside) / z), (float) (240 + 640 * y / z) };
    }
}

static void
test_angles (void)
{
  static const double angles[][3] = { { 0, 0, 0 },     { 25, 0, 0 },   { -25, 0, 0 }, { 0, 20, 0 },
                                      { 0, -20, 0 },   { 0, 0, 30 },   { 0, 0, -30 }, { 45, 10, 5 },
                                      { -40, -12, 8 }, { 15, 15, -20 } };

  for (guint i = 0; i < G_N_ELEMENTS (angles); i++)
    {
      MienLandmarks landmarks;
      MienPose pose;

      make_landmarks (angles[i][0], angles[i][1], angles[i][2], 0, &landmarks);
      g_assert_true (mien_pose_from_landmarks (&landmarks, 640, 480, &pose));
      g_assert_cmpfloat_with_epsilon (pose.yaw, angles[i][0], 5);
      g_assert_cmpfloat_with_epsilon (pose.pitch, angles[i][1], 6);
      g_assert_cmpfloat_with_epsilon (pose.roll, angles[i][2], 4);
    }
}

static void
test_degenerate (void)
{
  MienLandmarks landmarks = { { { 0 } } };
  MienPose pose;

  g_assert_false (mien_pose_from_landmarks (&landmarks, 640, 480, &pose));
  g_assert_true (isnan (pose.yaw));
  make_landmarks (0, 0, 0, 0, &landmarks);
  landmarks.points[30].x = NAN;
  g_assert_false (mien_pose_from_landmarks (&landmarks, 640, 480, &pose));
}

static void
test_face (void)
{
  for (int i = -1; i <= 1; i++)
    {
      MienFaceBox face = { .n_points = 4 };
      MienLandmarks l;
      MienPose pose;

      make_landmarks (25 * i, 0, -10 * i, 0, &l);
      face.points[0] = mien_landmarks_get_right_eye (&l);
      face.points[0] = (MienPoint){ (l.points[36].x + l.points[39].x) / 2,
                                    (l.points[36].y + l.points[39].y) / 2 };
      face.points[1] = (MienPoint){ (l.points[42].x + l.points[45].x) / 2,
                                    (l.points[42].y + l.points[45].y) / 2 };
      face.points[2] = l.points[30];
      face.points[3] = (MienPoint){ (l.points[48].x + l.points[54].x) / 2,
                                    (l.points[48].y + l.points[54].y) / 2 };
      g_assert_true (mien_pose_from_face (&face, &pose));
      g_assert_cmpfloat_with_epsilon (pose.yaw, 25 * i, 10);
      g_assert_cmpfloat_with_epsilon (pose.pitch, 0, 10);
      g_assert_cmpfloat_with_epsilon (pose.roll, -10 * i, 3);
      face.n_points = 0;
      g_assert_false (mien_pose_from_face (&face, &pose));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vision/pose/angles", test_angles);
  g_test_add_func ("/vision/pose/degenerate", test_degenerate);
  g_test_add_func ("/vision/pose/face", test_face);
  return g_test_run ();
}
