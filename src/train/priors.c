/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/priors.h"

#include <math.h>
#include <stdlib.h>

#include "train/loss.h"

#define RARE 0.05f
#define STEP 0.1f
#define N_STEPS 15
#define N_JUMPS N_STEPS /* steps at once: a single one may change no answer */
#define MAX_CLASSES 16
#define MAX_ROUNDS 10000
#define MAX_RAISE 150.0f /* twice what the smallest probability is away from the largest */
/* Above the logit that was in front: more than weights in float16 and other kernels change. */
#define HAIR 0.01f

typedef struct
{
  double accuracy, recall; /* mean over the classes that have rows */
} Outcome;

static float *
take_logs (const float *probabilities, gsize n)
{
  float *logs = g_new (float, n + 1);

  for (gsize i = 0; i < n; i++)
    logs[i] = logf (MAX (probabilities[i], 1e-30f));
  return logs;
}

static Outcome
measure (const float *logs, const guint8 *classes, guint n, guint n_classes, const float *offsets)
{
  guint rows[MAX_CLASSES] = { 0 }, found[MAX_CLASSES] = { 0 }, n_found = 0, n_present = 0;
  Outcome outcome = { 0, 0 };

  for (guint i = 0; i < n; i++)
    {
      guint best = 0;

      for (guint c = 1; c < n_classes; c++)
        if (logs[i * n_classes + c] + offsets[c] > logs[i * n_classes + best] + offsets[best])
          best = c;
      rows[classes[i]]++;
      found[classes[i]] += best == classes[i];
    }
  for (guint c = 0; c < n_classes; c++)
    if (rows[c] > 0)
      {
        n_found += found[c];
        n_present++;
        outcome.recall += (double) found[c] / rows[c];
      }
  outcome.accuracy = (double) n_found / MAX (1, n);
  outcome.recall /= MAX (1, n_present);
  return outcome;
}

static float
get_offset (const float *priors, const float *start, guint c, guint steps)
{
  return (start == NULL ? 0 : start[c]) + (float) steps * STEP * logf (RARE / priors[c]);
}

/* Raises one class by the steps that pay most. FALSE when nothing is left to gain. */
static gboolean
raise_one (const float *logs,
           const guint8 *classes,
           guint n,
           guint n_classes,
           const float *priors,
           const float *start,
           double least,
           guint *steps,
           float *offsets)
{
  Outcome now = measure (logs, classes, n, n_classes, offsets);
  double best = 0;
  guint best_class = 0, best_steps = 0;

  for (guint c = 0; c < n_classes; c++)
    for (guint jump = 1; priors[c] > 0 && priors[c] < RARE && jump <= N_JUMPS; jump++)
      {
        float kept = offsets[c];
        Outcome then;
        double pay;

        if (steps[c] + jump > N_STEPS)
          break;
        offsets[c] = get_offset (priors, start, c, steps[c] + jump);
        then = measure (logs, classes, n, n_classes, offsets);
        offsets[c] = kept;
        if (then.accuracy < least || then.recall <= now.recall)
          continue;
        /* What costs nothing, or even gains, pays as if it cost a quarter of a row. */
        pay = (then.recall - now.recall) / MAX (now.accuracy - then.accuracy, 0.25 / n);
        if (pay > best)
          {
            best = pay;
            best_class = c;
            best_steps = steps[c] + jump;
          }
      }
  if (best <= 0)
    return FALSE;
  steps[best_class] = best_steps;
  offsets[best_class] = get_offset (priors, start, best_class, best_steps);
  return TRUE;
}

void
mien_priors_fit (const float *probabilities,
                 const guint8 *classes,
                 guint n,
                 guint n_classes,
                 const float *priors,
                 const float *start,
                 double price,
                 float *offsets)
{
  g_autofree float *logs = take_logs (probabilities, (gsize) n * n_classes);
  guint steps[MAX_CLASSES] = { 0 };
  double least;

  g_return_if_fail (n_classes <= MAX_CLASSES && offsets != NULL);
  for (guint c = 0; c < n_classes; c++)
    offsets[c] = start == NULL ? 0 : start[c];
  least = measure (logs, classes, n, n_classes, offsets).accuracy - price - 1e-9;
  while (n > 0 && raise_one (logs, classes, n, n_classes, priors, start, least, steps, offsets))
    ;
}

/* How many of @n rows have to be found for @aim with a standard error to spare. */
static guint
count_needed (double aim, guint n)
{
  for (guint found = 0; found < n; found++)
    {
      double r = (double) found / n;

      if (r - sqrt (r * (1 - r) / n) >= aim)
        return found;
    }
  return n;
}

static int
compare_floats (const void *a, const void *b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

/* How far the logit of class @c has to be raised in each of its rows to be the highest, sorted;
 * returns the number of its rows. */
static guint
list_lacks (const float *logs,
            const guint8 *classes,
            guint n,
            guint n_classes,
            const float *offsets,
            guint c,
            float *lacks)
{
  guint n_rows = 0;

  for (guint i = 0; i < n; i++)
    {
      const float *row = logs + (gsize) i * n_classes;
      float highest = -INFINITY;

      if (classes[i] != c)
        continue;
      for (guint k = 0; k < n_classes; k++)
        if (k != c)
          highest = MAX (highest, row[k] + offsets[k]);
      lacks[n_rows++] = highest - row[c];
    }
  qsort (lacks, n_rows, sizeof *lacks, compare_floats);
  return n_rows;
}

gboolean
mien_priors_reach (const float *probabilities,
                   const guint8 *classes,
                   guint n,
                   guint n_classes,
                   const float *aims,
                   float *offsets)
{
  g_autofree float *logs = take_logs (probabilities, (gsize) n * n_classes);
  g_autofree float *lacks = g_new (float, n + 1);
  gboolean has_raised = TRUE;
  float highest = 0;

  g_return_val_if_fail (aims != NULL && offsets != NULL, FALSE);
  for (guint c = 0; c < n_classes; c++)
    offsets[c] = 0;
  /* A raise may take rows from another class that had enough. */
  for (guint round = 0; has_raised && round < MAX_ROUNDS && highest < MAX_RAISE; round++)
    {
      has_raised = FALSE;
      for (guint c = 0; c < n_classes; c++)
        {
          guint n_rows = list_lacks (logs, classes, n, n_classes, offsets, c, lacks);
          guint needed = aims[c] > 0 ? count_needed ((double) aims[c], n_rows) : 0;

          if (needed == 0 || lacks[needed - 1] + HAIR <= offsets[c])
            continue;
          offsets[c] = lacks[needed - 1] + HAIR;
          highest = MAX (highest, offsets[c]);
          has_raised = TRUE;
        }
    }
  for (guint c = 0; has_raised && c < n_classes; c++)
    offsets[c] = 0;
  return !has_raised;
}

void
mien_priors_apply (float *probabilities, guint n, guint n_classes, const float *offsets)
{
  for (gsize i = 0; i < (gsize) n * n_classes; i++)
    probabilities[i] = logf (MAX (probabilities[i], 1e-30f)) + offsets[i % n_classes];
  mien_loss_softmax (probabilities, n, n_classes);
}
