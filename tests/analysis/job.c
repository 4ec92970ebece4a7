/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/analysis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/live.h"
#include "base/error.h"
#include "media/frame-source.h"
#include "timeline/export-csv.h"
#include "vision/rect.h"

static MienAnalysisSettings *
make_settings (gint64 end_ns)
{
  MienAnalysisSettings *settings = mien_analysis_settings_new ();

  settings->input = g_build_filename (g_getenv ("MIEN_DATA_DIR"), "demo", "cap12.mp4", NULL);
  settings->detector = g_strdup ("fast");
  settings->end_ns = end_ns;
  settings->threads = 2;
  return settings;
}

/* frames.csv of @document. */
static char *
dup_csv (MienDocument *document)
{
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();
  const MienCsvOptions options = {
    .flow = g_strcmp0 (mien_document_get_setting (document, "flow"), "true") == 0,
  };
  g_autoptr (GError) error = NULL;

  g_assert_true (mien_export_frames_csv (document, stream, &options, &error));
  g_assert_no_error (error);
  g_assert_true (g_output_stream_write_all (stream, "", 1, NULL, NULL, NULL));
  g_assert_true (g_output_stream_close (stream, NULL, NULL));
  return g_memory_output_stream_steal_data (G_MEMORY_OUTPUT_STREAM (stream));
}

typedef struct
{
  GMainLoop *loop;
  GAsyncResult *result;
  MienDocument *document;
  GThread *thread; /* that owns the document */
  guint progress;
  gsize frames_seen; /* in the document, at the last progress */
} Run;

static void
on_done (GObject *object, GAsyncResult *result, gpointer data)
{
  Run *run = data;

  g_assert_true (g_thread_self () == run->thread);
  run->result = g_object_ref (result);
  g_main_loop_quit (run->loop);
}

static void
on_progress (MienAnalysis *analysis, gpointer data)
{
  Run *run = data;
  MienAnalysisProgress progress;

  g_assert_true (g_thread_self () == run->thread);
  mien_analysis_get_progress (analysis, &progress);
  g_assert_cmpuint (mien_document_get_n_frames (run->document), >=, run->frames_seen);
  run->frames_seen = mien_document_get_n_frames (run->document);
  run->progress++;
}

/* The window's way of running: from a main loop. */
static gboolean
run_async (MienAnalysis *analysis,
           MienDocument *document,
           GCancellable *cancellable,
           GError **error)
{
  Run run = { g_main_loop_new (NULL, FALSE), NULL, document, g_thread_self (), 0, 0 };
  gboolean ok;

  g_signal_connect (analysis, "progress", G_CALLBACK (on_progress), &run);
  mien_analysis_run_async (analysis, document, cancellable, on_done, &run);
  g_main_loop_run (run.loop);
  ok = mien_analysis_run_finish (analysis, run.result, error);
  g_assert_cmpuint (run.progress, >, 0);
  g_object_unref (run.result);
  g_main_loop_unref (run.loop);
  return ok;
}

