/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/resume.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "base/csv.h"
#include "base/error.h"

#define STATE_VERSION 4
#define HASH_ALL_BYTES (32 << 20)
#define HASH_END_BYTES (16 << 20)

/* (version, settled, pushed, (most faces, when), faces, tracker, shapes) */
#define STATE_TYPE "(uxx(ux)ayayay)"
#define STATE_FORMAT "(uxx(ux)@ay@ay@ay)"

GBytes *
mien_resume_state_save (gint64 settled,
                        gint64 pushed,
                        const GArray *faces,
                        const MienGapMemory *memory,
                        MienTracker *tracker)
{
  g_autoptr (GBytes) bytes = mien_tracker_save (tracker);
  g_autoptr (GVariant) state = g_variant_ref_sink (
      g_variant_new (STATE_FORMAT, STATE_VERSION, settled, pushed, memory->n, memory->pts_ns,
                     g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, faces->data,
                                                faces->len * sizeof (MienFaceBox), 1),
                     g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE),
                     g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, NULL, 0, 1)));

  return g_variant_get_data_as_bytes (state);
}

void
mien_resume_state_add_shapes (GBytes **state, GBytes *shapes)
{
  g_autoptr (GVariant) old =
      g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (STATE_TYPE), *state, FALSE));
  g_autoptr (GVariant) faces = NULL;
  g_autoptr (GVariant) tracker = NULL;
  g_autoptr (GVariant) new = NULL;
  guint32 version, n;
  gint64 settled, pushed, seen;

  g_variant_get (old, STATE_FORMAT, &version, &settled, &pushed, &n, &seen, &faces, &tracker, NULL);
  new = g_variant_ref_sink (
      g_variant_new (STATE_FORMAT, version, settled, pushed, n, seen, faces, tracker,
                     g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, shapes, TRUE)));
  g_bytes_unref (*state);
  *state = g_variant_get_data_as_bytes (new);
}

/* The boxes in @data, which comes out of a document; NULL when they make no sense. */
static GArray *
read_faces (GVariant *data)
{
  g_autoptr (GArray) faces = g_array_new (FALSE, FALSE, sizeof (MienFaceBox));
  gsize size;
  const guint8 *bytes = g_variant_get_fixed_array (data, &size, 1);

  if (size % sizeof (MienFaceBox) != 0)
    return NULL;
  for (; size > 0; size -= sizeof (MienFaceBox), bytes += sizeof (MienFaceBox))
    {
      MienFaceBox face;

      memcpy (&face, bytes, sizeof face);
      if (face.n_points > MIEN_FACE_MAX_POINTS || !isfinite (face.x) || !isfinite (face.y)
          || !(face.width > 0 && isfinite (face.width))
          || !(face.height > 0 && isfinite (face.height)))
        return NULL;
      g_array_append_val (faces, face);
    }
  return g_steal_pointer (&faces);
}

MienTracker *
mien_resume_state_restore (GBytes *state,
                           const MienTrackerOptions *options,
                           gint64 *settled,
                           gint64 *pushed,
                           GArray *faces,
                           MienGapMemory *memory,
                           GBytes **shapes)
{
  g_autoptr (GVariant) variant = NULL;
  g_autoptr (GVariant) data = NULL;
  g_autoptr (GVariant) boxes = NULL;
  g_autoptr (GVariant) kept = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) crops = NULL;
  g_autoptr (GArray) found = NULL;
  guint32 version, n;
  gint64 first, last, seen;
  MienTracker *tracker;

  /* Not trusted: GVariant then checks every offset. */
  variant =
      g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (STATE_TYPE), state, FALSE));
  g_variant_get (variant, STATE_FORMAT, &version, &first, &last, &n, &seen, &boxes, &data, &kept);
  if (version != STATE_VERSION || first < 0 || last < first)
    return NULL;
  found = read_faces (boxes);
  crops = g_variant_get_data_as_bytes (kept);
  if (found == NULL || !mien_shapes_is_valid (crops))
    return NULL;
  bytes = g_variant_get_data_as_bytes (data);
  tracker = mien_tracker_restore (options, bytes);
  if (tracker != NULL)
    {
      *settled = first;
      *pushed = last;
      *memory = (MienGapMemory){ n, seen };
      g_array_set_size (faces, 0);
      g_array_append_vals (faces, found->data, found->len);
      *shapes = g_bytes_get_size (crops) > 0 ? g_steal_pointer (&crops) : NULL;
    }
  return tracker;
}

static char *
dup_json_text (const char *text)
{
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), text);

  return json_to_string (node, FALSE);
}

/* The settings as the document keeps them: key, JSON value, key, ... and NULL. What decides the
 * values comes first; `start` and `end` only say which frames there are. */
static GPtrArray *
list_settings (const MienAnalysisSettings *settings, MienModels *models)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  char number[64];

#define ADD(key, value)                                                                            \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_ptr_array_add (list, g_strdup (key));                                                        \
    g_ptr_array_add (list, (value));                                                               \
  }                                                                                                \
  G_STMT_END

  ADD ("models", mien_models_dup_json (models));
  ADD ("labels", dup_json_text (mien_analysis_settings_get_labels (settings)));
  ADD ("every", g_strdup_printf ("%u", settings->every));
  ADD ("detect_every", g_strdup_printf ("%u", settings->detect_every));
  ADD ("min_face", g_strdup (mien_format_number (number, sizeof number, settings->min_face, 3)));
  if (settings->has_region)
    ADD ("region", g_strdup_printf ("[%d,%d,%d,%d]", settings->region_x, settings->region_y,
                                    settings->region_width, settings->region_height));
  else
    ADD ("region", g_strdup ("null"));
  ADD ("tiles", g_strdup (settings->tiles ? "true" : "false"));
  ADD ("landmarks", g_strdup (settings->landmarks ? "true" : "false"));
  ADD ("mesh", g_strdup (settings->mesh ? "true" : "false"));
  ADD ("flow", g_strdup (settings->flow ? "true" : "false"));
  ADD ("start",
       g_strdup (mien_format_number (number, sizeof number, (double) settings->start_ns / 1e9, 9)));
  if (settings->end_ns >= 0)
    ADD ("end",
         g_strdup (mien_format_number (number, sizeof number, (double) settings->end_ns / 1e9, 9)));
  else
    ADD ("end", g_strdup ("null"));
  ADD ("detector",
       dup_json_text (mien_detector_model_get_name (mien_models_get_detector (models))));
  ADD ("classifier",
       dup_json_text (mien_classifier_model_get_name (mien_models_get_classifier (models))));
