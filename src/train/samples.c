/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/samples.h"

#include <math.h>
#include <string.h>

#include "dataset/protocol.h"

#define N8 MIEN_DATASET_N_FERPLUS
#define N7 MIEN_DATASET_N_FER2013
#define STREAM_ORDER 0x0de4
#define STREAM_TARGET 0x7a49
/* Rows without a usable vote are shown this often, compared with the mean of the others. */
#define UNVOTED_PART 0.6

struct _MienSamples
{
  const MienDataset *data;
  MienSamplesOptions options;
  guint n;
  guint32 *rows;      /* Training rows */
  double *cumulative; /* of the rows' weights; NULL: each is shown once an epoch */
  guint32 *order;     /* of the epoch */
  guint epoch;
  float priors[N8];
};

/* The class that @row counts under when epochs are balanced: FER+ where it has one, else none. */
static int
get_balance_class (const MienDatasetRow *row)
{
  float target[N8];
  int top = 0;

  if (!row->has_votes)
    return row->label;
  if (mien_protocol_get_class (MIEN_PROTOCOL_ARGMAX, row) < 0)
    return -1;
  mien_protocol_get_target (MIEN_PROTOCOL_MAJORITY, row, target);
  for (int c = 1; c < N8; c++)
    if (target[c] > target[top])
      top = c;
  return target[top] > 0 ? top : -1;
}

static void
weigh_rows (MienSamples *self, const gint8 *classes, gboolean has_votes)
{
  double counts[N8] = { 0 }, voted = 0, sum = 0, mean = 0;

  for (guint i = 0; i < self->n; i++)
    if (classes[i] >= 0)
      {
        counts[classes[i]]++;
        voted++;
      }
  if (voted == 0)
    return;
  for (guint c = 0; has_votes && c < N8; c++)
    self->priors[c] = (float) (counts[c] / voted);
  if (self->options.balance <= 0)
    return;
  for (guint c = 0; c < N8; c++)
    mean += counts[c] > 0
                ? counts[c] / voted * pow (counts[c] / voted, -(double) self->options.balance)
                : 0;
  self->cumulative = g_new (double, self->n);
  for (guint i = 0; i < self->n; i++)
    {
      sum += classes[i] >= 0 ? pow (counts[classes[i]] / voted, -(double) self->options.balance)
                             : mean * UNVOTED_PART;
      self->cumulative[i] = sum;
    }
}

MienSamples *
mien_samples_new (const MienDataset *data, const MienSamplesOptions *options)
{
  MienSamples *self;
  g_autofree gint8 *classes = NULL;
  gboolean has_votes;

  g_return_val_if_fail (data != NULL && options != NULL, NULL);
  self = g_new0 (MienSamples, 1);
  self->data = data;
  self->options = *options;
  self->rows = g_new (guint32, mien_dataset_get_n_rows (data));
  classes = g_new (gint8, mien_dataset_get_n_rows (data));
  has_votes = mien_dataset_has_votes (data);
  for (guint i = 0; i < mien_dataset_get_n_rows (data); i++)
    {
      MienDatasetRow row;

      mien_dataset_get_row (data, i, &row);
      if (!mien_dataset_has_split (data, i, MIEN_SPLIT_TRAINING)
          || (row.is_copy && !options->keep_copies))
        continue;
      classes[self->n] = (gint8) get_balance_class (&row);
      self->rows[self->n++] = i;
    }
  self->order = g_new (guint32, self->n + 1);
  weigh_rows (self, classes, has_votes);
  return self;
}

void
mien_samples_free (MienSamples *self)
{
  if (self == NULL)
    return;
  g_free (self->rows);
  g_free (self->cumulative);
  g_free (self->order);
  g_free (self);
}

guint
mien_samples_get_n (const MienSamples *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->n;
}

void
mien_samples_get_priors (const MienSamples *self, float priors[N8])
{
  g_return_if_fail (self != NULL);
  memcpy (priors, self->priors, sizeof self->priors);
}

/* The row whose share of the cumulative weights holds @at. */
static guint
find_share (const MienSamples *self, double at)
{
  guint low = 0, high = self->n - 1;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (self->cumulative[middle] > at)
        high = middle;
      else
        low = middle + 1;
    }
  return low;
}

