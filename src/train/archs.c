/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/archs.h"

#define RELU MIEN_TRAIN_ACT_RELU
#define NONE MIEN_TRAIN_ACT_NONE

static int
conv_norm (MienNetwork *n,
           const char *name,
           int x,
           guint c,
           guint k,
           guint stride,
           guint pad,
           MienTrainAct act)
{
  g_autofree char *conv = g_strconcat (name, ".conv", NULL);
  g_autofree char *norm = g_strconcat (name, ".norm", NULL);

  x = mien_network_conv (n, conv, x, c, k, stride, pad, FALSE);
  return mien_network_norm (n, norm, x, act);
}

static void
add_heads (MienNetwork *n, int x)
{
  mien_network_add_output (n, "ferplus", mien_network_linear (n, "ferplus", x, 8, TRUE));
  mien_network_add_output (n, "fer2013", mien_network_linear (n, "fer2013", x, 7, TRUE));
}

/* ---- ours: residual blocks with a gate on each channel ---- */

static int
squeeze_excite (MienNetwork *n, const char *name, int x, guint c)
{
  g_autofree char *pool = g_strconcat (name, ".pool", NULL);
  g_autofree char *down = g_strconcat (name, ".down", NULL);
  g_autofree char *relu = g_strconcat (name, ".relu", NULL);
  g_autofree char *up = g_strconcat (name, ".up", NULL);
  g_autofree char *sigmoid = g_strconcat (name, ".sigmoid", NULL);

  x = mien_network_global_pool (n, pool, x);
  x = mien_network_linear (n, down, x, MAX (4, c / 8), TRUE);
  x = mien_network_act (n, relu, x, RELU);
  x = mien_network_linear (n, up, x, c, TRUE);
  return mien_network_act (n, sigmoid, x, MIEN_TRAIN_ACT_SIGMOID);
}

/* The short cut halves by averaging, so that it looks at every pixel. Reference: He et al. 2019,
 * "Bag of Tricks" (ResNet-D). */
static int
residual (MienNetwork *n, const char *name, int x, guint c, gboolean is_wider, guint stride)
{
  g_autofree char *first = g_strconcat (name, ".1", NULL);
  g_autofree char *second = g_strconcat (name, ".2", NULL);
  g_autofree char *gate_name = g_strconcat (name, ".gate", NULL);
  g_autofree char *pool = g_strconcat (name, ".short.pool", NULL);
  g_autofree char *shorter = g_strconcat (name, ".short", NULL);
  g_autofree char *sum = g_strconcat (name, ".sum", NULL);
  int y = conv_norm (n, first, x, c, 3, stride, 1, RELU);
  int gate;

  y = conv_norm (n, second, y, c, 3, 1, 1, NONE);
  gate = squeeze_excite (n, gate_name, y, c);
  if (stride > 1)
    x = mien_network_mean_pool (n, pool, x, stride, stride, 0);
  if (is_wider)
    x = conv_norm (n, shorter, x, c, 1, 1, 0, NONE);
  return mien_network_merge (n, sum, y, gate, x, RELU);
}

static void
build_residual (MienNetwork *n, float dropout, const guint widths[4], const guint blocks[3])
{
  int x = conv_norm (n, "stem.1", 0, widths[0], 3, 1, 1, RELU);

  x = conv_norm (n, "stem.2", x, widths[1], 3, 2, 1, RELU);
  for (guint stage = 0; stage < 3; stage++)
    for (guint b = 0; b < blocks[stage]; b++)
      {
        g_autofree char *name = g_strdup_printf ("stage%u.%u", stage + 1, b + 1);
        gboolean begins = b == 0 && stage > 0;

        x = residual (n, name, x, widths[stage + 1], begins, begins ? 2 : 1);
      }
  x = mien_network_global_pool (n, "pool", x);
  add_heads (n, mien_network_dropout (n, "dropout", x, dropout));
}

static void
build_mien (MienNetwork *n, float dropout)
{
  build_residual (n, dropout, (const guint[]){ 32, 64, 128, 256 }, (const guint[]){ 2, 2, 2 });
}