#undef ADD
  return list;
}

gboolean
mien_resume_describe (MienDocument *document,
                      const MienAnalysisSettings *settings,
                      MienModels *models,
                      GError **error)
{
  g_autoptr (GPtrArray) list = list_settings (settings, models);
  MienLabelSet set = mien_models_get_label_set (models);
  guint n = mien_label_set_get_n (set);
  MienClass classes[MIEN_SAMPLE_MAX_CLASSES];

  g_return_val_if_fail (n <= MIEN_SAMPLE_MAX_CLASSES, FALSE);

  for (guint i = 0; i < n; i++)
    {
      classes[i].name = mien_label_set_get_labels (set)[i];
      classes[i].valence = mien_label_set_get_valence_signs (set)[i];
      classes[i].arousal = mien_label_set_get_arousal_weights (set)[i];
    }
  mien_document_set_classes (document, classes, n);
  for (guint i = 0; i < list->len; i += 2)
    if (!mien_document_set_setting (document, list->pdata[i], list->pdata[i + 1], error))
      return FALSE;
  return TRUE;
}

/* Whether two JSON texts hold the same value, whatever their spaces. */
static gboolean
json_equal (const char *a, const char *b)
{
  g_autoptr (JsonNode) x = a != NULL ? json_from_string (a, NULL) : NULL;
  g_autoptr (JsonNode) y = b != NULL ? json_from_string (b, NULL) : NULL;

  if (x == NULL || y == NULL)
    return x == y;
  return json_node_equal (x, y);
}

gboolean
mien_resume_check (MienDocument *document,
                   const MienAnalysisSettings *settings,
                   MienModels *models,
                   gint64 size,
                   const char *hash,
                   GError **error)
{
  g_autoptr (GPtrArray) list = list_settings (settings, models);
  const MienSource *source = mien_document_get_source (document);

  if (source->size != size || g_strcmp0 (source->hash, hash) != 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   _ ("%s: cannot resume: the document was made from another file (%s)"),
                   settings->input, source->path != NULL ? source->path : "unknown");
      return FALSE;
    }
  for (guint i = 0; i < list->len; i += 2)
    {
      const char *key = list->pdata[i];
      const char *value = mien_document_get_setting (document, key);

      /* Documents from before there were tiles. */
      if (value == NULL && strcmp (key, "tiles") == 0)
        value = "false";
      /* Stopped before the first frame: not all of them were in the file yet. */
      if (mien_document_get_n_frames (document) == 0
          && mien_document_get_setting (document, key) == NULL
          && mien_document_set_setting (document, key, list->pdata[i + 1], NULL))
        continue;
      /* A document of before there was one. */
      if (strcmp (key, "flow") == 0 && !settings->flow
          && mien_document_get_setting (document, key) == NULL)
        continue;
      /* A later end only adds frames. */
      if (strcmp (key, "end") == 0 || json_equal (value, list->pdata[i + 1]))
        continue;
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   _ ("%s: cannot resume: the document was made with other %s (%s)"),
                   settings->input, key, value);
      return FALSE;
    }
  return TRUE;
}

static gboolean
hash_range (GChecksum *sum, GInputStream *stream, goffset begin, goffset n)
{
  g_autofree guint8 *buffer = g_malloc (1 << 16);

  if (!g_seekable_seek (G_SEEKABLE (stream), begin, G_SEEK_SET, NULL, NULL))
    return FALSE;
  while (n > 0)
    {
      gssize got = g_input_stream_read (stream, buffer, (gsize) MIN (n, 1 << 16), NULL, NULL);

      if (got < 0)
        return FALSE;
      if (got == 0)
        return TRUE;
      g_checksum_update (sum, buffer, got);
      n -= got;
    }
  return TRUE;
}

char *
mien_resume_hash_file (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info =
      g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_STANDARD_TYPE,
                         G_FILE_QUERY_INFO_NONE, NULL, NULL);
  g_autoptr (GFileInputStream) stream = NULL;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  goffset size;

  if (info == NULL || g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    return NULL;
  stream = g_file_read (file, NULL, NULL);
  size = g_file_info_get_size (info);
  if (stream == NULL)
    return NULL;
  if (size <= HASH_ALL_BYTES)
    {
      if (!hash_range (sum, G_INPUT_STREAM (stream), 0, size))
        return NULL;
      return g_strconcat ("sha256:", g_checksum_get_string (sum), NULL);
    }
  {
    g_autofree char *length = g_strdup_printf ("%" G_GOFFSET_FORMAT "\n", size);

    g_checksum_update (sum, (const guchar *) length, -1);
  }
  if (!hash_range (sum, G_INPUT_STREAM (stream), 0, HASH_END_BYTES)
      || !hash_range (sum, G_INPUT_STREAM (stream), size - HASH_END_BYTES, HASH_END_BYTES))
    return NULL;
  return g_strconcat ("sha256-ends:", g_checksum_get_string (sum), NULL);
}
