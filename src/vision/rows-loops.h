/* The loops behind vision/rows.h; a file that includes this names the table MIEN_ROW_KERNELS.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/rows.h"

/* Pixels whose sums stay in registers. */
#define CHUNK 32

static void
sum_rows (const guint8 *source,
          gssize stride,
          const float *restrict weights,
          int count,
          int n,
          float *restrict sum)
{
  int i = 0;

  for (; i + CHUNK <= n; i += CHUNK)
    {
      float part[CHUNK] = { 0 };

      for (int k = 0; k < count; k++)
        {
          const guint8 *restrict row = source + k * stride + i;
          const float weight = weights[k];

          for (int j = 0; j < CHUNK; j++)
            part[j] += weight * (float) row[j];
        }
      for (int j = 0; j < CHUNK; j++)
        sum[i + j] = part[j];
    }
  for (; i < n; i++)
    {
      float value = 0;

      for (int k = 0; k < count; k++)
        value += weights[k] * (float) source[k * stride + i];
      sum[i] = value;
    }
}

static void
sum_columns (const float *restrict sum,
             const int *restrict places,
             const float *restrict weights,
             int count,
             int step,
             int n,
             float *restrict out)
{
  for (int i = 0; i < n; i++)
    out[i] = 0;
  for (int k = 0; k < count; k++, weights += n, sum += step)
    for (int i = 0; i < n; i++)
      out[i] += weights[i] * sum[places[i]];
}

static void
mix (const float *restrict a,
     const float *restrict b,
     const float *restrict c,
     const float *m,
     float add,
     float scale,
     float offset,
     int n,
     float *restrict out)
{
  const float ma = m[0], mb = m[1], mc = m[2];

  for (int i = 0; i < n; i++)
    {
      float value = ma * a[i] + add;

      if (b != NULL)
        value = value + mb * b[i] + mc * c[i];
      value = value < 0 ? 0 : value;
      value = value > 255 ? 255 : value;
      out[i] = value * scale + offset;
    }
}

const MienRowKernels MIEN_ROW_KERNELS = { sum_rows, sum_columns, mix };
