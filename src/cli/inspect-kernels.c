/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <string.h>

#include "base/csv.h"
#include "base/error.h"
#include "cli/inspect.h"
#include "cli/options.h"
#include "insight/response.h"
#include "plot/network-plot.h"
#include "plot/picture.h"

#define WIDTH 1200.0

typedef struct
{
  char *layer, *out, *order, *response, *slice;
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
  g_autoptr (MienCsvWriter) csv = mien_csv_writer_new_text ();
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
  return mien_csv_writer_finish_text (csv);
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

/* The file beside the model that says what it answers to, or the one that was named. */
static MienResponse *
load_response (const Options *options, MienModel *model, GError **error)
{
  g_autofree char *beside = mien_response_dup_path (model);
  const char *file = options->response != NULL ? options->response : beside;
  g_autoptr (MienResponse) response = mien_response_load (file, error);

  if (response == NULL)
    return NULL;
  if (g_strcmp0 (response->hash, mien_model_get_hash (model)) != 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: was measured with another model",
                   file);
      return NULL;
    }
  return g_steal_pointer (&response);
}

static GArray *
list_by_selectivity (const Options *options,
                     MienModel *model,
                     GArray *layers,
                     const MienLayer *layer,
                     const MienTensor *weights,
                     GError **error)
{
  g_autoptr (MienResponse) response = load_response (options, model, error);
  guint n = (guint) weights->dims[0];
  g_autofree double *selectivity = g_new (double, n);
  const MienLayerResponse *found =
      response == NULL ? NULL : mien_response_find (response, layers, layer, n);

  if (response == NULL)
    return NULL;
  if (found == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "what the channels of layer '%s' answer to was not measured", layer->name);
      return NULL;
    }
  for (guint c = 0; c < n; c++)
    selectivity[c] = found->selectivity[c];
  return mien_kernels_list_stats (weights, MIEN_KERNEL_ORDER_SELECTIVITY, selectivity);
}

static GArray *
list_stats (const Options *options,
            MienModel *model,
            GArray *layers,
            const MienLayer *layer,
            const MienTensor *weights,
            GError **error)
{
  if (options->order == NULL || strcmp (options->order, "index") == 0)
    return mien_kernels_list_stats (weights, MIEN_KERNEL_ORDER_INDEX, NULL);
  if (strcmp (options->order, "norm") == 0)
    return mien_kernels_list_stats (weights, MIEN_KERNEL_ORDER_NORM, NULL);
  if (strcmp (options->order, "selectivity") == 0)
    return list_by_selectivity (options, model, layers, layer, weights, error);
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
               "--sort: '%s' is neither index nor norm nor selectivity", options->order);
  return NULL;
}

/* ---- one slice ---- */

#define SPECTRUM 16u

typedef struct
{
  const MienTensor *weights;
  guint c_out, c_in;
} Slice;

static void
draw_slice (cairo_t *cr, double width, double height, gpointer data)
{
  const Slice *slice = data;
  MienPlotStyle style;

  mien_plot_style_init (&style);
  mien_palette_set_source (cr, mien_palette_get_ink (MIEN_INK_GROUND, FALSE));
  cairo_paint (cr);
  mien_kernel_plot_draw_slice (cr, &style, width, height, slice->weights, slice->c_out,
                               slice->c_in);
}

static gboolean
read_slice (const char *text, Slice *slice, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  guint64 c_out, c_in;

  if (g_strv_length (parts) != 2
      || !g_ascii_string_to_unsigned (parts[0], 10, 0, (guint64) slice->weights->dims[0] - 1,
                                      &c_out, NULL)
      || !g_ascii_string_to_unsigned (parts[1], 10, 0, (guint64) slice->weights->dims[1] - 1, &c_in,
                                      NULL))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "--slice: '%s' is not FILTER,INPUT of %" G_GINT64_FORMAT " filters and "
                   "%" G_GINT64_FORMAT " inputs",
                   text, slice->weights->dims[0], slice->weights->dims[1]);
      return FALSE;
    }
  slice->c_out = (guint) c_out;
  slice->c_in = (guint) c_in;
  return TRUE;
}

