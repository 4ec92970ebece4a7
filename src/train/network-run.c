/* Forward and backward over the layers of a network.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/network-private.h"

#include <string.h>

static void
forward_layer (MienNetwork *self, Layer *layer)
{
  switch (layer->kind)
    {
    case LAYER_CONV:
    case LAYER_LINEAR:
      mien_layer_conv_forward (self, layer);
      break;
    case LAYER_DEPTHWISE:
      mien_layer_depthwise_forward (self, layer);
      break;
    case LAYER_NORM:
      mien_layer_norm_forward (self, layer);
      break;
    case LAYER_MERGE:
      mien_layer_merge_forward (self, layer);
      break;
    case LAYER_MAX_POOL:
    case LAYER_MEAN_POOL:
      mien_layer_pool_forward (self, layer);
      break;
    case LAYER_DROPOUT:
      mien_layer_dropout_forward (self, layer);
      break;
    case LAYER_CONCAT:
      mien_layer_concat_forward (self, layer);
      break;
    case LAYER_HOG:
      mien_layer_hog_forward (self, layer);
      break;
    case LAYER_INPUT:
      break;
    }
}

static void
backward_layer (MienNetwork *self, Layer *layer)
{
  switch (layer->kind)
    {
    case LAYER_CONV:
    case LAYER_LINEAR:
      mien_layer_conv_backward (self, layer);
      break;
    case LAYER_DEPTHWISE:
      mien_layer_depthwise_backward (self, layer);
      break;
    case LAYER_NORM:
      mien_layer_norm_backward (self, layer);
      break;
    case LAYER_MERGE:
      mien_layer_merge_backward (self, layer);
      break;
    case LAYER_MAX_POOL:
    case LAYER_MEAN_POOL:
      mien_layer_pool_backward (self, layer);
      break;
    case LAYER_DROPOUT:
      mien_layer_dropout_backward (self, layer);
      break;
    case LAYER_CONCAT:
      mien_layer_concat_backward (self, layer);
      break;
    case LAYER_HOG:
    case LAYER_INPUT:
      break;
    }
}

/* Stores @n rows of @c floats with the padding up to @cp, which stays zero. */
static void
store_rows (const MienNetwork *self, void *out, const float *in, gsize n, int c, int cp)
{
  if (c == cp)
    {
      self->kernels->store (out, in, n * (gsize) c);
      return;
    }
  for (gsize i = 0; i < n; i++)
    self->kernels->store ((char *) out + i * (gsize) cp * self->kernels->element,
                          in + i * (gsize) c, (gsize) c);
}

void
mien_network_forward (
    MienNetwork *self, const float *input, guint n, gboolean training, guint64 seed, guint64 step)
{
  Layer *in;

  g_return_if_fail (self != NULL && self->params != NULL && n > 0 && n <= self->max_batch);
  in = layer_at (self, 0);
  self->n = n;
  self->training = training;
  self->seed = seed;
  self->step = step;
  store_rows (self, in->out, input, (gsize) n * (gsize) in->h * (gsize) in->w, in->c, in->cp);
  for (guint i = 1; i < self->layers->len; i++)
    forward_layer (self, layer_at (self, (int) i));
  self->is_packed = TRUE;
}

void
mien_network_backward (MienNetwork *self, const float *const *grads)
{
  g_return_if_fail (self != NULL && self->training && self->used_params == self->params);
  for (guint i = 0; i < self->layers->len; i++)
    layer_at (self, (int) i)->has_grad = FALSE;
  for (guint i = 0; i < self->outputs->len; i++)
    {
      Layer *layer = layer_at (self, g_array_index (self->outputs, int, i));

      store_rows (self, layer->grad, grads[i], self->n, layer->c, layer->cp);
      layer->has_grad = TRUE;
    }
  for (int i = (int) self->layers->len - 1; i > 0; i--)
    {
      Layer *layer = layer_at (self, i);

      if (layer->has_grad)
        backward_layer (self, layer);
    }
}

guint
mien_network_get_n_outputs (const MienNetwork *self)
{
  return self->outputs->len;
}

const char *
mien_network_get_output_name (const MienNetwork *self, guint index)
{
  g_return_val_if_fail (index < self->names->len, NULL);
  return self->names->pdata[index];
}

guint
mien_network_get_n_classes (const MienNetwork *self, guint index)
{
  g_return_val_if_fail (index < self->outputs->len, 0);
  return (guint) layer_at ((MienNetwork *) self, g_array_index (self->outputs, int, index))->c;
}

void
mien_network_read_output (MienNetwork *self, guint index, float *out)
{
  g_return_if_fail (index < self->outputs->len);
  mien_network_read_layer (self, g_array_index (self->outputs, int, index), out);
}

void
mien_network_read_layer (MienNetwork *self, int x, float *out)
{
  const Layer *layer;
  gsize rows;

  g_return_if_fail (self != NULL && x >= 0 && x < (int) self->layers->len);
  layer = layer_at (self, x);
  rows = (gsize) self->n * (gsize) layer->h * (gsize) layer->w;
  for (gsize i = 0; i < rows; i++)
    self->kernels->load (out + i * (gsize) layer->c,
                         (char *) layer->out + i * (gsize) layer->cp * self->kernels->element,
                         (gsize) layer->c);
}
