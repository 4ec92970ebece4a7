/* How far rare classes are raised, and at what price.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/priors.h"

#include <math.h>

#define N 1000

/* Class 0 is common, 1 is one in fifty, 2 is one in a hundred. Rare rows say half as much for their
 * class as for 0; the first @doubtful of the common ones say a third as much for class 1. */
static void
make_rows (float *p, guint8 *classes, guint doubtful)
{
  for (guint i = 0; i < N; i++)
    {
      float raw[3] = { 1, 0.001f, 0.001f }, sum = 0;

      classes[i] = i < 20 ? 1 : i < 30 ? 2 : 0;
      if (classes[i] > 0)
        raw[classes[i]] = 0.5f;
      else if (i < 30 + doubtful)
        raw[1] = 1 / 3.0f;
      for (guint c = 0; c < 3; c++)
        sum += raw[c];
      for (guint c = 0; c < 3; c++)
        p[i * 3 + c] = raw[c] / sum;
    }
}

static guint
count_right (const float *p, const guint8 *classes, guint class)
{
  guint n = 0;

  for (guint i = 0; i < N; i++)
    {
      const float *row = p + i * 3;
      guint best = row[1] > row[0] ? 1 : 0;

      best = row[2] > row[best] ? 2 : best;
      n += classes[i] == class && best == class;
    }
  return n;
}

static const float shares[] = { 0.97f, 0.02f, 0.01f };

