/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "timeline/document-private.h"

#define OWN_PREFIX "document."
#define MAX_NAME 200 /* bytes of a class name */

static char *
node_to_text (JsonNode *node)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();

  json_generator_set_root (generator, node);
  return json_generator_to_data (generator, NULL);
}

static char *
builder_to_text (JsonBuilder *builder)
{
  g_autoptr (JsonNode) node = json_builder_get_root (builder);

  return node_to_text (node);
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value == NULL)
    json_builder_add_null_value (builder);
  else
    json_builder_add_string_value (builder, value);
}

static void
add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_double (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

static char *
source_to_text (const MienSource *source)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_string (builder, "path", source->path);
  add_int (builder, "size", source->size);
  add_string (builder, "hash", source->hash);
  add_int (builder, "duration_ns", source->duration_ns);
  add_int (builder, "width", source->width);
  add_int (builder, "height", source->height);
  add_double (builder, "rate", source->rate);
  add_int (builder, "frames", source->frames);
  json_builder_end_object (builder);
  return builder_to_text (builder);
}

static char *
classes_to_text (MienDocument *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_array (builder);
  for (guint c = 0; c < self->n_classes; c++)
    {
      json_builder_begin_object (builder);
      add_string (builder, "name", self->classes[c].name);
      add_double (builder, "valence", self->classes[c].valence);
      add_double (builder, "arousal", self->classes[c].arousal);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  return builder_to_text (builder);
}

static char *
filters_to_text (const MienFilters *filters)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *smooth = mien_smoothing_to_string (&filters->smoothing);

  json_builder_begin_object (builder);
  add_string (builder, "smooth", smooth);
  add_double (builder, "segment", filters->segment_seconds);
  add_double (builder, "threshold", filters->threshold);
  json_builder_end_object (builder);
  return builder_to_text (builder);
}

static void
push_classes (MienDocument *self, MienStore *store)
{
  g_autofree char *text = classes_to_text (self);
  const char *names[MIEN_SAMPLE_MAX_CLASSES + 1] = { NULL };

  for (guint c = 0; c < self->n_classes; c++)
    names[c] = self->classes[c].name;
  mien_store_push_setting (store, OWN_PREFIX "classes", text);
  mien_store_push_view (store, names);
}

void
mien_document_push_own_settings (MienDocument *self, MienStore *store)
{
  g_autofree char *source = source_to_text (&self->source);
  g_autofree char *filters = filters_to_text (&self->filters);

  mien_store_push_setting (store, OWN_PREFIX "source", source);
  mien_store_push_setting (store, OWN_PREFIX "filters", filters);
  mien_store_push_setting (store, OWN_PREFIX "complete", self->complete ? "true" : "false");
  if (self->n_classes > 0)
    push_classes (self, store);
}

static gint64
get_int (JsonObject *object, const char *name, gint64 fallback)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node) : fallback;
}

static double
get_double (JsonObject *object, const char *name, double fallback)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_double (node) : fallback;
}

static const char *
get_string (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
}

static gboolean
take_source (MienDocument *self, JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  if (object == NULL)
    return FALSE;
  mien_document_clear_source (&self->source);
  self->source = (MienSource){
    .path = g_strdup (get_string (object, "path")),
    .size = get_int (object, "size", -1),
    .hash = g_strdup (get_string (object, "hash")),
    .duration_ns = get_int (object, "duration_ns", -1),
    .width = (int) CLAMP (get_int (object, "width", 0), 0, G_MAXINT),
    .height = (int) CLAMP (get_int (object, "height", 0), 0, G_MAXINT),
    .rate = get_double (object, "rate", 0.0),
    .frames = get_int (object, "frames", -1),
  };
  return isfinite (self->source.rate) && self->source.rate >= 0.0;
}

