/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/models.h"

#include <json-glib/json-glib.h>

#include "base/error.h"
#include "base/paths.h"

#define MESH_MODEL "mesh468"

struct _MienModels
{
  MienDetectorModel *detector;
  MienClassifierModel *classifier;
  MienLandmarkerModel *landmarker; /* nullable */
  MienLandmarkerModel *mesher;     /* nullable */
  MienFaceNetModel *embedder;      /* nullable */
  MienFaceNetModel *occlusion;     /* nullable */
  MienDetectorModel *witness;      /* nullable */
  gboolean needs_landmarks;
};

static void
models_free (gpointer data)
{
  MienModels *self = data;

  g_clear_pointer (&self->detector, mien_detector_model_unref);
  g_clear_pointer (&self->classifier, mien_classifier_model_unref);
  g_clear_pointer (&self->landmarker, mien_landmarker_model_unref);
  g_clear_pointer (&self->mesher, mien_landmarker_model_unref);
  g_clear_pointer (&self->embedder, mien_face_net_model_unref);
  g_clear_pointer (&self->occlusion, mien_face_net_model_unref);
  g_clear_pointer (&self->witness, mien_detector_model_unref);
}

/* A model that is not there or cannot be read is a model that cannot be used, not a film. */
static gboolean
fail_load (const char *task, GError *reason, GError **error)
{
  if (g_error_matches (reason, MIEN_ERROR, MIEN_ERROR_INPUT) || reason->domain != MIEN_ERROR)
    g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "%s: %s", task, reason->message);
  else
    g_propagate_prefixed_error (error, g_error_copy (reason), "%s: ", task);
  g_error_free (reason);
  return FALSE;
}

static gboolean
load_landmarker (MienModels *self, const MienAnalysisSettings *settings, GError **error)
{
  gboolean crop_wants =
      mien_crop_needs_landmarks (mien_classifier_model_get_crop (self->classifier));
  GError *reason = NULL;

  self->needs_landmarks = settings->landmarks || settings->mesh || crop_wants;
  /* Without it each track is a person. */
  self->embedder =
      mien_face_net_model_load (MIEN_EMBEDDING_TASK, "default", MIEN_EMBEDDING_N, NULL);
  if (!self->needs_landmarks && self->embedder == NULL)
    return TRUE;
  self->landmarker = mien_landmarker_model_load ("default", &reason);
  if (self->landmarker != NULL)
    return TRUE;
  if (settings->landmarks || settings->mesh)
    return fail_load ("landmarks", reason, error);
  g_error_free (reason);
  return TRUE; /* the crop falls back to the detector's eyes or to the square */
}

static gboolean
load_mesher (MienModels *self, const MienAnalysisSettings *settings, GError **error)
{
  GError *reason = NULL;

  if (!settings->mesh)
    return TRUE;
  self->mesher = mien_landmarker_model_load (MESH_MODEL, &reason);
  if (self->mesher != NULL && !mien_landmarker_model_has_mesh (self->mesher))
    g_set_error (&reason, MIEN_ERROR, MIEN_ERROR_MODEL, "%s: finds no mesh", MESH_MODEL);
  return reason == NULL || fail_load ("landmarks", reason, error);
}

/* Detectors with a score that tells when to believe them have been measured with it; others are the
 * user's choice. */
static void
load_witness (MienModels *self)
{
  g_autofree char *path = mien_paths_dup_data_file ("models/blazeface.onnx");
  const MienDetectorOptions options = { .min_score = 0.1f };

  if (mien_detector_model_get_sure_score (self->detector) > 0)
    self->witness = mien_detector_model_load (path, &options, NULL);
}

MienModels *
mien_models_load (const MienAnalysisSettings *settings, GError **error)
{
  g_autoptr (MienModels) self = g_atomic_rc_box_new0 (MienModels);
  MienDetectorOptions detector = { 0 };
  GError *reason = NULL;
  MienLabelSet set;

  g_return_val_if_fail (settings != NULL, NULL);

  if (!mien_label_set_from_name (mien_analysis_settings_get_labels (settings), &set))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "labels: '%s' is neither ferplus nor fer2013",
                   mien_analysis_settings_get_labels (settings));
      return NULL;
    }
  detector.min_size = (float) settings->min_face;
  detector.tiles = settings->tiles;
  self->detector =
      mien_detector_model_load (mien_analysis_settings_get_detector (settings), &detector, &reason);
  if (self->detector == NULL)
    return fail_load ("detector", reason, error), NULL;
  self->classifier = mien_classifier_model_load (
      settings->classifier != NULL ? settings->classifier : "default", set, &reason);
  if (self->classifier == NULL)
    return fail_load ("classifier", reason, error), NULL;
  if (!load_landmarker (self, settings, error) || !load_mesher (self, settings, error))
    return NULL;
  load_witness (self);
  self->occlusion =
      mien_face_net_model_load (MIEN_OCCLUSION_TASK, "default", MIEN_OCCLUSION_N, NULL);
  return g_steal_pointer (&self);
}

