/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/rect.h"

#include <math.h>

float
mien_rect_overlap (const MienRect *a, const MienRect *b)
{
  float left = MAX (a->x, b->x);
  float top = MAX (a->y, b->y);
  float right = MIN (a->x + a->width, b->x + b->width);
  float bottom = MIN (a->y + a->height, b->y + b->height);

  if (right <= left || bottom <= top)
    return 0;
  return (right - left) * (bottom - top);
}

float
mien_rect_iou (const MienRect *a, const MienRect *b)
{
  float overlap, together;

  if (!(a->width > 0 && a->height > 0 && b->width > 0 && b->height > 0))
    return 0;
  overlap = mien_rect_overlap (a, b);
  together = a->width * a->height + b->width * b->height - overlap;
  return together > 0 ? overlap / together : 0;
}

gboolean
mien_rect_clip (const MienRect *rect, int width, int height, MienRect *out)
{
  float left = MAX (rect->x, 0);
  float top = MAX (rect->y, 0);
  float right = MIN (rect->x + rect->width, (float) width);
  float bottom = MIN (rect->y + rect->height, (float) height);

  if (!isfinite (rect->x + rect->width) || !isfinite (rect->y + rect->height) || right <= left
      || bottom <= top)
    return FALSE;
  *out = (MienRect){ left, top, right - left, bottom - top };
  return TRUE;
}

MienRect
mien_rect_square (const MienRect *rect, float scale)
{
  float side = MAX (rect->width, rect->height) * scale;

  return (MienRect){ rect->x + (rect->width - side) / 2, rect->y + (rect->height - side) / 2, side,
                     side };
}

MienAffine
mien_affine_from_rect (const MienRect *rect, int width, int height)
{
  return (MienAffine){ rect->width / (float) width,   0,      rect->x, 0,
                       rect->height / (float) height, rect->y };
}

gboolean
mien_affine_fit_similarity (const MienPoint *from, const MienPoint *to, guint n, MienAffine *out)
{
  double fx = 0, fy = 0, tx = 0, ty = 0, dot = 0, cross = 0, spread = 0, a, b;

  g_return_val_if_fail (n > 0, FALSE);
  for (guint i = 0; i < n; i++)
    {
      fx += from[i].x / (double) n;
      fy += from[i].y / (double) n;
      tx += to[i].x / (double) n;
      ty += to[i].y / (double) n;
    }
  for (guint i = 0; i < n; i++)
    {
      double ux = from[i].x - fx, uy = from[i].y - fy;
      double vx = to[i].x - tx, vy = to[i].y - ty;

      dot += ux * vx + uy * vy;
      cross += ux * vy - uy * vx;
      spread += ux * ux + uy * uy;
    }
  if (!(spread > 1e-12) || !isfinite (dot) || !isfinite (cross))
    return FALSE;
  a = dot / spread;
  b = cross / spread;
  *out = (MienAffine){ (float) a, (float) -b, (float) (tx - a * fx + b * fy),
                       (float) b, (float) a,  (float) (ty - b * fx - a * fy) };
  return TRUE;
}

gboolean
mien_affine_invert (const MienAffine *self, MienAffine *out)
{
  double det = (double) self->a * self->e - (double) self->b * self->d;
  double a, b, d, e;

  if (!(fabs (det) > 1e-20) || !isfinite (det))
    return FALSE;
  a = self->e / det;
  b = -self->b / det;
  d = -self->d / det;
  e = self->a / det;
  *out = (MienAffine){ (float) a, (float) b, (float) -(a * self->c + b * self->f),
                       (float) d, (float) e, (float) -(d * self->c + e * self->f) };
  return TRUE;
}

MienPoint
mien_affine_apply (const MienAffine *self, MienPoint point)
{
  return (MienPoint){ self->a * point.x + self->b * point.y + self->c,
                      self->d * point.x + self->e * point.y + self->f };
}
