/* Products of small matrices, row by row: what OpenBLAS would allocate for. Compiled once per
 * instruction set; see nn/kernels.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "nn/kernels.h"
#include "nn/simd.h"

#define PRODUCT_COLUMNS (2 * VL)
/* As many sums as there are registers for. */
#define PRODUCT_ROWS (VL == 16 ? 8 : 4)
/* Steps of the inner dimension that are packed at a time. */
#define PRODUCT_DEPTH 256

/* Columns [@column, @column + @width) of b, rows [@from, @from + @depth), padded with zeros. */
static void
pack_product (const MienProduct *p, int column, int width, int from, int depth, float *out)
{
  for (int i = 0; i < depth; i++)
    for (int j = 0; j < PRODUCT_COLUMNS; j++)
      out[i * PRODUCT_COLUMNS + j] = j >= width ? 0.0f
                                     : p->trans_b
                                         ? p->b[(gsize) (column + j) * p->ldb + (gsize) (from + i)]
                                         : p->b[(gsize) (from + i) * p->ldb + (gsize) (column + j)];
}

INLINE void
store_product (const MienProduct *p, float *y, int width, const vf *sum, gboolean adds)
{
  float part[PRODUCT_COLUMNS];

  if (width == PRODUCT_COLUMNS)
    {
      for (int v = 0; v < 2; v++)
        {
          vf value = v_set1 (p->alpha) * sum[v];

          if (adds)
            value = v_loadu (y + v * VL) + value;
          v_storeu (y + v * VL, value);
        }
      return;
    }
  for (int v = 0; v < 2; v++)
    v_storeu (part + v * VL, sum[v]);
  for (int j = 0; j < width; j++)
    y[j] = adds ? y[j] + p->alpha * part[j] : p->alpha * part[j];
}

/* Rows [@row, @row + @n_rows) of one panel of columns. */
INLINE void
multiply_panel (const MienProduct *p,
                int row,
                int n_rows,
                int from,
                int depth,
                const float *b,
                gsize ldb,
                vf sum[PRODUCT_ROWS][2])
{
  const gsize step = p->trans_a ? p->lda : 1, next = p->trans_a ? 1 : p->lda;
  const float *a = p->a + (gsize) row * next + (gsize) from * step;

  for (int r = 0; r < n_rows; r++)
    sum[r][0] = sum[r][1] = v_set1 (0.0f);
  for (int i = 0; i < depth; i++)
    {
      vf b0 = v_loadu (b + (gsize) i * ldb), b1 = v_loadu (b + (gsize) i * ldb + VL);

      for (int r = 0; r < n_rows; r++)
        {
          vf value = v_set1 (a[(gsize) i * step + (gsize) r * next]);

          sum[r][0] = v_fma (value, b0, sum[r][0]);
          sum[r][1] = v_fma (value, b1, sum[r][1]);
        }
    }
}

static void
simd_product (const MienProduct *p)
{
  float packed[PRODUCT_DEPTH * PRODUCT_COLUMNS];
  vf sum[PRODUCT_ROWS][2];

  for (int column = 0; column < p->n; column += PRODUCT_COLUMNS)
    for (int from = 0; from < p->k; from += PRODUCT_DEPTH)
      {
        int width = MIN (PRODUCT_COLUMNS, p->n - column), depth = MIN (PRODUCT_DEPTH, p->k - from);
        gboolean packs = p->trans_b || width < PRODUCT_COLUMNS;
        gboolean adds = p->accumulates || from > 0;
        const float *b = packed;
        gsize ldb = PRODUCT_COLUMNS;

        if (packs)
          pack_product (p, column, width, from, depth, packed);
        else
          {
            ldb = p->ldb;
            b = p->b + (gsize) from * ldb + (gsize) column;
          }
        for (int row = 0, n_rows; row < p->m; row += n_rows)
          {
            n_rows = p->m - row;
            if (n_rows >= PRODUCT_ROWS)
              multiply_panel (p, row, n_rows = PRODUCT_ROWS, from, depth, b, ldb, sum);
            else if (n_rows >= 4)
              multiply_panel (p, row, n_rows = 4, from, depth, b, ldb, sum);
            else if (n_rows >= 2)
              multiply_panel (p, row, n_rows = 2, from, depth, b, ldb, sum);
            else
              multiply_panel (p, row, 1, from, depth, b, ldb, sum);
            for (int r = 0; r < n_rows; r++)
              store_product (p, p->y + (gsize) (row + r) * p->ldy + (gsize) column, width, sum[r],
                             adds);
          }
      }
}
