/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/face-net.h"

#include <string.h>

#include "base/error.h"
#include "vision/crop.h"

struct _MienFaceNetModel
{
  gatomicrefcount ref_count;
  MienCard *card;
  MienModel *model;
  MienCrop crop;
  guint n_outputs;
};

struct _MienFaceNet
{
  MienFaceNetModel *model;
  MienContext *context;
  MienTensor *input;
};

MienFaceNetModel *
mien_face_net_model_new (MienCard *card, guint n_outputs, GError **error)
{
  g_autoptr (MienFaceNetModel) self = g_new0 (MienFaceNetModel, 1);

  g_return_val_if_fail (card != NULL, NULL);
  g_atomic_ref_count_init (&self->ref_count);
  self->n_outputs = n_outputs;
  self->card = mien_card_ref (card);
  if (!mien_crop_from_card (card, &self->crop, error))
    return NULL;
  self->model = mien_model_load (mien_card_get_path (card), MIEN_MODEL_DEFAULT, error);
  return self->model == NULL ? NULL : g_steal_pointer (&self);
}

MienFaceNetModel *
mien_face_net_model_load (const char *task, const char *name, guint n_outputs, GError **error)
{
  g_autoptr (MienCard) card = mien_card_open (task, name, error);

  return card == NULL ? NULL : mien_face_net_model_new (card, n_outputs, error);
}

MienFaceNetModel *
mien_face_net_model_ref (MienFaceNetModel *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
mien_face_net_model_unref (MienFaceNetModel *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->card, mien_card_unref);
  g_clear_pointer (&self->model, mien_model_unref);
  g_free (self);
}

MienCard *
mien_face_net_model_get_card (MienFaceNetModel *self)
{
  return self->card;
}

const MienCrop *
mien_face_net_model_get_crop (MienFaceNetModel *self)
{
  return &self->crop;
}

const char *
mien_face_net_model_get_hash (MienFaceNetModel *self)
{
  return mien_model_get_hash (self->model);
}

MienFaceNet *
mien_face_net_new (MienFaceNetModel *model, MienParallel *parallel)
{
  MienFaceNet *self = g_new0 (MienFaceNet, 1);
  const MienSampling *sampling = &model->crop.sampling;
  gint64 dims[4] = { 1, sampling->channels == MIEN_CHANNELS_GRAY ? 1 : 3, sampling->height,
                     sampling->width };

  self->model = mien_face_net_model_ref (model);
  self->context = mien_context_new (model->model, parallel);
  self->input = mien_tensor_new_f32 (4, dims);
  return self;
}

void
mien_face_net_free (MienFaceNet *self)
{
  if (self == NULL)
    return;
  mien_context_free (self->context);
  mien_tensor_unref (self->input);
  mien_face_net_model_unref (self->model);
  g_free (self);
}

/* Runs the crop that lies in the input. */
static gboolean
run_input (MienFaceNet *self, float *out, GCancellable *cancellable, GError **error)
{
  const MienTensor *result;

  if (!mien_context_run (self->context, &self->input, 1, cancellable, error))
    return FALSE;
  result = mien_context_get_output (self->context, 0);
  if (result->dtype != MIEN_DTYPE_F32 || result->n_elements != self->model->n_outputs)
    {
      g_autofree char *found = mien_tensor_describe (result);

      g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
                   "%s: the output should be %u float numbers, not %s",
                   mien_card_get_path (self->model->card), self->model->n_outputs, found);
      return FALSE;
    }
  memcpy (out, mien_tensor_f32 (result), self->model->n_outputs * sizeof *out);
  return TRUE;
}

gboolean
mien_face_net_run (MienFaceNet *self,
                   const MienImage *image,
                   const MienFaceBox *face,
                   const MienLandmarks *landmarks,
                   float *out,
                   GCancellable *cancellable,
                   GError **error)
{
  mien_crop_take (&self->model->crop, image, face, landmarks, mien_tensor_f32 (self->input));
  return run_input (self, out, cancellable, error);
}

gboolean
mien_face_net_run_map (MienFaceNet *self,
                       const MienImage *image,
                       const MienAffine *map,
                       float *out,
                       GCancellable *cancellable,
                       GError **error)
{
  mien_image_sample_affine (image, map, &self->model->crop.sampling, mien_tensor_f32 (self->input));
  return run_input (self, out, cancellable, error);
}
