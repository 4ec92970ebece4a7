/* Every layer's gradients against central differences of a twin that computes in double.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "dataset/random.h"
#include "train/network-private.h"

#define BATCH 3

/* ---- the twin: what each layer means, in plain loops ---- */

typedef struct
{
  MienNetwork *network;
  const double *params;
  double **values; /* one a layer, [n, h, w, c] */
} Twin;

static double *
value_at (const Twin *t, int layer, int n, int y, int x)
{
  const Layer *l = layer_at (t->network, layer);

  return t->values[layer] + ((gsize) ((n * l->h + y) * l->w + x)) * (gsize) l->c;
}

static double
twin_act (MienTrainAct act, double z)
{
  switch (act)
    {
    case MIEN_TRAIN_ACT_RELU:
      return MAX (z, 0);
    case MIEN_TRAIN_ACT_HARDSWISH:
      return z * CLAMP (z / 6 + 0.5, 0, 1);
    case MIEN_TRAIN_ACT_SILU:
      return z / (1 + exp (-z));
    case MIEN_TRAIN_ACT_SIGMOID:
      return 1 / (1 + exp (-z));
    default:
      return z;
    }
}

/* Weights lie in blocks of 32 output channels: [block, taps, c_in as stored, 32]. */
static double
weight_of (const Twin *t, const Layer *l, int taps, int c_in, int o, int tap, int i)
{
  gsize at = ((gsize) (o / 32 * taps + tap) * (gsize) c_in + (gsize) i) * 32 + (gsize) (o % 32);

  return t->params[l->weight + at];
}

static void
twin_conv (const Twin *t, const Layer *l, int n, int y, int x, double *out)
{
  const Layer *in = layer_at (t->network, l->x);

  for (int o = 0; o < l->c; o++)
    {
      double sum = l->has_bias ? t->params[l->bias + (gsize) o] : 0;

      for (int tap = 0; tap < l->k * l->k; tap++)
        {
          int iy = y * l->stride - l->pad + tap / l->k, ix = x * l->stride - l->pad + tap % l->k;

          if (iy < 0 || ix < 0 || iy >= in->h || ix >= in->w)
            continue;
          for (int i = 0; i < in->c; i++)
            sum +=
                value_at (t, l->x, n, iy, ix)[i] * weight_of (t, l, l->k * l->k, in->cp, o, tap, i);
        }
      out[o] = sum;
    }
}

static void
twin_linear (const Twin *t, const Layer *l, int n, double *out)
{
  const Layer *in = layer_at (t->network, l->x);

  for (int o = 0; o < l->c; o++)
    {
      out[o] = l->has_bias ? t->params[l->bias + (gsize) o] : 0;
      for (int p = 0; p < in->h * in->w; p++)
        for (int i = 0; i < in->c; i++)
          out[o] += value_at (t, l->x, n, p / in->w, p % in->w)[i]
                    * weight_of (t, l, 1, (int) layer_size (in), o, 0, p * in->cp + i);
    }
}

static void
twin_window (const Twin *t, const Layer *l, int n, int y, int x, double *out)
{
  const Layer *in = layer_at (t->network, l->x);

  for (int c = 0; c < l->c; c++)
    {
      double sum = 0, best = -INFINITY;
      int count = 0;

      for (int tap = 0; tap < l->k * l->k; tap++)
        {
          int iy = y * l->stride - l->pad + tap / l->k, ix = x * l->stride - l->pad + tap % l->k;
          double v;

          if (iy < 0 || ix < 0 || iy >= in->h || ix >= in->w)
            continue;
          v = value_at (t, l->x, n, iy, ix)[c];
          best = MAX (best, v);
          count++;
          sum +=
              l->kind == LAYER_DEPTHWISE ? v * t->params[l->weight + (gsize) (tap * l->cp + c)] : v;
        }
      out[c] = l->kind == LAYER_MAX_POOL ? best : l->kind == LAYER_MEAN_POOL ? sum / count : sum;
    }
}

