/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/inspect-data.h"

#include <string.h>

#include "analysis/ranges.h"
#include "base/error.h"

void
mien_inspect_set_options_add (MienInspectSetOptions *self, GOptionContext *context)
{
  const GOptionEntry entries[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &self->data,
      "fer2013.csv, .csv.gz, a folder per class, or DOC.mien with ranges named after emotions",
      "DATA" },
    { "votes", 0, 0, G_OPTION_ARG_FILENAME, &self->votes, "FER+ votes of the same rows", "FILE" },
    { "split", 0, 0, G_OPTION_ARG_STRING, &self->split, "default: PrivateTest", "NAME" },
    { "protocol", 0, 0, G_OPTION_ARG_STRING, &self->protocol,
      "fer2013, argmax or majority (default)", "NAME" },
    { "labels", 0, 0, G_OPTION_ARG_STRING, &self->labels, "ferplus (default) or fer2013", "SET" },
    { "exclude-copies", 0, 0, G_OPTION_ARG_NONE, &self->exclude_copies,
      "leave out test images that Training holds too", NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
}

void
mien_inspect_set_options_clear (MienInspectSetOptions *self)
{
  g_free (self->data);
  g_free (self->votes);
  g_free (self->split);
  g_free (self->protocol);
  g_free (self->labels);
}

void
mien_inspect_set_clear (MienInspectSet *self)
{
  g_clear_pointer (&self->dataset, mien_dataset_free);
  g_clear_pointer (&self->words, g_free);
}

/* What was looked at, for titles: splits mean nothing where the data has none. */
static char *
describe (const MienInspectSet *self, const MienInspectSetOptions *options)
{
  g_autofree char *name = g_path_get_basename (options->data);
  const char *protocol = mien_protocol_get_name (self->protocol);

  if (mien_dataset_has_split (self->dataset, 0, MIEN_SPLIT_TRAINING)
      && mien_dataset_has_split (self->dataset, 0, MIEN_SPLIT_PRIVATE_TEST))
    return g_strdup (name);
  return g_strdup_printf ("%s, protocol %s%s", mien_split_get_name (self->split), protocol,
                          options->exclude_copies ? ", without copies" : "");
}

gboolean
mien_inspect_set_load (MienInspectSet *self,
                       const MienInspectSetOptions *options,
                       MienClassifierModel *classifier,
                       GError **error)
{
  gboolean is_fer2013 = mien_classifier_model_get_label_set (classifier) == MIEN_LABELS_FER2013;

  self->split = MIEN_SPLIT_PRIVATE_TEST;
  self->protocol = is_fer2013 ? MIEN_PROTOCOL_FER2013 : MIEN_PROTOCOL_MAJORITY;
  if (options->split != NULL && !mien_split_from_name (options->split, &self->split))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "--split: '%s' is not Training, PublicTest or PrivateTest", options->split);
      return FALSE;
    }
  if (options->protocol != NULL && !mien_protocol_from_name (options->protocol, &self->protocol))
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_USAGE,
                   "--protocol: '%s' is not fer2013, argmax or majority", options->protocol);
      return FALSE;
    }
  if (g_str_has_suffix (options->data, ".mien"))
    self->dataset =
        mien_ranges_load (options->data, mien_classifier_model_get_crop (classifier), error);
  else
    self->dataset = mien_dataset_load (options->data, options->votes, error);
  if (self->dataset == NULL)
    return FALSE;
  if (mien_dataset_get_n_rows (self->dataset) == 0)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_INPUT, "%s: holds no picture", options->data);
      return FALSE;
    }
  self->words = describe (self, options);
  return TRUE;
}
