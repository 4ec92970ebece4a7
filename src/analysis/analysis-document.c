/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/analysis-document.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "analysis/resume.h"
#include "base/csv.h"
#include "base/error.h"

static void G_GNUC_PRINTF (5, 6) tell (MienDocument *document,
                                       MienSeverity severity,
                                       const char *stage,
                                       gint64 time_ns,
                                       const char *format,
                                       ...)
{
  g_autoptr (MienDiagnostic) diagnostic = NULL;
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  diagnostic = mien_diagnostic_new (severity, stage, time_ns, message);
  mien_document_add_diagnostic (document, diagnostic);
}

/* -- timing as JSON -- */

static const struct
{
  const char *name;
  gsize offset;
} stages[] = {
  { "decode", G_STRUCT_OFFSET (MienAnalysisTiming, decode_ns) },
  { "detect", G_STRUCT_OFFSET (MienAnalysisTiming, detect_ns) },
  { "track", G_STRUCT_OFFSET (MienAnalysisTiming, track_ns) },
  { "crop", G_STRUCT_OFFSET (MienAnalysisTiming, crop_ns) },
  { "classify", G_STRUCT_OFFSET (MienAnalysisTiming, classify_ns) },
  { "store", G_STRUCT_OFFSET (MienAnalysisTiming, store_ns) },
};

static char *
dup_timing_json (const MienAnalysisTiming *timing)
{
  GString *json = g_string_new ("{\"wall\":");
  char number[64];
  double wall = (double) timing->wall_ns / 1e9;

  g_string_append (json, mien_format_number (number, sizeof number, wall, 3));
  g_string_append_printf (json, ",\"frames\":%" G_GUINT64_FORMAT ",\"fps\":", timing->frames);
  g_string_append (json, mien_format_number (number, sizeof number,
                                             wall > 0 ? (double) timing->frames / wall : 0, 2));
  g_string_append (json, ",\"stages\":{");
  for (gsize i = 0; i < G_N_ELEMENTS (stages); i++)
    {
      gint64 ns = G_STRUCT_MEMBER (gint64, timing, stages[i].offset);

      g_string_append_printf (json, "%s\"%s\":%s", i > 0 ? "," : "", stages[i].name,
                              mien_format_number (number, sizeof number, (double) ns / 1e9, 3));
    }
  g_string_append (json, "}}");
  return g_string_free (json, FALSE);
}

static double
get_number (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) == G_TYPE_STRING)
    return 0;
  return CLAMP (json_node_get_double (node), 0, 1e9);
}

/* What an earlier run took; zeros when the document does not say. */
static void
read_timing (MienDocument *document, MienAnalysisTiming *timing)
{
  const char *json = mien_document_get_setting (document, "timing");
  g_autoptr (JsonNode) root = json != NULL ? json_from_string (json, NULL) : NULL;
  JsonObject *object;
  JsonNode *node;

  memset (timing, 0, sizeof *timing);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return;
  object = json_node_get_object (root);
  timing->wall_ns = (gint64) (get_number (object, "wall") * 1e9);
  timing->frames = (guint64) get_number (object, "frames");
  node = json_object_get_member (object, "stages");
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (stages); i++)
    G_STRUCT_MEMBER (gint64, timing, stages[i].offset) =
        (gint64) (get_number (json_node_get_object (node), stages[i].name) * 1e9);
}

/* -- before -- */

static void
set_source (MienDocument *document, const MienMediaInfo *info, const char *hash, gint64 frames)
{
  MienSource source = {
    .path = info->path,
    .size = info->bytes,
    .hash = hash,
    .duration_ns = info->duration_ns,
    .width = info->width,
    .height = info->height,
    .rate = info->is_variable_rate ? 0 : mien_media_info_get_rate (info),
    .frames = frames,
  };

  mien_document_set_source (document, &source);
}

