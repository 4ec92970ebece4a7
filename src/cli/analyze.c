/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "analysis/analysis.h"
#include "base/error.h"
#include "cli/analyze-set.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/write.h"

#define MAX_SECONDS 1e7 /* nobody's film is longer, and it fits in nanoseconds */

/* What was typed. */
typedef struct
{
  MienCliOutputs outputs;
  char *document, *output_dir, *detector, *classifier, *labels, *start, *end, *min_face, *region;
  int every, detect_every, threads;
  gboolean tiles, landmarks, mesh, flow, resume, json, quiet;
  char **inputs;
} Options;

/* What all inputs share. */
typedef struct
{
  const Options *options;
  MienAnalysisSettings *settings; /* of one after the other */
  MienFilters filters;
  MienModels *models;
  gboolean models_of_camera; /* camera and file have different default detectors */
  MienCliProgress *progress;
  GCancellable *cancellable;
  guint n_documents; /* that hold results, so far */
} Session;

static void
options_clear (Options *self)
{
  mien_cli_outputs_clear (&self->outputs);
  g_free (self->document);
  g_free (self->output_dir);
  g_free (self->detector);
  g_free (self->classifier);
  g_free (self->labels);
  g_free (self->start);
  g_free (self->end);
  g_free (self->min_face);
  g_free (self->region);
  g_strfreev (self->inputs);
}

static gboolean
parse_options (Options *self, int argc, char **argv, int *status)
{
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &self->document, "keep everything in a document",
      "DOC.mien" },
    { "output-dir", 0, 0, G_OPTION_ARG_FILENAME, &self->output_dir,
      "a folder of results for each input, and merged tables", "DIR" },
    { "detector", 0, 0, G_OPTION_ARG_FILENAME, &self->detector,
      "ssd (default for files), fast (for cameras), haar, or a model file", "NAME" },
    { "detect-every", 0, 0, G_OPTION_ARG_INT, &self->detect_every,
      "look for faces on every Nth frame, follow them in between (default: about 8 a second)",
      "N" },
    { "classifier", 0, 0, G_OPTION_ARG_FILENAME, &self->classifier,
      "an installed classifier, or a model file", "NAME" },
    { "labels", 0, 0, G_OPTION_ARG_STRING, &self->labels,
      "the classes: ferplus (8, default) or fer2013 (7)", "SET" },
    { "every", 0, 0, G_OPTION_ARG_INT, &self->every, "use every Nth frame (1)", "N" },
    { "start", 0, 0, G_OPTION_ARG_STRING, &self->start, "begin at this second", "S" },
    { "end", 0, 0, G_OPTION_ARG_STRING, &self->end, "stop before this second", "S" },
    { "min-face", 0, 0, G_OPTION_ARG_STRING, &self->min_face,
      "leave out faces of fewer pixels on the larger side", "PX" },
    { "region", 0, 0, G_OPTION_ARG_STRING, &self->region,
      "look for faces in this part of the picture only", "X,Y,W,H" },
    { "tiles", 0, 0, G_OPTION_ARG_NONE, &self->tiles,
      "look at the picture in overlapping parts too, for tiny faces", NULL },
    { "landmarks", 0, 0, G_OPTION_ARG_NONE, &self->landmarks, "find 68 points of each face", NULL },
    { "mesh", 0, 0, G_OPTION_ARG_NONE, &self->mesh,
      "find them by a mesh of 468 points, and keep that too", NULL },
    { "flow", 0, 0, G_OPTION_ARG_NONE, &self->flow, "measure how fast each face changes its shape",
      NULL },
    { "threads", 0, 0, G_OPTION_ARG_INT, &self->threads,
      "never changes the result (0: all processors)", "N" },
    { "resume", 0, 0, G_OPTION_ARG_NONE, &self->resume, "go on with the document of -o", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &self->json, "print the summary as JSON", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &self->quiet, "print nothing but errors", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->inputs, NULL, "INPUT..." },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  self->every = 1;
  self->detect_every = -1;
  g_option_context_set_summary (
      context, "Reads the emotions on the faces of media files, images, folders of images or a "
               "camera\n(camera:, camera:NAME, with --end).");
  g_option_context_set_description (
      context, "Exit: 0 done, 1 usage, 2 input cannot be read, 3 model cannot be used, 4 input "
               "damaged part way\n(what was read is saved), 5 output cannot be written, 130 "
               "interrupted.\n");
  g_option_context_add_main_entries (context, entries, NULL);
  mien_cli_outputs_add_options (&self->outputs, context);
  return mien_cli_parse (context, argc, argv, status);
}

static gboolean
fail_usage (GError **error, const char *message)
{
  g_set_error_literal (error, MIEN_ERROR, MIEN_ERROR_USAGE, message);
  return FALSE;
}

