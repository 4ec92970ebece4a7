/* Unit: what one value of a layer sees of a face, and how strongly its channel answers where.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <string.h>

#include "base/csv.h"
#include "base/error.h"
#include "cli/inspect.h"
#include "cli/options.h"
#include "insight/scope.h"
#include "plot/network-plot.h"
#include "plot/picture.h"

#define SIDE 520.0

typedef struct
{
  char *layer, *out, *face, *labels, *unit;
  gboolean overlay;
  char **rest;
} Options;

typedef struct
{
  const MienScopeAnswer *answer;
  const MienTensor *map; /* the channel's, or NULL for what moved the unit */
} Picture;

/* The numbers of one channel of the maps, [h, w]; @value: of the unit. */
static MienTensor *
dup_channel (const MienScopeAnswer *answer)
{
  gint64 one[] = { 1, 1 };
  const gint64 *dims = answer->maps->rank == 4 ? answer->maps->dims + 2 : one;
  MienTensor *map = mien_tensor_new_f32 (2, dims);
  gsize n = map->n_elements;

  memcpy (mien_tensor_f32 (map), mien_tensor_f32 (answer->maps) + answer->channel * n,
          n * sizeof (float));
  return map;
}

static void
draw (cairo_t *cr, double width, double height, gpointer data)
{
  const Picture *picture = data;
  const MienTensor *map = picture->map != NULL ? picture->map : picture->answer->unit;
  gboolean is_signed = picture->map == NULL;
  MienPlotStyle style;

  for (gsize i = 0; i < map->n_elements && !is_signed; i++)
    is_signed = mien_tensor_f32 ((MienTensor *) map)[i] < 0;
  mien_plot_style_init (&style);
  mien_face_plot_draw (cr, &style, width, height, picture->answer->face, map, is_signed,
                       picture->answer->unit_box);
}

static char *
make_csv (const MienTensor *values)
{
  g_autoptr (MienCsvWriter) csv = mien_csv_writer_new_text ();
  static const char *const names[] = { "x", "y", "contribution" };
  gsize w = (gsize) values->dims[1];

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    mien_csv_writer_text (csv, names[i]);
  mien_csv_writer_end_row (csv);
  for (gsize i = 0; i < values->n_elements; i++)
    {
      mien_csv_writer_int (csv, (gint64) (i % w));
      mien_csv_writer_int (csv, (gint64) (i / w));
      mien_csv_writer_number (csv, mien_tensor_f32 ((MienTensor *) values)[i], 8);
      mien_csv_writer_end_row (csv);
    }
  return mien_csv_writer_finish_text (csv);
}

static char *
make_json (const MienScopeAnswer *answer, double value)
{
  const int numbers[] = { (int) answer->channel, (int) answer->row, (int) answer->column };
  static const char *const names[] = { "channel", "row", "column" };
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (b);
  json_builder_set_member_name (b, "layer");
  json_builder_add_string_value (b, answer->layer);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      json_builder_set_member_name (b, names[i]);
      json_builder_add_int_value (b, numbers[i]);
    }
  json_builder_set_member_name (b, "value");
  json_builder_add_double_value (b, value);
  /* x, y, width, height in pixels of the face. */
  json_builder_set_member_name (b, "receptive_field");
  json_builder_begin_array (b);
  for (int i = 0; i < 4; i++)
    json_builder_add_int_value (b, answer->unit_box[i]);
  json_builder_end_array (b);
  json_builder_set_member_name (b, "contributions");
  json_builder_begin_array (b);
  for (gsize i = 0; i < answer->unit->n_elements; i++)
    json_builder_add_double_value (b, mien_tensor_f32 (answer->unit)[i]);
  json_builder_end_array (b);
  json_builder_end_object (b);
  root = json_builder_get_root (b);
  return json_to_string (root, FALSE);
}

/* "12" or "12,3,4". @has_place: whether it says where. */
static gboolean
read_unit (const char *text, MienScopeQuestion *question, gboolean *has_place, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  guint *numbers[] = { &question->channel, &question->row, &question->column };
  guint n = g_strv_length (parts);
  gboolean good = n == 1 || n == 3;

  for (guint i = 0; i < n && good; i++)
    {
      guint64 number;

      good = g_ascii_string_to_unsigned (parts[i], 10, 0, G_MAXINT, &number, NULL);
      *numbers[i] = (guint) number;
    }
  *has_place = n == 3;
  if (!good)
    g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                 "--unit: '%s' is neither CHANNEL nor CHANNEL,ROW,COLUMN", text);
  return good;
}

static gboolean
check_place (const MienTensor *maps, const MienScopeQuestion *q, GError **error)
{
  gint64 h = maps->rank == 4 ? maps->dims[2] : 1, w = maps->rank == 4 ? maps->dims[3] : 1;

  if (q->channel < maps->dims[1] && q->row < h && q->column < w)
    return TRUE;
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
               "--unit: the layer has %" G_GINT64_FORMAT " channels of %" G_GINT64_FORMAT
               " x %" G_GINT64_FORMAT,
               maps->dims[1], h, w);
  return FALSE;
}