void
mien_samples_begin_epoch (MienSamples *self, guint epoch)
{
  MienRandom random;

  g_return_if_fail (self != NULL);
  self->epoch = epoch;
  random = mien_random_at (self->options.seed, STREAM_ORDER, epoch);
  if (self->cumulative != NULL)
    {
      double total = self->cumulative[self->n - 1];

      for (guint i = 0; i < self->n; i++)
        self->order[i] = self->rows[find_share (self, (double) (mien_random_next (&random) >> 11)
                                                          * 0x1p-53 * total)];
      return;
    }
  memcpy (self->order, self->rows, self->n * sizeof *self->order);
  for (guint i = self->n; i > 1; i--)
    {
      guint k = mien_random_below (&random, i);
      guint32 row = self->order[i - 1];

      self->order[i - 1] = self->order[k];
      self->order[k] = row;
    }
}

MienBatch *
mien_batch_new (const MienDataset *data, const MienSamplesOptions *options, guint n)
{
  MienBatch *batch = g_new0 (MienBatch, 1);

  batch->n = n;
  batch->pictures = g_new (float, (gsize) n * options->width * options->height * options->channels);
  batch->raw =
      g_new (float, (gsize) n *mien_dataset_get_width (data) * mien_dataset_get_height (data));
  batch->ferplus = g_new0 (float, (gsize) n *N8);
  batch->fer2013 = g_new0 (float, (gsize) n *N7);
  batch->ferplus_weights = g_new0 (float, n);
  batch->fer2013_weights = g_new0 (float, n);
  return batch;
}

void
mien_batch_free (MienBatch *batch)
{
  if (batch == NULL)
    return;
  g_free (batch->pictures);
  g_free (batch->raw);
  g_free (batch->ferplus);
  g_free (batch->fer2013);
  g_free (batch->ferplus_weights);
  g_free (batch->fer2013_weights);
  g_free (batch);
}

static void
set_one (float *out, guint n, int class)
{
  memset (out, 0, n * sizeof *out);
  out[class] = 1;
}

static void
smooth (float *target, guint n, float part)
{
  for (guint c = 0; c < n; c++)
    target[c] = target[c] * (1 - part) + part / (float) n;
}

/* What the row says about the FER+ head; FALSE when nothing. */
static gboolean
get_ferplus_target (const MienSamples *self, const MienDatasetRow *row, guint index, float *out)
{
  int class = mien_protocol_get_class (MIEN_PROTOCOL_MAJORITY, row);
  float sum = 0;

  if (!row->has_votes)
    return FALSE;
  mien_protocol_get_target (MIEN_PROTOCOL_MAJORITY, row, out);
  for (guint c = 0; c < N8; c++)
    sum += out[c];
  if (sum <= 0 || mien_protocol_get_class (MIEN_PROTOCOL_ARGMAX, row) < 0)
    return FALSE;
  if (self->options.targets == MIEN_TARGETS_MAJORITY)
    {
      if (class < 0)
        return FALSE;
      set_one (out, N8, class);
    }
  else if (self->options.targets == MIEN_TARGETS_DRAW)
    {
      MienRandom random = mien_random_at (self->options.seed ^ STREAM_TARGET, self->epoch, index);
      float at = mien_random_float (&random);

      for (class = 0; class < N8 - 1 && at >= out[class]; class ++)
        at -= out[class];
      set_one (out, N8, class);
    }
  return TRUE;
}

static void
get_targets (const MienSamples *self,
             guint32 row_index,
             guint index,
             float *ferplus,
             float *ferplus_weight,
             float *fer2013,
             float *fer2013_weight)
{
  MienDatasetRow row;

  mien_dataset_get_row (self->data, row_index, &row);
  memset (ferplus, 0, N8 * sizeof *ferplus);
  memset (fer2013, 0, N7 * sizeof *fer2013);
  *ferplus_weight = get_ferplus_target (self, &row, index, ferplus) ? 1 : 0;
  if (*ferplus_weight == 0)
    memset (ferplus, 0, N8 * sizeof *ferplus);
  else if (self->options.targets != MIEN_TARGETS_VOTES)
    smooth (ferplus, N8, self->options.smoothing);
  *fer2013_weight = row.label >= 0 ? 1 : 0;
  if (row.label >= 0)
    {
      set_one (fer2013, N7, row.label);
      smooth (fer2013, N7, self->options.smoothing);
    }
}