static void
take_classes (MienDocument *self, const MienClass *classes, guint n)
{
  for (guint c = 0; c < self->n_classes; c++)
    g_free ((char *) self->classes[c].name);
  self->n_classes = n;
  self->neutral = -1;
  for (guint c = 0; c < n; c++)
    {
      self->classes[c] = classes[c];
      self->classes[c].name = g_utf8_make_valid (classes[c].name, -1);
      self->valence[c] = classes[c].valence;
      self->arousal[c] = classes[c].arousal;
      if (strcmp (self->classes[c].name, "neutral") == 0)
        self->neutral = (int) c;
    }
}

static gboolean
take_class_list (MienDocument *self, JsonNode *node)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint n = array == NULL ? 0 : json_array_get_length (array);
  MienClass classes[MIEN_SAMPLE_MAX_CLASSES];

  if (n == 0 || n > MIEN_SAMPLE_MAX_CLASSES)
    return FALSE;
  for (guint c = 0; c < n; c++)
    {
      JsonNode *item = json_array_get_element (array, c);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (item) ? json_node_get_object (item) : NULL;

      if (object == NULL || get_string (object, "name") == NULL)
        return FALSE;
      classes[c].name = get_string (object, "name");
      classes[c].valence = get_double (object, "valence", 0.0);
      classes[c].arousal = get_double (object, "arousal", 0.0);
      if (strlen (classes[c].name) > MAX_NAME || !isfinite (classes[c].valence)
          || !isfinite (classes[c].arousal))
        return FALSE;
    }
  take_classes (self, classes, n);
  return TRUE;
}

static gboolean
take_filters (MienDocument *self, JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  MienFilters filters;

  mien_filters_init (&filters);
  if (object == NULL || get_string (object, "smooth") == NULL
      || !mien_smoothing_parse (get_string (object, "smooth"), &filters.smoothing, NULL))
    return FALSE;
  filters.segment_seconds = get_double (object, "segment", 1.0);
  filters.threshold = get_double (object, "threshold", 0.5);
  if (!(filters.segment_seconds > 0.0) || !(filters.threshold >= 0.0)
      || !isfinite (filters.segment_seconds) || filters.threshold > 1.0)
    return FALSE;
  self->filters = filters;
  return TRUE;
}

gboolean
mien_document_take_own_setting (MienDocument *self, const char *key, const char *value)
{
  g_autoptr (JsonNode) node = json_from_string (value, NULL);

  if (node == NULL)
    return FALSE;
  if (!g_str_has_prefix (key, OWN_PREFIX))
    {
      g_hash_table_replace (self->settings, g_strdup (key), g_strdup (value));
      return TRUE;
    }
  key += strlen (OWN_PREFIX);
  if (strcmp (key, "source") == 0)
    return take_source (self, node);
  if (strcmp (key, "classes") == 0)
    return take_class_list (self, node);
  if (strcmp (key, "filters") == 0)
    return take_filters (self, node);
  if (strcmp (key, "complete") == 0)
    self->complete = JSON_NODE_HOLDS_VALUE (node) && json_node_get_boolean (node);
  return TRUE;
}

void
mien_document_set_source (MienDocument *self, const MienSource *source)
{
  MienSource copy;

  g_return_if_fail (MIEN_IS_DOCUMENT (self) && source != NULL);
  copy = *source;
  copy.path = source->path == NULL ? NULL : g_utf8_make_valid (source->path, -1);
  copy.hash = g_strdup (source->hash);
  if (!isfinite (copy.rate) || copy.rate < 0.0)
    copy.rate = 0.0;
  mien_document_clear_source (&self->source);
  self->source = copy;
  if (self->store != NULL)
    {
      g_autofree char *text = source_to_text (&self->source);

      mien_store_push_setting (self->store, OWN_PREFIX "source", text);
    }
  mien_document_queue (self, MIEN_CHANGE_SETTINGS);
}

const MienSource *
mien_document_get_source (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), NULL);
  return &self->source;
}

