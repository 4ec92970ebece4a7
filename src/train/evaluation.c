/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/evaluation.h"

#include <string.h>

#include "base/error.h"
#include "emotion/classifier.h"
#include "train/samples.h"

/* Faces of one call: enough to keep the kernels busy, few enough to stay in the cache. */
#define BATCH 16

typedef struct
{
  const MienEvaluation *options;
  const MienDataset *data;
  MienClassifier *classifier;
  const MienSampling *input;
  guint n, n_classes;
  guint32 *rows;
  float *probabilities, *targets;
  guint8 *classes;
  float *crops, *raw, *answers;
} Work;

static void
clear_work (Work *w)
{
  g_clear_pointer (&w->classifier, mien_classifier_free);
  g_free (w->rows);
  g_free (w->probabilities);
  g_free (w->targets);
  g_free (w->classes);
  g_free (w->crops);
  g_free (w->raw);
  g_free (w->answers);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, clear_work)

static guint
get_channels (const Work *w)
{
  return w->input->channels == MIEN_CHANNELS_GRAY ? 1 : 3;
}

static void
choose_rows (Work *w)
{
  guint n = mien_dataset_get_n_rows (w->data);

  w->n_classes = mien_protocol_get_n_classes (w->options->protocol);
  w->rows = g_new (guint32, n + 1);
  w->classes = g_new (guint8, n + 1);
  w->targets = g_new (float, (gsize) n * w->n_classes + 1);
  for (guint i = 0; i < n; i++)
    {
      MienDatasetRow row;
      int class;

      mien_dataset_get_row (w->data, i, &row);
      class = mien_protocol_get_class (w->options->protocol, &row);
      if (!mien_dataset_has_split (w->data, i, w->options->split) || class < 0
          || (row.is_copy && w->options->exclude_copies))
        continue;
      w->rows[w->n] = i;
      w->classes[w->n] = (guint8) class;
      mien_protocol_get_target (w->options->protocol, &row, w->targets + w->n * w->n_classes);
      w->n++;
    }
}

/* One picture as the network takes it: planes of its size, 0..255. */
static void
load_crop (Work *w, guint32 index, gboolean is_mirrored, float *out)
{
  guint width = mien_dataset_get_width (w->data), height = mien_dataset_get_height (w->data);
  guint to_width = (guint) w->input->width, to_height = (guint) w->input->height;
  gsize plane = (gsize) to_width * to_height;
  MienDatasetRow row;

  mien_dataset_get_row (w->data, index, &row);
  for (guint y = 0; y < height; y++)
    for (guint x = 0; x < width; x++)
      w->raw[y * width + x] = row.pixels[y * width + (is_mirrored ? width - 1 - x : x)];
  mien_samples_resize (w->raw, width, height, out, to_width, to_height, 1);
  for (guint c = 1; c < get_channels (w); c++)
    memcpy (out + c * plane, out, plane * sizeof *out);
}

static gboolean
classify (
    Work *w, guint first, guint n, gboolean is_mirrored, GCancellable *cancellable, GError **error)
{
  gsize size = (gsize) w->input->width * (gsize) w->input->height * get_channels (w);
  float part = w->options->mirror ? 0.5f : 1.0f;
  float *out = w->probabilities + (gsize) first * w->n_classes;

  for (guint i = 0; i < n; i++)
    load_crop (w, w->rows[first + i], is_mirrored, w->crops + i * size);
  if (!mien_classifier_classify (w->classifier, w->crops, n, w->answers, cancellable, error))
    return FALSE;
  for (guint i = 0; i < n * w->n_classes; i++)
    out[i] += part * w->answers[i];
  return TRUE;
}

gboolean
mien_evaluation_run (const MienEvaluation *self,
                     const MienDataset *data,
                     MienParallel *parallel,
                     GCancellable *cancellable,
                     MienMetrics *metrics,
                     GError **error)
{
  g_autoptr (MienClassifierModel) model = NULL;
  g_auto (Work) w = { .options = self, .data = data };
  const MienCrop *crop;

  g_return_val_if_fail (self != NULL && data != NULL && metrics != NULL, FALSE);
  model = mien_classifier_model_load (
      self->model,
      self->protocol == MIEN_PROTOCOL_FER2013 ? MIEN_LABELS_FER2013 : MIEN_LABELS_FERPLUS, error);
  if (model == NULL)
    return FALSE;
  choose_rows (&w);
  if (w.n == 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT,
                   "no image of %s counts under the protocol %s", mien_split_get_name (self->split),
                   mien_protocol_get_name (self->protocol));
      return FALSE;
    }
  crop = mien_classifier_model_get_crop (model);
  w.input = &crop->sampling;
  w.classifier = mien_classifier_new (model, parallel);
  w.crops = g_new (float, mien_crop_get_size (crop) * BATCH);
  w.raw = g_new (float, (gsize) mien_dataset_get_width (data) * mien_dataset_get_height (data));
  w.answers = g_new (float, BATCH *(gsize) w.n_classes);
  w.probabilities = g_new0 (float, (gsize) w.n *w.n_classes);
  for (guint first = 0; first < w.n; first += BATCH)
    {
      guint n = MIN (BATCH, w.n - first);

      if (!classify (&w, first, n, FALSE, cancellable, error)
          || (self->mirror && !classify (&w, first, n, TRUE, cancellable, error)))
        return FALSE;
    }
  mien_metrics_compute (metrics, w.probabilities, w.targets, w.classes, w.n, w.n_classes);
  return TRUE;
}
