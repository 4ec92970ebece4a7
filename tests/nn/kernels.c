/* The small inner loops of every instruction set this machine has, against the definition.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/kernels.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const char *const names[] = { "generic", "avx2", "avx512", "avx512bf16", "amx" };

typedef void (*EachFunc) (const MienKernels *kernels);

static void
for_each (EachFunc func)
{
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const MienKernels *kernels = mien_kernels_find (names[i]);

      if (kernels == NULL)
        continue;
      n++;
      func (kernels);
    }
  g_assert_cmpuint (n, >=, 1);
}

static float *
new_noise (gsize n, guint32 seed)
{
  float *x = mien_aligned_alloc (n * sizeof *x);

  for (gsize i = 0; i < n; i++)
    {
      seed = seed * 1664525u + 1013904223u;
      x[i] = (float) (seed >> 8) / 8388608.0f - 1.0f;
    }
  return x;
}

static double
expected_activation (const MienActivation *a, double x)
{
  switch (a->kind)
    {
    case MIEN_ACT_RELU:
      return MAX (x, 0);
    case MIEN_ACT_CLIP:
      return CLAMP (x, (double) a->lo, (double) a->hi);
    case MIEN_ACT_LEAKY:
      return x < 0 ? x * (double) a->lo : x;
    case MIEN_ACT_SIGMOID:
      return 1 / (1 + exp (-x));
    case MIEN_ACT_SILU:
      return x / (1 + exp (-x));
    case MIEN_ACT_HARDSWISH:
      return x * CLAMP (x / 6 + 0.5, 0, 1);
    case MIEN_ACT_HARDSIGMOID:
      return CLAMP ((double) a->lo * x + (double) a->hi, 0, 1);
    case MIEN_ACT_TANH:
      return tanh (x);
    default:
      return x;
    }
}

static void
check_activation (const MienKernels *kernels, const MienActivation *activation)
{
  enum
  {
    N = 4001
  };
  float x[N], y[N];
  MienEpilogue epilogue;

  mien_epilogue_init (&epilogue, activation);
  for (int i = 0; i < N; i++)
    x[i] = (float) (i - N / 2) * 0.011f;
  x[0] = -200.0f;
  x[N - 1] = 200.0f;
  kernels->activate_flat (&epilogue, x, y, N);
  for (int i = 0; i < N; i++)
    {
      double want = expected_activation (activation, x[i]);
      /* x / 6 + 1/2 loses digits near -3. */
      double slack =
          activation->kind == MIEN_ACT_HARDSWISH || activation->kind == MIEN_ACT_HARDSIGMOID
              ? FLT_EPSILON
              : 1e-9;

      if (!(fabs (y[i] - want) <= slack + 6 * FLT_EPSILON * fabs (want) + FLT_MIN * 4))
        g_error ("%s, activation %d of %g: %.9g, not %.9g", kernels->name, activation->kind, x[i],
                 y[i], want);
    }
  x[5] = NAN;
  kernels->activate_flat (&epilogue, x, y, 32);
  g_assert_true (isnan (y[5]) || activation->kind == MIEN_ACT_HARDSIGMOID);
}

static void
each_activation (const MienKernels *kernels)
{
  for (int kind = MIEN_ACT_NONE; kind <= MIEN_ACT_TANH; kind++)
    {
      const MienActivation activation = { .kind = kind, .lo = 0.2f, .hi = 0.5f };

      if (kind != MIEN_ACT_PRELU)
        check_activation (kernels, &activation);
    }
}

static void
test_activations (void)
{
  for_each (each_activation);
}

static void
each_element (const MienKernels *kernels)
{
  float *a = new_noise (203, 1), *b = new_noise (203, 2), y[203], sum[16] = { 0 };
  float *scale = new_noise (16, 3), *picture = new_noise (11 * 16, 4),
        *scaled = new_noise (11 * 16, 5);
  float *got = new_noise (16, 6);
  MienEpilogue none;

  mien_epilogue_init (&none, NULL);
  kernels->add (&none, a, b, y, 203);
  for (int i = 0; i < 203; i++)
    g_assert_cmpfloat (y[i], ==, a[i] + b[i]);
  kernels->mul (&none, a, b, y, 203);
  for (int i = 0; i < 203; i++)
    g_assert_cmpfloat (y[i], ==, a[i] * b[i]);
  kernels->scale (&none, picture, scale, scaled, 11);
  for (int i = 0; i < 11 * 16; i++)
    {
      g_assert_cmpfloat (scaled[i], ==, picture[i] * scale[i % 16]);
      sum[i % 16] += picture[i];
    }
  kernels->sum_pixels (picture, 11, got);
  for (int i = 0; i < 16; i++)
    g_assert_cmpfloat_with_epsilon (got[i], sum[i], 1e-5f);
  mien_aligned_free (a);
  mien_aligned_free (b);
  mien_aligned_free (scale);
  mien_aligned_free (picture);
  mien_aligned_free (scaled);
  mien_aligned_free (got);
}

static void
test_elements (void)
{
  for_each (each_element);
}

static void
each_layout (const MienKernels *kernels)
{
  for (guint c = 1; c <= 16; c += 5)
    for (gsize n = 1; n <= 40; n += 13)
      {
        float *x = new_noise (c * n, 7), *back = new_noise (c * n, 8);
        float *y = new_noise (n * 16, 9);

        kernels->to_blocks (x, n, c, y, n);
        for (gsize p = 0; p < n; p++)
          for (guint i = 0; i < 16; i++)
            g_assert_cmpfloat (y[p * 16 + i], ==, i < c ? x[i * n + p] : 0.0f);
        kernels->from_blocks (y, back, n, c, n);
        g_assert_cmpmem (back, c * n * sizeof *back, x, c * n * sizeof *x);
        mien_aligned_free (x);
        mien_aligned_free (back);
        mien_aligned_free (y);
      }
}

