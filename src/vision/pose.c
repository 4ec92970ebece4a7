/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/pose.h"

#include <math.h>
#include <string.h>

/* A mean head in millimetres: x to the person's left (the viewer's right), y down, z away from the
 * camera, origin between the eyes. Rounded from the head proportions of Farkas 1994 (Anthropometry
 * of the Head and Face) and the mean shape that face models agree on. */
typedef struct
{
  int point;
  float x, y, z;
} HeadPoint;

static const HeadPoint head[] = {
  { 8, 0, 108, 22 },    /* chin */
  { 17, -58, -16, 16 }, /* right brow, outer end */
  { 21, -14, -20, -4 }, /* right brow, inner end */
  { 22, 14, -20, -4 },  /* left brow, inner end */
  { 26, 58, -16, 16 },  /* left brow, outer end */
  { 27, 0, -2, -8 },    /* bridge of the nose */
  { 30, 0, 34, -30 },   /* tip of the nose */
  { 31, -16, 44, -8 },  /* right wing of the nose */
  { 33, 0, 47, -17 },   /* below the nose */
  { 35, 16, 44, -8 },   /* left wing of the nose */
  { 36, -45, 0, 14 },   /* right eye, outer corner */
  { 39, -17, 2, 6 },    /* right eye, inner corner */
  { 42, 17, 2, 6 },     /* left eye, inner corner */
  { 45, 45, 0, 14 },    /* left eye, outer corner */
  { 48, -26, 70, 6 },   /* right corner of the mouth */
  { 51, 0, 63, -11 },   /* upper lip */
  { 54, 26, 70, 6 },    /* left corner of the mouth */
};

#define N_HEAD G_N_ELEMENTS (head)
#define MAX_ROUNDS 30

/* Rotation vector and translation, camera coordinates: x right, y down, z away. */
typedef struct
{
  double r[3], t[3];
} Placement;

/* Reference: Rodrigues 1840; the matrix of a turn by |r| about r. */
static void
get_rotation (const double *r, double m[3][3])
{
  double angle = sqrt (r[0] * r[0] + r[1] * r[1] + r[2] * r[2]);
  double c = cos (angle), s = sin (angle), k[3] = { 0 };

  for (int i = 0; i < 3 && angle > 1e-12; i++)
    k[i] = r[i] / angle;
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      m[i][j] = (i == j ? c : 0) + (1 - c) * k[i] * k[j];
  m[0][1] -= s * k[2];
  m[0][2] += s * k[1];
  m[1][0] += s * k[2];
  m[1][2] -= s * k[0];
  m[2][0] -= s * k[1];
  m[2][1] += s * k[0];
}

/* What is seen of point @i, in units of the focal length. */
static void
project (const double m[3][3], const Placement *at, guint i, double *u, double *v)
{
  const double p[3] = { head[i].x, head[i].y, head[i].z };
  double q[3];

  for (int k = 0; k < 3; k++)
    q[k] = m[k][0] * p[0] + m[k][1] * p[1] + m[k][2] * p[2] + at->t[k];
  q[2] = MAX (q[2], 1);
  *u = q[0] / q[2];
  *v = q[1] / q[2];
}

static double
get_residuals (const Placement *at, const double *seen, double *out)
{
  double m[3][3], sum = 0;

  get_rotation (at->r, m);
  for (guint i = 0; i < N_HEAD; i++)
    {
      double u, v;

      project (m, at, i, &u, &v);
      out[2 * i] = u - seen[2 * i];
      out[2 * i + 1] = v - seen[2 * i + 1];
      sum += out[2 * i] * out[2 * i] + out[2 * i + 1] * out[2 * i + 1];
    }
  return sum;
}

/* Solves the symmetric positive 6 x 6 system in place by elimination. FALSE: singular. */
static gboolean
solve (double a[6][7])
{
  for (int i = 0; i < 6; i++)
    {
      if (!(fabs (a[i][i]) > 1e-30))
        return FALSE;
      for (int j = 0; j < 6; j++)
        {
          double f = a[j][i] / a[i][i];

          for (int k = i; k < 7 && j != i; k++)
            a[j][k] -= f * a[i][k];
        }
    }
  for (int i = 0; i < 6; i++)
    a[i][6] /= a[i][i];
  return TRUE;
}

/* J^T J, with @damp added to its diagonal in proportion, and -J^T r. */
static void
set_normal_equations (const Placement *at, const double *seen, double damp, double a[6][7])
{
  double base[2 * N_HEAD], moved[2 * N_HEAD], j[6][2 * N_HEAD];

  get_residuals (at, seen, base);
  for (int p = 0; p < 6; p++)
    {
      Placement other = *at;
      double step = p < 3 ? 1e-5 : 1e-3;

      *(p < 3 ? &other.r[p] : &other.t[p - 3]) += step;
      get_residuals (&other, seen, moved);
      for (guint i = 0; i < 2 * N_HEAD; i++)
        j[p][i] = (moved[i] - base[i]) / step;
    }
  for (int p = 0; p < 6; p++)
    {
      for (int q = 0; q < 6; q++)
        {
          a[p][q] = 0;
          for (guint i = 0; i < 2 * N_HEAD; i++)
            a[p][q] += j[p][i] * j[q][i];
        }
      a[p][6] = 0;
      for (guint i = 0; i < 2 * N_HEAD; i++)
        a[p][6] -= j[p][i] * base[i];
      a[p][p] *= 1 + damp;
    }
}

