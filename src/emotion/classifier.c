/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "emotion/classifier.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "emotion/calibration.h"

struct _MienClassifierModel
{
  gatomicrefcount ref_count;
  MienLabelSet set;
  MienCard *card;
  MienModel *model;
  MienCrop crop;
  guint output;                 /* index among the model's outputs */
  int columns[MIEN_LABELS_MAX]; /* of the output, by canonical class */
  float temperature;
};

struct _MienClassifier
{
  MienClassifierModel *model;
  MienContext *context;
  MienTensor *input; /* [1, channels, height, width] */
};

/* Other spellings of a class, as foreign models have them. */
static const char *const spellings[][2] = {
  { "anger", "angry" },        { "happiness", "happy" },   { "sadness", "sad" },
  { "surprise", "surprised" }, { "disgust", "disgusted" }, { "fear", "fearful" },
};

static const char *
find_other_spelling (const char *label)
{
  for (guint i = 0; i < G_N_ELEMENTS (spellings); i++)
    for (int s = 0; s < 2; s++)
      if (strcmp (label, spellings[i][s]) == 0)
        return spellings[i][1 - s];
  return NULL;
}

static int
find_class (MienLabelSet set, const char *label)
{
  g_autofree char *lower = g_ascii_strdown (label, -1);
  const char *other = find_other_spelling (lower);
  int found = mien_label_set_find (set, lower);

  return found < 0 && other != NULL ? mien_label_set_find (set, other) : found;
}

/* Columns of an output by its labels. FALSE when they are not exactly those of the set. */
static gboolean
match_labels (MienLabelSet set, const char *const *labels, int *columns)
{
  guint n = mien_label_set_get_n (set);

  for (guint i = 0; i < n; i++)
    columns[i] = -1;
  for (guint i = 0; labels[i] != NULL; i++)
    {
      int class = find_class (set, labels[i]);

      if (i >= n || class < 0 || columns[class] >= 0)
        return FALSE;
      columns[class] = (int) i;
    }
  for (guint i = 0; i < n; i++)
    if (columns[i] < 0)
      return FALSE;
  return TRUE;
}

static gboolean
has_width (const MienValueInfo *info, guint n)
{
  return info->rank == 2 && (info->dims[1] == (gint64) n || info->dims[1] < 0);
}

/* The output of the wanted set: by its labels, by its name, or the only one that has its width. */
static gboolean
find_output (MienClassifierModel *self, GError **error)
{
  GPtrArray *outputs = mien_graph_get_outputs (mien_model_get_graph (self->model));
  guint n = mien_label_set_get_n (self->set), n_fitting = 0;

  for (guint i = 0; i < n; i++)
    self->columns[i] = (int) i;
  for (guint i = 0; i < outputs->len; i++)
    {
      const MienValueInfo *info = outputs->pdata[i];
      const char *const *labels = mien_card_find_labels (self->card, info->name);
      int columns[MIEN_LABELS_MAX];

      self->output = i;
      if (labels != NULL && match_labels (self->set, labels, columns))
        {
          memcpy (self->columns, columns, sizeof columns);
          return TRUE;
        }
      if (labels == NULL && has_width (info, n)
          && strcmp (info->name, mien_label_set_get_name (self->set)) == 0)
        return TRUE;
    }
  for (guint i = 0; i < outputs->len; i++)
    {
      const MienValueInfo *info = outputs->pdata[i];

      if (mien_card_find_labels (self->card, info->name) == NULL && info->rank == 2
          && info->dims[1] == (gint64) n && n_fitting++ == 0)
        self->output = i;
    }
  if (n_fitting == 1)
    return TRUE;
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
               "%s: no output with the %u classes of “%s”: mien.labels has to name them",
               mien_card_get_path (self->card), n, mien_label_set_get_name (self->set));
  return FALSE;
}

static gboolean
check_input (MienClassifierModel *self, GError **error)
{
  GPtrArray *inputs = mien_graph_get_inputs (mien_model_get_graph (self->model));
  const MienValueInfo *info = inputs->len == 1 ? inputs->pdata[0] : NULL;
  const MienSampling *sampling = &self->crop.sampling;
  gint64 wanted[4] = { -1, sampling->channels == MIEN_CHANNELS_GRAY ? 1 : 3, sampling->height,
                       sampling->width };
  gboolean fits = info != NULL && info->dtype == MIEN_DTYPE_F32 && info->rank == 4;

  for (int i = 1; i < 4 && fits; i++)
    fits = info->dims[i] < 0 || info->dims[i] == wanted[i];
  if (!fits)
    g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                 "%s: mien.input says [n,%d,%d,%d], which is not what the network takes",
                 mien_card_get_path (self->card), (int) wanted[1], (int) wanted[2],
                 (int) wanted[3]);
  return fits;
}

static gboolean
read_card (MienClassifierModel *self, GError **error)
{
  self->temperature = (float) mien_card_get_number (self->card, "calibration",
                                                    mien_label_set_get_name (self->set), 1);
  if (!(self->temperature >= 0.01f && self->temperature <= 100))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                   "%s: mien.calibration: a temperature lies between 0.01 and 100",
                   mien_card_get_path (self->card));
      return FALSE;
    }
  return mien_crop_from_card (self->card, &self->crop, error);
}