static void
test_layouts (void)
{
  for_each (each_layout);
}

static float
expected_pool (const MienPoolRow *row, int ox, int lane)
{
  double sum = 0, largest = -INFINITY;
  int count = 0;

  for (int ky = 0; ky < row->k_h; ky++)
    for (int kx = 0; kx < row->k_w; kx++)
      {
        int iy = row->y_in + ky, ix = ox * row->stride_w - row->pad_left + kx;

        if (iy >= 0 && iy < row->h_in && ix >= 0 && ix < row->w_in)
          {
            double v = row->x[(iy * row->w_in + ix) * 16 + lane];

            sum += v;
            largest = MAX (largest, v);
            count++;
          }
        else if (row->count_pad && iy < row->h_limit && ix < row->w_limit)
          count++;
      }
  return (float) (row->is_max ? largest : sum / count);
}

static void
each_pool (const MienKernels *kernels)
{
  float *x = new_noise (7 * 9 * 16, 10), *y = new_noise (16 * 16, 11);

  for (int mode = 0; mode < 3; mode++)
    for (int k = 2; k <= 3; k++)
      for (int pad = 0; pad < 2; pad++)
        for (int y_in = -pad; y_in < 6; y_in++)
          {
            MienPoolRow row = { .x = x,
                                .h_in = 7,
                                .w_in = 9,
                                .y_in = y_in,
                                .pad_left = pad,
                                .k_h = k,
                                .k_w = k,
                                .stride_w = 2,
                                .y = y,
                                .w_out = 4,
                                .is_max = mode == 0,
                                .count_pad = mode == 2,
                                .h_limit = 7 + pad,
                                .w_limit = 9 + pad };

            kernels->pool_row (&row);
            for (int i = 0; i < 4 * 16; i++)
              g_assert_cmpfloat_with_epsilon (y[i], expected_pool (&row, i / 16, i % 16), 1e-6f);
          }
  mien_aligned_free (x);
  mien_aligned_free (y);
}

static void
test_pool (void)
{
  for_each (each_pool);
}

/* Every way round, with rows that are further apart than long, and ends of all lengths. What lies
 * between the rows of y stays. */
static void
check_products (const MienKernels *kernels)
{
  static const int sizes[][3] = { { 1, 1, 1 },    { 4, 32, 16 },   { 5, 33, 7 },
                                  { 3, 70, 300 }, { 13, 15, 257 }, { 64, 49, 24 } };

  for (guint i = 0; i < 8 * G_N_ELEMENTS (sizes); i++)
    {
      const int m = sizes[i / 8][0], n = sizes[i / 8][1], k = sizes[i / 8][2];
      MienProduct p = { .m = m, .n = n, .k = k, .ldy = (gsize) n + 3, .alpha = 0.5f };
      g_autofree float *old = NULL;
      float *a, *b;

      p.trans_a = (i & 1) != 0;
      p.trans_b = (i & 2) != 0;
      p.accumulates = (i & 4) != 0;
      p.lda = (gsize) (p.trans_a ? m : k) + 1;
      p.ldb = (gsize) (p.trans_b ? k : n) + 2;
      p.a = a = new_noise (p.lda * (gsize) (p.trans_a ? k : m), 1 + i);
      p.b = b = new_noise (p.ldb * (gsize) (p.trans_b ? n : k), 100 + i);
      p.y = new_noise (p.ldy * (gsize) m, 200 + i);
      old = g_memdup2 (p.y, p.ldy * (gsize) m * sizeof (float));
      kernels->product (&p);
      for (int r = 0; r < m; r++)
        for (int c = 0; c < (int) p.ldy; c++)
          {
            gsize at = (gsize) r * p.ldy + (gsize) c;
            double sum = 0;

            if (c >= n)
              {
                g_assert_cmpfloat (p.y[at], ==, old[at]);
                continue;
              }
            for (int x = 0; x < k; x++)
              sum += (double) (p.trans_a ? a[(gsize) x * p.lda + (gsize) r]
                                         : a[(gsize) r * p.lda + (gsize) x])
                     * (double) (p.trans_b ? b[(gsize) c * p.ldb + (gsize) x]
                                           : b[(gsize) x * p.ldb + (gsize) c]);
            g_assert_cmpfloat_with_epsilon (
                p.y[at], 0.5 * sum + (p.accumulates ? (double) old[at] : 0.0), 1e-6 * (k + 1));
          }
      mien_aligned_free (a);
      mien_aligned_free (b);
      mien_aligned_free (p.y);
    }
}

static void
test_products (void)
{
  for_each (check_products);
}

static void
test_choice (void)
{
  g_assert_null (mien_kernels_find ("no-such"));
  g_assert_null (mien_kernels_find (NULL));
  g_assert_true (mien_kernels_find (mien_kernels_get ()->name) == mien_kernels_get ());
  g_assert_true (mien_kernels_find ("generic") == &mien_kernels_generic);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernels/activations", test_activations);
  g_test_add_func ("/kernels/elements", test_elements);
  g_test_add_func ("/kernels/layouts", test_layouts);
  g_test_add_func ("/kernels/pool", test_pool);
  g_test_add_func ("/kernels/products", test_products);
  g_test_add_func ("/kernels/choice", test_choice);
  return g_test_run ();
}
