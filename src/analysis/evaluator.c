/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "analysis/evaluator-private.h"

G_STATIC_ASSERT (sizeof (MienLandmarks) == MIEN_SAMPLE_LANDMARKS * 2 * sizeof (float));
G_STATIC_ASSERT (sizeof (MienMesh) == MIEN_SAMPLE_MESH * 2 * sizeof (float));

MienEvaluator *
mien_evaluator_new (MienModels *models,
                    const MienAnalysisSettings *settings,
                    MienParallel *parallel)
{
  MienEvaluator *self = g_new0 (MienEvaluator, 1);

  self->models = mien_models_ref (models);
  self->settings = mien_analysis_settings_copy (settings);
  self->detector = mien_detector_new (mien_models_get_detector (models), parallel);
  self->classifier = mien_classifier_new (mien_models_get_classifier (models), parallel);
  if (mien_models_get_landmarker (models) != NULL)
    self->landmarker = mien_landmarker_new (mien_models_get_landmarker (models), parallel);
  if (mien_models_get_mesher (models) != NULL)
    self->mesher = mien_landmarker_new (mien_models_get_mesher (models), parallel);
  if (mien_models_get_embedder (models) != NULL)
    self->embedder = mien_face_net_new (mien_models_get_embedder (models), parallel);
  if (mien_models_get_occlusion (models) != NULL)
    self->occlusion = mien_face_net_new (mien_models_get_occlusion (models), parallel);
  if (mien_models_get_witness (models) != NULL)
    self->witness = mien_detector_new (mien_models_get_witness (models), parallel);
  self->seen = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));
  self->needs_landmarks = mien_models_need_landmarks (models);
  self->limits = mien_quality_limits_init ();
  self->limits.max_covered = mien_models_get_max_covered (models);
  return self;
}

void
mien_evaluator_free (MienEvaluator *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->detector, mien_detector_free);
  g_clear_pointer (&self->classifier, mien_classifier_free);
  g_clear_pointer (&self->landmarker, mien_landmarker_free);
  g_clear_pointer (&self->mesher, mien_landmarker_free);
  g_clear_pointer (&self->embedder, mien_face_net_free);
  g_clear_pointer (&self->occlusion, mien_face_net_free);
  g_clear_pointer (&self->witness, mien_detector_free);
  g_array_unref (self->seen);
  g_clear_pointer (&self->models, mien_models_unref);
  mien_analysis_settings_free (self->settings);
  g_free (self->boxes);
  g_free (self->landmarks);
  g_free (self->meshes);
  g_free (self->crops);
  g_free (self->values);
  g_free (self);
}

gboolean
mien_evaluator_crop_image (
    const MienImage *image, int *x, int *y, int right, int bottom, MienImage *out)
{
  *out = *image;
  *x &= ~1;
  *y &= ~1;
  if (*x >= right || *y >= bottom)
    return FALSE;
  out->width = right - *x;
  out->height = bottom - *y;
  switch (image->format)
    {
    case MIEN_PIXEL_GRAY8:
    case MIEN_PIXEL_RGB24:
    case MIEN_PIXEL_RGBX32:
      {
        int bytes = image->format == MIEN_PIXEL_GRAY8   ? 1
                    : image->format == MIEN_PIXEL_RGB24 ? 3
                                                        : 4;

        out->planes[0] += (gsize) *y * image->strides[0] + (gsize) *x * bytes;
        break;
      }
    case MIEN_PIXEL_I420:
      out->planes[0] += (gsize) *y * image->strides[0] + *x;
      for (int i = 1; i < 3; i++)
        out->planes[i] += (gsize) (*y / 2) * image->strides[i] + *x / 2;
      break;
    case MIEN_PIXEL_NV12:
      out->planes[0] += (gsize) *y * image->strides[0] + *x;
      out->planes[1] += (gsize) (*y / 2) * image->strides[1] + *x;
      break;
    }
  return TRUE;
}

static gboolean
crop_to_region (
    const MienAnalysisSettings *settings, const MienImage *image, MienImage *out, int *x, int *y)
{
  *x = *y = 0;
  *out = *image;
  if (!settings->has_region)
    return TRUE;
  *x = settings->region_x;
  *y = settings->region_y;
  return mien_evaluator_crop_image (
      image, x, y,
      (int) MIN ((gint64) image->width, (gint64) settings->region_x + settings->region_width),
      (int) MIN ((gint64) image->height, (gint64) settings->region_y + settings->region_height),
      out);
}

/* Moves boxes from the region to the picture and drops those that are too small. */
static void
filter_faces (const MienAnalysisSettings *settings, GArray *faces, int x, int y)
{
  guint kept = 0;

  for (guint i = 0; i < faces->len; i++)
    {
      MienFaceBox face = g_array_index (faces, MienFaceBox, i);

      if (MAX (face.width, face.height) < settings->min_face)
        continue;
      face.x += x;
      face.y += y;
      for (guint p = 0; p < face.n_points; p++)
        {
          face.points[p].x += x;
          face.points[p].y += y;
        }
      g_array_index (faces, MienFaceBox, kept++) = face;
    }
  g_array_set_size (faces, kept);
}