/* Least squares of the seen points. Reference: Levenberg 1944; Marquardt 1963. */
static double
refine (Placement *at, const double *seen)
{
  double residuals[2 * N_HEAD], error = get_residuals (at, seen, residuals), damp = 1e-3;

  for (int round = 0; round < MAX_ROUNDS; round++)
    {
      Placement next = *at;
      double a[6][7], better;

      set_normal_equations (at, seen, damp, a);
      if (!solve (a))
        break;
      for (int i = 0; i < 3; i++)
        {
          next.r[i] += a[i][6];
          next.t[i] += a[i + 3][6];
        }
      better = get_residuals (&next, seen, residuals);
      if (better < error)
        {
          gboolean is_done = error - better < 1e-9 * error;

          *at = next;
          error = better;
          damp = MAX (damp / 4, 1e-9);
          if (is_done)
            break;
        }
      else if ((damp *= 8) > 1e9)
        break;
    }
  return error;
}

/* A start: upright to the camera but for the turn in the picture plane, as far as the distance
 * between the eyes' outer corners, or bridge and mouth, says. FALSE: nothing to measure. */
static gboolean
guess (const double *seen, Placement *out)
{
  MienPoint from[N_HEAD], to[N_HEAD];
  MienAffine map;
  double scale;

  for (guint i = 0; i < N_HEAD; i++)
    {
      from[i] = (MienPoint){ head[i].x, head[i].y };
      to[i] = (MienPoint){ (float) seen[2 * i], (float) seen[2 * i + 1] };
    }
  if (!mien_affine_fit_similarity (from, to, N_HEAD, &map))
    return FALSE;
  scale = hypot (map.a, map.d);
  if (!(scale > 1e-9))
    return FALSE;
  *out = (Placement){ { 0, 0, atan2 (map.d, map.a) }, { map.c / scale, map.f / scale, 1 / scale } };
  return TRUE;
}

/* Angles of a turned head. The head looks along -z of its own: its direction in the camera's frame
 * gives yaw and pitch, what is left is roll. */
static MienPose
get_angles (const Placement *at)
{
  const double degrees = 180 / G_PI;
  double m[3][3], yaw, pitch, roll;

  get_rotation (at->r, m);
  /* The nose points to -(third column). To the person's left is the viewer's right: +x. */
  yaw = atan2 (-m[0][2], m[2][2]);
  pitch = atan2 (m[1][2], hypot (m[0][2], m[2][2]));
  /* The head's own x axis, without yaw and pitch, against the camera's. A tip to the person's right
   * shoulder turns the picture anticlockwise: the right eye, at the viewer's left, sinks. */
  roll = atan2 (-m[1][0], m[1][1]);
  return (MienPose){ (float) (yaw * degrees), (float) (pitch * degrees), (float) (roll * degrees) };
}

gboolean
mien_pose_from_landmarks (const MienLandmarks *landmarks, int width, int height, MienPose *out)
{
  double seen[2 * N_HEAD], focal = MAX (width, height);
  Placement front, best = { 0 };
  double least = INFINITY;

  *out = (MienPose){ NAN, NAN, NAN };
  for (guint i = 0; i < N_HEAD; i++)
    {
      MienPoint p = landmarks->points[head[i].point];

      if (!isfinite (p.x) || !isfinite (p.y))
        return FALSE;
      seen[2 * i] = (p.x - width / 2.0) / focal;
      seen[2 * i + 1] = (p.y - height / 2.0) / focal;
    }
  if (!guess (seen, &front))
    return FALSE;
  /* From the front alone a head may settle on its mirror image about the picture plane. */
  for (int tilt = -1; tilt <= 1; tilt++)
    {
      Placement start = front;
      double error;

      start.r[1] += 0.4 * tilt;
      error = refine (&start, seen);
      if (error < least)
        {
          least = error;
          best = start;
        }
    }
  *out = get_angles (&best);
  return isfinite (out->yaw) && isfinite (out->pitch) && isfinite (out->roll);
}

gboolean
mien_pose_from_face (const MienFaceBox *face, MienPose *out)
{
  const double degrees = 180 / G_PI;
  const MienPoint *p = face->points;
  MienPoint eyes, right = { 0 }, down;
  double distance, x, y, drop, mouth;

  *out = (MienPose){ NAN, NAN, NAN };
  if (face->n_points < 4)
    return FALSE;
  eyes = (MienPoint){ (p[0].x + p[1].x) / 2, (p[0].y + p[1].y) / 2 };
  distance = hypot (p[1].x - p[0].x, p[1].y - p[0].y);
  drop = hypot (p[3].x - eyes.x, p[3].y - eyes.y);
  if (!(distance > 1e-3) || !(drop > 1e-3))
    return FALSE;
  /* The nose in the frame of the eyes: aside of their middle, and down towards the mouth. */
  right =
      (MienPoint){ (float) ((p[1].x - p[0].x) / distance), (float) ((p[1].y - p[0].y) / distance) };
  down = (MienPoint){ -right.y, right.x };
  x = (p[2].x - eyes.x) * right.x + (p[2].y - eyes.y) * right.y;
  y = (p[2].x - eyes.x) * down.x + (p[2].y - eyes.y) * down.y;
  mouth = (p[3].x - eyes.x) * down.x + (p[3].y - eyes.y) * down.y;
  /* On the mean head the nose stands 40 mm before the line of the eyes, which are 62 mm apart, and
   * hangs halfway to the mouth. */
  out->yaw = (float) (asin (CLAMP (x / (0.65 * MAX (distance, drop * 0.9)), -1, 1)) * degrees);
  out->pitch = (float) (asin (CLAMP ((0.52 - y / MAX (mouth, 1e-3)) * 1.6, -1, 1)) * degrees);
  out->roll = (float) (atan2 (-right.y, right.x) * degrees);
  return TRUE;
}