/* Window and command line give the same values, to the byte. */
static void
test_same (void)
{
  g_autoptr (MienAnalysisSettings) settings = make_settings (G_GINT64_CONSTANT (800000000));
  g_autoptr (MienAnalysis) a = mien_analysis_new (settings, NULL);
  g_autoptr (MienAnalysis) b = mien_analysis_new (settings, NULL);
  g_autoptr (MienDocument) first = mien_document_new ();
  g_autoptr (MienDocument) second = mien_document_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *x = NULL, *y = NULL;
  MienAnalysisTiming timing;

  g_assert_true (mien_analysis_run (a, first, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (run_async (b, second, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (mien_document_get_n_frames (first), ==, 20);
  g_assert_true (mien_document_is_complete (first));
  g_assert_true (mien_document_is_complete (second));
  x = dup_csv (first);
  y = dup_csv (second);
  g_assert_cmpstr (x, ==, y);
  mien_analysis_get_timing (a, &timing);
  g_assert_cmpuint (timing.frames, ==, 20);
  g_assert_cmpint (timing.detect_ns, >, 0);
  g_assert_cmpint (timing.classify_ns, >, 0);
  g_assert_null (mien_document_dup_checkpoint (first));
}

/* One man in two takes is two tracks of one person. */
static void
test_person (void)
{
  g_autoptr (MienAnalysisSettings) settings = make_settings (G_GINT64_CONSTANT (25400000000));
  g_autoptr (MienAnalysis) analysis = NULL;
  g_autoptr (MienDocument) document = mien_document_new ();
  g_autoptr (GError) error = NULL;

  settings->start_ns = G_GINT64_CONSTANT (24000000000);
  analysis = mien_analysis_new (settings, NULL);
  g_assert_true (mien_analysis_run (analysis, document, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (mien_document_get_tracks (document)), ==, 2);
  g_assert_cmpuint (g_list_model_get_n_items (mien_document_get_people (document)), ==, 1);
}

static void
cancel_soon (MienAnalysis *analysis, gpointer cancellable)
{
  MienAnalysisProgress progress;

  mien_analysis_get_progress (analysis, &progress);
  if (progress.frames_done >= 5)
    g_cancellable_cancel (cancellable);
}

/* A cancelled run keeps what it has, and another goes on to the same table. */
static void
test_cancel_and_resume (void)
{
  g_autoptr (MienAnalysisSettings) settings = make_settings (G_GINT64_CONSTANT (3000000000));
  g_autoptr (MienAnalysis) whole = mien_analysis_new (settings, NULL);
  g_autoptr (MienAnalysis) cut = mien_analysis_new (settings, NULL);
  g_autoptr (MienAnalysis) rest = NULL;
  g_autoptr (MienDocument) expected = mien_document_new ();
  g_autoptr (MienDocument) document = mien_document_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *x = NULL, *y = NULL;

  g_assert_true (mien_analysis_run (whole, expected, NULL, &error));
  g_signal_connect (cut, "progress", G_CALLBACK (cancel_soon), cancellable);
  g_assert_false (run_async (cut, document, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (mien_document_get_n_frames (document), >=, 5);
  g_assert_cmpuint (mien_document_get_n_frames (document), <, 75);
  g_assert_false (mien_document_is_complete (document));

  settings->resume = TRUE;
  rest = mien_analysis_new (settings, NULL);
  g_assert_true (run_async (rest, document, NULL, &error));
  g_assert_no_error (error);
  x = dup_csv (expected);
  y = dup_csv (document);
  g_assert_cmpstr (x, ==, y);
}

typedef struct
{
  int frame, track;
  MienRect box;
  float flow;
} Row;

/* The faces of frames.csv. */
static GArray *
read_rows (const char *csv)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (Row));
  g_auto (GStrv) lines = g_strsplit (csv, "\n", -1);

  for (guint i = 1; lines[i] != NULL && lines[i][0] != '\0'; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], ",", -1);
      Row row = { .frame = atoi (cells[0]), .track = atoi (cells[3]) };

      if (cells[5][0] == '\0')
        continue;
      row.box = (MienRect){ (float) g_ascii_strtod (cells[5], NULL),
                            (float) g_ascii_strtod (cells[6], NULL),
                            (float) g_ascii_strtod (cells[7], NULL),
                            (float) g_ascii_strtod (cells[8], NULL) };
      row.flow = NAN;
      if (g_str_has_suffix (lines[0], ",flow") && cells[g_strv_length (cells) - 1][0] != '\0')
        row.flow = (float) g_ascii_strtod (cells[g_strv_length (cells) - 1], NULL);
      g_array_append_val (rows, row);
    }
  return rows;
}

/* Following faces gives the boxes and tracks of looking at every frame, over a cut and up to the
 * last frame, with a fraction of the work; stopped and resumed too. */
static void
test_follow (void)
{
  g_autoptr (MienAnalysisSettings) settings = make_settings (G_GINT64_CONSTANT (25400000000));
  MienDocument *documents[2] = { mien_document_new (), mien_document_new () };
  g_autoptr (MienDocument) stopped = mien_document_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  char *tables[3] = { NULL };
  g_autoptr (GArray) looked = NULL, followed = NULL;
  g_autoptr (MienAnalysis) half = NULL, rest = NULL;
  MienAnalysisTiming timing[2];
  int before = 0;

  settings->start_ns = G_GINT64_CONSTANT (23000000000);
  settings->flow = TRUE;
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (MienAnalysis) analysis = NULL;

      settings->detect_every = i == 0 ? 1 : 4;
      analysis = mien_analysis_new (settings, NULL);
      g_assert_true (mien_analysis_run (analysis, documents[i], NULL, NULL));
      mien_analysis_get_timing (analysis, &timing[i]);
      tables[i] = dup_csv (documents[i]);
    }
  looked = read_rows (tables[0]);
  followed = read_rows (tables[1]);
  g_assert_cmpuint (looked->len, >=, 55);
  g_assert_cmpuint (followed->len, ==, looked->len);
  for (guint i = 0; i < looked->len; i++)
    {
      const Row *a = &g_array_index (looked, Row, i), *b = &g_array_index (followed, Row, i);

      g_assert_cmpint (a->frame, ==, b->frame);
      g_assert_cmpint (a->track, ==, b->track);
      g_assert_cmpfloat (mien_rect_iou (&a->box, &b->box), >=, 0.7);
      /* Motion is known from the second frame of a track on. */
      g_assert_cmpint (isnan (b->flow), ==, b->track != before);
      before = b->track;
    }
  /* A quarter and what cuts, new faces and the end ask for. The time would say as much on a machine
   * without other work. */
  g_test_message ("looked at %" G_GUINT64_FORMAT " and %" G_GUINT64_FORMAT " frames",
                  timing[0].detections, timing[1].detections);
  g_assert_cmpuint (timing[0].detections, ==, timing[0].frames);
  g_assert_cmpuint (timing[1].detections, >, 0);
  g_assert_cmpuint (timing[1].detections, <=, timing[0].detections / 2);

  half = mien_analysis_new (settings, NULL);
  g_signal_connect (half, "progress", G_CALLBACK (cancel_soon), cancellable);
  g_assert_false (run_async (half, stopped, cancellable, NULL));
  g_assert_false (mien_document_is_complete (stopped));
  settings->resume = TRUE;
  rest = mien_analysis_new (settings, NULL);
  g_assert_true (run_async (rest, stopped, NULL, NULL));
  tables[2] = dup_csv (stopped);
  g_assert_cmpstr (tables[2], ==, tables[1]);
  for (int i = 0; i < 3; i++)
    g_clear_pointer (&tables[i], g_free);
  g_clear_object (&documents[0]);
  g_clear_object (&documents[1]);
}

static void
test_errors (void)
{
  g_autoptr (MienAnalysisSettings) settings = make_settings (-1);
  g_autoptr (MienDocument) document = mien_document_new ();
  g_autoptr (MienAnalysis) analysis = NULL;
  g_autoptr (GError) error = NULL;

  g_free (settings->input);
  settings->input = g_strdup ("/nowhere/at all.mp4");
  analysis = mien_analysis_new (settings, NULL);
  g_assert_false (run_async (analysis, document, NULL, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_INPUT);
  g_assert_cmpuint (mien_document_get_n_classes (document), ==, 0);
  g_clear_error (&error);
  g_clear_object (&analysis);
  settings->every = 0;
  analysis = mien_analysis_new (settings, NULL);
  g_assert_false (mien_analysis_prepare (analysis, NULL, &error));
  g_assert_error (error, MIEN_ERROR, MIEN_ERROR_USAGE);
}

typedef struct
{
  GMainLoop *loop;
  guint64 last;
  guint n_results, n_faces;
  gint n_recorded; /* atomic */
} LiveRun;

static void
on_live (MienLive *live, const MienLiveResult *result, gpointer data)
{
  LiveRun *run = data;

  g_assert_cmpuint (result->serial, >, run->last);
  g_assert_cmpint (result->pushed_us, <=, result->started_us);
  g_assert_cmpint (result->started_us, <=, result->finished_us);
  run->last = result->serial;
  run->n_results++;
  run->n_faces += result->n_samples;
  for (guint i = 0; i < result->n_samples; i++)
    {
      float sum = 0;

      for (guint c = 0; c < 8; c++)
        sum += result->samples[i].values[c];
      g_assert_cmpfloat_with_epsilon (sum, 1, 1e-4);
    }
  if (result->serial == 30)
    g_main_loop_quit (run->loop);
}

static void
on_record (MienLive *live, const MienLiveResult *result, gpointer data)
{
  LiveRun *run = data;

  g_atomic_int_inc (&run->n_recorded);
}

/* Far more frames than there is time for: the newest is always evaluated, and results come in
 * order. */
static void
test_live (void)
{
  g_autoptr (MienAnalysisSettings) settings = make_settings (-1);
  g_autoptr (MienModels) models = mien_models_load (settings, NULL);
  g_autoptr (MienFrameSource) source = mien_frame_source_open (settings->input, NULL, NULL, NULL);
  g_autoptr (MienLive) live = mien_live_new (models, settings);
  LiveRun run = { g_main_loop_new (NULL, FALSE), 0, 0, 0, 0 };

  mien_live_set_func (live, on_live, &run);
  mien_live_set_recorder (live, on_record, &run);
  for (int i = 0; i < 30; i++)
    {
      g_autoptr (MienFrame) frame = NULL;

      g_assert_true (mien_frame_source_next (source, &frame, NULL));
      mien_live_push (live, frame);
    }
  g_main_loop_run (run.loop);
  g_assert_cmpuint (run.last, ==, 30);
  g_assert_cmpuint (run.n_faces, >, 0);
  g_assert_cmpuint (run.n_results, <=, (guint) g_atomic_int_get (&run.n_recorded));
  g_assert_null (mien_live_get_error (live));
  mien_live_reset (live);
  mien_live_stop (live);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_main_loop_unref (run.loop);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/analysis/job/same-from-loop-and-thread", test_same);
  g_test_add_func ("/analysis/job/cancel-and-resume", test_cancel_and_resume);
  g_test_add_func ("/analysis/job/follow", test_follow);
  g_test_add_func ("/analysis/job/errors", test_errors);
  g_test_add_func ("/analysis/live/newest-wins", test_live);
  g_test_add_func ("/analysis/job/person", test_person);
  return g_test_run ();
}
