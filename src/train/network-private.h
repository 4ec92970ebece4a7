/* What the layers' files share; not for other rooms.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "train/network.h"

#define MIEN_NORM_EPSILON 1e-5f
#define MIEN_NORM_MOMENTUM 0.1f
/* Tiles read a few lanes past what they use. */
#define MIEN_TRAIN_SLACK 4096
/* Parts that a gradient of weights is cut in when there are few pictures, and groups of pictures
 * whose sums are kept apart, at most. */
#define MIEN_TRAIN_MIN_PARTS 8
#define MIEN_TRAIN_MAX_GROUPS 16

typedef enum
{
  LAYER_INPUT,
  LAYER_CONV,
  LAYER_DEPTHWISE,
  LAYER_LINEAR,
  LAYER_NORM,
  LAYER_MERGE, /* also a plain activation */
  LAYER_MAX_POOL,
  LAYER_MEAN_POOL,
  LAYER_DROPOUT,
  LAYER_CONCAT,
  LAYER_HOG, /* stride: the cell */
} LayerKind;

typedef struct
{
  LayerKind kind;
  char *name;
  int index;
  int x, gate, b;  /* layers it reads, -1: none */
  int h, w, c, cp; /* what it gives; cp: c as stored */
  int k, stride, pad;
  MienTrainAct act;
  float probability;
  gboolean has_bias;
  gsize weight, n_weights; /* offset and number in params; norms: gamma */
  gsize bias, n_bias;      /* norms: beta */
  gsize state;             /* norms: running mean, then variance, cp each */

  void *out, *grad;     /* [max_batch, h, w, cp] elements */
  gboolean has_grad;    /* in this backward pass somebody has written grad */
  void *packed;         /* convolutions: weights as the kernels want them */
  void *packed_back;    /* the same for the gradient of x */
  float *scale, *shift; /* norms: of the last pass, and mean, 1 / deviation */
  float *mean, *inverse;
} Layer;

struct _MienNetwork
{
  const MienTrainKernels *kernels;
  GPtrArray *layers; /* of Layer */
  GArray *outputs;   /* of int: layer numbers */
  GPtrArray *names;  /* of outputs */
  gsize n_params, n_state;
  float *params, *grads, *state;
  float *used_params, *used_state; /* params and state, or somebody else's */
  guint8 *decay;
  gboolean is_packed; /* weights have not changed since they were packed */
  guint max_batch;
  MienParallel *parallel;
  float *partial; /* partial sums of gradients */
  gsize n_partial;
  char **scratch; /* one a worker */
  gsize n_scratch;
  guint n_workers;

  /* Of the last forward pass. */
  guint n;
  gboolean training;
  guint64 seed, step;
};

static inline Layer *
layer_at (MienNetwork *self, int index)
{
  return self->layers->pdata[index];
}

/* Of MIEN_TRAIN_BLOCK channels. */
static inline int
count_blocks (int channels)
{
  return (channels + MIEN_TRAIN_BLOCK - 1) / MIEN_TRAIN_BLOCK;
}

/* Elements of one picture of a layer. */
static inline gsize
layer_size (const Layer *layer)
{
  return (gsize) layer->h * (gsize) layer->w * (gsize) layer->cp;
}

static inline char *
picture_at (const MienNetwork *self, const Layer *layer, void *base, guint i)
{
  return (char *) base + (gsize) i * layer_size (layer) * self->kernels->element;
}

/* Zeroed, aligned, with room for what tiles read past its end; ends the program where there is
 * none. To be freed with mien_aligned_free(). */
void *mien_network_take_memory (gsize bytes);

/* Each kind of layer: forward, backward, and what it needs in scratch and partial sums. */
void mien_layer_conv_forward (MienNetwork *self, Layer *layer);
void mien_layer_conv_backward (MienNetwork *self, Layer *layer);
void mien_layer_conv_plan (MienNetwork *self, Layer *layer);
/* What the three do for a convolution that mien_layer_winograd_fits(). _grad: into partial; returns
 * of how many groups of pictures. */
gboolean mien_layer_winograd_fits (MienNetwork *self, const Layer *layer);
void mien_layer_winograd_plan (MienNetwork *self, Layer *layer);
void mien_layer_winograd_forward (MienNetwork *self, Layer *layer);
int mien_layer_winograd_grad (MienNetwork *self, Layer *layer);
void mien_layer_winograd_back (MienNetwork *self, Layer *layer);
void mien_layer_depthwise_forward (MienNetwork *self, Layer *layer);
void mien_layer_depthwise_backward (MienNetwork *self, Layer *layer);
void mien_layer_norm_forward (MienNetwork *self, Layer *layer);
void mien_layer_norm_backward (MienNetwork *self, Layer *layer);
void mien_layer_merge_forward (MienNetwork *self, Layer *layer);
void mien_layer_merge_backward (MienNetwork *self, Layer *layer);
void mien_layer_pool_forward (MienNetwork *self, Layer *layer);
void mien_layer_pool_backward (MienNetwork *self, Layer *layer);
void mien_layer_dropout_forward (MienNetwork *self, Layer *layer);
void mien_layer_dropout_backward (MienNetwork *self, Layer *layer);
void mien_layer_concat_forward (MienNetwork *self, Layer *layer);
void mien_layer_concat_backward (MienNetwork *self, Layer *layer);
void mien_layer_hog_forward (MienNetwork *self, Layer *layer);
/* Bytes of scratch of a worker. */
gsize mien_layer_hog_scratch (const Layer *layer, const Layer *in);
