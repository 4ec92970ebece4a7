/* A network that looks at the crop of one face and answers with some numbers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "base/image.h"
#include "nn/card.h"
#include "nn/context.h"
#include "vision/crop.h"
#include "vision/landmarks.h"

G_BEGIN_DECLS

/* Who a face is: close for two pictures of one person, far for two people. Two faces nearer than
 * about 0.6 (Euclidean) are of one person.
 * Reference: Schroff et al. 2015 (FaceNet); King 2017 (dlib's face recognition network). */
#define MIEN_EMBEDDING_TASK "embedding"
#define MIEN_EMBEDDING_N 128

/* Whether something hides a face, a hand, a mask, dark glasses, hair, a thing held before it: the
 * probability that a fifth or more is hidden. It learnt from faces with something drawn over them
 * (tools/make-occlusion-set.py), so it is a guess. From which probability on a face counts as
 * covered is told by the card: `mien.occlusion`, {"limit": P}. */
#define MIEN_OCCLUSION_TASK "occlusion"
#define MIEN_OCCLUSION_N 1

typedef struct _MienFaceNetModel MienFaceNetModel;
typedef struct _MienFaceNet MienFaceNet;

/* @name: an installed model of @task, "default", or an .onnx file. @n_outputs: numbers that its
 * first output has for a face. Immutable, shared. Errors: MIEN_ERROR_INPUT, MIEN_ERROR_MODEL. */
MienFaceNetModel *mien_face_net_model_load (const char *task,
                                            const char *name,
                                            guint n_outputs,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same for a card that was opened before. */
MienFaceNetModel *
mien_face_net_model_new (MienCard *card, guint n_outputs, GError **error) G_GNUC_WARN_UNUSED_RESULT;
MienFaceNetModel *mien_face_net_model_ref (MienFaceNetModel *self);
void mien_face_net_model_unref (MienFaceNetModel *self);
MienCard *mien_face_net_model_get_card (MienFaceNetModel *self);       /* borrowed */
const MienCrop *mien_face_net_model_get_crop (MienFaceNetModel *self); /* borrowed */
const char *mien_face_net_model_get_hash (MienFaceNetModel *self);

/* One for each thread. @parallel: borrowed, nullable. */
MienFaceNet *
mien_face_net_new (MienFaceNetModel *model, MienParallel *parallel) G_GNUC_WARN_UNUSED_RESULT;
void mien_face_net_free (MienFaceNet *self);

/* @out: [n_outputs]. @landmarks: nullable; without them the crop is upright where the card's rule
 * wants eyes. Errors: those of mien_context_run(), and MIEN_ERROR_MODEL when the output has another
 * size. */
gboolean mien_face_net_run (MienFaceNet *self,
                            const MienImage *image,
                            const MienFaceBox *face,
                            const MienLandmarks *landmarks,
                            float *out,
                            GCancellable *cancellable,
                            GError **error);

/* The same on what @map, from pixels of the crop to those of the image, takes out of it. */
gboolean mien_face_net_run_map (MienFaceNet *self,
                                const MienImage *image,
                                const MienAffine *map,
                                float *out,
                                GCancellable *cancellable,
                                GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienFaceNetModel, mien_face_net_model_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienFaceNet, mien_face_net_free)

G_END_DECLS
