/* Numbers that say who a face is: close for two pictures of one person, far for two people.
 * Reference: Schroff et al. 2015 (FaceNet); King 2017 (dlib's face recognition network).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "base/image.h"
#include "nn/card.h"
#include "nn/context.h"
#include "vision/landmarks.h"

G_BEGIN_DECLS

/* Numbers of one face. Two faces nearer than about 0.6 (Euclidean) are of one person. */
#define MIEN_EMBEDDING_N 128

typedef struct _MienEmbedderModel MienEmbedderModel;
typedef struct _MienEmbedder MienEmbedder;

/* @name: an installed model of task `embedding`, "default", or a file. Immutable, shared. Errors:
 * MIEN_ERROR_INPUT, MIEN_ERROR_MODEL. */
MienEmbedderModel *
mien_embedder_model_load (const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
MienEmbedderModel *mien_embedder_model_ref (MienEmbedderModel *self);
void mien_embedder_model_unref (MienEmbedderModel *self);
MienCard *mien_embedder_model_get_card (MienEmbedderModel *self); /* borrowed */
const char *mien_embedder_model_get_hash (MienEmbedderModel *self);

/* One for each thread. @parallel: borrowed, nullable. */
MienEmbedder *
mien_embedder_new (MienEmbedderModel *model, MienParallel *parallel) G_GNUC_WARN_UNUSED_RESULT;
void mien_embedder_free (MienEmbedder *self);

/* @out: [MIEN_EMBEDDING_N]. @landmarks: nullable; without them the crop is upright and less sure.
 * Errors: those of mien_context_run(), and MIEN_ERROR_MODEL when the output has another size. */
gboolean mien_embedder_embed (MienEmbedder *self,
                              const MienImage *image,
                              const MienFaceBox *face,
                              const MienLandmarks *landmarks,
                              float *out,
                              GCancellable *cancellable,
                              GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienEmbedderModel, mien_embedder_model_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienEmbedder, mien_embedder_free)

G_END_DECLS