gboolean
mien_evaluator_detect (MienEvaluator *self,
                       const MienImage *image,
                       GArray *faces,
                       MienCutSignature *signature,
                       GCancellable *cancellable,
                       GError **error)
{
  gint64 begin = mien_evaluator_get_time_ns ();
  MienImage part;
  int x, y;
  gboolean ok = TRUE;

  if (signature != NULL)
    mien_cut_signature_compute (image, signature);
  if (faces != NULL)
    g_array_set_size (faces, 0);
  if (faces != NULL && crop_to_region (self->settings, image, &part, &x, &y))
    {
      self->counts.detections++;
      ok = mien_detector_detect (self->detector, &part, faces, cancellable, error);
    }
  if (ok && faces != NULL)
    filter_faces (self->settings, faces, x, y);
  self->counts.detect_ns += mien_evaluator_get_time_ns () - begin;
  return ok;
}

static void
reserve (MienEvaluator *self, guint n)
{
  const MienCrop *crop = mien_classifier_model_get_crop (mien_models_get_classifier (self->models));
  guint n_classes = mien_label_set_get_n (mien_models_get_label_set (self->models));

  if (n <= self->capacity)
    return;
  n = MAX (n, self->capacity * 2);
  self->boxes = g_renew (MienFaceBox, self->boxes, n);
  if (self->needs_landmarks)
    self->landmarks = g_renew (MienLandmarks, self->landmarks, n);
  if (self->mesher != NULL)
    self->meshes = g_renew (MienMesh, self->meshes, n);
  self->crops = g_realloc_n (self->crops, n, mien_crop_get_size (crop) * sizeof (float));
  self->values = g_renew (float, self->values, (gsize) n *n_classes);
  self->capacity = n;
}

static void
count_fault (MienEvaluatorCounts *counts, const char *fault, guint64 n)
{
  for (guint i = 0; i < MIEN_EVALUATOR_MAX_FAULTS; i++)
    {
      if (counts->faults[i] == NULL)
        counts->faults[i] = fault;
      if (strcmp (counts->faults[i], fault) == 0)
        {
          counts->n_faults[i] += n;
          return;
        }
    }
}

void
mien_sample_init_no_face (MienSample *self, gint64 frame, gint64 pts_ns)
{
  self->frame = frame;
  self->pts_ns = pts_ns;
  self->track = -1;
  self->status = MIEN_STATUS_NO_FACE;
  self->landmarks = NULL;
  self->n_landmarks = 0;
  self->embedding = NULL;
  self->x = self->y = self->width = self->height = NAN;
  self->score = self->yaw = self->pitch = self->roll = NAN;
  self->brightness = self->sharpness = self->flow = NAN;
  for (guint i = 0; i < MIEN_SAMPLE_MAX_CLASSES; i++)
    self->values[i] = NAN;
}

/* Everything of a sample but the probabilities. */
static gboolean
measure (MienEvaluator *self,
         const MienImage *image,
         const MienTrackedFace *face,
         const MienLandmarks *landmarks,
         MienSample *sample,
         GCancellable *cancellable,
         GError **error)
{
  MienQuality quality = mien_quality_measure (image, &face->face, landmarks);
  MienPose pose;
  gboolean has_pose;
  const char *fault;

  if (self->occlusion != NULL
      && !mien_face_net_run (self->occlusion, image, &face->face, landmarks, &quality.covered,
                             cancellable, error))
    return FALSE;
  has_pose = landmarks != NULL
                 ? mien_pose_from_landmarks (landmarks, image->width, image->height, &pose)
                 : mien_pose_from_face (&face->face, &pose);
  sample->track = face->track;
  sample->x = face->face.x;
  sample->y = face->face.y;
  sample->width = face->face.width;
  sample->height = face->face.height;
  sample->score = face->face.score;
  if (has_pose)
    {
      sample->yaw = pose.yaw;
      sample->pitch = pose.pitch;
      sample->roll = pose.roll;
    }
  sample->brightness = quality.brightness;
  sample->sharpness = quality.sharpness;
  fault = mien_quality_find_fault (&quality, has_pose ? &pose : NULL, &self->limits);
  sample->status = fault == NULL ? MIEN_STATUS_OK : MIEN_STATUS_LOW_QUALITY;
  if (fault != NULL)
    count_fault (&self->counts, fault, 1);
  return TRUE;
}