/* Two questions: what the layer gives, and, where that was not said, the channel's strongest place.
 */
static MienScopeAnswer *
ask (MienScope *scope, MienScopeQuestion *question, gboolean has_place, GError **error)
{
  g_autoptr (MienScopeAnswer) first = NULL;

  question->parts = MIEN_SCOPE_MAPS;
  first = mien_scope_answer (scope, question, error);
  if (first == NULL || !check_place (first->maps, question, error))
    return NULL;
  if (!has_place)
    {
      g_autoptr (MienTensor) map = dup_channel (first);
      gsize best = 0;

      for (gsize i = 1; i < map->n_elements; i++)
        if (mien_tensor_f32 (map)[i] > mien_tensor_f32 (map)[best])
          best = i;
      question->row = (guint) (best / (gsize) map->dims[1]);
      question->column = (guint) (best % (gsize) map->dims[1]);
    }
  question->parts = MIEN_SCOPE_MAPS | MIEN_SCOPE_UNIT;
  return mien_scope_answer (scope, question, error);
}

static gboolean
write_answer (const Options *options,
              MienInspectKind kind,
              const MienScopeAnswer *answer,
              GError **error)
{
  g_autoptr (MienTensor) map = dup_channel (answer);
  g_autofree char *text = NULL;

  if (answer->unit == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "layer '%s' has no units", answer->layer);
      return FALSE;
    }
  if (kind == MIEN_INSPECT_PICTURE)
    return mien_picture_write (options->out, SIDE, SIDE, 1, draw,
                               &(Picture){ answer, options->overlay ? map : NULL }, error);
  text =
      kind == MIEN_INSPECT_CSV
          ? make_csv (answer->unit)
          : make_json (answer,
                       mien_tensor_f32 (map)[answer->row * (gsize) map->dims[1] + answer->column]);
  return mien_inspect_write_text (options->out, text, -1, error);
}

static gboolean
inspect (const Options *options, MienScopeQuestion *question, GError **error)
{
  MienInspectKind kind;
  gboolean has_place;
  g_autoptr (MienClassifierModel) classifier = NULL;
  g_autoptr (MienScope) scope = NULL;
  g_autoptr (MienFrame) frame = NULL;
  g_autoptr (MienScopeAnswer) answer = NULL;
  const MienLayer *layer;

  if (options->rest == NULL || g_strv_length (options->rest) != 1 || options->out == NULL
      || options->face == NULL || options->unit == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "inspect unit: needs MODEL, --face IMAGE|VIDEO@SECONDS, --unit and --out FILE");
      return FALSE;
    }
  if (!mien_inspect_get_kind (options->out, &kind, error)
      || !read_unit (options->unit, question, &has_place, error))
    return FALSE;
  classifier = mien_inspect_load (options->rest[0], options->labels, error);
  scope = classifier == NULL ? NULL : mien_scope_new (classifier, error);
  if (scope == NULL)
    return FALSE;
  layer = options->layer != NULL
              ? mien_layers_get (mien_scope_get_layers (scope), options->layer, error)
              : mien_layers_find_last_map (mien_scope_get_layers (scope));
  if (layer == NULL || !mien_inspect_find_face (options->face, &frame, &question->box, error))
    return FALSE;
  question->layer = g_strdup (layer->name);
  question->image = frame->image;
  question->class_index = -1;
  answer = ask (scope, question, has_place, error);
  return answer != NULL && write_answer (options, kind, answer, error);
}

int
mien_inspect_unit (int argc, char **argv)
{
  Options options = { .layer = NULL };
  MienScopeQuestion question = { .parts = 0 };
  const GOptionEntry entries[] = {
    { "face", 0, 0, G_OPTION_ARG_STRING, &options.face, "the face to look at",
      "IMAGE|VIDEO@SECONDS" },
    { "layer", 0, 0, G_OPTION_ARG_STRING, &options.layer,
      "the layer; default: the last with places", "NAME" },
    { "unit", 0, 0, G_OPTION_ARG_STRING, &options.unit,
      "the channel, and the place in its map; default: where it is strongest",
      "CHANNEL[,ROW,COLUMN]" },
    { "overlay", 0, 0, G_OPTION_ARG_NONE, &options.overlay,
      "pictures: the map of the channel over the face", NULL },
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
                                "Shows what one value of a layer sees of a face: its receptive "
                                "field and the pixels that raised or lowered it.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (mien_cli_parse (context, argc, argv, &status))
    status = inspect (&options, &question, &error) ? 0 : mien_cli_fail (error);
  mien_scope_question_clear (&question);
  g_free (options.layer);
  g_free (options.out);
  g_free (options.face);
  g_free (options.labels);
  g_free (options.unit);
  g_strfreev (options.rest);
  return status;
}
