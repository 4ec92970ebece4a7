/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "insight/scope.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

#define UNIT_EDGE 0.02f
#define TIMED_RUNS 5

struct _MienScope
{
  GObject parent_instance;

  /* Set before the worker starts, read by both. */
  MienClassifierModel *classifier_model;
  MienModel *model;
  GArray *layers;

  /* The worker's alone. */
  MienClassifier *classifier;
  MienContext *context;
  char *tapped;
  MienGradient *gradient;
  MienSaliency *saliency;
  MienLandmarkerModel *landmarker_model;
  MienLandmarker *landmarker;

  GThread *thread;
  GMutex lock;
  GCond wake;
  /* Under the lock. */
  MienScopeQuestion waiting;
  gboolean has_waiting, stopping;

  /* The main loop's alone. */
  guint n_answers;
};

G_DEFINE_TYPE (MienScope, mien_scope, G_TYPE_OBJECT)

static guint answered_signal;

void
mien_scope_question_clear (MienScopeQuestion *self)
{
  if (self->release != NULL)
    self->release (self->owner);
  g_free (self->layer);
  memset (self, 0, sizeof *self);
}

void
mien_scope_answer_free (MienScopeAnswer *answer)
{

  g_clear_pointer (&answer->face, mien_tensor_unref);
  g_clear_pointer (&answer->maps, mien_tensor_unref);
  g_clear_pointer (&answer->unit, mien_tensor_unref);
  g_clear_pointer (&answer->saliency, mien_tensor_unref);
  g_clear_pointer (&answer->influence, mien_influence_free);
  g_free (answer->layer);
  g_free (answer->times_ms);
  g_free (answer->problem);
  g_free (answer);
}

/* ---- the parts of an answer, on the worker ---- */

static MienTensor *
cut_face (MienScope *self, const MienScopeQuestion *q)
{
  const MienCrop *crop = mien_classifier_model_get_crop (self->classifier_model);
  gint64 dims[] = { 1, 1, crop->sampling.height, crop->sampling.width };
  MienTensor *face;

  dims[1] = (gint64) mien_crop_get_size (crop) / (dims[2] * dims[3]);
  face = mien_tensor_new_f32 (4, dims);
  mien_crop_take (crop, &q->image, &q->box, NULL, mien_tensor_f32 (face));
  return face;
}

static gboolean
classify (MienScope *self, MienScopeAnswer *a, int wanted, GError **error)
{
  guint n = mien_label_set_get_n (mien_classifier_model_get_label_set (self->classifier_model));

  if (!mien_classifier_classify (self->classifier, mien_tensor_f32 (a->face), 1, a->probabilities,
                                 NULL, error))
    return FALSE;
  if (wanted >= 0 && (guint) wanted < n)
    {
      a->class_index = (guint) wanted;
      return TRUE;
    }
  for (guint i = 1; i < n; i++)
    if (a->probabilities[i] > a->probabilities[a->class_index])
      a->class_index = i;
  return TRUE;
}

static gboolean
take_maps (MienScope *self, const MienLayer *layer, MienScopeAnswer *a, GError **error)
{
  const MienTensor *maps;

  if (g_strcmp0 (self->tapped, layer->value) != 0)
    {
      mien_context_clear_taps (self->context);
      g_clear_pointer (&self->tapped, g_free);
      if (!mien_context_add_tap (self->context, layer->value, error))
        return FALSE;
      self->tapped = g_strdup (layer->value);
    }
  if (!mien_context_run (self->context, &a->face, 1, NULL, error))
    return FALSE;
  maps = mien_context_find_value (self->context, layer->value);
  if (maps == NULL || maps->dtype != MIEN_DTYPE_F32 || maps->rank < 2)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "layer '%s' gives no numbers to show",
                   layer->name);
      return FALSE;
    }
  a->maps = mien_tensor_new_f32 (maps->rank, maps->dims);
  memcpy (mien_tensor_f32 (a->maps), mien_tensor_f32 (maps), maps->n_elements * sizeof (float));
  return TRUE;
}

/* Index of the unit in the layer's value; places past its end move to its last. */
static gsize
find_unit (const MienTensor *value, MienScopeAnswer *a)
{
  gsize h = value->rank == 4 ? (gsize) value->dims[2] : 1;
  gsize w = value->rank == 4 ? (gsize) value->dims[3] : 1;

  a->channel = MIN (a->channel, (guint) (value->n_elements / (h * w)) - 1);
  a->row = MIN (a->row, (guint) h - 1);
  a->column = MIN (a->column, (guint) w - 1);
  return ((gsize) a->channel * h + a->row) * w + a->column;
}

