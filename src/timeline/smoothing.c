/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/smoothing.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/parallel.h"

#define GAUSS_REACH 3.0 /* standard deviations */
#define MAX_SECONDS 3600.0
/* Steps of the table of weights per standard deviation: between two of them the straight line is
 * within 4e-8 of the curve. */
#define TABLE_STEPS 2048
#define TABLE_SIZE (3 * TABLE_STEPS + 2)
#define PART 16384     /* samples in one part of the parallel loop */
#define MAX_CHANNELS 8 /* one row of a block of samples, zeros behind the last channel */

static const struct
{
  const char *name;
  MienSmoothingKind kind;
} kinds[] = {
  { "ema", MIEN_SMOOTHING_EMA },
  { "gauss", MIEN_SMOOTHING_GAUSS },
  { "median", MIEN_SMOOTHING_MEDIAN },
};

gboolean
mien_smoothing_parse (const char *text, MienSmoothing *out, GError **error)
{
  const char *colon;

  g_return_val_if_fail (text != NULL, FALSE);
  if (strcmp (text, "none") == 0)
    {
      *out = (MienSmoothing){ MIEN_SMOOTHING_NONE, 0.0 };
      return TRUE;
    }
  colon = strchr (text, ':');
  for (gsize i = 0; colon != NULL && i < G_N_ELEMENTS (kinds); i++)
    {
      char *end;
      double seconds;

      if (strlen (kinds[i].name) != (gsize) (colon - text)
          || strncmp (text, kinds[i].name, (gsize) (colon - text)) != 0)
        continue;
      if (!g_ascii_isdigit (colon[1]) && colon[1] != '.')
        break;
      seconds = g_ascii_strtod (colon + 1, &end);
      if (end == colon + 1 || *end != '\0' || !(seconds >= 0.001 && seconds <= MAX_SECONDS))
        break;
      *out = (MienSmoothing){ kinds[i].kind, seconds };
      return TRUE;
    }
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
               "smoothing \"%s\": not none, ema:S, gauss:S or median:S with S from 0.001 to 3600 "
               "seconds",
               text);
  return FALSE;
}

char *
mien_smoothing_to_string (const MienSmoothing *self)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].kind == self->kind)
      return g_strdup_printf ("%s:%s", kinds[i].name,
                              g_ascii_formatd (number, sizeof number, "%.10g", self->seconds));
  return g_strdup ("none");
}

gboolean
mien_smoothing_equal (const MienSmoothing *a, const MienSmoothing *b)
{
  return a->kind == b->kind && (a->kind == MIEN_SMOOTHING_NONE || a->seconds == b->seconds);
}

gint64
mien_smoothing_get_reach (const MienSmoothing *self)
{
  switch (self->kind)
    {
    case MIEN_SMOOTHING_GAUSS:
      return (gint64) (self->seconds * GAUSS_REACH * 1e9);
    case MIEN_SMOOTHING_MEDIAN:
      return (gint64) (self->seconds * 0.5e9);
    case MIEN_SMOOTHING_NONE:
    case MIEN_SMOOTHING_EMA:
      break;
    }
  return 0;
}

typedef struct
{
  const MienSmoothing *smoothing;
  const gint64 *times;
  const guint8 *status;
  gsize begin, n;
  guint n_channels;
  const float *const *in;
  float *const *out;
  const float *table; /* of the Gaussian */
  double steps_per_ns;
} Job;

static inline gboolean
counts (const Job *job, gsize i)
{
  return job->status[i] == 0 && !isnan (job->in[0][i]);
}

static void
copy_raw (const Job *job, gsize i)
{
  for (guint c = 0; c < job->n_channels; c++)
    job->out[c][i] = job->in[c][i];
}

