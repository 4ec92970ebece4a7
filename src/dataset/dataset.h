/* Labelled face crops in memory: FER2013 tables, FER+ votes, folders of pictures.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define MIEN_DATASET_N_FER2013 7
#define MIEN_DATASET_N_FERPLUS 8
/* Columns of a FER+ row: the eight emotions, then unknown and NF (no face). */
#define MIEN_DATASET_N_VOTES 10

typedef enum
{
  MIEN_SPLIT_TRAINING,
  MIEN_SPLIT_PUBLIC_TEST,
  MIEN_SPLIT_PRIVATE_TEST,
} MienDatasetSplit;
#define MIEN_N_SPLITS 3

typedef struct _MienDataset MienDataset;

/* One face; pixels are borrowed from the data set. */
typedef struct
{
  const guint8 *pixels; /* [height, width] gray */
  MienDatasetSplit split;
  gint8 label;                        /* FER2013 class 0..6, -1 unknown */
  gboolean has_votes;                 /* FALSE: the votes are all zero */
  guint8 votes[MIEN_DATASET_N_VOTES]; /* FER+ */
  gboolean is_copy; /* Training: a test image is pixel for pixel the same; test: Training has it */
} MienDatasetRow;

/* @path: a Kaggle table `emotion,pixels,Usage`, gzipped or not, or a folder with one folder of
 * pictures per class (names of the FER2013 or the FER+ classes; below "Training", "PublicTest",
 * "PrivateTest", also "train", "validation", "test", where such folders are; else all counts as
 * every split). @votes: a FER+ table in the same row order, or NULL. MIEN_ERROR_INPUT names file
 * and line. Copies are marked. */
MienDataset *
mien_dataset_load (const char *path, const char *votes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mien_dataset_free (MienDataset *self);

/* An empty set, for tests and tools. @width, @height of every picture, 1..1024. */
MienDataset *mien_dataset_new (guint width, guint height) G_GNUC_WARN_UNUSED_RESULT;
/* Copies @pixels and the rest of @row; is_copy is set by mien_dataset_find_copies(). */
void mien_dataset_append (MienDataset *self, const MienDatasetRow *row);
/* Marks every Training row whose pixels equal those of a test row, and those test rows. */
void mien_dataset_find_copies (MienDataset *self);

guint mien_dataset_get_n_rows (const MienDataset *self);
guint mien_dataset_get_width (const MienDataset *self);
guint mien_dataset_get_height (const MienDataset *self);
void mien_dataset_get_row (const MienDataset *self, guint index, MienDatasetRow *row);
/* Without splits of its own (a plain folder) every row belongs to every split. */
gboolean mien_dataset_has_split (const MienDataset *self, guint index, MienDatasetSplit split);
gboolean mien_dataset_has_votes (const MienDataset *self);
gboolean mien_dataset_has_labels (const MienDataset *self);

const char *mien_split_get_name (MienDatasetSplit split);
gboolean mien_split_from_name (const char *name, MienDatasetSplit *out);

/* The rows of a Kaggle table, a FER+ table, a folder: the parts of mien_dataset_load(). */
MienDataset *mien_dataset_load_csv (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean mien_dataset_load_votes (MienDataset *self, const char *path, GError **error);
MienDataset *mien_dataset_load_folder (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Used by the readers: a row's labels after it was appended. */
void mien_dataset_set_votes (MienDataset *self, guint index, const guint8 *votes);
void mien_dataset_set_plain (MienDataset *self, gboolean plain);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienDataset, mien_dataset_free)

G_END_DECLS
