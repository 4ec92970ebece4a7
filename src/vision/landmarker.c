/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/landmarks.h"

#include "base/error.h"
#include "vision/crop.h"
#include "vision/mesh.h"

struct _MienLandmarkerModel
{
  gatomicrefcount ref_count;
  MienCard *card;
  MienModel *model;
  MienCrop crop;
  gboolean has_mesh;
  float refine; /* side of the second crop, in sizes of the mesh of the first; 0: one is enough */
};

struct _MienLandmarker
{
  MienLandmarkerModel *model;
  MienContext *context;
  MienTensor *input; /* of the last number of faces */
};

/* What the card says of the points: 68 in the plane unless it tells otherwise. */
static gboolean
read_points (MienLandmarkerModel *self, GError **error)
{
  double points = mien_card_get_number (self->card, "landmarks", "points", MIEN_LANDMARKS_N);

  self->has_mesh = points == MIEN_MESH_N;
  self->refine = (float) mien_card_get_number (self->card, "landmarks", "refine", 0);
  if ((self->has_mesh || points == MIEN_LANDMARKS_N) && self->refine >= 0 && self->refine <= 4)
    return TRUE;
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
               "%s: landmarks: needs 68 or 468 points and a refine from 0 to 4",
               mien_card_get_path (self->card));
  return FALSE;
}

MienLandmarkerModel *
mien_landmarker_model_load (const char *name, GError **error)
{
  g_autoptr (MienLandmarkerModel) self = g_new0 (MienLandmarkerModel, 1);

  g_return_val_if_fail (name != NULL, NULL);
  g_atomic_ref_count_init (&self->ref_count);
  self->card = mien_card_open ("landmarks", name, error);
  if (self->card == NULL || !mien_crop_from_card (self->card, &self->crop, error)
      || !read_points (self, error))
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

gboolean
mien_landmarker_model_has_mesh (MienLandmarkerModel *self)
{
  return self->has_mesh;
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

/* Numbers of the network on the crop that is in the input: pairs, or triples with a depth. */
static const float *
run (MienLandmarker *self, guint n, GCancellable *cancellable, GError **error)
{
  const MienTensor *result;

  if (!mien_context_run (self->context, &self->input, 1, cancellable, error))
    return NULL;
  result = mien_context_get_output (self->context, 0);
  if (result->dtype == MIEN_DTYPE_F32 && result->n_elements == n)
    return mien_tensor_f32 (result);
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "%s: the output is not %d points",
               mien_card_get_path (self->model->card),
               self->model->has_mesh ? MIEN_MESH_N : MIEN_LANDMARKS_N);
  return NULL;
}

/* @n points, @step numbers each, in fractions of the crop that @map describes. */
static void
place (const MienCrop *crop,
       const MienAffine *map,
       const float *values,
       int step,
       int n,
       MienPoint *out)
{
  float w = (float) crop->sampling.width, h = (float) crop->sampling.height;

  for (int i = 0; i < n; i++)
    out[i] = mien_affine_apply (map, (MienPoint){ values[step * i] * w, values[step * i + 1] * h });
}

/* The mesh of one face: on the box, then on what that found, upright. Detectors disagree about
 * where a face ends, and the network wants to see all of it at one size. */
static gboolean
find_mesh (MienLandmarker *self,
           const MienImage *image,
           const MienFaceBox *face,
           MienMesh *out,
           GCancellable *cancellable,
           GError **error)
{
  const MienCrop *crop = &self->model->crop;
  MienAffine map = mien_crop_get_map (crop, face, NULL);
  const float *values;

  mien_crop_take (crop, image, face, NULL, mien_tensor_f32 (self->input));
  values = run (self, 3 * MIEN_MESH_N, cancellable, error);
  if (values == NULL)
    return FALSE;
  place (crop, &map, values, 3, MIEN_MESH_N, out->points);
  if (self->model->refine == 0)
    return TRUE;
  map = mien_mesh_get_map (out, self->model->refine, crop->sampling.width);
  mien_image_sample_affine (image, &map, &crop->sampling, mien_tensor_f32 (self->input));
  values = run (self, 3 * MIEN_MESH_N, cancellable, error);
  if (values == NULL)
    return FALSE;
  place (crop, &map, values, 3, MIEN_MESH_N, out->points);
  return TRUE;
}

/* One face. A call for each keeps its values apart from how many others there are. */
static gboolean
find_one (MienLandmarker *self,
          const MienImage *image,
          const MienFaceBox *face,
          MienLandmarks *out,
          MienMesh *mesh,
          GCancellable *cancellable,
          GError **error)
{
  const MienCrop *crop = &self->model->crop;
  MienAffine map = mien_crop_get_map (crop, face, NULL);
  const float *values;

  if (self->model->has_mesh)
    {
      MienMesh own;

      mesh = mesh == NULL ? &own : mesh;
      if (!find_mesh (self, image, face, mesh, cancellable, error))
        return FALSE;
      mien_mesh_get_landmarks (mesh, out);
      return TRUE;
    }
  mien_crop_take (crop, image, face, NULL, mien_tensor_f32 (self->input));
  values = run (self, 2 * MIEN_LANDMARKS_N, cancellable, error);
  if (values == NULL)
    return FALSE;
  place (crop, &map, values, 2, MIEN_LANDMARKS_N, out->points);
  return TRUE;
}

gboolean
mien_landmarker_find (MienLandmarker *self,
                      const MienImage *image,
                      const MienFaceBox *faces,
                      guint n,
                      MienLandmarks *out,
                      MienMesh *meshes,
                      GCancellable *cancellable,
                      GError **error)
{
  const MienSampling *sampling = &self->model->crop.sampling;

  g_return_val_if_fail (meshes == NULL || self->model->has_mesh, FALSE);
  if (self->input == NULL)
    {
      gint64 dims[4] = { 1, sampling->channels == MIEN_CHANNELS_GRAY ? 1 : 3, sampling->height,
                         sampling->width };

      self->input = mien_tensor_new_f32 (4, dims);
    }
  for (guint i = 0; i < n; i++)
    if (!find_one (self, image, &faces[i], &out[i], meshes == NULL ? NULL : &meshes[i], cancellable,
                   error))
      return FALSE;
  return TRUE;
}