/* The smallest rectangle around what is over an edge. */
static void
find_box (const MienTensor *size, float largest, int box[4])
{
  int h = (int) size->dims[0], w = (int) size->dims[1];
  int left = w, right = -1, top = h, bottom = -1;

  for (int y = 0; y < h; y++)
    for (int x = 0; x < w; x++)
      if (mien_tensor_f32 (size)[y * w + x] > UNIT_EDGE * largest)
        {
          left = MIN (left, x);
          right = MAX (right, x);
          top = MIN (top, y);
          bottom = MAX (bottom, y);
        }
  box[0] = MIN (left, w - 1);
  box[1] = MIN (top, h - 1);
  box[2] = MAX (right - left + 1, 0);
  box[3] = MAX (bottom - top + 1, 0);
}

static void
weigh_pixels (MienScopeAnswer *a, const MienTensor *slope)
{
  gint64 dims[] = { a->face->dims[2], a->face->dims[3] };
  gsize plane = (gsize) (dims[0] * dims[1]);
  g_autoptr (MienTensor) size = mien_tensor_new_f32 (2, dims);
  const float *pixels = mien_tensor_f32 (a->face), *d = mien_tensor_f32 (slope);
  float largest = 0;
  double mean = 0;

  for (gsize i = 0; i < a->face->n_elements; i++)
    mean += pixels[i];
  mean /= (double) a->face->n_elements;
  a->unit = mien_tensor_new_f32 (2, dims);
  memset (mien_tensor_f32 (a->unit), 0, plane * sizeof (float));
  memset (mien_tensor_f32 (size), 0, plane * sizeof (float));
  for (gsize i = 0; i < a->face->n_elements; i++)
    {
      mien_tensor_f32 (a->unit)[i % plane] += d[i] * (pixels[i] - (float) mean);
      mien_tensor_f32 (size)[i % plane] += fabsf (d[i]);
    }
  for (gsize i = 0; i < plane; i++)
    largest = MAX (largest, mien_tensor_f32 (size)[i]);
  find_box (size, largest, a->unit_box);
}

static gboolean
take_unit (MienScope *self, const MienLayer *layer, MienScopeAnswer *a, GError **error)
{
  const MienTensor *value, *slope;
  g_autofree float *seed = NULL;
  const MienValueInfo *input = mien_graph_get_inputs (mien_model_get_graph (self->model))->pdata[0];

  if (self->gradient == NULL)
    self->gradient = mien_gradient_new (self->model, error);
  if (self->gradient == NULL || !mien_gradient_forward (self->gradient, &a->face, 1, NULL, error))
    return FALSE;
  value = mien_gradient_find_value (self->gradient, layer->value);
  if (value == NULL || value->rank < 2)
    return TRUE;
  seed = g_new0 (float, value->n_elements);
  seed[find_unit (value, a)] = 1;
  if (!mien_gradient_backward (self->gradient, layer->value, seed, MIEN_GRADIENT_PLAIN, error))
    return FALSE;
  slope = mien_gradient_find (self->gradient, input->name);
  if (slope != NULL)
    weigh_pixels (a, slope);
  return TRUE;
}

static void
take_share (MienScope *self, const MienScopeQuestion *q, MienScopeAnswer *a)
{
  const MienCrop *crop = mien_classifier_model_get_crop (self->classifier_model);
  MienAffine map = mien_crop_get_map (crop, &q->box, NULL);
  MienLandmarks landmarks;

  if (self->landmarker == NULL && self->landmarker_model == NULL)
    {
      self->landmarker_model = mien_landmarker_model_load ("default", NULL);
      if (self->landmarker_model != NULL)
        self->landmarker = mien_landmarker_new (self->landmarker_model, NULL);
    }
  if (self->landmarker == NULL
      || !mien_landmarker_find (self->landmarker, &q->image, &q->box, 1, &landmarks, NULL, NULL,
                                NULL))
    return;
  mien_region_share (a->saliency, &map, &landmarks, a->share);
  a->has_share = TRUE;
}

static gboolean
take_saliency (MienScope *self, const MienScopeQuestion *q, MienScopeAnswer *a, GError **error)
{
  guint column = mien_classifier_model_get_column (self->classifier_model, a->class_index);

  if (self->saliency == NULL)
    self->saliency = mien_saliency_new (
        self->model, mien_classifier_model_get_output (self->classifier_model), error);
  if (self->saliency == NULL)
    return FALSE;
  a->method = q->method;
  a->saliency = mien_saliency_map (self->saliency, a->face, q->method, column, NULL, NULL, error);
  if (a->saliency == NULL)
    return FALSE;
  take_share (self, q, a);
  return TRUE;
}

