/* Every algorithm of convolution on every class of shape against the plain twin.
 *
 * A sum of K products may differ from the exact one by K eps max|x| max|w|. Winograd's transforms
 * amplify that: by the norms of A, G and B at worst (36 for F(2x2, 3x3), 36100 for F(4x4, 3x3)), in
 * practice by far less. What is promised and checked here: (K + 32) eps max|x| max|w| times the
 * factors below.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/conv.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define BOUND_WINOGRAD_2 2.0
#define BOUND_WINOGRAD_4 8.0

typedef struct
{
  const char *name;
  MienConvShape shape; /* without h_out, w_out */
} Case;

#define SAME(k) k, k, 1, 1, (k) / 2, (k) / 2, (k) / 2, (k) / 2, 1, 1
#define SHAPE(n, ci, h, w, co, ...)                                                                \
  {                                                                                                \
    n, ci, h, w, co, 0, 0, __VA_ARGS__                                                             \
  }

static const Case cases[] = {
  { "3x3", SHAPE (1, 32, 13, 14, 48, SAME (3), 1) },
  { "3x3-odd-channels", SHAPE (2, 19, 9, 11, 37, SAME (3), 1) },
  { "3x3-one-tile", SHAPE (1, 16, 3, 2, 16, SAME (3), 1) },
  { "3x3-valid", SHAPE (1, 16, 12, 17, 24, 3, 3, 1, 1, 0, 0, 0, 0, 1, 1, 1) },
  { "3x3-uneven-padding", SHAPE (1, 8, 10, 9, 16, 3, 3, 1, 1, 0, 1, 2, 0, 1, 1, 1) },
  { "3x3-many-tiles", SHAPE (3, 64, 40, 41, 64, SAME (3), 1) },
  { "3x3-deep", SHAPE (1, 128, 8, 8, 96, SAME (3), 1) },
  { "3x3-stride-2", SHAPE (1, 24, 15, 17, 40, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1) },
  { "3x3-dilated", SHAPE (1, 16, 14, 15, 16, 3, 3, 1, 1, 3, 3, 3, 3, 3, 3, 1) },
  { "5x5", SHAPE (1, 32, 14, 13, 33, SAME (5), 1) },
  { "5x5-many-tiles", SHAPE (2, 48, 27, 29, 32, SAME (5), 1) },
  { "5x5-stride-2", SHAPE (1, 16, 14, 13, 16, 5, 5, 2, 2, 2, 2, 2, 2, 1, 1, 1) },
  { "7x1", SHAPE (1, 16, 14, 13, 32, 7, 1, 1, 1, 3, 0, 3, 0, 1, 1, 1) },
  { "1x1", SHAPE (1, 64, 19, 21, 80, SAME (1), 1) },
  { "1x1-odd-channels", SHAPE (2, 40, 7, 7, 6, SAME (1), 1) },
  { "1x1-stride-2", SHAPE (1, 32, 14, 15, 64, 1, 1, 2, 2, 0, 0, 0, 0, 1, 1, 1) },
  { "1x1-padded", SHAPE (1, 32, 6, 5, 16, 1, 1, 1, 1, 1, 0, 1, 2, 1, 1, 1) },
  { "first-gray", SHAPE (1, 1, 48, 47, 64, SAME (3), 1) },
  { "first-rgb-stride-2", SHAPE (2, 3, 33, 40, 16, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1) },
  { "first-rgb-512", SHAPE (1, 3, 9, 512, 40, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1) },
  { "first-narrow", SHAPE (2, 3, 9, 2, 20, 5, 5, 1, 1, 2, 2, 2, 2, 1, 1, 1) },
  { "first-rgb-11x11", SHAPE (1, 3, 67, 64, 96, 11, 11, 4, 4, 2, 2, 2, 2, 1, 1, 1) },
  { "depthwise-3x3", SHAPE (1, 32, 13, 14, 32, SAME (3), 32) },
  { "depthwise-3x3-odd", SHAPE (2, 20, 7, 5, 20, SAME (3), 20) },
  { "depthwise-3x3-stride-2", SHAPE (1, 32, 16, 19, 32, 3, 3, 2, 2, 0, 0, 1, 1, 1, 1, 32) },
  { "depthwise-5x5", SHAPE (1, 48, 13, 14, 48, SAME (5), 48) },
  { "depthwise-5x5-stride-2", SHAPE (1, 16, 14, 14, 16, 5, 5, 2, 2, 2, 2, 2, 2, 1, 1, 16) },
  { "depthwise-7x7", SHAPE (1, 16, 12, 11, 16, SAME (7), 16) },
  { "depthwise-dilated", SHAPE (1, 16, 12, 11, 16, 3, 3, 1, 1, 2, 2, 2, 2, 2, 2, 16) },
  { "depthwise-narrow", SHAPE (1, 16, 2, 1, 16, SAME (5), 16) },
  { "depthwise-multiplier", SHAPE (1, 8, 9, 9, 16, SAME (3), 8) },
  { "grouped", SHAPE (1, 64, 9, 10, 96, SAME (3), 2) },
  { "grouped-odd", SHAPE (1, 12, 9, 10, 18, SAME (3), 3) },
};

