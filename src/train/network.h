/* A network that learns: a directed graph of layers with forward and backward passes.
 *
 * Layers are added in order of computation, each names the layers it reads by their numbers. All
 * batches up to the planned size run in memory that mien_network_prepare() takes once. Results do
 * not depend on the number of threads. One thread calls, the workers of the MienParallel help.
 * Reference: Ioffe & Szegedy 2015 (batch norm); Hu et al. 2018 (gates); He et al. 2015 (initial
 * weights); Srivastava et al. 2014 (dropout).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "base/parallel.h"
#include "train/kernels.h"

G_BEGIN_DECLS

typedef struct _MienNetwork MienNetwork;

/* Input pictures of @height x @width x @channels. @kernels: mien_train_kernels_find(). */
MienNetwork *mien_network_new (const MienTrainKernels *kernels,
                               guint height,
                               guint width,
                               guint channels) G_GNUC_WARN_UNUSED_RESULT;
void mien_network_free (MienNetwork *self);

/* Layers. @name is that of the weights in exported files; @x is 0 for the input, else what an
 * earlier call gave. Each returns the layer's number. */
int mien_network_conv (MienNetwork *self,
                       const char *name,
                       int x,
                       guint c_out,
                       guint k,
                       guint stride,
                       guint pad,
                       gboolean bias);
int mien_network_depthwise (
    MienNetwork *self, const char *name, int x, guint k, guint stride, guint pad);
int mien_network_linear (MienNetwork *self, const char *name, int x, guint c_out, gboolean bias);
int mien_network_norm (MienNetwork *self, const char *name, int x, MienTrainAct act);
int mien_network_act (MienNetwork *self, const char *name, int x, MienTrainAct act);
/* act (a * gate + b). @gate: a layer of 1x1, or -1; nothing else may read it. @b: or -1. */
int
mien_network_merge (MienNetwork *self, const char *name, int a, int gate, int b, MienTrainAct act);
int mien_network_max_pool (
    MienNetwork *self, const char *name, int x, guint k, guint stride, guint pad);
int mien_network_mean_pool (
    MienNetwork *self, const char *name, int x, guint k, guint stride, guint pad);
int mien_network_global_pool (MienNetwork *self, const char *name, int x);
/* Histograms of oriented gradients of the input, which has one channel: cells of @cell pixels,
 * which divides both sides; blocks of 2 x 2 of them, [rows - 1, columns - 1, 36]. Learns nothing,
 * and nothing is learned through it. Reference: Dalal & Triggs 2005. */
int mien_network_hog (MienNetwork *self, const char *name, guint cell);
/* Zero with @probability while training, the rest scaled up. */
int mien_network_dropout (MienNetwork *self, const char *name, int x, float probability);
/* Channels of both, each a multiple of 16. */
int mien_network_concat (MienNetwork *self, const char *name, int a, int b);
/* The logits of head @name; @x is a layer of 1x1. */
void mien_network_add_output (MienNetwork *self, const char *name, int x);

/* Takes the memory. @parallel: borrowed, NULL for one thread. */
void mien_network_prepare (MienNetwork *self, guint max_batch, MienParallel *parallel);
/* Weights from He's normal distribution, norms to one; the same for the same @seed. */
void mien_network_initialise (MienNetwork *self, guint64 seed);

/* All that is learned, their gradients, and the running statistics of the norms: arrays of
 * n_params, n_params and n_state, borrowed. */
gsize mien_network_get_n_params (const MienNetwork *self);
gsize mien_network_get_n_state (const MienNetwork *self);
float *mien_network_get_params (MienNetwork *self);
float *mien_network_get_grads (MienNetwork *self);
float *mien_network_get_state (MienNetwork *self);
/* Computes with copies of weights and statistics elsewhere, borrowed, until called with NULL. */
void mien_network_use_weights (MienNetwork *self, float *params, float *state);
/* To be called when weights were written. */
void mien_network_touch (MienNetwork *self);
/* 1 where weight decay applies (weights of convolutions and linear layers), 0 elsewhere. Borrowed.
 */
const guint8 *mien_network_get_decay (MienNetwork *self);

guint mien_network_get_height (const MienNetwork *self);
guint mien_network_get_width (const MienNetwork *self);
guint mien_network_get_channels (const MienNetwork *self);
const MienTrainKernels *mien_network_get_kernels (const MienNetwork *self);

/* @input: [n, height, width, channels], n up to the planned batch. Training: statistics of the
 * batch, dropout drawn from (@seed, @step, layer, picture). */
void mien_network_forward (
    MienNetwork *self, const float *input, guint n, gboolean training, guint64 seed, guint64 step);
/* Gradients of all weights from those of the logits. @grads: for each output [n, classes]. After a
 * forward pass with training TRUE. */
void mien_network_backward (MienNetwork *self, const float *const *grads);

guint mien_network_get_n_outputs (const MienNetwork *self);
const char *mien_network_get_output_name (const MienNetwork *self, guint index);
guint mien_network_get_n_classes (const MienNetwork *self, guint index);
/* [n, classes] of the last forward pass; @out has room for it. */
void mien_network_read_output (MienNetwork *self, guint index, float *out);
/* Values of layer @x of the last pass, [n, h, w, c]: for tests and for looking inside. */
void mien_network_read_layer (MienNetwork *self, int x, float *out);

/* Numbers people ask for: learned values without padding, multiply-adds of one picture. */
guint64 mien_network_count_params (const MienNetwork *self);
guint64 mien_network_count_multiply_adds (const MienNetwork *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienNetwork, mien_network_free)

G_END_DECLS