static gboolean
take_times (MienScope *self, MienScopeAnswer *a, GError **error)
{
  g_autoptr (MienContext) context = mien_context_new (self->model, NULL);
  const MienNodeTiming *timings;
  guint n;

  mien_context_set_timing (context, TRUE);
  a->times_ms = g_new0 (float, self->layers->len);
  /* The first run plans. Of the others the shortest: whatever else runs only makes one longer. */
  for (int run = 0; run <= TIMED_RUNS; run++)
    {
      if (!mien_context_run (context, &a->face, 1, NULL, error))
        return FALSE;
      timings = mien_context_get_timings (context, &n);
      for (guint i = 0; run > 0 && i < self->layers->len; i++)
        for (guint t = 0; t < n; t++)
          if (g_strcmp0 (g_array_index (self->layers, MienLayer, i).name, timings[t].name) == 0)
            {
              float ms = (float) timings[t].time_ns / 1e6f;

              a->times_ms[i] = run == 1 ? ms : MIN (a->times_ms[i], ms);
            }
    }
  return TRUE;
}

static gboolean
fill_answer (MienScope *self, const MienScopeQuestion *q, MienScopeAnswer *a, GError **error)
{
  const MienLayer *layer = q->layer == NULL ? NULL : mien_layers_find (self->layers, q->layer);

  a->face = cut_face (self, q);
  if (!classify (self, a, q->class_index, error))
    return FALSE;
  if (layer != NULL)
    {
      a->layer = g_strdup (layer->name);
      a->channel = q->channel;
      a->row = q->row;
      a->column = q->column;
    }
  if ((q->parts & MIEN_SCOPE_MAPS) && layer != NULL && !take_maps (self, layer, a, error))
    return FALSE;
  if ((q->parts & MIEN_SCOPE_UNIT) && layer != NULL && !take_unit (self, layer, a, error))
    return FALSE;
  if ((q->parts & MIEN_SCOPE_SALIENCY) && !take_saliency (self, q, a, error))
    return FALSE;
  if ((q->parts & MIEN_SCOPE_TIMES) && !take_times (self, a, error))
    return FALSE;
  if (q->parts & MIEN_SCOPE_INFLUENCE)
    {
      a->influence = mien_influence_face (self->classifier_model, mien_tensor_f32 (a->face),
                                          q->sweep, NULL, error);
      if (a->influence == NULL)
        return FALSE;
    }
  return TRUE;
}

/* ---- threads ---- */

typedef struct
{
  MienScope *scope; /* a reference */
  MienScopeAnswer *answer;
} Delivery;

static void
free_delivery (gpointer data)
{
  Delivery *d = data;

  mien_scope_answer_free (d->answer);
  g_object_unref (d->scope);
  g_free (d);
}

static gboolean
deliver_cb (gpointer data)
{
  Delivery *d = data;

  d->scope->n_answers++;
  g_signal_emit (d->scope, answered_signal, 0, d->answer);
  return G_SOURCE_REMOVE;
}

static gpointer
work (gpointer data)
{
  MienScope *self = data;

  g_mutex_lock (&self->lock);
  while (!self->stopping)
    {
      MienScopeQuestion question;
      MienScopeAnswer *answer;
      g_autoptr (GError) error = NULL;

      if (!self->has_waiting)
        {
          g_cond_wait (&self->wake, &self->lock);
          continue;
        }
      question = self->waiting;
      memset (&self->waiting, 0, sizeof self->waiting);
      self->has_waiting = FALSE;
      g_mutex_unlock (&self->lock);

      answer = g_new0 (MienScopeAnswer, 1);
      if (!fill_answer (self, &question, answer, &error))
        answer->problem = g_strdup (error->message);
      mien_scope_question_clear (&question);

      g_mutex_lock (&self->lock);
      if (self->stopping)
        {
          mien_scope_answer_free (answer);
          break;
        }
      {
        Delivery *d = g_new (Delivery, 1);

        *d = (Delivery){ g_object_ref (self), answer };
        g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, deliver_cb, d, free_delivery);
      }
    }
  g_mutex_unlock (&self->lock);
  return NULL;
}

MienScopeAnswer *
mien_scope_answer (MienScope *self, const MienScopeQuestion *question, GError **error)
{
  MienScopeAnswer *answer;

  g_return_val_if_fail (MIEN_IS_SCOPE (self) && question != NULL, NULL);
  answer = g_new0 (MienScopeAnswer, 1);
  if (fill_answer (self, question, answer, error))
    return answer;
  mien_scope_answer_free (answer);
  return NULL;
}

