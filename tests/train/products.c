/* The products of every set of training kernels against a simpler one: whole networks whose shapes
 * meet tiles of every kind (full, overlapping, narrow, strided, too small).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "dataset/random.h"
#include "train/network-private.h"

#define BATCH 5
#define LESS 2 /* than a full batch */

typedef struct
{
  const char *name;
  guint height, width, channels; /* of the input */
  guint c_in, c_out, k, stride, pad;
} Shape;

/* Channels that tiles take as pairs, singly, not at all; rows of 24 = 2 x 12, 17 = 9 + 8, 6, 3;
 * Winograd's tiles of 4x4 whole and cut, fewer than three, more than one turn of them. */
static const Shape shapes[] = {
  { "3x3", 12, 24, 2, 64, 64, 3, 1, 1 },      { "3x3-odd", 7, 17, 1, 32, 96, 3, 1, 1 },
  { "3x3-48", 6, 6, 1, 48, 32, 3, 1, 1 },     { "3x3-16", 9, 20, 1, 16, 40, 3, 1, 1 },
  { "stride-2", 24, 24, 1, 32, 64, 3, 2, 1 }, { "stride-2-odd", 13, 11, 1, 64, 32, 3, 2, 1 },
  { "1x1", 12, 12, 1, 64, 128, 1, 1, 0 },     { "1x1-stride-2", 12, 13, 1, 64, 32, 1, 2, 0 },
  { "5x5", 10, 18, 1, 32, 48, 5, 1, 2 },      { "no-padding", 9, 9, 1, 32, 32, 3, 1, 0 },
  { "narrow", 3, 3, 1, 64, 64, 3, 1, 1 },     { "8-channels", 8, 8, 1, 8, 32, 3, 1, 1 },
  { "one-tile", 4, 2, 1, 32, 64, 3, 1, 1 },   { "large", 52, 50, 1, 32, 48, 3, 1, 1 },
  { "wide", 10, 12, 1, 144, 160, 3, 1, 1 },
};

static MienNetwork *
build (const Shape *s, const MienTrainKernels *kernels)
{
  MienNetwork *n = mien_network_new (kernels, s->height, s->width, s->channels);
  int x = mien_network_conv (n, "in", 0, s->c_in, 3, 1, 1, TRUE);

  x = mien_network_act (n, "relu", x, MIEN_TRAIN_ACT_RELU);
  x = mien_network_conv (n, "tested", x, s->c_out, s->k, s->stride, s->pad, TRUE);
  x = mien_network_act (n, "silu", x, MIEN_TRAIN_ACT_SILU);
  x = mien_network_linear (n, "hidden", x, 32, TRUE);
  mien_network_add_output (n, "out", mien_network_linear (n, "out", x, 7, TRUE));
  mien_network_prepare (n, BATCH, NULL);
  mien_network_initialise (n, 3);
  return n;
}

static float *
draw (gsize n, guint64 seed)
{
  float *p = g_new (float, n);
  g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) seed);

  for (gsize i = 0; i < n; i++)
    p[i] = (float) g_rand_double_range (rand, -1, 1);
  return p;
}

static void
run (MienNetwork *n, guint batch, float *logits)
{
  gsize size = (gsize) batch * mien_network_get_height (n) * mien_network_get_width (n)
               * mien_network_get_channels (n);
  g_autofree float *input = draw (size, 1);
  g_autofree float *grads = draw ((gsize) batch * 7, 2);
  const float *const list[] = { grads };

  mien_network_forward (n, input, batch, TRUE, 1, 1);
  mien_network_backward (n, list);
  mien_network_read_output (n, 0, logits);
}

/* Root of the mean square of the difference, over that of the right values. */
static double
difference (const float *is, const float *should, gsize n)
{
  double sum = 0, all = 0;

  for (gsize i = 0; i < n; i++)
    {
      double d = (double) is[i] - (double) should[i];

      g_assert_true (isfinite (is[i]));
      sum += d * d;
      all += (double) should[i] * (double) should[i];
    }
  g_assert_cmpfloat (all, >, 0);
  return sqrt (sum / all);
}

static void
compare_batch (MienNetwork *plain, MienNetwork *fast, guint batch, double bound)
{
  float should[BATCH * 7], is[BATCH * 7];

  run (plain, batch, should);
  run (fast, batch, is);
  g_assert_cmpfloat (difference (is, should, batch * 7), <=, bound);
  for (guint i = 1; i < plain->layers->len; i++)
    {
      const Layer *l = layer_at (plain, (int) i);
      double d;

      if (l->n_weights == 0)
        continue;
      d = difference (mien_network_get_grads (fast) + l->weight,
                      mien_network_get_grads (plain) + l->weight, l->n_weights);
      g_test_message ("%s: %g", l->name, d);
      g_assert_cmpfloat (d, <=, bound);
    }
}

/* @twin: with the same roundings. Winograd's are others, some times as large. Float32 sums differ
 * in order only; where such a sum decides how a bfloat16 value is rounded, the two differ by 2^-8
 * of it, which is rare. */