static void
apply_ema (const Job *job)
{
  gsize last = G_MAXSIZE;

  for (gsize i = job->begin; i-- > 0;)
    if (counts (job, i))
      {
        last = i;
        break;
      }
  for (gsize i = job->begin; i < job->n; i++)
    {
      if (!counts (job, i))
        {
          /* The value so far still stands where nothing new was measured. */
          for (guint c = 0; c < job->n_channels; c++)
            job->out[c][i] = last == G_MAXSIZE ? job->in[c][i] : job->out[c][last];
          continue;
        }
      if (last == G_MAXSIZE)
        copy_raw (job, i);
      else
        {
          double dt = (double) (job->times[i] - job->times[last]) * 1e-9;
          double a = -expm1 (-dt / job->smoothing->seconds);

          for (guint c = 0; c < job->n_channels; c++)
            job->out[c][i] = (float) (job->out[c][last] + a * (job->in[c][i] - job->out[c][last]));
        }
      last = i;
    }
}

static inline float
weigh (const Job *job, gint64 dt)
{
  double at = (double) (dt < 0 ? -dt : dt) * job->steps_per_ns;
  guint step = (guint) at;
  float part = (float) (at - step);

  return job->table[step] + part * (job->table[step + 1] - job->table[step]);
}

/* Samples low..high of all channels side by side, so that one weight is one multiplication of a
 * row; what does not count weighs nothing. */
typedef struct
{
  gsize low;
  float *rows;    /* [high - low][MAX_CHANNELS] */
  guint8 *counts; /* [high - low] */
} Rows;

static void
rows_init (Rows *self, const Job *job, gsize low, gsize high)
{
  self->low = low;
  self->rows = g_new0 (float, (high - low) * MAX_CHANNELS);
  self->counts = g_new (guint8, high - low);
  for (gsize i = low; i < high; i++)
    {
      self->counts[i - low] = counts (job, i);
      for (guint c = 0; c < job->n_channels && self->counts[i - low]; c++)
        self->rows[(i - low) * MAX_CHANNELS + c] = job->in[c][i];
    }
}

static void
rows_clear (Rows *self)
{
  g_free (self->rows);
  g_free (self->counts);
}

static void
gauss_sample (const Job *job, const Rows *rows, gsize i, gsize low, gsize high)
{
  float sums[MAX_CHANNELS] = { 0 };
  float total = 0.0f;

  for (gsize j = low; j < high; j++)
    {
      const float *row = rows->rows + (j - rows->low) * MAX_CHANNELS;
      float w = weigh (job, job->times[j] - job->times[i]) * rows->counts[j - rows->low];

      total += w;
      for (guint c = 0; c < MAX_CHANNELS; c++)
        sums[c] += w * row[c];
    }
  if (total > 0.0f)
    for (guint c = 0; c < job->n_channels; c++)
      job->out[c][i] = sums[c] / total;
  else
    copy_raw (job, i);
}

static void
gauss_part (const Job *job, gsize begin, gsize end)
{
  gint64 reach = mien_smoothing_get_reach (job->smoothing);
  gsize low = begin, high = end;
  Rows rows;

  while (low > 0 && job->times[low - 1] >= job->times[begin] - reach)
    low--;
  while (high < job->n && job->times[high] <= job->times[end - 1] + reach)
    high++;
  rows_init (&rows, job, low, high);
  high = begin;
  for (gsize i = begin; i < end; i++)
    {
      while (job->times[low] < job->times[i] - reach)
        low++;
      while (high < job->n && job->times[high] <= job->times[i] + reach)
        high++;
      gauss_sample (job, &rows, i, low, high);
    }
  rows_clear (&rows);
}

/* The samples of one channel within the window, in order of value. */
typedef struct
{
  float *values;
  gsize n, allocated;
} Window;

