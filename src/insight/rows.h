/* Rows of a labelled set as the network takes them. Private to insight.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dataset/protocol.h"
#include "emotion/classifier.h"

G_BEGIN_DECLS

typedef struct
{
  guint n;
  guint32 *rows;   /* of the data set */
  guint8 *classes; /* right class of each */
  guint n_classes;
} MienRows;

/* The rows that count. MIEN_ERROR_USAGE when there is none, or when the classes of @protocol are
 * not those of @classifier. Free with mien_rows_free(). */
MienRows *mien_rows_new (MienClassifierModel *classifier,
                         const MienDataset *dataset,
                         MienDatasetSplit split,
                         MienProtocol protocol,
                         gboolean exclude_copies,
                         GError **error);
void mien_rows_free (MienRows *self);
/* Keeps at most @max rows, taken in turn from each class in order of row. */
void mien_rows_stratify (MienRows *self, guint max);

/* Rows begin .. begin + n of @self as [n, c, h, w]: the data set's crops resized to the input. */
MienTensor *mien_rows_dup_batch (const MienRows *self,
                                 MienClassifierModel *classifier,
                                 const MienDataset *dataset,
                                 guint begin,
                                 guint n) G_GNUC_WARN_UNUSED_RESULT;

/* A model of its own over the classifier's file in which every value can be tapped. */
MienModel *
mien_rows_load_model (MienClassifierModel *classifier, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienRows, mien_rows_free)

G_END_DECLS
