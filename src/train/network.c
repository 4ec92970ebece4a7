/* Building a network and its memory; network-run.c runs it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/network-private.h"

#include <math.h>
#include <string.h>

#include "dataset/random.h"
#include "nn/tensor.h"
#include "train/hog.h"

static void
free_layer (gpointer data)
{
  Layer *layer = data;

  g_free (layer->name);
  mien_aligned_free (layer->out);
  mien_aligned_free (layer->grad);
  mien_aligned_free (layer->packed);
  mien_aligned_free (layer->packed_back);
  g_free (layer->scale);
  g_free (layer);
}

static int
round_up (int n, int multiple)
{
  return (n + multiple - 1) / multiple * multiple;
}

static Layer *
add_layer (MienNetwork *self, LayerKind kind, const char *name, int x)
{
  Layer *layer = g_new0 (Layer, 1);

  g_assert (x < (int) self->layers->len);
  layer->kind = kind;
  layer->name = g_strdup (name);
  layer->index = (int) self->layers->len;
  layer->x = x;
  layer->gate = layer->b = -1;
  if (x >= 0)
    {
      const Layer *in = layer_at (self, x);

      layer->h = in->h;
      layer->w = in->w;
      layer->c = in->c;
      layer->cp = in->cp;
    }
  g_ptr_array_add (self->layers, layer);
  return layer;
}

static void
add_weights (MienNetwork *self, Layer *layer, gsize n_weights, gsize n_bias)
{
  layer->weight = self->n_params;
  layer->n_weights = n_weights;
  layer->bias = layer->weight + n_weights;
  layer->n_bias = n_bias;
  layer->has_bias = n_bias > 0;
  self->n_params += n_weights + n_bias;
}

MienNetwork *
mien_network_new (const MienTrainKernels *kernels, guint height, guint width, guint channels)
{
  MienNetwork *self;
  Layer *input;

  g_return_val_if_fail (kernels != NULL && height > 0 && width > 0 && channels > 0, NULL);
  self = g_new0 (MienNetwork, 1);
  self->kernels = kernels;
  self->layers = g_ptr_array_new_with_free_func (free_layer);
  self->outputs = g_array_new (FALSE, FALSE, sizeof (int));
  self->names = g_ptr_array_new_with_free_func (g_free);
  input = add_layer (self, LAYER_INPUT, "input", -1);
  input->h = (int) height;
  input->w = (int) width;
  input->c = (int) channels;
  input->cp = channels < 16 ? round_up (input->c, 2) : round_up (input->c, 16);
  return self;
}

void
mien_network_free (MienNetwork *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->layers);
  g_array_unref (self->outputs);
  g_ptr_array_unref (self->names);
  mien_aligned_free (self->params);
  mien_aligned_free (self->grads);
  mien_aligned_free (self->state);
  mien_aligned_free (self->partial);
  for (guint i = 0; i < self->n_workers; i++)
    mien_aligned_free (self->scratch[i]);
  g_free (self->scratch);
  g_free (self->decay);
  g_free (self);
}

static void
set_window (Layer *layer, guint k, guint stride, guint pad)
{
  g_assert (k > 0 && stride > 0 && pad < k);
  layer->k = (int) k;
  layer->stride = (int) stride;
  layer->pad = (int) pad;
  g_assert (layer->h + 2 * layer->pad >= layer->k && layer->w + 2 * layer->pad >= layer->k);
  layer->h = (layer->h + 2 * layer->pad - layer->k) / layer->stride + 1;
  layer->w = (layer->w + 2 * layer->pad - layer->k) / layer->stride + 1;
}

int
mien_network_conv (MienNetwork *self,
                   const char *name,
                   int x,
                   guint c_out,
                   guint k,
                   guint stride,
                   guint pad,
                   gboolean bias)
{
  Layer *layer = add_layer (self, LAYER_CONV, name, x);
  int c_in = layer->cp, wide;

  set_window (layer, k, stride, pad);
  layer->c = (int) c_out;
  layer->cp = round_up (layer->c, 16);
  wide = round_up (layer->c, MIEN_TRAIN_BLOCK);
  add_weights (self, layer, (gsize) wide * k * k * (gsize) c_in, bias ? (gsize) wide : 0);
  return layer->index;
}

int
mien_network_linear (MienNetwork *self, const char *name, int x, guint c_out, gboolean bias)
{
  Layer *layer = add_layer (self, LAYER_LINEAR, name, x);
  gsize n_in = layer_size (layer);
  int wide;

  layer->h = layer->w = 1;
  layer->k = layer->stride = 1;
  layer->c = (int) c_out;
  layer->cp = round_up (layer->c, 16);
  wide = round_up (layer->c, MIEN_TRAIN_BLOCK);
  add_weights (self, layer, (gsize) wide * n_in, bias ? (gsize) wide : 0);
  return layer->index;
}

int
mien_network_depthwise (
    MienNetwork *self, const char *name, int x, guint k, guint stride, guint pad)
{
  Layer *layer = add_layer (self, LAYER_DEPTHWISE, name, x);

  g_assert (layer->cp % 16 == 0);
  set_window (layer, k, stride, pad);
  add_weights (self, layer, (gsize) k * k * (gsize) layer->cp, 0);
  return layer->index;
}

int
mien_network_norm (MienNetwork *self, const char *name, int x, MienTrainAct act)
{
  Layer *layer = add_layer (self, LAYER_NORM, name, x);

  g_assert (layer->cp % 16 == 0);
  layer->act = act;
  add_weights (self, layer, (gsize) layer->cp, (gsize) layer->cp);
  layer->state = self->n_state;
  self->n_state += 2 * (gsize) layer->cp;
  return layer->index;
}

int
mien_network_merge (MienNetwork *self, const char *name, int a, int gate, int b, MienTrainAct act)
{
  Layer *layer = add_layer (self, LAYER_MERGE, name, a);

  g_assert (layer->cp % 16 == 0);
  layer->gate = gate;
  layer->b = b;
  layer->act = act;
  if (gate >= 0)
    g_assert (layer_at (self, gate)->h == 1 && layer_at (self, gate)->w == 1
              && layer_at (self, gate)->cp == layer->cp);
  if (b >= 0)
    g_assert (layer_size (layer_at (self, b)) == layer_size (layer));
  return layer->index;
}

int
mien_network_act (MienNetwork *self, const char *name, int x, MienTrainAct act)
{
  return mien_network_merge (self, name, x, -1, -1, act);
}

static int
add_pool (
    MienNetwork *self, LayerKind kind, const char *name, int x, guint k, guint stride, guint pad)
{
  Layer *layer = add_layer (self, kind, name, x);

  g_assert (layer->cp % 16 == 0);
  set_window (layer, k, stride, pad);
  return layer->index;
}

int
mien_network_max_pool (MienNetwork *self, const char *name, int x, guint k, guint stride, guint pad)
{
  return add_pool (self, LAYER_MAX_POOL, name, x, k, stride, pad);
}

int
mien_network_mean_pool (
    MienNetwork *self, const char *name, int x, guint k, guint stride, guint pad)
{
  return add_pool (self, LAYER_MEAN_POOL, name, x, k, stride, pad);
}

int
mien_network_global_pool (MienNetwork *self, const char *name, int x)
{
  const Layer *in = layer_at (self, x);

  g_assert (in->h == in->w);
  return add_pool (self, LAYER_MEAN_POOL, name, x, (guint) in->h, (guint) in->h, 0);
}

int
mien_network_dropout (MienNetwork *self, const char *name, int x, float probability)
{
  Layer *layer = add_layer (self, LAYER_DROPOUT, name, x);

  g_assert (probability >= 0 && probability < 1);
  layer->probability = probability;
  return layer->index;
}

int
mien_network_hog (MienNetwork *self, const char *name, guint cell)
{
  Layer *layer = add_layer (self, LAYER_HOG, name, 0);

  g_assert (layer->c == 1 && cell > 1 && cell % 2 == 0 && layer->h % (int) cell == 0
            && layer->w % (int) cell == 0 && layer->h >= 2 * (int) cell
            && layer->w >= 2 * (int) cell);
  layer->stride = (int) cell;
  layer->h = layer->h / (int) cell - 1;
  layer->w = layer->w / (int) cell - 1;
  layer->c = MIEN_HOG_CHANNELS;
  layer->cp = round_up (layer->c, 16);
  return layer->index;
}

int
mien_network_concat (MienNetwork *self, const char *name, int a, int b)
{
  Layer *layer = add_layer (self, LAYER_CONCAT, name, a);
  const Layer *other = layer_at (self, b);

  g_assert (layer->c % 16 == 0 && other->c % 16 == 0 && layer->h == other->h
            && layer->w == other->w);
  layer->b = b;
  layer->c += other->c;
  layer->cp = layer->c;
  return layer->index;
}

void
mien_network_add_output (MienNetwork *self, const char *name, int x)
{
  g_return_if_fail (self != NULL && layer_at (self, x)->h == 1 && layer_at (self, x)->w == 1);
  g_array_append_val (self->outputs, x);
  g_ptr_array_add (self->names, g_strdup (name));
}

void *
mien_network_take_memory (gsize bytes)
{
  void *data = mien_aligned_alloc (bytes + MIEN_TRAIN_SLACK);

  if (data == NULL)
    g_error ("no memory for %" G_GSIZE_FORMAT " bytes", bytes);
  memset (data, 0, bytes + MIEN_TRAIN_SLACK);
  return data;
}

static void
prepare_layer (MienNetwork *self, Layer *layer)
{
  gsize bytes = layer_size (layer) * self->max_batch * self->kernels->element;

  /* The kernels read three pixels at a time, also where a row has fewer: what lies behind the last
   * picture is read and not used. A linear layer's pixel is the whole picture; strides are 1 or 2.
   */
  bytes += 4 * layer_size (layer) * self->kernels->element;
  layer->out = mien_network_take_memory (bytes);
  if (layer->kind != LAYER_INPUT)
    layer->grad = mien_network_take_memory (bytes);
  if (layer->kind == LAYER_CONV || layer->kind == LAYER_LINEAR)
    {
      mien_layer_conv_plan (self, layer);
      memset (self->decay + layer->weight, 1, layer->n_weights);
    }
  if (layer->kind == LAYER_DEPTHWISE)
    {
      memset (self->decay + layer->weight, 1, layer->n_weights);
      self->n_partial = MAX (self->n_partial, layer->n_weights * self->max_batch);
    }
  if (layer->kind == LAYER_NORM)
    {
      layer->scale = g_new0 (float, 4 * (gsize) layer->cp);
      layer->shift = layer->scale + layer->cp;
      layer->mean = layer->shift + layer->cp;
      layer->inverse = layer->mean + layer->cp;
      self->n_partial = MAX (self->n_partial, 2 * (gsize) layer->cp * self->max_batch);
    }
  if (layer->kind == LAYER_HOG)
    self->n_scratch =
        MAX (self->n_scratch, mien_layer_hog_scratch (layer, layer_at (self, layer->x)));
  /* Pools gather gradients in float32, one picture of x at a time. */
  if (layer->kind == LAYER_MAX_POOL || layer->kind == LAYER_MEAN_POOL
      || layer->kind == LAYER_DEPTHWISE)
    self->n_scratch =
        MAX (self->n_scratch, layer_size (layer_at (self, layer->x)) * 2 * sizeof (float));
}

