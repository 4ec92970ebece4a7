/* Which layer and which channel answers to which expression, over a labelled set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "dataset/protocol.h"
#include "emotion/classifier.h"
#include "insight/layers.h"

G_BEGIN_DECLS

#define MIEN_RESPONSE_EXAMPLES 9

/* One layer. A channel's answer to a picture is the mean of its map. All arrays are owned by the
 * response. */
typedef struct
{
  char *name, *op_type;
  guint n_channels;
  float *mean;        /* [n_classes, n_channels] mean answer to the pictures of a class */
  float *z;           /* the same as (class mean - mean) / deviation over all pictures */
  float *selectivity; /* [n_channels] (best - rest) / (|best| + |rest|) of class means, 0..1.
                       * Reference: Morcos et al. 2018 */
  guint8 *best_class; /* [n_channels] */
  guint32 *examples;  /* [n_channels, MIEN_RESPONSE_EXAMPLES] rows of the data set that the channel
                       * answers to most, best first; G_MAXUINT32 where there are fewer */
  float *overlap;     /* [n_classes, n_classes] Jaccard index of the tenth of the channels with the
                       * largest z of two classes */
  double probe;       /* accuracy of a linear probe (probe.h) */
  float *recall_drop; /* [n_channels, n_classes] recall lost when the channel is switched off; NULL
                       * before mien_response_ablate() */
} MienLayerResponse;

typedef struct
{
  guint n_classes, n_rows;
  char **labels;     /* NULL-terminated */
  char *model;       /* name */
  char *hash;        /* of the model's file */
  char *data;        /* what was looked at, in words */
  GPtrArray *layers; /* of MienLayerResponse *, first layer first */
  float *recall;     /* [n_classes] of the untouched network on the rows of the ablation, or NULL */
  guint ablated_rows;
} MienResponse;

/* Called on the thread of the computation; @done of @total, 0..1. */
typedef void (*MienResponseProgress) (double done, gpointer user_data);

/* Looks at the rows of @split that count under @protocol (its classes are those of the classifier's
 * label set), without the copies when @exclude_copies. Layers: what rectifiers and their relatives
 * give, and linear layers. Blocks; any thread. MIEN_ERROR_USAGE when no row counts or classes do
 * not fit; G_IO_ERROR_CANCELLED. @parallel nullable. */
MienResponse *mien_response_compute (MienClassifierModel *classifier,
                                     const MienDataset *dataset,
                                     MienDatasetSplit split,
                                     MienProtocol protocol,
                                     gboolean exclude_copies,
                                     MienParallel *parallel,
                                     MienResponseProgress progress,
                                     gpointer user_data,
                                     GCancellable *cancellable,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Switches every channel of every layer off in turn and notes what each class's recall loses, over
 * at most @max_rows rows with the classes as evenly as there are. Same arguments otherwise.
 * Reference: Morcos et al. 2018. */
gboolean mien_response_ablate (MienResponse *self,
                               MienClassifierModel *classifier,
                               const MienDataset *dataset,
                               MienDatasetSplit split,
                               MienProtocol protocol,
                               gboolean exclude_copies,
                               guint max_rows,
                               MienParallel *parallel,
                               MienResponseProgress progress,
                               gpointer user_data,
                               GCancellable *cancellable,
                               GError **error);

/* What was measured of the channels that the kernels of @layer, one of @layers (of MienLayer),
 * make: the layer itself, or the first after it with as many channels that has no kernels of its
 * own. NULL when there is none. Borrowed. */
const MienLayerResponse *mien_response_find (const MienResponse *self,
                                             GArray *layers,
                                             const MienLayer *layer,
                                             guint n_channels);

/* NAME.response.json beside the file of @model: where its response lies when it comes with it. */
char *mien_response_dup_path (MienModel *model) G_GNUC_WARN_UNUSED_RESULT;

/* JSON text with everything above. */
char *mien_response_dup_json (const MienResponse *self) G_GNUC_WARN_UNUSED_RESULT;
MienResponse *mien_response_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* layer, channel, best class, selectivity, then mean and z per class and recall drop where known.
 */
gboolean mien_response_write_csv (const MienResponse *self, GOutputStream *stream, GError **error);

void mien_response_free (MienResponse *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienResponse, mien_response_free)

G_END_DECLS
