/* Convolution and linear layers: three products of matrices each.
 *
 * A linear layer is a convolution of one picture that is one pixel high and as wide as the batch.
 * The gradient of x is a sum of ordinary convolutions of dy, one for each offset modulo the stride,
 * with the taps that meet that offset, turned round.
 * Reference: Dumoulin & Visin 2016. Convolutions of 3x3 with stride 1 are layer-winograd.c's where
 * the kernels have that.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/network-private.h"

#include <string.h>

/* Memory that the pictures of one part of a gradient may take: it should stay in a core's own
 * cache. */
#define GROUP_BYTES (512 * 1024)

/* One convolution as the kernels see it. */
typedef struct
{
  int n, h, w, c; /* x; c as stored */
  int rows, cols, channels, n_blocks;
  int k, stride, pad;
  gboolean is_linear;
} Shape;

static Shape
get_shape (MienNetwork *self, const Layer *layer, guint n)
{
  const Layer *in = layer_at (self, layer->x);
  Shape s = { .n = (int) n,
              .h = in->h,
              .w = in->w,
              .c = in->cp,
              .rows = layer->h,
              .cols = layer->w,
              .channels = layer->cp,
              .k = layer->k,
              .stride = layer->stride,
              .pad = layer->pad };

  if (layer->kind == LAYER_LINEAR)
    {
      s.is_linear = TRUE;
      s.c = (int) layer_size (in);
      s.n = s.h = s.rows = 1;
      s.w = s.cols = (int) n;
    }
  s.n_blocks = count_blocks (s.channels);
  return s;
}

/* ---- the gradient of x, along one axis ---- */

/* Inputs at @offset, @offset + stride, ...: how many, how many taps meet them, and the output that
 * the first of them meets first (negative: in the margin). */
typedef struct
{
  int count, taps, first_tap, begin;
} Phase;

static Phase
get_phase (int offset, int size, int k, int stride, int pad)
{
  Phase p;
  int residue = (offset + pad) % stride;

  p.count = offset < size ? (size - offset + stride - 1) / stride : 0;
  p.taps = residue < k ? (k - residue + stride - 1) / stride : 0;
  p.first_tap = residue + (p.taps - 1) * stride;
  p.begin = (offset + pad - residue) / stride - (p.taps - 1);
  return p;
}

/* Margin around dy so that every phase reads inside it. */
static int
get_margin (const Shape *s)
{
  int margin = 0;

  for (int offset = 0; offset < s->stride; offset++)
    {
      Phase v = get_phase (offset, s->h, s->k, s->stride, s->pad);
      Phase u = get_phase (offset, s->w, s->k, s->stride, s->pad);

      if (v.taps == 0 || v.count == 0 || u.count == 0)
        continue;
      margin = MAX (margin, -v.begin);
      margin = MAX (margin, v.begin + v.taps - 1 + v.count - 1 - (s->rows - 1));
      margin = MAX (margin, u.begin + u.taps - 1 + u.count - 1 - (s->cols - 1));
    }
  return margin;
}

/* ---- memory ---- */

static MienGradPass
get_grad_pass (const Shape *s)
{
  return (MienGradPass){ s->h, s->w, s->c, s->rows, s->cols, s->channels, s->k, s->stride, s->pad };
}

/* Pictures of a group, groups, and block ranges of the weight gradient; from the shape alone. */
typedef struct
{
  int size, n_groups, n_chunks, chunk;
} Groups;

static Groups
get_groups (const MienNetwork *self, const Shape *s)
{
  MienGradPass pass = get_grad_pass (s);
  gsize one = self->kernels->grad_scratch (&pass, 1, s->n_blocks);
  int most = s->is_linear ? 1 : (int) self->max_batch;
  Groups g;

  /* Those of a full batch, so that a smaller one needs no more memory. */
  g.size = (int) CLAMP (GROUP_BYTES / one, 1, (gsize) most);
  g.size = MAX (g.size, (most + MIEN_TRAIN_MAX_GROUPS - 1) / MIEN_TRAIN_MAX_GROUPS);
  g.n_groups = (most + g.size - 1) / g.size;
  g.n_chunks = MIN (s->n_blocks, (MIEN_TRAIN_MIN_PARTS + g.n_groups - 1) / g.n_groups);
  g.chunk = (s->n_blocks + g.n_chunks - 1) / g.n_chunks;
  g.n_chunks = (s->n_blocks + g.chunk - 1) / g.chunk;
  g.n_groups = (s->n + g.size - 1) / g.size;
  return g;
}

