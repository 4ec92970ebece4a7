/* What the network loses when one channel is silent.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "insight/cut.h"
#include "insight/response.h"
#include "insight/rows.h"

#define BATCH 50

/* The rows of the ablation and the network from one layer on. */
typedef struct
{
  const MienRows *rows;
  MienClassifierModel *classifier;
  MienModel *rest;
  guint n_batches;
  MienTensor ***inputs; /* [batch][input], input 0 is the layer's value */
  guint n_inputs;
  guint n_channels;
  guint *right;           /* [n_channels, n_classes] */
  MienContext **contexts; /* one a worker */
  GCancellable *cancellable;
  GMutex mutex;
  GError *error; /* the first; guarded by mutex */
} Ablation;

static void
count_right (const MienRows *rows,
             MienClassifierModel *classifier,
             guint begin,
             const MienTensor *scores,
             guint *right)
{
  const float *s = mien_tensor_f32 (scores);
  guint n_classes = rows->n_classes;

  for (guint i = 0; i < (guint) scores->dims[0]; i++)
    {
      guint best = 0;

      for (guint c = 1; c < n_classes; c++)
        if (s[i * n_classes + mien_classifier_model_get_column (classifier, c)]
            > s[i * n_classes + mien_classifier_model_get_column (classifier, best)])
          best = c;
      right[rows->classes[begin + i]] += best == rows->classes[begin + i];
    }
}

static MienTensor *
silence (const MienTensor *value, guint channel)
{
  MienTensor *out = mien_tensor_new_copy (MIEN_DTYPE_F32, value->rank, value->dims, value->data);
  gsize size = value->n_elements / (gsize) (value->dims[0] * value->dims[1]);

  for (gsize n = 0; n < (gsize) value->dims[0]; n++)
    memset (mien_tensor_f32 (out) + (n * (gsize) value->dims[1] + channel) * size, 0,
            size * sizeof (float));
  return out;
}

static void
ablate_channel (gpointer data, guint channel, guint worker)
{
  Ablation *a = data;
  g_autofree MienTensor **inputs = g_new (MienTensor *, a->n_inputs);

  for (guint b = 0; b < a->n_batches; b++)
    {
      g_autoptr (MienTensor) silent = silence (a->inputs[b][0], channel);
      g_autoptr (GError) error = NULL;

      memcpy (inputs, a->inputs[b], a->n_inputs * sizeof *inputs);
      inputs[0] = silent;
      if (!mien_context_run (a->contexts[worker], inputs, a->n_inputs, a->cancellable, &error))
        {
          g_mutex_lock (&a->mutex);
          if (a->error == NULL)
            a->error = g_steal_pointer (&error);
          g_mutex_unlock (&a->mutex);
          return;
        }
      count_right (a->rows, a->classifier, b * BATCH,
                   mien_context_get_output (a->contexts[worker], 0),
                   a->right + (gsize) channel * a->rows->n_classes);
    }
}

/* Everything the ablation needs from whole runs, made once. */
typedef struct
{
  MienClassifierModel *classifier;
  const MienDataset *dataset;
  MienModel *model;
  MienRows *rows;
  const char *output;
  guint *count; /* [n_classes] rows */
  MienParallel *parallel;
  GCancellable *cancellable;
} Setting;

static gboolean
run_front (const Setting *s, Ablation *a, const char *value, GPtrArray *extras, GError **error)
{
  g_autoptr (MienContext) context = mien_context_new (s->model, s->parallel);

  a->n_inputs = 1 + extras->len;
  a->n_batches = (s->rows->n + BATCH - 1) / BATCH;
  a->inputs = g_new0 (MienTensor **, a->n_batches);
  if (!mien_context_add_tap (context, value, error))
    return FALSE;
  for (guint i = 0; i < extras->len; i++)
    if (!mien_context_add_tap (context, extras->pdata[i], error))
      return FALSE;
  for (guint b = 0; b < a->n_batches; b++)
    {
      guint n = MIN (BATCH, s->rows->n - b * BATCH);
      g_autoptr (MienTensor) batch =
          mien_rows_dup_batch (s->rows, s->classifier, s->dataset, b * BATCH, n);

      a->inputs[b] = g_new0 (MienTensor *, a->n_inputs);
      if (!mien_context_run (context, &batch, 1, s->cancellable, error))
        return FALSE;
      for (guint i = 0; i < a->n_inputs; i++)
        {
          const MienTensor *v =
              mien_context_find_value (context, i == 0 ? value : extras->pdata[i - 1]);

          a->inputs[b][i] = mien_tensor_new_copy (v->dtype, v->rank, v->dims, v->data);
        }
    }
  return TRUE;
}

