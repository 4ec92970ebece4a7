/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline/export-csv.h"

#include <math.h>

#include "base/csv.h"
#include "timeline/segments.h"
#include "timeline/states.h"
#include "timeline/statistics.h"
#include "timeline/walk.h"

static const MienCsvOptions no_options = { NULL };

static const char *
get_status_name (MienStatus status)
{
  switch (status)
    {
    case MIEN_STATUS_OK:
      return "ok";
    case MIEN_STATUS_NO_FACE:
      return "no_face";
    case MIEN_STATUS_LOW_QUALITY:
      return "low_quality";
    case MIEN_STATUS_EXCLUDED:
      break;
    }
  return "excluded";
}

/* Cells with the texts of @names, which NULL ends. */
static void
put_names (MienCsvWriter *csv, const char *const *names)
{
  for (; *names != NULL; names++)
    mien_csv_writer_text (csv, *names);
}

static void
put_class_names (MienDocument *document, MienCsvWriter *csv, const char *prefix, const char *suffix)
{
  const MienClass *classes = mien_document_get_classes (document);

  for (guint c = 0; c < mien_document_get_n_classes (document); c++)
    {
      g_autofree char *name = g_strconcat (prefix, classes[c].name, suffix, NULL);

      mien_csv_writer_text (csv, name);
    }
}

static void
put_empty (MienCsvWriter *csv, guint n)
{
  for (guint i = 0; i < n; i++)
    mien_csv_writer_empty (csv);
}

static void
begin_row (MienCsvWriter *csv, const MienCsvOptions *options)
{
  if (options->input != NULL)
    mien_csv_writer_text (csv, options->input);
}

static void
put_point_names (MienCsvWriter *csv, const char *prefix, guint n)
{
  for (guint axis = 0; axis < 2; axis++)
    for (guint p = 0; p < n; p++)
      {
        char name[24];

        g_snprintf (name, sizeof name, "%s%c_%u", prefix, axis == 0 ? 'x' : 'y', p);
        mien_csv_writer_text (csv, name);
      }
}

static void
put_frames_header (MienDocument *document, MienCsvWriter *csv, const MienCsvOptions *options)
{
  static const char *const head[] = { "frame",  "time",       "status",    "track",
                                      "person", "x",          "y",         "width",
                                      "height", "score",      "yaw",       "pitch",
                                      "roll",   "brightness", "sharpness", NULL };
  static const char *const tail[] = { "emotion", "confidence", "valence", "arousal", NULL };

  if (options->without_header)
    return;
  if (options->input != NULL)
    mien_csv_writer_text (csv, "input");
  put_names (csv, head);
  put_class_names (document, csv, "", "");
  put_names (csv, tail);
  if (options->smoothed)
    put_class_names (document, csv, "", "_smoothed");
  if (options->flow)
    mien_csv_writer_text (csv, "flow");
  if (options->landmarks)
    put_point_names (csv, "", MIEN_SAMPLE_LANDMARKS);
  if (options->mesh)
    put_point_names (csv, "mesh_", MIEN_SAMPLE_MESH);
  mien_csv_writer_end_row (csv);
}

/* The cells from the box to the last probability. */
static void
put_measured (MienCsvWriter *csv, const MienSample *s, guint n_classes)
{
  mien_csv_writer_number (csv, s->x, 2);
  mien_csv_writer_number (csv, s->y, 2);
  mien_csv_writer_number (csv, s->width, 2);
  mien_csv_writer_number (csv, s->height, 2);
  mien_csv_writer_number (csv, s->score, 4);
  mien_csv_writer_number (csv, s->yaw, 2);
  mien_csv_writer_number (csv, s->pitch, 2);
  mien_csv_writer_number (csv, s->roll, 2);
  mien_csv_writer_number (csv, s->brightness, 4);
  mien_csv_writer_number (csv, s->sharpness, 2);
  for (guint c = 0; c < n_classes; c++)
    mien_csv_writer_number (csv, s->values[c], 6);
}

