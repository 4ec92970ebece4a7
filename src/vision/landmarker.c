/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vision/landmarks.h"

#include "base/error.h"
#include "vision/face-net.h"
#include "vision/mesh.h"

struct _MienLandmarkerModel
{
  gatomicrefcount ref_count;
  MienFaceNetModel *net;
  gboolean has_mesh;
  float refine; /* side of the second crop, in sizes of the mesh of the first; 0: one is enough */
};

struct _MienLandmarker
{
  MienLandmarkerModel *model;
  MienFaceNet *net;
  float values[3 * MIEN_MESH_N]; /* of the last face: pairs, or triples with a depth */
};

/* What the card says of the points: 68 in the plane unless it tells otherwise. */
static gboolean
read_points (MienLandmarkerModel *self, MienCard *card, GError **error)
{
  double points = mien_card_get_number (card, "landmarks", "points", MIEN_LANDMARKS_N);

  self->has_mesh = points == MIEN_MESH_N;
  self->refine = (float) mien_card_get_number (card, "landmarks", "refine", 0);
  if ((self->has_mesh || points == MIEN_LANDMARKS_N) && self->refine >= 0 && self->refine <= 4)
    return TRUE;
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL,
               "%s: landmarks: needs 68 or 468 points and a refine from 0 to 4",
               mien_card_get_path (card));
  return FALSE;
}

MienLandmarkerModel *
mien_landmarker_model_load (const char *name, GError **error)
{
  g_autoptr (MienLandmarkerModel) self = g_new0 (MienLandmarkerModel, 1);
  g_autoptr (MienCard) card = mien_card_open ("landmarks", name, error);

  g_atomic_ref_count_init (&self->ref_count);
  if (card == NULL || !read_points (self, card, error))
    return NULL;
  self->net = mien_face_net_model_new (
      card, self->has_mesh ? 3 * MIEN_MESH_N : 2 * MIEN_LANDMARKS_N, error);
  return self->net == NULL ? NULL : g_steal_pointer (&self);
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
  g_clear_pointer (&self->net, mien_face_net_model_unref);
  g_free (self);
}

MienCard *
mien_landmarker_model_get_card (MienLandmarkerModel *self)
{
  return mien_face_net_model_get_card (self->net);
}

const char *
mien_landmarker_model_get_hash (MienLandmarkerModel *self)
{
  return mien_face_net_model_get_hash (self->net);
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
  self->net = mien_face_net_new (model->net, parallel);
  return self;
}

void
mien_landmarker_free (MienLandmarker *self)
{
  if (self == NULL)
    return;
  mien_face_net_free (self->net);
  mien_landmarker_model_unref (self->model);
  g_free (self);
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
  const MienCrop *crop = mien_face_net_model_get_crop (self->model->net);
  MienAffine map = mien_crop_get_map (crop, face, NULL);

  if (!mien_face_net_run (self->net, image, face, NULL, self->values, cancellable, error))
    return FALSE;
  place (crop, &map, self->values, 3, MIEN_MESH_N, out->points);
  if (self->model->refine == 0)
    return TRUE;
  map = mien_mesh_get_map (out, self->model->refine, crop->sampling.width);
  if (!mien_face_net_run_map (self->net, image, &map, self->values, cancellable, error))
    return FALSE;
  place (crop, &map, self->values, 3, MIEN_MESH_N, out->points);
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
  const MienCrop *crop = mien_face_net_model_get_crop (self->model->net);
  MienAffine map = mien_crop_get_map (crop, face, NULL);

  if (self->model->has_mesh)
    {
      MienMesh own;

      mesh = mesh == NULL ? &own : mesh;
      if (!find_mesh (self, image, face, mesh, cancellable, error))
        return FALSE;
      mien_mesh_get_landmarks (mesh, out);
      return TRUE;
    }
  if (!mien_face_net_run (self->net, image, face, NULL, self->values, cancellable, error))
    return FALSE;
  place (crop, &map, self->values, 2, MIEN_LANDMARKS_N, out->points);
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
  g_return_val_if_fail (meshes == NULL || self->model->has_mesh, FALSE);
  for (guint i = 0; i < n; i++)
    if (!find_one (self, image, &faces[i], &out[i], meshes == NULL ? NULL : &meshes[i], cancellable,
                   error))
      return FALSE;
  return TRUE;
}
