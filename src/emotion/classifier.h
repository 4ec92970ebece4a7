/* Reads the emotion of a face in one frame. A MienClassifierModel is immutable and shared; each
 * thread has a MienClassifier over it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "emotion/labels.h"
#include "nn/card.h"
#include "nn/context.h"
#include "vision/crop.h"

G_BEGIN_DECLS

typedef struct _MienClassifierModel MienClassifierModel;
typedef struct _MienClassifier MienClassifier;

/* @name: an installed model of task `classifier`, "default", or an .onnx file. @set: which of its
 * outputs is wanted. An output is found by its name, else by its labels, else by its only being
 * one of the right width; columns are brought to the canonical order by the card's labels.
 * The temperatures of `mien.calibration` ({"ferplus": T, "fer2013": T}) are applied.
 * MIEN_ERROR_MODEL says what the card is missing. */
MienClassifierModel *mien_classifier_model_load (const char *name,
                                                 MienLabelSet set,
                                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
MienClassifierModel *mien_classifier_model_ref (MienClassifierModel *self);
void mien_classifier_model_unref (MienClassifierModel *self);

MienLabelSet mien_classifier_model_get_label_set (MienClassifierModel *self);
MienCard *mien_classifier_model_get_card (MienClassifierModel *self);   /* borrowed */
MienModel *mien_classifier_model_get_model (MienClassifierModel *self); /* borrowed */
const char *mien_classifier_model_get_name (MienClassifierModel *self);
const char *mien_classifier_model_get_hash (MienClassifierModel *self);
/* How faces are cut for it; borrowed. */
const MienCrop *mien_classifier_model_get_crop (MienClassifierModel *self);
float mien_classifier_model_get_temperature (MienClassifierModel *self);
/* Name of the output that is read; borrowed. */
const char *mien_classifier_model_get_output (MienClassifierModel *self);
/* Which column of that output holds class @class_index of the label set. */
guint mien_classifier_model_get_column (MienClassifierModel *self, guint class_index);

/* @parallel: borrowed, nullable. Serves one thread at a time. */
MienClassifier *
mien_classifier_new (MienClassifierModel *model, MienParallel *parallel) G_GNUC_WARN_UNUSED_RESULT;
void mien_classifier_free (MienClassifier *self);

/* @crops: [n, channels, height, width] of the model's crop. @out: [n, n_classes] calibrated
 * probabilities in canonical order, each row summing to 1. A face's values do not depend on which
 * others are in the same call. */
gboolean mien_classifier_classify (MienClassifier *self,
                                   const float *crops,
                                   guint n,
                                   float *out,
                                   GCancellable *cancellable,
                                   GError **error);

/* Cuts the faces out of @image and classifies them. @landmarks: [n] or NULL. */
gboolean mien_classifier_classify_faces (MienClassifier *self,
                                         const MienImage *image,
                                         const MienFaceBox *faces,
                                         const MienLandmarks *landmarks,
                                         guint n,
                                         float *out,
                                         GCancellable *cancellable,
                                         GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienClassifierModel, mien_classifier_model_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienClassifier, mien_classifier_free)

G_END_DECLS