/* Rows of numbers as arrays of arrays. */
static void
add_rows (JsonBuilder *b, const char *name, const double *values, guint h, guint w)
{
  json_builder_set_member_name (b, name);
  json_builder_begin_array (b);
  for (guint r = 0; r < h; r++)
    {
      json_builder_begin_array (b);
      for (guint c = 0; c < w; c++)
        json_builder_add_double_value (b, values[r * w + c]);
      json_builder_end_array (b);
    }
  json_builder_end_array (b);
}

static char *
make_slice_json (const MienLayer *layer, const Slice *slice)
{
  guint k_h = (guint) slice->weights->dims[2], k_w = (guint) slice->weights->dims[3];
  const float *w =
      mien_tensor_f32 ((MienTensor *) slice->weights)
      + ((gsize) slice->c_out * (gsize) slice->weights->dims[1] + slice->c_in) * k_h * k_w;
  g_autofree double *values = g_new (double, (gsize) k_h *k_w);
  double spectrum[SPECTRUM * SPECTRUM];
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  for (guint i = 0; i < k_h * k_w; i++)
    values[i] = w[i];
  mien_kernels_get_spectrum (slice->weights, slice->c_out, slice->c_in, SPECTRUM, spectrum);
  json_builder_begin_object (b);
  json_builder_set_member_name (b, "layer");
  json_builder_add_string_value (b, layer->name);
  json_builder_set_member_name (b, "filter");
  json_builder_add_int_value (b, slice->c_out);
  json_builder_set_member_name (b, "input");
  json_builder_add_int_value (b, slice->c_in);
  add_rows (b, "weights", values, k_h, k_w);
  add_rows (b, "spectrum", spectrum, SPECTRUM, SPECTRUM);
  json_builder_end_object (b);
  root = json_builder_get_root (b);
  return json_to_string (root, FALSE);
}

static gboolean
write_slice (const Options *options,
             MienInspectKind kind,
             const MienLayer *layer,
             const MienTensor *weights,
             GError **error)
{
  Slice slice = { weights, 0, 0 };
  g_autofree char *text = NULL;

  if (!read_slice (options->slice, &slice, error))
    return FALSE;
  if (kind == MIEN_INSPECT_PICTURE)
    return mien_picture_write (options->out, 520, 270, 1, draw_slice, &slice, error);
  if (kind == MIEN_INSPECT_CSV)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "--slice: a slice goes to .png, .svg, .pdf or .json");
      return FALSE;
    }
  text = make_slice_json (layer, &slice);
  return mien_inspect_write_text (options->out, text, -1, error);
}

/* ---- a layer ---- */

static gboolean
write_kernels (const Options *options,
               MienInspectKind kind,
               const MienLayer *layer,
               const MienTensor *weights,
               GArray *stats,
               GError **error)
{
  g_autofree char *text = NULL;

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

static gboolean
inspect (const Options *options, GError **error)
{
  MienInspectKind kind;
  g_autoptr (MienModel) model = NULL;
  g_autoptr (GArray) layers = NULL;
  g_autoptr (GArray) stats = NULL;
  g_autoptr (MienTensor) weights = NULL;
  const MienLayer *layer;

  if (options->rest == NULL || g_strv_length (options->rest) != 1 || options->out == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "inspect kernels: needs MODEL and --out FILE");
      return FALSE;
    }
  if (!mien_inspect_get_kind (options->out, &kind, error))
    return FALSE;
  model = mien_inspect_open_any (options->rest[0], error);
  if (model == NULL)
    return FALSE;
  layers = mien_layers_list (model);
  layer = choose_layer (layers, options->layer, error);
  weights = layer == NULL ? NULL : mien_kernels_dup_weights (model, layer, error);
  if (weights == NULL)
    return FALSE;
  if (options->slice != NULL)
    return write_slice (options, kind, layer, weights, error);
  stats = list_stats (options, model, layers, layer, weights, error);
  return stats != NULL && write_kernels (options, kind, layer, weights, stats, error);
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
    { "sort", 0, 0, G_OPTION_ARG_STRING, &options.order,
      "filters by index (default), norm or selectivity", "HOW" },
    { "response", 0, 0, G_OPTION_ARG_FILENAME, &options.response,
      "what `inspect response` measured, for the order; default: the file beside the model",
      "FILE.json" },
    { "slice", 0, 0, G_OPTION_ARG_STRING, &options.slice,
      "only this slice, with its numbers and its spectrum", "FILTER,INPUT" },
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
  g_free (options.response);
  g_free (options.slice);
  g_strfreev (options.rest);
  return status;
}
