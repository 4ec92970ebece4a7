/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dataset/dataset.h"

#include <string.h>

#include "base/error.h"

typedef struct
{
  guint8 split;
  gint8 label;
  gboolean has_votes, is_copy;
  guint8 votes[MIEN_DATASET_N_VOTES];
} Entry;

struct _MienDataset
{
  guint width, height;
  gboolean plain; /* no splits: each row is in all of them */
  GByteArray *pixels;
  GArray *entries;
};

static const char *const split_names[] = { "Training", "PublicTest", "PrivateTest" };

const char *
mien_split_get_name (MienDatasetSplit split)
{
  g_return_val_if_fail ((guint) split < MIEN_N_SPLITS, NULL);
  return split_names[split];
}

gboolean
mien_split_from_name (const char *name, MienDatasetSplit *out)
{
  for (guint i = 0; i < MIEN_N_SPLITS; i++)
    if (g_strcmp0 (name, split_names[i]) == 0)
      {
        *out = (MienDatasetSplit) i;
        return TRUE;
      }
  return FALSE;
}

MienDataset *
mien_dataset_new (guint width, guint height)
{
  MienDataset *self;

  g_return_val_if_fail (width > 0 && width <= 1024 && height > 0 && height <= 1024, NULL);
  self = g_new0 (MienDataset, 1);
  self->width = width;
  self->height = height;
  self->pixels = g_byte_array_new ();
  self->entries = g_array_new (FALSE, TRUE, sizeof (Entry));
  return self;
}

void
mien_dataset_free (MienDataset *self)
{
  if (self == NULL)
    return;
  g_byte_array_unref (self->pixels);
  g_array_unref (self->entries);
  g_free (self);
}

void
mien_dataset_append (MienDataset *self, const MienDatasetRow *row)
{
  Entry entry = { 0 };

  g_return_if_fail (self != NULL && row != NULL && row->pixels != NULL);
  entry.split = (guint8) row->split;
  entry.label = row->label;
  entry.has_votes = row->has_votes;
  memcpy (entry.votes, row->votes, sizeof entry.votes);
  g_byte_array_append (self->pixels, row->pixels, self->width * self->height);
  g_array_append_val (self->entries, entry);
}

void
mien_dataset_set_votes (MienDataset *self, guint index, const guint8 *votes)
{
  Entry *entry;

  g_return_if_fail (self != NULL && index < self->entries->len);
  entry = &g_array_index (self->entries, Entry, index);
  entry->has_votes = TRUE;
  memcpy (entry->votes, votes, sizeof entry->votes);
}

void
mien_dataset_set_plain (MienDataset *self, gboolean plain)
{
  g_return_if_fail (self != NULL);
  self->plain = plain;
}

guint
mien_dataset_get_n_rows (const MienDataset *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->entries->len;
}

guint
mien_dataset_get_width (const MienDataset *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->width;
}

guint
mien_dataset_get_height (const MienDataset *self)
{
  g_return_val_if_fail (self != NULL, 0);
  return self->height;
}

static const guint8 *
get_pixels (const MienDataset *self, guint index)
{
  return self->pixels->data + (gsize) index * self->width * self->height;
}

void
mien_dataset_get_row (const MienDataset *self, guint index, MienDatasetRow *row)
{
  const Entry *entry;

  g_return_if_fail (self != NULL && index < self->entries->len && row != NULL);
  entry = &g_array_index (self->entries, Entry, index);
  row->pixels = get_pixels (self, index);
  row->split = (MienDatasetSplit) entry->split;
  row->label = entry->label;
  row->has_votes = entry->has_votes;
  row->is_copy = entry->is_copy;
  memcpy (row->votes, entry->votes, sizeof row->votes);
}

gboolean
mien_dataset_has_split (const MienDataset *self, guint index, MienDatasetSplit split)
{
  g_return_val_if_fail (self != NULL && index < self->entries->len, FALSE);
  return self->plain || g_array_index (self->entries, Entry, index).split == split;
}

gboolean
mien_dataset_has_votes (const MienDataset *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  for (guint i = 0; i < self->entries->len; i++)
    if (g_array_index (self->entries, Entry, i).has_votes)
      return TRUE;
  return FALSE;
}

gboolean
mien_dataset_has_labels (const MienDataset *self)
{
  g_return_val_if_fail (self != NULL, FALSE);
  for (guint i = 0; i < self->entries->len; i++)
    if (g_array_index (self->entries, Entry, i).label >= 0)
      return TRUE;
  return FALSE;
}

/* The picture's SHA-256 stands for its content; hashes are the keys, so a clash would need equal
 * hashes of different pictures. */
static char *
hash_pixels (const MienDataset *self, guint index)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, get_pixels (self, index),
                                      (gsize) self->width * self->height);
}

void
mien_dataset_find_copies (MienDataset *self)
{
  g_autoptr (GHashTable) training = NULL;

  g_return_if_fail (self != NULL);
  if (self->plain)
    return;
  training =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = &g_array_index (self->entries, Entry, i);
      g_autofree char *hash = NULL;
      GArray *rows;

      entry->is_copy = FALSE;
      if (entry->split != MIEN_SPLIT_TRAINING)
        continue;
      hash = hash_pixels (self, i);
      rows = g_hash_table_lookup (training, hash);
      if (rows == NULL)
        {
          rows = g_array_new (FALSE, FALSE, sizeof (guint));
          g_hash_table_insert (training, g_steal_pointer (&hash), rows);
        }
      g_array_append_val (rows, i);
    }
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = &g_array_index (self->entries, Entry, i);
      g_autofree char *hash = NULL;
      GArray *rows;

      if (entry->split == MIEN_SPLIT_TRAINING)
        continue;
      hash = hash_pixels (self, i);
      rows = g_hash_table_lookup (training, hash);
      if (rows == NULL)
        continue;
      entry->is_copy = TRUE;
      for (guint k = 0; k < rows->len; k++)
        g_array_index (self->entries, Entry, g_array_index (rows, guint, k)).is_copy = TRUE;
    }
}

MienDataset *
mien_dataset_load (const char *path, const char *votes, GError **error)
{
  g_autoptr (MienDataset) self = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    self = mien_dataset_load_folder (path, error);
  else
    self = mien_dataset_load_csv (path, error);
  if (self == NULL)
    return NULL;
  if (votes != NULL && !mien_dataset_load_votes (self, votes, error))
    return NULL;
  mien_dataset_find_copies (self);
  return g_steal_pointer (&self);
}
