/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "insight/response.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "insight/probe.h"
#include "insight/response-private.h"
#include "insight/rows.h"

#define BATCH 32

static void
layer_free (gpointer data)
{
  MienLayerResponse *layer = data;

  g_free (layer->name);
  g_free (layer->op_type);
  g_free (layer->mean);
  g_free (layer->z);
  g_free (layer->selectivity);
  g_free (layer->best_class);
  g_free (layer->examples);
  g_free (layer->overlap);
  g_free (layer->recall_drop);
  g_free (layer);
}

void
mien_response_free (MienResponse *self)
{
  if (self == NULL)
    return;
  g_strfreev (self->labels);
  g_free (self->model);
  g_free (self->hash);
  g_free (self->data);
  g_clear_pointer (&self->layers, g_ptr_array_unref);
  g_free (self->recall);
  g_free (self);
}

/* Answers are looked at behind the non-linearity, where a channel says yes or nothing. */
static gboolean
is_answer (const MienLayer *layer)
{
  static const char *const kinds[] = { "Relu",      "LeakyRelu", "PRelu", "Clip",  "Elu",
                                       "HardSwish", "Tanh",      "Gemm",  "MatMul" };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (layer->op_type, kinds[i]) == 0)
      return (layer->rank == 4 || layer->rank == 2) && layer->dims[1] > 1;
  /* SiLU is exported as x * sigmoid (x). */
  return strcmp (layer->op_type, "Mul") == 0 && layer->rank == 4 && layer->dims[1] > 1
         && layer->dims[2] > 1;
}

static GArray *
list_answers (MienModel *model, MienTensor *input, GError **error)
{
  GArray *layers = mien_layers_list (model);

  if (!mien_layers_set_shapes (layers, model, input, error))
    {
      g_array_unref (layers);
      return NULL;
    }
  for (guint i = layers->len; i > 0; i--)
    if (!is_answer (&g_array_index (layers, MienLayer, i - 1)))
      g_array_remove_index (layers, i - 1);
  return layers;
}

/* Mean of each channel's map of each picture: [n, channels]. */
static void
take_means (const MienTensor *value, guint n_channels, float *out)
{
  gsize size = value->n_elements / ((gsize) value->dims[0] * n_channels);
  const float *v = mien_tensor_f32 (value);

  for (gsize k = 0; k < (gsize) value->dims[0] * n_channels; k++)
    {
      double sum = 0;

      for (gsize i = 0; i < size; i++)
        sum += v[k * size + i];
      out[k] = (float) (sum / (double) size);
    }
}

/* [n_classes] pictures of each class. */
static guint *
count_classes (const MienRows *rows)
{
  guint *count = g_new0 (guint, rows->n_classes);

  for (guint i = 0; i < rows->n; i++)
    count[rows->classes[i]]++;
  return count;
}

static void
find_class_means (MienLayerResponse *layer,
                  const float *answers,
                  const MienRows *rows,
                  const guint *count)
{
  guint n_channels = layer->n_channels, n_classes = rows->n_classes;

  for (guint c = 0; c < n_channels; c++)
    {
      double sum = 0, square = 0, mean, deviation;
      g_autofree double *sums = g_new0 (double, n_classes);

      for (guint i = 0; i < rows->n; i++)
        {
          double a = answers[(gsize) i * n_channels + c];

          sum += a;
          square += a * a;
          sums[rows->classes[i]] += a;
        }
      mean = sum / rows->n;
      deviation = sqrt (MAX (square / rows->n - mean * mean, 0));
      for (guint k = 0; k < n_classes; k++)
        {
          double m = count[k] > 0 ? sums[k] / count[k] : mean;

          layer->mean[(gsize) k * n_channels + c] = (float) m;
          layer->z[(gsize) k * n_channels + c] =
              deviation > 1e-9 ? (float) ((m - mean) / deviation) : 0;
        }
    }
}

/* A class without pictures has no say. */
static void
find_selectivity (MienLayerResponse *layer, guint n_classes, const guint *count)
{
  guint first = 0, n_present = 0;

  for (guint k = n_classes; k > 0; k--)
    if (count[k - 1] > 0)
      {
        first = k - 1;
        n_present++;
      }
  for (guint c = 0; c < layer->n_channels; c++)
    {
      guint best = first;
      double rest = 0, top, scale;

      for (guint k = first; k < n_classes; k++)
        if (count[k] > 0
            && layer->mean[k * layer->n_channels + c] > layer->mean[best * layer->n_channels + c])
          best = k;
      for (guint k = first; k < n_classes; k++)
        if (k != best && count[k] > 0)
          rest += layer->mean[k * layer->n_channels + c] / (n_present - 1);
      top = layer->mean[best * layer->n_channels + c];
      scale = fabs (top) + fabs (rest);
      layer->best_class[c] = (guint8) best;
      layer->selectivity[c] = n_present > 1 && scale > 1e-12 ? (float) ((top - rest) / scale) : 0;
    }
}