void
mien_samples_resize (const float *in,
                     guint width,
                     guint height,
                     float *out,
                     guint to_width,
                     guint to_height,
                     guint channels)
{
  g_return_if_fail (in != NULL && out != NULL && width > 0 && height > 0);
  for (guint y = 0; y < to_height; y++)
    for (guint x = 0; x < to_width; x++)
      {
        float sx = CLAMP (((float) x + 0.5f) * (float) width / (float) to_width - 0.5f, 0.0f,
                          (float) (width - 1));
        float sy = CLAMP (((float) y + 0.5f) * (float) height / (float) to_height - 0.5f, 0.0f,
                          (float) (height - 1));
        guint ix = (guint) sx, iy = (guint) sy;
        guint jx = MIN (ix + 1, width - 1), jy = MIN (iy + 1, height - 1);
        float fx = sx - (float) ix, fy = sy - (float) iy;
        float top = in[iy * width + ix] * (1 - fx) + in[iy * width + jx] * fx;
        float low = in[jy * width + ix] * (1 - fx) + in[jy * width + jx] * fx;

        out[((gsize) y * to_width + x) * channels] = top * (1 - fy) + low * fy;
      }
}

void
mien_samples_normalise (const float *in,
                        guint width,
                        guint height,
                        float *out,
                        guint to_width,
                        guint to_height,
                        guint channels)
{
  gsize n = (gsize) to_width * to_height;
  double sum = 0, square = 0, mean, variance;
  float factor;

  mien_samples_resize (in, width, height, out, to_width, to_height, channels);
  for (gsize i = 0; i < n; i++)
    {
      double v = (double) out[i * channels];

      sum += v;
      square += v * v;
    }
  mean = sum / (double) n;
  variance = MAX (0, square / (double) n - mean * mean);
  factor = (float) (1.0 / (sqrt (variance) + (double) MIEN_SAMPLES_EPSILON));
  for (gsize i = 0; i < n; i++)
    {
      float v = (out[i * channels] - (float) mean) * factor;

      for (guint c = 0; c < channels; c++)
        out[i * channels + c] = v;
    }
}

typedef struct
{
  const MienSamples *self;
  guint first;
  MienBatch *batch;
} Job;

static void
vary (
    const MienSamples *self, guint index, guint salt, guint32 row_index, float *out, float *scratch)
{
  MienDatasetRow row;

  mien_dataset_get_row (self->data, row_index, &row);
  mien_augment_apply (&self->options.augment, self->options.seed + salt, self->epoch, index,
                      row.pixels, mien_dataset_get_width (self->data),
                      mien_dataset_get_height (self->data), out, scratch);
}

static void
blend (float *target, float *weight, const float *other, float other_weight, float part, guint n)
{
  float sum = *weight * part + other_weight * (1 - part);

  for (guint c = 0; c < n && sum > 0; c++)
    target[c] = (target[c] * *weight * part + other[c] * other_weight * (1 - part)) / sum;
  *weight = sum;
}

static void
load_part (gpointer data, guint part, guint worker)
{
  Job *job = data;
  const MienSamples *self = job->self;
  MienBatch *batch = job->batch;
  guint width = mien_dataset_get_width (self->data), height = mien_dataset_get_height (self->data);
  guint index = job->first + part;
  const MienSamplesOptions *o = &self->options;
  float *raw = batch->raw + (gsize) part * width * height;
  g_autofree float *scratch = g_new (float, 2 * (gsize) width * height);
  MienAugmentMix mix =
      mien_augment_draw_mix (&o->augment, o->seed, self->epoch, index, self->n, width, height);

  vary (self, index, 0, self->order[index], raw, scratch);
  get_targets (self, self->order[index], index, batch->ferplus + part * N8,
               &batch->ferplus_weights[part], batch->fer2013 + part * N7,
               &batch->fer2013_weights[part]);
  if (mix.weight < 1)
    {
      float eight[N8], seven[N7], eight_weight, seven_weight;

      vary (self, index, 1, self->order[mix.partner], scratch, scratch + (gsize) width * height);
      mien_augment_mix (&mix, raw, scratch, width, height);
      get_targets (self, self->order[mix.partner], index, eight, &eight_weight, seven,
                   &seven_weight);
      blend (batch->ferplus + part * N8, &batch->ferplus_weights[part], eight, eight_weight,
             mix.weight, N8);
      blend (batch->fer2013 + part * N7, &batch->fer2013_weights[part], seven, seven_weight,
             mix.weight, N7);
    }
  mien_samples_normalise (raw, width, height,
                          batch->pictures + (gsize) part * o->width * o->height * o->channels,
                          o->width, o->height, o->channels);
}

void
mien_samples_load (
    const MienSamples *self, guint first, guint n, MienBatch *batch, MienParallel *parallel)
{
  Job job = { self, first, batch };

  g_return_if_fail (self != NULL && batch != NULL && n <= batch->n && first + n <= self->n);
  mien_parallel_for (parallel, n, load_part, &job);
}
