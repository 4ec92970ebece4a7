/* Distillation: finished networks say what a picture shows, and a part of the target is theirs.
 * Reference: Hinton, Vinyals, Dean 2015.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "train/samples.h"

G_BEGIN_DECLS

typedef struct _MienTeachers MienTeachers;

/* @files: ONNX models, NULL-terminated, with one input [n, c, h, w] of pixels 0..255 and an output
 * named `ferplus` [n, 8], `fer2013` [n, 7], or both. @mirror: they answer for the mirrored picture
 * too, and the mean counts. @parallel is borrowed. MIEN_ERROR_MODEL names the file that does not
 * fit. */
MienTeachers *mien_teachers_new (const char *const *files,
                                 guint width,
                                 guint height,
                                 gboolean mirror,
                                 MienParallel *parallel,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mien_teachers_free (MienTeachers *self);

/* Shows them the pictures of @batch as they were varied ([height, width] of mien_teachers_new())
 * and blends the mean of their answers into its targets: @part theirs, the rest the labels'; all
 * theirs where the row has no label for a head. */
gboolean
mien_teachers_blend (MienTeachers *self, MienBatch *batch, guint n, float part, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MienTeachers, mien_teachers_free)

G_END_DECLS
