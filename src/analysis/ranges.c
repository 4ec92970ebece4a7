/* Labelled ranges of a document as a data set: the faces of its film, cut out again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/ranges.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "emotion/labels.h"
#include "media/frame-source.h"
#include "timeline/document.h"

/* Neighbouring frames are nearly the same picture. */
#define EVERY_NS G_GINT64_CONSTANT (200000000)
#define MAX_SIDE 1024

/* The class by its English name, whatever the case, or by the one in the person's language. */
static int
find_word (const char *word)
{
  static const char *const words[] = {
    NC_ ("emotion", "Neutral"), NC_ ("emotion", "Happiness"), NC_ ("emotion", "Surprise"),
    NC_ ("emotion", "Sadness"), NC_ ("emotion", "Anger"),     NC_ ("emotion", "Disgust"),
    NC_ ("emotion", "Fear"),    NC_ ("emotion", "Contempt"),
  };
  g_autofree char *wanted = g_utf8_casefold (word, -1);

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autofree char *here = g_utf8_casefold (g_dpgettext2 (NULL, "emotion", words[i]), -1);

      if (strcmp (here, wanted) == 0)
        return (int) i;
    }
  return mien_label_set_find (MIEN_LABELS_FERPLUS, wanted);
}

/* The document's class, as a row of a data set has it in both label sets. */
static gboolean
find_class (const char *label, int *ferplus, int *fer2013)
{
  static const int same[] = { 6, 3, 5, 4, 0, 1, 2, -1 }; /* FER+ -> FER2013 */
  static const int back[] = { 4, 5, 6, 1, 3, 2, 0 };     /* FER2013 -> FER+ */
  g_autofree char *word = g_strstrip (g_strdup (label));
  g_autofree char *lower = g_ascii_strdown (word, -1);

  *ferplus = find_word (word);
  *fer2013 = mien_label_set_find (MIEN_LABELS_FER2013, lower);
  if (*ferplus >= 0)
    *fer2013 = same[*ferplus];
  else if (*fer2013 >= 0)
    *ferplus = back[*fer2013];
  return *ferplus >= 0;
}

/* The range that holds @time_ns, NULL when none with the name of an emotion does. */
static MienMark *
find_mark (GPtrArray *marks, gint64 time_ns)
{
  for (guint i = 0; i < marks->len; i++)
    if (time_ns >= mien_mark_get_start (marks->pdata[i])
        && time_ns < mien_mark_get_end (marks->pdata[i]))
      return marks->pdata[i];
  return NULL;
}

static GPtrArray *
list_marks (MienDocument *document, gint64 *start_ns, gint64 *end_ns)
{
  GListModel *all = mien_document_get_marks (document);
  GPtrArray *marks = g_ptr_array_new_with_free_func (g_object_unref);

  *start_ns = G_MAXINT64;
  *end_ns = 0;
  for (guint i = 0; i < g_list_model_get_n_items (all); i++)
    {
      g_autoptr (MienMark) mark = g_list_model_get_item (all, i);
      int ferplus, fer2013;

      if (!mien_mark_is_range (mark)
          || !find_class (mien_mark_get_label (mark), &ferplus, &fer2013))
        continue;
      *start_ns = MIN (*start_ns, mien_mark_get_start (mark));
      *end_ns = MAX (*end_ns, mien_mark_get_end (mark));
      g_ptr_array_add (marks, g_steal_pointer (&mark));
    }
  return marks;
}

typedef struct
{
  MienDocument *document;
  GPtrArray *marks;
  MienCrop crop; /* grey, of the classifier's size */
  MienDataset *dataset;
  GHashTable *last; /* track number -> time of its last picture in the set */
} Reader;

