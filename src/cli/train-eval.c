/* mien-train eval: how good a model is on a split of a data set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <stdio.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/train-commands.h"
#include "emotion/labels.h"
#include "train/evaluation.h"

typedef struct
{
  char *data, *votes, *split, *protocol;
  gboolean mirror, exclude_copies, json;
  int threads;
} Arguments;

static void
clear_arguments (Arguments *a)
{
  g_free (a->data);
  g_free (a->votes);
  g_free (a->split);
  g_free (a->protocol);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arguments, clear_arguments)

static gboolean
parse (Arguments *a, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &a->data, "fer2013.csv[.gz], or a folder per class",
      "F" },
    { "votes", 0, 0, G_OPTION_ARG_FILENAME, &a->votes, "FER+ votes, fer2013new.csv", "F" },
    { "split", 0, 0, G_OPTION_ARG_STRING, &a->split, "Training, PublicTest or PrivateTest",
      "NAME" },
    { "protocol", 0, 0, G_OPTION_ARG_STRING, &a->protocol, "fer2013, argmax or majority", "NAME" },
    { "mirror", 0, 0, G_OPTION_ARG_NONE, &a->mirror, "average with the mirror image", NULL },
    { "exclude-copies", 0, 0, G_OPTION_ARG_NONE, &a->exclude_copies,
      "leave out images that Training has too", NULL },
    { "threads", 0, 0, G_OPTION_ARG_INT, &a->threads, "0: all processors", "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &a->json, "print JSON", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("MODEL.onnx|NAME - measure a model");
  g_autoptr (GError) local = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &local))
    g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "eval: %s", local->message);
  else if (*argc != 2)
    g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "eval: one MODEL.onnx or name is needed");
  else if (a->data == NULL || a->split == NULL || a->protocol == NULL)
    g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                 "eval: --data, --split and --protocol are needed");
  else
    return TRUE;
  return FALSE;
}

static void
add_number (JsonBuilder *b, const char *name, double value)
{
  json_builder_set_member_name (b, name);
  json_builder_add_double_value (b, value);
}

static void
add_classes (JsonBuilder *b, const MienMetrics *m, const char *const *labels)
{
  json_builder_set_member_name (b, "per_class");
  json_builder_begin_object (b);
  for (guint c = 0; c < m->n_classes; c++)
    {
      json_builder_set_member_name (b, labels[c]);
      json_builder_begin_object (b);
      add_number (b, "recall", m->per_class[c].recall);
      add_number (b, "precision", m->per_class[c].precision);
      add_number (b, "f1", m->per_class[c].f1);
      json_builder_set_member_name (b, "images");
      json_builder_add_int_value (b, m->per_class[c].images);
      json_builder_end_object (b);
    }
  json_builder_end_object (b);
  json_builder_set_member_name (b, "labels");
  json_builder_begin_array (b);
  for (guint c = 0; c < m->n_classes; c++)
    json_builder_add_string_value (b, labels[c]);
  json_builder_end_array (b);
  json_builder_set_member_name (b, "confusion");
  json_builder_begin_array (b);
  for (guint c = 0; c < m->n_classes; c++)
    {
      json_builder_begin_array (b);
      for (guint k = 0; k < m->n_classes; k++)
        json_builder_add_int_value (b, m->confusion[c][k]);
      json_builder_end_array (b);
    }
  json_builder_end_array (b);
}

static void
print_json (const MienEvaluation *e, const MienMetrics *m, const char *const *labels)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (b);
  json_builder_set_member_name (b, "model");
  json_builder_add_string_value (b, e->model);
  json_builder_set_member_name (b, "split");
  json_builder_add_string_value (b, mien_split_get_name (e->split));
  json_builder_set_member_name (b, "protocol");
  json_builder_add_string_value (b, mien_protocol_get_name (e->protocol));
  json_builder_set_member_name (b, "mirror");
  json_builder_add_boolean_value (b, e->mirror);
  json_builder_set_member_name (b, "exclude_copies");
  json_builder_add_boolean_value (b, e->exclude_copies);
  json_builder_set_member_name (b, "images");
  json_builder_add_int_value (b, m->n_images);
  add_number (b, "accuracy", m->accuracy);
  add_number (b, "macro_f1", m->macro_f1);
  add_number (b, "mean_class_recall", m->mean_class_recall);
  add_number (b, "l2", m->l2);
  add_number (b, "ece", m->ece);
  add_classes (b, m, labels);
  json_builder_end_object (b);
  root = json_builder_get_root (b);
  text = json_to_string (root, TRUE);
  printf ("%s\n", text);
}

static void
print_table (const MienEvaluation *e, const MienMetrics *m, const char *const *labels)
{
  printf ("%s on %s, protocol %s: %u images%s%s\n", e->model, mien_split_get_name (e->split),
          mien_protocol_get_name (e->protocol), m->n_images,
          e->exclude_copies ? ", copies left out" : "", e->mirror ? ", mirrored too" : "");
  printf ("accuracy           %6.2f %%\nmacro F1           %6.2f %%\nmean class recall  %6.2f %%\n"
          "L2 distance        %6.4f\ncalibration error  %6.4f\n\n",
          m->accuracy * 100, m->macro_f1 * 100, m->mean_class_recall * 100, m->l2, m->ece);
  printf ("%-10s %7s %9s %9s %9s   predicted as\n", "", "images", "recall", "precision", "F1");
  for (guint c = 0; c < m->n_classes; c++)
    {
      printf ("%-10s %7u %8.1f%% %8.1f%% %8.1f%%  ", labels[c], m->per_class[c].images,
              m->per_class[c].recall * 100, m->per_class[c].precision * 100,
              m->per_class[c].f1 * 100);
      for (guint k = 0; k < m->n_classes; k++)
        printf (" %5u", m->confusion[c][k]);
      printf ("\n");
    }
}

static gboolean
eval (const Arguments *a, const char *model, GError **error)
{
  MienEvaluation e = { model, 0, 0, a->mirror, a->exclude_copies };
  g_autoptr (MienParallel) parallel = NULL;
  g_autoptr (MienDataset) data = NULL;
  const char *const *labels;
  MienMetrics metrics;

  if (!mien_split_from_name (a->split, &e.split)
      || !mien_protocol_from_name (a->protocol, &e.protocol))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "eval: --split is Training, PublicTest or PrivateTest, --protocol fer2013, "
                   "argmax or majority");
      return FALSE;
    }
  data = mien_dataset_load (a->data, a->votes, error);
  if (data == NULL)
    return FALSE;
  if (e.protocol != MIEN_PROTOCOL_FER2013 && !mien_dataset_has_votes (data))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE, "eval: the protocol %s needs --votes",
                   a->protocol);
      return FALSE;
    }
  parallel = mien_parallel_new ((guint) MAX (0, a->threads));
  if (!mien_evaluation_run (&e, data, parallel, NULL, &metrics, error))
    return FALSE;
  labels = mien_label_set_get_labels (e.protocol == MIEN_PROTOCOL_FER2013 ? MIEN_LABELS_FER2013
                                                                          : MIEN_LABELS_FERPLUS);
  if (a->json)
    print_json (&e, &metrics, labels);
  else
    print_table (&e, &metrics, labels);
  return TRUE;
}

int
mien_train_eval (int argc, char **argv)
{
  g_auto (Arguments) a = { NULL };
  g_autoptr (GError) error = NULL;

  if (!parse (&a, &argc, &argv, &error) || !eval (&a, argv[1], &error))
    return mien_command_fail ("mien-train", error);
  return 0;
}