static const MienConvAlgorithm algorithms[] = {
  MIEN_CONV_AUTO,      MIEN_CONV_GEMM,      MIEN_CONV_DIRECT,    MIEN_CONV_BF16,
  MIEN_CONV_DEPTHWISE, MIEN_CONV_WINOGRAD2, MIEN_CONV_WINOGRAD4,
};

typedef struct
{
  MienConvShape shape;
  float *x, *weight, *bias, *residual, *expected, *y;
  gsize x_size, y_size;
} Problem;

/* Uniform in -1..1, the same on every machine. */
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

static void
run_plan (MienConvPlan *plan, const float *x, const float *residual, float *y, guint threads)
{
  g_autoptr (MienParallel) parallel = mien_parallel_new (threads);
  void *space = mien_aligned_alloc (mien_conv_plan_get_workspace (plan, threads) + 64);

  memset (space, 0xff, mien_conv_plan_get_workspace (plan, threads));
  mien_conv_plan_run (plan, x, residual, y, space, parallel);
  mien_aligned_free (space);
}

static void
problem_init (Problem *p, const MienConvShape *shape, const MienActivation *activation)
{
  g_autoptr (MienConvPlan) plan = NULL;
  gsize n_weights;

  p->shape = *shape;
  g_assert_true (mien_conv_shape_finish (&p->shape));
  shape = &p->shape;
  n_weights = (gsize) shape->c_out * (shape->c_in / shape->groups) * shape->k_h * shape->k_w;
  p->x_size = (gsize) shape->n * shape->c_in * shape->h_in * shape->w_in;
  p->y_size = (gsize) shape->n * shape->c_out * shape->h_out * shape->w_out;
  p->x = new_noise (p->x_size, 1);
  p->weight = new_noise (n_weights, 2);
  p->bias = new_noise ((gsize) shape->c_out, 3);
  p->residual = new_noise (p->y_size, 4);
  p->expected = mien_aligned_alloc (p->y_size * sizeof (float));
  p->y = mien_aligned_alloc (p->y_size * sizeof (float));
  plan = mien_conv_plan_new (shape, MIEN_CONV_PLAIN, MIEN_LAYOUT_NCHW, MIEN_LAYOUT_NCHW, p->weight,
                             p->bias, activation);
  run_plan (plan, p->x, p->residual, p->expected, 2);
}

static void
problem_clear (Problem *p)
{
  mien_aligned_free (p->x);
  mien_aligned_free (p->weight);
  mien_aligned_free (p->bias);
  mien_aligned_free (p->residual);
  mien_aligned_free (p->expected);
  mien_aligned_free (p->y);
}

static double
tolerance (const Problem *p, MienConvPlan *plan)
{
  const MienConvShape *s = &p->shape;
  double k = (double) (s->c_in / s->groups) * s->k_h * s->k_w + 4;
  const MienConvAlgorithm algorithm = mien_conv_plan_get_algorithm (plan);
  double factor = 1;

  if (algorithm == MIEN_CONV_WINOGRAD2)
    factor = s->k_h == 3 ? BOUND_WINOGRAD_2 : BOUND_WINOGRAD_4;
  else if (algorithm == MIEN_CONV_WINOGRAD4)
    factor = BOUND_WINOGRAD_4;
  else if (algorithm == MIEN_CONV_BF16)
    return k / 256; /* either factor is rounded to eight bits */
  if (factor > 1)
    k += 28; /* the additions of the transforms */
  return k * FLT_EPSILON * factor;
}

