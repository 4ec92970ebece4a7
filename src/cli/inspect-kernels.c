/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <string.h>

#include "base/csv.h"
#include "base/error.h"
#include "cli/inspect.h"
#include "cli/options.h"
#include "plot/network-plot.h"
#include "plot/picture.h"

#define WIDTH 1200.0

typedef struct
{
  char *layer, *out, *order;
  gboolean own_scale;
  char **rest;
} Options;

static void
draw (cairo_t *cr, double width, double height, gpointer data)
{
  MienPlotStyle style;

  mien_plot_style_init (&style);
  mien_kernel_plot_draw (data, cr, &style, width, height);
}

static char *
make_csv (const MienLayer *layer, GArray *stats, const MienTensor *weights)
{
  g_autoptr (GOutputStream) stream = g_memory_output_stream_new_resizable ();
  g_autoptr (MienCsvWriter) csv = mien_csv_writer_new (stream);
  static const char *const columns[] = { "layer", "filter",   "slice", "row",    "norm",
                                         "mean",  "sparsity", "dead",  "weights" };
  gsize k_w = (gsize) weights->dims[3], k_h = (gsize) weights->dims[2];
  gsize n_in = (gsize) weights->dims[1];

  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    mien_csv_writer_text (csv, columns[i]);
  mien_csv_writer_end_row (csv);
  for (guint i = 0; i < stats->len; i++)
    for (gsize r = 0; r < n_in * k_h; r++)
      {
        const MienKernelStats *s = &g_array_index (stats, MienKernelStats, i);
        g_autoptr (GString) row = g_string_new (NULL);
        char number[48];

        for (gsize x = 0; x < k_w; x++)
          g_string_append_printf (
              row, "%s%s", x > 0 ? " " : "",
              mien_format_number (
                  number, sizeof number,
                  mien_tensor_f32 (weights)[(s->channel * n_in * k_h + r) * k_w + x], 8));
        mien_csv_writer_text (csv, layer->name);
        mien_csv_writer_int (csv, s->channel);
        mien_csv_writer_int (csv, (gint64) (r / k_h));
        mien_csv_writer_int (csv, (gint64) (r % k_h));
        mien_csv_writer_number (csv, s->norm, 6);
        mien_csv_writer_number (csv, s->mean, 8);
        mien_csv_writer_number (csv, s->sparsity, 6);
        mien_csv_writer_int (csv, s->is_dead);
        mien_csv_writer_text (csv, row->str);
        mien_csv_writer_end_row (csv);
      }
  mien_csv_writer_finish (csv, NULL);
  g_output_stream_write_all (stream, "", 1, NULL, NULL, NULL);
  g_output_stream_close (stream, NULL, NULL);
  return g_memory_output_stream_steal_data (G_MEMORY_OUTPUT_STREAM (stream));
}

static char *
make_json (const MienLayer *layer, GArray *stats, const MienTensor *weights)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (b);
  json_builder_set_member_name (b, "layer");
  json_builder_add_string_value (b, layer->name);
  json_builder_set_member_name (b, "shape");
  json_builder_begin_array (b);
  for (int d = 0; d < 4; d++)
    json_builder_add_int_value (b, weights->dims[d]);
  json_builder_end_array (b);
  json_builder_set_member_name (b, "filters");
  json_builder_begin_array (b);
  for (guint i = 0; i < stats->len; i++)
    {
      const MienKernelStats *s = &g_array_index (stats, MienKernelStats, i);

      json_builder_begin_object (b);
      json_builder_set_member_name (b, "filter");
      json_builder_add_int_value (b, s->channel);
      json_builder_set_member_name (b, "norm");
      json_builder_add_double_value (b, s->norm);
      json_builder_set_member_name (b, "mean");
      json_builder_add_double_value (b, s->mean);
      json_builder_set_member_name (b, "sparsity");
      json_builder_add_double_value (b, s->sparsity);
      json_builder_set_member_name (b, "dead");
      json_builder_add_boolean_value (b, s->is_dead);
      json_builder_end_object (b);
    }
  json_builder_end_array (b);
  json_builder_end_object (b);
  root = json_builder_get_root (b);
  return json_to_string (root, TRUE);
}