static void
append_face (Reader *reader, const MienFrame *frame, const MienSample *sample, MienMark *mark)
{
  gsize size = mien_crop_get_size (&reader->crop);
  MienFaceBox face = {
    .x = sample->x, .y = sample->y, .width = sample->width, .height = sample->height
  };
  g_autofree float *crop = g_new (float, size);
  g_autofree guint8 *pixels = g_new (guint8, size);
  MienDatasetRow row = { .pixels = pixels, .split = MIEN_SPLIT_PRIVATE_TEST, .has_votes = TRUE };
  int ferplus, fer2013;

  find_class (mien_mark_get_label (mark), &ferplus, &fer2013);
  mien_crop_take (&reader->crop, &frame->image, &face, NULL, crop);
  for (gsize i = 0; i < size; i++)
    pixels[i] = (guint8) lrintf (CLAMP (crop[i], 0, 255));
  row.label = (gint8) fer2013;
  row.votes[ferplus] = MIEN_DATASET_N_VOTES;
  mien_dataset_append (reader->dataset, &row);
}

static void
append_frame (Reader *reader, const MienFrame *frame, MienMark *mark)
{
  GListModel *tracks = mien_document_get_tracks (reader->document);

  for (guint t = 0; t < g_list_model_get_n_items (tracks); t++)
    {
      g_autoptr (MienTrack) track = g_list_model_get_item (tracks, t);
      gpointer key = GUINT_TO_POINTER (mien_track_get_id (track));
      gssize i = mien_track_find_frame (track, frame->index);
      gint64 *last = g_hash_table_lookup (reader->last, key);
      MienSample sample;

      if (i < 0 || mien_person_is_hidden (mien_track_get_person (track))
          || (last != NULL && frame->pts_ns - *last < EVERY_NS))
        continue;
      mien_track_get_sample (track, (gsize) i, &sample);
      if (sample.status != MIEN_STATUS_OK || !(sample.width > 0 && sample.height > 0))
        continue;
      append_face (reader, frame, &sample, mark);
      g_hash_table_insert (reader->last, key, g_memdup2 (&frame->pts_ns, sizeof frame->pts_ns));
    }
}

static gboolean
read_film (Reader *reader, gint64 start_ns, gint64 end_ns, GError **error)
{
  MienFrameSourceOptions options = MIEN_FRAME_SOURCE_OPTIONS_INIT;
  g_autoptr (MienFrameSource) source = NULL;

  options.start_ns = start_ns;
  options.end_ns = end_ns;
  source = mien_frame_source_open (mien_document_get_source (reader->document)->path, &options,
                                   NULL, error);
  if (source == NULL)
    return FALSE;
  while (TRUE)
    {
      g_autoptr (MienFrame) frame = NULL;
      MienMark *mark;

      if (!mien_frame_source_next (source, &frame, error))
        return FALSE;
      if (frame == NULL)
        return TRUE;
      mark = find_mark (reader->marks, frame->pts_ns);
      if (mark != NULL)
        append_frame (reader, frame, mark);
    }
}

MienDataset *
mien_ranges_load (const char *path, const MienCrop *crop, GError **error)
{
  g_autoptr (MienDocument) document = mien_document_open_read_only (path, error);
  g_autoptr (GPtrArray) marks = NULL;
  g_autoptr (MienDataset) dataset = NULL;
  g_autoptr (GHashTable) last = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  Reader reader = { .document = document, .last = last };
  gint64 start_ns, end_ns;

  if (document == NULL)
    return NULL;
  marks = list_marks (document, &start_ns, &end_ns);
  if (marks->len == 0 || mien_document_get_source (document)->path == NULL)
    {
      g_set_error (
          error, MIEN_ERROR, MIEN_ERROR_INPUT,
          _ ("%s: has no range whose label is the name of an emotion, such as “happiness”"), path);
      return NULL;
    }
  reader.marks = marks;
  reader.crop = *crop;
  reader.crop.sampling.channels = MIEN_CHANNELS_GRAY;
  g_return_val_if_fail (reader.crop.sampling.width <= MAX_SIDE, NULL);
  dataset =
      mien_dataset_new ((guint) reader.crop.sampling.width, (guint) reader.crop.sampling.height);
  mien_dataset_set_plain (dataset, TRUE);
  reader.dataset = dataset;
  if (!read_film (&reader, start_ns, end_ns, error))
    return NULL;
  return g_steal_pointer (&dataset);
}
