/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/loss.h"

#include <math.h>

void
mien_loss_softmax (float *logits, guint rows, guint n_classes)
{
  for (guint i = 0; i < rows; i++, logits += n_classes)
    {
      float top = logits[0];
      double sum = 0;

      for (guint c = 1; c < n_classes; c++)
        top = MAX (top, logits[c]);
      for (guint c = 0; c < n_classes; c++)
        sum += exp ((double) (logits[c] - top));
      for (guint c = 0; c < n_classes; c++)
        logits[c] = (float) (exp ((double) (logits[c] - top)) / sum);
    }
}

double
mien_loss_cross_entropy (const float *logits,
                         const float *targets,
                         const float *weights,
                         guint rows,
                         guint n_classes,
                         float scale,
                         float *grads)
{
  double loss = 0;

  g_return_val_if_fail (logits != NULL && targets != NULL && grads != NULL && rows > 0, 0);
  for (guint i = 0; i < rows; i++)
    {
      const float *z = logits + i * n_classes, *t = targets + i * n_classes;
      double part = (double) scale * (weights == NULL ? 1.0 : (double) weights[i]) / rows;
      double top = (double) z[0], sum = 0;

      for (guint c = 1; c < n_classes; c++)
        top = MAX (top, (double) z[c]);
      for (guint c = 0; c < n_classes; c++)
        sum += exp ((double) z[c] - top);
      for (guint c = 0; c < n_classes; c++)
        {
          double log_p = (double) z[c] - top - log (sum);

          loss -= part * (double) t[c] * log_p;
          grads[i * n_classes + c] = (float) (part * (exp (log_p) - (double) t[c]));
        }
    }
  return loss;
}
