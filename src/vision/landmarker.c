/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/landmarks.h"

#include "base/error.h"
#include "vision/crop.h"

struct _MienLandmarkerModel
{
  gatomicrefcount ref_count;
  MienCard *card;
  MienModel *model;
  MienCrop crop;
};

struct _MienLandmarker
{
  MienLandmarkerModel *model;
  MienContext *context;
  MienTensor *input; /* of the last number of faces */
};

static MienCard *
find_card (const char *name, GError **error)
{
  MienCard *card = NULL;

  if (!g_str_has_suffix (name, ".onnx"))
    {
      card = mien_card_find_installed ("landmarks", name);
      if (card == NULL)
        g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                     "%s: no model of that name for landmarks is installed", name);
      return card;
    }
  return mien_card_load (name, error);
}

MienLandmarkerModel *
mien_landmarker_model_load (const char *name, GError **error)
{
  g_autoptr (MienLandmarkerModel) self = g_new0 (MienLandmarkerModel, 1);

  g_return_val_if_fail (name != NULL, NULL);
  g_atomic_ref_count_init (&self->ref_count);
  self->card = find_card (name, error);
  if (self->card == NULL || !mien_crop_from_card (self->card, &self->crop, error))
    return NULL;
  self->model = mien_model_load (mien_card_get_path (self->card), MIEN_MODEL_DEFAULT, error);
  return self->model == NULL ? NULL : g_steal_pointer (&self);
}

MienLandmarkerModel *
mien_landmarker_model_ref (MienLandmarkerModel *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
mien_landmarker_model_unref (MienLandmarkerModel *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->card, mien_card_unref);
  g_clear_pointer (&self->model, mien_model_unref);
  g_free (self);
}

MienCard *
mien_landmarker_model_get_card (MienLandmarkerModel *self)
{
  return self->card;
}

const char *
mien_landmarker_model_get_hash (MienLandmarkerModel *self)
{
  return mien_model_get_hash (self->model);
}

MienLandmarker *
mien_landmarker_new (MienLandmarkerModel *model, MienParallel *parallel)
{
  MienLandmarker *self = g_new0 (MienLandmarker, 1);

  self->model = mien_landmarker_model_ref (model);
  self->context = mien_context_new (model->model, parallel);
  return self;
}

void
mien_landmarker_free (MienLandmarker *self)
{
  if (self == NULL)
    return;
  mien_context_free (self->context);
  g_clear_pointer (&self->input, mien_tensor_unref);
  mien_landmarker_model_unref (self->model);
  g_free (self);
}

/* One face. A call for each keeps its values apart from how many others there are. */
static gboolean
find_one (MienLandmarker *self,
          const MienImage *image,
          const MienFaceBox *face,
          MienLandmarks *out,
          GCancellable *cancellable,
          GError **error)
{
  const MienCrop *crop = &self->model->crop;
  float w = (float) crop->sampling.width, h = (float) crop->sampling.height;
  MienAffine map = mien_crop_get_map (crop, face, NULL);
  const MienTensor *result;
  const float *values;

  mien_crop_take (crop, image, face, NULL, mien_tensor_f32 (self->input));
  if (!mien_context_run (self->context, &self->input, 1, cancellable, error))
    return FALSE;
  result = mien_context_get_output (self->context, 0);
  if (result->dtype != MIEN_DTYPE_F32 || result->n_elements != 2 * MIEN_LANDMARKS_N)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "%s: the output is not 68 points",
                   mien_card_get_path (self->model->card));
      return FALSE;
    }
  values = mien_tensor_f32 (result);
  for (int i = 0; i < MIEN_LANDMARKS_N; i++)
    out->points[i] =
        mien_affine_apply (&map, (MienPoint){ values[2 * i] * w, values[2 * i + 1] * h });
  return TRUE;
}

gboolean
mien_landmarker_find (MienLandmarker *self,
                      const MienImage *image,
                      const MienFaceBox *faces,
                      guint n,
                      MienLandmarks *out,
                      GCancellable *cancellable,
                      GError **error)
{
  const MienSampling *sampling = &self->model->crop.sampling;

  if (self->input == NULL)
    {
      gint64 dims[4] = { 1, sampling->channels == MIEN_CHANNELS_GRAY ? 1 : 3, sampling->height,
                         sampling->width };

      self->input = mien_tensor_new_f32 (4, dims);
    }
  for (guint i = 0; i < n; i++)
    if (!find_one (self, image, &faces[i], &out[i], cancellable, error))
      return FALSE;
  return TRUE;
}