static gboolean
ablate_layer (const Setting *s,
              MienLayerResponse *layer,
              const char *value,
              const float *recall,
              GError **error)
{
  g_autoptr (GPtrArray) extras = g_ptr_array_new_with_free_func (g_free);
  guint n_workers = mien_parallel_get_n_threads (s->parallel);
  Ablation a = { .rows = s->rows,
                 .classifier = s->classifier,
                 .n_channels = layer->n_channels,
                 .cancellable = s->cancellable };
  gboolean good;

  a.rest = mien_cut_behind (s->model, value, s->output, extras, error);
  if (a.rest == NULL)
    return FALSE;
  g_mutex_init (&a.mutex);
  a.right = g_new0 (guint, (gsize) layer->n_channels * s->rows->n_classes);
  a.contexts = g_new0 (MienContext *, n_workers);
  for (guint w = 0; w < n_workers; w++)
    a.contexts[w] = mien_context_new (a.rest, NULL);
  good = run_front (s, &a, value, extras, error);
  if (good)
    mien_parallel_for (s->parallel, layer->n_channels, ablate_channel, &a);
  if (good && a.error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&a.error));
      good = FALSE;
    }
  g_clear_error (&a.error);
  if (good)
    {
      guint n_classes = s->rows->n_classes;

      g_free (layer->recall_drop);
      layer->recall_drop = g_new0 (float, (gsize) layer->n_channels *n_classes);
      for (guint i = 0; i < layer->n_channels * n_classes; i++)
        layer->recall_drop[i] =
            recall[i % n_classes] - (float) a.right[i] / (float) MAX (s->count[i % n_classes], 1);
    }
  for (guint w = 0; w < n_workers; w++)
    mien_context_free (a.contexts[w]);
  for (guint b = 0; a.inputs != NULL && b < a.n_batches; b++)
    {
      for (guint i = 0; a.inputs[b] != NULL && i < a.n_inputs; i++)
        g_clear_pointer (&a.inputs[b][i], mien_tensor_unref);
      g_free (a.inputs[b]);
    }
  g_free (a.inputs);
  g_free (a.contexts);
  g_free (a.right);
  mien_model_unref (a.rest);
  g_mutex_clear (&a.mutex);
  return good;
}

static gboolean
measure_recall (const Setting *s, float *recall, GError **error)
{
  g_autoptr (MienContext) context = mien_context_new (s->model, s->parallel);
  g_autofree guint *right = g_new0 (guint, s->rows->n_classes);

  for (guint begin = 0; begin < s->rows->n; begin += BATCH)
    {
      guint n = MIN (BATCH, s->rows->n - begin);
      g_autoptr (MienTensor) batch =
          mien_rows_dup_batch (s->rows, s->classifier, s->dataset, begin, n);

      if (!mien_context_run (context, &batch, 1, s->cancellable, error))
        return FALSE;
      count_right (s->rows, s->classifier, begin, mien_context_find_value (context, s->output),
                   right);
    }
  for (guint c = 0; c < s->rows->n_classes; c++)
    recall[c] = (float) right[c] / (float) MAX (s->count[c], 1);
  return TRUE;
}

gboolean
mien_response_ablate (MienResponse *self,
                      MienClassifierModel *classifier,
                      const MienDataset *dataset,
                      MienDatasetSplit split,
                      MienProtocol protocol,
                      gboolean exclude_copies,
                      guint max_rows,
                      MienParallel *parallel,
                      MienResponseProgress progress,
                      gpointer user_data,
                      GCancellable *cancellable,
                      GError **error)
{
  g_autoptr (MienRows) rows =
      mien_rows_new (classifier, dataset, split, protocol, exclude_copies, error);
  g_autoptr (MienModel) model = NULL;
  g_autoptr (GArray) layers = NULL;
  g_autofree guint *count = NULL;
  Setting s;

  if (rows == NULL)
    return FALSE;
  mien_rows_stratify (rows, max_rows);
  model = mien_rows_load_model (classifier, error);
  if (model == NULL)
    return FALSE;
  layers = mien_layers_list (model);
  count = g_new0 (guint, rows->n_classes);
  for (guint i = 0; i < rows->n; i++)
    count[rows->classes[i]]++;
  s = (Setting){
    classifier, dataset,  model,      rows, mien_classifier_model_get_output (classifier),
    count,      parallel, cancellable
  };
  g_free (self->recall);
  self->recall = g_new0 (float, self->n_classes);
  self->ablated_rows = rows->n;
  if (!measure_recall (&s, self->recall, error))
    return FALSE;
  for (guint l = 0; l < self->layers->len; l++)
    {
      MienLayerResponse *layer = self->layers->pdata[l];
      const MienLayer *known = mien_layers_get (layers, layer->name, error);

      if (known == NULL)
        return FALSE;
      /* What gives the output of another label set does not lead to this one: nothing is lost. */
      if (!ablate_layer (&s, layer, known->value, self->recall, error))
        {
          if (!g_error_matches (*error, MIEN_ERROR, MIEN_ERROR_USAGE))
            return FALSE;
          g_clear_error (error);
        }
      if (progress != NULL)
        progress ((l + 1.0) / self->layers->len, user_data);
    }
  return TRUE;
}
