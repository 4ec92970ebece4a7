/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "timeline/export-text.h"
#include "timeline/segments.h"
#include "timeline/states.h"
#include "timeline/statistics.h"
#include "timeline/text.h"

static void
put_source (GString *text, const MienSource *source)
{
  mien_json_begin (text, "source", '{');
  mien_json_string (text, "path", source->path);
  if (source->size < 0)
    mien_json_string (text, "size", NULL);
  else
    mien_json_int (text, "size", source->size);
  mien_json_string (text, "hash", source->hash);
  if (source->duration_ns < 0)
    mien_json_string (text, "duration", NULL);
  else
    mien_json_seconds (text, "duration", source->duration_ns);
  mien_json_int (text, "width", source->width);
  mien_json_int (text, "height", source->height);
  mien_json_number (text, "rate", source->rate);
  mien_json_end (text, '{');
}

static void
put_settings (GString *text, MienDocument *document)
{
  g_auto (GStrv) keys = mien_document_dup_setting_keys (document);
  const MienFilters *filters = mien_document_get_filters (document);
  g_autofree char *smooth = mien_smoothing_to_string (&filters->smoothing);

  mien_json_begin (text, "settings", '{');
  for (char **key = keys; *key != NULL; key++)
    if ((*key)[0] != '_' && strcmp (*key, "models") != 0 && strcmp (*key, "timing") != 0)
      mien_json_raw (text, *key, mien_document_get_setting (document, *key));
  mien_json_string (text, "smooth", smooth);
  mien_json_number (text, "segment", filters->segment_seconds);
  mien_json_number (text, "threshold", filters->threshold);
  mien_json_end (text, '{');
}

static void
put_classes (GString *text,
             const char *name,
             MienDocument *document,
             const double *values,
             const double *uncertain)
{
  const MienClass *classes = mien_document_get_classes (document);

  mien_json_begin (text, name, '{');
  for (guint c = 0; c < mien_document_get_n_classes (document); c++)
    mien_json_number (text, classes[c].name, values[c]);
  if (uncertain != NULL)
    mien_json_number (text, "uncertain", *uncertain);
  mien_json_end (text, '{');
}

static void
put_verdict (GString *text, MienDocument *document, const GArray *segments, guint person)
{
  MienVerdict verdict;

  mien_segments_judge (document, segments, person, &verdict);
  mien_json_begin (text, "verdict", '{');
  mien_json_string (text, "emotion", mien_states_get_name (document, verdict.emotion));
  mien_json_number (text, "confidence", verdict.confidence);
  put_classes (text, "probabilities", document, verdict.values, NULL);
  mien_json_int (text, "segments_kept", verdict.kept);
  mien_json_int (text, "segments_total", verdict.total);
  mien_json_end (text, '{');
}

static void
put_person (GString *text, MienDocument *document, const GArray *segments, MienPerson *person)
{
  g_autoptr (GPtrArray) tracks = mien_document_dup_person_tracks (document, person);
  MienStatistics s;

  mien_statistics_of_person (document, person, &s);
  mien_json_begin (text, NULL, '{');
  mien_json_int (text, "id", mien_person_get_id (person));
  mien_json_string (text, "name", mien_person_get_name (person));
  mien_json_bool (text, "hidden", mien_person_is_hidden (person));
  mien_json_begin (text, "tracks", '[');
  for (guint i = 0; i < tracks->len; i++)
    mien_json_int (text, NULL, mien_track_get_id (tracks->pdata[i]));
  mien_json_end (text, '[');
  mien_json_int (text, "frames", s.frames);
  mien_json_int (text, "frames_low_quality", s.frames_low);
  mien_json_int (text, "frames_excluded", s.frames_excluded);
  mien_json_number (text, "seconds", s.seconds);
  put_classes (text, "share", document, s.share, &s.share_uncertain);
  put_classes (text, "mean", document, s.mean, NULL);
  put_classes (text, "deviation", document, s.deviation, NULL);
  mien_json_number (text, "mean_confidence", s.mean_confidence);
  mien_json_number (text, "valence", s.valence);
  mien_json_number (text, "arousal", s.arousal);
  put_verdict (text, document, segments, mien_person_get_id (person));
  mien_json_end (text, '{');
}

