/* Pools and depthwise convolutions: windows slid over each channel.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/network-private.h"

#include <string.h>

typedef struct
{
  MienNetwork *self;
  Layer *layer, *in;
  MienWindowPass pass;
} Job;

static Job
get_job (MienNetwork *self, Layer *layer)
{
  Layer *in = layer_at (self, layer->x);

  return (Job){ .self = self,
                .layer = layer,
                .in = in,
                .pass = { in->h, in->w, in->cp, layer->h, layer->w, layer->k, layer->stride,
                          layer->pad } };
}

static void
pool_part (gpointer data, guint part, guint worker)
{
  Job *job = data;
  const char *x = picture_at (job->self, job->in, job->in->out, part);
  char *y = picture_at (job->self, job->layer, job->layer->out, part);

  if (job->layer->kind == LAYER_MAX_POOL)
    job->self->kernels->max_pool (&job->pass, x, y);
  else
    job->self->kernels->mean_pool (&job->pass, x, y);
}

void
mien_layer_pool_forward (MienNetwork *self, Layer *layer)
{
  Job job = get_job (self, layer);

  mien_parallel_for (self->parallel, self->n, pool_part, &job);
}

/* Where a picture's gradient is gathered: zeros, or what is there already. */
static float *
begin_gather (const Job *job, guint part, guint worker)
{
  float *gather = (float *) job->self->scratch[worker];
  gsize n = layer_size (job->in);

  if (job->in->has_grad)
    job->self->kernels->load (gather, picture_at (job->self, job->in, job->in->grad, part), n);
  else
    memset (gather, 0, n * sizeof *gather);
  return gather;
}

static void
pool_back_part (gpointer data, guint part, guint worker)
{
  Job *job = data;
  MienNetwork *self = job->self;
  float *gather = begin_gather (job, part, worker);
  const char *dy = picture_at (self, job->layer, job->layer->grad, part);

  if (job->layer->kind == LAYER_MAX_POOL)
    self->kernels->max_pool_back (&job->pass, picture_at (self, job->in, job->in->out, part),
                                  picture_at (self, job->layer, job->layer->out, part), dy, gather);
  else
    self->kernels->mean_pool_back (&job->pass, dy, gather);
  self->kernels->store (picture_at (self, job->in, job->in->grad, part), gather,
                        layer_size (job->in));
}

void
mien_layer_pool_backward (MienNetwork *self, Layer *layer)
{
  Job job = get_job (self, layer);

  mien_parallel_for (self->parallel, self->n, pool_back_part, &job);
  job.in->has_grad = TRUE;
}

static void
depthwise_part (gpointer data, guint part, guint worker)
{
  Job *job = data;

  job->self->kernels->depthwise (&job->pass, picture_at (job->self, job->in, job->in->out, part),
                                 job->self->used_params + job->layer->weight,
                                 picture_at (job->self, job->layer, job->layer->out, part));
}

void
mien_layer_depthwise_forward (MienNetwork *self, Layer *layer)
{
  Job job = get_job (self, layer);

  mien_parallel_for (self->parallel, self->n, depthwise_part, &job);
}

static void
depthwise_back_part (gpointer data, guint part, guint worker)
{
  Job *job = data;
  MienNetwork *self = job->self;
  float *gather = job->in->grad == NULL ? NULL : begin_gather (job, part, worker);

  self->kernels->depthwise_back (&job->pass, picture_at (self, job->in, job->in->out, part),
                                 picture_at (self, job->layer, job->layer->grad, part),
                                 self->params + job->layer->weight, gather,
                                 self->partial + (gsize) part * job->layer->n_weights);
  if (gather != NULL)
    self->kernels->store (picture_at (self, job->in, job->in->grad, part), gather,
                          layer_size (job->in));
}

void
mien_layer_depthwise_backward (MienNetwork *self, Layer *layer)
{
  Job job = get_job (self, layer);
  float *grad = self->grads + layer->weight;

  mien_parallel_for (self->parallel, self->n, depthwise_back_part, &job);
  memset (grad, 0, layer->n_weights * sizeof *grad);
  for (guint picture = 0; picture < self->n; picture++)
    for (gsize i = 0; i < layer->n_weights; i++)
      grad[i] += self->partial[picture * layer->n_weights + i];
  job.in->has_grad = TRUE;
}