static void
compare (const Shape *shape, const MienTrainKernels *kernels, const MienTrainKernels *twin)
{
  g_autoptr (MienNetwork) plain = build (shape, twin);
  g_autoptr (MienNetwork) fast = build (shape, kernels);
  gboolean is_winograd = mien_layer_winograd_fits (fast, layer_at (fast, 3));
  double bound = kernels->precision == MIEN_PRECISION_BF16 ? 0.001 : is_winograd ? 1e-5 : 2e-6;

  g_assert_cmpstr (layer_at (fast, 3)->name, ==, "tested");
  g_assert_false (mien_layer_winograd_fits (plain, layer_at (plain, 3)));
  compare_batch (plain, fast, BATCH, bound);
  compare_batch (plain, fast, LESS, bound);
}

typedef struct
{
  const Shape *shape;
  const MienTrainKernels *kernels, *twin;
} Case;

static void
test_products (gconstpointer data)
{
  const Case *c = data;

  compare (c->shape, c->kernels, c->twin);
}

/* A short cut: what the convolution reads has another reader, whose gradient is there first. */
static MienNetwork *
build_residual (const MienTrainKernels *kernels, MienParallel *parallel)
{
  MienNetwork *n = mien_network_new (kernels, 14, 18, 1);
  int x = mien_network_conv (n, "in", 0, 48, 3, 1, 1, TRUE), y;

  x = mien_network_act (n, "silu", x, MIEN_TRAIN_ACT_SILU);
  y = mien_network_conv (n, "tested", x, 48, 3, 1, 1, FALSE);
  x = mien_network_merge (n, "sum", y, -1, x, MIEN_TRAIN_ACT_SILU);
  mien_network_add_output (n, "out", mien_network_linear (n, "out", x, 7, TRUE));
  mien_network_prepare (n, BATCH, parallel);
  mien_network_initialise (n, 3);
  return n;
}

static void
test_residual (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (MienParallel) parallel = mien_parallel_new (3);
  g_autoptr (MienNetwork) plain = build_residual (c->twin, NULL);
  g_autoptr (MienNetwork) fast = build_residual (c->kernels, NULL);
  g_autoptr (MienNetwork) shared = build_residual (c->kernels, parallel);
  float one[BATCH * 7], three[BATCH * 7];

  compare_batch (plain, fast, BATCH, c->kernels->precision == MIEN_PRECISION_BF16 ? 0.001 : 1e-5);
  run (fast, BATCH, one);
  run (shared, BATCH, three);
  g_assert_cmpmem (one, sizeof one, three, sizeof three);
  for (guint i = 1; i < fast->layers->len; i++)
    {
      const Layer *l = layer_at (fast, (int) i);
      gsize bytes = l->n_weights * sizeof (float);

      g_assert_cmpmem (mien_network_get_grads (fast) + l->weight, bytes,
                       mien_network_get_grads (shared) + l->weight, bytes);
    }
}

static void
add_residual (const MienTrainKernels *kernels, const MienTrainKernels *twin)
{
  g_autofree char *kind = g_strdelimit (g_strdup (kernels->name), " ", '-');
  g_autofree char *path = g_strdup_printf ("/train/products/%s/residual", kind);
  Case *c = g_new (Case, 1);

  *c = (Case){ NULL, kernels, twin };
  g_test_add_data_func_full (path, c, test_residual, g_free);
}

static void
add_tests (const MienTrainKernels *kernels, const MienTrainKernels *twin)
{
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autofree char *kind = g_strdelimit (g_strdup (kernels->name), " ", '-');
      g_autofree char *path = g_strdup_printf ("/train/products/%s/%s", kind, shapes[i].name);
      Case *c = g_new (Case, 1);

      *c = (Case){ &shapes[i], kernels, twin };
      g_test_add_data_func_full (path, c, test_products, g_free);
    }
  add_residual (kernels, twin);
}

int
main (int argc, char **argv)
{
  const MienTrainKernels *f32, *bf16, *vector, *narrow;

  g_test_init (&argc, &argv, NULL);
  f32 = mien_train_kernels_find (MIEN_PRECISION_F32);
  bf16 = mien_train_kernels_find (MIEN_PRECISION_BF16);
  g_setenv ("MIEN_CPU", "avx512", TRUE);
  vector = mien_train_kernels_find (MIEN_PRECISION_BF16);
  g_setenv ("MIEN_CPU", "avx2", TRUE);
  narrow = mien_train_kernels_find (MIEN_PRECISION_F32);
  g_unsetenv ("MIEN_CPU");
  add_tests (f32, &mien_train_kernels_generic);
  if (narrow != f32 && narrow != &mien_train_kernels_generic)
    add_tests (narrow, &mien_train_kernels_generic);
  if (vector != NULL && vector != bf16)
    add_tests (bf16, vector);
  return g_test_run ();
}
