/* Response: which layers and channels answer to which expression over a labelled set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"
#include "cli/inspect.h"
#include "cli/inspect-data.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "insight/response.h"
#include "plot/network-plot.h"
#include "plot/picture.h"

typedef struct
{
  MienInspectSetOptions set;
  char *out;
  int ablate, threads;
  char **rest;
} Options;

static void
options_clear (Options *options)
{
  mien_inspect_set_options_clear (&options->set);
  g_free (options->out);
  g_strfreev (options->rest);
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
  MienResponseView view;
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
  mien_response_plot_draw_layer (cr, &style, width, height, picture->response, picture->layer,
                                 picture->view);
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

static const char *const view_names[] = { "", "-losses", "-overlap" };

static gboolean
write_layer (const char *folder,
             const MienResponse *response,
             guint l,
             MienResponseView view,
             GError **error)
{
  const MienLayerResponse *layer = response->layers->pdata[l];
  LayerPicture data = { response, l, view };
  guint n = MIN (mien_response_plot_count_rows (response, (int) l, view), 64);
  g_autofree char *name = g_strdup_printf ("layer-%02u%s.png", l, view_names[view]);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (view == MIEN_RESPONSE_LOSSES && layer->recall_drop == NULL)
    return TRUE;
  return mien_picture_write (path, 1100, 80 + 20.0 * n, 1, draw_layer, &data, error);
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
    for (int view = 0; view < (int) G_N_ELEMENTS (view_names); view++)
      if (!write_layer (folder, response, l, (MienResponseView) view, error))
        return FALSE;
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
  g_auto (MienInspectSet) set = { NULL };
  Share share;

  if (options->rest == NULL || g_strv_length (options->rest) != 1 || options->out == NULL
      || options->set.data == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "inspect response: needs MODEL, --data DATA and --out DIR");
      return FALSE;
    }
  classifier = mien_inspect_load (options->rest[0], options->set.labels, error);
  if (classifier == NULL || !mien_inspect_make_folder (options->out, error)
      || !mien_inspect_set_load (&set, &options->set, classifier, error))
    return FALSE;
  mien_cli_watch_interrupt (cancellable);
  progress = mien_cli_progress_new (FALSE);
  parallel = mien_parallel_new ((guint) options->threads);
  share = (Share){ progress, "layers" };
  response = mien_response_compute (classifier, set.dataset, set.split, set.protocol,
                                    options->set.exclude_copies, parallel, share_cb, &share,
                                    cancellable, error);
  if (response == NULL)
    return FALSE;
  g_free (response->data);
  response->data = g_strdup (set.words);
  share.what = "channels switched off";
  if (options->ablate > 0
      && !mien_response_ablate (response, classifier, set.dataset, set.split, set.protocol,
                                options->set.exclude_copies, (guint) options->ablate, parallel,
                                share_cb, &share, cancellable, error))
    return FALSE;
  mien_cli_progress_clear (progress);
  return write_response (options->out, response, error);
}

int
mien_inspect_response (int argc, char **argv)
{
  Options options = { .out = NULL };
  const GOptionEntry entries[] = {
    { "ablate", 0, 0, G_OPTION_ARG_INT, &options.ablate,
      "also switch every channel off in turn, over N images", "N" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &options.threads, "default: one for each processor", "N" },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &options.out, "folder for tables and pictures", "DIR" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.rest, NULL, "MODEL" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  int status;

  g_option_context_set_summary (
      context, "Measures which layer and channel answers to which expression over a labelled set.");
  mien_inspect_set_options_add (&options.set, context);
  g_option_context_add_main_entries (context, entries, NULL);
  if (mien_cli_parse (context, argc, argv, &status))
    {
      if (options.threads < 0 || options.ablate < 0)
        g_set_error (&error, MIEN_ERROR, MIEN_ERROR_USAGE, "numbers must not be negative");
      status = error == NULL && inspect_response (&options, &error) ? 0 : mien_cli_fail (error);
    }
  options_clear (&options);
  return status;
}
