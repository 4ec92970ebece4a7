/* Features and saliency: what the network makes of one face.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <string.h>

#include "base/csv.h"
#include "base/error.h"
#include "cli/inspect.h"
#include "cli/options.h"
#include "insight/saliency.h"
#include "insight/scope.h"
#include "plot/network-plot.h"
#include "plot/picture.h"

typedef struct
{
  char *layer, *out, *face, *labels, *emotion, *method;
  gboolean shares;
  char **rest;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->layer);
  g_free (options->out);
  g_free (options->face);
  g_free (options->labels);
  g_free (options->emotion);
  g_free (options->method);
  g_strfreev (options->rest);
}

/* What both commands begin with. */
typedef struct
{
  MienInspectKind kind;
  MienClassifierModel *classifier;
  MienModel *model;
  MienTensor *face;
} Start;

static void
start_clear (Start *start)
{
  g_clear_pointer (&start->classifier, mien_classifier_model_unref);
  g_clear_pointer (&start->model, mien_model_unref);
  g_clear_pointer (&start->face, mien_tensor_unref);
}

static gboolean
begin (const Options *options, const char *command, Start *start, GError **error)
{
  if (options->rest == NULL || g_strv_length (options->rest) != 1 || options->out == NULL
      || options->face == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "inspect %s: needs MODEL, --face IMAGE|VIDEO@SECONDS and --out FILE", command);
      return FALSE;
    }
  if (!mien_inspect_get_kind (options->out, &start->kind, error))
    return FALSE;
  start->classifier = mien_inspect_load (options->rest[0], options->labels, error);
  if (start->classifier == NULL)
    return FALSE;
  start->model = mien_inspect_open (start->classifier, error);
  if (start->model == NULL)
    return FALSE;
  start->face = mien_inspect_take_face (start->classifier, options->face, error);
  return start->face != NULL;
}

/* Rows of numbers: one a line of a plane, with what precedes them. */
static char *
planes_to_csv (const char *name, const float *values, gsize n_planes, gsize h, gsize w)
{
  g_autoptr (MienCsvWriter) csv = mien_csv_writer_new_text ();

  mien_csv_writer_text (csv, name);
  mien_csv_writer_text (csv, "row");
  for (gsize x = 0; x < w; x++)
    {
      char column[24];

      g_snprintf (column, sizeof column, "x_%" G_GSIZE_FORMAT, x);
      mien_csv_writer_text (csv, column);
    }
  mien_csv_writer_end_row (csv);
  for (gsize r = 0; r < n_planes * h; r++)
    {
      mien_csv_writer_int (csv, (gint64) (r / h));
      mien_csv_writer_int (csv, (gint64) (r % h));
      for (gsize x = 0; x < w; x++)
        mien_csv_writer_number (csv, values[r * w + x], 8);
      mien_csv_writer_end_row (csv);
    }
  return mien_csv_writer_finish_text (csv);
}

static char *
planes_to_json (
    const char *what, const char *detail, const float *values, gsize n_planes, gsize h, gsize w)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (b);
  json_builder_set_member_name (b, what);
  json_builder_add_string_value (b, detail);
  json_builder_set_member_name (b, "shape");
  json_builder_begin_array (b);
  json_builder_add_int_value (b, (gint64) n_planes);
  json_builder_add_int_value (b, (gint64) h);
  json_builder_add_int_value (b, (gint64) w);
  json_builder_end_array (b);
  json_builder_set_member_name (b, "values");
  json_builder_begin_array (b);
  for (gsize i = 0; i < n_planes * h * w; i++)
    json_builder_add_double_value (b, values[i]);
  json_builder_end_array (b);
  json_builder_end_object (b);
  root = json_builder_get_root (b);
  return json_to_string (root, FALSE);
}

static void
draw_maps (cairo_t *cr, double width, double height, gpointer data)
{
  MienPlotStyle style;

  mien_plot_style_init (&style);
  mien_map_plot_draw (data, cr, &style, width, height);
}