static gsize
staged_bytes (const MienNetwork *self, int h, int w, int c, int margin)
{
  /* Up to two pixels behind the last one are read and not used, at strides of 1 or 2. */
  return ((gsize) (h + 2 * margin) * (gsize) (w + 2 * margin) + 4) * (gsize) c
             * self->kernels->element
         + MIEN_TRAIN_SLACK;
}

static void
plan_direct (MienNetwork *self, Layer *layer)
{
  Shape s = get_shape (self, layer, self->max_batch);
  MienGradPass pass = get_grad_pass (&s);
  Groups g = get_groups (self, &s);
  gsize taps = (gsize) s.k * (gsize) s.k;
  gsize forward = (gsize) s.n_blocks * taps * (gsize) s.c * 128 / self->kernels->pack;
  gsize back = (gsize) count_blocks (s.c) * taps * (gsize) s.channels * 128 / self->kernels->pack;
  gsize scratch = MAX (staged_bytes (self, s.h, s.w, s.c, s.pad),
                       staged_bytes (self, s.rows, s.cols, s.channels, get_margin (&s)));

  layer->packed = mien_network_take_memory (forward);
  layer->packed_back = mien_network_take_memory (back);
  scratch = MAX (scratch, self->kernels->grad_scratch (&pass, g.size, g.chunk));
  /* One turned tap block in float32 while it is packed. */
  scratch = MAX (scratch, taps * (gsize) s.channels * MIEN_TRAIN_BLOCK * sizeof (float));
  self->n_scratch = MAX (self->n_scratch, scratch);
  self->n_partial = MAX (self->n_partial, (gsize) g.n_groups * layer->n_weights);
}

void
mien_layer_conv_plan (MienNetwork *self, Layer *layer)
{
  if (mien_layer_winograd_fits (self, layer))
    mien_layer_winograd_plan (self, layer);
  else
    plan_direct (self, layer);
}

/* ---- forward ---- */

typedef struct
{
  MienNetwork *self;
  Layer *layer;
  Shape s;
  Groups groups;
  int margin, chunk, n_chunks;
  gboolean add;
} Job;

static void
pack_part (gpointer data, guint part, guint worker)
{
  Job *job = data;
  const MienTrainKernels *kernels = job->self->kernels;
  gsize n = (gsize) job->s.k * (gsize) job->s.k * (gsize) job->s.c;

  kernels->pack_forward ((char *) job->layer->packed + part * n / kernels->pack * 128,
                         job->self->used_params + job->layer->weight + part * n * MIEN_TRAIN_BLOCK,
                         n / kernels->pack);
}

/* Copies one picture into the middle of a frame of zeros. */
static char *
stage (char *out, const char *in, int h, int w, gsize pixel, int margin)
{
  gsize row = (gsize) w * pixel, pitch = row + 2 * (gsize) margin * pixel;
  char *p = out;

  memset (p, 0, (gsize) margin * pitch);
  p += (gsize) margin * pitch;
  for (int y = 0; y < h; y++, p += pitch)
    {
      memset (p, 0, (gsize) margin * pixel);
      memcpy (p + (gsize) margin * pixel, in + (gsize) y * row, row);
      memset (p + (gsize) margin * pixel + row, 0, (gsize) margin * pixel);
    }
  memset (p, 0, (gsize) margin * pitch + MIEN_TRAIN_SLACK);
  return out;
}

