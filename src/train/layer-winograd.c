/* Convolutions of 3x3, stride 1 and padding 1 by Winograd's F(4x4, 3x3); see
 * kernels-template-winograd.h. Tiles are numbered over all pictures of a batch; what is done
 * together depends on the shape alone, so that the number of threads changes nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/network-private.h"

#include <string.h>

#define POINTS MIEN_TRAIN_POINTS
#define BLOCK MIEN_TRAIN_BLOCK
/* Channels below which a tile's change of form costs what its products save. */
#define MIN_CHANNELS 32
/* Tiles done together: in a convolution so many that its inputs and products stay in a core's own
 * cache, in a weight gradient so many that adding its sums up is little beside the products. */
#define FEW_TILES 48
#define SOME_TILES 72
#define MANY_TILES 144
#define WIDE 128 /* channels from which on weights are the larger part */
/* Between the points, in floats: without them all points of a tile would meet in one cache set. */
#define GAP 16

typedef struct
{
  MienNetwork *self;
  Layer *layer, *in;
  int n, h, w, tiles; /* of a picture */
  int group, n_groups, chunk, n_chunks;
  gboolean add;
} Job;

static Job
get_job (MienNetwork *self, Layer *layer, guint n)
{
  Layer *in = layer_at (self, layer->x);
  Job job = { self, layer, in, (int) n, layer->h, layer->w };
  int n_blocks = count_blocks (layer->cp), most = (int) self->max_batch;

  job.tiles = (layer->h + 3) / 4 * ((layer->w + 3) / 4);
  /* Groups of a full batch, so that those of a smaller one are never more or larger. */
  job.group = MAX ((most + MIEN_TRAIN_MAX_GROUPS - 1) / MIEN_TRAIN_MAX_GROUPS,
                   (MANY_TILES + job.tiles - 1) / job.tiles);
  job.n_groups = (most + job.group - 1) / job.group;
  job.n_chunks = MIN (n_blocks, (MIEN_TRAIN_MIN_PARTS + job.n_groups - 1) / job.n_groups);
  job.chunk = (n_blocks + job.n_chunks - 1) / job.n_chunks;
  job.n_chunks = (n_blocks + job.chunk - 1) / job.chunk;
  job.n_groups = (job.n + job.group - 1) / job.group;
  return job;
}

/* Floats of one point: of @n tiles or of weights. */
static gsize
point_size (int n, int channels)
{
  return (gsize) n * (gsize) channels + GAP;
}

static int
tiles_at_once (int from, int to)
{
  return MAX (from, to) >= WIDE ? SOME_TILES : FEW_TILES;
}

gboolean
mien_layer_winograd_fits (MienNetwork *self, const Layer *layer)
{
  const Layer *in = layer_at (self, layer->x);

  return self->kernels->tiles_in != NULL && layer->kind == LAYER_CONV && layer->k == 3
         && layer->stride == 1 && layer->pad == 1 && in->cp >= MIN_CHANNELS
         && layer->cp >= MIN_CHANNELS;
}

static gsize
conv_scratch (int from, int to)
{
  int n = tiles_at_once (from, to);

  return POINTS * (point_size (n, from) + point_size (n, count_blocks (to) * BLOCK))
             * sizeof (float)
         + MIEN_TRAIN_SLACK;
}

/* Memory of the last rows: tiles are read in threes. */
#define ROW_SLACK(c) (3 * (gsize) (c) * sizeof (float))

void
mien_layer_winograd_plan (MienNetwork *self, Layer *layer)
{
  Job job = get_job (self, layer, self->max_batch);
  int c = job.in->cp, channels = layer->cp;
  int in_blocks = count_blocks (c), out_blocks = count_blocks (channels);
  int many = MIN (MANY_TILES, job.group * job.tiles);
  gsize scratch = MAX (conv_scratch (c, channels), conv_scratch (channels, c));
  gsize grad = POINTS
                   * (point_size (many, c) + point_size (many, job.chunk * BLOCK)
                      + point_size (job.chunk * c, BLOCK))
                   * sizeof (float)
               + MIEN_TRAIN_SLACK;

  layer->packed =
      mien_network_take_memory (POINTS * point_size (out_blocks * c, BLOCK) * sizeof (float));
  layer->packed_back =
      mien_network_take_memory (POINTS * point_size (in_blocks * channels, BLOCK) * sizeof (float));
  scratch = MAX (MAX (scratch, grad), 9 * (gsize) channels * BLOCK * sizeof (float));
  self->n_scratch = MAX (self->n_scratch, scratch + ROW_SLACK (MAX (c, channels)));
  self->n_partial = MAX (self->n_partial, (gsize) job.n_groups * layer->n_weights);
}

/* ---- forward, and the gradient of x, which is the same with the taps turned round ---- */

static void
pack_part (gpointer data, guint part, guint worker)
{
  const Job *job = data;
  int c = job->in->cp;
  gsize block = (gsize) c * BLOCK;

  job->self->kernels->tiles_weights (job->self->used_params + job->layer->weight + part * 9 * block,
                                     c, (float *) job->layer->packed + part * block,
                                     point_size (count_blocks (job->layer->cp) * c, BLOCK));
}

