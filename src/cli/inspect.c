/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/inspect.h"

#include <glib/gstdio.h>
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "media/frame-source.h"
#include "vision/detector.h"

int
mien_cli_inspect (int argc, char **argv)
{
  static const MienCommand commands[] = {
    { "layers", "the network as a column: shapes, weights, work, time", mien_inspect_layers },
    { "kernels", "the weights of a layer as pictures and statistics", mien_inspect_kernels },
    { "features", "what each channel of a layer gives for a face", mien_inspect_features },
    { "unit", "what one value of a layer sees of a face", mien_inspect_unit },
    { "saliency", "where on a face the network looks for an emotion", mien_inspect_saliency },
    { "response", "which layer and channel answers to which expression", mien_inspect_response },
    { "influence", "what position, pose, light and recording change", mien_inspect_influence },
    { NULL, NULL, NULL },
  };

  return mien_command_main ("mien-cli inspect", commands, argc, argv);
}

MienClassifierModel *
mien_inspect_load (const char *name, const char *labels, GError **error)
{
  MienLabelSet set = MIEN_LABELS_FERPLUS;

  if (labels != NULL && !mien_label_set_from_name (labels, &set))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "--labels: '%s' is neither 'ferplus' nor 'fer2013'", labels);
      return NULL;
    }
  return mien_classifier_model_load (name, set, error);
}

MienModel *
mien_inspect_open (MienClassifierModel *classifier, GError **error)
{
  return mien_model_load (mien_model_get_path (mien_classifier_model_get_model (classifier)),
                          MIEN_MODEL_KEEP_VALUES, error);
}

MienModel *
mien_inspect_open_any (const char *name, GError **error)
{
  g_autoptr (MienCard) card = NULL;

  if (g_str_has_suffix (name, ".onnx"))
    return mien_model_load (name, MIEN_MODEL_KEEP_VALUES, error);
  card = mien_card_find_installed ("classifier", name);
  if (card == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "there is no installed classifier '%s'; `mien-cli models` lists them", name);
      return NULL;
    }
  return mien_model_load (mien_card_get_path (card), MIEN_MODEL_KEEP_VALUES, error);
}

/* Splits "film.mp4@12.5"; a file whose own name has an '@' wins. */
static char *
split_place (const char *place, gint64 *time_ns)
{
  const char *at = strrchr (place, '@');
  char *end;
  double seconds;

  *time_ns = 0;
  if (at == NULL || g_file_test (place, G_FILE_TEST_EXISTS))
    return g_strdup (place);
  seconds = g_ascii_strtod (at + 1, &end);
  if (end == at + 1 || *end != '\0' || !(seconds >= 0 && seconds < 1e9))
    return g_strdup (place);
  *time_ns = (gint64) (seconds * G_GINT64_CONSTANT (1000000000));
  return g_strndup (place, (gsize) (at - place));
}

gboolean
mien_inspect_find_face (const char *place, MienFrame **out, MienFaceBox *box, GError **error)
{
  MienFrameSourceOptions options = MIEN_FRAME_SOURCE_OPTIONS_INIT;
  g_autofree char *path = split_place (place, &options.start_ns);
  g_autoptr (MienFrameSource) source = NULL;
  g_autoptr (MienFrame) frame = NULL;
  g_autoptr (MienDetectorModel) model = NULL;
  g_autoptr (MienDetector) detector = NULL;
  g_autoptr (GArray) faces = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));

  source = mien_frame_source_open (path, &options, NULL, error);
  if (source == NULL || !mien_frame_source_next (source, &frame, error))
    return FALSE;
  if (frame == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: has no picture at %.3f s", path,
                   (double) options.start_ns / 1e9);
      return FALSE;
    }
  model = mien_detector_model_load ("ssd", NULL, error);
  if (model == NULL)
    return FALSE;
  detector = mien_detector_new (model, NULL);
  if (!mien_detector_detect (detector, &frame->image, faces, NULL, error))
    return FALSE;
  if (faces->len == 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: no face at %.3f s", path,
                   (double) frame->pts_ns / 1e9);
      return FALSE;
    }
  *box = g_array_index (faces, MienFaceBox, 0);
  *out = g_steal_pointer (&frame);
  return TRUE;
}

MienTensor *
mien_inspect_take_face (MienClassifierModel *classifier, const char *place, GError **error)
{
  const MienCrop *crop = mien_classifier_model_get_crop (classifier);
  gint64 dims[] = { 1, 1, crop->sampling.height, crop->sampling.width };
  g_autoptr (MienFrame) frame = NULL;
  MienFaceBox box;
  MienTensor *face;

  if (!mien_inspect_find_face (place, &frame, &box, error))
    return NULL;
  dims[1] = (gint64) mien_crop_get_size (crop) / (dims[2] * dims[3]);
  face = mien_tensor_new_f32 (4, dims);
  mien_crop_take (crop, &frame->image, &box, NULL, mien_tensor_f32 (face));
  return face;
}

gboolean
mien_inspect_get_kind (const char *path, MienInspectKind *out, GError **error)
{
  if (g_str_has_suffix (path, ".csv"))
    *out = MIEN_INSPECT_CSV;
  else if (g_str_has_suffix (path, ".json"))
    *out = MIEN_INSPECT_JSON;
  else if (g_str_has_suffix (path, ".png") || g_str_has_suffix (path, ".svg")
           || g_str_has_suffix (path, ".pdf"))
    *out = MIEN_INSPECT_PICTURE;
  else
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "--out: '%s' must end in .png, .svg, .pdf, .csv or .json", path);
      return FALSE;
    }
  return TRUE;
}

gboolean
mien_inspect_write_text (const char *path, const char *text, gssize size, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (g_file_set_contents (path, text, size, &problem))
    return TRUE;
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: cannot be written: %s", path,
               problem->message);
  return FALSE;
}

gboolean
mien_inspect_make_folder (const char *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0777) == 0)
    return TRUE;
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: cannot be made: %s", path,
               g_strerror (errno));
  return FALSE;
}
