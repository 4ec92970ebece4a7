/* The map from the logits of all heads to those of one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/stack.h"

#include <math.h>
#include <string.h>

#include "dataset/random.h"
#include "train/loss.h"

#define A 3 /* classes of the head */
#define B 2 /* of the other */
#define N 600

static const guint widths[] = { A, B };

static void
draw (float *logits, guint n, guint64 seed)
{
  MienRandom random = mien_random_at (seed, 0, 0);

  for (guint i = 0; i < n * (A + B); i++)
    logits[i] = 1.5f * mien_random_normal (&random);
}

/* Targets are softmax (own + effect): @effect is [A, A + B + 1], the bias last. Its rows sum to
 * nothing over each head, as what is added to all logits of a head cannot be seen. */
static void
make_targets (const float *logits, const float *effect, guint n, float *targets)
{
  for (guint i = 0; i < n; i++)
    for (guint c = 0; c < A; c++)
      {
        const float *x = logits + i * (A + B), *row = effect + c * (A + B + 1);
        float *t = targets + i * A + c;

        *t = x[c] + row[A + B];
        for (guint j = 0; j < A + B; j++)
          *t += row[j] * x[j];
      }
  mien_loss_softmax (targets, n, A);
}

static double
get_loss (const float *logits, const float *targets, guint n)
{
  g_autofree float *p = g_memdup2 (logits, n * A * sizeof *logits);
  double loss = 0;

  mien_loss_softmax (p, n, A);
  for (guint i = 0; i < n * A; i++)
    loss -= (double) targets[i] * log (MAX ((double) p[i], 1e-30));
  return loss / n;
}

static double
get_loss_of_map (const MienStack *stack, const float *logits, const float *targets, guint n)
{
  g_autofree float *out = g_new (float, n *A);

  mien_stack_apply (stack, logits, n, out);
  return get_loss (out, targets, n);
}

static const float effect[A * (A + B + 1)] = { 0.3f, -0.1f, -0.2f, 0.5f, -0.5f, 0.4f, /**/
                                               0,    0,     0,     -1,   1,     0,    /**/
                                               0,    0,     0,     0,    0,     -0.8f };

/* What is there to find is found: the other head's say, and the bias. */
static void
test_recovers (void)
{
  g_autofree float *logits = g_new (float, N *(A + B)), *targets = g_new (float, N *A);
  g_autofree float *out = g_new (float, N *A), *held_out = g_new (float, N *A);
  MienStack stack;

  draw (logits, N, 1);
  make_targets (logits, effect, N, targets);
  mien_stack_fit (&stack, logits, widths, 2, 0, A, targets, N, held_out);
  g_assert_cmpfloat (stack.ridge, ==, 0.001);
  g_assert_cmpfloat (stack.loss, <, stack.loss_before - 0.1);
  /* The least that any answer can have is the targets' own entropy. */
  for (guint i = 0; i < N * A; i++)
    out[i] = logf (targets[i]);
  g_assert_cmpfloat (stack.loss, <, get_loss (out, targets, N) + 0.005);
  g_assert_cmpfloat_with_epsilon (stack.loss, get_loss (held_out, targets, N), 1e-6);
  mien_stack_apply (&stack, logits, N, out);
  mien_loss_softmax (out, N, A);
  for (guint i = 0; i < N * A; i++)
    g_assert_cmpfloat_with_epsilon (out[i], targets[i], 0.03);
}

/* Logits and log probabilities are the same to it, and answers follow the head's own place. */
static void
test_shift (void)
{
  g_autofree float *logits = g_new (float, N *(A + B)), *shifted = g_new (float, N *(A + B));
  g_autofree float *turned = g_new (float, N *(A + B)), *targets = g_new (float, N *A);
  static const guint turned_widths[] = { B, A };
  MienStack a, b, c;
  float out_a[A * 5], out_b[A * 5], out_c[A * 5];

  draw (logits, N, 2);
  make_targets (logits, effect, N, targets);
  for (guint i = 0; i < N; i++)
    for (guint j = 0; j < A + B; j++)
      {
        float value = logits[i * (A + B) + j] - (j < A ? 1 : 2) * (float) (i % 7);

        shifted[i * (A + B) + j] = value;
        turned[i * (A + B) + (j + B) % (A + B)] = value;
      }
  mien_stack_fit (&a, logits, widths, 2, 0, A, targets, N, NULL);
  mien_stack_fit (&b, shifted, widths, 2, 0, A, targets, N, NULL);
  mien_stack_fit (&c, turned, turned_widths, 2, B, A, targets, N, NULL);
  mien_stack_apply (&a, logits, 5, out_a);
  mien_stack_apply (&b, shifted, 5, out_b);
  mien_stack_apply (&c, turned, 5, out_c);
  mien_loss_softmax (out_a, 5, A);
  mien_loss_softmax (out_b, 5, A);
  mien_loss_softmax (out_c, 5, A);
  for (guint i = 0; i < 5 * A; i++)
    {
      g_assert_cmpfloat_with_epsilon (out_a[i], out_b[i], 1e-4);
      g_assert_cmpfloat_with_epsilon (out_a[i], out_c[i], 1e-4);
    }
}