/* emotion, confidence, valence, arousal */
static void
put_judged (MienDocument *document, MienCsvWriter *csv, MienTrack *track, gsize i)
{
  double confidence;
  int emotion = mien_track_get_emotion (track, i, &confidence);

  if (isnan (confidence))
    mien_csv_writer_empty (csv);
  else
    mien_csv_writer_text (csv, mien_states_get_name (document, emotion));
  mien_csv_writer_number (csv, confidence, 6);
  mien_csv_writer_number (csv, mien_track_get_valence (track, i), 6);
  mien_csv_writer_number (csv, mien_track_get_arousal (track, i), 6);
}

static void
put_smoothed (MienCsvWriter *csv, MienTrack *track, gsize i, guint n_classes)
{
  for (guint c = 0; c < n_classes; c++)
    {
      const float *values = mien_track_get_smoothed (track, c);

      mien_csv_writer_number (csv, values == NULL ? NAN : values[i], 6);
    }
}

static void
put_points (MienCsvWriter *csv, const MienSample *sample, guint first, guint n)
{
  gboolean has = sample->n_landmarks >= first + n;

  for (guint axis = 0; axis < 2; axis++)
    for (guint p = first; p < first + n; p++)
      mien_csv_writer_number (csv, has ? sample->landmarks[2 * p + axis] : NAN, 2);
}

static void
put_face (MienDocument *document,
          MienCsvWriter *csv,
          const MienCsvOptions *options,
          MienTrack *track,
          gsize i)
{
  guint n_classes = mien_document_get_n_classes (document);
  MienSample sample;

  mien_track_get_sample (track, i, &sample);
  mien_csv_writer_text (csv, get_status_name (sample.status));
  mien_csv_writer_int (csv, sample.track);
  mien_csv_writer_text (csv, mien_person_get_name (mien_track_get_person (track)));
  put_measured (csv, &sample, n_classes);
  put_judged (document, csv, track, i);
  if (options->smoothed)
    put_smoothed (csv, track, i, n_classes);
  if (options->flow)
    mien_csv_writer_number (csv, sample.flow, 2);
  if (options->landmarks)
    put_points (csv, &sample, 0, MIEN_SAMPLE_LANDMARKS);
  if (options->mesh)
    put_points (csv, &sample, MIEN_SAMPLE_LANDMARKS, MIEN_SAMPLE_MESH);
}

static void
put_frame (MienDocument *document, MienCsvWriter *csv, const MienCsvOptions *options, gsize frame)
{
  begin_row (csv, options);
  mien_csv_writer_int (csv, mien_document_get_frame_numbers (document)[frame]);
  mien_csv_writer_seconds (csv, mien_document_get_frame_times (document)[frame]);
}

static gboolean
is_wanted (MienDocument *document, const MienCsvOptions *options, gsize frame)
{
  gint64 time = mien_document_get_frame_times (document)[frame];

  return options->end_ns <= options->start_ns
         || (time >= options->start_ns && time < options->end_ns);
}

gboolean
mien_export_frames_csv (MienDocument *document,
                        GOutputStream *stream,
                        const MienCsvOptions *options,
                        GError **error)
{
  g_autoptr (MienCsvWriter) csv = mien_csv_writer_new (stream);
  g_autoptr (MienWalk) walk = mien_walk_new (document);
  guint n_classes = mien_document_get_n_classes (document);
  gsize frame;

  options = options == NULL ? &no_options : options;
  put_frames_header (document, csv, options);
  while (mien_walk_next (walk, &frame))
    {
      guint n = mien_walk_get_n_faces (walk);

      if (!is_wanted (document, options, frame))
        continue;
      for (guint k = 0; k < n; k++)
        {
          gsize i;
          MienTrack *track = mien_walk_get_index (walk, k, &i);

          put_frame (document, csv, options, frame);
          put_face (document, csv, options, track, i);
          mien_csv_writer_end_row (csv);
        }
      if (n > 0)
        continue;
      put_frame (document, csv, options, frame);
      mien_csv_writer_text (csv, get_status_name (MIEN_STATUS_NO_FACE));
      put_empty (csv, 12 + n_classes + 4 + (options->smoothed ? n_classes : 0)
                          + (options->flow ? 1 : 0)
                          + (options->landmarks ? 2 * MIEN_SAMPLE_LANDMARKS : 0)
                          + (options->mesh ? 2 * MIEN_SAMPLE_MESH : 0));
      mien_csv_writer_end_row (csv);
    }
  return mien_csv_writer_finish (csv, error);
}

