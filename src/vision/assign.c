/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/assign.h"

#include <math.h>

/* Forbidden pairs cost this, so that the potentials stay finite. */
#define FORBIDDEN 1e9

typedef struct
{
  const double *costs;
  guint n_rows, n_columns, n_all; /* each row also has a column of its own: to stay alone */
  double limit;
} Problem;

static double
get_cost (const Problem *self, guint row, guint column)
{
  double cost;

  if (column >= self->n_columns)
    return column - self->n_columns == row ? self->limit : FORBIDDEN;
  cost = self->costs[(gsize) row * self->n_columns + column];
  return cost <= self->limit ? cost : FORBIDDEN;
}

/* Finds the cheapest alternating path from @row to a free column and flips it. Arrays count from 1;
 * 0 is the start. */
static void
augment (
    const Problem *self, guint row, double *u, double *v, guint *row_of, guint *way, double *least)
{
  guint column = 0;
  g_autofree gboolean *is_done = g_new0 (gboolean, self->n_all + 1);

  row_of[0] = row;
  for (guint j = 0; j <= self->n_all; j++)
    least[j] = INFINITY;
  do
    {
      guint next = 0, i = row_of[column];
      double delta = INFINITY;

      is_done[column] = TRUE;
      for (guint j = 1; j <= self->n_all; j++)
        {
          double reduced;

          if (is_done[j])
            continue;
          reduced = get_cost (self, i - 1, j - 1) - u[i] - v[j];
          if (reduced < least[j])
            {
              least[j] = reduced;
              way[j] = column;
            }
          if (least[j] < delta)
            {
              delta = least[j];
              next = j;
            }
        }
      for (guint j = 0; j <= self->n_all; j++)
        if (is_done[j])
          {
            u[row_of[j]] += delta;
            v[j] -= delta;
          }
        else
          least[j] -= delta;
      column = next;
    }
  while (row_of[column] != 0);
  while (column != 0)
    {
      row_of[column] = row_of[way[column]];
      column = way[column];
    }
}

void
mien_assign (const double *costs, guint n_rows, guint n_columns, double limit, int *out)
{
  Problem problem = { costs, n_rows, n_columns, n_rows + n_columns, limit };
  g_autofree double *u = g_new0 (double, n_rows + 1);
  g_autofree double *v = g_new0 (double, problem.n_all + 1);
  g_autofree double *least = g_new (double, problem.n_all + 1);
  g_autofree guint *row_of = g_new0 (guint, problem.n_all + 1);
  g_autofree guint *way = g_new0 (guint, problem.n_all + 1);

  for (guint i = 0; i < n_rows; i++)
    out[i] = -1;
  for (guint i = 1; i <= n_rows; i++)
    augment (&problem, i, u, v, row_of, way, least);
  for (guint j = 1; j <= n_columns; j++)
    if (row_of[j] != 0)
      out[row_of[j] - 1] = (int) j - 1;
}