static gboolean
write_maps (const Options *options,
            const Start *start,
            const MienLayer *layer,
            const MienTensor *maps,
            GError **error)
{
  g_autofree char *text = NULL;
  gsize h = maps->rank == 4 ? (gsize) maps->dims[2] : 1,
        w = maps->rank == 4 ? (gsize) maps->dims[3] : 1;
  gsize n = maps->n_elements / (h * w);

  if (start->kind == MIEN_INSPECT_PICTURE)
    {
      g_autofree char *title =
          g_strdup_printf ("%s: %" G_GSIZE_FORMAT " maps of %" G_GSIZE_FORMAT " x %" G_GSIZE_FORMAT,
                           layer->name, n, h, w);
      MienMapPlot plot = { maps, NULL, title };
      MienPlotStyle style;

      if (maps->rank != 4)
        {
          g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                       "layer '%s' has no maps to draw; use .csv or .json", layer->name);
          return FALSE;
        }
      mien_plot_style_init (&style);
      return mien_picture_write (options->out, 1200, mien_map_plot_measure (&plot, &style, 1200), 1,
                                 draw_maps, &plot, error);
    }
  text = start->kind == MIEN_INSPECT_CSV
             ? planes_to_csv ("channel", mien_tensor_f32 (maps), n, h, w)
             : planes_to_json ("layer", layer->name, mien_tensor_f32 (maps), n, h, w);
  return mien_inspect_write_text (options->out, text, -1, error);
}

static gboolean
inspect_features (const Options *options, Start *start, GError **error)
{
  g_autoptr (GArray) layers = NULL;
  g_autoptr (MienContext) context = NULL;
  const MienLayer *layer = NULL;
  const MienTensor *maps;

  if (!begin (options, "features", start, error))
    return FALSE;
  layers = mien_layers_list (start->model);
  if (!mien_layers_set_shapes (layers, start->model, start->face, error))
    return FALSE;
  layer = options->layer != NULL ? mien_layers_get (layers, options->layer, error)
                                 : mien_layers_find_last_map (layers);
  if (layer == NULL)
    return FALSE;
  context = mien_context_new (start->model, NULL);
  if (!mien_context_add_tap (context, layer->value, error)
      || !mien_context_run (context, &start->face, 1, NULL, error))
    return FALSE;
  maps = mien_context_find_value (context, layer->value);
  if (maps == NULL || maps->dtype != MIEN_DTYPE_F32)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "layer '%s' gives no numbers to show",
                   layer->name);
      return FALSE;
    }
  return write_maps (options, start, layer, maps, error);
}

typedef struct
{
  const MienTensor *face, *map;
  const char *title;
} SaliencyPicture;

static void
draw_saliency (cairo_t *cr, double width, double height, gpointer data)
{
  const SaliencyPicture *picture = data;
  MienPlotStyle style;

  mien_plot_style_init (&style);
  mien_saliency_plot_draw (cr, &style, width, height, picture->face, picture->map, picture->title);
}

/* The emotion asked for, or the one the network sees. */
static int
choose_class (const Options *options, const Start *start, GError **error)
{
  MienLabelSet set = mien_classifier_model_get_label_set (start->classifier);
  g_autoptr (MienClassifier) classifier = mien_classifier_new (start->classifier, NULL);
  float p[MIEN_LABELS_MAX];
  int best = 0;

  if (options->emotion != NULL)
    {
      best = mien_label_set_find (set, options->emotion);
      if (best < 0)
        g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "--emotion: there is no class '%s'",
                     options->emotion);
      return best;
    }
  if (!mien_classifier_classify (classifier, mien_tensor_f32 (start->face), 1, p, NULL, error))
    return -1;
  for (guint c = 1; c < mien_label_set_get_n (set); c++)
    if (p[c] > p[best])
      best = (int) c;
  return best;
}

/* ---- the share of each part of the face, for every emotion ---- */