static void
twin_norm (const Twin *t, const Layer *l)
{
  int pixels = BATCH * l->h * l->w;

  for (int c = 0; c < l->c; c++)
    {
      double mean = 0, variance = 0;

      for (int i = 0; i < pixels; i++)
        mean += t->values[l->x][i * l->c + c] / pixels;
      for (int i = 0; i < pixels; i++)
        variance += pow (t->values[l->x][i * l->c + c] - mean, 2) / pixels;
      for (int i = 0; i < pixels; i++)
        t->values[l->index][i * l->c + c] =
            twin_act (l->act, (t->values[l->x][i * l->c + c] - mean)
                                      / sqrt (variance + (double) MIEN_NORM_EPSILON)
                                      * t->params[l->weight + (gsize) c]
                                  + t->params[l->bias + (gsize) c]);
    }
}

static void
twin_pixel (const Twin *t, const Layer *l, int n, int y, int x)
{
  double *out = value_at (t, l->index, n, y, x);
  const double *a = l->kind == LAYER_LINEAR ? NULL : value_at (t, l->x, n, 0, 0);

  switch (l->kind)
    {
    case LAYER_CONV:
      twin_conv (t, l, n, y, x, out);
      break;
    case LAYER_LINEAR:
      twin_linear (t, l, n, out);
      break;
    case LAYER_MERGE:
      a = value_at (t, l->x, n, y, x);
      for (int c = 0; c < l->c; c++)
        out[c] = twin_act (l->act, a[c] * (l->gate < 0 ? 1 : value_at (t, l->gate, n, 0, 0)[c])
                                       + (l->b < 0 ? 0 : value_at (t, l->b, n, y, x)[c]));
      break;
    case LAYER_CONCAT:
      {
        int first = layer_at (t->network, l->x)->c;

        for (int c = 0; c < l->c; c++)
          out[c] =
              c < first ? value_at (t, l->x, n, y, x)[c] : value_at (t, l->b, n, y, x)[c - first];
        break;
      }
    default:
      twin_window (t, l, n, y, x, out);
    }
}

static void
twin_run (const Twin *t)
{
  for (guint i = 1; i < t->network->layers->len; i++)
    {
      const Layer *l = layer_at (t->network, (int) i);

      if (l->kind == LAYER_NORM)
        {
          twin_norm (t, l);
          continue;
        }
      for (int n = 0; n < BATCH; n++)
        for (int y = 0; y < l->h; y++)
          for (int x = 0; x < l->w; x++)
            twin_pixel (t, l, n, y, x);
    }
}

/* ---- the check ---- */

typedef int (*Build) (MienNetwork *network, int x);

/* A first convolution gives the layer under test an input whose gradient is wanted too. */
static MienNetwork *
build (const MienTrainKernels *kernels, Build layers, guint side, MienParallel *parallel)
{
  MienNetwork *network = mien_network_new (kernels, side, side, 1);
  int x = mien_network_conv (network, "first", 0, 16, 3, 1, 1, FALSE);

  x = layers (network, x);
  mien_network_add_output (network, "out", mien_network_linear (network, "head", x, 5, TRUE));
  mien_network_prepare (network, BATCH, parallel);
  mien_network_initialise (network, 3);
  return network;
}

static double
loss_of (const Twin *t, const float *weights)
{
  int head = (int) t->network->layers->len - 1;
  double sum = 0;

  twin_run (t);
  for (int i = 0; i < BATCH * 5; i++)
    sum += t->values[head][i] * (double) weights[i];
  return sum;
}