void
mien_network_prepare (MienNetwork *self, guint max_batch, MienParallel *parallel)
{
  g_return_if_fail (self != NULL && max_batch > 0 && self->params == NULL);
  self->max_batch = max_batch;
  self->parallel = parallel;
  self->params = mien_network_take_memory (self->n_params * sizeof (float));
  self->grads = mien_network_take_memory (self->n_params * sizeof (float));
  self->state = mien_network_take_memory (self->n_state * sizeof (float));
  self->decay = g_malloc0 (self->n_params + 1);
  self->used_params = self->params;
  self->used_state = self->state;
  for (guint i = 0; i < self->layers->len; i++)
    prepare_layer (self, layer_at (self, (int) i));
  self->partial = mien_network_take_memory (self->n_partial * sizeof (float));
  self->n_workers = parallel == NULL ? 1 : mien_parallel_get_n_threads (parallel);
  self->scratch = g_new0 (char *, self->n_workers);
  for (guint i = 0; i < self->n_workers; i++)
    self->scratch[i] = mien_network_take_memory (self->n_scratch);
}

/* Draws weights for real channels only: what is padding stays zero for ever. */
static void
initialise_conv (MienNetwork *self, const Layer *layer, MienRandom *random)
{
  const Layer *in = layer_at (self, layer->x);
  int taps = layer->kind == LAYER_LINEAR ? in->h * in->w : layer->k * layer->k;
  float *w = self->params + layer->weight;
  /* Fan in for linear layers, fan out for convolutions, so that gradients keep their size. */
  int fan = layer->kind == LAYER_LINEAR ? taps * in->c : taps * layer->c;
  float deviation = sqrtf (2.0f / (float) fan);

  for (int block = 0; block < round_up (layer->c, MIEN_TRAIN_BLOCK); block += MIEN_TRAIN_BLOCK)
    for (int t = 0; t < taps; t++)
      for (int ci = 0; ci < in->cp; ci++)
        for (int o = 0; o < MIEN_TRAIN_BLOCK; o++, w++)
          *w = block + o < layer->c && ci < in->c ? mien_random_normal (random) * deviation : 0;
}