static const char *const wide_names[] = {
  "status", "track", "x",    "y",          "width",     "height", "score",
  "yaw",    "pitch", "roll", "brightness", "sharpness", NULL,
};
#define N_WIDE (G_N_ELEMENTS (wide_names) - 1)

static void
put_wide_header (MienDocument *document, MienCsvWriter *csv, const MienCsvOptions *options)
{
  static const char *const tail[] = { "person", "emotion", "confidence", "valence", "arousal" };
  GListModel *people = mien_document_get_people (document);

  if (options->without_header)
    return;
  if (options->input != NULL)
    mien_csv_writer_text (csv, "input");
  mien_csv_writer_text (csv, "frame");
  mien_csv_writer_text (csv, "time");
  mien_csv_writer_text (csv, "faces");
  for (guint p = 0; p < g_list_model_get_n_items (people); p++)
    {
      g_autoptr (MienPerson) person = g_list_model_get_item (people, p);
      g_autofree char *prefix = g_strdup_printf ("p%u_", mien_person_get_id (person));
      g_autofree char *name = g_strconcat (prefix, tail[0], NULL);

      mien_csv_writer_text (csv, name);
      for (guint c = 0; c < N_WIDE; c++)
        {
          g_autofree char *text = g_strconcat (prefix, wide_names[c], NULL);

          mien_csv_writer_text (csv, text);
        }
      put_class_names (document, csv, prefix, "");
      for (guint c = 1; c < G_N_ELEMENTS (tail); c++)
        {
          g_autofree char *text = g_strconcat (prefix, tail[c], NULL);

          mien_csv_writer_text (csv, text);
        }
      if (options->smoothed)
        put_class_names (document, csv, prefix, "_smoothed");
    }
  mien_csv_writer_end_row (csv);
}

/* The face of @person in the current frame, the lowest track of several; FALSE when it has none. */
static gboolean
find_face (const MienWalk *walk, MienPerson *person, MienTrack **track, gsize *i)
{
  for (guint k = 0; k < mien_walk_get_n_faces (walk); k++)
    {
      *track = mien_walk_get_index (walk, k, i);
      if (mien_track_get_person (*track) == person)
        return TRUE;
    }
  return FALSE;
}

static void
put_wide_person (MienDocument *document,
                 MienCsvWriter *csv,
                 const MienCsvOptions *options,
                 const MienWalk *walk,
                 MienPerson *person)
{
  guint n_classes = mien_document_get_n_classes (document);
  MienTrack *track;
  MienSample sample;
  gsize i;

  mien_csv_writer_text (csv, mien_person_get_name (person));
  if (!find_face (walk, person, &track, &i))
    {
      mien_csv_writer_text (csv, get_status_name (MIEN_STATUS_NO_FACE));
      put_empty (csv, N_WIDE - 1 + n_classes + 4 + (options->smoothed ? n_classes : 0));
      return;
    }
  mien_track_get_sample (track, i, &sample);
  mien_csv_writer_text (csv, get_status_name (sample.status));
  mien_csv_writer_int (csv, sample.track);
  put_measured (csv, &sample, n_classes);
  put_judged (document, csv, track, i);
  if (options->smoothed)
    put_smoothed (csv, track, i, n_classes);
}

