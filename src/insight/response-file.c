/* A response as JSON and as CSV.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "base/csv.h"
#include "base/error.h"
#include "insight/response-private.h"

/* More than the means are worth. */
#define DIGITS 4

/* The texts are written by hand: a builder would give each number its 17 digits, four times the
 * file. */
static void
add_name (GString *text, const char *name)
{
  char last = text->len > 0 ? text->str[text->len - 1] : '{';

  if (last != '{' && last != '[')
    g_string_append_c (text, ',');
  g_string_append_printf (text, "\"%s\":", name);
}

static void
add_string (GString *text, const char *value)
{
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), value);
  g_autofree char *quoted = json_to_string (node, FALSE);

  g_string_append (text, quoted);
}

/* Without the zeros at the end. */
static void
add_number (GString *text, double value)
{
  char number[48], *end;

  mien_format_number (number, sizeof number, isfinite (value) ? value : -1, DIGITS);
  end = number + strlen (number);
  while (end[-1] == '0')
    end--;
  if (end[-1] == '.')
    end--;
  *end = '\0';
  g_string_append (text, *number != '\0' ? number : "0");
}

static void
add_floats (GString *text, const char *name, const float *values, gsize n)
{
  add_name (text, name);
  g_string_append_c (text, '[');
  for (gsize i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      add_number (text, values[i]);
    }
  g_string_append_c (text, ']');
}

static void
add_int (GString *text, const char *name, gint64 value)
{
  add_name (text, name);
  g_string_append_printf (text, "%" G_GINT64_FORMAT, value);
}

static void
add_layer (GString *text, const MienResponse *self, const MienLayerResponse *layer)
{
  gsize n = layer->n_channels, k = self->n_classes;

  g_string_append_c (text, '{');
  add_name (text, "name");
  add_string (text, layer->name);
  add_name (text, "operator");
  add_string (text, layer->op_type);
  add_int (text, "channels", layer->n_channels);
  add_name (text, "probe");
  add_number (text, layer->probe);
  add_floats (text, "mean", layer->mean, k * n);
  add_floats (text, "z", layer->z, k * n);
  add_floats (text, "selectivity", layer->selectivity, n);
  add_floats (text, "overlap", layer->overlap, k * k);
  add_name (text, "best_class");
  for (gsize i = 0; i < n; i++)
    g_string_append_printf (text, "%c%u", i == 0 ? '[' : ',', layer->best_class[i]);
  g_string_append_c (text, ']');
  add_name (text, "examples");
  for (gsize i = 0; i < n * MIEN_RESPONSE_EXAMPLES; i++)
    g_string_append_printf (text, "%c%" G_GINT64_FORMAT, i == 0 ? '[' : ',',
                            layer->examples[i] == G_MAXUINT32 ? -1 : (gint64) layer->examples[i]);
  g_string_append_c (text, ']');
  if (layer->recall_drop != NULL)
    add_floats (text, "recall_drop", layer->recall_drop, n * k);
  g_string_append_c (text, '}');
}

char *
mien_response_dup_json (const MienResponse *self)
{
  GString *text = g_string_new ("{");

  add_name (text, "model");
  add_string (text, self->model);
  add_name (text, "hash");
  add_string (text, self->hash);
  add_name (text, "data");
  add_string (text, self->data);
  add_int (text, "images", self->n_rows);
  add_name (text, "labels");
  for (guint i = 0; i < self->n_classes; i++)
    {
      g_string_append_c (text, i == 0 ? '[' : ',');
      add_string (text, self->labels[i]);
    }
  g_string_append_c (text, ']');
  add_int (text, "ablated_images", self->ablated_rows);
  if (self->recall != NULL)
    add_floats (text, "recall", self->recall, self->n_classes);
  add_name (text, "layers");
  g_string_append_c (text, '[');
  /* A line a layer, so that a difference of two files can be read. */
  for (guint l = 0; l < self->layers->len; l++)
    {
      g_string_append (text, l > 0 ? ",\n" : "\n");
      add_layer (text, self, self->layers->pdata[l]);
    }
  g_string_append (text, "]}\n");
  return g_string_free (text, FALSE);
}

static gboolean
read_floats (JsonObject *object, const char *name, float *out, gsize n)
{
  JsonNode *node = json_object_get_member (object, name);
  JsonArray *array;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return FALSE;
  array = json_node_get_array (node);
  if (json_array_get_length (array) != n)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    out[i] = (float) json_array_get_double_element (array, (guint) i);
  return TRUE;
}

static gboolean
read_layer (MienResponse *self, JsonObject *object)
{
  gint64 channels = json_object_get_int_member_with_default (object, "channels", -1);
  gsize k = self->n_classes, n;
  g_autofree float *numbers = NULL;
  MienLayerResponse *layer;

  if (channels < 1 || channels > 1 << 20)
    return FALSE;
  layer = mien_response_append (
      self, json_object_get_string_member_with_default (object, "name", ""),
      json_object_get_string_member_with_default (object, "operator", ""), (guint) channels);
  n = layer->n_channels;
  layer->probe = json_object_get_double_member_with_default (object, "probe", -1);
  if (layer->probe < 0)
    layer->probe = NAN;
  numbers = g_new (float, n *MAX (MIEN_RESPONSE_EXAMPLES, 1));
  if (!read_floats (object, "mean", layer->mean, k * n)
      || !read_floats (object, "z", layer->z, k * n)
      || !read_floats (object, "selectivity", layer->selectivity, n)
      || !read_floats (object, "overlap", layer->overlap, k * k)
      || !read_floats (object, "best_class", numbers, n))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      if (numbers[i] < 0 || numbers[i] >= k)
        return FALSE;
      layer->best_class[i] = (guint8) numbers[i];
    }
  if (!read_floats (object, "examples", numbers, n * MIEN_RESPONSE_EXAMPLES))
    return FALSE;
  for (gsize i = 0; i < n * MIEN_RESPONSE_EXAMPLES; i++)
    layer->examples[i] = numbers[i] < 0 ? G_MAXUINT32 : (guint32) numbers[i];
  if (json_object_has_member (object, "recall_drop"))
    {
      layer->recall_drop = g_new (float, n *k);
      return read_floats (object, "recall_drop", layer->recall_drop, n * k);
    }
  return TRUE;
}