static void
build_mien_fast (MienNetwork *n, float dropout)
{
  build_residual (n, dropout, (const guint[]){ 24, 48, 96, 160 }, (const guint[]){ 1, 1, 2 });
}

/* ---- plain stacks ---- */

static int
stack (MienNetwork *n, const char *name, int x, guint c, guint n_convs)
{
  for (guint i = 0; i < n_convs; i++)
    {
      g_autofree char *part = g_strdup_printf ("%s.%u", name, i + 1);

      x = conv_norm (n, part, x, c, 3, 1, 1, RELU);
    }
  return x;
}

static int
linear_norm (MienNetwork *n, const char *name, int x, guint c)
{
  g_autofree char *linear = g_strconcat (name, ".linear", NULL);
  g_autofree char *norm = g_strconcat (name, ".norm", NULL);

  return mien_network_norm (n, norm, mien_network_linear (n, linear, x, c, FALSE), RELU);
}

static int
three_stages (MienNetwork *n, float middle_dropout)
{
  int x = stack (n, "stage1", 0, 64, 2);

  x = mien_network_max_pool (n, "stage1.pool", x, 2, 2, 0);
  x = mien_network_max_pool (n, "stage2.pool", stack (n, "stage2", x, 128, 2), 2, 2, 0);
  x = mien_network_max_pool (n, "stage3.pool", stack (n, "stage3", x, 256, 2), 2, 2, 0);
  x = mien_network_dropout (n, "dropout1", x, middle_dropout);
  return mien_network_max_pool (n, "pool", x, 2, 2, 0);
}

static void
build_mien64 (MienNetwork *n, float dropout)
{
  int x = linear_norm (n, "hidden", three_stages (n, dropout * 0.5f), 256);

  add_heads (n, mien_network_dropout (n, "dropout2", x, dropout));
}

static void
build_vgg13 (MienNetwork *n, float dropout)
{
  static const guint widths[] = { 64, 128, 256, 256 }, convs[] = { 2, 2, 3, 3 };
  int x = 0;

  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *name = g_strdup_printf ("stage%u", i + 1);
      g_autofree char *pool = g_strconcat (name, ".pool", NULL);
      g_autofree char *drop = g_strconcat (name, ".dropout", NULL);

      x = mien_network_max_pool (n, pool, stack (n, name, x, widths[i], convs[i]), 2, 2, 0);
      x = mien_network_dropout (n, drop, x, dropout * 0.5f);
    }
  x = mien_network_dropout (n, "dropout1", linear_norm (n, "hidden1", x, 1024), dropout);
  x = mien_network_dropout (n, "dropout2", linear_norm (n, "hidden2", x, 1024), dropout);
  add_heads (n, x);
}

static void
build_alexnet (MienNetwork *n, float dropout)
{
  static const struct
  {
    guint width;
    gboolean pools;
  } convs[] = { { 32, TRUE },   { 48, TRUE },  { 96, FALSE },  { 96, TRUE },
                { 128, FALSE }, { 128, TRUE }, { 192, FALSE }, { 192, TRUE } };
  int x = 0;

  for (guint i = 0; i < G_N_ELEMENTS (convs); i++)
    {
      g_autofree char *name = g_strdup_printf ("conv%u", i + 1);
      g_autofree char *pool = g_strconcat (name, ".pool", NULL);

      x = conv_norm (n, name, x, convs[i].width, 5, 1, 2, RELU);
      if (convs[i].pools)
        x = mien_network_mean_pool (n, pool, x, 2, 2, 0);
    }
  x = mien_network_dropout (n, "dropout1", linear_norm (n, "hidden1", x, 2048), dropout);
  x = mien_network_dropout (n, "dropout2", linear_norm (n, "hidden2", x, 1536), dropout);
  add_heads (n, x);
}

static int
separable (MienNetwork *n, const char *name, int x, guint c, MienTrainAct act)
{
  g_autofree char *depth = g_strconcat (name, ".depth", NULL);

  return conv_norm (n, name, mien_network_depthwise (n, depth, x, 3, 1, 1), c, 1, 1, 0, act);
}