static void
compare (const Problem *p, MienConvPlan *plan, const char *name)
{
  const double bound = tolerance (p, plan);
  double worst = 0;

  for (gsize i = 0; i < p->y_size; i++)
    {
      double error = fabs ((double) p->y[i] - p->expected[i]);

      if (!(error <= bound))
        g_error ("%s, %s: element %zu is %g, not %g (bound %g)", name,
                 mien_conv_plan_get_name (plan), i, p->y[i], p->expected[i], bound);
      worst = MAX (worst, error);
    }
  g_test_message ("%s, %s: error %.3g of %.3g", name, mien_conv_plan_get_name (plan), worst, bound);
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  const MienActivation relu = { .kind = MIEN_ACT_RELU };
  Problem p;
  guint done = 0;

  problem_init (&p, &c->shape, &relu);
  for (guint i = 0; i < G_N_ELEMENTS (algorithms); i++)
    {
      g_autoptr (MienConvPlan) plan = NULL;

      p.shape.half = algorithms[i] == MIEN_CONV_BF16;
      plan = mien_conv_plan_new (&p.shape, algorithms[i], MIEN_LAYOUT_NCHW, MIEN_LAYOUT_NCHW,
                                 p.weight, p.bias, &relu);
      if (plan == NULL)
        continue;
      done++;
      memset (p.y, 0xff, p.y_size * sizeof (float));
      run_plan (plan, p.x, p.residual, p.y, 1);
      compare (&p, plan, c->name);
    }
  g_assert_cmpuint (done, >=, 2);
  problem_clear (&p);
}

/* The layout of the executor: what goes in and out is blocked, and empty lanes stay zero. */
static void
test_blocked (gconstpointer data)
{
  const Case *c = data;
  const MienActivation sigmoid = { .kind = MIEN_ACT_SIGMOID };
  Problem p;
  gsize x_blocked, y_blocked;
  float *x, *r, *y;
  const MienConvShape *s = &p.shape;

  problem_init (&p, &c->shape, &sigmoid);
  x_blocked = mien_blocked_size (s->n, s->c_in, s->h_in, s->w_in);
  y_blocked = mien_blocked_size (s->n, s->c_out, s->h_out, s->w_out);
  x = mien_aligned_alloc (x_blocked * sizeof *x);
  r = mien_aligned_alloc (y_blocked * sizeof *r);
  y = mien_aligned_alloc (y_blocked * sizeof *y);
  mien_layout_to_blocked (s->n, s->c_in, s->h_in, s->w_in, p.x, x, NULL);
  mien_layout_to_blocked (s->n, s->c_out, s->h_out, s->w_out, p.residual, r, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (algorithms); i++)
    {
      g_autoptr (MienConvPlan) plan = mien_conv_plan_new (
          s, algorithms[i], MIEN_LAYOUT_NC16HW, MIEN_LAYOUT_NC16HW, p.weight, p.bias, &sigmoid);

      if (plan == NULL)
        continue;
      memset (y, 0xff, y_blocked * sizeof *y);
      run_plan (plan, x, r, y, 2);
      mien_layout_from_blocked (s->n, s->c_out, s->h_out, s->w_out, y, p.y, NULL);
      compare (&p, plan, c->name);
      for (gsize j = 0; j < y_blocked; j++)
        {
          gsize block = j / 16 / ((gsize) s->h_out * s->w_out) % (gsize) ((s->c_out + 15) / 16);

          if (block * 16 + j % 16 >= (gsize) s->c_out)
            g_assert_cmpfloat (y[j], ==, 0.0f);
        }
    }
  mien_aligned_free (x);
  mien_aligned_free (r);
  mien_aligned_free (y);
  problem_clear (&p);
}

static void
test_threads (gconstpointer data)
{
  const Case *c = data;
  Problem p;

  problem_init (&p, &c->shape, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (algorithms); i++)
    {
      g_autoptr (MienConvPlan) plan = mien_conv_plan_new (&p.shape, algorithms[i], MIEN_LAYOUT_NCHW,
                                                          MIEN_LAYOUT_NCHW, p.weight, p.bias, NULL);

      if (plan == NULL)
        continue;
      run_plan (plan, p.x, NULL, p.expected, 1);
      for (guint threads = 2; threads <= 5; threads += 3)
        {
          run_plan (plan, p.x, NULL, p.y, threads);
          g_assert_cmpmem (p.y, p.y_size * sizeof (float), p.expected, p.y_size * sizeof (float));
        }
    }
  problem_clear (&p);
}

