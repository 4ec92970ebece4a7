/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "insight/saliency.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

#define DEFAULT_STEPS 32

struct _MienSaliency
{
  MienModel *model;
  MienContext *context;
  MienGradient *gradient; /* NULL where @problem says that a derivative is not known */
  GError *problem;
  char *output; /* the probabilities */
  char *scores; /* before softmax */
  guint steps;
  guint occluder_side, occluder_step;
  GArray *layers; /* with the shapes for a picture of @shaped; NULL at first */
  gint64 shaped[4];
};

static const char *const method_names[] = { "gradcam", "guided", "integrated", "occlusion" };

const char *
mien_saliency_method_get_name (MienSaliencyMethod method)
{
  g_return_val_if_fail ((gsize) method < G_N_ELEMENTS (method_names), "");
  return method_names[method];
}

gboolean
mien_saliency_method_from_name (const char *name, MienSaliencyMethod *out)
{
  for (gsize i = 0; i < G_N_ELEMENTS (method_names); i++)
    if (strcmp (name, method_names[i]) == 0)
      {
        *out = (MienSaliencyMethod) i;
        return TRUE;
      }
  return FALSE;
}

MienSaliency *
mien_saliency_new (MienModel *model, const char *output, GError **error)
{
  g_autoptr (MienSaliency) self = g_new0 (MienSaliency, 1);
  GPtrArray *outputs = mien_graph_get_outputs (mien_model_get_executed_graph (model));
  gboolean has_output = output == NULL && outputs->len > 0;

  for (guint i = 0; i < outputs->len && !has_output; i++)
    has_output = g_strcmp0 (((MienValueInfo *) outputs->pdata[i])->name, output) == 0;
  if (!has_output)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "the model has no output '%s'",
                   output != NULL ? output : "");
      return NULL;
    }
  self->model = mien_model_ref (model);
  self->steps = DEFAULT_STEPS;
  self->output = g_strdup (output != NULL ? output : ((MienValueInfo *) outputs->pdata[0])->name);
  self->context = mien_context_new (model, NULL);
  if (!mien_context_add_tap (self->context, self->output, error))
    return NULL;
  /* Occlusion does without. */
  self->gradient = mien_gradient_new (model, &self->problem);
  if (self->gradient != NULL)
    self->scores = g_strdup (mien_gradient_find_scores (self->gradient, output));
  return g_steal_pointer (&self);
}

void
mien_saliency_free (MienSaliency *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->gradient, mien_gradient_free);
  g_clear_pointer (&self->context, mien_context_free);
  g_clear_error (&self->problem);
  g_clear_pointer (&self->layers, g_array_unref);
  g_clear_pointer (&self->model, mien_model_unref);
  g_free (self->output);
  g_free (self->scores);
  g_free (self);
}

void
mien_saliency_set_steps (MienSaliency *self, guint steps)
{
  self->steps = steps > 0 ? steps : DEFAULT_STEPS;
}

void
mien_saliency_set_occluder (MienSaliency *self, guint side, guint step)
{
  self->occluder_side = side;
  self->occluder_step = step;
}

/* Forward and backward for the score of one class, back to the value @until or, NULL, the input. */
static gboolean
differentiate (MienSaliency *self,
               MienTensor *input,
               guint class_index,
               MienGradientRule rule,
               const char *until,
               GCancellable *cancellable,
               GError **error)
{
  const MienTensor *scores;
  g_autofree float *seed = NULL;

  if (self->gradient == NULL)
    {
      g_propagate_error (error, g_error_copy (self->problem));
      return FALSE;
    }
  if (!mien_gradient_forward (self->gradient, &input, 1, cancellable, error))
    return FALSE;
  scores = mien_gradient_find_value (self->gradient, self->scores);
  if (scores == NULL || class_index >= scores->n_elements)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "output '%s' has no class %u", self->output,
                   class_index);
      return FALSE;
    }
  seed = g_new0 (float, scores->n_elements);
  seed[class_index] = 1;
  return mien_gradient_backward_until (self->gradient, self->scores, seed, rule, until, error);
}

/* Bilinear, pixel centres aligned as in Resize with half_pixel. */
static void
enlarge (const float *from, gsize h_in, gsize w_in, float *to, gsize h, gsize w)
{
  for (gsize y = 0; y < h; y++)
    for (gsize x = 0; x < w; x++)
      {
        double sy = CLAMP ((y + 0.5) * h_in / h - 0.5, 0, h_in - 1.0);
        double sx = CLAMP ((x + 0.5) * w_in / w - 0.5, 0, w_in - 1.0);
        gsize y0 = (gsize) sy, x0 = (gsize) sx;
        gsize y1 = MIN (y0 + 1, h_in - 1), x1 = MIN (x0 + 1, w_in - 1);
        double fy = sy - y0, fx = sx - x0;

        to[y * w + x] =
            (float) ((1 - fy) * ((1 - fx) * from[y0 * w_in + x0] + fx * from[y0 * w_in + x1])
                     + fy * ((1 - fx) * from[y1 * w_in + x0] + fx * from[y1 * w_in + x1]));
      }
}

