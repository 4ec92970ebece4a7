/* Where on the face a network looked when it gave a class its score.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "insight/gradient.h"
#include "insight/layers.h"

G_BEGIN_DECLS

typedef enum
{
  /* Channels of one layer weighted by the mean derivative of the class score, positive part,
   * enlarged to the input. Reference: Selvaraju et al. 2017. */
  MIEN_SALIENCY_GRADCAM,
  /* Derivative of the score with respect to the pixels, through rectifiers that pass only what
   * speaks for the class. Reference: Springenberg et al. 2015. */
  MIEN_SALIENCY_GUIDED,
  /* Derivative averaged on the straight way from a flat picture of the mean grey, times the
   * difference. Reference: Sundararajan et al. 2017. */
  MIEN_SALIENCY_INTEGRATED,
  /* How much the probability falls when a patch is covered with the mean grey.
   * Reference: Zeiler & Fergus 2014. */
  MIEN_SALIENCY_OCCLUSION,
} MienSaliencyMethod;

/* "gradcam", "guided", "integrated", "occlusion". */
const char *mien_saliency_method_get_name (MienSaliencyMethod method);
gboolean mien_saliency_method_from_name (const char *name, MienSaliencyMethod *out);

typedef struct _MienSaliency MienSaliency;

/* For the output @output of @model (NULL: its first), made with MIEN_MODEL_KEEP_VALUES.
 * MIEN_ERROR_USAGE without such an output. Where a derivative is not known, only occlusion gives a
 * map, and the others fail as mien_gradient_new() does. */
MienSaliency *
mien_saliency_new (MienModel *model, const char *output, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mien_saliency_free (MienSaliency *self);

/* The map of class @class_index for one face. @input: [1, c, h, w] pixels as the model takes them.
 * @layer: for Grad-CAM, NULL for the last one with places. Returns float32 [h, w]: Grad-CAM is >= 0
 * and occlusion, guided and integrated are signed (positive speaks for the class); summed over
 * colour channels. Not scaled. */
MienTensor *mien_saliency_map (MienSaliency *self,
                               MienTensor *input,
                               MienSaliencyMethod method,
                               guint class_index,
                               const char *layer,
                               GCancellable *cancellable,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Steps of integrated gradients (default 32), and side (default an eighth of the input) and step
 * (default half the side) of the occluder in pixels. 0 keeps the default. */
void mien_saliency_set_steps (MienSaliency *self, guint steps);
void mien_saliency_set_occluder (MienSaliency *self, guint side, guint step);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienSaliency, mien_saliency_free)

G_END_DECLS