MienModels *
mien_models_ref (MienModels *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
mien_models_unref (MienModels *self)
{
  g_atomic_rc_box_release_full (self, models_free);
}

MienDetectorModel *
mien_models_get_detector (MienModels *self)
{
  return self->detector;
}

MienClassifierModel *
mien_models_get_classifier (MienModels *self)
{
  return self->classifier;
}

MienLandmarkerModel *
mien_models_get_landmarker (MienModels *self)
{
  return self->landmarker;
}

MienLandmarkerModel *
mien_models_get_mesher (MienModels *self)
{
  return self->mesher;
}

MienFaceNetModel *
mien_models_get_embedder (MienModels *self)
{
  return self->embedder;
}

MienFaceNetModel *
mien_models_get_occlusion (MienModels *self)
{
  return self->occlusion;
}

float
mien_models_get_max_covered (MienModels *self)
{
  MienCard *card = self->occlusion == NULL ? NULL : mien_face_net_model_get_card (self->occlusion);

  return card == NULL ? 0 : (float) mien_card_get_number (card, "occlusion", "limit", 0.5);
}

MienDetectorModel *
mien_models_get_witness (MienModels *self)
{
  return self->witness;
}

gboolean
mien_models_need_landmarks (MienModels *self)
{
  return self->needs_landmarks && self->landmarker != NULL;
}

MienLabelSet
mien_models_get_label_set (MienModels *self)
{
  return mien_classifier_model_get_label_set (self->classifier);
}

static void
add_model (
    JsonBuilder *builder, const char *name, const char *task, const char *hash, MienCard *card)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, name);
  json_builder_set_member_name (builder, "task");
  json_builder_add_string_value (builder, task);
  json_builder_set_member_name (builder, "hash");
  json_builder_add_string_value (builder, hash);
  for (guint i = 0; i < 2; i++)
    {
      const char *key = i == 0 ? "licence" : "source";
      const char *text = card != NULL ? mien_card_find (card, key) : NULL;

      json_builder_set_member_name (builder, key);
      if (text != NULL)
        json_builder_add_string_value (builder, text);
      else
        json_builder_add_null_value (builder);
    }
  json_builder_end_object (builder);
}

static void
add_landmarker (JsonBuilder *builder, MienLandmarkerModel *model)
{
  MienCard *card = model == NULL ? NULL : mien_landmarker_model_get_card (model);

  if (model != NULL)
    add_model (builder, mien_card_get_name (card), "landmarks",
               mien_landmarker_model_get_hash (model), card);
}

static void
add_face_net (JsonBuilder *builder, const char *task, MienFaceNetModel *model)
{
  MienCard *card = model == NULL ? NULL : mien_face_net_model_get_card (model);

  if (model != NULL)
    add_model (builder, mien_card_get_name (card), task, mien_face_net_model_get_hash (model),
               card);
}

char *
mien_models_dup_json (MienModels *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (MienCard) detector_card = NULL;

  json_builder_begin_array (builder);
  if (mien_detector_model_get_path (self->detector) != NULL)
    detector_card = mien_card_load (mien_detector_model_get_path (self->detector), NULL);
  add_model (builder, mien_detector_model_get_name (self->detector), "detector",
             mien_detector_model_get_hash (self->detector), detector_card);
  add_model (builder, mien_classifier_model_get_name (self->classifier), "classifier",
             mien_classifier_model_get_hash (self->classifier),
             mien_classifier_model_get_card (self->classifier));
  add_landmarker (builder, self->landmarker);
  add_landmarker (builder, self->mesher);
  add_face_net (builder, MIEN_EMBEDDING_TASK, self->embedder);
  add_face_net (builder, MIEN_OCCLUSION_TASK, self->occlusion);
  if (self->witness != NULL)
    {
      g_autoptr (MienCard) card =
          mien_card_load (mien_detector_model_get_path (self->witness), NULL);

      add_model (builder, mien_detector_model_get_name (self->witness), "detector",
                 mien_detector_model_get_hash (self->witness), card);
    }
  json_builder_end_array (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}
