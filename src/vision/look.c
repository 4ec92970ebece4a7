/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/look.h"

#include <math.h>

#include "vision/sampling.h"

void
mien_look_measure (const MienImage *image, const MienFaceBox *face, float *out)
{
  MienSampling sampling = mien_sampling_init (MIEN_LOOK_COLUMNS, MIEN_LOOK_ROWS, MIEN_CHANNELS_RGB);
  /* From the hair to the chest. */
  MienRect rect = { face->x - 0.25f * face->width, face->y - 0.15f * face->height,
                    1.5f * face->width, 2 * face->height };
  float mean = 0, length = 0;

  mien_image_sample_rect (image, &rect, &sampling, out, NULL);
  for (int i = 0; i < MIEN_LOOK_N; i++)
    mean += out[i] / MIEN_LOOK_N;
  for (int i = 0; i < MIEN_LOOK_N; i++)
    {
      out[i] -= mean;
      length += out[i] * out[i];
    }
  length = sqrtf (length);
  for (int i = 0; i < MIEN_LOOK_N; i++)
    out[i] = length > 1 ? out[i] / length : 0;
}
