/* Judges a network under training on rows of a data set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dataset/dataset.h"
#include "dataset/protocol.h"
#include "train/metrics.h"
#include "train/network.h"
#include "train/stack.h"

G_BEGIN_DECLS

typedef struct _MienValidation MienValidation;

/* The rows of @split without copies. @data is borrowed. */
MienValidation *
mien_validation_new (const MienDataset *data, MienDatasetSplit split) G_GNUC_WARN_UNUSED_RESULT;
void mien_validation_free (MienValidation *self);
guint mien_validation_get_n (const MienValidation *self);

/* Predicts all rows with the network's weights of now, in batches of its planned size. */
void mien_validation_predict (MienValidation *self, MienNetwork *network, guint batch);
/* Of the last prediction. @head: 0 `ferplus`, 1 `fer2013`. FALSE when no row counts. */
gboolean
mien_validation_measure (MienValidation *self, MienProtocol protocol, MienMetrics *metrics);
/* Mean cross entropy of `ferplus` against the vote distribution (argmax rows), or of `fer2013`
 * against the labels when there are no votes. NaN when no row counts. */
double mien_validation_get_loss (MienValidation *self);
/* The temperature of least cross entropy of a head; 1 when no row counts. */
float mien_validation_fit_temperature (MienValidation *self, MienProtocol protocol);

/* mien_priors_fit() on the majority rows of the last prediction; changes nothing. @priors, @start
 * (nullable) and @offsets: one for each class of `ferplus`. */
void mien_validation_fit_priors (
    MienValidation *self, const float *priors, const float *start, double price, float *offsets);
/* mien_priors_reach() on the same rows. @aims: one for each class of `ferplus`. */
gboolean mien_validation_reach (MienValidation *self, const float *aims, float *offsets);
/* Adds offsets to the logits of `ferplus` in the last prediction. */
void mien_validation_apply_offsets (MienValidation *self, const float *offsets);

/* TRUE when images that are not of Training count under argmax, and labels teach the other head. */
gboolean mien_validation_can_stack (const MienValidation *self);
/* Rows of class @class_index under @protocol. */
guint mien_validation_count (const MienValidation *self, MienProtocol protocol, guint class_index);
/* Fits a map of both heads' logits to those of `ferplus` on the argmax rows of the last prediction
 * and puts its answers there: those of the rows it was fitted on by maps that did not see them, so
 * that they can be judged. */
void mien_validation_stack (MienValidation *self, MienStack *stack);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienValidation, mien_validation_free)

G_END_DECLS