/* Where nothing is to be mended, the strongest ridge wins and the map is the identity. */
static void
test_identity (void)
{
  static const float nothing[A * (A + B + 1)] = { 0 };
  g_autofree float *logits = g_new (float, N *(A + B)), *targets = g_new (float, N *A);
  MienRandom random = mien_random_at (9, 9, 9);
  MienStack stack;

  draw (logits, N, 3);
  make_targets (logits, nothing, N, targets);
  /* One drawn vote each instead of the distribution, so that there is something to fit wrongly. */
  for (guint i = 0; i < N; i++)
    {
      float left = mien_random_range (&random, 0, 1);
      guint vote = 0;

      while (vote < A - 1 && left >= targets[i * A + vote])
        left -= targets[i * A + vote++];
      for (guint c = 0; c < A; c++)
        targets[i * A + c] = c == vote;
    }
  mien_stack_fit (&stack, logits, widths, 2, 0, A, targets, N, NULL);
  g_assert_cmpfloat (stack.ridge, >=, 0.03);
  for (guint c = 0; c < A; c++)
    {
      for (guint j = 0; j < A + B; j++)
        g_assert_cmpfloat_with_epsilon (stack.weights[c * (A + B) + j] - (c == j ? 1 : 0), 0, 0.15);
      g_assert_cmpfloat_with_epsilon (stack.bias[c], 0, 0.3);
    }
}

/* No map near it has less penalised loss; the plain sum is written down here once more. */
static void
test_least (void)
{
  g_autofree float *logits = g_new (float, 90 * (A + B)), *targets = g_new (float, 90 * A);
  MienStack stack;
  double least = 0;

  draw (logits, 90, 4);
  make_targets (logits, effect, 90, targets);
  mien_stack_fit (&stack, logits, widths, 2, 0, A, targets, 90, NULL);
  for (guint k = 0; k <= A * (A + B); k++)
    for (int sign = -1; sign <= 1; sign += 2)
      {
        MienStack near = stack;
        double loss;

        /* Two of one head, against each other: see make_targets(). */
        if (k > 0)
          {
            guint j = (k - 1) % (A + B), other = j < A ? (j + 1) % A : A + (j - A + 1) % B;

            near.weights[k - 1] += 0.02f * (float) sign;
            near.weights[k - 1 - j + other] -= 0.02f * (float) sign;
          }
        loss = get_loss_of_map (&near, logits, targets, 90);
        for (guint c = 0; c < A; c++)
          for (guint j = 0; j < A + B; j++)
            {
              double w = (double) near.weights[c * (A + B) + j] - (c == j ? 1 : 0);

              loss += stack.ridge * w * w;
            }
        if (k == 0)
          least = loss;
        else
          g_assert_cmpfloat (loss, >, least);
      }
  for (guint c = 0; c < A; c++)
    for (int sign = -1; sign <= 1; sign += 2)
      {
        MienStack near = stack;

        near.bias[c] += 0.02f * (float) sign;
        g_assert_cmpfloat (get_loss_of_map (&near, logits, targets, 90), >,
                           get_loss_of_map (&stack, logits, targets, 90));
      }
}

/* What is said of a row when it is held out does not hang on its own target, but the map of all
 * rows does. */
static void
test_held_out (void)
{
  g_autofree float *logits = g_new (float, 60 * (A + B)), *targets = g_new (float, 60 * A);
  g_autofree float *before = g_new (float, 60 * A), *after = g_new (float, 60 * A);
  MienStack a, b;

  draw (logits, 60, 5);
  make_targets (logits, effect, 60, targets);
  mien_stack_fit (&a, logits, widths, 2, 0, A, targets, 60, before);
  for (guint c = 0; c < A; c++)
    targets[17 * A + c] = 0.5f * targets[17 * A + c] + (c == 2 ? 0.5f : 0);
  mien_stack_fit (&b, logits, widths, 2, 0, A, targets, 60, after);
  g_assert_cmpfloat (a.ridge, ==, b.ridge);
  for (guint c = 0; c < A; c++)
    {
      g_assert_cmpfloat_with_epsilon (before[17 * A + c], after[17 * A + c], 1e-4);
      g_assert_cmpfloat_with_epsilon (before[27 * A + c], after[27 * A + c], 1e-4);
    }
  g_assert_cmpfloat (fabsf (before[18 * A + 2] - after[18 * A + 2]), >, 1e-3);
  g_assert_cmpfloat (fabsf (a.bias[2] - b.bias[2]), >, 1e-3);
}

/* One row, none, and a class that no row has. */
static void
test_few (void)
{
  const float one[] = { 2, 0, 0, 1, 0 }, target[] = { 0, 1, 0 };
  float out[A], held_out[A];
  MienStack stack;

  mien_stack_fit (&stack, one, widths, 2, 0, A, target, 0, NULL);
  mien_stack_apply (&stack, one, 1, out);
  g_assert_cmpmem (out, sizeof out, one, A * sizeof *one);
  g_assert_cmpfloat (stack.loss, ==, 0);
  mien_stack_fit (&stack, one, widths, 2, 0, A, target, 1, held_out);
  mien_stack_apply (&stack, one, 1, out);
  for (guint c = 0; c < A; c++)
    g_assert_true (isfinite (out[c]) && isfinite (held_out[c]));
  /* Held out, nothing is known but the head's own answer. */
  mien_loss_softmax (held_out, 1, A);
  g_assert_cmpfloat_with_epsilon (held_out[0], expf (2) / (expf (2) + 2), 1e-4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stack/recovers", test_recovers);
  g_test_add_func ("/stack/shift", test_shift);
  g_test_add_func ("/stack/identity", test_identity);
  g_test_add_func ("/stack/least", test_least);
  g_test_add_func ("/stack/held-out", test_held_out);
  g_test_add_func ("/stack/few", test_few);
  return g_test_run ();
}