static gsize
window_find (const Window *self, float value)
{
  gsize low = 0, high = self->n;

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (self->values[middle] < value)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

static void
window_add (Window *self, float value)
{
  gsize at = window_find (self, value);

  if (self->n == self->allocated)
    {
      self->allocated = MAX (64, self->allocated * 2);
      self->values = g_renew (float, self->values, self->allocated);
    }
  memmove (self->values + at + 1, self->values + at, (self->n - at) * sizeof (float));
  self->values[at] = value;
  self->n++;
}

static void
window_remove (Window *self, float value)
{
  gsize at = window_find (self, value);

  self->n--;
  memmove (self->values + at, self->values + at + 1, (self->n - at) * sizeof (float));
}

static void
median_part (const Job *job, gsize begin, gsize end)
{
  gint64 reach = mien_smoothing_get_reach (job->smoothing);
  Window windows[MAX_CHANNELS] = { { NULL, 0, 0 } };
  gsize low = begin, high;

  while (low > 0 && job->times[low - 1] >= job->times[begin] - reach)
    low--;
  high = low;
  for (gsize i = begin; i < end; i++)
    {
      gint64 now = job->times[i];
      double total = 0.0;

      for (; high < job->n && job->times[high] <= now + reach; high++)
        for (guint c = 0; c < job->n_channels && counts (job, high); c++)
          window_add (&windows[c], job->in[c][high]);
      for (; job->times[low] < now - reach; low++)
        for (guint c = 0; c < job->n_channels && counts (job, low); c++)
          window_remove (&windows[c], job->in[c][low]);
      if (windows[0].n == 0)
        {
          copy_raw (job, i);
          continue;
        }
      for (guint c = 0; c < job->n_channels; c++)
        {
          const Window *w = &windows[c];

          job->out[c][i] = (w->n & 1) != 0 ? w->values[w->n / 2]
                                           : 0.5f * (w->values[w->n / 2 - 1] + w->values[w->n / 2]);
          total += job->out[c][i];
        }
      for (guint c = 0; c < job->n_channels && total > 0.0; c++)
        job->out[c][i] = (float) (job->out[c][i] / total);
    }
  for (guint c = 0; c < job->n_channels; c++)
    g_free (windows[c].values);
}

static void
run_part (gpointer data, guint part, guint worker)
{
  const Job *job = data;
  gsize begin = job->begin + (gsize) part * PART;
  gsize end = MIN (begin + PART, job->n);

  if (job->smoothing->kind == MIEN_SMOOTHING_GAUSS)
    gauss_part (job, begin, end);
  else
    median_part (job, begin, end);
}

static float *
make_table (void)
{
  float *table = g_new (float, TABLE_SIZE);

  for (guint i = 0; i < TABLE_SIZE; i++)
    {
      double z = (double) i / TABLE_STEPS;

      table[i] = (float) exp (-0.5 * z * z);
    }
  return table;
}

void
mien_smoothing_apply (const MienSmoothing *self,
                      const gint64 *times_ns,
                      const guint8 *status,
                      gsize begin,
                      gsize n,
                      guint n_channels,
                      const float *const *in,
                      float *const *out)
{
  g_autofree float *table = NULL;
  g_autoptr (MienParallel) parallel = NULL;
  Job job = { self, times_ns, status, begin, n, n_channels, in, out, NULL, 0.0 };
  guint n_parts;

  g_return_if_fail (n_channels >= 1 && n_channels <= MAX_CHANNELS);
  if (begin >= n)
    return;
  if (self->kind == MIEN_SMOOTHING_NONE)
    {
      for (guint c = 0; c < n_channels; c++)
        memcpy (out[c] + begin, in[c] + begin, (n - begin) * sizeof (float));
      return;
    }
  if (self->kind == MIEN_SMOOTHING_EMA)
    {
      apply_ema (&job);
      return;
    }
  if (self->kind == MIEN_SMOOTHING_GAUSS)
    {
      job.table = table = make_table ();
      job.steps_per_ns = TABLE_STEPS / (self->seconds * 1e9);
    }
  n_parts = (guint) ((n - begin + PART - 1) / PART);
  if (n_parts > 2)
    parallel = mien_parallel_new (0);
  mien_parallel_for (parallel, n_parts, run_part, &job);
}