void
mien_scope_ask (MienScope *self, MienScopeQuestion *question)
{
  MienScopeQuestion old;

  g_return_if_fail (MIEN_IS_SCOPE (self) && question != NULL);
  g_mutex_lock (&self->lock);
  old = self->waiting;
  self->waiting = *question;
  self->has_waiting = TRUE;
  g_cond_signal (&self->wake);
  g_mutex_unlock (&self->lock);
  memset (question, 0, sizeof *question);
  mien_scope_question_clear (&old);
}

guint
mien_scope_get_n_answers (MienScope *self)
{
  g_return_val_if_fail (MIEN_IS_SCOPE (self), 0);
  return self->n_answers;
}

MienClassifierModel *
mien_scope_get_classifier (MienScope *self)
{
  g_return_val_if_fail (MIEN_IS_SCOPE (self), NULL);
  return self->classifier_model;
}

MienModel *
mien_scope_get_model (MienScope *self)
{
  g_return_val_if_fail (MIEN_IS_SCOPE (self), NULL);
  return self->model;
}

GArray *
mien_scope_get_layers (MienScope *self)
{
  g_return_val_if_fail (MIEN_IS_SCOPE (self), NULL);
  return self->layers;
}

/* A grey face: shapes do not depend on what is in it. */
static gboolean
find_shapes (MienScope *self, GError **error)
{
  const MienCrop *crop = mien_classifier_model_get_crop (self->classifier_model);
  gint64 dims[] = { 1, 1, crop->sampling.height, crop->sampling.width };
  g_autoptr (MienTensor) face = NULL;

  dims[1] = (gint64) mien_crop_get_size (crop) / (dims[2] * dims[3]);
  face = mien_tensor_new_f32 (4, dims);
  for (gsize i = 0; i < face->n_elements; i++)
    mien_tensor_f32 (face)[i] = (float) (i % 251);
  return mien_layers_set_shapes (self->layers, self->model, face, error);
}

MienScope *
mien_scope_new (MienClassifierModel *classifier, GError **error)
{
  g_autoptr (MienScope) self = NULL;
  MienModel *plain;

  g_return_val_if_fail (classifier != NULL, NULL);
  plain = mien_classifier_model_get_model (classifier);
  self = g_object_new (MIEN_TYPE_SCOPE, NULL);
  self->classifier_model = mien_classifier_model_ref (classifier);
  self->model = mien_model_load (mien_model_get_path (plain), MIEN_MODEL_KEEP_VALUES, error);
  if (self->model == NULL)
    return NULL;
  self->layers = mien_layers_list (self->model);
  if (!find_shapes (self, error))
    return NULL;
  self->classifier = mien_classifier_new (classifier, NULL);
  self->context = mien_context_new (self->model, NULL);
  self->thread = g_thread_new ("scope", work, self);
  return g_steal_pointer (&self);
}

/* While there is still a reference: the worker may take another one for what it delivers. */
static void
mien_scope_dispose (GObject *object)
{
  MienScope *self = MIEN_SCOPE (object);

  if (self->thread != NULL)
    {
      g_mutex_lock (&self->lock);
      self->stopping = TRUE;
      g_cond_signal (&self->wake);
      g_mutex_unlock (&self->lock);
      g_clear_pointer (&self->thread, g_thread_join);
    }
  G_OBJECT_CLASS (mien_scope_parent_class)->dispose (object);
}

static void
mien_scope_finalize (GObject *object)
{
  MienScope *self = MIEN_SCOPE (object);

  mien_scope_question_clear (&self->waiting);
  g_clear_pointer (&self->saliency, mien_saliency_free);
  g_clear_pointer (&self->gradient, mien_gradient_free);
  g_clear_pointer (&self->context, mien_context_free);
  g_clear_pointer (&self->classifier, mien_classifier_free);
  g_clear_pointer (&self->landmarker, mien_landmarker_free);
  g_clear_pointer (&self->landmarker_model, mien_landmarker_model_unref);
  g_clear_pointer (&self->layers, g_array_unref);
  g_clear_pointer (&self->model, mien_model_unref);
  g_clear_pointer (&self->classifier_model, mien_classifier_model_unref);
  g_free (self->tapped);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->wake);
  G_OBJECT_CLASS (mien_scope_parent_class)->finalize (object);
}

static void
mien_scope_class_init (MienScopeClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = mien_scope_dispose;
  G_OBJECT_CLASS (klass)->finalize = mien_scope_finalize;
  answered_signal = g_signal_new ("answered", MIEN_TYPE_SCOPE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
mien_scope_init (MienScope *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->wake);
}