static void
forward_part (gpointer data, guint part, guint worker)
{
  Job *job = data;
  const Shape *s = &job->s;
  MienNetwork *self = job->self;
  const gsize e = self->kernels->element, pixel = (gsize) s->c * e;
  int picture = (int) part / job->n_chunks, first = (int) part % job->n_chunks * job->chunk;
  const char *x = (const char *) layer_at (self, job->layer->x)->out
                  + (gsize) picture * (gsize) s->h * (gsize) s->w * pixel;
  gssize pitch = (gssize) ((gsize) (s->w + 2 * s->pad) * pixel);
  gssize y_pixel = (gssize) ((gsize) s->channels * e);
  MienConvPass pass = { .rows = s->rows,
                        .cols = s->cols,
                        .n_seg = s->k,
                        .seg_lanes = s->k * s->c / (int) self->kernels->pack,
                        .x_row = pitch * s->stride,
                        .x_col = (gssize) pixel * s->stride,
                        .x_seg = pitch,
                        .y_row = y_pixel * s->cols,
                        .y_col = y_pixel,
                        .y_channels = s->channels };

  if (s->pad > 0)
    x = stage (self->scratch[worker], x, s->h, s->w, pixel, s->pad);
  self->kernels->conv (&pass, x, job->layer->packed,
                       job->layer->has_bias ? self->used_params + job->layer->bias : NULL,
                       (char *) job->layer->out
                           + (gsize) picture * (gsize) s->rows * (gsize) pass.y_row,
                       first, MIN (first + job->chunk, s->n_blocks));
}

/* Few pictures: the blocks are shared out too. */
static void
split_blocks (Job *job, int n_blocks)
{
  job->n_chunks = job->s.n >= MIEN_TRAIN_MIN_PARTS ? 1 : MIN (n_blocks, MIEN_TRAIN_MIN_PARTS);
  job->chunk = (n_blocks + job->n_chunks - 1) / job->n_chunks;
  job->n_chunks = (n_blocks + job->chunk - 1) / job->chunk;
}

void
mien_layer_conv_forward (MienNetwork *self, Layer *layer)
{
  Job job = { .self = self, .layer = layer, .s = get_shape (self, layer, self->n) };

  if (mien_layer_winograd_fits (self, layer))
    {
      mien_layer_winograd_forward (self, layer);
      return;
    }
  if (!self->is_packed)
    mien_parallel_for (self->parallel, (guint) job.s.n_blocks, pack_part, &job);
  split_blocks (&job, job.s.n_blocks);
  mien_parallel_for (self->parallel, (guint) (job.s.n * job.n_chunks), forward_part, &job);
}

/* ---- gradient of x ---- */

/* Lanes of the phases before this one, of one block of input channels. */
static gsize
phase_lanes (const Job *job, int v, int u)
{
  const Shape *s = &job->s;
  gsize taps = 0;

  for (int i = 0; i < v * s->stride + u; i++)
    taps += (gsize) (get_phase (i / s->stride, s->h, s->k, s->stride, s->pad).taps
                     * get_phase (i % s->stride, s->w, s->k, s->stride, s->pad).taps);
  return taps * (gsize) s->channels / job->self->kernels->pack;
}

/* Turns a block of weights: from taps of [ci, 32 co] to taps of [co, 32 ci]. */
static void
turn_tap (const Job *job, float *out, int block, int ky, int kx)
{
  const Shape *s = &job->s;
  const float *weight = job->self->params + job->layer->weight;
  const gsize tap = (gsize) s->c * MIEN_TRAIN_BLOCK;
  int n_in = MIN (MIEN_TRAIN_BLOCK, s->c - block * MIEN_TRAIN_BLOCK);

  for (int co = 0; co < s->channels; co++)
    {
      const float *w =
          weight + ((gsize) (co / MIEN_TRAIN_BLOCK * s->k + ky) * (gsize) s->k + (gsize) kx) * tap
          + (gsize) block * MIEN_TRAIN_BLOCK * MIEN_TRAIN_BLOCK + co % MIEN_TRAIN_BLOCK;
      float *row = out + co * MIEN_TRAIN_BLOCK;

      for (int i = 0; i < MIEN_TRAIN_BLOCK; i++)
        row[i] = i < n_in ? w[i * MIEN_TRAIN_BLOCK] : 0;
    }
}