gboolean
mien_export_wide_csv (MienDocument *document,
                      GOutputStream *stream,
                      const MienCsvOptions *options,
                      GError **error)
{
  g_autoptr (MienCsvWriter) csv = mien_csv_writer_new (stream);
  g_autoptr (MienWalk) walk = mien_walk_new (document);
  GListModel *people = mien_document_get_people (document);
  gsize frame;

  options = options == NULL ? &no_options : options;
  put_wide_header (document, csv, options);
  while (mien_walk_next (walk, &frame))
    {
      put_frame (document, csv, options, frame);
      mien_csv_writer_int (csv, mien_walk_get_n_faces (walk));
      for (guint p = 0; p < g_list_model_get_n_items (people); p++)
        {
          g_autoptr (MienPerson) person = g_list_model_get_item (people, p);

          put_wide_person (document, csv, options, walk, person);
        }
      mien_csv_writer_end_row (csv);
    }
  return mien_csv_writer_finish (csv, error);
}

gboolean
mien_export_states_csv (MienDocument *document,
                        GOutputStream *stream,
                        const MienCsvOptions *options,
                        GError **error)
{
  static const char *const names[] = { "track",   "person",          "start",  "end", "duration",
                                       "emotion", "mean_confidence", "frames", NULL };
  g_autoptr (MienCsvWriter) csv = mien_csv_writer_new (stream);
  g_autoptr (GArray) states = mien_states_of_document (document);

  options = options == NULL ? &no_options : options;
  if (!options->without_header)
    {
      if (options->input != NULL)
        mien_csv_writer_text (csv, "input");
      put_names (csv, names);
      mien_csv_writer_end_row (csv);
    }
  for (guint i = 0; i < states->len; i++)
    {
      const MienState *state = &g_array_index (states, MienState, i);

      begin_row (csv, options);
      mien_csv_writer_int (csv, state->track);
      mien_csv_writer_text (
          csv, mien_person_get_name (mien_document_find_person (document, state->person)));
      mien_csv_writer_seconds (csv, state->start_ns);
      mien_csv_writer_seconds (csv, state->end_ns);
      mien_csv_writer_seconds (csv, state->end_ns - state->start_ns);
      mien_csv_writer_text (csv, mien_states_get_name (document, state->emotion));
      mien_csv_writer_number (csv, state->mean_confidence, 6);
      mien_csv_writer_int (csv, state->frames);
      mien_csv_writer_end_row (csv);
    }
  return mien_csv_writer_finish (csv, error);
}

static void
put_statistics_header (MienDocument *document, MienCsvWriter *csv)
{
  static const char *const names[] = { "frames", "frames_low_quality", "frames_excluded", "seconds",
                                       NULL };
  static const char *const tail[] = { "share_uncertain", NULL };
  static const char *const last[] = { "mean_confidence", "valence",           "valence_deviation",
                                      "arousal",         "arousal_deviation", NULL };

  put_names (csv, names);
  put_class_names (document, csv, "share_", "");
  put_names (csv, tail);
  put_class_names (document, csv, "mean_", "");
  put_class_names (document, csv, "deviation_", "");
  put_names (csv, last);
}

static void
put_statistics (MienDocument *document, MienCsvWriter *csv, const MienStatistics *s)
{
  guint n_classes = mien_document_get_n_classes (document);

  mien_csv_writer_int (csv, s->frames);
  mien_csv_writer_int (csv, s->frames_low);
  mien_csv_writer_int (csv, s->frames_excluded);
  mien_csv_writer_number (csv, s->seconds, 6);
  for (guint c = 0; c < n_classes; c++)
    mien_csv_writer_number (csv, s->share[c], 6);
  mien_csv_writer_number (csv, s->share_uncertain, 6);
  for (guint c = 0; c < n_classes; c++)
    mien_csv_writer_number (csv, s->mean[c], 6);
  for (guint c = 0; c < n_classes; c++)
    mien_csv_writer_number (csv, s->deviation[c], 6);
  mien_csv_writer_number (csv, s->mean_confidence, 6);
  mien_csv_writer_number (csv, s->valence, 6);
  mien_csv_writer_number (csv, s->valence_deviation, 6);
  mien_csv_writer_number (csv, s->arousal, 6);
  mien_csv_writer_number (csv, s->arousal_deviation, 6);
}

