/* Influence: what position, pose, light and recording change in the answer, over changes of one
 * face, over a labelled set, or over what a document measured.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "cli/inspect.h"
#include "cli/inspect-data.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "plot/network-plot.h"
#include "plot/picture.h"
#include "plot/robustness-plot.h"

typedef struct
{
  MienInspectSetOptions set;
  char *out, *face, *sweep, *doc;
  int threads, images;
  char **rest;
} Options;

static void
options_clear (Options *options)
{
  mien_inspect_set_options_clear (&options->set);
  g_free (options->out);
  g_free (options->face);
  g_free (options->sweep);
  g_free (options->doc);
  g_strfreev (options->rest);
}

/* What is changed, and with what. */
typedef struct
{
  const Options *options;
  MienClassifierModel *classifier;
  const char *const *labels;
  MienTensor *face; /* NULL: the set */
  MienInspectSet set;
  MienSweep first, last;
  GPtrArray *done; /* of MienInfluence *, in the order of the sweeps */
  GOutputStream *table;
} Work;

typedef struct
{
  const MienInfluence *influence;
  const char *const *labels;
} InfluencePicture;

static void
draw_influence (cairo_t *cr, double width, double height, gpointer data)
{
  const InfluencePicture *picture = data;
  MienPlotStyle style;

  mien_plot_style_init (&style);
  mien_influence_plot_draw (cr, &style, width, height, picture->influence, picture->labels);
}

static void
draw_report (cairo_t *cr, double width, double height, gpointer data)
{
  MienPlotStyle style;

  mien_plot_style_init (&style);
  mien_robustness_plot_draw (data, cr, &style, width, height);
}

static gboolean
run_sweep (
    Work *work, MienSweep sweep, MienParallel *parallel, GCancellable *cancellable, GError **error)
{
  const Options *options = work->options;
  g_autofree char *name = g_strdup_printf ("%s.png", mien_sweep_get_name (sweep));
  g_autofree char *path = g_build_filename (options->out, name, NULL);
  MienInfluence *influence;

  if (work->face != NULL)
    influence = mien_influence_face (work->classifier, mien_tensor_f32 (work->face), sweep,
                                     cancellable, error);
  else
    influence = mien_influence_set (work->classifier, work->set.dataset, work->set.split,
                                    work->set.protocol, options->set.exclude_copies,
                                    (guint) options->images, sweep, parallel, NULL, NULL,
                                    cancellable, error);
  if (influence == NULL)
    return FALSE;
  g_ptr_array_add (work->done, influence);
  return mien_influence_write_csv (influence, work->labels, sweep == work->first, work->table,
                                   error)
         && mien_picture_write (path, 900, 480, 1, draw_influence,
                                &(InfluencePicture){ influence, work->labels }, error);
}

/* report.pdf, .svg and .png: the page of all sweeps over a set. */
static gboolean
write_report (Work *work, GError **error)
{
  static const char *const names[] = { "report.pdf", "report.svg", "report.png" };
  g_autofree char *words = g_strdup_printf (
      "%s%s", work->set.words, work->options->images > 0 ? ", classes as evenly as there are" : "");
  MienRobustnessPlot plot = { mien_classifier_model_get_name (work->classifier),
                              mien_classifier_model_get_hash (work->classifier), words,
                              (const MienInfluence *const *) work->done->pdata, work->done->len };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (work->options->out, names[i], NULL);

      if (!mien_picture_write (path, MIEN_ROBUSTNESS_WIDTH, MIEN_ROBUSTNESS_HEIGHT, 2, draw_report,
                               &plot, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run_sweeps (Work *work, GError **error)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (MienCliProgress) progress = mien_cli_progress_new (FALSE);
  g_autoptr (MienParallel) parallel = mien_parallel_new ((guint) work->options->threads);
  g_autofree char *path = g_build_filename (work->options->out, "influence.csv", NULL);
  GMemoryOutputStream *table = G_MEMORY_OUTPUT_STREAM (work->table);

  mien_cli_watch_interrupt (cancellable);
  for (MienSweep sweep = work->first; sweep <= work->last; sweep++)
    {
      if (!run_sweep (work, sweep, parallel, cancellable, error))
        return FALSE;
      mien_cli_progress_share (progress, mien_sweep_get_name (sweep),
                               (sweep - work->first + 1.0) / (work->last - work->first + 1.0));
    }
  mien_cli_progress_clear (progress);
  return g_output_stream_close (work->table, NULL, error)
         && mien_inspect_write_text (path, g_memory_output_stream_get_data (table),
                                     (gssize) g_memory_output_stream_get_data_size (table), error)
         && (work->face != NULL || write_report (work, error));
}

static gboolean
check (const Options *options, Work *work, GError **error)
{
  guint n = (options->set.data != NULL) + (options->face != NULL) + (options->doc != NULL);

  work->last = MIEN_N_SWEEPS - 1;
  if (options->rest == NULL || g_strv_length (options->rest) != 1 || options->out == NULL || n != 1)
    {
      g_set_error (
          error, MIEN_ERROR, MIEN_ERROR_USAGE,
          "inspect influence: needs MODEL, one of --face, --data and --doc, and --out DIR");
      return FALSE;
    }
  if (options->sweep == NULL)
    return TRUE;
  if (!mien_sweep_from_name (options->sweep, &work->first))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "--sweep: there is no sweep '%s'",
                   options->sweep);
      return FALSE;
    }
  work->last = work->first;
  return TRUE;
}

