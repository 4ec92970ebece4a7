/* Batch normalisation with an activation behind it.
 * Reference: Ioffe & Szegedy 2015.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/network-private.h"

#include <math.h>

typedef struct
{
  MienNetwork *self;
  Layer *layer, *in;
  MienMapPass pass;
  const float *a, *b, *c;
} Job;

static Job
get_job (MienNetwork *self, Layer *layer)
{
  return (Job){ .self = self,
                .layer = layer,
                .in = layer_at (self, layer->x),
                .pass = { (gsize) layer->h * (gsize) layer->w, layer->cp, layer->act } };
}

static void
sums_part (gpointer data, guint part, guint worker)
{
  Job *job = data;

  job->self->kernels->sums (&job->pass, picture_at (job->self, job->in, job->in->out, part),
                            job->self->partial + (gsize) part * 2 * (gsize) job->layer->cp);
}

static void
map_part (gpointer data, guint part, guint worker)
{
  Job *job = data;

  job->self->kernels->map (&job->pass, picture_at (job->self, job->in, job->in->out, part),
                           job->layer->scale, job->layer->shift,
                           picture_at (job->self, job->layer, job->layer->out, part));
}

/* Adds the pictures' sums in order: sums[0][c], sums[1][c]. */
static void
combine (const Job *job, double *sums)
{
  gsize n = 2 * (gsize) job->layer->cp;

  for (gsize i = 0; i < n; i++)
    sums[i] = 0;
  for (guint picture = 0; picture < job->self->n; picture++)
    for (gsize i = 0; i < n; i++)
      sums[i] += (double) job->self->partial[picture * n + i];
}

static void
use_batch (MienNetwork *self, Layer *layer, const double *sums)
{
  double count = (double) self->n * layer->h * layer->w;
  float *running = self->used_state + layer->state;

  for (int c = 0; c < layer->c; c++)
    {
      double mean = sums[c] / count;
      double variance = MAX (0, sums[layer->cp + c] / count - mean * mean);
      double unbiased = count > 1 ? variance * count / (count - 1) : variance;

      layer->mean[c] = (float) mean;
      layer->inverse[c] = (float) (1.0 / sqrt (variance + (double) MIEN_NORM_EPSILON));
      running[c] += MIEN_NORM_MOMENTUM * ((float) mean - running[c]);
      running[layer->cp + c] += MIEN_NORM_MOMENTUM * ((float) unbiased - running[layer->cp + c]);
    }
}

void
mien_layer_norm_forward (MienNetwork *self, Layer *layer)
{
  Job job = get_job (self, layer);
  const float *gamma = self->used_params + layer->weight, *beta = self->used_params + layer->bias;
  const float *running = self->used_state + layer->state;

  if (self->training)
    {
      g_autofree double *sums = g_new (double, 2 * (gsize) layer->cp);

      mien_parallel_for (self->parallel, self->n, sums_part, &job);
      combine (&job, sums);
      use_batch (self, layer, sums);
    }
  else
    for (int c = 0; c < layer->c; c++)
      {
        layer->mean[c] = running[c];
        layer->inverse[c] =
            (float) (1.0 / sqrt ((double) running[layer->cp + c] + (double) MIEN_NORM_EPSILON));
      }
  for (int c = 0; c < layer->c; c++)
    {
      layer->scale[c] = gamma[c] * layer->inverse[c];
      layer->shift[c] = beta[c] - layer->mean[c] * layer->scale[c];
    }
  mien_parallel_for (self->parallel, self->n, map_part, &job);
}

static void
back_sums_part (gpointer data, guint part, guint worker)
{
  Job *job = data;

  job->self->kernels->map_back_sums (
      &job->pass, picture_at (job->self, job->in, job->in->out, part),
      picture_at (job->self, job->layer, job->layer->grad, part), job->layer->scale,
      job->layer->shift, job->self->partial + (gsize) part * 2 * (gsize) job->layer->cp);
}

static void
back_part (gpointer data, guint part, guint worker)
{
  Job *job = data;

  job->self->kernels->map_back (&job->pass, picture_at (job->self, job->in, job->in->out, part),
                                picture_at (job->self, job->layer, job->layer->grad, part),
                                job->layer->scale, job->layer->shift, job->a, job->b, job->c,
                                picture_at (job->self, job->in, job->in->grad, part),
                                job->in->has_grad);
}

void
mien_layer_norm_backward (MienNetwork *self, Layer *layer)
{
  Job job = get_job (self, layer);
  double count = (double) self->n * layer->h * layer->w;
  gsize cp = (gsize) layer->cp;
  g_autofree double *sums = g_new (double, 2 * cp);
  g_autofree float *terms = g_new0 (float, 3 * cp);
  float *dgamma = self->grads + layer->weight, *dbeta = self->grads + layer->bias;

  mien_parallel_for (self->parallel, self->n, back_sums_part, &job);
  combine (&job, sums);
  for (int c = 0; c < layer->c; c++)
    {
      double inverse = (double) layer->inverse[c], mean = (double) layer->mean[c];
      double scale = (double) layer->scale[c];
      double product = (sums[(gsize) layer->cp + (gsize) c] - mean * sums[c]) * inverse;

      dgamma[c] = (float) product;
      dbeta[c] = (float) sums[c];
      terms[c] = (float) scale;
      terms[cp + (gsize) c] = (float) (-scale * inverse * product / count);
      terms[2 * cp + (gsize) c] = (float) (scale * (mean * inverse * product - sums[c]) / count);
    }
  job.a = terms;
  job.b = terms + cp;
  job.c = terms + 2 * cp;
  mien_parallel_for (self->parallel, self->n, back_part, &job);
  job.in->has_grad = TRUE;
}