/* The points of face @i of the frame to @out, and @sample to them. */
static void
put_points (MienEvaluator *self, guint i, MienSample *sample, float *out)
{
  memcpy (out, &self->landmarks[i], sizeof (MienLandmarks));
  if (self->mesher != NULL)
    memcpy (out + 2 * MIEN_LANDMARKS_N, &self->meshes[i], sizeof (MienMesh));
  sample->landmarks = out;
  sample->n_landmarks = mien_evaluator_count_points (self);
}

gboolean
mien_evaluator_read (MienEvaluator *self,
                     const MienImage *image,
                     gint64 frame,
                     gint64 pts_ns,
                     const MienTrackedFace *faces,
                     guint n,
                     MienSample *samples,
                     float *points,
                     float *embeddings,
                     GCancellable *cancellable,
                     GError **error)
{
  const MienCrop *crop = mien_classifier_model_get_crop (mien_models_get_classifier (self->models));
  guint n_classes = mien_label_set_get_n (mien_models_get_label_set (self->models));
  guint n_points = mien_evaluator_count_points (self);
  gsize crop_size = mien_crop_get_size (crop);
  gint64 begin = mien_evaluator_get_time_ns ();
  gint64 cropped;

  if (n == 0)
    return TRUE;
  reserve (self, n);
  for (guint i = 0; i < n; i++)
    self->boxes[i] = faces[i].face;
  if (self->needs_landmarks
      && !mien_landmarker_find (self->mesher != NULL ? self->mesher : self->landmarker, image,
                                self->boxes, n, self->landmarks, self->meshes, cancellable, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      const MienLandmarks *landmarks = self->needs_landmarks ? &self->landmarks[i] : NULL;
      float *embedding =
          embeddings == NULL ? NULL : embeddings + (gsize) i * MIEN_EVALUATOR_EMBEDDING;

      mien_sample_init_no_face (&samples[i], frame, pts_ns);
      if (!measure (self, image, &faces[i], landmarks, &samples[i], cancellable, error))
        return FALSE;
      if (points != NULL)
        put_points (self, i, &samples[i], points + (gsize) i * 2 * n_points);
      mien_crop_take (crop, image, &self->boxes[i], landmarks, self->crops + i * crop_size);
      if (embedding != NULL
          && !mien_evaluator_embed (self, image, &faces[i], landmarks, &samples[i], embedding,
                                    cancellable, error))
        return FALSE;
    }
  cropped = mien_evaluator_get_time_ns ();
  self->counts.crop_ns += cropped - begin;
  if (!mien_classifier_classify (self->classifier, self->crops, n, self->values, cancellable,
                                 error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    memcpy (samples[i].values, self->values + (gsize) i * n_classes, n_classes * sizeof (float));
  self->counts.classify_ns += mien_evaluator_get_time_ns () - cropped;
  self->counts.faces += n;
  return TRUE;
}

void
mien_evaluator_take_crops (MienEvaluator *self, const MienImage *image, guint n, guint8 *out)
{
  gint64 begin = mien_evaluator_get_time_ns ();

  for (guint i = 0; i < n; i++)
    mien_flow_take_face (image, &self->boxes[i], self->needs_landmarks ? &self->landmarks[i] : NULL,
                         out + (gsize) i * MIEN_SHAPES_CROP);
  self->counts.crop_ns += mien_evaluator_get_time_ns () - begin;
}

void
mien_evaluator_compare (
    MienEvaluator *self, GBytes *before, GBytes *after, MienSample *samples, guint n)
{
  gint64 begin = mien_evaluator_get_time_ns ();

  for (guint i = 0; i < n; i++)
    {
      gint64 from_ns, to_ns;
      const guint8 *from = mien_shapes_find (before, samples[i].track, &from_ns);
      const guint8 *to = mien_shapes_find (after, samples[i].track, &to_ns);

      if (from != NULL && to != NULL)
        samples[i].flow = mien_flow_compare_faces (from, to, (double) (to_ns - from_ns) / 1e9);
    }
  self->counts.crop_ns += mien_evaluator_get_time_ns () - begin;
}

guint
mien_evaluator_count_points (MienEvaluator *self)
{
  if (self->mesher != NULL)
    return MIEN_SAMPLE_LANDMARKS + MIEN_SAMPLE_MESH;
  return self->settings->landmarks && self->needs_landmarks ? MIEN_SAMPLE_LANDMARKS : 0;
}

void
mien_evaluator_take_counts (MienEvaluator *self, MienEvaluatorCounts *counts)
{
  counts->detect_ns += self->counts.detect_ns;
  counts->crop_ns += self->counts.crop_ns;
  counts->classify_ns += self->counts.classify_ns;
  counts->detections += self->counts.detections;
  counts->faces += self->counts.faces;
  for (guint i = 0; i < MIEN_EVALUATOR_MAX_FAULTS && self->counts.faults[i] != NULL; i++)
    count_fault (counts, self->counts.faults[i], self->counts.n_faults[i]);
  memset (&self->counts, 0, sizeof self->counts);
}