static void
pack_back_part (gpointer data, guint part, guint worker)
{
  Job *job = data;
  const Shape *s = &job->s;
  const MienTrainKernels *kernels = job->self->kernels;
  float *turned = (float *) job->self->scratch[worker];
  gsize tap = (gsize) s->channels * MIEN_TRAIN_BLOCK;
  int n_blocks = count_blocks (s->c);

  for (int v = 0; v < s->stride; v++)
    for (int u = 0; u < s->stride; u++)
      {
        Phase py = get_phase (v, s->h, s->k, s->stride, s->pad);
        Phase px = get_phase (u, s->w, s->k, s->stride, s->pad);
        gsize lanes = (gsize) (py.taps * px.taps) * (gsize) s->channels / kernels->pack;
        gsize at = phase_lanes (job, v, u) * (gsize) n_blocks + part * lanes;

        for (int ty = 0; ty < py.taps; ty++)
          for (int tx = 0; tx < px.taps; tx++)
            turn_tap (job, turned + (gsize) (ty * px.taps + tx) * tap, (int) part,
                      py.first_tap - ty * s->stride, px.first_tap - tx * s->stride);
        kernels->pack_forward ((char *) job->layer->packed_back + at * 128, turned, lanes);
      }
}

static void
back_part (gpointer data, guint part, guint worker)
{
  Job *job = data;
  const Shape *s = &job->s;
  MienNetwork *self = job->self;
  Layer *in = layer_at (self, job->layer->x);
  const gsize e = self->kernels->element, pixel = (gsize) s->channels * e;
  const gsize x_pixel = (gsize) s->c * e, picture_bytes = (gsize) s->h * (gsize) s->w * x_pixel;
  int picture = (int) part / job->n_chunks, first = (int) part % job->n_chunks * job->chunk;
  int end = MIN (first + job->chunk, count_blocks (s->c)), margin = job->margin;
  const char *dy =
      (const char *) job->layer->grad + (gsize) picture * (gsize) s->rows * (gsize) s->cols * pixel;
  char *dx = (char *) in->grad + (gsize) picture * picture_bytes;
  gssize pitch = (gssize) ((gsize) (s->cols + 2 * margin) * pixel);

  if (margin > 0)
    dy = stage (self->scratch[worker], dy, s->rows, s->cols, pixel, margin);
  for (int v = 0; v < s->stride; v++)
    for (int u = 0; u < s->stride; u++)
      {
        Phase py = get_phase (v, s->h, s->k, s->stride, s->pad);
        Phase px = get_phase (u, s->w, s->k, s->stride, s->pad);
        gsize at = phase_lanes (job, v, u) * (gsize) count_blocks (s->c);
        MienConvPass pass = { .rows = py.count,
                              .cols = px.count,
                              .n_seg = py.taps,
                              .seg_lanes = px.taps * s->channels / (int) self->kernels->pack,
                              .x_row = pitch,
                              .x_col = (gssize) pixel,
                              .x_seg = pitch,
                              .y_row = (gssize) x_pixel * s->w * s->stride,
                              .y_col = (gssize) x_pixel * s->stride,
                              .y_channels = s->c,
                              .add = job->add };

        if (py.count == 0 || px.count == 0)
          continue;
        /* No tap meets these inputs: their gradient is zero, which the kernel writes too. */
        if (py.taps == 0 || px.taps == 0)
          pass.n_seg = pass.seg_lanes = 0;
        self->kernels->conv (
            &pass,
            dy
                + (py.taps == 0 || px.taps == 0
                       ? 0
                       : (py.begin + margin) * pitch + (px.begin + margin) * (gssize) pixel),
            (const char *) job->layer->packed_back + at * 128, NULL,
            dx + ((gsize) v * (gsize) s->w + (gsize) u) * x_pixel, first, end);
      }
}