/* Nothing is lost by finding them, so all are found, and class 0 is left as it is. */
static void
test_free (void)
{
  float p[N * 3], offsets[3];
  guint8 classes[N];

  make_rows (p, classes, 0);
  g_assert_cmpuint (count_right (p, classes, 1) + count_right (p, classes, 2), ==, 0);
  mien_priors_fit (p, classes, N, 3, shares, NULL, 0, offsets);
  mien_priors_apply (p, N, 3, offsets);
  g_assert_cmpuint (count_right (p, classes, 0), ==, 970);
  g_assert_cmpuint (count_right (p, classes, 1), ==, 20);
  g_assert_cmpuint (count_right (p, classes, 2), ==, 10);
  g_assert_cmpfloat (offsets[0], ==, 0);
  for (guint i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (p[i * 3] + p[i * 3 + 1] + p[i * 3 + 2], 1, 1e-5);
}

/* Class 1 is raised until just below where doubtful rows of class 0 fall to it; one point of
 * accuracy (10 rows) does not pay for 15 of them, nor is it asked for what brings nothing. */
static void
test_price (void)
{
  float p[N * 3], offsets[3];
  guint8 classes[N];

  make_rows (p, classes, 15);
  mien_priors_fit (p, classes, N, 3, shares, NULL, 0.01, offsets);
  g_assert_cmpfloat (offsets[1], >, logf (2));
  g_assert_cmpfloat (offsets[1], <, logf (3));
  mien_priors_apply (p, N, 3, offsets);
  g_assert_cmpuint (count_right (p, classes, 0), ==, 970);
  g_assert_cmpuint (count_right (p, classes, 1), ==, 20);
}

/* From a start on: it is kept, what it cost does not count, and what is free on top is taken. */
static void
test_start (void)
{
  const float start[3] = { 0, 0.9f, 0 };
  float p[N * 3], offsets[3];
  guint8 classes[N];

  make_rows (p, classes, 15);
  mien_priors_fit (p, classes, N, 3, shares, start, 0, offsets);
  g_assert_cmpfloat (offsets[1], ==, 0.9f);
  g_assert_cmpfloat (offsets[2], >, logf (2));
  mien_priors_apply (p, N, 3, offsets);
  g_assert_cmpuint (count_right (p, classes, 0), ==, 970);
  g_assert_cmpuint (count_right (p, classes, 2), ==, 10);

  /* Above log 3 it has lost 25 doubtful rows for the 20 it found. */
  make_rows (p, classes, 25);
  mien_priors_fit (p, classes, N, 3, shares, (const float[]){ 0, 1.2f, 0 }, 0.001, offsets);
  g_assert_cmpfloat (offsets[1], ==, 1.2f);
  g_assert_cmpfloat (offsets[2], >, logf (2));
}

/* Rare rows that nothing tells from common ones cost more than they bring. */
static void
test_too_dear (void)
{
  float p[N * 3], offsets[3];
  guint8 classes[N];

  make_rows (p, classes, 0);
  for (guint i = 0; i < N; i++)
    {
      p[i * 3] = 0.9f;
      p[i * 3 + 1] = 0.08f;
      p[i * 3 + 2] = 0.02f;
    }
  mien_priors_fit (p, classes, N, 3, shares, NULL, 0.01, offsets);
  for (guint c = 0; c < 3; c++)
    g_assert_cmpfloat (offsets[c], ==, 0);
}

/* The least raise that finds the part asked for and a standard error more. All rare rows lack the
 * same here, log 2, so half of them cannot be had alone; in the second case they lack more and
 * more. */
static void
test_reach (void)
{
  const float aims[3] = { 0, 0.5f, 0.25f }, nothing[3] = { 0 };
  float p[N * 3], offsets[3];
  guint8 classes[N];

  make_rows (p, classes, 0);
  g_assert_true (mien_priors_reach (p, classes, N, 3, aims, offsets));
  g_assert_cmpfloat (offsets[0], ==, 0);
  g_assert_cmpfloat_with_epsilon (offsets[1], logf (2) + 0.01f, 1e-3);
  g_assert_cmpfloat_with_epsilon (offsets[2], logf (2) + 0.01f, 1e-3);
  g_assert_true (mien_priors_reach (p, classes, N, 3, nothing, offsets));
  g_assert_cmpfloat (offsets[1], ==, 0);
  g_assert_cmpfloat (offsets[2], ==, 0);

  for (guint i = 0; i < 30; i++)
    p[i * 3] = expf (0.1f * (float) (i < 20 ? i + 1 : i - 19)) * p[i * 3 + classes[i]];
  g_assert_true (mien_priors_reach (p, classes, N, 3, aims, offsets));
  mien_priors_apply (p, N, 3, offsets);
  /* 13 of 20 are 0.65 with an error of 0.107, 12 too few; 5 of 10 are 0.5 with 0.158, and 4 of 10
   * are 0.4 with 0.155. */
  g_assert_cmpfloat_with_epsilon (offsets[1], 1.31f, 1e-3);
  g_assert_cmpfloat_with_epsilon (offsets[2], 0.51f, 1e-3);
  g_assert_cmpuint (count_right (p, classes, 1), ==, 13);
  g_assert_cmpuint (count_right (p, classes, 2), ==, 5);
}

/* Two that climb over each other for hundreds of rounds, and then both have enough. */
static void
test_reach_climb (void)
{
  const float aims[3] = { 0.14f, 0.14f, 0 };
  const float logits[15] = { 0, 1, -9, 0, -9, 4, -0.99f, 0, -9, 50, 0, 0, 0, 0, 9 };
  const guint8 classes[5] = { 0, 0, 1, 1, 2 };
  float p[15], offsets[3];
  guint found[2] = { 0 };

  for (guint i = 0; i < 15; i++)
    p[i] = expf (logits[i] - (i >= 9 && i < 12 ? 50 : 9));
  g_assert_true (mien_priors_reach (p, classes, 5, 3, aims, offsets));
  g_assert_cmpfloat (offsets[0], >, 2);
  for (guint i = 0; i < 4; i++)
    {
      const float *row = p + i * 3;
      guint best = 0;

      for (guint c = 1; c < 3; c++)
        if (logf (row[c]) + offsets[c] > logf (row[best]) + offsets[best])
          best = c;
      found[classes[i]] += best == classes[i];
    }
  g_assert_cmpuint (found[0], >=, 1);
  g_assert_cmpuint (found[1], >=, 1);
}

/* Two that take rows from each other: class 1 needs log (7 / 3), which takes the first row (log
 * 1.5) from class 0, so not all of both can be had; half of the first and all of the second can. */
static void
test_reach_rivals (void)
{
  const float all[2] = { 1, 1 }, less[2] = { 0.14f, 1 };
  const float p[8] = { 0.6f, 0.4f, 0.95f, 0.05f, 0.7f, 0.3f, 0.2f, 0.8f };
  const guint8 classes[4] = { 0, 0, 1, 1 };
  float offsets[2] = { 5, 5 };

  g_assert_false (mien_priors_reach (p, classes, 4, 2, all, offsets));
  g_assert_cmpfloat (offsets[0] + offsets[1], ==, 0);
  /* One of two is 0.5 with an error of 0.354. */
  g_assert_true (mien_priors_reach (p, classes, 4, 2, less, offsets));
  g_assert_cmpfloat (offsets[0], ==, 0);
  g_assert_cmpfloat_with_epsilon (offsets[1], logf (7 / 3.0f) + 0.01f, 1e-3);
  g_assert_true (mien_priors_reach (p, classes, 0, 2, all, offsets));
  g_assert_cmpfloat (offsets[0] + offsets[1], ==, 0);
}

/* No rows, and classes without any: nothing to raise. */
static void
test_empty (void)
{
  const float odd[] = { 1, 0, 0 };
  float p[3] = { 1, 0, 0 }, offsets[3] = { 5, 5, 5 };
  guint8 class = 0;

  mien_priors_fit (p, &class, 0, 3, shares, NULL, 0.01, offsets);
  g_assert_cmpfloat (offsets[1], ==, 0);
  mien_priors_fit (p, &class, 1, 3, odd, NULL, 0.01, offsets);
  g_assert_cmpfloat (offsets[1], ==, 0);
  g_assert_cmpfloat (offsets[2], ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/priors/free", test_free);
  g_test_add_func ("/priors/price", test_price);
  g_test_add_func ("/priors/start", test_start);
  g_test_add_func ("/priors/too-dear", test_too_dear);
  g_test_add_func ("/priors/reach", test_reach);
  g_test_add_func ("/priors/reach/rivals", test_reach_rivals);
  g_test_add_func ("/priors/reach/climb", test_reach_climb);
  g_test_add_func ("/priors/empty", test_empty);
  return g_test_run ();
}
