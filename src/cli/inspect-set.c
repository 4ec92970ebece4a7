/* Response and influence: a network over a labelled set, or changes of one face.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "cli/inspect.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "insight/influence.h"
#include "insight/response.h"
#include "plot/network-plot.h"
#include "plot/picture.h"

typedef struct
{
  char *data, *votes, *split, *protocol, *labels, *out, *face, *sweep;
  gboolean exclude_copies;
  int ablate, threads, images;
  char **rest;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->data);
  g_free (options->votes);
  g_free (options->split);
  g_free (options->protocol);
  g_free (options->labels);
  g_free (options->out);
  g_free (options->face);
  g_free (options->sweep);
  g_strfreev (options->rest);
}

/* The labelled set as it was asked for. */
typedef struct
{
  MienDataset *dataset;
  MienDatasetSplit split;
  MienProtocol protocol;
} Set;

static gboolean
load_set (const Options *options, Set *set, GError **error)
{
  gboolean is_fer2013 = options->labels != NULL && strcmp (options->labels, "fer2013") == 0;

  set->split = MIEN_SPLIT_PRIVATE_TEST;
  set->protocol = is_fer2013 ? MIEN_PROTOCOL_FER2013 : MIEN_PROTOCOL_MAJORITY;
  if (options->split != NULL && !mien_split_from_name (options->split, &set->split))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "--split: '%s' is not Training, PublicTest or PrivateTest", options->split);
      return FALSE;
    }
  if (options->protocol != NULL && !mien_protocol_from_name (options->protocol, &set->protocol))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "--protocol: '%s' is not fer2013, argmax or majority", options->protocol);
      return FALSE;
    }
  set->dataset = mien_dataset_load (options->data, options->votes, error);
  return set->dataset != NULL;
}

static gboolean
make_folder (const char *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0777) == 0)
    return TRUE;
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: cannot be made: %s", path,
               g_strerror (errno));
  return FALSE;
}

typedef struct
{
  MienCliProgress *progress;
  const char *what;
} Share;

static void
share_cb (double done, gpointer user_data)
{
  Share *share = user_data;

  mien_cli_progress_share (share->progress, share->what, done);
}

typedef struct
{
  const MienResponse *response;
  guint layer;
} LayerPicture;

static void
draw_response (cairo_t *cr, double width, double height, gpointer data)
{
  MienPlotStyle style;

  mien_plot_style_init (&style);
  mien_response_plot_draw (cr, &style, width, height, data);
}

static void
draw_layer (cairo_t *cr, double width, double height, gpointer data)
{
  const LayerPicture *picture = data;
  MienPlotStyle style;

  mien_plot_style_init (&style);
  mien_response_plot_draw_layer (cr, &style, width, height, picture->response, picture->layer);
}

static gboolean
write_stream (const char *folder,
              const char *name,
              gboolean (*write) (gconstpointer, GOutputStream *, GError **),
              gconstpointer data,
              GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();

  if (!write (data, stream, error) || !g_output_stream_close (stream, NULL, error))
    return FALSE;
  return mien_inspect_write_text (
      path, g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (stream)),
      (gssize) g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (stream)), error);
}

static gboolean
write_response_csv (gconstpointer data, GOutputStream *stream, GError **error)
{
  return mien_response_write_csv (data, stream, error);
}

