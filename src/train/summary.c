/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/summary.h"

#include <json-glib/json-glib.h>
#include <math.h>

#include "base/error.h"
#include "emotion/labels.h"

/* Four digits: more would be noise, and the text stays the same everywhere. */
static void
add_number (JsonBuilder *b, const char *name, double value)
{
  json_builder_set_member_name (b, name);
  json_builder_add_double_value (b, round (value * 1e4) / 1e4);
}

static void
add_text (JsonBuilder *b, const char *name, const char *value)
{
  json_builder_set_member_name (b, name);
  json_builder_add_string_value (b, value);
}

static MienLabelSet
label_set_of (const char *head)
{
  return g_str_equal (head, "ferplus") ? MIEN_LABELS_FERPLUS : MIEN_LABELS_FER2013;
}

static void
add_labels (JsonBuilder *b, const MienSummary *self)
{
  json_builder_set_member_name (b, "labels");
  json_builder_begin_object (b);
  for (guint h = 0; self->heads[h] != NULL; h++)
    {
      const char *const *labels = mien_label_set_get_labels (label_set_of (self->heads[h]));

      json_builder_set_member_name (b, self->heads[h]);
      json_builder_begin_array (b);
      for (guint i = 0; labels[i] != NULL; i++)
        json_builder_add_string_value (b, labels[i]);
      json_builder_end_array (b);
    }
  json_builder_end_object (b);
}

static void
add_input (JsonBuilder *b, const MienSummary *self)
{
  json_builder_set_member_name (b, "input");
  json_builder_begin_object (b);
  add_text (b, "name", "face");
  add_text (b, "layout", "nchw");
  json_builder_set_member_name (b, "channels");
  json_builder_add_int_value (b, self->channels);
  add_text (b, "order", self->channels == 1 ? "gray" : "rgb");
  json_builder_set_member_name (b, "range");
  json_builder_begin_array (b);
  json_builder_add_int_value (b, 0);
  json_builder_add_int_value (b, 255);
  json_builder_end_array (b);
  json_builder_set_member_name (b, "width");
  json_builder_add_int_value (b, self->width);
  json_builder_set_member_name (b, "height");
  json_builder_add_int_value (b, self->height);
  json_builder_end_object (b);
  /* FER2013's crops are about as wide as the box that the SSD detector gives. */
  json_builder_set_member_name (b, "crop");
  json_builder_begin_object (b);
  add_text (b, "rule", "square");
  json_builder_set_member_name (b, "scale");
  json_builder_add_int_value (b, 1);
  add_text (b, "border", "repeat");
  json_builder_end_object (b);
}

static void
add_recall (JsonBuilder *b, const char *name, const MienMetrics *m, MienLabelSet set)
{
  const char *const *labels = mien_label_set_get_labels (set);

  json_builder_set_member_name (b, name);
  json_builder_begin_object (b);
  for (guint c = 0; c < m->n_classes; c++)
    add_number (b, labels[c], m->per_class[c].recall);
  json_builder_end_object (b);
}

static void
add_metrics (JsonBuilder *b, const MienSummary *self)
{
  json_builder_set_member_name (b, "metrics");
  json_builder_begin_object (b);
  add_text (b, "split", self->split);
  add_text (b, "copies", "left out of Training and of the split");
  if (self->majority != NULL && self->majority->n_images > 0)
    {
      add_number (b, "majority_without_copies", self->majority->accuracy);
      add_number (b, "mean_class_recall", self->majority->mean_class_recall);
      add_recall (b, "recall_majority", self->majority, MIEN_LABELS_FERPLUS);
    }
  if (self->argmax != NULL && self->argmax->n_images > 0)
    {
      add_number (b, "argmax_without_copies", self->argmax->accuracy);
      add_number (b, "ece", self->argmax->ece);
    }
  if (self->fer2013 != NULL && self->fer2013->n_images > 0)
    add_number (b, "fer2013_without_copies", self->fer2013->accuracy);
  json_builder_end_object (b);
}

static JsonNode *
build (const MienSummary *self)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();

  json_builder_begin_object (b);
  add_text (b, "name", self->name);
  add_text (b, "task", "classifier");
  add_labels (b, self);
  add_input (b, self);
  json_builder_set_member_name (b, "calibration");
  json_builder_begin_object (b);
  for (guint h = 0; self->heads[h] != NULL; h++)
    add_number (b, self->heads[h], (double) self->temperatures[h]);
  json_builder_end_object (b);
  add_text (b, "licence", self->licence);
  add_text (b, "source", "mien-train");
  add_text (b, "training", self->training);
  add_metrics (b, self);
  add_text (b, "description", self->description);
  json_builder_end_object (b);
  return json_builder_get_root (b);
}

void
mien_summary_apply (const MienSummary *self, MienGraph *graph)
{
  g_autoptr (JsonNode) root = NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  g_return_if_fail (self != NULL && graph != NULL);
  root = build (self);
  json_object_iter_init_ordered (&iter, json_node_get_object (root));
  while (json_object_iter_next_ordered (&iter, &name, &value))
    {
      g_autofree char *key = g_strconcat ("mien.", name, NULL);
      g_autofree char *text = JSON_NODE_HOLDS_VALUE (value) ? json_node_dup_string (value)
                                                            : json_to_string (value, FALSE);

      mien_graph_set_metadata (graph, key, text);
    }
}

gboolean
mien_summary_write (const MienSummary *self, const char *path, GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *json = NULL, *text = NULL;
  g_autoptr (GError) local = NULL;

  g_return_val_if_fail (self != NULL && path != NULL, FALSE);
  root = build (self);
  json = json_to_string (root, TRUE);
  text = g_strconcat (json, "\n", NULL);
  if (g_file_set_contents (path, text, -1, &local))
    return TRUE;
  g_set_error (error, MIEN_ERROR, MIEN_ERROR_OUTPUT, "%s: %s", path, local->message);
  return FALSE;
}