void
mien_network_initialise (MienNetwork *self, guint64 seed)
{
  g_return_if_fail (self != NULL && self->params != NULL);
  memset (self->params, 0, self->n_params * sizeof (float));
  memset (self->state, 0, self->n_state * sizeof (float));
  for (guint i = 0; i < self->layers->len; i++)
    {
      Layer *layer = layer_at (self, (int) i);
      MienRandom random = mien_random_at (seed, 0x1417, i);

      if (layer->kind == LAYER_CONV || layer->kind == LAYER_LINEAR)
        initialise_conv (self, layer, &random);
      if (layer->kind == LAYER_DEPTHWISE)
        for (gsize k = 0; k < layer->n_weights; k++)
          if ((int) (k % (gsize) layer->cp) < layer->c)
            self->params[layer->weight + k] =
                mien_random_normal (&random) * sqrtf (2.0f / (float) (layer->k * layer->k));
      if (layer->kind == LAYER_NORM)
        for (int c = 0; c < layer->c; c++)
          {
            self->params[layer->weight + (gsize) c] = 1;
            self->state[layer->state + (gsize) (layer->cp + c)] = 1;
          }
    }
  mien_network_touch (self);
}

gsize
mien_network_get_n_params (const MienNetwork *self)
{
  return self->n_params;
}