static gboolean
parse_region (const char *text, MienAnalysisSettings *settings, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  double value[4];

  if (g_strv_length (parts) != 4)
    return fail_usage (error, "region: needs four numbers X,Y,W,H");
  for (guint i = 0; i < 4; i++)
    if (!mien_cli_parse_number (parts[i], "region", 0, 1e6, &value[i], error))
      return FALSE;
  settings->has_region = TRUE;
  settings->region_x = (int) value[0];
  settings->region_y = (int) value[1];
  settings->region_width = (int) value[2];
  settings->region_height = (int) value[3];
  return TRUE;
}

static gboolean
parse_seconds (const char *text, const char *what, gint64 *out, GError **error)
{
  double seconds;

  if (text == NULL)
    return TRUE;
  if (!mien_cli_parse_number (text, what, 0, MAX_SECONDS, &seconds, error))
    return FALSE;
  *out = (gint64) (seconds * 1e9 + 0.5);
  return TRUE;
}

static gboolean
parse_settings (const Options *options, MienAnalysisSettings *settings, GError **error)
{
  if (options->every < 1 || options->detect_every == 0 || options->detect_every < -1
      || options->threads < 0)
    return fail_usage (error, "every, detect-every: must be at least 1; threads: at least 0");
  settings->detector = g_strdup (options->detector);
  settings->classifier = g_strdup (options->classifier);
  settings->labels = g_strdup (options->labels);
  settings->every = (guint) options->every;
  settings->detect_every = (guint) MAX (options->detect_every, 0);
  settings->threads = (guint) options->threads;
  settings->tiles = options->tiles;
  settings->landmarks = options->landmarks || options->mesh;
  settings->mesh = options->mesh;
  settings->flow = options->flow;
  settings->resume = options->resume;
  if (options->min_face != NULL
      && !mien_cli_parse_number (options->min_face, "min-face", 0, 1e6, &settings->min_face, error))
    return FALSE;
  if (options->region != NULL && !parse_region (options->region, settings, error))
    return FALSE;
  return parse_seconds (options->start, "start", &settings->start_ns, error)
         && parse_seconds (options->end, "end", &settings->end_ns, error);
}

/* What can be known to be wrong before anything is opened. */
static gboolean
check (Session *self, GError **error)
{
  const Options *options = self->options;
  guint n_inputs = options->inputs != NULL ? g_strv_length (options->inputs) : 0;

  if (n_inputs == 0)
    return fail_usage (error, "analyze: needs an INPUT; see `mien-cli analyze --help`");
  if (options->output_dir == NULL && n_inputs > 1)
    return fail_usage (error, "analyze: several inputs need --output-dir");
  if (options->output_dir != NULL
      && (options->document != NULL || mien_cli_outputs_has_any (&options->outputs)))
    return fail_usage (error, "analyze: --output-dir names its files itself; "
                              "-o and the output options go with a single input");
  if (options->resume && options->document == NULL && options->output_dir == NULL)
    return fail_usage (error, "analyze: --resume needs the document, -o DOC.mien");
  for (guint i = 0; i < n_inputs; i++)
    {
      g_free (self->settings->input);
      self->settings->input = g_strdup (options->inputs[i]);
      if (!mien_analysis_settings_check (self->settings, error))
        return FALSE;
      if (mien_analysis_settings_is_camera (self->settings) && self->settings->end_ns < 0)
        return fail_usage (error, "camera: needs --end S, the seconds to record");
      if (!mien_cli_outputs_check (&options->outputs, options->inputs[i], error))
        return FALSE;
    }
  if (options->document != NULL && !mien_output_check_place (options->document, error))
    return FALSE;
  return TRUE;
}

static gboolean
load_models (Session *self, GError **error)
{
  gboolean is_camera = mien_analysis_settings_is_camera (self->settings);

  if (self->models != NULL && self->models_of_camera == is_camera)
    return TRUE;
  g_clear_pointer (&self->models, mien_models_unref);
  self->models = mien_models_load (self->settings, error);
  self->models_of_camera = is_camera;
  return self->models != NULL;
}

/* The document to fill: in memory, new, or the one to go on with. */
static MienDocument *
open_document (Session *self, const char *path, GError **error)
{
  if (path == NULL)
    return mien_document_new ();
  if (self->settings->resume && g_file_test (path, G_FILE_TEST_EXISTS))
    return mien_document_open (path, error);
  return mien_document_create (path, error);
}

static void
print_speed (MienAnalysis *analysis)
{
  MienAnalysisTiming t;
  double frames;

  mien_analysis_get_timing (analysis, &t);
  if (t.frames == 0 || t.wall_ns <= 0)
    return;
  frames = (double) t.frames;
  printf ("  speed        %.1f frames/s; ms of processor time a frame: decode %.1f, detect %.1f, "
          "track %.2f, crop %.2f, classify %.2f, store %.2f\n",
          frames / ((double) t.wall_ns / 1e9), (double) t.decode_ns / 1e6 / frames,
          (double) t.detect_ns / 1e6 / frames, (double) t.track_ns / 1e6 / frames,
          (double) t.crop_ns / 1e6 / frames, (double) t.classify_ns / 1e6 / frames,
          (double) t.store_ns / 1e6 / frames);
}

