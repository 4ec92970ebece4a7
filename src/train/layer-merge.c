/* Layers that work value by value: sums, gates, activations, dropout, concatenation.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/network-private.h"

#include <string.h>

#include "dataset/random.h"

typedef struct
{
  MienNetwork *self;
  Layer *layer, *x, *gate, *b;
  MienMapPass pass;
  gboolean add_x, add_b;
} Job;

static Job
get_job (MienNetwork *self, Layer *layer)
{
  return (Job){ .self = self,
                .layer = layer,
                .x = layer_at (self, layer->x),
                .gate = layer->gate < 0 ? NULL : layer_at (self, layer->gate),
                .b = layer->b < 0 ? NULL : layer_at (self, layer->b),
                .pass = { (gsize) layer->h * (gsize) layer->w, layer->cp, layer->act } };
}

static char *
out_of (const Job *job, const Layer *layer, guint part)
{
  return layer == NULL ? NULL : picture_at (job->self, layer, layer->out, part);
}

static char *
grad_of (const Job *job, const Layer *layer, guint part)
{
  return layer == NULL || layer->grad == NULL ? NULL
                                              : picture_at (job->self, layer, layer->grad, part);
}

static void
merge_part (gpointer data, guint part, guint worker)
{
  Job *job = data;

  job->self->kernels->merge (&job->pass, out_of (job, job->x, part), out_of (job, job->gate, part),
                             out_of (job, job->b, part), out_of (job, job->layer, part));
}

void
mien_layer_merge_forward (MienNetwork *self, Layer *layer)
{
  Job job = get_job (self, layer);

  mien_parallel_for (self->parallel, self->n, merge_part, &job);
}

static void
merge_back_part (gpointer data, guint part, guint worker)
{
  Job *job = data;

  job->self->kernels->merge_back (
      &job->pass, out_of (job, job->x, part), out_of (job, job->gate, part),
      out_of (job, job->b, part), grad_of (job, job->layer, part), grad_of (job, job->x, part),
      job->add_x, grad_of (job, job->gate, part), grad_of (job, job->b, part), job->add_b);
}

void
mien_layer_merge_backward (MienNetwork *self, Layer *layer)
{
  Job job = get_job (self, layer);

  g_assert (job.x->grad != NULL && (job.gate == NULL || !job.gate->has_grad) && job.x != job.b);
  job.add_x = job.x->has_grad;
  job.add_b = job.b != NULL && job.b->has_grad;
  mien_parallel_for (self->parallel, self->n, merge_back_part, &job);
  job.x->has_grad = TRUE;
  if (job.gate != NULL)
    job.gate->has_grad = TRUE;
  if (job.b != NULL)
    job.b->has_grad = TRUE;
}

/* Dropout: out[i] = in[i] * mask, the mask drawn from the place of the picture; the same forward
 * and backward. */
static void
drop (const Job *job, guint part, const char *in, char *out, gboolean is_added)
{
  const MienTrainKernels *kernels = job->self->kernels;
  gsize n = layer_size (job->layer);
  MienRandom random =
      mien_random_at (job->self->seed ^ ((guint64) job->layer->index << 32), job->self->step, part);
  float keep = 1.0f - job->layer->probability, scale = 1.0f / keep;
  float values[256], old[256];

  for (gsize begin = 0; begin < n; begin += G_N_ELEMENTS (values))
    {
      gsize count = MIN (G_N_ELEMENTS (values), n - begin);

      kernels->load (values, in + begin * kernels->element, count);
      if (is_added)
        kernels->load (old, out + begin * kernels->element, count);
      for (gsize i = 0; i < count; i++)
        {
          values[i] = mien_random_float (&random) < keep ? values[i] * scale : 0;
          if (is_added)
            values[i] += old[i];
        }
      kernels->store (out + begin * kernels->element, values, count);
    }
}

static void
dropout_part (gpointer data, guint part, guint worker)
{
  Job *job = data;

  drop (job, part, out_of (job, job->x, part), out_of (job, job->layer, part), FALSE);
}

void
mien_layer_dropout_forward (MienNetwork *self, Layer *layer)
{
  Job job = get_job (self, layer);

  if (self->training && layer->probability > 0)
    mien_parallel_for (self->parallel, self->n, dropout_part, &job);
  else
    memcpy (layer->out, job.x->out, self->n * layer_size (layer) * self->kernels->element);
}

static void
dropout_back_part (gpointer data, guint part, guint worker)
{
  Job *job = data;

  drop (job, part, grad_of (job, job->layer, part), grad_of (job, job->x, part), job->add_x);
}

void
mien_layer_dropout_backward (MienNetwork *self, Layer *layer)
{
  Job job = get_job (self, layer);

  job.add_x = job.x->has_grad;
  mien_parallel_for (self->parallel, self->n, dropout_back_part, &job);
  job.x->has_grad = TRUE;
}

static void
concat_part (gpointer data, guint part, guint worker)
{
  Job *job = data;
  const gsize e = job->self->kernels->element;
  gsize first = (gsize) job->x->cp * e, second = (gsize) job->b->cp * e;
  const char *a = out_of (job, job->x, part), *b = out_of (job, job->b, part);
  char *y = out_of (job, job->layer, part);

  for (gsize i = 0; i < job->pass.n_pixels; i++)
    {
      memcpy (y + i * (first + second), a + i * first, first);
      memcpy (y + i * (first + second) + first, b + i * second, second);
    }
}

void
mien_layer_concat_forward (MienNetwork *self, Layer *layer)
{
  Job job = get_job (self, layer);

  mien_parallel_for (self->parallel, self->n, concat_part, &job);
}

static void
concat_back_part (gpointer data, guint part, guint worker)
{
  Job *job = data;
  const MienTrainKernels *kernels = job->self->kernels;
  gsize first = (gsize) job->x->cp * kernels->element;
  gsize second = (gsize) job->b->cp * kernels->element;
  const char *dy = grad_of (job, job->layer, part);
  char *da = grad_of (job, job->x, part), *db = grad_of (job, job->b, part);

  for (gsize i = 0; i < job->pass.n_pixels; i++, dy += first + second)
    {
      if (job->add_x)
        kernels->add (da + i * first, dy, (gsize) job->x->cp);
      else
        memcpy (da + i * first, dy, first);
      if (job->add_b)
        kernels->add (db + i * second, dy + first, (gsize) job->b->cp);
      else
        memcpy (db + i * second, dy + first, second);
    }
}

void
mien_layer_concat_backward (MienNetwork *self, Layer *layer)
{
  Job job = get_job (self, layer);

  job.add_x = job.x->has_grad;
  job.add_b = job.b->has_grad;
  mien_parallel_for (self->parallel, self->n, concat_back_part, &job);
  job.x->has_grad = job.b->has_grad = TRUE;
}
