/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "insight/regions.h"

#include <math.h>
#include <stdlib.h>

/* Part of the distance of the eyes by which a hull is widened. */
#define MARGIN 0.1
#define MAX_POINTS 20

/* Runs of the 68 points; eyes and brows are two each. */
static const struct
{
  MienRegion region;
  guint first, n;
} parts[] = {
  { MIEN_REGION_BROWS, 17, 5 }, { MIEN_REGION_BROWS, 22, 5 }, { MIEN_REGION_EYES, 36, 6 },
  { MIEN_REGION_EYES, 42, 6 },  { MIEN_REGION_NOSE, 27, 9 },  { MIEN_REGION_MOUTH, 48, 20 },
};

const char *
mien_region_get_name (MienRegion region)
{
  static const char *const names[] = { "brows", "eyes", "nose", "mouth", "rest" };

  g_return_val_if_fail ((guint) region < MIEN_N_REGIONS, NULL);
  return names[region];
}

static int
compare_points (gconstpointer a, gconstpointer b)
{
  const MienPoint *p = a, *q = b;

  if (p->x != q->x)
    return p->x < q->x ? -1 : 1;
  return (p->y > q->y) - (p->y < q->y);
}

static float
turn (MienPoint o, MienPoint a, MienPoint b)
{
  return (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
}

/* The convex hull, in order; @hull has room for one more than @n points.
 * Reference: Andrew 1979 (monotone chain). */
static guint
find_hull (const MienPoint *points, guint n, MienPoint *hull)
{
  MienPoint sorted[MAX_POINTS];
  guint k = 0, lower;

  for (guint i = 0; i < n; i++)
    sorted[i] = points[i];
  qsort (sorted, n, sizeof *sorted, compare_points);
  for (guint i = 0; i < n; i++)
    {
      while (k >= 2 && turn (hull[k - 2], hull[k - 1], sorted[i]) <= 0)
        k--;
      hull[k++] = sorted[i];
    }
  lower = k + 1;
  for (guint i = n - 1; i-- > 0;)
    {
      while (k >= lower && turn (hull[k - 2], hull[k - 1], sorted[i]) <= 0)
        k--;
      hull[k++] = sorted[i];
    }
  return k - 1;
}

static double
distance_to_edge (MienPoint p, MienPoint a, MienPoint b)
{
  double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
  double t = length > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length : 0;

  t = CLAMP (t, 0, 1);
  return hypot (p.x - a.x - t * dx, p.y - a.y - t * dy);
}

/* 0 inside. */
static double
distance_to_hull (MienPoint p, const MienPoint *hull, guint n)
{
  double nearest = INFINITY;
  gboolean inside = n >= 3;

  for (guint i = 0; i < n; i++)
    {
      MienPoint a = hull[i], b = hull[(i + 1) % n];

      nearest = MIN (nearest, distance_to_edge (p, a, b));
      inside &= turn (a, b, p) >= 0;
    }
  return inside ? 0 : nearest;
}

typedef struct
{
  MienPoint points[G_N_ELEMENTS (parts)][MAX_POINTS + 1];
  guint n[G_N_ELEMENTS (parts)];
  double margin;
} Hulls;

static void
find_hulls (const MienLandmarks *landmarks, Hulls *hulls)
{
  MienPoint right = mien_landmarks_get_right_eye (landmarks);
  MienPoint left = mien_landmarks_get_left_eye (landmarks);

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    hulls->n[i] = find_hull (landmarks->points + parts[i].first, parts[i].n, hulls->points[i]);
  hulls->margin = MARGIN * hypot (right.x - left.x, right.y - left.y);
}

static MienRegion
find_region (const Hulls *hulls, MienPoint point)
{
  double nearest = hulls->margin;
  MienRegion region = MIEN_REGION_REST;

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      double d = distance_to_hull (point, hulls->points[i], hulls->n[i]);

      if (d < nearest)
        {
          nearest = d;
          region = parts[i].region;
        }
    }
  return region;
}

MienRegion
mien_region_find (const MienLandmarks *landmarks, MienPoint point)
{
  Hulls hulls;

  g_return_val_if_fail (landmarks != NULL, MIEN_REGION_REST);
  find_hulls (landmarks, &hulls);
  return find_region (&hulls, point);
}

void
mien_region_share (const MienTensor *map,
                   const MienAffine *to_picture,
                   const MienLandmarks *landmarks,
                   double share[MIEN_N_REGIONS])
{
  Hulls hulls;
  double sum = 0;

  g_return_if_fail (map != NULL && map->rank == 2 && to_picture != NULL && landmarks != NULL);
  find_hulls (landmarks, &hulls);
  for (int r = 0; r < MIEN_N_REGIONS; r++)
    share[r] = 0;
  for (gint64 y = 0; y < map->dims[0]; y++)
    for (gint64 x = 0; x < map->dims[1]; x++)
      {
        MienPoint at = { (float) x + 0.5f, (float) y + 0.5f };
        double value = fabs ((double) mien_tensor_f32 (map)[y * map->dims[1] + x]);

        share[find_region (&hulls, mien_affine_apply (to_picture, at))] += value;
        sum += value;
      }
  for (int r = 0; r < MIEN_N_REGIONS && sum > 0; r++)
    share[r] /= sum;
}
