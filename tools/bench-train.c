/* bench-train ARCH [BATCH [THREADS [float32|bfloat16 [STEPS]]]]: images a second of one training
 * step (forward, backward and nothing else) on random pictures; the best of STEPS.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "dataset/random.h"
#include "train/archs.h"

static float *
random_values (gsize n, float scale, guint64 seed)
{
  float *p = g_new (float, n);
  g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) seed);

  for (gsize i = 0; i < n; i++)
    p[i] = (float) g_rand_double_range (rand, -1, 1) * scale;
  return p;
}

int
main (int argc, char **argv)
{
  const MienArch *arch = argc > 1 ? mien_arch_find (argv[1]) : NULL;
  guint batch = argc > 2 ? (guint) atoi (argv[2]) : 64,
        threads = argc > 3 ? (guint) atoi (argv[3]) : 1;
  gboolean is_float = argc > 4 && g_str_equal (argv[4], "float32");
  int steps = argc > 5 ? atoi (argv[5]) : 5;
  const MienTrainKernels *kernels =
      mien_train_kernels_find (is_float ? MIEN_PRECISION_F32 : MIEN_PRECISION_BF16);
  g_autoptr (MienNetwork) network = NULL;
  g_autoptr (MienParallel) parallel = NULL;
  g_autofree float *input = NULL;
  g_autofree float *ferplus = random_values ((gsize) batch * 8, 0.1f, 2);
  g_autofree float *fer2013 = random_values ((gsize) batch * 7, 0.1f, 3);
  const float *grads[] = { ferplus, fer2013 };
  double best = 0;

  if (arch == NULL || kernels == NULL || batch == 0)
    {
      fprintf (stderr, "usage: bench-train ARCH [BATCH [THREADS [float32|bfloat16 [STEPS]]]]\n");
      return 1;
    }
  parallel = mien_parallel_new (threads);
  network = mien_arch_build (arch, kernels, -1);
  mien_network_prepare (network, batch, parallel);
  mien_network_initialise (network, 1);
  input = random_values ((gsize) batch * arch->height * arch->width * arch->channels, 1, 1);
  for (int i = 0; i <= steps; i++)
    {
      gint64 begin = g_get_monotonic_time ();
      double rate;

      mien_network_forward (network, input, batch, TRUE, 1, (guint64) i);
      mien_network_backward (network, grads);
      mien_network_touch (network);
      rate = batch * 1e6 / (double) (g_get_monotonic_time () - begin);
      if (i > 0)
        best = MAX (best, rate);
    }
  printf ("%s %s batch %u threads %u: %.1f images/s\n", arch->name, kernels->name, batch, threads,
          best);
  return 0;
}