gsize
mien_network_get_n_state (const MienNetwork *self)
{
  return self->n_state;
}

float *
mien_network_get_params (MienNetwork *self)
{
  return self->params;
}

float *
mien_network_get_grads (MienNetwork *self)
{
  return self->grads;
}

float *
mien_network_get_state (MienNetwork *self)
{
  return self->state;
}

const guint8 *
mien_network_get_decay (MienNetwork *self)
{
  return self->decay;
}

void
mien_network_use_weights (MienNetwork *self, float *params, float *state)
{
  g_return_if_fail (self != NULL && (params == NULL) == (state == NULL));
  self->used_params = params == NULL ? self->params : params;
  self->used_state = state == NULL ? self->state : state;
  self->is_packed = FALSE;
}

void
mien_network_touch (MienNetwork *self)
{
  g_return_if_fail (self != NULL);
  self->is_packed = FALSE;
}

guint
mien_network_get_height (const MienNetwork *self)
{
  return (guint) layer_at ((MienNetwork *) self, 0)->h;
}

guint
mien_network_get_width (const MienNetwork *self)
{
  return (guint) layer_at ((MienNetwork *) self, 0)->w;
}

guint
mien_network_get_channels (const MienNetwork *self)
{
  return (guint) layer_at ((MienNetwork *) self, 0)->c;
}

const MienTrainKernels *
mien_network_get_kernels (const MienNetwork *self)
{
  return self->kernels;
}

guint64
mien_network_count_params (const MienNetwork *self)
{
  guint64 sum = 0;

  for (guint i = 0; i < self->layers->len; i++)
    {
      const Layer *layer = self->layers->pdata[i];
      const Layer *in = layer->x < 0 ? NULL : self->layers->pdata[layer->x];
      guint64 k = (guint64) layer->k * (guint64) layer->k, c = (guint64) layer->c;

      if (layer->kind == LAYER_CONV)
        sum += k * (guint64) in->c * c + (layer->has_bias ? c : 0);
      else if (layer->kind == LAYER_LINEAR)
        sum += (guint64) (in->h * in->w * in->c) * c + (layer->has_bias ? c : 0);
      else if (layer->kind == LAYER_DEPTHWISE)
        sum += k * c;
      else if (layer->kind == LAYER_NORM)
        sum += 2 * c;
    }
  return sum;
}

guint64
mien_network_count_multiply_adds (const MienNetwork *self)
{
  guint64 sum = 0;

  for (guint i = 0; i < self->layers->len; i++)
    {
      const Layer *layer = self->layers->pdata[i];
      const Layer *in = layer->x < 0 ? NULL : self->layers->pdata[layer->x];
      guint64 k = (guint64) layer->k * (guint64) layer->k;
      guint64 outputs = (guint64) layer->h * (guint64) layer->w * (guint64) layer->c;

      if (layer->kind == LAYER_CONV)
        sum += outputs * k * (guint64) in->c;
      else if (layer->kind == LAYER_LINEAR)
        sum += outputs * (guint64) (in->h * in->w * in->c);
      else if (layer->kind == LAYER_DEPTHWISE)
        sum += outputs * k;
    }
  return sum;
}