/* NULL when something is missing or does not fit. */
static MienResponse *
read_root (JsonObject *root)
{
  JsonArray *labels = json_object_has_member (root, "labels")
                          ? json_object_get_array_member (root, "labels")
                          : NULL;
  JsonArray *layers = json_object_has_member (root, "layers")
                          ? json_object_get_array_member (root, "layers")
                          : NULL;
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (GStrv) strv = NULL;
  g_autoptr (MienResponse) self = NULL;

  if (labels == NULL || layers == NULL || json_array_get_length (labels) == 0
      || json_array_get_length (labels) > MIEN_LABELS_MAX)
    return NULL;
  for (guint i = 0; i < json_array_get_length (labels); i++)
    g_strv_builder_add (names, json_array_get_string_element (labels, i));
  strv = g_strv_builder_end (names);
  self = mien_response_new ((const char *const *) strv, json_array_get_length (labels));
  self->model = g_strdup (json_object_get_string_member_with_default (root, "model", ""));
  self->hash = g_strdup (json_object_get_string_member_with_default (root, "hash", ""));
  self->data = g_strdup (json_object_get_string_member_with_default (root, "data", ""));
  self->n_rows = (guint) json_object_get_int_member_with_default (root, "images", 0);
  self->ablated_rows = (guint) json_object_get_int_member_with_default (root, "ablated_images", 0);
  if (json_object_has_member (root, "recall"))
    {
      self->recall = g_new0 (float, self->n_classes);
      if (!read_floats (root, "recall", self->recall, self->n_classes))
        return NULL;
    }
  for (guint l = 0; l < json_array_get_length (layers); l++)
    {
      JsonNode *node = json_array_get_element (layers, l);

      if (!JSON_NODE_HOLDS_OBJECT (node) || !read_layer (self, json_node_get_object (node)))
        return NULL;
    }
  return g_steal_pointer (&self);
}

MienResponse *
mien_response_load (const char *path, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) problem = NULL;
  MienResponse *self = NULL;

  if (!json_parser_load_from_file (parser, path, &problem))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: %s", path, problem->message);
      return NULL;
    }
  if (JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    self = read_root (json_node_get_object (json_parser_get_root (parser)));
  if (self == NULL)
    g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: is not the response of a network", path);
  return self;
}

gboolean
mien_response_write_csv (const MienResponse *self, GOutputStream *stream, GError **error)
{
  g_autoptr (MienCsvWriter) csv = mien_csv_writer_new (stream);
  static const char *const blocks[] = { "mean", "z", "recall_drop" };

  mien_csv_writer_text (csv, "layer");
  mien_csv_writer_text (csv, "channel");
  mien_csv_writer_text (csv, "best_class");
  mien_csv_writer_text (csv, "selectivity");
  mien_csv_writer_text (csv, "layer_probe");
  for (gsize b = 0; b < G_N_ELEMENTS (blocks); b++)
    for (guint k = 0; k < self->n_classes; k++)
      {
        g_autofree char *name = g_strdup_printf ("%s_%s", blocks[b], self->labels[k]);

        mien_csv_writer_text (csv, name);
      }
  mien_csv_writer_end_row (csv);
  for (guint l = 0; l < self->layers->len; l++)
    {
      const MienLayerResponse *layer = self->layers->pdata[l];
      gsize n = layer->n_channels;

      for (gsize c = 0; c < n; c++)
        {
          mien_csv_writer_text (csv, layer->name);
          mien_csv_writer_int (csv, (gint64) c);
          mien_csv_writer_text (csv, self->labels[layer->best_class[c]]);
          mien_csv_writer_number (csv, layer->selectivity[c], 6);
          mien_csv_writer_number (csv, layer->probe, 6);
          for (guint k = 0; k < self->n_classes; k++)
            mien_csv_writer_number (csv, layer->mean[k * n + c], 6);
          for (guint k = 0; k < self->n_classes; k++)
            mien_csv_writer_number (csv, layer->z[k * n + c], 6);
          for (guint k = 0; k < self->n_classes; k++)
            mien_csv_writer_number (
                csv, layer->recall_drop != NULL ? layer->recall_drop[c * self->n_classes + k] : NAN,
                6);
          mien_csv_writer_end_row (csv);
        }
    }
  return mien_csv_writer_finish (csv, error);
}

char *
mien_response_dup_path (MienModel *model)
{
  const char *path = mien_model_get_path (model);
  gsize length = strlen (path);

  if (g_str_has_suffix (path, ".onnx"))
    length -= strlen (".onnx");
  return g_strdup_printf ("%.*s.response.json", (int) length, path);
}