static gboolean
write_response (const char *folder, MienResponse *response, GError **error)
{
  g_autofree char *json = mien_response_dup_json (response);
  g_autofree char *json_path = g_build_filename (folder, "response.json", NULL);
  g_autofree char *picture = g_build_filename (folder, "response.png", NULL);

  if (!mien_inspect_write_text (json_path, json, -1, error)
      || !write_stream (folder, "channels.csv", write_response_csv, response, error)
      || !mien_picture_write (picture, 1200, 84 + 34.0 * response->layers->len, 1, draw_response,
                              response, error))
    return FALSE;
  for (guint l = 0; l < response->layers->len; l++)
    {
      const MienLayerResponse *layer = response->layers->pdata[l];
      LayerPicture data = { response, l };
      g_autofree char *name = g_strdup_printf ("layer-%02u.png", l);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (!mien_picture_write (path, 1100, 80 + 20.0 * MIN (layer->n_channels, 64), 1, draw_layer,
                               &data, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
inspect_response (const Options *options, GError **error)
{
  g_autoptr (MienClassifierModel) classifier = NULL;
  g_autoptr (MienCliProgress) progress = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (MienParallel) parallel = NULL;
  g_autoptr (MienResponse) response = NULL;
  g_autoptr (MienDataset) dataset = NULL;
  Share share;
  Set set = { NULL };

  if (options->rest == NULL || g_strv_length (options->rest) != 1 || options->out == NULL
      || options->data == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "inspect response: needs MODEL, --data DATA and --out DIR");
      return FALSE;
    }
  classifier = mien_inspect_load (options->rest[0], options->labels, error);
  if (classifier == NULL || !make_folder (options->out, error) || !load_set (options, &set, error))
    return FALSE;
  dataset = set.dataset;
  mien_cli_watch_interrupt (cancellable);
  progress = mien_cli_progress_new (FALSE);
  parallel = mien_parallel_new ((guint) options->threads);
  share = (Share){ progress, "layers" };
  response =
      mien_response_compute (classifier, dataset, set.split, set.protocol, options->exclude_copies,
                             parallel, share_cb, &share, cancellable, error);
  if (response == NULL)
    return FALSE;
  share.what = "channels switched off";
  if (options->ablate > 0
      && !mien_response_ablate (response, classifier, dataset, set.split, set.protocol,
                                options->exclude_copies, (guint) options->ablate, parallel,
                                share_cb, &share, cancellable, error))
    return FALSE;
  mien_cli_progress_clear (progress);
  return write_response (options->out, response, error);
}

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

static MienInfluence *
compute_influence (const Options *options,
                   MienClassifierModel *classifier,
                   const MienTensor *face,
                   const Set *set,
                   MienSweep sweep,
                   MienParallel *parallel,
                   GCancellable *cancellable,
                   GError **error)
{
  if (face != NULL)
    return mien_influence_face (classifier, mien_tensor_f32 (face), sweep, cancellable, error);
  return mien_influence_set (classifier, set->dataset, set->split, set->protocol,
                             options->exclude_copies, (guint) options->images, sweep, parallel,
                             NULL, NULL, cancellable, error);
}

static gboolean
inspect_influence (const Options *options, GError **error)
{
  g_autoptr (MienClassifierModel) classifier = NULL;
  g_autoptr (MienTensor) face = NULL;
  g_autoptr (MienDataset) dataset = NULL;
  g_autoptr (MienParallel) parallel = NULL;
  g_autoptr (MienCliProgress) progress = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GOutputStream) table = g_memory_output_stream_new_resizable ();
  g_autofree char *path = NULL;
  const char *const *labels;
  Set set = { NULL };
  MienSweep first = 0, last = MIEN_N_SWEEPS - 1;

  if (options->rest == NULL || g_strv_length (options->rest) != 1 || options->out == NULL
      || (options->data == NULL) == (options->face == NULL))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "inspect influence: needs MODEL, one of --face and --data, and --out DIR");
      return FALSE;
    }
  if (options->sweep != NULL)
    {
      if (!mien_sweep_from_name (options->sweep, &first))
        {
          g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "--sweep: there is no sweep '%s'",
                       options->sweep);
          return FALSE;
        }
      last = first;
    }
  classifier = mien_inspect_load (options->rest[0], options->labels, error);
  if (classifier == NULL || !make_folder (options->out, error))
    return FALSE;
  if (options->face != NULL)
    face = mien_inspect_take_face (classifier, options->face, error);
  else if (load_set (options, &set, error))
    dataset = set.dataset;
  if (face == NULL && dataset == NULL)
    return FALSE;
  mien_cli_watch_interrupt (cancellable);
  progress = mien_cli_progress_new (FALSE);
  parallel = mien_parallel_new ((guint) options->threads);
  labels = mien_label_set_get_labels (mien_classifier_model_get_label_set (classifier));
  for (MienSweep sweep = first; sweep <= last; sweep++)
    {
      g_autoptr (MienInfluence) influence =
          compute_influence (options, classifier, face, &set, sweep, parallel, cancellable, error);
      InfluencePicture data = { influence, labels };
      g_autofree char *name = g_strdup_printf ("%s.png", mien_sweep_get_name (sweep));
      g_autofree char *picture = g_build_filename (options->out, name, NULL);

      if (influence == NULL
          || !mien_influence_write_csv (influence, labels, sweep == first, table, error)
          || !mien_picture_write (picture, 900, 480, 1, draw_influence, &data, error))
        return FALSE;
      mien_cli_progress_share (progress, mien_sweep_get_name (sweep),
                               (sweep - first + 1.0) / (last - first + 1.0));
    }
  mien_cli_progress_clear (progress);
  path = g_build_filename (options->out, "influence.csv", NULL);
  g_output_stream_close (table, NULL, NULL);
  return mien_inspect_write_text (
      path, g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (table)),
      (gssize) g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (table)), error);
}