/* @said: what the analysis ended with, nullable; it is not said twice. */
static int
close_document (MienDocument *document, const GError *said)
{
  g_autoptr (GError) error = NULL;

  if (mien_document_get_path (document) == NULL || mien_document_close (document, &error)
      || (said != NULL && g_str_equal (said->message, error->message)))
    return 0;
  return mien_cli_fail (error);
}

/* After the analysis: what was asked for, whatever became of it. */
static int
write_results (Session *self,
               MienAnalysis *analysis,
               MienDocument *document,
               const MienCliOutputs *outputs)
{
  int status;

  mien_document_set_filters (document, &self->filters);
  status = mien_cli_write_outputs (document, outputs, NULL, self->progress, self->cancellable);
  if (self->options->json)
    {
      int code;

      if (self->n_documents > 0)
        printf (",\n");
      code = mien_cli_print_json (document);

      status = status == 0 ? code : status;
    }
  else if (!self->options->quiet)
    {
      mien_cli_print_summary (document);
      print_speed (analysis);
    }
  return status;
}

/* One input from beginning to end; returns its exit code, having said what is wrong. */
static int
analyze_one (Session *self, const char *input, const char *path, const MienCliOutputs *outputs)
{
  g_autoptr (MienAnalysis) analysis = NULL;
  g_autoptr (MienDocument) document = NULL;
  g_autoptr (GError) error = NULL;
  int status = 0, code;

  g_free (self->settings->input);
  self->settings->input = g_strdup (input);
  if (!load_models (self, &error))
    return mien_cli_fail (error);
  analysis = mien_analysis_new (self->settings, self->models);
  if (!mien_analysis_prepare (analysis, self->cancellable, &error))
    return mien_cli_fail (error);
  document = open_document (self, path, &error);
  if (document == NULL)
    return mien_cli_fail (error);
  mien_cli_progress_follow (self->progress, analysis, input);
  if (!mien_analysis_run (analysis, document, self->cancellable, &error))
    {
      mien_cli_progress_clear (self->progress);
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_free (error->message);
          error->message = g_strdup_printf ("%s: interrupted; what was done is kept", input);
        }
      status = mien_cli_fail (error);
      if (status == 1) /* the document was not touched */
        return status;
    }
  code = write_results (self, analysis, document, outputs);
  self->n_documents++;
  status = status == 0 ? code : status;
  code = close_document (document, error);
  return status == 0 ? code : status;
}

/* Several inputs: a folder each, then the merged tables. */
static int
analyze_set (Session *self)
{
  g_autoptr (MienAnalyzeSet) set = mien_analyze_set_new (self->options->output_dir);
  g_autoptr (GError) error = NULL;
  int status = 0;

  if (self->options->json)
    printf ("[\n");
  for (char **input = self->options->inputs; *input != NULL; input++)
    {
      MienCliOutputs outputs = { .smooth = NULL };
      const char *document = mien_analyze_set_begin (set, *input, &outputs, &error);
      guint n_documents = self->n_documents;
      int code;

      if (document == NULL)
        return mien_cli_fail (error);
      code = analyze_one (self, *input, document, &outputs);
      if (self->n_documents > n_documents)
        mien_analyze_set_keep (set);
      mien_cli_outputs_clear (&outputs);
      status = status == 0 ? code : status;
      if (code == 130)
        break;
    }
  if (self->options->json)
    printf ("]\n");
  if (!mien_analyze_set_finish (set, &error))
    {
      int code = mien_cli_fail (error);

      status = status == 0 ? code : status;
    }
  return status;
}

static void
session_clear (Session *self)
{
  g_clear_pointer (&self->settings, mien_analysis_settings_free);
  g_clear_pointer (&self->models, mien_models_unref);
  g_clear_pointer (&self->progress, mien_cli_progress_free);
  g_clear_object (&self->cancellable);
}

static int
analyze (Session *self)
{
  const Options *options = self->options;
  g_autoptr (GError) error = NULL;

  mien_filters_init (&self->filters);
  self->settings = mien_analysis_settings_new ();
  self->cancellable = g_cancellable_new ();
  self->progress = mien_cli_progress_new (options->quiet);
  if (!parse_settings (options, self->settings, &error) || !check (self, &error)
      || !mien_cli_outputs_apply_filters (&options->outputs, &self->filters, &error))
    return mien_cli_fail (error);
  mien_cli_watch_interrupt (self->cancellable);
  if (options->output_dir != NULL)
    return analyze_set (self);
  return analyze_one (self, options->inputs[0], options->document, &options->outputs);
}

int
mien_cli_analyze (int argc, char **argv)
{
  Options options = { .inputs = NULL };
  Session session = { .options = &options };
  int status;

  if (parse_options (&options, argc, argv, &status))
    status = analyze (&session);
  session_clear (&session);
  options_clear (&options);
  return status;
}
