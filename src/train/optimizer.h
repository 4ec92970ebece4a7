/* Stochastic gradient descent with momentum, weight decay, and an exponential moving average of the
 * weights; and how the rate changes over a run.
 * Reference: Sutskever et al. 2013 (Nesterov); Loshchilov & Hutter 2017 (cosine); Goyal et al. 2017
 * (warm-up); Polyak & Juditsky 1992 (averages).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "train/network.h"

G_BEGIN_DECLS

typedef enum
{
  MIEN_SCHEDULE_STEP,   /* a tenth from half of the run on */
  MIEN_SCHEDULE_COSINE, /* down to 1/500 */
} MienSchedule;

/* Rate at step @step of @n_steps, of which the first @warm_up rise linearly to @rate. */
double mien_schedule_get_rate (
    MienSchedule schedule, double rate, guint64 step, guint64 n_steps, guint64 warm_up);

typedef struct
{
  float rate, momentum, decay; /* decay: L2, on weights only */
  gboolean nesterov;
  float average; /* of the moving average, 0: none is kept */
} MienSgdStep;

/* One step: velocity = momentum * velocity + gradient + decay * weight, and so on; @average, an
 * array like params, or NULL. Then mien_network_touch(). */
void mien_sgd_step (MienNetwork *network,
                    const MienSgdStep *step,
                    float *velocity,
                    float *average,
                    MienParallel *parallel);

G_END_DECLS