static void
test_activations (void)
{
  static const MienConvAlgorithm some[] = { MIEN_CONV_GEMM, MIEN_CONV_DIRECT, MIEN_CONV_WINOGRAD2,
                                            MIEN_CONV_WINOGRAD4 };
  float slope[24];

  for (guint i = 0; i < 24; i++)
    slope[i] = 0.05f * (float) i - 0.3f;
  for (int kind = MIEN_ACT_NONE; kind <= MIEN_ACT_TANH; kind++)
    {
      MienActivation activation = { .kind = kind, .lo = 0.1f, .hi = 0.4f, .slope = slope };
      MienConvShape shape = SHAPE (1, 6, 9, 7, 24, SAME (3), 1);
      Problem p;

      problem_init (&p, &shape, &activation);
      for (guint i = 0; i < G_N_ELEMENTS (some); i++)
        {
          g_autoptr (MienConvPlan) plan = mien_conv_plan_new (
              &p.shape, some[i], MIEN_LAYOUT_NCHW, MIEN_LAYOUT_NCHW, p.weight, p.bias, &activation);

          run_plan (plan, p.x, p.residual, p.y, 1);
          compare (&p, plan, "activation");
        }
      problem_clear (&p);
    }
}

/* sum (dy . conv (x)) = sum (x . back (dy)) for every x and dy: the definition of a gradient. */
static void
test_flip (void)
{
  MienConvShape shape = SHAPE (2, 24, 11, 9, 40, 3, 3, 1, 1, 1, 0, 1, 2, 1, 1, 1), back;
  Problem p;
  g_autoptr (MienConvPlan) plan = NULL, back_plan = NULL;
  float *flipped, *dx;
  double forward = 0, backward = 0;

  problem_init (&p, &shape, NULL);
  g_assert_true (mien_conv_shape_flip (&p.shape, &back));
  g_assert_cmpint (back.h_out, ==, p.shape.h_in);
  g_assert_cmpint (back.w_out, ==, p.shape.w_in);
  flipped = mien_aligned_alloc (24 * 40 * 9 * sizeof *flipped);
  dx = mien_aligned_alloc (p.x_size * sizeof *dx);
  mien_conv_flip_weights (&p.shape, p.weight, flipped);
  plan = mien_conv_plan_new (&p.shape, MIEN_CONV_AUTO, MIEN_LAYOUT_NCHW, MIEN_LAYOUT_NCHW, p.weight,
                             NULL, NULL);
  /* Weights that are not those of the plan, replaced before it runs. */
  back_plan = mien_conv_plan_new (&back, MIEN_CONV_AUTO, MIEN_LAYOUT_NCHW, MIEN_LAYOUT_NCHW,
                                  p.weight, p.bias, NULL);
  mien_conv_plan_update_weights (back_plan, flipped, NULL);
  run_plan (plan, p.x, NULL, p.y, 2);
  run_plan (back_plan, p.residual, NULL, dx, 2);
  for (gsize i = 0; i < p.y_size; i++)
    forward += (double) p.y[i] * p.residual[i];
  for (gsize i = 0; i < p.x_size; i++)
    backward += (double) p.x[i] * dx[i];
  g_assert_cmpfloat_with_epsilon (forward, backward, 1e-3 * fabs (forward));
  mien_aligned_free (flipped);
  mien_aligned_free (dx);
  problem_clear (&p);
  shape.stride_h = 2;
  g_assert_false (mien_conv_shape_flip (&shape, &back));
}

static void
test_bad_shapes (void)
{
  MienConvShape shape = SHAPE (1, 16, 4, 4, 16, 7, 7, 1, 1, 0, 0, 0, 0, 1, 1, 1);

  g_assert_false (mien_conv_shape_finish (&shape));
  shape.pad_top = shape.pad_left = shape.pad_bottom = shape.pad_right = 3;
  g_assert_true (mien_conv_shape_finish (&shape));
  g_assert_cmpint (shape.h_out, ==, 4);
  shape.groups = 3;
  g_assert_false (mien_conv_shape_finish (&shape));
  shape.groups = 1;
  shape.c_in = shape.c_out = G_MAXINT;
  g_assert_false (mien_conv_shape_finish (&shape));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *plain = g_strdup_printf ("/conv/planes/%s", cases[i].name);
      g_autofree char *blocked = g_strdup_printf ("/conv/blocks/%s", cases[i].name);
      g_autofree char *threads = g_strdup_printf ("/conv/threads/%s", cases[i].name);

      g_test_add_data_func (plain, &cases[i], test_case);
      g_test_add_data_func (blocked, &cases[i], test_blocked);
      g_test_add_data_func (threads, &cases[i], test_threads);
    }
  g_test_add_func ("/conv/activations", test_activations);
  g_test_add_func ("/conv/flip", test_flip);
  g_test_add_func ("/conv/bad-shapes", test_bad_shapes);
  return g_test_run ();
}