static char *
shares_to_csv (const char *const *labels, const MienScopeAnswer *const *answers, guint n)
{
  g_autoptr (MienCsvWriter) csv = mien_csv_writer_new_text ();

  mien_csv_writer_text (csv, "emotion");
  for (int r = 0; r < MIEN_N_REGIONS; r++)
    mien_csv_writer_text (csv, mien_region_get_name ((MienRegion) r));
  mien_csv_writer_end_row (csv);
  for (guint k = 0; k < n; k++)
    {
      mien_csv_writer_text (csv, labels[k]);
      for (int r = 0; r < MIEN_N_REGIONS; r++)
        mien_csv_writer_number (csv, answers[k]->share[r], 4);
      mien_csv_writer_end_row (csv);
    }
  return mien_csv_writer_finish_text (csv);
}

static char *
shares_to_json (const char *const *labels, const MienScopeAnswer *const *answers, guint n)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (b);
  for (guint k = 0; k < n; k++)
    {
      json_builder_set_member_name (b, labels[k]);
      json_builder_begin_object (b);
      for (int r = 0; r < MIEN_N_REGIONS; r++)
        {
          json_builder_set_member_name (b, mien_region_get_name ((MienRegion) r));
          json_builder_add_double_value (b, answers[k]->share[r]);
        }
      json_builder_end_object (b);
    }
  json_builder_end_object (b);
  root = json_builder_get_root (b);
  return json_to_string (root, TRUE);
}

/* Asks for each emotion. */
static gboolean
ask_shares (MienScope *scope,
            const char *place,
            MienSaliencyMethod method,
            GPtrArray *answers,
            GError **error)
{
  guint n = mien_label_set_get_n (
      mien_classifier_model_get_label_set (mien_scope_get_classifier (scope)));
  MienScopeQuestion question = { .parts = MIEN_SCOPE_SALIENCY, .method = method };
  g_autoptr (MienFrame) frame = NULL;

  if (!mien_inspect_find_face (place, &frame, &question.box, error))
    return FALSE;
  question.image = frame->image;
  for (guint k = 0; k < n; k++)
    {
      MienScopeAnswer *answer;

      question.class_index = (int) k;
      answer = mien_scope_answer (scope, &question, error);
      if (answer == NULL)
        return FALSE;
      g_ptr_array_add (answers, answer);
      if (!answer->has_share)
        {
          g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: no landmarks were found", place);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
inspect_shares (const Options *options, MienSaliencyMethod method, GError **error)
{
  g_autoptr (GPtrArray) answers =
      g_ptr_array_new_with_free_func ((GDestroyNotify) mien_scope_answer_free);
  g_autoptr (MienClassifierModel) classifier = NULL;
  g_autoptr (MienScope) scope = NULL;
  g_autofree char *text = NULL;
  const char *const *labels;
  MienInspectKind kind;

  if (options->rest == NULL || g_strv_length (options->rest) != 1 || options->out == NULL
      || options->face == NULL || !mien_inspect_get_kind (options->out, &kind, NULL)
      || kind == MIEN_INSPECT_PICTURE || options->layer != NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "inspect saliency --shares: needs MODEL, --face IMAGE|VIDEO@SECONDS and --out "
                   "FILE.csv or FILE.json, and takes no --layer");
      return FALSE;
    }
  classifier = mien_inspect_load (options->rest[0], options->labels, error);
  scope = classifier == NULL ? NULL : mien_scope_new (classifier, error);
  if (scope == NULL || !ask_shares (scope, options->face, method, answers, error))
    return FALSE;
  labels = mien_label_set_get_labels (mien_classifier_model_get_label_set (classifier));
  text = (kind == MIEN_INSPECT_CSV ? shares_to_csv : shares_to_json) (
      labels, (const MienScopeAnswer *const *) answers->pdata, answers->len);
  return mien_inspect_write_text (options->out, text, -1, error);
}

static gboolean
inspect_saliency (const Options *options, Start *start, GError **error)
{
  MienSaliencyMethod method = MIEN_SALIENCY_GRADCAM;
  g_autoptr (MienSaliency) saliency = NULL;
  g_autoptr (MienTensor) map = NULL;
  g_autofree char *title = NULL;
  const char *label;
  int chosen;

  if (options->method != NULL && !mien_saliency_method_from_name (options->method, &method))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "--method: '%s' is not gradcam, guided, integrated or occlusion",
                   options->method);
      return FALSE;
    }
  if (options->shares)
    return inspect_shares (options, method, error);
  if (!begin (options, "saliency", start, error))
    return FALSE;
  chosen = choose_class (options, start, error);
  if (chosen < 0)
    return FALSE;
  saliency =
      mien_saliency_new (start->model, mien_classifier_model_get_output (start->classifier), error);
  if (saliency == NULL)
    return FALSE;
  map = mien_saliency_map (saliency, start->face, method,
                           mien_classifier_model_get_column (start->classifier, (guint) chosen),
                           options->layer, NULL, error);
  if (map == NULL)
    return FALSE;
  label =
      mien_label_set_get_labels (mien_classifier_model_get_label_set (start->classifier))[chosen];
  title = g_strdup_printf ("%s, %s", label, mien_saliency_method_get_name (method));
  if (start->kind == MIEN_INSPECT_PICTURE)
    {
      SaliencyPicture picture = { start->face, map, title };

      return mien_picture_write (options->out, 760, 440, 1, draw_saliency, &picture, error);
    }
  else
    {
      gsize h = (gsize) map->dims[0], w = (gsize) map->dims[1];
      g_autofree char *text = start->kind == MIEN_INSPECT_CSV
                                  ? planes_to_csv ("map", mien_tensor_f32 (map), 1, h, w)
                                  : planes_to_json ("map", title, mien_tensor_f32 (map), 1, h, w);

      return mien_inspect_write_text (options->out, text, -1, error);
    }
}