static void
put_people (GString *text, MienDocument *document, const GArray *segments)
{
  GListModel *people = mien_document_get_people (document);

  mien_json_begin (text, "people", '[');
  for (guint p = 0; p < g_list_model_get_n_items (people); p++)
    {
      g_autoptr (MienPerson) person = g_list_model_get_item (people, p);

      put_person (text, document, segments, person);
    }
  mien_json_end (text, '[');
}

static void
put_segments (GString *text, MienDocument *document, const GArray *segments)
{
  mien_json_begin (text, "segments", '[');
  for (guint i = 0; i < segments->len; i++)
    {
      const MienSegment *segment = &g_array_index (segments, MienSegment, i);
      MienPerson *person = mien_document_find_person (document, segment->person);

      mien_json_begin (text, NULL, '{');
      mien_json_int (text, "track", segment->track);
      mien_json_string (text, "person", mien_person_get_name (person));
      mien_json_seconds (text, "start", segment->start_ns);
      mien_json_seconds (text, "end", segment->end_ns);
      mien_json_string (text, "emotion", mien_states_get_name (document, segment->emotion));
      mien_json_number (text, "confidence", segment->confidence);
      mien_json_bool (text, "kept", segment->kept);
      mien_json_int (text, "frames", segment->frames);
      mien_json_end (text, '{');
    }
  mien_json_end (text, '[');
}

static void
put_diagnostics (GString *text, MienDocument *document)
{
  GListModel *diagnostics = mien_document_get_diagnostics (document);

  mien_json_begin (text, "diagnostics", '[');
  for (guint i = 0; i < g_list_model_get_n_items (diagnostics); i++)
    {
      g_autoptr (MienDiagnostic) d = g_list_model_get_item (diagnostics, i);

      mien_json_begin (text, NULL, '{');
      mien_json_string (text, "severity",
                        mien_severity_get_name (mien_diagnostic_get_severity (d)));
      mien_json_string (text, "stage", mien_diagnostic_get_stage (d));
      if (mien_diagnostic_get_time (d) < 0)
        mien_json_string (text, "time", NULL);
      else
        mien_json_seconds (text, "time", mien_diagnostic_get_time (d));
      mien_json_string (text, "message", mien_diagnostic_get_message (d));
      mien_json_end (text, '{');
    }
  mien_json_end (text, '[');
}

static void
put_frames (GString *text, MienDocument *document)
{
  const guint16 *faces = mien_document_get_frame_faces (document);
  gsize n = mien_document_get_n_frames (document), without = 0;

  for (gsize i = 0; i < n; i++)
    without += faces[i] == 0;
  mien_json_int (text, "frames", (gint64) n);
  mien_json_int (text, "frames_without_face", (gint64) without);
}

gboolean
mien_export_summary_json (MienDocument *document, GOutputStream *stream, GError **error)
{
  g_autoptr (GArray) segments = mien_segments_of_document (document);
  const MienSource *source = mien_document_get_source (document);
  const char *models = mien_document_get_setting (document, "models");
  const char *timing = mien_document_get_setting (document, "timing");
  GString *text = g_string_new (NULL);
  gboolean ok;

  mien_json_begin (text, NULL, '{');
  mien_json_string (text, "input", source->path);
  put_source (text, source);
  mien_json_bool (text, "complete", mien_document_is_complete (document));
  put_frames (text, document);
  mien_json_raw (text, "models", models == NULL ? "[]" : models);
  put_settings (text, document);
  put_people (text, document, segments);
  put_segments (text, document, segments);
  put_verdict (text, document, segments, 0);
  mien_json_raw (text, "timing", timing == NULL ? "{}" : timing);
  put_diagnostics (text, document);
  mien_json_end (text, '{');
  g_string_append_c (text, '\n');
  ok = mien_text_write (text, stream, error);
  g_string_free (text, TRUE);
  return ok;
}