static void
build_mini_xception (MienNetwork *n, float dropout)
{
  int x = conv_norm (n, "stem.1", 0, 8, 3, 1, 0, RELU);

  x = conv_norm (n, "stem.2", x, 8, 3, 1, 0, RELU);
  for (guint c = 16, i = 1; c <= 128; c *= 2, i++)
    {
      g_autofree char *first = g_strdup_printf ("module%u.1", i);
      g_autofree char *second = g_strdup_printf ("module%u.2", i);
      g_autofree char *pool = g_strdup_printf ("module%u.pool", i);
      g_autofree char *shorter = g_strdup_printf ("module%u.short", i);
      g_autofree char *sum = g_strdup_printf ("module%u.sum", i);
      int y = separable (n, first, x, c, RELU);

      y = mien_network_max_pool (n, pool, separable (n, second, y, c, NONE), 3, 2, 1);
      x = conv_norm (n, shorter, x, c, 1, 2, 0, NONE);
      x = mien_network_merge (n, sum, y, -1, x, NONE);
    }
  x = mien_network_dropout (n, "dropout", x, dropout);
  for (guint head = 0; head < 2; head++)
    {
      static const char *const names[] = { "ferplus", "fer2013" };
      g_autofree char *pool = g_strconcat (names[head], ".pool", NULL);
      g_autofree char *conv = g_strconcat (names[head], ".conv", NULL);
      int y = mien_network_conv (n, conv, x, head == 0 ? 8 : 7, 3, 1, 1, TRUE);

      mien_network_add_output (n, names[head], mien_network_global_pool (n, pool, y));
    }
}

/* Dalal & Triggs 2005 on 48 x 48: the norm brings the histograms to one scale and is linear too. */
static void
build_hog (MienNetwork *n, float dropout)
{
  int x = mien_network_norm (n, "hog.norm", mien_network_hog (n, "hog", 6), NONE);

  add_heads (n, mien_network_dropout (n, "dropout", x, dropout));
}

static const MienArch archs[] = {
  { "mien", "ours, accurate: residual blocks with squeeze-and-excitation, 64/128/256 channels", 48,
    48, 1, 0.3f, build_mien },
  { "mien-fast", "ours, fast: the same with 48/96/160 channels", 48, 48, 1, 0.2f, build_mien_fast },
  { "mien64",
    "the article's own: 64x64, three stages of two conv3x3 + norm + ReLU (64/128/256), "
    "256x8x8 to 256x4x4, linear 256 + norm, linear",
    64, 64, 1, 0.5f, build_mien64 },
  { "reference48", "mien64 on 48x48 (the reference model)", 48, 48, 1, 0.5f, build_mien64 },
  { "alexnet",
    "the article's AlexNet: 227x227x3, eight conv5x5 stride 1 + norm + ReLU "
    "(32 48 96 96 128 128 192 192), mean pooling after 1, 2, 4, 6, 8, linear 2048, 1536",
    227, 227, 3, 0.5f, build_alexnet },
  { "vgg13",
    "Barsoum et al. 2016: 64x64, 10 conv3x3 (64 128 256 256), linear 1024, 1024; norms are ours",
    64, 64, 1, 0.5f, build_vgg13 },
  { "mini-xception", "Arriaga et al. 2017: 48x48, four separable residual modules", 48, 48, 1, 0,
    build_mini_xception },
  { "hog",
    "Dalal & Triggs 2005: 48x48, histograms of oriented gradients (cells of 6, blocks of 2x2) and "
    "one linear layer: the classic baseline",
    48, 48, 1, 0, build_hog },
};

const MienArch *
mien_arch_find (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (archs); i++)
    if (g_strcmp0 (name, archs[i].name) == 0)
      return &archs[i];
  return NULL;
}

const MienArch *
mien_arch_list (guint *n)
{
  g_return_val_if_fail (n != NULL, NULL);
  *n = G_N_ELEMENTS (archs);
  return archs;
}

MienNetwork *
mien_arch_build (const MienArch *arch, const MienTrainKernels *kernels, float dropout)
{
  MienNetwork *network;

  g_return_val_if_fail (arch != NULL && kernels != NULL && dropout < 1, NULL);
  network = mien_network_new (kernels, arch->height, arch->width, arch->channels);
  arch->build (network, dropout < 0 ? arch->dropout : dropout);
  return network;
}