static void
check (Build layers, guint side)
{
  const MienTrainKernels *kernels = mien_train_kernels_find (MIEN_PRECISION_F32);
  g_autoptr (MienParallel) parallel = mien_parallel_new (2);
  g_autoptr (MienNetwork) network = build (kernels, layers, side, parallel);
  MienRandom random = mien_random_at (9, 9, 9);
  gsize n_params = mien_network_get_n_params (network), n_in = BATCH * side * side;
  float *params = mien_network_get_params (network), *grads = mien_network_get_grads (network);
  g_autofree float *input = g_new (float, n_in);
  g_autofree double *copy = g_new (double, n_params);
  float weights[BATCH * 5], logits[BATCH * 5];
  const float *weights_of[] = { weights };
  guint n_layers = network->layers->len, checked = 0;
  Twin twin = { network, copy, g_new0 (double *, n_layers) };

  for (gsize i = 0; i < n_in; i++)
    input[i] = mien_random_normal (&random);
  for (guint i = 0; i < BATCH * 5; i++)
    weights[i] = mien_random_normal (&random);
  for (gsize i = 0; i < n_params; i++)
    if (params[i] != 0)
      params[i] += 0.1f * mien_random_normal (&random);
  mien_network_touch (network);
  for (guint i = 0; i < n_layers; i++)
    twin.values[i] = g_new0 (double, BATCH *layer_size (layer_at (network, (int) i)));
  for (gsize i = 0; i < n_in; i++)
    twin.values[0][i] = (double) input[i];
  for (gsize i = 0; i < n_params; i++)
    copy[i] = (double) params[i];

  mien_network_forward (network, input, BATCH, TRUE, 1, 1);
  mien_network_backward (network, weights_of);
  mien_network_read_output (network, 0, logits);
  loss_of (&twin, weights);
  for (guint i = 0; i < BATCH * 5; i++)
    g_assert_cmpfloat_with_epsilon ((double) logits[i], twin.values[n_layers - 1][i], 2e-4);

  for (gsize i = 0; i < n_params; i++)
    {
      double step = 1e-5, up, down;

      if (copy[i] == 0 || (n_params > 400 && mien_random_below (&random, (guint32) n_params) > 400))
        continue;
      copy[i] += step;
      up = loss_of (&twin, weights);
      copy[i] -= 2 * step;
      down = loss_of (&twin, weights);
      copy[i] += step;
      up = (up - down) / (2 * step);
      if (fabs ((double) grads[i] - up) > 2e-3 + 2e-3 * fabs (up))
        g_error ("parameter %" G_GSIZE_FORMAT ": %g, by differences %g", i, (double) grads[i], up);
      checked++;
    }
  g_assert_cmpuint (checked, >, 50);
  for (guint i = 0; i < n_layers; i++)
    g_free (twin.values[i]);
  g_free (twin.values);
}