MienClassifierModel *
mien_classifier_model_load (const char *name, MienLabelSet set, GError **error)
{
  g_autoptr (MienClassifierModel) self = g_new0 (MienClassifierModel, 1);

  g_return_val_if_fail (name != NULL, NULL);
  g_atomic_ref_count_init (&self->ref_count);
  self->set = set;
  self->card = mien_card_open ("classifier", name, error);
  if (self->card == NULL || !read_card (self, error))
    return NULL;
  self->model = mien_model_load (mien_card_get_path (self->card), MIEN_MODEL_DEFAULT, error);
  if (self->model == NULL || !check_input (self, error) || !find_output (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

MienClassifierModel *
mien_classifier_model_ref (MienClassifierModel *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
mien_classifier_model_unref (MienClassifierModel *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->card, mien_card_unref);
  g_clear_pointer (&self->model, mien_model_unref);
  g_free (self);
}

MienLabelSet
mien_classifier_model_get_label_set (MienClassifierModel *self)
{
  return self->set;
}

MienCard *
mien_classifier_model_get_card (MienClassifierModel *self)
{
  return self->card;
}

MienModel *
mien_classifier_model_get_model (MienClassifierModel *self)
{
  return self->model;
}

const char *
mien_classifier_model_get_name (MienClassifierModel *self)
{
  return mien_card_get_name (self->card);
}

const char *
mien_classifier_model_get_hash (MienClassifierModel *self)
{
  return mien_model_get_hash (self->model);
}

const MienCrop *
mien_classifier_model_get_crop (MienClassifierModel *self)
{
  return &self->crop;
}

float
mien_classifier_model_get_temperature (MienClassifierModel *self)
{
  return self->temperature;
}

const char *
mien_classifier_model_get_output (MienClassifierModel *self)
{
  GPtrArray *outputs = mien_graph_get_outputs (mien_model_get_graph (self->model));

  return ((const MienValueInfo *) outputs->pdata[self->output])->name;
}

guint
mien_classifier_model_get_column (MienClassifierModel *self, guint class_index)
{
  g_return_val_if_fail (class_index < mien_label_set_get_n (self->set), 0);
  return (guint) self->columns[class_index];
}

MienClassifier *
mien_classifier_new (MienClassifierModel *model, MienParallel *parallel)
{
  const MienSampling *sampling = &model->crop.sampling;
  gint64 dims[4] = { 1, sampling->channels == MIEN_CHANNELS_GRAY ? 1 : 3, sampling->height,
                     sampling->width };
  MienClassifier *self = g_new0 (MienClassifier, 1);

  self->model = mien_classifier_model_ref (model);
  self->context = mien_context_new (model->model, parallel);
  self->input = mien_tensor_new_f32 (4, dims);
  return self;
}

void
mien_classifier_free (MienClassifier *self)
{
  if (self == NULL)
    return;
  mien_context_free (self->context);
  mien_tensor_unref (self->input);
  mien_classifier_model_unref (self->model);
  g_free (self);
}

/* Whether @row is no distribution: then it is taken for logits. */
static gboolean
is_logits (const float *row, guint n)
{
  float sum = 0;

  for (guint i = 0; i < n; i++)
    {
      if (row[i] < 0)
        return TRUE;
      sum += row[i];
    }
  return fabsf (sum - 1) > 0.01f;
}

static void
softmax (float *row, guint n)
{
  float best = row[0], sum = 0;

  for (guint i = 1; i < n; i++)
    best = MAX (best, row[i]);
  for (guint i = 0; i < n; i++)
    sum += row[i] = expf (row[i] - best);
  for (guint i = 0; i < n; i++)
    row[i] /= sum;
}

/* Runs the crop that lies in the input. One at a time: what a kernel sums up in which order may
 * depend on the number of rows, and a face must not depend on its neighbours. */
static gboolean
run_input (MienClassifier *self, float *out, GCancellable *cancellable, GError **error)
{
  const MienClassifierModel *model = self->model;
  guint n = mien_label_set_get_n (model->set);
  const MienTensor *result;
  const float *values;

  if (!mien_context_run (self->context, &self->input, 1, cancellable, error))
    return FALSE;
  result = mien_context_get_output (self->context, model->output);
  if (result->dtype != MIEN_DTYPE_F32 || result->n_elements != n)
    {
      g_autofree char *found = mien_tensor_describe (result);

      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                   "%s: an output of %u classes was expected, not %s",
                   mien_card_get_path (model->card), n, found);
      return FALSE;
    }
  values = mien_tensor_f32 (result);
  for (guint i = 0; i < n; i++)
    out[i] = values[model->columns[i]];
  if (is_logits (out, n))
    softmax (out, n);
  mien_calibration_apply (out, 1, n, model->temperature);
  return TRUE;
}

gboolean
mien_classifier_classify (MienClassifier *self,
                          const float *crops,
                          guint n,
                          float *out,
                          GCancellable *cancellable,
                          GError **error)
{
  gsize size = mien_crop_get_size (&self->model->crop);
  guint n_classes = mien_label_set_get_n (self->model->set);

  for (guint i = 0; i < n; i++)
    {
      memcpy (mien_tensor_f32 (self->input), crops + i * size, size * sizeof *crops);
      if (!run_input (self, out + (gsize) i * n_classes, cancellable, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
mien_classifier_classify_faces (MienClassifier *self,
                                const MienImage *image,
                                const MienFaceBox *faces,
                                const MienLandmarks *landmarks,
                                guint n,
                                float *out,
                                GCancellable *cancellable,
                                GError **error)
{
  guint n_classes = mien_label_set_get_n (self->model->set);

  for (guint i = 0; i < n; i++)
    {
      mien_crop_take (&self->model->crop, image, &faces[i],
                      landmarks == NULL ? NULL : &landmarks[i], mien_tensor_f32 (self->input));
      if (!run_input (self, out + (gsize) i * n_classes, cancellable, error))
        return FALSE;
    }
  return TRUE;
}
