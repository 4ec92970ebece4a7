/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/conv-pair.h"

#include <string.h>

#include "base/size.h"
#include "nn/conv-private.h"

/* Floats of the map between the two from which on it is not worth writing: smaller ones lie in the
 * second-level cache anyway. */
#define WORTH_FLOATS (96 * 1024)
/* Weights of the 1x1 layer that are not worth reading again for each strip, in floats. */
#define MOST_WEIGHTS (12 * 1024)
/* Floats of new rows that are made at a time: with as much input, a part of a second-level cache.
 */
#define STRIP_FLOATS (48 * 1024)

struct _MienConvPair
{
  MienConvPlan *point, *depth;
  int strip;    /* rows that are made at a time */
  int capacity; /* and held */
  gsize plane;  /* floats of a block of channels of the strip */
  gsize floats; /* of the strip */
  char *name;
};

/* Rows that one output row looks at. */
static int
window_height (const MienConvShape *s)
{
  return (s->k_h - 1) * s->dilation_h + 1;
}

/* Output rows before they are pooled. */
static int
rows_per_result (const MienConvShape *s)
{
  return s->pool ? 2 : 1;
}

/* Rows of the map between them that fit a strip. */
static int
count_strip_rows (const MienConvShape *s)
{
  return (int) MIN (STRIP_FLOATS / mien_blocked_size (1, s->c_in, 1, s->w_in), (gsize) s->h_in);
}

gboolean
mien_conv_pair_is_worth_it (const MienConvPlan *point, const MienConvPlan *depth)
{
  const MienConvShape *p = &point->shape, *d = &depth->shape;

  return mien_conv_direct_is_flat (point) && depth->kind == &mien_conv_depthwise
         && point->in == MIEN_LAYOUT_NC16HW && point->out == MIEN_LAYOUT_NC16HW
         && depth->in == MIEN_LAYOUT_NC16HW && depth->out == MIEN_LAYOUT_NC16HW && p->n == d->n
         && p->c_out == d->c_in && p->h_out == d->h_in && p->w_out == d->w_in
         && mien_blocked_size (1, d->c_in, d->h_in, d->w_in) >= WORTH_FLOATS
         && point->packed_floats <= MOST_WEIGHTS
         /* Rows that are kept between strips are copied, those between parts made twice. */
         && count_strip_rows (d) >= MAX (window_height (d), 2 * rows_per_result (d) * d->stride_h);
}

MienConvPair *
mien_conv_pair_new (MienConvPlan *point, MienConvPlan *depth)
{
  MienConvPair *self = g_new0 (MienConvPair, 1);
  const MienConvShape *d = &depth->shape;
  const int step = rows_per_result (d) * d->stride_h;

  self->point = point;
  self->depth = depth;
  self->strip = MAX (count_strip_rows (d) / step, 1);
  self->capacity = self->strip * step + MAX (window_height (d) - d->stride_h, 0);
  self->plane = (gsize) self->capacity * d->w_in * 16;
  self->floats = self->plane * mien_blocks (d->c_in);
  self->name = g_strdup_printf ("direct+%s", mien_conv_plan_get_name (depth));
  return self;
}

void
mien_conv_pair_free (MienConvPair *self)
{
  if (self == NULL)
    return;
  mien_conv_plan_free (self->point);
  mien_conv_plan_free (self->depth);
  g_free (self->name);
  g_free (self);
}

const char *
mien_conv_pair_get_name (const MienConvPair *self)
{
  return self->name;
}

/* Floats of each worker: the strip, and two rows before they are pooled. */
static gsize
worker_floats (const MienConvPair *self)
{
  return self->floats + mien_size_align (self->depth->worker_floats, 16);
}

gsize
mien_conv_pair_get_workspace (const MienConvPair *self, guint n_threads)
{
  return n_threads * worker_floats (self) * sizeof (float);
}

typedef struct
{
  const MienConvPair *pair;
  const float *x;
  float *y;
  float *workspace;
  int bands; /* of a picture */
} Job;

/* Results @from to @to, a strip at most. @held: the rows of the map that the strip has, those that
 * are not needed any more make room. */
static void
run_strip (const Job *job, int n, int from, int to, int *held_from, int *held_to, float *strip)
{
  const MienConvPair *self = job->pair;
  const MienConvShape *d = &self->depth->shape;
  const int blocks = mien_blocks (d->c_in), per = rows_per_result (d);
  const int first = MAX (from * per * d->stride_h - d->pad_top, 0);
  const int end =
      CLAMP ((to * per - 1) * d->stride_h - d->pad_top + window_height (d), first, d->h_in);
  const gsize row = (gsize) d->w_in * 16, map = row * d->h_in;
  const gsize result =
      (gsize) mien_conv_depthwise_count_rows (d) * (d->pool ? d->w_out / 2 : d->w_out) * 16;
  const int kept = MAX (*held_to - first, 0);
  const int make = MAX (*held_to, first);

  for (int b = 0; b < blocks && kept > 0 && first > *held_from; b++)
    memmove (strip + b * self->plane, strip + b * self->plane + (first - *held_from) * row,
             kept * row * sizeof *strip);
  if (make < end)
    mien_conv_direct_pixels (
        self->point, job->x + (gsize) n * mien_blocks (self->point->shape.c_in) * map + make * row,
        strip + (make - first) * row, self->plane, (guint) (end - make) * (guint) d->w_in);
  for (int b = 0; b < blocks; b++)
    {
      const MienConvStrip x = { strip + b * self->plane, first, end - first };

      mien_conv_depthwise_rows (self->depth, b, &x, NULL,
                                job->y + ((gsize) n * blocks + b) * result, from, to,
                                strip + self->floats);
    }
  *held_from = first;
  *held_to = MAX (end, *held_to);
}

static void
run_band (gpointer data, guint part, guint worker)
{
  const Job *job = data;
  const MienConvPair *self = job->pair;
  const int n = (int) part / job->bands, band = (int) part % job->bands;
  const int rows = mien_conv_depthwise_count_rows (&self->depth->shape);
  const int from = (int) ((gint64) rows * band / job->bands);
  const int to = (int) ((gint64) rows * (band + 1) / job->bands);
  int held_from = 0, held_to = 0;

  for (int at = from; at < to; at += self->strip)
    run_strip (job, n, at, MIN (at + self->strip, to), &held_from, &held_to,
               job->workspace + worker * worker_floats (self));
}

void
mien_conv_pair_run (
    const MienConvPair *self, const float *x, float *y, void *workspace, MienParallel *parallel)
{
  const guint threads = parallel != NULL ? mien_parallel_get_n_threads (parallel) : 1;
  const int strips = mien_conv_depthwise_count_rows (&self->depth->shape) / self->strip;
  /* Each band makes the rows at its borders anew, so there are no more than threads need. */
  Job job = { self, x, y, workspace,
              threads == 1 ? 1 : CLAMP (2 * (int) threads, 1, MAX (strips, 1)) };

  mien_parallel_for (parallel, (guint) (self->depth->shape.n * job.bands), run_band, &job);
}