#define TEST(name, side, code)                                                                     \
  static int build_##name (MienNetwork *n, int x)                                                  \
  {                                                                                                \
    code;                                                                                          \
    return x;                                                                                      \
  }                                                                                                \
  static void test_##name (void)                                                                   \
  {                                                                                                \
    check (build_##name, side);                                                                    \
  }

TEST (conv, 7, x = mien_network_conv (n, "t", x, 20, 3, 1, 1, TRUE))
TEST (conv_stride, 8, x = mien_network_conv (n, "t", x, 40, 3, 2, 1, FALSE))
TEST (conv_odd, 9, x = mien_network_conv (n, "t", x, 16, 5, 2, 2, FALSE))
TEST (conv_valid, 7, x = mien_network_conv (n, "t", x, 16, 3, 2, 0, TRUE))
TEST (conv_point, 6, x = mien_network_conv (n, "t", x, 33, 1, 1, 0, FALSE))
TEST (conv_point_stride, 5, x = mien_network_conv (n, "t", x, 16, 1, 2, 0, FALSE))
TEST (conv_stride_three, 8, x = mien_network_conv (n, "t", x, 16, 2, 3, 0, FALSE))
TEST (conv_tiny, 2, x = mien_network_conv (n, "t", x, 16, 3, 1, 1, FALSE))
TEST (depthwise, 6, x = mien_network_depthwise (n, "t", x, 3, 1, 1))
TEST (depthwise_stride, 7, x = mien_network_depthwise (n, "t", x, 3, 2, 1))
TEST (norm, 5, x = mien_network_norm (n, "t", x, MIEN_TRAIN_ACT_NONE))
TEST (norm_relu, 5, x = mien_network_norm (n, "t", x, MIEN_TRAIN_ACT_RELU))
TEST (norm_silu, 5, x = mien_network_norm (n, "t", x, MIEN_TRAIN_ACT_SILU))
TEST (norm_hardswish, 5, x = mien_network_norm (n, "t", x, MIEN_TRAIN_ACT_HARDSWISH))
TEST (sigmoid, 5, x = mien_network_act (n, "t", x, MIEN_TRAIN_ACT_SIGMOID))
TEST (max_pool, 6, x = mien_network_max_pool (n, "t", x, 3, 2, 1))
TEST (mean_pool, 6, x = mien_network_mean_pool (n, "t", x, 3, 2, 1))
TEST (global_pool, 5, x = mien_network_global_pool (n, "t", x))
TEST (linear, 3, x = mien_network_linear (n, "t", x, 37, TRUE))
TEST (residual, 5, {
  int y = mien_network_conv (n, "t", x, 16, 3, 1, 1, FALSE);

  x = mien_network_merge (n, "m", y, -1, x, MIEN_TRAIN_ACT_RELU);
})
TEST (gate, 5, {
  int g = mien_network_linear (n, "g", mien_network_global_pool (n, "p", x), 16, TRUE);

  g = mien_network_act (n, "s", g, MIEN_TRAIN_ACT_SIGMOID);
  x = mien_network_merge (n, "m", x, g, mien_network_norm (n, "b", x, MIEN_TRAIN_ACT_NONE),
                          MIEN_TRAIN_ACT_SILU);
})
TEST (concat, 5, {
  int y = mien_network_conv (n, "t", x, 32, 3, 1, 1, FALSE);

  x = mien_network_concat (n, "c", x, y);
})

/* Dropout has no twin: its gradient is its own mask, and the mask's mean is one. */
static void
test_dropout (void)
{
  const MienTrainKernels *kernels = mien_train_kernels_find (MIEN_PRECISION_F32);
  g_autoptr (MienNetwork) network = mien_network_new (kernels, 8, 8, 16);
  int x = mien_network_depthwise (network, "one", 0, 1, 1, 0);
  int y = mien_network_dropout (network, "drop", x, 0.4f);
  g_autofree float *input = g_new (float, 1024), *out = g_new (float, 1024);
  g_autofree float *grad = g_new (float, 16);
  const float *grads[] = { grad };
  double sum = 0;
  guint zeros = 0;

  mien_network_add_output (network, "out", mien_network_global_pool (network, "pool", y));
  mien_network_prepare (network, 1, NULL);
  for (guint i = 0; i < 16; i++)
    mien_network_get_params (network)[i] = grad[i] = 1;
  for (guint i = 0; i < 1024; i++)
    input[i] = 1;
  mien_network_forward (network, input, 1, TRUE, 5, 6);
  mien_network_read_layer (network, y, out);
  for (guint i = 0; i < 1024; i++)
    {
      zeros += out[i] == 0;
      sum += (double) out[i];
      g_assert_true (out[i] == 0 || fabsf (out[i] - 1 / 0.6f) < 1e-5f);
    }
  g_assert_cmpuint (zeros, >, 350);
  g_assert_cmpuint (zeros, <, 470);
  mien_network_backward (network, grads);
  for (guint c = 0; c < 16; c++)
    {
      double expected = 0;

      for (guint i = c; i < 1024; i += 16)
        expected += (double) out[i] / 64;
      g_assert_cmpfloat_with_epsilon ((double) mien_network_get_grads (network)[c], expected, 1e-4);
    }
  mien_network_forward (network, input, 1, FALSE, 5, 6);
  mien_network_read_layer (network, y, out);
  for (guint i = 0; i < 1024; i++)
    g_assert_cmpfloat (out[i], ==, 1);
  g_assert_cmpfloat (sum, >, 0);
}

static int
build_mixed (MienNetwork *n, int x)
{
  int y, g;

  x = mien_network_norm (n, "n1", x, MIEN_TRAIN_ACT_RELU);
  y = mien_network_conv (n, "c2", x, 48, 3, 2, 1, FALSE);
  y = mien_network_norm (n, "n2", y, MIEN_TRAIN_ACT_NONE);
  g = mien_network_linear (n, "g", mien_network_global_pool (n, "p", y), 48, TRUE);
  g = mien_network_act (n, "s", g, MIEN_TRAIN_ACT_SIGMOID);
  x = mien_network_conv (n, "d", mien_network_mean_pool (n, "a", x, 2, 2, 0), 48, 1, 1, 0, FALSE);
  x = mien_network_merge (n, "m", y, g, x, MIEN_TRAIN_ACT_RELU);
  return mien_network_dropout (n, "drop", x, 0.2f);
}

static float *
gradients_with (const MienTrainKernels *kernels, guint n_threads, gsize *n)
{
  g_autoptr (MienParallel) parallel = n_threads > 1 ? mien_parallel_new (n_threads) : NULL;
  g_autoptr (MienNetwork) network = build (kernels, build_mixed, 12, parallel);
  MienRandom random = mien_random_at (1, 2, 3);
  float input[BATCH * 144], weights[BATCH * 5];
  const float *weights_of[] = { weights };

  for (guint i = 0; i < G_N_ELEMENTS (input); i++)
    input[i] = mien_random_normal (&random);
  for (guint i = 0; i < G_N_ELEMENTS (weights); i++)
    weights[i] = mien_random_normal (&random);
  mien_network_forward (network, input, BATCH, TRUE, 1, 1);
  mien_network_backward (network, weights_of);
  *n = mien_network_get_n_params (network);
  return g_memdup2 (mien_network_get_grads (network), *n * sizeof (float));
}

/* The same bits for any number of threads; bfloat16 near float32. */
static void
test_threads (void)
{
  const MienTrainKernels *f32 = mien_train_kernels_find (MIEN_PRECISION_F32);
  const MienTrainKernels *bf16 = mien_train_kernels_find (MIEN_PRECISION_BF16);
  gsize n;
  g_autofree float *one = gradients_with (f32, 1, &n), *three = gradients_with (f32, 3, &n);
  double dot = 0, a = 0, b = 0;

  g_assert_cmpmem (one, n * sizeof *one, three, n * sizeof *three);
  if (bf16 == NULL)
    return;
  {
    g_autofree float *half = gradients_with (bf16, 1, &n), *half3 = gradients_with (bf16, 3, &n);

    g_assert_cmpmem (half, n * sizeof *half, half3, n * sizeof *half3);
    for (gsize i = 0; i < n; i++)
      {
        dot += (double) one[i] * (double) half[i];
        a += (double) one[i] * (double) one[i];
        b += (double) half[i] * (double) half[i];
      }
    g_assert_cmpfloat (dot / sqrt (a * b), >, 0.99);
  }
}

#define ADD(name) g_test_add_func ("/gradients/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (conv);
  ADD (conv_stride);
  ADD (conv_odd);
  ADD (conv_valid);
  ADD (conv_point);
  ADD (conv_point_stride);
  ADD (conv_stride_three);
  ADD (conv_tiny);
  ADD (depthwise);
  ADD (depthwise_stride);
  ADD (norm);
  ADD (norm_relu);
  ADD (norm_silu);
  ADD (norm_hardswish);
  ADD (sigmoid);
  ADD (max_pool);
  ADD (mean_pool);
  ADD (global_pool);
  ADD (linear);
  ADD (residual);
  ADD (gate);
  ADD (concat);
  ADD (dropout);
  ADD (threads);
  return g_test_run ();
}