static int
run (int argc,
     char **argv,
     const char *summary,
     gboolean is_influence,
     gboolean (*inspect) (const Options *, GError **))
{
  Options options = { .data = NULL };
  const GOptionEntry entries[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &options.data,
      "fer2013.csv, .csv.gz, or a folder per class", "DATA" },
    { "votes", 0, 0, G_OPTION_ARG_FILENAME, &options.votes, "FER+ votes of the same rows", "FILE" },
    { "split", 0, 0, G_OPTION_ARG_STRING, &options.split, "default: PrivateTest", "NAME" },
    { "protocol", 0, 0, G_OPTION_ARG_STRING, &options.protocol,
      "fer2013, argmax or majority (default)", "NAME" },
    { "labels", 0, 0, G_OPTION_ARG_STRING, &options.labels, "ferplus (default) or fer2013", "SET" },
    { "exclude-copies", 0, 0, G_OPTION_ARG_NONE, &options.exclude_copies,
      "leave out test images that Training holds too", NULL },
    { "threads", 0, 0, G_OPTION_ARG_INT, &options.threads, "default: one for each processor", "N" },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &options.out, "folder for tables and pictures", "DIR" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.rest, NULL, "MODEL" },
    { NULL },
  };
  const GOptionEntry response[] = {
    { "ablate", 0, 0, G_OPTION_ARG_INT, &options.ablate,
      "also switch every channel off in turn, over N images", "N" },
    { NULL },
  };
  const GOptionEntry influence[] = {
    { "face", 0, 0, G_OPTION_ARG_STRING, &options.face, "one face instead of a set",
      "IMAGE|VIDEO@SECONDS" },
    { "sweep", 0, 0, G_OPTION_ARG_STRING, &options.sweep, "only this change; default: all",
      "NAME" },
    { "images", 0, 0, G_OPTION_ARG_INT, &options.images,
      "at most N images of the set; default: all", "N" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  int status;

  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_main_entries (context, is_influence ? influence : response, NULL);
  if (mien_cli_parse (context, argc, argv, &status))
    {
      if (options.threads < 0 || options.ablate < 0 || options.images < 0)
        g_set_error (&error, MIEN_ERROR, MIEN_ERROR_USAGE, "numbers must not be negative");
      status = error == NULL && inspect (&options, &error) ? 0 : mien_cli_fail (error);
    }
  options_clear (&options);
  return status;
}

int
mien_inspect_response (int argc, char **argv)
{
  return run (argc, argv,
              "Measures which layer and channel answers to which expression over a labelled set.",
              FALSE, inspect_response);
}

int
mien_inspect_influence (int argc, char **argv)
{
  return run (argc, argv, "Measures what position, pose, light and recording change in the answer.",
              TRUE, inspect_influence);
}