/* ---- gradient of the weights ---- */

static void
grad_part (gpointer data, guint part, guint worker)
{
  Job *job = data;
  const Shape *s = &job->s;
  MienNetwork *self = job->self;
  const gsize e = self->kernels->element;
  MienGradPass pass = get_grad_pass (s);
  int group = (int) part / job->groups.n_chunks;
  int first = (int) part % job->groups.n_chunks * job->groups.chunk;
  int picture = group * job->groups.size;
  gsize block = (gsize) s->k * (gsize) s->k * (gsize) s->c * MIEN_TRAIN_BLOCK;

  self->kernels->grad (
      &pass, MIN (job->groups.size, s->n - picture),
      (const char *) layer_at (self, job->layer->x)->out
          + (gsize) picture * (gsize) (s->h * s->w) * (gsize) s->c * e,
      (const char *) job->layer->grad
          + (gsize) picture * (gsize) (s->rows * s->cols) * (gsize) s->channels * e,
      self->partial + (gsize) group * job->layer->n_weights + (gsize) first * block,
      self->scratch[worker], first, MIN (first + job->groups.chunk, s->n_blocks));
}

#define REDUCE_PART 8192

/* Sums of the groups' partial gradients, always in the same order. */
static void
reduce_part (gpointer data, guint part, guint worker)
{
  Job *job = data;
  gsize begin = (gsize) part * REDUCE_PART;
  gsize end = MIN (begin + REDUCE_PART, job->layer->n_weights);
  float *grad = job->self->grads + job->layer->weight;

  memcpy (grad + begin, job->self->partial + begin, (end - begin) * sizeof *grad);
  for (int g = 1; g < job->groups.n_groups; g++)
    {
      const float *p = job->self->partial + (gsize) g * job->layer->n_weights;

      for (gsize i = begin; i < end; i++)
        grad[i] += p[i];
    }
}

static void
grad_bias (MienNetwork *self, Layer *layer, const Shape *s)
{
  MienMapPass pass = { .n_pixels = (gsize) s->n * (gsize) s->rows * (gsize) s->cols,
                       .channels = s->channels };
  g_autofree float *sums = g_new0 (float, 2 * (gsize) s->channels);

  self->kernels->sums (&pass, layer->grad, sums);
  memset (self->grads + layer->bias, 0, layer->n_bias * sizeof (float));
  memcpy (self->grads + layer->bias, sums, (gsize) s->channels * sizeof (float));
}

static void
back_directly (Job *job, const Layer *in)
{
  MienParallel *parallel = job->self->parallel;

  job->margin = get_margin (&job->s);
  job->add = in->has_grad;
  mien_parallel_for (parallel, (guint) count_blocks (job->s.c), pack_back_part, job);
  split_blocks (job, count_blocks (job->s.c));
  mien_parallel_for (parallel, (guint) (job->s.n * job->n_chunks), back_part, job);
}

void
mien_layer_conv_backward (MienNetwork *self, Layer *layer)
{
  Layer *in = layer_at (self, layer->x);
  Job job = { .self = self, .layer = layer, .s = get_shape (self, layer, self->n) };
  gboolean is_winograd = mien_layer_winograd_fits (self, layer);

  job.groups = get_groups (self, &job.s);
  if (is_winograd)
    job.groups.n_groups = mien_layer_winograd_grad (self, layer);
  else
    mien_parallel_for (self->parallel, (guint) (job.groups.n_groups * job.groups.n_chunks),
                       grad_part, &job);
  mien_parallel_for (self->parallel, (guint) ((layer->n_weights + REDUCE_PART - 1) / REDUCE_PART),
                     reduce_part, &job);
  if (layer->has_bias)
    grad_bias (self, layer, &job.s);
  if (in->kind == LAYER_INPUT)
    return;
  if (is_winograd)
    mien_layer_winograd_back (self, layer);
  else
    back_directly (&job, in);
  in->has_grad = TRUE;
}
