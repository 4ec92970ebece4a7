/* Whose face it is, and whether it is one: embeddings, looks and the witness.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "analysis/evaluator-private.h"

G_STATIC_ASSERT (MIEN_EMBEDDING_N == MIEN_SAMPLE_EMBEDDING);

/* Faces turned further are not asked whose they are. */
#define MAX_VIEW_YAW 40
#define MAX_VIEW_PITCH 35
/* ... and no more of their 68 points may lie outside the picture. */
#define MAX_OUTSIDE 4

/* Which faces of a track are looked at to know whose they are: more at first, then ever fewer, so
 * that a long track costs next to nothing. */
static gboolean
is_view_due (guint ordinal)
{
  gboolean is_power = (ordinal & (ordinal - 1)) == 0;
  gboolean is_half_way = ordinal % 3 == 0 && ((ordinal / 3) & (ordinal / 3 - 1)) == 0;

  return ordinal == 1 || ordinal == 4 || (ordinal >= 8 && (is_power || is_half_way));
}

/* Whether all but a few of the points lie in the picture: what is cut off cannot be compared. */
static gboolean
is_whole (const MienLandmarks *landmarks, const MienImage *image)
{
  guint outside = 0;

  for (guint i = 0; i < MIEN_LANDMARKS_N; i++)
    {
      MienPoint p = landmarks->points[i];

      outside +=
          !(p.x >= 0 && p.y >= 0 && p.x < (float) image->width && p.y < (float) image->height);
    }
  return outside <= MAX_OUTSIDE;
}

/* The embedding of @face to @out, where it shows enough of itself; *told says so. @landmarks:
 * nullable. */
static gboolean
tell (MienEvaluator *self,
      const MienImage *image,
      const MienFaceBox *face,
      const MienLandmarks *landmarks,
      float *out,
      gboolean *told,
      GCancellable *cancellable,
      GError **error)
{
  MienLandmarks own;
  MienPose pose;

  *told = FALSE;
  if (landmarks == NULL && self->landmarker != NULL)
    {
      if (!mien_landmarker_find (self->landmarker, image, face, 1, &own, NULL, cancellable, error))
        return FALSE;
      landmarks = &own;
    }
  if (landmarks != NULL
      && (!is_whole (landmarks, image)
          || (mien_pose_from_landmarks (landmarks, image->width, image->height, &pose)
              && (fabsf (pose.yaw) > MAX_VIEW_YAW || fabsf (pose.pitch) > MAX_VIEW_PITCH))))
    return TRUE;
  *told = TRUE;
  return mien_face_net_run (self->embedder, image, face, landmarks, out, cancellable, error);
}

/* How sure the witness is of @face, with that again around it on each side; NAN where there is
 * none. */
static gboolean
look_closer (MienEvaluator *self,
             const MienImage *image,
             const MienFaceBox *face,
             float *out,
             GCancellable *cancellable,
             GError **error)
{
  float side = MAX (face->width, face->height);
  float cx = face->x + face->width / 2, cy = face->y + face->height / 2;
  int x = (int) MAX (cx - side, 0), y = (int) MAX (cy - side, 0);
  int right = (int) MIN (cx + side, (float) image->width);
  int bottom = (int) MIN (cy + side, (float) image->height);
  MienImage part;

  *out = NAN;
  if (self->witness == NULL || !mien_evaluator_crop_image (image, &x, &y, right, bottom, &part))
    return TRUE;
  if (!mien_detector_detect (self->witness, &part, self->seen, cancellable, error))
    return FALSE;
  *out = 0;
  for (guint i = 0; i < self->seen->len; i++)
    {
      MienFaceBox seen = g_array_index (self->seen, MienFaceBox, i);
      float dx = (float) x + seen.x + seen.width / 2 - cx;
      float dy = (float) y + seen.y + seen.height / 2 - cy;

      if (hypotf (dx, dy) < side / 2)
        *out = MAX (*out, seen.score);
    }
  return TRUE;
}

gboolean
mien_evaluator_has_embeddings (MienEvaluator *self)
{
  return self->embedder != NULL;
}

void
mien_evaluator_look (const MienImage *image, const GArray *faces, float *looks)
{
  for (guint f = 0; f < faces->len; f++)
    mien_look_measure (image, &g_array_index (faces, MienFaceBox, f),
                       looks + (gsize) f * MIEN_LOOK_N);
}

gboolean
mien_evaluator_tell (MienEvaluator *self,
                     const MienImage *image,
                     const MienFaceBox *faces,
                     guint n,
                     const guint8 *wanted,
                     float *features,
                     float *witnessed,
                     GCancellable *cancellable,
                     GError **error)
{
  gint64 begin = mien_evaluator_get_time_ns ();

  for (guint f = 0; f < n; f++)
    {
      float *feature = features + (gsize) f * MIEN_EVALUATOR_EMBEDDING;
      MienQuality quality;
      gboolean told = FALSE;

      feature[0] = NAN;
      if (witnessed != NULL)
        witnessed[f] = NAN;
      if (!wanted[f] || self->embedder == NULL)
        continue;
      if (witnessed != NULL
          && !look_closer (self, image, &faces[f], &witnessed[f], cancellable, error))
        return FALSE;
      quality = mien_quality_measure (image, &faces[f], NULL);
      if (mien_quality_find_fault (&quality, NULL, &self->limits) == NULL
          && !tell (self, image, &faces[f], NULL, feature, &told, cancellable, error))
        return FALSE;
      if (!told)
        feature[0] = NAN;
    }
  self->counts.detect_ns += mien_evaluator_get_time_ns () - begin;
  return TRUE;
}

gboolean
mien_evaluator_embed (MienEvaluator *self,
                      const MienImage *image,
                      const MienTrackedFace *face,
                      const MienLandmarks *landmarks,
                      MienSample *sample,
                      float *out,
                      GCancellable *cancellable,
                      GError **error)
{
  gboolean told;

  if (self->embedder == NULL || !is_view_due (face->ordinal) || sample->status != MIEN_STATUS_OK)
    return TRUE;
  if (!tell (self, image, &face->face, self->mesher != NULL ? NULL : landmarks, out, &told,
             cancellable, error))
    return FALSE;
  if (told)
    sample->embedding = out;
  return TRUE;
}