static gboolean
begin_empty (MienDocument *document, MienAnalysisStart *start, GError **error)
{
  set_source (document, start->info, start->hash, -1);
  if (!mien_resume_describe (document, start->settings, start->models, error))
    return FALSE;
  if (start->info->is_hdr)
    tell (document, MIEN_DIAGNOSTIC_NOTE, "media", -1,
          "the film has high dynamic range; its pictures are mapped to an ordinary one");
  if (start->settings->has_region
      && (start->settings->region_x >= start->info->width
          || start->settings->region_y >= start->info->height))
    tell (document, MIEN_DIAGNOSTIC_WARNING, "analysis", -1,
          "the region lies outside the picture of %dx%d pixels", start->info->width,
          start->info->height);
  return TRUE;
}

gboolean
mien_analysis_begin_document (MienDocument *document, MienAnalysisStart *start, GError **error)
{
  gint64 last_pts;

  start->last_frame = -1;
  start->n_frames = mien_document_get_n_frames (document);
  start->state = NULL;
  start->is_complete = FALSE;
  memset (&start->timing, 0, sizeof start->timing);
  /* Classes alone, which a live view may have set, are no measurement. */
  if (start->n_frames == 0
      && (mien_document_get_n_classes (document) == 0 || !start->settings->resume))
    return begin_empty (document, start, error);
  if (!start->settings->resume)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "%s: the document is not empty; only --resume goes on with one",
                   start->settings->input);
      return FALSE;
    }
  if (!mien_resume_check (document, start->settings, start->models, start->info->bytes, start->hash,
                          error))
    return FALSE;
  start->is_complete = mien_document_is_complete (document);
  if (!mien_document_get_last_frame (document, &start->last_frame, &last_pts))
    start->last_frame = -1;
  start->state = mien_document_dup_checkpoint (document);
  read_timing (document, &start->timing);
  return TRUE;
}

/* -- after -- */

static void
tell_faults (MienDocument *document, const MienEvaluatorCounts *counts)
{
  for (guint i = 0; i < MIEN_EVALUATOR_MAX_FAULTS && counts->faults[i] != NULL; i++)
    tell (document, MIEN_DIAGNOSTIC_NOTE, "vision", -1,
          "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " faces are of low quality: %s",
          counts->n_faults[i], counts->faces, counts->faults[i]);
}

static void
tell_reason (MienDocument *document, const GError *reason)
{
  gint64 frame, pts = -1;

  if (reason == NULL)
    return;
  mien_document_get_last_frame (document, &frame, &pts);
  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    tell (document, MIEN_DIAGNOSTIC_NOTE, "analysis", pts, "stopped before the end");
  else
    tell (document, MIEN_DIAGNOSTIC_ERROR, "analysis", pts, "%s", reason->message);
}

void
mien_analysis_end_document (MienDocument *document, const MienAnalysisEnd *end)
{
  const MienMediaInfo *info = mien_frame_source_get_info (end->source);
  g_autofree char *timing = dup_timing_json (&end->timing);
  g_autofree char *hash = g_strdup (mien_document_get_source (document)->hash);
  gint64 n_damaged = mien_frame_source_get_n_damaged (end->source);
  gboolean is_damaged = g_error_matches (end->reason, MIEN_ERROR, MIEN_ERROR_DAMAGED);

  mien_document_set_setting (document, "timing", timing, NULL);
  tell_faults (document, &end->counts);
  if (n_damaged > 0)
    tell (document, MIEN_DIAGNOSTIC_WARNING, "media", -1,
          "%" G_GINT64_FORMAT " frames are damaged: guessed by the decoder, or lost", n_damaged);
  tell_reason (document, end->reason);
  if (end->reason != NULL && !is_damaged)
    return;
  /* A broken file has no more frames either: there is nothing to go on with. */
  if (end->settings->end_ns < 0 && !mien_frame_source_is_live (end->source))
    set_source (document, info, hash, mien_frame_source_get_n_decoded (end->source));
  mien_document_find_people (document);
  mien_document_append_checkpoint (document, NULL, 0, NULL, NULL);
  mien_document_set_complete (document, TRUE);
}