/* A mark stands for the frame on the screen at its time. */
static gint64
get_mark_end (MienDocument *document, MienMark *mark)
{
  gsize frame;

  if (mien_mark_is_range (mark))
    return mien_mark_get_end (mark);
  frame = mien_document_find_frame_at (document, mien_mark_get_start (mark));
  return frame < mien_document_get_n_frames (document)
             ? mien_document_get_frame_times (document)[frame] + 1
             : mien_mark_get_start (mark);
}

gboolean
mien_export_marks_csv (MienDocument *document,
                       GOutputStream *stream,
                       const MienCsvOptions *options,
                       GError **error)
{
  static const char *const names[] = { "mark", "start", "end", "label", "person", NULL };
  g_autoptr (MienCsvWriter) csv = mien_csv_writer_new (stream);
  GListModel *marks = mien_document_get_marks (document);
  GListModel *people = mien_document_get_people (document);

  options = options == NULL ? &no_options : options;
  if (!options->without_header)
    {
      if (options->input != NULL)
        mien_csv_writer_text (csv, "input");
      put_names (csv, names);
      put_statistics_header (document, csv);
      mien_csv_writer_end_row (csv);
    }
  for (guint m = 0; m < g_list_model_get_n_items (marks); m++)
    for (guint p = 0; p < g_list_model_get_n_items (people); p++)
      {
        g_autoptr (MienMark) mark = g_list_model_get_item (marks, m);
        g_autoptr (MienPerson) person = g_list_model_get_item (people, p);
        MienStatistics statistics;

        begin_row (csv, options);
        mien_csv_writer_int (csv, mien_mark_get_id (mark));
        mien_csv_writer_seconds (csv, mien_mark_get_start (mark));
        mien_csv_writer_seconds (csv, mien_mark_get_end (mark));
        mien_csv_writer_text (csv, mien_mark_get_label (mark));
        mien_csv_writer_text (csv, mien_person_get_name (person));
        mien_statistics_of_range (document, person, mien_mark_get_start (mark),
                                  get_mark_end (document, mark), &statistics);
        put_statistics (document, csv, &statistics);
        mien_csv_writer_end_row (csv);
      }
  return mien_csv_writer_finish (csv, error);
}

static void
put_summary_row (MienDocument *document,
                 MienCsvWriter *csv,
                 const MienCsvOptions *options,
                 const GArray *segments,
                 MienPerson *person)
{
  MienStatistics statistics;
  MienVerdict verdict;

  begin_row (csv, options);
  mien_csv_writer_text (csv, person == NULL ? "" : mien_person_get_name (person));
  mien_segments_judge (document, segments, person == NULL ? 0 : mien_person_get_id (person),
                       &verdict);
  mien_csv_writer_text (csv, mien_states_get_name (document, verdict.emotion));
  mien_csv_writer_number (csv, verdict.confidence, 6);
  mien_csv_writer_int (csv, verdict.kept);
  mien_csv_writer_int (csv, verdict.total);
  mien_statistics_of_person (document, person, &statistics);
  put_statistics (document, csv, &statistics);
  mien_csv_writer_end_row (csv);
}

gboolean
mien_export_summary_csv (MienDocument *document,
                         GOutputStream *stream,
                         const MienCsvOptions *options,
                         GError **error)
{
  static const char *const names[] = { "person",        "emotion",        "confidence",
                                       "segments_kept", "segments_total", NULL };
  g_autoptr (MienCsvWriter) csv = mien_csv_writer_new (stream);
  g_autoptr (GArray) segments = mien_segments_of_document (document);
  GListModel *people = mien_document_get_people (document);

  options = options == NULL ? &no_options : options;
  if (!options->without_header)
    {
      if (options->input != NULL)
        mien_csv_writer_text (csv, "input");
      put_names (csv, names);
      put_statistics_header (document, csv);
      mien_csv_writer_end_row (csv);
    }
  for (guint p = 0; p < g_list_model_get_n_items (people); p++)
    {
      g_autoptr (MienPerson) person = g_list_model_get_item (people, p);

      put_summary_row (document, csv, options, segments, person);
    }
  put_summary_row (document, csv, options, segments, NULL);
  return mien_csv_writer_finish (csv, error);
}
