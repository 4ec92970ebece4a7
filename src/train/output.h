/* What a training run leaves in its folder for people: the best model, its card, the course.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "train/trainer.h"
#include "train/validation.h"

G_BEGIN_DECLS

/* Writes model.onnx (the best weights so far, or the averaged ones before the first epoch has
 * ended), card.json, history.csv and curves.svg; with votes also model-balanced.onnx and its card,
 * the same network with the priors of rare emotions raised. @priors: of the FER+ classes, 8.
 * *is_missed: no raise finds all that the options ask to find; the plain model is not raised then.
 */
gboolean mien_output_write (const MienTrainOptions *options,
                            const MienDataset *data,
                            MienNetwork *network,
                            MienValidation *validation,
                            const MienCheckpoint *checkpoint,
                            const float *priors,
                            gboolean *is_missed,
                            GError **error);

G_END_DECLS