void
mien_document_set_classes (MienDocument *self, const MienClass *classes, guint n_classes)
{
  g_return_if_fail (MIEN_IS_DOCUMENT (self) && classes != NULL);
  g_return_if_fail (n_classes >= 1 && n_classes <= MIEN_SAMPLE_MAX_CLASSES);
  g_return_if_fail (g_hash_table_size (self->raw) == 0);
  take_classes (self, classes, n_classes);
  if (self->store != NULL)
    push_classes (self, self->store);
  mien_document_queue (self, MIEN_CHANGE_SETTINGS);
}

const MienClass *
mien_document_get_classes (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), NULL);
  return self->classes;
}

guint
mien_document_get_n_classes (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), 0);
  return self->n_classes;
}

const double *
mien_document_get_valence_weights (MienDocument *self)
{
  return self->valence;
}

const double *
mien_document_get_arousal_weights (MienDocument *self)
{
  return self->arousal;
}

int
mien_document_get_neutral (MienDocument *self)
{
  return self->neutral;
}

gboolean
mien_document_set_setting (MienDocument *self, const char *key, const char *json, GError **error)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self) && key != NULL, FALSE);
  g_return_val_if_fail (!g_str_has_prefix (key, OWN_PREFIX), FALSE);
  if (json == NULL)
    g_hash_table_remove (self->settings, key);
  else
    {
      g_autoptr (JsonNode) node = json_from_string (json, NULL);

      if (node == NULL)
        {
          g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "setting %s: not JSON: %s", key, json);
          return FALSE;
        }
      g_hash_table_replace (self->settings, g_strdup (key), g_strdup (json));
    }
  if (self->store != NULL)
    mien_store_push_setting (self->store, key, json);
  mien_document_queue (self, MIEN_CHANGE_SETTINGS);
  return TRUE;
}

const char *
mien_document_get_setting (MienDocument *self, const char *key)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self) && key != NULL, NULL);
  return g_hash_table_lookup (self->settings, key);
}

double
mien_document_get_setting_number (MienDocument *self, const char *key, double fallback)
{
  const char *text = mien_document_get_setting (self, key);
  char *end;
  double value;

  if (text == NULL)
    return fallback;
  value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' && isfinite (value) ? value : fallback;
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

char **
mien_document_dup_setting_keys (MienDocument *self)
{
  GPtrArray *keys = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, self->settings);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (keys, g_strdup (key));
  g_ptr_array_sort (keys, compare_keys);
  g_ptr_array_add (keys, NULL);
  return (char **) g_ptr_array_free (keys, FALSE);
}

const MienFilters *
mien_document_get_filters (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), NULL);
  return &self->filters;
}

void
mien_document_set_filters (MienDocument *self, const MienFilters *filters)
{
  gboolean smoothing;
  guint n;

  g_return_if_fail (MIEN_IS_DOCUMENT (self) && filters != NULL);
  g_return_if_fail (filters->segment_seconds > 0.0);
  if (mien_filters_equal (&self->filters, filters))
    return;
  smoothing = !mien_smoothing_equal (&self->filters.smoothing, &filters->smoothing);
  self->filters = *filters;
  n = smoothing ? g_list_model_get_n_items (G_LIST_MODEL (self->tracks)) : 0;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MienTrack) track = g_list_model_get_item (G_LIST_MODEL (self->tracks), i);

      mien_track_invalidate (track, G_MININT64);
    }
  if (self->store != NULL)
    {
      g_autofree char *text = filters_to_text (filters);

      mien_store_push_setting (self->store, OWN_PREFIX "filters", text);
    }
  mien_document_queue (self, MIEN_CHANGE_FILTERS);
}

gboolean
mien_document_is_complete (MienDocument *self)
{
  g_return_val_if_fail (MIEN_IS_DOCUMENT (self), FALSE);
  return self->complete;
}

void
mien_document_set_complete (MienDocument *self, gboolean complete)
{
  g_return_if_fail (MIEN_IS_DOCUMENT (self));
  self->complete = complete;
  if (self->store != NULL)
    mien_store_push_setting (self->store, OWN_PREFIX "complete", complete ? "true" : "false");
  mien_document_queue (self, MIEN_CHANGE_SETTINGS);
}