static MienTensor *
new_map (const MienTensor *input)
{
  return mien_tensor_new_f32 (2, input->dims + 2);
}

/* Knowing the shapes takes a run, so they are kept. */
static GArray *
get_layers (MienSaliency *self, MienTensor *input, GError **error)
{
  g_autoptr (GArray) layers = NULL;

  if (self->layers != NULL && memcmp (self->shaped, input->dims, sizeof self->shaped) == 0)
    return self->layers;
  layers = mien_layers_list (self->model);
  if (!mien_layers_set_shapes (layers, self->model, input, error))
    return NULL;
  g_clear_pointer (&self->layers, g_array_unref);
  self->layers = g_steal_pointer (&layers);
  memcpy (self->shaped, input->dims, sizeof self->shaped);
  return self->layers;
}

static MienTensor *
gradcam (MienSaliency *self,
         MienTensor *input,
         guint class_index,
         const char *layer_name,
         GCancellable *cancellable,
         GError **error)
{
  GArray *layers = get_layers (self, input, error);
  const MienLayer *layer;
  const MienTensor *maps, *grads;
  MienTensor *out;
  g_autofree float *cam = NULL;
  gsize size;

  if (layers == NULL)
    return NULL;
  layer = layer_name != NULL ? mien_layers_get (layers, layer_name, error)
                             : mien_layers_find_last_map (layers);
  if (layer == NULL)
    {
      if (layer_name == NULL)
        g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                     "the network has no layer with more than one place");
      return NULL;
    }
  if (!differentiate (self, input, class_index, MIEN_GRADIENT_PLAIN, layer->value, cancellable,
                      error))
    return NULL;
  maps = mien_gradient_find_value (self->gradient, layer->value);
  grads = mien_gradient_find (self->gradient, layer->value);
  if (maps == NULL || maps->rank != 4)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "layer '%s' has no maps", layer->name);
      return NULL;
    }
  size = (gsize) (maps->dims[2] * maps->dims[3]);
  cam = g_new0 (float, size);
  for (gsize c = 0; grads != NULL && c < (gsize) maps->dims[1]; c++)
    {
      double weight = 0;

      for (gsize i = 0; i < size; i++)
        weight += mien_tensor_f32 (grads)[c * size + i];
      weight /= (double) size;
      for (gsize i = 0; i < size; i++)
        cam[i] += (float) weight * mien_tensor_f32 (maps)[c * size + i];
    }
  for (gsize i = 0; i < size; i++)
    cam[i] = MAX (cam[i], 0);
  out = new_map (input);
  enlarge (cam, (gsize) maps->dims[2], (gsize) maps->dims[3], mien_tensor_f32 (out),
           (gsize) input->dims[2], (gsize) input->dims[3]);
  return out;
}

static const MienTensor *
input_gradient (MienSaliency *self)
{
  GPtrArray *inputs = mien_graph_get_inputs (mien_model_get_executed_graph (self->model));

  return mien_gradient_find (self->gradient, ((MienValueInfo *) inputs->pdata[0])->name);
}

/* Sums the colour channels of @grad * @factor (or of @grad for NULL) into [h, w]. */
static void
sum_channels (const float *grad, const float *factor, const MienTensor *shape, float *out)
{
  gsize size = (gsize) (shape->dims[2] * shape->dims[3]);

  memset (out, 0, size * sizeof *out);
  for (gsize c = 0; c < (gsize) shape->dims[1]; c++)
    for (gsize i = 0; i < size; i++)
      out[i] += grad[c * size + i] * (factor != NULL ? factor[c * size + i] : 1);
}

static MienTensor *
guided (MienSaliency *self,
        MienTensor *input,
        guint class_index,
        GCancellable *cancellable,
        GError **error)
{
  const MienTensor *grad;
  MienTensor *out;

  if (!differentiate (self, input, class_index, MIEN_GRADIENT_GUIDED, NULL, cancellable, error))
    return NULL;
  out = new_map (input);
  grad = input_gradient (self);
  if (grad != NULL)
    sum_channels (mien_tensor_f32 (grad), NULL, input, mien_tensor_f32 (out));
  return out;
}

static float
mean_of (const MienTensor *tensor)
{
  double sum = 0;

  for (gsize i = 0; i < tensor->n_elements; i++)
    sum += mien_tensor_f32 (tensor)[i];
  return (float) (sum / (double) MAX (tensor->n_elements, 1));
}

/* A perfectly flat picture has no variance to normalise by; a way that begins a little off it has
 * the same sum without the singular point. */
#define INTEGRATED_BEGIN 0.02