typedef struct
{
  float value;
  guint32 index;
} Ranked;

static int
compare_ranked (gconstpointer a, gconstpointer b)
{
  const Ranked *x = a, *y = b;

  if (x->value != y->value)
    return x->value < y->value ? 1 : -1;
  return (x->index > y->index) - (x->index < y->index);
}

static void
find_examples (MienLayerResponse *layer, const float *answers, const MienRows *rows)
{
  g_autofree Ranked *ranked = g_new (Ranked, rows->n);

  for (guint c = 0; c < layer->n_channels; c++)
    {
      guint32 *out = layer->examples + (gsize) c * MIEN_RESPONSE_EXAMPLES;

      for (guint i = 0; i < rows->n; i++)
        ranked[i] = (Ranked){ answers[(gsize) i * layer->n_channels + c], rows->rows[i] };
      qsort (ranked, rows->n, sizeof *ranked, compare_ranked);
      for (guint i = 0; i < MIEN_RESPONSE_EXAMPLES; i++)
        out[i] = i < rows->n && ranked[i].value > 0 ? ranked[i].index : G_MAXUINT32;
    }
}

static void
find_overlap (MienLayerResponse *layer, guint n_classes)
{
  guint n = layer->n_channels, top = MAX (n / 10, 1);
  g_autofree Ranked *ranked = g_new (Ranked, n);
  g_autofree guint8 *in_top = g_new0 (guint8, (gsize) n_classes * n);

  for (guint k = 0; k < n_classes; k++)
    {
      for (guint c = 0; c < n; c++)
        ranked[c] = (Ranked){ layer->z[(gsize) k * n + c], c };
      qsort (ranked, n, sizeof *ranked, compare_ranked);
      for (guint i = 0; i < top; i++)
        in_top[(gsize) k * n + ranked[i].index] = 1;
    }
  for (guint a = 0; a < n_classes; a++)
    for (guint b = 0; b < n_classes; b++)
      {
        guint both = 0, either = 0;

        for (guint c = 0; c < n; c++)
          {
            both += in_top[(gsize) a * n + c] & in_top[(gsize) b * n + c];
            either += in_top[(gsize) a * n + c] | in_top[(gsize) b * n + c];
          }
        layer->overlap[a * n_classes + b] = (float) both / (float) MAX (either, 1);
      }
}

static MienLayerResponse *
layer_new (const char *name, const char *op_type, guint n_channels, guint n_classes)
{
  MienLayerResponse *layer = g_new0 (MienLayerResponse, 1);

  layer->name = g_strdup (name);
  layer->op_type = g_strdup (op_type);
  layer->n_channels = n_channels;
  layer->mean = g_new0 (float, (gsize) n_classes *n_channels);
  layer->z = g_new0 (float, (gsize) n_classes *n_channels);
  layer->selectivity = g_new0 (float, n_channels);
  layer->best_class = g_new0 (guint8, n_channels);
  layer->examples = g_new0 (guint32, (gsize) n_channels * MIEN_RESPONSE_EXAMPLES);
  layer->overlap = g_new0 (float, (gsize) n_classes *n_classes);
  return layer;
}

MienResponse *
mien_response_new (const char *const *labels, guint n_classes)
{
  MienResponse *self = g_new0 (MienResponse, 1);

  self->labels = g_strdupv ((char **) labels);
  self->n_classes = n_classes;
  self->layers = g_ptr_array_new_with_free_func (layer_free);
  return self;
}

MienLayerResponse *
mien_response_append (MienResponse *self, const char *name, const char *op_type, guint n_channels)
{
  MienLayerResponse *layer = layer_new (name, op_type, n_channels, self->n_classes);

  g_ptr_array_add (self->layers, layer);
  return layer;
}

/* What one run over the data gathers: for each layer [n_rows, n_channels]. */
typedef struct
{
  MienResponse *response;
  const MienRows *rows;
  float **answers;
} Gathered;

