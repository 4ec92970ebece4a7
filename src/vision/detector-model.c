/* Loading detectors. SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/paths.h"
#include "vision/detector-private.h"

static MienDetectorModel *load (const char *name,
                                const MienDetectorOptions *options,
                                gboolean with_companion,
                                GError **error);

/* The names that a person can give instead of a file. */
static const struct
{
  const char *name, *file;
} known[] = {
  { "ssd", "models/ssd-mobilenet.onnx" },
  { "fast", "models/blazeface-range.onnx" },
  { "haar", "models/haarcascade_frontalface_alt2.xml" },
};

static char *
dup_path (const char *name, char **short_name)
{
  g_autofree char *base = NULL;
  char *dot;

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (strcmp (name, known[i].name) == 0)
      {
        *short_name = g_strdup (name);
        return mien_paths_dup_data_file (known[i].file);
      }
  base = g_path_get_basename (name);
  dot = strrchr (base, '.');
  *short_name =
      dot != NULL && dot != base ? g_strndup (base, (gsize) (dot - base)) : g_strdup (base);
  return g_strdup (name);
}

static gboolean
load_cascade (MienDetectorModel *self, GError **error)
{
  g_autofree char *text = NULL;
  gsize size;

  self->cascade = mien_cascade_load (self->path, error);
  if (self->cascade == NULL)
    return FALSE;
  /* The file was read a moment ago; should it be gone now the hash stays empty. */
  if (g_file_get_contents (self->path, &text, &size, NULL))
    self->hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) text, size);
  else
    self->hash = g_strdup ("");
  return TRUE;
}

/* Loads the detector that the card names as `companion`, a file beside this one. */
static gboolean
load_companion (MienDetectorModel *self, MienCard *card, GError **error)
{
  const char *file = mien_card_find_text (card, "detector", "companion");
  g_autofree char *folder = NULL, *base = NULL, *path = NULL;
  MienDetectorOptions options = self->options;

  if (file == NULL)
    return TRUE;
  /* A name, not a way out of the folder. */
  base = g_path_get_basename (file);
  folder = g_path_get_dirname (self->path);
  path = g_build_filename (folder, base, NULL);
  options.input_size /= 2;
  options.min_score = 0;
  options.tiles = FALSE;
  self->companion = load (path, &options, FALSE, error);
  return self->companion != NULL;
}

/* Networks whose boxes were measured to stay the same in bfloat16 say so in their card. */
static MienModelFlags
choose_flags (MienCard *card)
{
  const char *precision = mien_card_find (card, "precision");

  return g_strcmp0 (precision, "bfloat16") == 0 ? MIEN_MODEL_HALF : MIEN_MODEL_DEFAULT;
}

static gboolean
load_network (MienDetectorModel *self, gboolean with_companion, GError **error)
{
  g_autoptr (MienCard) card = mien_card_load (self->path, error);

  if (card == NULL)
    return FALSE;
  self->model = mien_model_load (self->path, choose_flags (card), error);
  if (self->model == NULL)
    return FALSE;
  self->hash = g_strdup (mien_model_get_hash (self->model));
  return mien_detector_recognise (self->model, card, &self->spec, error)
         && (!with_companion || self->options.alone || load_companion (self, card, error));
}

static MienDetectorModel *
load (const char *name, const MienDetectorOptions *options, gboolean with_companion, GError **error)
{
  g_autoptr (MienDetectorModel) self = g_new0 (MienDetectorModel, 1);
  gboolean is_loaded;

  g_atomic_ref_count_init (&self->ref_count);
  if (options != NULL)
    self->options = *options;
  self->path = dup_path (name, &self->name);
  is_loaded = g_str_has_suffix (self->path, ".xml") ? load_cascade (self, error)
                                                    : load_network (self, with_companion, error);
  return is_loaded ? g_steal_pointer (&self) : NULL;
}

MienDetectorModel *
mien_detector_model_load (const char *name, const MienDetectorOptions *options, GError **error)
{
  g_return_val_if_fail (name != NULL, NULL);
  return load (name, options, TRUE, error);
}

MienDetectorModel *
mien_detector_model_ref (MienDetectorModel *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
mien_detector_model_unref (MienDetectorModel *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->name);
  g_free (self->path);
  g_free (self->hash);
  g_clear_pointer (&self->model, mien_model_unref);
  g_clear_pointer (&self->companion, mien_detector_model_unref);
  g_clear_pointer (&self->cascade, mien_cascade_free);
  g_free (self);
}

const char *
mien_detector_model_get_name (MienDetectorModel *self)
{
  return self->name;
}

const char *
mien_detector_model_get_kind (MienDetectorModel *self)
{
  return self->cascade != NULL ? "haar" : self->spec.kind;
}

const char *
mien_detector_model_get_hash (MienDetectorModel *self)
{
  return self->hash;
}

const char *
mien_detector_model_get_path (MienDetectorModel *self)
{
  return self->path;
}

float
mien_detector_model_get_sure_score (MienDetectorModel *self)
{
  return self->spec.sure_score;
}