static int
run (int argc,
     char **argv,
     const char *summary,
     gboolean is_saliency,
     gboolean (*inspect) (const Options *, Start *, GError **))
{
  Options options = { .layer = NULL };
  Start start = { .model = NULL };
  const GOptionEntry entries[] = {
    { "face", 0, 0, G_OPTION_ARG_STRING, &options.face, "the face to look at",
      "IMAGE|VIDEO@SECONDS" },
    { "layer", 0, 0, G_OPTION_ARG_STRING, &options.layer,
      "the layer; default: the last with places", "NAME" },
    { "labels", 0, 0, G_OPTION_ARG_STRING, &options.labels, "ferplus (default) or fer2013", "SET" },
    { "out", 0, 0, G_OPTION_ARG_FILENAME, &options.out, "where to: .png, .svg, .pdf, .csv, .json",
      "FILE" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.rest, NULL, "MODEL" },
    { NULL },
  };
  const GOptionEntry more[] = {
    { "emotion", 0, 0, G_OPTION_ARG_STRING, &options.emotion, "default: the likeliest", "NAME" },
    { "method", 0, 0, G_OPTION_ARG_STRING, &options.method,
      "gradcam (default), guided, integrated or occlusion", "NAME" },
    { "shares", 0, 0, G_OPTION_ARG_NONE, &options.shares,
      "how much of it falls on brows, eyes, nose, mouth and the rest, for every emotion", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  int status;

  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, entries, NULL);
  if (is_saliency)
    g_option_context_add_main_entries (context, more, NULL);
  if (mien_cli_parse (context, argc, argv, &status))
    status = inspect (&options, &start, &error) ? 0 : mien_cli_fail (error);
  start_clear (&start);
  options_clear (&options);
  return status;
}

int
mien_inspect_features (int argc, char **argv)
{
  return run (argc, argv, "Shows what each channel of a layer gives for a face.", FALSE,
              inspect_features);
}

int
mien_inspect_saliency (int argc, char **argv)
{
  return run (argc, argv, "Shows where on a face the network looks for an emotion.", TRUE,
              inspect_saliency);
}
