/* A pair of convolutions computes what its two plans do one after the other, bit by bit.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/conv-pair.h"

#include <string.h>

typedef struct
{
  const char *name;
  gboolean depthwise_first;
  int n, c_in, c_out, h, w, k, stride, dilation;
} Case;

static const Case cases[] = {
  { "depthwise-point", TRUE, 1, 32, 48, 13, 17, 3, 1, 1 },
  { "depthwise-point-stride-2", TRUE, 2, 40, 24, 15, 14, 3, 2, 1 },
  { "depthwise-point-wide", TRUE, 1, 64, 64, 9, 200, 5, 1, 1 },
  { "depthwise-point-large", TRUE, 1, 256, 16, 40, 40, 3, 1, 1 },
  { "point-depthwise", FALSE, 1, 16, 16, 60, 20, 3, 1, 1 },
  { "point-depthwise-stride-2", FALSE, 2, 20, 36, 33, 18, 5, 2, 1 },
  { "point-depthwise-dilated", FALSE, 1, 16, 33, 31, 12, 3, 1, 3 },
  { "point-depthwise-large", FALSE, 1, 32, 128, 64, 64, 3, 1, 1 },
  { "point-depthwise-low", FALSE, 3, 16, 16, 1, 5, 3, 1, 1 },
};

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

static MienConvShape
make_shape (const Case *c, gboolean depthwise, int channels_in, int channels_out, int h, int w)
{
  const int pad = depthwise ? c->k / 2 * c->dilation : 0;
  MienConvShape s = { .n = c->n,
                      .c_in = channels_in,
                      .h_in = h,
                      .w_in = w,
                      .c_out = channels_out,
                      .k_h = depthwise ? c->k : 1,
                      .k_w = depthwise ? c->k : 1,
                      .stride_h = depthwise ? c->stride : 1,
                      .stride_w = depthwise ? c->stride : 1,
                      .pad_top = pad,
                      .pad_left = pad,
                      .pad_bottom = pad,
                      .pad_right = pad,
                      .dilation_h = depthwise ? c->dilation : 1,
                      .dilation_w = depthwise ? c->dilation : 1,
                      .groups = depthwise ? channels_in : 1 };

  g_assert_true (mien_conv_shape_finish (&s));
  return s;
}

static MienConvPlan *
new_plan (const MienConvShape *s, MienActKind kind, guint32 seed)
{
  const MienActivation activation = { .kind = kind };
  float *weight = new_noise ((gsize) s->c_out * (s->c_in / s->groups) * s->k_h * s->k_w, seed);
  float *bias = new_noise ((gsize) s->c_out, seed + 1);
  MienConvPlan *plan =
      mien_conv_plan_new (s, s->groups > 1 ? MIEN_CONV_DEPTHWISE : MIEN_CONV_DIRECT,
                          MIEN_LAYOUT_NC16HW, MIEN_LAYOUT_NC16HW, weight, bias, &activation);

  mien_aligned_free (weight);
  mien_aligned_free (bias);
  return plan;
}

static void
test_pair (gconstpointer data)
{
  const Case *c = data;
  const MienConvShape a = make_shape (c, c->depthwise_first, c->c_in,
                                      c->depthwise_first ? c->c_in : c->c_out, c->h, c->w);
  const MienConvShape b = make_shape (c, !c->depthwise_first, a.c_out, c->c_out, a.h_out, a.w_out);
  g_autoptr (MienConvPlan) one = new_plan (&a, MIEN_ACT_SIGMOID, 3),
                           two = new_plan (&b, MIEN_ACT_RELU, 5);
  MienConvPlan *wrong = new_plan (&b, MIEN_ACT_RELU, 5);
  g_autoptr (MienConvPair) pair =
      mien_conv_pair_new (new_plan (&a, MIEN_ACT_SIGMOID, 3), new_plan (&b, MIEN_ACT_RELU, 5));
  const gsize y_size = mien_blocked_size (b.n, b.c_out, b.h_out, b.w_out);
  float *plain = new_noise ((gsize) a.n * a.c_in * a.h_in * a.w_in, 9);
  float *x = mien_aligned_alloc (mien_blocked_size (a.n, a.c_in, a.h_in, a.w_in) * sizeof *x);
  float *middle =
      mien_aligned_alloc (mien_blocked_size (a.n, a.c_out, a.h_out, a.w_out) * sizeof *x);
  float *expected = mien_aligned_alloc (y_size * sizeof *x);
  float *y = mien_aligned_alloc (y_size * sizeof *x);
  float *residual = new_noise (y_size, 11);
  void *space = mien_aligned_alloc (
      MAX (mien_conv_plan_get_workspace (one, 1), mien_conv_plan_get_workspace (two, 1)) + 64);

  g_assert_nonnull (pair);
  mien_layout_to_blocked (a.n, a.c_in, a.h_in, a.w_in, plain, x, NULL);
  mien_conv_plan_run (one, x, NULL, middle, space, NULL);
  mien_conv_plan_run (two, middle, residual, expected, space, NULL);
  for (guint threads = 1; threads <= 3; threads++)
    {
      g_autoptr (MienParallel) parallel = mien_parallel_new (threads);
      const gsize size = mien_conv_pair_get_workspace (pair, threads);
      void *pair_space = mien_aligned_alloc (size);

      memset (pair_space, 0xff, size);
      memset (y, 0xff, y_size * sizeof *y);
      mien_conv_pair_run (pair, x, residual, y, pair_space, parallel);
      g_assert_cmpmem (y, y_size * sizeof *y, expected, y_size * sizeof *y);
      mien_aligned_free (pair_space);
    }
  g_assert_null (mien_conv_pair_new (wrong, wrong));
  mien_conv_plan_free (wrong);
  mien_aligned_free (plain);
  mien_aligned_free (x);
  mien_aligned_free (middle);
  mien_aligned_free (expected);
  mien_aligned_free (y);
  mien_aligned_free (residual);
  mien_aligned_free (space);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/conv-pair/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_pair);
    }
  return g_test_run ();
}
