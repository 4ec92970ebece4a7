/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widgets/label-places.h"

#include <math.h>

#define MARGIN 2 /* to the edge of the view */
#define GAP 5    /* to the box */
#define PLACES 27
#define WIDTHS 4 /* from the whole label to the shortest */
#define MANY 32  /* labels that are not arranged again and again: a crowd has no room anyway */

static double
get_overlap (const cairo_rectangle_t *a, const cairo_rectangle_t *b)
{
  double width = MIN (a->x + a->width, b->x + b->width) - MAX (a->x, b->x);
  double height = MIN (a->y + a->height, b->y + b->height) - MAX (a->y, b->y);

  return MAX (width, 0) * MAX (height, 0);
}

/* Place number @i for a label: above the box, below it, beside it, then further above and below in
 * steps of its own height; from the left edge of the box, in its middle or from the right. */
static void
propose (const cairo_rectangle_t *box, guint i, cairo_rectangle_t *label)
{
  guint row = i / 3, column = i % 3, far = row < 3 ? 0 : (row - 1) / 2;

  label->x = box->x - 1 + (box->width + 2 - label->width) * column / 2;
  if (row == 2)
    {
      label->x = column == 0 ? box->x + box->width + GAP : box->x - label->width - GAP;
      label->y = column < 2 ? box->y : box->y + box->height - label->height;
    }
  else if (row % 2 == (row < 2 ? 0 : 1))
    label->y = box->y - label->height - GAP - far * (label->height + 2);
  else
    label->y = box->y + box->height + GAP + far * (label->height + 2);
}

/* The view, and what labels are to keep clear of. */
typedef struct
{
  double width, height;
  const cairo_rectangle_t *faces;
  guint n_faces;
} View;

/* The first place of @width for label @n that hides nothing, or the one that hides least; another
 * label is @worse times as bad to hide as a face. Returns how much of the labels before it hides.
 */
static double
find_place (const View *view, MienLabelPlace *labels, guint n, double width, double worse)
{
  double least = INFINITY, hidden = 0;

  for (guint i = 0; i < PLACES && least > 0; i++)
    {
      cairo_rectangle_t at = { .width = width, .height = labels[n].height };
      double others = 0, cost;

      propose (&labels[n].box, i, &at);
      at.x = CLAMP (at.x, MARGIN, MAX (MARGIN, view->width - width - MARGIN));
      at.y = CLAMP (at.y, MARGIN, MAX (MARGIN, view->height - at.height - MARGIN));
      for (guint k = 0; k < n; k++)
        others += get_overlap (&at, &labels[k].at);
      cost = worse * others;
      for (guint k = 0; k < view->n_faces; k++)
        cost += get_overlap (&at, &view->faces[k]);
      if (cost < least)
        {
          least = cost;
          hidden = others;
          labels[n].at = at;
        }
    }
  return hidden;
}

/* Places all of them, none wider than step @from of WIDTHS; how much of them is hidden. */
static double
place_all (const View *view, MienLabelPlace *labels, guint n, guint from)
{
  double sum = 0;

  for (guint i = 0; i < n; i++)
    {
      double width = MIN (labels[i].width, MAX (view->width - 2 * MARGIN, 1));
      double least = MIN (labels[i].least, width), fewest = INFINITY;
      cairo_rectangle_t best = { 0 };

      for (guint k = from; k < WIDTHS && fewest > 0; k++)
        {
          /* The shortest covers a face rather than a label. */
          double hidden = find_place (view, labels, i, width - (width - least) * k / (WIDTHS - 1),
                                      k + 1 < WIDTHS ? 4 : 1e6);

          if (hidden < fewest)
            {
              fewest = hidden;
              best = labels[i].at;
            }
        }
      labels[i].at = best;
      sum += fewest;
    }
  return sum;
}

void
mien_label_places_arrange (double width,
                           double height,
                           const cairo_rectangle_t *faces,
                           guint n_faces,
                           MienLabelPlace *labels,
                           guint n)
{
  const View view = { width, height, faces, n_faces };
  double least = INFINITY;
  guint best = 0;

  for (guint from = 0; from < (n <= MANY ? WIDTHS : 1) && least > 0; from++)
    {
      double hidden = place_all (&view, labels, n, from);

      if (hidden < least)
        {
          least = hidden;
          best = from;
        }
    }
  if (least > 0)
    place_all (&view, labels, n, best);
}