static MienTensor *
integrated (MienSaliency *self,
            MienTensor *input,
            guint class_index,
            GCancellable *cancellable,
            GError **error)
{
  const float *x = mien_tensor_f32 (input);
  float grey = mean_of (input);
  g_autoptr (MienTensor) point = mien_tensor_new_f32 (input->rank, input->dims);
  g_autofree float *sum = g_new0 (float, input->n_elements);
  g_autofree float *way = g_new (float, input->n_elements);
  MienTensor *out;

  for (guint s = 0; s < self->steps; s++)
    {
      float t = (float) (INTEGRATED_BEGIN + (1 - INTEGRATED_BEGIN) * (s + 0.5) / self->steps);
      const MienTensor *grad;

      for (gsize i = 0; i < input->n_elements; i++)
        mien_tensor_f32 (point)[i] = grey + t * (x[i] - grey);
      if (!differentiate (self, point, class_index, MIEN_GRADIENT_PLAIN, NULL, cancellable, error))
        return NULL;
      grad = input_gradient (self);
      for (gsize i = 0; grad != NULL && i < input->n_elements; i++)
        sum[i] += mien_tensor_f32 (grad)[i] / (float) self->steps;
    }
  for (gsize i = 0; i < input->n_elements; i++)
    way[i] = (float) (1 - INTEGRATED_BEGIN) * (x[i] - grey);
  out = new_map (input);
  sum_channels (sum, way, input, mien_tensor_f32 (out));
  return out;
}

static gboolean
probability (MienSaliency *self,
             MienTensor *input,
             guint class_index,
             float *out,
             GCancellable *cancellable,
             GError **error)
{
  const MienTensor *value;

  if (!mien_context_run (self->context, &input, 1, cancellable, error))
    return FALSE;
  value = mien_context_find_value (self->context, self->output);
  if (value == NULL || class_index >= value->n_elements)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "output '%s' has no class %u", self->output,
                   class_index);
      return FALSE;
    }
  *out = mien_tensor_f32 (value)[class_index];
  return TRUE;
}

static void
cover (MienTensor *picture, gsize y0, gsize x0, gsize side, float grey)
{
  gsize h = (gsize) picture->dims[2], w = (gsize) picture->dims[3];

  for (gsize c = 0; c < (gsize) picture->dims[1]; c++)
    for (gsize y = y0; y < MIN (y0 + side, h); y++)
      for (gsize x = x0; x < MIN (x0 + side, w); x++)
        mien_tensor_f32 (picture)[(c * h + y) * w + x] = grey;
}

static MienTensor *
occlusion (MienSaliency *self,
           MienTensor *input,
           guint class_index,
           GCancellable *cancellable,
           GError **error)
{
  gsize h = (gsize) input->dims[2], w = (gsize) input->dims[3];
  gsize side = self->occluder_side > 0 ? self->occluder_side : MAX (MIN (h, w) / 8, 1);
  gsize step = self->occluder_step > 0 ? self->occluder_step : MAX (side / 2, 1);
  g_autoptr (MienTensor) map = new_map (input);
  g_autofree guint *count = g_new0 (guint, h * w);
  float grey = mean_of (input), whole, covered;

  if (!probability (self, input, class_index, &whole, cancellable, error))
    return NULL;
  for (gsize y0 = 0; y0 < h; y0 += step)
    for (gsize x0 = 0; x0 < w; x0 += step)
      {
        g_autoptr (MienTensor) picture =
            mien_tensor_new_copy (MIEN_DTYPE_F32, input->rank, input->dims, input->data);

        cover (picture, y0, x0, side, grey);
        if (!probability (self, picture, class_index, &covered, cancellable, error))
          return NULL;
        for (gsize y = y0; y < MIN (y0 + side, h); y++)
          for (gsize x = x0; x < MIN (x0 + side, w); x++)
            {
              mien_tensor_f32 (map)[y * w + x] += whole - covered;
              count[y * w + x]++;
            }
      }
  for (gsize i = 0; i < h * w; i++)
    mien_tensor_f32 (map)[i] /= (float) MAX (count[i], 1);
  return g_steal_pointer (&map);
}

MienTensor *
mien_saliency_map (MienSaliency *self,
                   MienTensor *input,
                   MienSaliencyMethod method,
                   guint class_index,
                   const char *layer,
                   GCancellable *cancellable,
                   GError **error)
{
  if (input->rank != 4 || input->dims[0] != 1 || input->dtype != MIEN_DTYPE_F32)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "saliency needs one picture [1, channels, height, width]");
      return NULL;
    }
  switch (method)
    {
    case MIEN_SALIENCY_GRADCAM:
      return gradcam (self, input, class_index, layer, cancellable, error);
    case MIEN_SALIENCY_GUIDED:
      return guided (self, input, class_index, cancellable, error);
    case MIEN_SALIENCY_INTEGRATED:
      return integrated (self, input, class_index, cancellable, error);
    case MIEN_SALIENCY_OCCLUSION:
      return occlusion (self, input, class_index, cancellable, error);
    }
  g_return_val_if_reached (NULL);
}