/* The layer asked for, or the first with kernels. */
static const MienLayer *
choose_layer (GArray *layers, const char *name, GError **error)
{
  if (name != NULL)
    return mien_layers_get (layers, name, error);
  for (guint i = 0; i < layers->len; i++)
    if (g_array_index (layers, MienLayer, i).weight != NULL)
      return &g_array_index (layers, MienLayer, i);
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_MODEL, "the network has no layer with kernels");
  return NULL;
}

static gboolean
inspect (const Options *options, GError **error)
{
  MienInspectKind kind;
  MienKernelOrder order = MIEN_KERNEL_ORDER_INDEX;
  g_autoptr (MienModel) model = NULL;
  g_autoptr (GArray) layers = NULL;
  g_autoptr (GArray) stats = NULL;
  g_autoptr (MienTensor) weights = NULL;
  g_autofree char *text = NULL;
  const MienLayer *layer;

  if (options->rest == NULL || g_strv_length (options->rest) != 1 || options->out == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "inspect kernels: needs MODEL and --out FILE");
      return FALSE;
    }
  if (options->order != NULL && strcmp (options->order, "norm") == 0)
    order = MIEN_KERNEL_ORDER_NORM;
  else if (options->order != NULL && strcmp (options->order, "index") != 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "--sort: '%s' is neither index nor norm",
                   options->order);
      return FALSE;
    }
  if (!mien_inspect_get_kind (options->out, &kind, error))
    return FALSE;
  model = mien_inspect_open_any (options->rest[0], error);
  if (model == NULL)
    return FALSE;
  layers = mien_layers_list (model);
  layer = choose_layer (layers, options->layer, error);
  if (layer == NULL)
    return FALSE;
  weights = mien_kernels_dup_weights (model, layer, error);
  if (weights == NULL)
    return FALSE;
  stats = mien_kernels_list_stats (weights, order, NULL);
  if (kind == MIEN_INSPECT_PICTURE)
    {
      g_autofree char *title = g_strdup_printf (
          "%s: %" G_GINT64_FORMAT " filters of %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
          " x %" G_GINT64_FORMAT,
          layer->name, weights->dims[0], weights->dims[1], weights->dims[2], weights->dims[3]);
      MienKernelPlot plot = { weights, stats, options->own_scale, title };
      MienPlotStyle style;

      mien_plot_style_init (&style);
      return mien_picture_write (options->out, WIDTH,
                                 mien_kernel_plot_measure (&plot, &style, WIDTH), 1, draw, &plot,
                                 error);
    }
  text = kind == MIEN_INSPECT_CSV ? make_csv (layer, stats, weights)
                                  : make_json (layer, stats, weights);
  return mien_inspect_write_text (options->out, text, -1, error);
}

int
mien_inspect_kernels (int argc, char **argv)
{
  Options options = { .layer = NULL };
  const GOptionEntry entries[] = {
    { "layer", 0, 0, G_OPTION_ARG_STRING, &options.layer,
      "the layer; default: the first with kernels", "NAME" },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &options.out, "where to: .png, .svg, .pdf, .csv, .json",
      "FILE" },
    { "sort", 0, 0, G_OPTION_ARG_STRING, &options.order, "filters by index (default) or norm",
      "HOW" },
    { "own-scale", 0, 0, G_OPTION_ARG_NONE, &options.own_scale,
      "each slice by its own largest weight", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.rest, NULL, "MODEL" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  int status;

  g_option_context_set_summary (context,
                                "Draws or lists the weights of one layer. MODEL is an ONNX "
                                "file or an installed classifier.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (mien_cli_parse (context, argc, argv, &status))
    status = inspect (&options, &error) ? 0 : mien_cli_fail (error);
  g_free (options.layer);
  g_free (options.out);
  g_free (options.order);
  g_strfreev (options.rest);
  return status;
}
