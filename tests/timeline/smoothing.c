/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/smoothing.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "timeline/filters.h"

#define N 700
#define CHANNELS 3

/* Irregular times with two long gaps, values, and samples that do not count. */
static void
make (gint64 *times, guint8 *status, float values[CHANNELS][N])
{
  gint64 now = 0;

  for (int i = 0; i < N; i++)
    {
      now += g_test_rand_int_range (1000000, 80000000);
      if (i == 200 || i == 500)
        now += G_GINT64_CONSTANT (20000000000);
      times[i] = now;
      status[i] = g_test_rand_int_range (0, 10) == 0 ? 2 : 0;
      for (int c = 0; c < CHANNELS; c++)
        values[c][i] = (float) g_test_rand_double ();
      if (g_test_rand_int_range (0, 15) == 0)
        for (int c = 0; c < CHANNELS; c++)
          values[c][i] = NAN;
    }
  /* A whole island that does not count: it gets its own values. */
  for (int i = 200; i < 210; i++)
    status[i] = 3;
}

static gboolean
counts (const guint8 *status, float values[CHANNELS][N], int i)
{
  return status[i] == 0 && !isnan (values[0][i]);
}

static double
naive_gauss (
    const gint64 *times, const guint8 *status, float values[CHANNELS][N], int c, int i, double s)
{
  double sum = 0.0, total = 0.0;

  for (int j = 0; j < N; j++)
    {
      double dt = (double) (times[j] - times[i]) * 1e-9;

      if (fabs (dt) > 3.0 * s || !counts (status, values, j))
        continue;
      sum += exp (-dt * dt / (2.0 * s * s)) * values[c][j];
      total += exp (-dt * dt / (2.0 * s * s));
    }
  return total > 0.0 ? sum / total : values[c][i];
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

static double
naive_median (
    const gint64 *times, const guint8 *status, float values[CHANNELS][N], int c, int i, double s)
{
  double in[N];
  int n = 0;

  for (int j = 0; j < N; j++)
    if (fabs ((double) (times[j] - times[i]) * 1e-9) <= s / 2.0 && counts (status, values, j))
      in[n++] = values[c][j];
  if (n == 0)
    return NAN;
  qsort (in, (size_t) n, sizeof *in, compare);
  return n % 2 == 1 ? in[n / 2] : (in[n / 2 - 1] + in[n / 2]) / 2.0;
}

static void
apply (const char *name,
       const gint64 *times,
       const guint8 *status,
       float values[CHANNELS][N],
       float results[CHANNELS][N])
{
  MienSmoothing smoothing;
  const float *in[CHANNELS] = { values[0], values[1], values[2] };
  float *out[CHANNELS] = { results[0], results[1], results[2] };
  float whole[CHANNELS][N];

  g_assert_true (mien_smoothing_parse (name, &smoothing, NULL));
  mien_smoothing_apply (&smoothing, times, status, 0, N, CHANNELS, in, out);
  memcpy (whole, results, sizeof whole);
  /* In pieces, as samples come: the same bits. */
  for (gsize begin = 0, n = 100; n <= N; n += 100)
    {
      gint64 reach = mien_smoothing_get_reach (&smoothing);

      mien_smoothing_apply (&smoothing, times, status, begin, n, CHANNELS, in, out);
      begin = n;
      while (n < N && begin > 0 && times[begin - 1] >= times[n] - reach)
        begin--;
    }
  g_assert_cmpmem (whole, sizeof whole, results, sizeof whole);
}

static void
test_gauss (void)
{
  gint64 times[N];
  guint8 status[N];
  float values[CHANNELS][N], results[CHANNELS][N];

  make (times, status, values);
  apply ("gauss:0.25", times, status, values, results);
  for (int i = 0; i < N; i++)
    for (int c = 0; c < CHANNELS; c++)
      {
        double expected = naive_gauss (times, status, values, c, i, 0.25);

        if (isnan (expected))
          g_assert_true (isnan (results[c][i]));
        else
          g_assert_cmpfloat_with_epsilon (results[c][i], expected, 2e-6);
      }
}

static void
test_median (void)
{
  gint64 times[N];
  guint8 status[N];
  float values[CHANNELS][N], results[CHANNELS][N];

  make (times, status, values);
  apply ("median:0.4", times, status, values, results);
  for (int i = 0; i < N; i++)
    {
      double expected[CHANNELS], total = 0.0;

      for (int c = 0; c < CHANNELS; c++)
        total += expected[c] = naive_median (times, status, values, c, i, 0.4);
      for (int c = 0; c < CHANNELS; c++)
        if (!isnan (total))
          g_assert_cmpfloat_with_epsilon (results[c][i], expected[c] / total, 2e-6);
        else if (!isnan (values[c][i]))
          g_assert_cmpfloat (results[c][i], ==, values[c][i]);
    }
}

static void
test_ema (void)
{
  gint64 times[N];
  guint8 status[N];
  float values[CHANNELS][N], results[CHANNELS][N];
  double y = NAN;
  gint64 last = 0;

  make (times, status, values);
  apply ("ema:0.5", times, status, values, results);
  for (int i = 0; i < N; i++)
    {
      if (counts (status, values, i))
        {
          double a = 1.0 - exp (-(double) (times[i] - last) * 1e-9 / 0.5);

          y = isnan (y) ? values[1][i] : y + a * (values[1][i] - y);
          last = times[i];
        }
      if (!isnan (y))
        g_assert_cmpfloat_with_epsilon (results[1][i], y, 1e-5);
    }
  /* After twenty seconds nothing is left of what was before. */
  for (int i = 500; i < N; i++)
    if (counts (status, values, i))
      {
        g_assert_cmpfloat_with_epsilon (results[1][i], values[1][i], 1e-5);
        break;
      }
}

static void
test_none (void)
{
  gint64 times[N];
  guint8 status[N];
  float values[CHANNELS][N], results[CHANNELS][N];

  make (times, status, values);
  apply ("none", times, status, values, results);
  g_assert_cmpmem (values, sizeof values, results, sizeof results);
}

static void
test_parse (void)
{
  static const char *const bad[] = { "",         "gauss",    "gauss:",    "gauss:0",
                                     "gauss:-1", "gauss:1x", "gaussx:1",  "gauss:1e999",
                                     "median:n", "mean:1",   "gauss:,5",  "GAUSS:0.5",
                                     "ema:nan",  "none:1",   "gauss:3601" };
  static const char *const good[] = { "none", "ema:0.1", "gauss:0.25", "median:1", "gauss:0.001" };
  MienSmoothing smoothing;
  MienFilters filters;
  g_autoptr (GError) error = NULL;

  /* A comma for decimals must change nothing; where the locale is missing this is the plain test.
   */
  setlocale (LC_ALL, "de_DE.UTF-8");
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (mien_smoothing_parse (bad[i], &smoothing, &error));
      g_assert_error (error, MIEN_ERROR, MIEN_ERROR_USAGE);
      g_clear_error (&error);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *text = NULL;

      g_assert_true (mien_smoothing_parse (good[i], &smoothing, &error));
      text = mien_smoothing_to_string (&smoothing);
      g_assert_cmpstr (text, ==, good[i]);
    }
  mien_filters_init (&filters);
  g_assert_true (mien_filters_parse_segment (&filters, "2.5", NULL));
  g_assert_true (mien_filters_parse_threshold (&filters, "0.75", NULL));
  g_assert_cmpfloat (filters.segment_seconds, ==, 2.5);
  g_assert_cmpfloat (filters.threshold, ==, 0.75);
  g_assert_false (mien_filters_parse_segment (&filters, "0", NULL));
  g_assert_false (mien_filters_parse_threshold (&filters, "1.01", NULL));
  g_assert_false (mien_filters_parse_threshold (&filters, "50 %", NULL));
  setlocale (LC_ALL, "C");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/timeline/smoothing/gauss", test_gauss);
  g_test_add_func ("/timeline/smoothing/median", test_median);
  g_test_add_func ("/timeline/smoothing/ema", test_ema);
  g_test_add_func ("/timeline/smoothing/none", test_none);
  g_test_add_func ("/timeline/smoothing/parse", test_parse);
  return g_test_run ();
}