static gboolean
gather (Gathered *gathered,
        MienClassifierModel *classifier,
        MienModel *model,
        const MienDataset *dataset,
        GArray *layers,
        MienParallel *parallel,
        MienResponseProgress progress,
        gpointer user_data,
        GCancellable *cancellable,
        GError **error)
{
  const MienRows *rows = gathered->rows;
  g_autoptr (MienContext) context = mien_context_new (model, parallel);

  for (guint l = 0; l < layers->len; l++)
    if (!mien_context_add_tap (context, g_array_index (layers, MienLayer, l).value, error))
      return FALSE;
  for (guint begin = 0; begin < rows->n; begin += BATCH)
    {
      guint n = MIN (BATCH, rows->n - begin);
      g_autoptr (MienTensor) batch = mien_rows_dup_batch (rows, classifier, dataset, begin, n);

      if (!mien_context_run (context, &batch, 1, cancellable, error))
        return FALSE;
      for (guint l = 0; l < layers->len; l++)
        {
          MienLayerResponse *layer = gathered->response->layers->pdata[l];
          const MienTensor *value =
              mien_context_find_value (context, g_array_index (layers, MienLayer, l).value);

          take_means (value, layer->n_channels,
                      gathered->answers[l] + (gsize) begin * layer->n_channels);
        }
      if (progress != NULL)
        progress (0.5 * (begin + n) / rows->n, user_data);
    }
  return TRUE;
}

static void
analyse_layer (gpointer data, guint part, guint worker)
{
  Gathered *gathered = data;
  MienLayerResponse *layer = gathered->response->layers->pdata[part];
  const MienRows *rows = gathered->rows;
  g_autofree guint *count = count_classes (rows);

  find_class_means (layer, gathered->answers[part], rows, count);
  find_selectivity (layer, rows->n_classes, count);
  find_examples (layer, gathered->answers[part], rows);
  find_overlap (layer, rows->n_classes);
  layer->probe = mien_probe_get_accuracy (gathered->answers[part], rows->n, layer->n_channels,
                                          rows->classes, rows->n_classes);
}

MienResponse *
mien_response_compute (MienClassifierModel *classifier,
                       const MienDataset *dataset,
                       MienDatasetSplit split,
                       MienProtocol protocol,
                       gboolean exclude_copies,
                       MienParallel *parallel,
                       MienResponseProgress progress,
                       gpointer user_data,
                       GCancellable *cancellable,
                       GError **error)
{
  MienLabelSet set = mien_classifier_model_get_label_set (classifier);
  g_autoptr (MienRows) rows =
      mien_rows_new (classifier, dataset, split, protocol, exclude_copies, error);
  g_autoptr (MienModel) model = NULL;
  g_autoptr (MienTensor) first = NULL;
  g_autoptr (GArray) layers = NULL;
  g_autoptr (MienResponse) self = NULL;
  Gathered gathered;
  gboolean good;

  if (rows == NULL)
    return NULL;
  model = mien_rows_load_model (classifier, error);
  if (model == NULL)
    return NULL;
  first = mien_rows_dup_batch (rows, classifier, dataset, 0, 1);
  layers = list_answers (model, first, error);
  if (layers == NULL)
    return NULL;
  self = mien_response_new (mien_label_set_get_labels (set), rows->n_classes);
  self->n_rows = rows->n;
  self->model = g_strdup (mien_classifier_model_get_name (classifier));
  self->hash = g_strdup (mien_classifier_model_get_hash (classifier));
  self->data =
      g_strdup_printf ("%s, protocol %s%s", mien_split_get_name (split),
                       mien_protocol_get_name (protocol), exclude_copies ? ", without copies" : "");
  gathered = (Gathered){ self, rows, g_new0 (float *, layers->len) };
  for (guint l = 0; l < layers->len; l++)
    {
      const MienLayer *layer = &g_array_index (layers, MienLayer, l);

      mien_response_append (self, layer->name, layer->op_type, (guint) layer->dims[1]);
      gathered.answers[l] = g_new (float, (gsize) rows->n *(gsize) layer->dims[1]);
    }
  good = gather (&gathered, classifier, model, dataset, layers, parallel, progress, user_data,
                 cancellable, error);
  if (good)
    mien_parallel_for (parallel, layers->len, analyse_layer, &gathered);
  for (guint l = 0; l < layers->len; l++)
    g_free (gathered.answers[l]);
  g_free (gathered.answers);
  if (good && progress != NULL)
    progress (1, user_data);
  return good ? g_steal_pointer (&self) : NULL;
}

static const MienLayerResponse *
find_named (const MienResponse *self, const char *name, guint n_channels)
{
  for (guint i = 0; i < self->layers->len; i++)
    {
      const MienLayerResponse *l = self->layers->pdata[i];

      if (l->n_channels == n_channels && g_strcmp0 (l->name, name) == 0)
        return l;
    }
  return NULL;
}

const MienLayerResponse *
mien_response_find (const MienResponse *self,
                    GArray *layers,
                    const MienLayer *layer,
                    guint n_channels)
{
  gboolean is_after = FALSE;

  for (guint i = 0; i < layers->len; i++)
    {
      const MienLayer *l = &g_array_index (layers, MienLayer, i);
      const MienLayerResponse *found = NULL;

      if (l == layer)
        is_after = TRUE;
      if (is_after && (l == layer || l->weight == NULL))
        found = find_named (self, l->name, n_channels);
      if (found != NULL)
        return found;
    }
  return NULL;
}