static gboolean
inspect_influence (const Options *options, Work *work, GError **error)
{
  work->options = options;
  if (!check (options, work, error))
    return FALSE;
  work->classifier = mien_inspect_load (options->rest[0], options->set.labels, error);
  if (work->classifier == NULL || !mien_inspect_make_folder (options->out, error))
    return FALSE;
  if (options->doc != NULL)
    return mien_inspect_document (options->doc, work->classifier, options->out, error);
  work->labels = mien_label_set_get_labels (mien_classifier_model_get_label_set (work->classifier));
  work->done = g_ptr_array_new_with_free_func ((GDestroyNotify) mien_influence_free);
  work->table = g_memory_output_stream_new_resizable ();
  if (options->face != NULL)
    {
      work->face = mien_inspect_take_face (work->classifier, options->face, error);
      return work->face != NULL && run_sweeps (work, error);
    }
  return mien_inspect_set_load (&work->set, &options->set, work->classifier, error)
         && run_sweeps (work, error);
}

static void
work_clear (Work *work)
{
  g_clear_pointer (&work->classifier, mien_classifier_model_unref);
  g_clear_pointer (&work->face, mien_tensor_unref);
  mien_inspect_set_clear (&work->set);
  g_clear_pointer (&work->done, g_ptr_array_unref);
  g_clear_object (&work->table);
}

int
mien_inspect_influence (int argc, char **argv)
{
  Options options = { .out = NULL };
  Work work = { NULL };
  const GOptionEntry entries[] = {
    { "face", 0, 0, G_OPTION_ARG_STRING, &options.face, "changes of one face instead of a set",
      "IMAGE|VIDEO@SECONDS" },
    { "doc", 0, 0, G_OPTION_ARG_FILENAME, &options.doc,
      "what a document measured: probabilities over yaw, pitch, roll, brightness and size",
      "DOC.mien" },
    { "sweep", 0, 0, G_OPTION_ARG_STRING, &options.sweep, "only this change; default: all",
      "NAME" },
    { "images", 0, 0, G_OPTION_ARG_INT, &options.images,
      "at most N images of the set; default: all", "N" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &options.threads, "default: one for each processor", "N" },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &options.out, "folder for tables and pictures", "DIR" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.rest, NULL, "MODEL" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  int status;

  g_option_context_set_summary (
      context, "Measures what position, pose, light and recording change in the answer.");
  mien_inspect_set_options_add (&options.set, context);
  g_option_context_add_main_entries (context, entries, NULL);
  if (mien_cli_parse (context, argc, argv, &status))
    {
      if (options.threads < 0 || options.images < 0)
        g_set_error (&error, MIEN_ERROR, MIEN_ERROR_USAGE, "numbers must not be negative");
      status =
          error == NULL && inspect_influence (&options, &work, &error) ? 0 : mien_cli_fail (error);
    }
  work_clear (&work);
  options_clear (&options);
  return status;
}
