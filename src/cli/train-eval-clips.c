/* mien-train eval-clips: the verdict of each clip against the folder that it lies in.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#include "analysis/analysis.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/train-commands.h"
#include "emotion/labels.h"
#include "timeline/segments.h"

typedef struct
{
  char *file;
  int expected, verdict; /* FER+ classes; verdict negative: uncertain or nobody in the clip */
  double confidence;
  double values[MIEN_LABELS_MAX];
} Clip;

static void
free_clip (gpointer data)
{
  Clip *clip = data;

  g_free (clip->file);
  g_free (clip);
}

static int
find_class (const char *folder)
{
  static const struct
  {
    const char *name, *label;
  } others[] = { { "happy", "happiness" },    { "angry", "anger" },       { "sad", "sadness" },
                 { "surprised", "surprise" }, { "disgusted", "disgust" }, { "afraid", "fear" } };
  g_autofree char *lower = g_ascii_strdown (folder, -1);
  const char *name = lower;

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (g_str_equal (lower, others[i].name))
      name = others[i].label;
  return mien_label_set_find (MIEN_LABELS_FERPLUS, name);
}

static int
compare_clips (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(Clip *const *) a)->file, (*(Clip *const *) b)->file);
}

static gboolean
list_folder (GPtrArray *clips, const char *path, int expected, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, error);
  const char *name;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      Clip *clip;

      if (name[0] == '.' || g_file_test (file, G_FILE_TEST_IS_DIR))
        continue;
      clip = g_new0 (Clip, 1);
      clip->file = g_steal_pointer (&file);
      clip->expected = expected;
      g_ptr_array_add (clips, clip);
    }
  return TRUE;
}

static GPtrArray *
list_clips (const char *path, GError **error)
{
  g_autoptr (GPtrArray) clips = g_ptr_array_new_with_free_func (free_clip);
  g_autoptr (GError) local = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &local);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (path, name, NULL);
      int expected = find_class (name);

      if (expected >= 0 && g_file_test (folder, G_FILE_TEST_IS_DIR)
          && !list_folder (clips, folder, expected, &local))
        break;
    }
  if (local != NULL || clips->len == 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: %s", path,
                   local != NULL ? local->message
                                 : "no folder is named after an emotion and holds clips");
      return NULL;
    }
  g_ptr_array_sort (clips, compare_clips);
  return g_steal_pointer (&clips);
}

static gboolean
judge (Clip *clip, MienAnalysisSettings *settings, MienModels *models, GError **error)
{
  g_autoptr (MienAnalysis) analysis = NULL;
  g_autoptr (MienDocument) document = mien_document_new ();
  g_autoptr (GArray) segments = NULL;
  MienVerdict verdict;

  g_free (settings->input);
  settings->input = g_strdup (clip->file);
  analysis = mien_analysis_new (settings, models);
  if (!mien_analysis_run (analysis, document, NULL, error))
    return FALSE;
  segments = mien_segments_of_document (document);
  mien_segments_judge (document, segments, 0, &verdict);
  clip->verdict = verdict.emotion < 0 || verdict.emotion >= MIEN_LABELS_MAX ? -1 : verdict.emotion;
  clip->confidence = verdict.confidence;
  memcpy (clip->values, verdict.values, sizeof clip->values);
  return TRUE;
}

static const char *
name_of (int class)
{
  return class < 0 ? "uncertain" : mien_label_set_get_labels (MIEN_LABELS_FERPLUS)[class];
}

static void
print_json (GPtrArray *clips, guint right)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (b);
  json_builder_set_member_name (b, "clips");
  json_builder_begin_array (b);
  for (guint i = 0; i < clips->len; i++)
    {
      const Clip *clip = clips->pdata[i];

      json_builder_begin_object (b);
      json_builder_set_member_name (b, "file");
      json_builder_add_string_value (b, clip->file);
      json_builder_set_member_name (b, "expected");
      json_builder_add_string_value (b, name_of (clip->expected));
      json_builder_set_member_name (b, "verdict");
      json_builder_add_string_value (b, name_of (clip->verdict));
      json_builder_set_member_name (b, "confidence");
      json_builder_add_double_value (b, clip->confidence);
      json_builder_set_member_name (b, "probabilities");
      json_builder_begin_object (b);
      for (int c = 0; c < MIEN_LABELS_MAX; c++)
        {
          json_builder_set_member_name (b, name_of (c));
          json_builder_add_double_value (b, clip->values[c]);
        }
      json_builder_end_object (b);
      json_builder_end_object (b);
    }
  json_builder_end_array (b);
  json_builder_set_member_name (b, "right");
  json_builder_add_int_value (b, right);
  json_builder_set_member_name (b, "accuracy");
  json_builder_add_double_value (b, (double) right / clips->len);
  json_builder_end_object (b);
  root = json_builder_get_root (b);
  text = json_to_string (root, TRUE);
  printf ("%s\n", text);
}

static gboolean
eval_clips (const char *model, const char *data, gboolean json, GError **error)
{
  g_autoptr (GPtrArray) clips = list_clips (data, error);
  g_autoptr (MienAnalysisSettings) settings = NULL;
  g_autoptr (MienModels) models = NULL;
  guint right = 0;

  if (clips == NULL)
    return FALSE;
  settings = mien_analysis_settings_new ();
  settings->classifier = g_strdup (model);
  settings->input = g_strdup (((Clip *) clips->pdata[0])->file);
  models = mien_models_load (settings, error);
  if (models == NULL)
    return FALSE;
  for (guint i = 0; i < clips->len; i++)
    {
      Clip *clip = clips->pdata[i];

      if (!judge (clip, settings, models, error))
        return FALSE;
      right += clip->verdict == clip->expected;
      if (!json)
        printf ("%-10s %-10s %5.1f %%  %s\n", name_of (clip->expected), name_of (clip->verdict),
                clip->confidence * 100, clip->file);
    }
  if (json)
    print_json (clips, right);
  else
    printf ("%u of %u clips right\n", right, clips->len);
  return TRUE;
}

int
mien_train_eval_clips (int argc, char **argv)
{
  g_autofree char *data = NULL;
  gboolean json = FALSE;
  const GOptionEntry entries[] = { { "data", 0, 0, G_OPTION_ARG_FILENAME, &data,
                                     "a folder of clips for each class", "DIR" },
                                   { "json", 0, 0, G_OPTION_ARG_NONE, &json, "print JSON", NULL },
                                   { NULL } };
  g_autoptr (GOptionContext) context = g_option_context_new ("MODEL - verdicts of labelled clips");
  g_autoptr (GError) error = NULL, local = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &local) || argc != 2 || data == NULL)
    g_set_error (&error, MIEN_ERROR, MIEN_ERROR_USAGE, "eval-clips: %s",
                 local != NULL ? local->message : "one MODEL and --data DIR are needed");
  else if (eval_clips (argv[1], data, json, &error))
    return 0;
  return mien_command_fail ("mien-train", error);
}
