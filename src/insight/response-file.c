/* A response as JSON and as CSV.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <math.h>

#include "base/csv.h"
#include "base/error.h"
#include "insight/response-private.h"

static void
add_floats (JsonBuilder *b, const char *name, const float *values, gsize n)
{
  json_builder_set_member_name (b, name);
  json_builder_begin_array (b);
  for (gsize i = 0; i < n; i++)
    /* Five digits are more than the means are worth, and keep the file small. */
    json_builder_add_double_value (b, round (values[i] * 1e5) / 1e5);
  json_builder_end_array (b);
}

static void
add_layer (JsonBuilder *b, const MienResponse *self, const MienLayerResponse *layer)
{
  gsize n = layer->n_channels, k = self->n_classes;

  json_builder_begin_object (b);
  json_builder_set_member_name (b, "name");
  json_builder_add_string_value (b, layer->name);
  json_builder_set_member_name (b, "operator");
  json_builder_add_string_value (b, layer->op_type);
  json_builder_set_member_name (b, "channels");
  json_builder_add_int_value (b, layer->n_channels);
  json_builder_set_member_name (b, "probe");
  json_builder_add_double_value (b, isfinite (layer->probe) ? layer->probe : -1);
  add_floats (b, "mean", layer->mean, k * n);
  add_floats (b, "z", layer->z, k * n);
  add_floats (b, "selectivity", layer->selectivity, n);
  add_floats (b, "overlap", layer->overlap, k * k);
  json_builder_set_member_name (b, "best_class");
  json_builder_begin_array (b);
  for (gsize i = 0; i < n; i++)
    json_builder_add_int_value (b, layer->best_class[i]);
  json_builder_end_array (b);
  json_builder_set_member_name (b, "examples");
  json_builder_begin_array (b);
  for (gsize i = 0; i < n * MIEN_RESPONSE_EXAMPLES; i++)
    json_builder_add_int_value (b, layer->examples[i] == G_MAXUINT32 ? -1
                                                                     : (gint64) layer->examples[i]);
  json_builder_end_array (b);
  if (layer->recall_drop != NULL)
    add_floats (b, "recall_drop", layer->recall_drop, n * k);
  json_builder_end_object (b);
}

char *
mien_response_dup_json (const MienResponse *self)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (b);
  json_builder_set_member_name (b, "model");
  json_builder_add_string_value (b, self->model);
  json_builder_set_member_name (b, "hash");
  json_builder_add_string_value (b, self->hash);
  json_builder_set_member_name (b, "data");
  json_builder_add_string_value (b, self->data);
  json_builder_set_member_name (b, "images");
  json_builder_add_int_value (b, self->n_rows);
  json_builder_set_member_name (b, "labels");
  json_builder_begin_array (b);
  for (guint i = 0; i < self->n_classes; i++)
    json_builder_add_string_value (b, self->labels[i]);
  json_builder_end_array (b);
  json_builder_set_member_name (b, "ablated_images");
  json_builder_add_int_value (b, self->ablated_rows);
  if (self->recall != NULL)
    add_floats (b, "recall", self->recall, self->n_classes);
  json_builder_set_member_name (b, "layers");
  json_builder_begin_array (b);
  for (guint l = 0; l < self->layers->len; l++)
    add_layer (b, self, self->layers->pdata[l]);
  json_builder_end_array (b);
  json_builder_end_object (b);
  root = json_builder_get_root (b);
  return json_to_string (root, FALSE);
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
