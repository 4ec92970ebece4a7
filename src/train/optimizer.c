/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/optimizer.h"

#include <math.h>

#define PART 16384

double
mien_schedule_get_rate (
    MienSchedule schedule, double rate, guint64 step, guint64 n_steps, guint64 warm_up)
{
  double progress = n_steps == 0 ? 0 : MIN (1.0, (double) step / (double) n_steps);

  if (schedule == MIEN_SCHEDULE_STEP)
    rate *= progress < 0.5 ? 1.0 : 0.1;
  else
    rate *= 0.002 + 0.998 * 0.5 * (1 + cos (G_PI * progress));
  if (step < warm_up)
    rate *= (double) (step + 1) / (double) warm_up;
  return rate;
}

typedef struct
{
  const MienSgdStep *step;
  float *params, *velocity, *average;
  const float *grads;
  const guint8 *decay;
  gsize n;
} Job;

static void
step_part (gpointer data, guint part, guint worker)
{
  Job *job = data;
  const MienSgdStep *step = job->step;
  gsize begin = (gsize) part * PART, end = MIN (begin + PART, job->n);

  for (gsize i = begin; i < end; i++)
    {
      float g = job->grads[i] + step->decay * (float) job->decay[i] * job->params[i];
      float v = step->momentum * job->velocity[i] + g;

      job->velocity[i] = v;
      job->params[i] -= step->rate * (step->nesterov ? g + step->momentum * v : v);
    }
  if (job->average != NULL)
    for (gsize i = begin; i < end; i++)
      job->average[i] += (1 - step->average) * (job->params[i] - job->average[i]);
}

void
mien_sgd_step (MienNetwork *network,
               const MienSgdStep *step,
               float *velocity,
               float *average,
               MienParallel *parallel)
{
  Job job;

  g_return_if_fail (network != NULL && step != NULL && velocity != NULL);
  job = (Job){ step,
               mien_network_get_params (network),
               velocity,
               average,
               mien_network_get_grads (network),
               mien_network_get_decay (network),
               mien_network_get_n_params (network) };
  mien_parallel_for (parallel, (guint) ((job.n + PART - 1) / PART), step_part, &job);
  mien_network_touch (network);
}