static void
pack_back_part (gpointer data, guint part, guint worker)
{
  const Job *job = data;
  const float *weight = job->self->params + job->layer->weight;
  float *turned = (float *) job->self->scratch[worker];
  int c = job->in->cp, channels = job->layer->cp;
  int n_in = MIN (BLOCK, c - (int) part * BLOCK);
  gsize block = (gsize) channels * BLOCK;

  for (int tap = 0; tap < 9; tap++)
    for (int co = 0; co < channels; co++)
      {
        const float *from =
            weight + ((gsize) (co / BLOCK * 9 + 8 - tap) * (gsize) c + (gsize) part * BLOCK) * BLOCK
            + co % BLOCK;
        float *row = turned + (gsize) tap * block + (gsize) co * BLOCK;

        for (int i = 0; i < BLOCK; i++)
          row[i] = i < n_in ? from[i * BLOCK] : 0;
      }
  job->self->kernels->tiles_weights (turned, channels,
                                     (float *) job->layer->packed_back + part * block,
                                     point_size (count_blocks (c) * channels, BLOCK));
}

/* The tiles of part @part: @from channels of @x to @to of @y. */
static void
convolve (const Job *job,
          guint part,
          guint worker,
          int from,
          int to,
          const void *x,
          const void *packed,
          const float *bias,
          void *y,
          gboolean add)
{
  const MienTrainKernels *kernels = job->self->kernels;
  MienTilePass in = { job->h, job->w, from }, out = { job->h, job->w, to };
  int at_once = tiles_at_once (from, to), n_blocks = count_blocks (to);
  int first = (int) part * at_once, n = MIN (at_once, job->n * job->tiles - first);
  gsize in_point = point_size (n, from), out_point = point_size (n, n_blocks * BLOCK);
  gsize weights = point_size (n_blocks * from, BLOCK);
  float *points = (float *) job->self->scratch[worker], *products = points + POINTS * in_point;

  kernels->tiles_in (&in, x, first, n, points, in_point);
  for (gsize p = 0; p < POINTS; p++)
    kernels->tiles_product (points + p * in_point, n, from, (const float *) packed + p * weights,
                            n_blocks, products + p * out_point);
  kernels->tiles_out (&out, products, out_point, n_blocks * BLOCK, first, n, bias, y, add);
}

static void
forward_part (gpointer data, guint part, guint worker)
{
  const Job *job = data;
  const Layer *layer = job->layer;

  convolve (job, part, worker, job->in->cp, layer->cp, job->in->out, layer->packed,
            layer->has_bias ? job->self->used_params + layer->bias : NULL, layer->out, FALSE);
}

static void
back_part (gpointer data, guint part, guint worker)
{
  const Job *job = data;

  convolve (job, part, worker, job->layer->cp, job->in->cp, job->layer->grad,
            job->layer->packed_back, NULL, job->in->grad, job->add);
}

static guint
count_parts (const Job *job)
{
  int at_once = tiles_at_once (job->in->cp, job->layer->cp);

  return (guint) ((job->n * job->tiles + at_once - 1) / at_once);
}

void
mien_layer_winograd_forward (MienNetwork *self, Layer *layer)
{
  Job job = get_job (self, layer, self->n);

  if (!self->is_packed)
    mien_parallel_for (self->parallel, (guint) count_blocks (layer->cp), pack_part, &job);
  mien_parallel_for (self->parallel, count_parts (&job), forward_part, &job);
}

void
mien_layer_winograd_back (MienNetwork *self, Layer *layer)
{
  Job job = get_job (self, layer, self->n);

  job.add = job.in->has_grad;
  mien_parallel_for (self->parallel, (guint) count_blocks (job.in->cp), pack_back_part, &job);
  mien_parallel_for (self->parallel, count_parts (&job), back_part, &job);
}

/* ---- gradient of the weights ---- */

static void
grad_part (gpointer data, guint part, guint worker)
{
  const Job *job = data;
  const MienTrainKernels *kernels = job->self->kernels;
  int c = job->in->cp, channels = job->layer->cp;
  MienTilePass in = { job->h, job->w, c }, out = { job->h, job->w, channels };
  int group = (int) part / job->n_chunks, first_block = (int) part % job->n_chunks * job->chunk;
  int n_blocks = MIN (job->chunk, count_blocks (channels) - first_block);
  int begin = group * job->group * job->tiles;
  int end = MIN (begin + job->group * job->tiles, job->n * job->tiles);
  int many = MIN (MANY_TILES, end - begin);
  gsize block = (gsize) c * BLOCK, sum_point = point_size (n_blocks * c, BLOCK);
  float *sums = (float *) job->self->scratch[worker], *x = sums + POINTS * sum_point;
  float *dy = x + POINTS * point_size (many, c);
  float *partial = job->self->partial + (gsize) group * job->layer->n_weights;

  for (int first = begin; first < end; first += many)
    {
      int n = MIN (many, end - first);
      gsize x_point = point_size (n, c), dy_point = point_size (n, n_blocks * BLOCK);

      kernels->tiles_in (&in, job->in->out, first, n, x, x_point);
      kernels->tiles_grad (&out, job->layer->grad, first, n, first_block, first_block + n_blocks,
                           dy, dy_point);
      for (gsize p = 0; p < POINTS; p++)
        for (gsize b = 0; b < (gsize) n_blocks; b++)
          kernels->tiles_gram (x + p * x_point, n, c, dy + p * dy_point + b * (gsize) n * BLOCK,
                               sums + p * sum_point + b * block, first > begin);
    }
  for (gsize b = 0; b < (gsize) n_blocks; b++)
    kernels->tiles_weights_back (sums + b * block, sum_point, c,
                                 partial + ((gsize) first_block + b) * 9 * block);
}

int
mien_layer_winograd_grad (MienNetwork *self, Layer *layer)
{
  Job job = get_job (self, layer, self->n);

  mien_parallel_for (self->parallel, (guint) (job.n_groups * job.n_chunks), grad_part, &job);
  return job.n_groups;
}
