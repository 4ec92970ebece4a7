/* Layers: the network as a column, with the time that each takes on a face.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>

#include "base/csv.h"
#include "base/error.h"
#include "cli/inspect.h"
#include "cli/options.h"
#include "insight/scope.h"
#include "plot/network-plot.h"
#include "plot/picture.h"

#define WIDTH 900.0

typedef struct
{
  char *out, *face, *labels;
  char **rest;
} Options;

typedef struct
{
  MienModel *model;        /* of @layers, when there is no @scope */
  MienScope *scope;        /* NULL: a network that is no classifier of expressions */
  GArray *layers;          /* borrowed from @scope, or owned */
  MienScopeAnswer *answer; /* NULL without a face */
  const char *title;
} Column;

static void
column_clear (Column *column)
{
  if (column->scope == NULL && column->layers != NULL)
    g_array_unref (column->layers);
  g_clear_pointer (&column->answer, mien_scope_answer_free);
  g_clear_object (&column->scope);
  g_clear_pointer (&column->model, mien_model_unref);
}

static void
draw (cairo_t *cr, double width, double height, gpointer data)
{
  const Column *column = data;
  MienPlotStyle style;

  mien_plot_style_init (&style);
  mien_layers_plot_draw (cr, &style, width, height, column->layers,
                         column->answer == NULL ? NULL : column->answer->times_ms, column->title);
}

static char *
dup_shape (const MienLayer *layer)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 1; i < layer->rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 1 ? "x" : "", layer->dims[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
make_csv (const Column *column)
{
  static const char *const names[] = { "layer",   "operator",      "shape",
                                       "weights", "multiply_adds", "ms" };
  g_autoptr (MienCsvWriter) csv = mien_csv_writer_new_text ();

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    mien_csv_writer_text (csv, names[i]);
  mien_csv_writer_end_row (csv);
  for (guint i = 0; i < column->layers->len; i++)
    {
      const MienLayer *layer = &g_array_index (column->layers, MienLayer, i);
      g_autofree char *shape = dup_shape (layer);

      mien_csv_writer_text (csv, layer->name);
      mien_csv_writer_text (csv, layer->op_type);
      mien_csv_writer_text (csv, shape);
      mien_csv_writer_int (csv, (gint64) layer->parameters);
      mien_csv_writer_int (csv, (gint64) layer->multiply_adds);
      if (column->answer != NULL)
        mien_csv_writer_number (csv, column->answer->times_ms[i], 4);
      else
        mien_csv_writer_text (csv, "");
      mien_csv_writer_end_row (csv);
    }
  return mien_csv_writer_finish_text (csv);
}

static char *
make_json (const Column *column)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_array (b);
  for (guint i = 0; i < column->layers->len; i++)
    {
      const MienLayer *layer = &g_array_index (column->layers, MienLayer, i);

      json_builder_begin_object (b);
      json_builder_set_member_name (b, "layer");
      json_builder_add_string_value (b, layer->name);
      json_builder_set_member_name (b, "operator");
      json_builder_add_string_value (b, layer->op_type);
      json_builder_set_member_name (b, "shape");
      json_builder_begin_array (b);
      for (int d = 1; d < layer->rank; d++)
        json_builder_add_int_value (b, layer->dims[d]);
      json_builder_end_array (b);
      json_builder_set_member_name (b, "weights");
      json_builder_add_int_value (b, (gint64) layer->parameters);
      json_builder_set_member_name (b, "multiply_adds");
      json_builder_add_int_value (b, (gint64) layer->multiply_adds);
      if (column->answer != NULL)
        {
          json_builder_set_member_name (b, "ms");
          json_builder_add_double_value (b, column->answer->times_ms[i]);
        }
      json_builder_end_object (b);
    }
  json_builder_end_array (b);
  root = json_builder_get_root (b);
  return json_to_string (root, TRUE);
}

static gboolean
take_times (Column *column, const char *place, GError **error)
{
  g_autoptr (MienFrame) frame = NULL;
  MienScopeQuestion question = { .parts = MIEN_SCOPE_TIMES, .class_index = -1 };

  if (!mien_inspect_find_face (place, &frame, &question.box, error))
    return FALSE;
  question.image = frame->image;
  column->answer = mien_scope_answer (column->scope, &question, error);
  return column->answer != NULL;
}

static gboolean
fill (const Options *options, Column *column, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MienClassifierModel) classifier =
      mien_inspect_load (options->rest[0], options->labels, &problem);

  column->title = options->rest[0];
  if (classifier != NULL)
    {
      column->scope = mien_scope_new (classifier, error);
      if (column->scope == NULL)
        return FALSE;
      column->layers = mien_scope_get_layers (column->scope);
      return options->face == NULL || take_times (column, options->face, error);
    }
  /* A network that is none for expressions has layers all the same, but nothing to run it on. */
  if (options->face != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  column->model = mien_inspect_open_any (options->rest[0], error);
  if (column->model == NULL)
    return FALSE;
  column->layers = mien_layers_list (column->model);
  return TRUE;
}

static gboolean
inspect (const Options *options, Column *column, GError **error)
{
  MienInspectKind kind;
  MienPlotStyle style;
  g_autofree char *text = NULL;

  if (options->rest == NULL || g_strv_length (options->rest) != 1 || options->out == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "inspect layers: needs MODEL and --out FILE");
      return FALSE;
    }
  if (!mien_inspect_get_kind (options->out, &kind, error) || !fill (options, column, error))
    return FALSE;
  if (kind == MIEN_INSPECT_PICTURE)
    {
      mien_plot_style_init (&style);
      return mien_picture_write (options->out, WIDTH,
                                 mien_layers_plot_measure (column->layers, &style), 1, draw, column,
                                 error);
    }
  text = kind == MIEN_INSPECT_CSV ? make_csv (column) : make_json (column);
  return mien_inspect_write_text (options->out, text, -1, error);
}

int
mien_inspect_layers (int argc, char **argv)
{
  Options options = { .out = NULL };
  Column column = { NULL };
  const GOptionEntry entries[] = {
    { "face", 0, 0, G_OPTION_ARG_STRING, &options.face, "the face that the time is taken on",
      "IMAGE|VIDEO@SECONDS" },
    { "labels", 0, 0, G_OPTION_ARG_STRING, &options.labels, "ferplus (default) or fer2013", "SET" },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &options.out, "where to: .png, .svg, .pdf, .csv, .json",
      "FILE" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.rest, NULL, "MODEL" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  int status;

  g_option_context_set_summary (context,
                                "Lists the layers of a network: name, operator, shape, weights, "
                                "multiply-adds and, with a face, the time that each takes.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (mien_cli_parse (context, argc, argv, &status))
    status = inspect (&options, &column, &error) ? 0 : mien_cli_fail (error);
  column_clear (&column);
  g_free (options.out);
  g_free (options.face);
  g_free (options.labels);
  g_strfreev (options.rest);
  return status;
}
